"""Tables out and in, on a ledger in memory: whatever is filled in, exactly that is recorded, and once."""

from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from duban.adapters.workbooks_back import MOST_BYTES, sheets_of
from duban.core.deciding.commands import Command, Verb
from duban.core.ledger.entries import SYSTEM
from duban.core.planning.plan import StepRef
from duban.core.problems import BadInput
from duban.core.typed import one_line
from duban.core.workbooks.columns import LEDGER_COLUMNS
from duban.exchange.inward import read_back, take_in
from duban.exchange.outward import plan_workbook
from duban.service import Service
from duban.views import Result
from tests.bureau import COSMETICS, Story

PLACES = {column.id: place for place, column in enumerate(LEDGER_COLUMNS, start=1)}
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
TEXTS = WORDS.map(one_line).filter(lambda text: text and one_line(text) == text)
"""Anything that people may type in a line, be it =1 or 是."""

COUNTS = st.integers(0, 400)
LATER = [date(2024, 4, day) for day in (15, 16, 19, 22, 30)] + [date(2024, 6, 28)]


def percent(number: int) -> st.SearchStrategy[Any]:
    """A percentage as people write it."""
    wide = str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    return st.sampled_from([number / 100, f"{number}%", f"{wide}％", f" {number} % "])


def days(day: date) -> st.SearchStrategy[Any]:
    forms = [f"{day.month}月{day.day}日", f"{day:%Y.%m.%d}", f"{day:%Y%m%d}", datetime(day.year, day.month, day.day)]  # noqa: DTZ001
    return st.sampled_from([*forms, day, (day - date(1899, 12, 30)).days])


def said(draw: st.DrawFn, name: str, value: Any) -> Any:
    """What is written into the cell that says so."""
    match name:
        case "signed":
            return draw(st.sampled_from(["是", "√", True]))
        case "progress":
            return draw(percent(value))
        case "remaining":
            return draw(st.sampled_from([value, f"{value}天"]))
        case "value":
            return draw(st.sampled_from([value, f"{value}件"]))
        case "evidence":
            return draw(st.sampled_from("、；\n")).join(value)
        case "to":
            return draw(days(value))
        case _:
            return value


EVIDENCE = st.lists(st.sampled_from(["送审稿", "《甲、乙》", "=表"]), min_size=1, unique=True)
COLUMNS = {"reason": "said", "to": "ask", "why": "reason"}


