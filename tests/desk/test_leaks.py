"""What is told in logs: nothing by which somebody could come, and nothing of what people wrote."""

import logging
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from duban.desk.app import WithoutMarks, without_marks
from tests.desk.conftest import Office

MARK = "Ab3_-xyZ0123456789abCD"
LINKS = {
    f"/l/1.01-3-{MARK}": "/l/1.01-3-…",
    f"/l/1.01a-312-{MARK}/do": "/l/1.01a-312-…/do",
    f"/l/1.01-3-{MARK}/file/abc": "/l/1.01-3-…/file/abc",
    f"/d/protection-officer-20240401-{MARK}/cosmetics/draft": "/d/protection-officer-20240401-…/cosmetics/draft",
    f"/c/protection-{MARK}.ics": "/c/-…",
    f"/in/protection-head.0011.1700000000-{MARK}?then=/m/a/b": "/in/-…?then=/m/a/b",
    "/board?plan=small-2024": "/board?plan=small-2024",
    "/m/fair-competition-review/survey": "/m/fair-competition-review/survey",
    "/in?then=/m/cosmetics/draft": "/in?then=/m/cosmetics/draft",
}
"""Addresses, and what is logged of them."""

MISTYPED = (
    "/l/1.01-3-{}。",
    "/l/1.01-3-{})",
    "/l/1.01-3-{}x",
    "/l/1.01-3-{},请办理",
    "/l/1.01-3-{}&from=wecom",
    "/l/1.01-3-{}%0A",
    "/L/1.01-3-{}",
    "//l/1.01-3-{}/",
    "/l/x1.01-3-{}",
    "/l/{}",
    "/l/-{}",
    "/in?then=/l/1.01-3-{}",
    "/in?then=/l/1.01-3-{}&x=1",
    "/in?then=%2Fl%2F1.01-3-{}",
    "/in?then=%252Fl%252F1.01-3-{}",
    "/nowhere/l/1.01-3-{}",
    "/1.01-3-{}",
    "/board/1.01-3-{}/do",
    "/d/protection-officer-20240401-{}.",
)


@pytest.mark.parametrize("address", LINKS)
def test_what_a_link_names_is_logged_and_its_mark_is_not(address: str) -> None:
    assert without_marks(address) == LINKS[address]


@pytest.mark.parametrize("address", MISTYPED)
@pytest.mark.parametrize("quoted", [False, True])
def test_a_link_that_was_mistyped_is_not_logged_either(address: str, *, quoted: bool) -> None:
    said = address.format(MARK)
    args = ("127.0.0.1:1", "GET", quote(said, safe="/?=&%") if quoted else said, "1.1", 404)
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', args, None)
    assert WithoutMarks().filter(record)
    assert MARK not in record.getMessage()
    assert "127.0.0.1:1" in record.getMessage()


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """What is logged of requests and of what goes wrong with them."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in ("uvicorn.access", "uvicorn.error", "duban")]
    for logger in loggers:
        logger.addHandler(handler)
    yield lines
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.mark.parametrize("address", MISTYPED)
def test_the_desk_itself_logs_none_of_them(office: Office, logged: list[str], address: str) -> None:
    mark, person = office.links("protection-officer")[0][-22:], office.person()
    person.client.get(address.format(mark))
    person.client.post(address.format(mark))
    assert len(logged) >= 2
    assert [line for line in logged if mark in line] == []


PERSONAL = {"reason": "家中老人住院", "evidence": "身份证复印件（张三丰）", "name": "张三丰"}


@pytest.fixture
def failing() -> Iterator[list[str]]:
    """Statements at which the database fails from then on, with an error nobody foresaw."""
    tables: list[str] = []

    def broken(connection: object, cursor: object, statement: str, *_: object) -> tuple[str, object]:
        told = next((table for table in tables if f"INTO {table}" in statement), "")
        return statement.replace(f"INTO {told}", f"INTO no_such_{told}") if told else statement, _[0]

    event.listen(Engine, "before_cursor_execute", broken, retval=True)
    try:
        yield tables
    finally:
        event.remove(Engine, "before_cursor_execute", broken)


def test_what_people_wrote_is_in_no_log_when_the_database_fails(
    office: Office, failing: list[str], logged: list[str]
) -> None:
    person, link = office.person(), office.links("protection-officer")[0]
    wrote = {"evidence": PERSONAL["evidence"], "reason": PERSONAL["reason"]}
    confirmation = person.check(link, "submit", name=PERSONAL["name"], **wrote)
    failing.append("entry")
    page = person.confirm(link, confirmation)
    assert page.status == 500
    assert "no_such_entry" in "".join(logged)
    for text in (page.text, *logged):
        assert [word for word in PERSONAL.values() if word in text] == []
