"""What is taken away from the desk: tables, papers, and calendars at an address of their own."""

import re
import shutil
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from docx import Document
from icalendar import Calendar
from openpyxl import load_workbook

from tests.cli.conftest import CONFIG
from tests.desk.conftest import Office


@pytest.fixture(autouse=True)
def templates(office: Office) -> None:
    """The shipped templates of papers."""
    shutil.copytree(CONFIG / "papers", office.bureau.config / "papers", dirs_exist_ok=True)


def test_the_table_of_a_unit_is_a_workbook_with_its_name(office: Office) -> None:
    answer = office.person().open("/table.xlsx?of=protection").response
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "督办台账" in load_workbook(BytesIO(answer.content)).sheetnames
    assert office.person().open("/table.xlsx?of=nobody").status == 404


def test_the_paper_of_a_slip_that_was_sent_is_a_word_file(office: Office) -> None:
    answer = office.person().open("/paper/assign.docx?of=cosmetics/draft").response
    assert answer.status_code == 200, answer.text
    told = "\n".join(cell.text for table in Document(BytesIO(answer.content)).tables for cell in table._cells)
    assert "起草保护方案" in told
    never_sent = office.person().open("/paper/press.docx?of=cosmetics/draft")
    assert never_sent.status == 404
    assert "没有这份文书" in never_sent.text


def test_a_calendar_is_found_at_an_address_that_proves_itself(office: Office) -> None:
    person = office.person()
    (address,) = re.findall(r'href="([^"]+\.ics)"', person.open("/u/protection").response.text)
    answer = person.open(urlsplit(address).path).response
    assert answer.status_code == 200
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert any("起草保护方案" in str(event["SUMMARY"]) for event in events)
    for other in ("service", "plan"):
        assert person.open(urlsplit(address).path.replace("protection", other)).status == 404


def test_a_bulletin_is_the_coordinators(office: Office) -> None:
    answer = office.person().open("/bulletin.docx?day=2024-04-02").response
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"PK")
    assert office.person().open("/bulletin.docx?day=2024-13-40").status == 404
