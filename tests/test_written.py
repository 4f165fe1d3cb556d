"""Files that people write: files, of a size people write, in UTF-8; all else is a problem with its place, at once."""

import os
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from duban.adapters.clock import ClockUnusable, FileClock
from duban.adapters.papers import paper_problems
from duban.adapters.workbooks_back import sheets_of
from duban.adapters.yaml_models import read_model
from duban.core.planning.when import parse_day, parse_when
from duban.core.problems import BadInput, Invalid
from duban.settings import SETTINGS_VARIABLE, load_settings
from duban.written import LARGEST, LARGEST_FOLDER, Unreadable, handed_in, written_bytes, written_text
from tests.cli.conftest import COSMETICS, Bureau, write
from tests.cli.conftest import bureau as bureau  # noqa: PLC0414  a fixture

TEXT = "id: 督办\ntitle: 文\n"


def made(kind: str, at: Path) -> Path:
    match kind:
        case "pipe":
            os.mkfifo(at)
        case "folder":
            at.mkdir()
        case "device":
            at.symlink_to("/dev/zero")
        case "loop":
            at.symlink_to(at)
        case "large":
            at.write_bytes(b"a" * (LARGEST + 1))
    return at


KINDS = {"pipe": "not-a-file", "folder": "not-a-file", "device": "not-a-file", "loop": "unreadable"}
KINDS |= {"large": "too-large", "nothing": "unreadable"}


@pytest.mark.parametrize(("kind", "id"), KINDS.items())
def test_what_is_no_file_of_people_is_a_problem_at_once(tmp_path: Path, kind: str, id: str) -> None:
    with pytest.raises(Unreadable) as raised:
        written_bytes(made(kind, tmp_path / "there"))
    assert raised.value.fault.id == id
    with pytest.raises(BadInput, match=rf"there: {id}: .*; "):
        handed_in(tmp_path / "there", LARGEST)
    with pytest.raises(BadInput, match=r"unreadable: .*null byte"):
        handed_in(tmp_path / "a\0b", LARGEST)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_ends_of_lines_and_a_mark_at_the_beginning_are_no_matter(tmp_path: Path, ending: str, mark: bytes) -> None:
    (tmp_path / "a").write_bytes(mark + TEXT.replace("\n", ending).encode())
    assert written_text(tmp_path / "a") == TEXT


@pytest.mark.parametrize(
    ("coding", "line", "guess"), [("utf-16", 1, "UTF-16"), ("gb18030", 1, "GBK"), ("latin-1", 2, "")]
)
def test_another_encoding_is_named_with_its_line(tmp_path: Path, coding: str, line: int, guess: str) -> None:
    text = "id: a\ntitle: café" if coding == "latin-1" else TEXT
    (tmp_path / "a").write_bytes(text.encode(coding))
    with pytest.raises(Unreadable) as raised:
        written_text(tmp_path / "a")
    assert raised.value.line == line
    assert raised.value.fault.message == "the file is not in UTF-8" + (f", but seems to be in {guess}" if guess else "")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["directory.yaml", "escalation.yaml", "calendar.yaml", "duban.toml"])
def test_check_names_whatever_stands_in_place_of_a_file(bureau: Bureau, kind: str, name: str) -> None:
    (bureau.config / name).unlink()
    made(kind, bureau.config / name)
    result = bureau.run("check")
    assert result.exit_code == 3, result.output
    assert f"{name}: " in result.output


PLACES = ("plans/small-2024/service/x.yaml", "plans/small-2024/document.yaml", "patterns/x.yaml")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", ["pipe", "device", "large"])
def test_check_ends_whatever_lies_among_the_files_of_a_plan(bureau: Bureau, kind: str, place: str) -> None:
    (bureau.config / place).parent.mkdir(parents=True, exist_ok=True)
    made(kind, bureau.config / place)
    result = bureau.run("check")
    assert (result.exit_code, f"{place}: {KINDS[kind]}" in result.output) == (3, True)


def test_a_plan_of_48_megabytes_is_refused_before_it_is_read(bureau: Bureau) -> None:
    folder = bureau.config / "plans/small-2024/protection"
    for number in range(16):
        (folder / f"large-{number}.yaml").write_text(f"{COSMETICS}#{'a' * 3 * 2**20}\n", "utf-8")
    assert sum(file.stat().st_size for file in folder.iterdir()) > LARGEST_FOLDER
    result = bureau.run("check")
    assert result.exit_code == 3
    assert "small-2024: too-large: its files are larger than 32 MiB together" in result.output


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("a: &a [1,1]\nb: [*a,*a]\n", "anchor"),
        ("a: " + "[" * 5000 + "]" * 5000, "too-deep"),
        ("a: " + "{b: " * 5000 + "}" * 5000, "too-deep"),
        ("\n".join(" " * depth + "a:" for depth in range(400)), "too-deep"),
    ],
    ids=["aliases", "lists", "mappings", "indented"],
)
def test_bombs_are_refused(bureau: Bureau, text: str, id: str) -> None:
    write(bureau.config, {"plans/small-2024/service/bomb.yaml": text})
    assert f": {id}: " in bureau.run("check").output


