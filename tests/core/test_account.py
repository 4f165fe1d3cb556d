"""督办台账 and 任务分解表 as rows: a step each, who and by when, what was said of it, what may be filled in."""

from dataclasses import replace
from datetime import date
from typing import Any

from duban.core.ledger.entries import Draft, EntryKind
from duban.core.planning.directory import Post
from duban.core.planning.plan import Step, Target
from duban.core.workbooks.account import Account, account, words_said
from duban.core.workbooks.breakdown import breakdown
from duban.core.workbooks.columns import FILLED, KEY, LEDGER_COLUMNS, LOCKED, MARK
from duban.core.workbooks.marks import RowMark, flat, hash_at
from tests.core.builders import BULLETIN, Story, action, day, directory, indicator, milestone, moment, review, work
from tests.core.test_board import GROUPED, each


def of(story: Story) -> Account:
    return Account(story.look, story.state, tuple(story.entries), {})


def rows(story: Story, units: set[str] | None = None, *, fold: bool = False) -> list[dict[str, Any]]:
    sheet = account([of(story)], "台账", units, fold=fold)
    return [{**dict.fromkeys(column.id for column in sheet.columns), **row.cells} for row in sheet.rows]


def only(step: Step, *acts: tuple[str, ...], **said: Any) -> dict[str, Any]:
    story = Story(step)
    for act in acts:
        story.act(*act, **said)
    (row,) = rows(story)
    return row


def opened(story: Story) -> list[frozenset[str]]:
    return [row.open for row in account([of(story)], "台账", fold=False).rows]


def test_a_row_tells_what_it_is_whose_by_when_and_how_it_stands() -> None:
    row = only(work("draft", due="2024-06-07", evidence=("送审稿",)))
    assert [row[name] for name in ("number", "initiative", "step", "lead", "owner", "person")] == [
        "1.01",
        "here举措",
        "draft事项",
        "建设处",
        "建设处",
        "officer岗",
    ]
    assert (row["due"], row["original"], row["status"]) == (date(2024, 6, 7), None, "待签收")
    assert (row["light"], row["remark"]) == ("▲ 黄灯", "预计6月11日完成，晚1个工作日；办结应附送审稿")
    assert row[KEY] == "here/draft"


def test_what_is_in_time_is_green() -> None:
    assert only(work("draft", due="2024-07-31"))["light"] == "● 绿灯"


def test_a_light_is_told_by_shape_and_word_and_its_reason_stands_beside_it() -> None:
    late = Story(work("draft", due="2024-06-07")).on("2024-06-14")
    (row,) = rows(late)
    assert row["light"] == "■ 红灯"
    assert row["remark"].startswith("已逾期4个工作日")
    done = Story(work("draft")).act("officer", "submit", "draft")
    assert rows(done)[0]["light"] == "○ 不亮灯"


def test_the_name_of_whoever_holds_the_post_stands_where_it_is_known() -> None:
    people = directory(Post(id="officer", title="联络员", name="王伟"))
    assert rows(Story(work("draft"), people=people))[0]["person"] == "王伟"


def test_whoever_answers_for_a_unit_that_is_gone_is_named() -> None:
    story = Story(work("draft")).happens(EntryKind.HANDED_OVER, "draft", to="nobody", reason="转办")
    assert rows(story)[0]["person"] == "head岗"


def test_what_was_said_last_stands_in_the_cells_that_are_filled_in() -> None:
    story = Story(work("draft", due="2024-06-28"))
    story.act("officer", "report", "draft", "已拟初稿", progress=40, remaining=6)
    story.act("officer", "extend", "draft", "征求意见多", to="2024-07-05")
    (row,) = rows(story)
    filled = {column.id: row[column.id] for column in FILLED if row[column.id] is not None}
    assert filled == {
        "signed": "是",
        "said": "已拟初稿",
        "progress": 40,
        "remaining": 6,
        "ask": date(2024, 7, 5),
        "reason": "征求意见多",
    }


