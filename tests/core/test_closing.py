"""办结报告: what became of a step or an initiative, as it stood when it was closed."""

from dataclasses import replace
from datetime import date

import pytest

from duban.core.deciding.commands import Refused, Verb
from duban.core.ledger.steps import NOTHING
from duban.core.planning.when import OnDate
from duban.core.telling.closing import ClosedStep
from duban.core.telling.closing import kept as kept_deadline
from tests.bureau import COSMETICS, HEAD, LEADER, REVIEWER, STEPS, Story, initiative, office, step
from tests.papers import closed, done
from tests.slips import sent

EVIDENCE = {"evidence": ("方案送审稿", "起草说明")}


def two() -> Story:
    """An initiative of two steps."""
    plan = step("plan", "拟订工作方案")
    return Story(office(initiatives={COSMETICS: initiative(COSMETICS, "推进", "2.4a", STEPS[0], plan)})).at(1)


def test_a_step_that_was_late_says_by_how_much_and_what_happened() -> None:
    paper = closed(done())
    assert (paper.title, paper.subject, paper.date, paper.late) == (
        "办结报告",
        "起草化妆品产业知识产权保护方案",
        "2024年4月17日",
        1,
    )
    (row,) = paper.steps
    assert row == ClosedStep(
        1, paper.subject, "保护处", "2024年4月12日", "2024年4月17日", "逾期3个工作日办结", "方案送审稿、起草说明"
    )
    assert paper.history[0] == "2024年4月2日　保护处联络员签收"
    assert any("政策法规处处长" in line for line in paper.history)
    assert not any("催办单" in line for line in paper.history)


def test_it_says_the_same_whenever_it_is_printed() -> None:
    story = done()
    before = closed(story)
    assert closed(story.at(26)) == before
    assert before.number.startswith("沪知督〔2024〕2.04a-")


def test_what_goes_on_has_no_report_and_is_named() -> None:
    with pytest.raises(Refused, match="尚未办结，不能出具《办结报告》：“起草化妆品产业知识产权保护方案”（共1项）"):
        closed(Story().at(1))
    with pytest.raises(Refused, match="等（共6项）"):
        closed(Story().at(1), "")
    story = done().act(Verb.REOPEN, actor=HEAD, reason="漏报附件")
    with pytest.raises(Refused, match="尚未办结"):
        closed(story)


@pytest.mark.parametrize(
    ("story", "kept"),
    [
        (lambda: Story().at(9).act(Verb.SUBMIT, **EVIDENCE).act(Verb.APPROVE, actor=REVIEWER), "按期办结"),
        (
            lambda: Story().at(11).act(Verb.SUBMIT, **EVIDENCE).at(16).act(Verb.APPROVE, actor=REVIEWER),
            "按时报送，审核后办结",
        ),
        (lambda: Story().at(15).act(Verb.SUBMIT, **EVIDENCE).act(Verb.APPROVE, actor=REVIEWER), "逾期1个工作日办结"),
        (lambda: Story().at(9).act(Verb.CANCEL, actor=LEADER, reason="并入"), "已终止"),
    ],
)
def test_how_a_deadline_was_kept_is_said(story: object, kept: str) -> None:
    (row,) = closed(story()).steps  # type: ignore[operator]
    assert row.kept == kept


def test_an_initiative_says_of_each_step_how_it_ended_and_of_all_what_did_not_go_as_planned() -> None:
    story = two().act(Verb.SIGN, step="plan").act(Verb.SUBMIT, step="plan")
    story = sent(story.at(9).act(Verb.EXTEND, to="2024-04-19", reason="会期调整").act(Verb.GRANT, actor=LEADER))
    story = story.at(22).act(Verb.SUBMIT, **EVIDENCE).act(Verb.APPROVE, actor=REVIEWER)
    paper = closed(story, "")
    assert paper.subject == paper.initiative_title == "推进"
    assert [(row.title, row.due, row.kept) for row in paper.steps] == [
        ("起草化妆品产业知识产权保护方案", "2024年4月19日", "逾期1个工作日办结"),
        ("拟订工作方案", "2024年4月8日", "按期办结"),
    ]
    assert paper.late == 1
    assert [line.partition("　")[2][:6] for line in paper.history] == ["“起草化妆品"] * 2
    assert "申请延期至2024年4月19日：会期调整" in paper.history[0]


def test_what_had_no_deadline_kept_none() -> None:
    look = Story().service.view(COSMETICS).look
    assert kept_deadline(look, NOTHING._replace(finished=date(2024, 4, 9), judged=())) == ""


def test_an_indicator_says_what_it_reached() -> None:
    cases = replace(STEPS[3], due=OnDate(date(2024, 4, 30)))
    story = Story(office(initiatives={COSMETICS: initiative(COSMETICS, "推进", "2.4a", cases)})).at(2)
    story = story.act(Verb.SIGN, step="cases").act(Verb.REPORT, step="cases", value=52).at(3)
    assert any("已达52件" in line for line in closed(story, "cases").history)