@pytest.mark.parametrize(
    "text",
    ["plan = " + "[" * 100_000, "plan = {" + "a = {" * 5000, "plan = 1e309", "plan = ''"],
    ids=["lists", "tables", "number", "empty"],
)
def test_settings_that_are_none_are_a_problem(bureau: Bureau, text: str) -> None:
    write(bureau.config, {"duban.toml": text})
    assert bureau.run("show").exit_code == 3


def bomb(file: Path, name: str) -> Path:
    with ZipFile(file, "w", ZIP_DEFLATED) as packed:
        packed.writestr(name, b"\0" * 60_000_000)
    return file


def test_office_files_that_unpack_without_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="展开后过大"):
        sheets_of(bomb(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml").read_bytes(), "a.xlsx")
    (tmp_path / "papers").mkdir()
    bomb(tmp_path / "papers" / "press.docx", "word/document.xml")
    assert "too-large" in {problem.id for problem in paper_problems(tmp_path / "papers")}


# What is typed --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["\udcb0\udca1", "a\0b"])
@pytest.mark.parametrize(
    "words",
    [
        ("sign", "cosmetics/draft", "--as", "protection-officer", "--note", "WORD"),
        ("sign", "WORD", "--as", "protection-officer"),
        ("sign", "cosmetics/draft", "--as", "WORD"),
        ("ledger", "show", "WORD"),
        ("check", "WORD"),
        ("--plan", "WORD", "show"),
        ("import", "xlsx", "WORD"),
    ],
)
def test_a_word_that_is_no_text_ends_a_command_before_anything_is_done(
    bureau: Bureau, words: tuple[str, ...], word: str
) -> None:
    result = bureau.run(*(word if one == "WORD" else one for one in words))
    assert result.exit_code == 3
    assert "UTF-8" in result.output
    assert not (bureau.var / "ledger.sqlite").exists()


@pytest.mark.parametrize("name", ["DUBAN_PLAN", "DUBAN_LEDGER_URL", "DUBAN_CLOCK", "DUBAN_SETTINGS"])
def test_a_variable_that_is_no_text_is_named(bureau: Bureau, name: str) -> None:
    told = {SETTINGS_VARIABLE: str(bureau.config / "duban.toml")} | {name: "\udcff"}
    with pytest.raises(BadInput, match=f"{name}: not-text"):
        load_settings(environment=told)


@pytest.mark.parametrize("day", ["0001-01-01", "1989-12-31", "2101-01-01", "9999-12-31"])
def test_a_day_at_the_ends_of_the_calendar_is_no_day_of_a_plan(bureau: Bureau, day: str) -> None:
    for read in (parse_day, parse_when):
        with pytest.raises(Invalid, match="is not a year of a plan; write a day from 1990 to 2100"):
            read(day)
    with pytest.raises(Invalid, match="is not a year of a plan"):
        parse_when(f"{day[:4]}-Q1")
    file = bureau.config / "plans/small-2024/plan.yaml"
    text = file.read_text("utf-8")
    for key, before in (("starts", "2024-04-01"), ("ends", "2024-06-28")):
        file.write_text(text.replace(f"{key}: {before}", f"{key}: {day}"), "utf-8")
        result = bureau.run("check")
        assert (result.exit_code, "plan.yaml:" in result.output) == (3, True)


def test_a_clock_that_is_a_device_is_no_clock(tmp_path: Path) -> None:
    for kind in ("device", "pipe", "large"):
        with pytest.raises(ClockUnusable, match="no such clock"):
            FileClock(made(kind, tmp_path / kind)).now()


def test_a_model_says_what_is_wrong_with_its_file_by_line(tmp_path: Path) -> None:
    from duban.core.planning.directory import DirectoryFile  # noqa: PLC0415

    (tmp_path / "a.yaml").write_bytes(TEXT.encode("gb18030"))
    (problem,) = read_model(tmp_path / "a.yaml", DirectoryFile).problems
    assert (problem.line, problem.id) == (1, "not-utf8")