def test_evidence_stands_one_a_line_once_it_is_handed_in() -> None:
    row = only(work("draft", review="law"), ("officer", "submit", "draft"), evidence=("送审稿", "说明"))
    assert (row["evidence"], row["done"], row["status"]) == ("送审稿\n说明", "是", "待审核")


def test_an_indicator_has_its_value_and_tells_how_it_stands() -> None:
    story = Story(indicator("cases", due="2024-06-28")).act("officer", "report", "cases", value=4.0)
    (row,) = rows(story)
    assert (row["value"], row["progress"]) == (4.0, 40)
    assert "目标10件，2024年6月3日达4件（40%）" in row["remark"]


def test_the_last_remark_is_told() -> None:
    row = only(work("draft"), ("leader", "instruct", "draft", "先易后难"), ("leader", "instruct", "draft", "抓紧"))
    assert row["remark"] == "leader岗2024年6月3日批示：抓紧"


def test_words_are_those_of_the_last_report_that_had_any_under_whatever_name() -> None:
    story = Story(work("draft")).act("officer", "report", "draft", "旧话").act("officer", "report", "draft", "新话")
    story.act("officer", "report", "draft", progress=50)
    assert words_said(story.entries, {}) == {"draft": "新话"}
    assert words_said(story.entries, {"draft": "paper"}) == {"paper": "新话"}
    story.write(Draft(EntryKind.REPLANNED, "paper", data={"was": "draft"}))
    story.write(Draft(EntryKind.REPLANNED, "other", data={"was": "unheard"}))
    assert words_said(story.entries, {}) == {"paper": "新话"}


# What may be filled in -----------------------------------------------------------------------------------------------

REPORTING = {"said", "progress", "remaining", "evidence", "done", "ask", "reason"}


def test_an_owner_may_fill_in_what_the_rules_allow_as_the_step_stands() -> None:
    story = Story(work("draft", due="2024-06-28", review="law"), work("after", "draft"), milestone("end", "after"))
    draft, after, end = opened(story)
    assert draft == REPORTING | {"signed"}
    assert end == set()
    assert "signed" not in after
    story.act("officer", "sign", "draft")
    assert opened(story)[0] == REPORTING
    story.act("officer", "submit", "draft")
    assert not opened(story)[0] & {"evidence", "done", "signed"}


def test_what_is_closed_takes_nothing() -> None:
    assert opened(Story(work("draft")).act("officer", "submit", "draft")) == [frozenset()]


def test_of_an_indicator_the_value_is_asked_for_and_the_percentage_counted() -> None:
    assert {"value"} <= opened(Story(indicator("cases")))[0]
    assert "progress" not in opened(Story(indicator("cases")))[0]
    ceiling = indicator("cases", due="2024-12-31")
    kept = replace(ceiling, target=Target(0, "起", at_most=True))
    assert {"value", "progress"} <= opened(Story(kept))[0]


# Units of one step ---------------------------------------------------------------------------------------------------


def units() -> Story:
    return Story(*each("collect", "报送", due="2024-06-07"), work("after"), people=GROUPED)


def test_the_steps_of_units_are_rows_of_their_own_unless_folded() -> None:
    assert [row["owner"] for row in rows(units())] == ["建设处", "法规处", "建设处"]
    folded, after = rows(units(), fold=True)
    assert (folded[KEY], folded["step"], folded["owner"]) == ("here/collect@*", "报送", "各处")
    assert folded["status"] == "待签收（办结0/2）"
    assert folded["remark"] == "未办结：建设处、法规处；预计6月11日完成，晚1个工作日"
    assert folded[MARK] is None
    assert after[KEY] == "here/after"


def test_a_folded_row_names_those_who_are_not_done_and_nobody_when_all_are() -> None:
    story = units().act("officer", "submit", "collect@works")
    folded = rows(story, fold=True)[0]
    assert folded["status"] == "待签收（办结1/2）"
    assert folded["remark"].startswith("未办结：法规处")
    story.act("clerk", "submit", "collect@law")
    assert rows(story, fold=True)[0]["remark"] == ""


