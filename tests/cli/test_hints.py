"""Refusals are in the words of coordinators; a command adds what helps whoever types it."""

import re
from pathlib import Path

from duban.cli.hints import HINTS, refusal
from duban.core.deciding.commands import Refused
from tests.cli.conftest import Bureau

ENGINE = Path(__file__).parents[2] / "duban"
OF_COMMANDS = re.compile(r"--[a-z]|config/|duban |\.yaml")


def raised(file: Path) -> list[str]:
    """What stands in a file from each `raise Refused(` to the end of the statement, and in hints for it."""
    text = file.read_text(encoding="utf-8")
    return re.findall(r"raise Refused\(.*?\n(?=\s*\n|\s+[a-z_@]|\S)", text, re.DOTALL) + re.findall(
        r"perhaps\(.*", text
    )


def test_no_refusal_of_the_engine_names_an_option_a_file_or_a_command() -> None:
    files = [*(ENGINE / "core").rglob("*.py"), *(ENGINE / "outbox").glob("*.py"), *ENGINE.glob("*.py")]
    said = [one for file in files for one in raised(file)]
    assert len(said) > 40
    assert [one for one in said if OF_COMMANDS.search(one)] == []


def test_every_hint_is_of_a_refusal_there_is() -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in ENGINE.rglob("*.py") if file.name != "hints.py")
    assert [code for code in HINTS if f'"{code}"' not in text] == []


def test_a_refusal_without_a_hint_is_told_as_it_is() -> None:
    assert refusal(Refused("own-work", "不能审核本人报送的事项")) == "未受理：不能审核本人报送的事项"


def test_a_command_names_the_option_that_is_missing(bureau: Bureau) -> None:
    bureau.tick()
    result = bureau.run("submit", "cosmetics/draft", "--as", "protection-officer")
    assert result.exit_code == 4
    assert "（--evidence）\n" in result.stderr
