"""`check`: notice templates and ladders older than what there is to tell; warned of where letters go all the same."""

import re
from pathlib import Path

import pytest

from duban.adapters.wording import Wording
from duban.adapters.wording_trial import failing
from duban.core.telling.phrases import CHANGES
from tests.cli.conftest import Bureau, lines


def changed(bureau: Bureau, name: str, pattern: str, instead: str = "") -> Path:
    """A file of the office's own, in which something else stands, or nothing."""
    file = bureau.config / name
    text, times = re.subn(pattern, instead, file.read_text("utf-8"))
    assert times
    file.write_text(text, "utf-8")
    return file


def test_the_shipped_files_tell_everything(bureau: Bureau) -> None:
    assert bureau.json("check")["warnings"] == []
    assert bureau.json("check")["problems"] == []


@pytest.mark.parametrize("word", sorted(set(CHANGES.values())))
def test_a_template_of_changes_that_lacks_a_word_is_a_problem_with_its_line(bureau: Bureau, word: str) -> None:
    file = changed(bureau, "notices/change.txt.j2", f'    "{word}": .*\n')
    line = next(n for n, text in enumerate(file.read_text("utf-8").splitlines(), 1) if "block opening" in text)
    result = bureau.run("check")
    assert result.exit_code == 3
    told = [one for one in lines(result.stdout) if "broken-template" in one]
    assert len(told) == 1
    assert told[0].startswith(
        f"notices/change.txt.j2:{line}: broken-template: the letter 《办理事项变动通知》{word} cannot"
    )


@pytest.mark.parametrize("name", ["base", "press", "digest"])
def test_whatever_a_template_runs_into_is_named(bureau: Bureau, name: str) -> None:
    changed(
        bureau,
        f"notices/{name}.txt.j2",
        r"\Z",
        "\n{% set heavens = 1 // (pressed - pressed) %}" if name != "digest" else "{{ 1 // 0 }}",
    )
    folder = bureau.config / "notices"
    assert {one.file for one in failing(Wording(folder), folder)} == {f"notices/{name}.txt.j2"}


@pytest.mark.parametrize(
    ("name", "pattern", "told"),
    [
        ("base.txt.j2", r".*批示、意见和催办.*\n", "notices/base.txt.j2: unsaid: no template tells 批示、意见和催办"),
        ("digest.txt.j2", r"(?<!\{# )\bstill\b", "notices/digest.txt.j2: unsaid: no template tells 仍逾期"),
    ],
)
def test_templates_that_leave_out_what_came_later_are_warned_of(
    bureau: Bureau, name: str, pattern: str, told: str
) -> None:
    changed(bureau, f"notices/{name}", pattern, "items" if name == "digest.txt.j2" else "")
    assert any(line.startswith(f"warning: {told}") for line in lines(bureau.ok("check")))


def test_ladders_without_a_rung_for_remarks_are_warned_of_and_work(bureau: Bureau) -> None:
    changed(bureau, "escalation.yaml", r".*slip: (instruct|advise).*\n")
    told = [line for line in lines(bureau.ok("check")) if line.startswith("warning: ")]
    assert [line.partition("ladder ")[2].partition(":")[0] for line in told] == [
        "'standard' has no rung for 批示",
        "'standard' has no rung for 意见",
        "'standard' has no rung for 不是本单位办的",
        "'urgent' has no rung for 批示",
        "'urgent' has no rung for 意见",
        "'urgent' has no rung for 不是本单位办的",
    ]


def test_a_frame_that_writes_a_bureaus_name_and_number_by_itself_is_warned_of(bureau: Bureau) -> None:
    changed(bureau, "notices/base.txt.j2", r'heading\(title ~ "　" ~ number', 'heading(kind ~ "　某督" ~ number ~ "号"')
    changed(bureau, "notices/digest.txt.j2", r"\btitle\b", "recipient_title")
    (told,) = bureau.json("check")["warnings"]
    assert told["id"] == "unsaid"
    assert "what a slip is called here, beside its whole number" in told["message"]
