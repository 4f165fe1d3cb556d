"""The afternoon of docs/afternoon.md: its very commands, given in its order, print what the page says."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cli.conftest import VARIABLES, Bureau

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "afternoon.md").read_text(encoding="utf-8")
TABLE = ROOT / "tests" / "data" / "tables" / "water-city.docx"
PARTS = re.split(r"^```console\n(.*?)^```$|^\|---\|---\|\n((?:\|[^\n]*\n)+)", PAGE, flags=re.M | re.S)
BLOCKS = list(zip(PARTS[1::3], PARTS[2::3], strict=True))


def commands(block: str) -> list[tuple[str, list[str]]]:
    """Each command of a block, with the lines that it prints."""
    parts = re.split(r"^\$ (.*)\n", block, flags=re.M)[1:]
    return [(command, answer.splitlines()) for command, answer in zip(parts[::2], parts[1::2], strict=True)]


def plain(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def give(place: Bureau, command: str, answer: list[str]) -> None:
    if not command.startswith("duban "):
        subprocess.run(["sh", "-c", command], cwd=place.root, check=True)
        return
    result = place.run(*shlex.split(command)[1:])
    assert result.exit_code == 0, result.output
    printed = plain(result.output)
    for line in plain("\n".join(answer)):
        assert line == "…" or line in printed, f"{command}: {line}"


def fill_in(place: Bureau, table: str) -> None:
    """Answers into the workbook of questions, as the page has them."""
    said = dict(re.findall(r"^\| (\S+) \| (\S+) \|$", table, re.M))
    book = load_workbook(place.root / "问题.xlsx")
    page = book.active
    assert page is not None
    rows = {str(row[0].value): row for row in page.iter_rows()}
    for cell, answer in said.items():
        rows[cell][3].value = answer
    book.save(place.root / "问题.xlsx")


def test_the_page_s_commands_lead_from_the_table_to_a_plan_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*VARIABLES, "DUBAN_SETTINGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(TABLE, tmp_path / "任务清单.docx")
    place = Bureau(tmp_path)
    given = 0
    for block, table in BLOCKS:
        if table:
            fill_in(place, table)
        for command, answer in commands(block or ""):
            give(place, command, answer)
            given += 1
    assert given == 7


def test_readme_and_handbook_lead_to_the_page() -> None:
    assert "docs/afternoon.md" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "afternoon.md" in (ROOT / "docs" / "handbook.md").read_text(encoding="utf-8")
