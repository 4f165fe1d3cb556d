"""Real-shaped tables in three formats: every task, unit, deadline and question as a careful person reads them."""

import json
from pathlib import Path
from typing import Any

import pytest

from duban.adapters.tables import read_file
from duban.core.problems import BadInput
from duban.drafting.proposing import slug
from duban.drafting.reading import Draft, NoYear, TaskRow, read_tables

TABLES = Path(__file__).parent.parent / "data" / "tables"
NAMES = tuple(sorted(file.name for file in TABLES.iterdir() if file.suffix != ".json"))
YEARLESS = "court.xlsx"


def read(name: str) -> Draft:
    return read_tables(read_file(name, (TABLES / name).read_bytes()), 2024 if name == YEARLESS else None)


def answers(name: str) -> dict[str, Any]:
    file = TABLES / f"{Path(name).stem}.answers.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


def told(row: TaskRow) -> dict[str, Any]:
    """A task in the words of the answers."""
    return {
        "number": row.number,
        "section": row.section,
        "title": row.title,
        "leads": list(row.leads),
        "supports": list(row.supports),
        "person": row.person or row.supervisor,
        "deadline": {
            "text": row.due.text or None,
            "kind": row.due.kind.value,
            "dates": [day.isoformat() for day in row.due.dates],
        },
        "result": row.result,
        "cell": row.cell,
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_task_is_read_with_its_section_units_and_deadline(name: str) -> None:
    draft, wanted = read(name), answers(name)
    assert draft.year == wanted["year"]
    assert [told(row) for row in draft.rows] == [
        {key: value for key, value in row.items() if key != "note"} for row in wanted["rows"]
    ]


@pytest.mark.parametrize("name", NAMES)
def test_what_a_careful_person_would_ask_is_asked_at_its_cell_and_nothing_else(name: str) -> None:
    assert {question.cell for question in read(name).questions} == {one["cell"] for one in answers(name)["questions"]}
    assert all(question.why for question in read(name).questions)


def test_a_table_that_names_no_year_says_so() -> None:
    with pytest.raises(NoYear):
        read_tables(read_file(YEARLESS, (TABLES / YEARLESS).read_bytes()))


@pytest.mark.parametrize(
    ("name", "heading", "document"),
    [
        ("water-city.docx", "某市水务局关于印发2024年重点工作任务清单的通知", "水务〔2024〕5号"),
        ("finance-county.xlsx", "某县财政局2024年度重点工作责任分解表", ""),
        ("culture-district.docx", "全区文化和旅游工作重点任务分解表(2024年)", ""),
        ("elections.xlsx", "Operational Plan 2024 – Presidential Election", ""),
    ],
)
def test_of_the_lines_around_a_table_the_one_that_names_it_is_its_heading(
    name: str, heading: str, document: str
) -> None:
    draft = read(name)
    assert (draft.heading, draft.document) == (heading, document)


def test_a_csv_saved_by_an_older_office_program_reads_the_same() -> None:
    content = (TABLES / "port.csv").read_bytes().decode("utf-8-sig")
    again = read_tables(read_file("port.csv", content.encode("gb18030")))
    assert again.rows == read("port.csv").rows


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan.xls", b"x"),
        ("plan.xlsx", b"no zip"),
        ("plan.docx", b"PK\x03\x04broken"),
        ("plan.csv", b"\xff\xfe\xff\xff\x81"),
    ],
)
def test_a_file_that_is_no_table_is_said_to_be_none(name: str, content: bytes) -> None:
    with pytest.raises(BadInput, match=name):
        read_file(name, content)


def test_what_fills_a_field_and_nobody_sees_is_not_read() -> None:
    said = "任务,责任单位,时限\n制定办法,保护处（牵头）、服务处,6月底\n"
    (table,), (filled,) = (read_file("a.csv", text.encode()) for text in (said, said.replace("处", "处\0")))
    assert filled == table


def test_an_id_is_short_enough_to_name_a_file() -> None:
    assert slug("a" * 300, str.split) == "a" * 24