def test_many_units_are_counted() -> None:
    many = [replace(work(f"collect@u{n}"), unit="works", title="报送（建设处）") for n in range(8)]
    assert "、建设处等8家" in rows(Story(*many), fold=True)[0]["remark"]


def test_only_what_is_with_a_unit_is_told_where_one_is_named() -> None:
    assert [row[KEY] for row in rows(units(), {"law"})] == ["here/collect@law"]
    assert [row[KEY] for row in rows(units(), {"law"}, fold=True)] == ["here/collect@law"], "one needs no folding"
    assert rows(units(), {"nobody"}) == []


# The mark ------------------------------------------------------------------------------------------------------------


def test_a_mark_says_after_which_entry_a_row_was_written_and_what_was_ours_in_it() -> None:
    story = Story(work("draft", due="2024-06-07"))
    (row,) = rows(story)
    mark = RowMark.parse(row[MARK])
    assert mark is not None
    assert (mark.plan, mark.sequence, mark.hash) == ("p", len(story.entries), story.entries[-1].hash[-12:])
    assert all(mark.unchanged(column.id, flat(row[column.id])) for column in LOCKED)
    assert not mark.unchanged("due", "2024-06-08")
    assert str(mark) == row[MARK]


def test_what_is_no_mark_is_none() -> None:
    good = rows(Story(work("draft")))[0][MARK]
    assert RowMark.parse(good)
    bad = ["", "x", good[:-1], good.replace("p/", "/"), good.replace("p/3", "p/three"), good.replace("p/3/", "p/3/0")]
    assert [RowMark.parse(text) for text in bad] == [None] * len(bad)


def test_before_the_first_entry_the_mark_says_so() -> None:
    assert hash_at((), 0) == "000000000000"


def test_a_value_is_the_same_text_whoever_saved_it() -> None:
    assert [flat(value) for value in (None, date(2024, 6, 7), moment("2024-06-07"), 40, 40.0, " a \n b ")] == [
        "",
        "2024-06-07",
        "2024-06-07",
        "40",
        "40",
        "a b",
    ]


# The breakdown -------------------------------------------------------------------------------------------------------


def plan_rows(story: Story, units: set[str] | None = None, *, fold: bool = False) -> list[dict[str, Any]]:
    return [dict(row.cells) for row in breakdown([of(story)], "分解", units, fold=fold).rows]


def test_the_breakdown_tells_what_the_plan_asks_for() -> None:
    story = Story(
        work("draft", due="2024-06-07", evidence=("送审稿", "说明"), review="law", basis="条例"),
        work("after", "draft", due="5 working days after draft", assumed=True),
        review("judge", "draft after"),
        action("count", action=BULLETIN),
    )
    draft, after, judge, count = plan_rows(story)
    assert (draft["evidence"], draft["review"], draft["basis"]) == ("送审稿、说明", "法规处", "条例")
    assert (draft["due"], draft["wording"], draft["remark"]) == (day("2024-06-07"), "2024年6月7日", None)
    assert (after["needs"], after["wording"], after["remark"]) == (
        "draft事项",
        "“draft事项”办结后5个工作日",
        "假定，待核实",
    )
    assert judge["needs"] == "draft事项、after事项"
    assert (count["owner"], count["wording"]) == ("（自动）", "")
    assert draft["section"] is None, "this little plan has no sections"


def test_the_breakdown_folds_and_picks_as_the_account_does() -> None:
    assert [row["owner"] for row in plan_rows(units(), fold=True)] == ["各处（2家）", "建设处"]
    assert [row["owner"] for row in plan_rows(units())] == ["建设处", "法规处", "建设处"]
    assert [row["step"] for row in plan_rows(units(), {"law"}, fold=True)] == ["报送（法规处）"]


def test_nothing_is_told_of_nothing() -> None:
    empty = account([], "台账", fold=False)
    assert (empty.rows, empty.columns, empty.hidden) == ((), LEDGER_COLUMNS, {KEY, MARK})
    assert breakdown([], "分解", fold=False).rows == ()
