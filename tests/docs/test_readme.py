"""The README cannot lie: its examples are run, its commands and files exist."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from duban.cli import app
from duban.cli.exits import Exit

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PLAN = """
id: example
title: 示例
document: 示例
starts: 2024-03-25
ends: 2024-12-31
coordinator: supervision-officer
sections:
  - {id: rules, title: 规章}
"""


COMPANION = """
id: fair-competition-review
title: 示例
source: "1.2"
lead: policy-law
supervisor: director
pattern: normative
values: {document: 《示例办法》}
dates: {issued: 2024-08-30}
"""


def block(language: str, number: int = 0) -> str:
    """A fenced block of a language, the first unless said otherwise."""
    found = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert len(found) > number, f"the README has too few blocks of {language}"
    return str(found[number])


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The README's plan, in a folder of its own."""
    monkeypatch.setenv("DUBAN_SETTINGS", str(ROOT / "config" / "duban.toml"))
    monkeypatch.chdir(tmp_path)
    initiative = tmp_path / "plan" / "rules" / "travel-rules.yaml"
    initiative.parent.mkdir(parents=True)
    initiative.write_text(block("yaml"), encoding="utf-8")
    (tmp_path / "plan" / "plan.yaml").write_text(PLAN, encoding="utf-8")
    return initiative


def test_the_good_example_has_no_problems(example: Path) -> None:
    result = CliRunner().invoke(app, ["check", "plan"])
    assert result.exit_code == Exit.FINE, result.output
    assert "0 problems" in result.output


def test_the_example_with_a_pattern_has_no_problems(example: Path) -> None:
    for name, text in (("special-funds-measures", block("yaml", 1)), ("fair-competition-review", COMPANION)):
        (example.parent / f"{name}.yaml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["check", "plan"])
    assert result.exit_code == Exit.FINE, result.output


def test_the_bad_example_prints_the_message_it_shows(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUBAN_LANG")
    example.write_text(block("yaml").replace("[comment]", "[coment]"), encoding="utf-8")
    result = CliRunner().invoke(app, ["check", "plan"])
    assert result.exit_code == Exit.BAD_INPUT
    assert block("text").strip() in result.output.splitlines()


@pytest.mark.parametrize("file", ["README.md", "docs/handbook.md", "docs/operating.md"])
def test_every_command_and_option_named_exists(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    lines = re.findall(r"`(duban [a-z][^`]*)`|^(duban [a-z].*)$", text, re.MULTILINE)
    named = [shlex.split(one or other, comments=True) for one, other in lines]
    assert named
    for _, command, *words in named:
        grouped = command in ("ledger", "export", "links", "clock", "bulletin") or words[:1] == ["resend"]
        group = [command, words[0]] if grouped else [command]
        told = CliRunner().invoke(app, [*group, "--help"], terminal_width=200)
        assert told.exit_code == Exit.FINE, command
        assert [word for word in words if word.startswith("--") and word not in told.output] == [], command


def test_every_file_it_points_to_is_there() -> None:
    files = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert files
    missing = [file for file in files if not (ROOT / file).exists()]
    assert missing == []


def test_every_make_target_it_names_exists() -> None:
    targets = set(re.findall(r"`?make ([a-z-]+)", README))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"run", "test"} <= targets
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def test_it_is_short_enough_to_read() -> None:
    assert README.count("\n") < 150