@st.composite
def fills(draw: st.DrawFn, **values: st.SearchStrategy[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is meant for a step, and the cells that say so; nobody asks for time who hands in."""
    common = {"signed": st.just(True), "reason": TEXTS, "remaining": COUNTS}
    drawn = {name: draw(st.none() | value) for name, value in (common | values).items()}
    meant = {name: value for name, value in drawn.items() if value is not None}
    if "to" in meant:
        meant.pop("evidence", None)
        meant["why"] = draw(TEXTS)
    return meant, {COLUMNS.get(name, name): said(draw, name, value) for name, value in meant.items()}


def recorded(story: Story, since: int) -> list[tuple[str, str, dict[str, Any]]]:
    """What people did since an entry, but for who and by which way."""
    entries = [one for one in story.ledger.entries(COSMETICS)[since:] if one.actor != SYSTEM]
    return [
        (one.kind.value, one.step, {name: value for name, value in one.data.items() if name not in ("via", "late")})
        for one in entries
    ]


def expected(step: str, meant: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """The entries that people's own commands would have come to."""
    found = [("signed", step, {})] if "signed" in meant else []
    report = {name: meant[name] for name in ("reason", "progress", "value", "remaining") if name in meant}
    if report:
        found.append(("reported", step, report))
    if "evidence" in meant:
        found.append(("submitted", step, {"evidence": meant["evidence"]}))
    if found and "signed" not in meant:  # who reports or hands in has signed, with the words of it
        words = {name: value for name, value in found[0][2].items() if name == "reason"}
        found.insert(1, ("signed", step, words))
    if "to" in meant:
        found.append(("extension-asked", step, {"reason": meant["why"], "to": meant["to"].isoformat()}))
    return found


def typed(data: bytes, cells: dict[str, dict[str, Any]]) -> bytes:
    """A workbook with values written into the cells of steps."""
    book = load_workbook(BytesIO(data))
    page = book["督办台账"]
    rows = {page.cell(row, PLACES["key"]).value: row for row in range(4, page.max_row + 1)}
    for step, values in cells.items():
        for column, value in values.items():
            cell = page.cell(rows[f"{COSMETICS}/{step}"], PLACES[column])
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


DRAFT = fills(progress=st.integers(0, 100), evidence=EVIDENCE, to=st.sampled_from(LATER))
CASES = fills(value=st.integers(0, 49), to=st.just(date(2024, 6, 28)))


@settings(max_examples=30, deadline=None)
@given(DRAFT, CASES)
def test_exactly_what_was_filled_in_is_recorded_and_once(
    draft: tuple[dict[str, Any], dict[str, Any]], cases: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    story = Story().at(1)
    before = len(story.ledger.entries(COSMETICS))
    data = typed(plan_workbook(story.service), {"draft": draft[1], "cases": cases[1]})
    back = read_back(story.service, data, "台账.xlsx", actor=None, via="workbook tester")
    assert back.problems == []
    assert len(story.ledger.entries(COSMETICS)) == before, "reading stores nothing"
    take_in(story.service, back.commands)
    assert recorded(story, before) == expected("draft", draft[0]) + expected("cases", cases[0])
    assert read_back(story.service, data, "台账.xlsx", actor=None, via="workbook tester").commands == []


def test_what_something_new_stands_against_is_not_carried_out_and_told() -> None:
    story = Story().at(1)
    data = typed(plan_workbook(story.service), {"draft": {"progress": 0.4}, "cases": {"value": 3}})
    back = read_back(story.service, data, "台账.xlsx", actor=None, via="workbook tester")
    story.service.act(Command(Verb.CANCEL, StepRef(COSMETICS, "draft"), "coordinator", "不再需要"))
    taken = take_in(story.service, back.commands)
    assert [COSMETICS in taken.woken, len(taken.refused), taken.entries] == [True, 1, 2]
    assert taken.refused[0].startswith("cosmetics/draft：“起草化妆品产业知识产权保护方案”已终止")


class Cut(BaseException):
    """A process that is killed."""


@pytest.mark.parametrize("after", range(5))
def test_cut_short_anywhere_and_taken_in_again_it_says_what_was_done_and_doubles_nothing(
    monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    filled = {
        "draft": {"signed": "是", "progress": 0.4, "said": "已拟初稿", "evidence": "方案送审稿"},
        "cases": {"signed": "是", "value": 3},
    }

    def begun() -> tuple[Story, bytes, int]:
        story = Story().at(1)
        return story, typed(plan_workbook(story.service), filled), len(story.ledger.entries(COSMETICS))

    whole, data, before = begun()
    take_in(whole.service, read_back(whole.service, data, "台账.xlsx", actor=None, via="workbook tester").commands)
    story, data, _ = begun()
    act, done = Service.act, list[Command]()

    def killed(service: Service, command: Command) -> Result:
        if len(done) == after:
            raise Cut
        done.append(command)
        return act(service, command)

    commands = read_back(story.service, data, "台账.xlsx", actor=None, via="workbook tester").commands
    monkeypatch.setattr(Service, "act", killed)
    with pytest.raises(Cut):
        take_in(story.service, commands)
    monkeypatch.undo()
    again = read_back(story.service, data, "台账.xlsx", actor=None, via="workbook tester")
    assert again.problems == []
    assert len(again.commands) == len(commands) - after
    assert sum(note.message.partition("此前")[0].count("、") + 1 for note in again.taken) == after
    take_in(story.service, again.commands)
    assert recorded(story, before) == recorded(whole, before)
    assert read_back(story.service, data, "台账.xlsx", actor=None, via="workbook tester").commands == []


def test_a_file_that_is_too_large_is_not_read() -> None:
    with pytest.raises(BadInput, match="最多20兆"):
        sheets_of(b"\0" * (MOST_BYTES + 1), "大表.xlsx")


def test_what_grows_beyond_all_measure_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duban.adapters.workbooks_back.MOST_UNPACKED", 1000)
    with pytest.raises(BadInput, match="展开后过大"):
        sheets_of(plan_workbook(Story().at(1).service), "大表.xlsx")
