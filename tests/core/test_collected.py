"""What a collection brought in, as a table; the document by which a matter is handed over; tables as such."""

import csv
from io import StringIO

from duban.core.ledger.entries import EntryKind
from duban.core.telling.assignment import assignment
from duban.core.telling.collected import HEADER, collected, document
from duban.core.telling.tables import as_csv, as_markdown
from tests.core.builders import Story, collection, handing_over, work


def told(story: Story) -> tuple[tuple[str, ...], ...]:
    return collected(story.look, story.state, story.entries, story.initiative.steps["x"]).rows


def test_who_handed_in_what_and_when() -> None:
    story = Story(*collection("x", due="2024-06-14"))
    story.on("2024-06-05").act("officer", "submit", "x@works", "含附表", evidence=("报表", "名单"))
    story.on("2024-06-18").act("judge", "submit", "x@law")
    assert told(story) == (
        ("建设处", "按时", "2024-06-05", "officer岗", "报表、名单", "含附表"),
        ("法规处", "逾期2个工作日", "2024-06-18", "judge岗", "", ""),
    )


def test_what_was_mended_counts_and_what_is_missing_is_said() -> None:
    slots = collection("x", review="law")
    story = Story(*slots).act("officer", "submit", "x@works", "初稿").act("judge", "return", "x@works", "补充")
    story.on("2024-06-04").act("officer", "submit", "x@works", "二稿").act("leader", "approve", "x@works")
    story.act("leader", "hand-over", "x@law", "职责调整", to="vice").act("leader", "conclude", "x", "时间已到")
    assert told(story) == (
        ("建设处", "按时", "2024-06-04", "officer岗", "", "二稿"),
        ("法规处（转由vice岗办理）", "未报", "", "", "", "时间已到"),
    )
    table = collected(story.look, story.state, story.entries, story.initiative.steps["x"])
    lines = document(story.look, table).splitlines()
    assert lines[:3] == ["# x事项", "", "1.01 here举措　应报2家，已报1家，统计日期2024-06-04。"]
    assert lines[-1] == "| 法规处（转由vice岗办理） | 未报 |  |  |  | 时间已到 |"


def test_a_step_that_was_closed_otherwise_has_nobody_who_handed_it_in() -> None:
    story = Story(*collection("x")).happens(EntryKind.COMPLETED, "x@works", day="2024-06-03")
    assert told(story)[0] == ("建设处", "按时", "", "", "", "")


def test_a_matter_is_handed_over_by_a_numbered_document() -> None:
    story = Story(*handing_over("over"), work("draft", due="2024-06-28"), work("print", "draft"), on="2024-06-03")
    story.happens(EntryKind.ACTION_STARTED, "over").on("2024-06-04").happens(EntryKind.ACTION_STARTED, "over")
    over = story.initiative.steps["over"]
    text = assignment(story.look, story.decision, story.entries, over, "按月推进|逐项落实")
    assert "编号：〔2024〕1.01-5　日期：2024年6月3日" in text, "of the first try, so that it stays the same"
    assert "- 要求：按月推进&#124;逐项落实" in text
    rows = [line for line in text.splitlines() if line.startswith("| 建设处") or line.startswith("| 法规处")]
    assert rows == [
        "| 建设处 | 牵头 | head岗 | officer岗 | draft事项（2024年6月28日前）；print事项 | 交办后2个工作日 |",
        "| 法规处 | 承办 | judge岗 | clerk岗 | 按要求配合 | 交办后2个工作日 |",
    ]
    story.happens(EntryKind.ACTION_SUCCEEDED, "over")
    assert "| 2024年6月6日 |" in assignment(story.look, story.decision, story.entries, over, "按月推进")


def test_tables_take_any_text_for_text() -> None:
    rows = [("=1+1", "甲|乙", "第一行\n第二行"), ("-3", "@x", '"引号"')]
    assert as_markdown(("一", "二", "三"), rows).splitlines() == [
        "| 一 | 二 | 三 |",
        "| --- | --- | --- |",
        "| =1+1 | 甲&#124;乙 | 第一行 第二行 |",
        '| -3 | @x | "引号" |',
    ]
    text = as_csv(("一", "二", "三"), rows)
    assert text.startswith("\ufeff一,二,三\r\n")
    assert list(csv.reader(StringIO(text[1:], newline=""))) == [
        ["一", "二", "三"],
        ["'=1+1", "甲|乙", "第一行 第二行"],
        ["'-3", "'@x", '"引号"'],
    ]
    assert len(HEADER) == 6
