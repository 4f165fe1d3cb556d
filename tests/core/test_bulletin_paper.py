"""督查通报: counts, who is late, tables, slow ones first; as things stood when its time was over."""

from datetime import date

import pytest

from duban.core.deciding.commands import Refused, Verb
from duban.core.planning.plan_file import Kind
from duban.core.planning.when import OnDate
from duban.core.telling.bulletin_paper import BulletinPaper, month_of, week_of
from duban.core.telling.bulletin_text import BulletinLetter
from duban.core.telling.papers import enclosed
from tests.bureau import COSMETICS, LEADER, REVIEWER, STEPS, Story, initiative, office, step
from tests.papers import told_in
from tests.slips import sent, signed

APRIL = month_of(office(), date(2024, 4, 15))
DONE = {"evidence": ("方案送审稿", "起草说明")}


def april(story: Story) -> BulletinPaper:
    story.tick("training")
    return told_in(story, APRIL)


def late() -> Story:
    return sent(sent(signed().at(11)).at(15))


def test_months_and_weeks_are_counted_from_the_plans_first() -> None:
    bureau = office()
    assert (date(2024, 4, 1), date(2024, 4, 30), "月", 1, "2024年4月") == APRIL
    assert month_of(bureau, date(2024, 12, 31))[:4] == (date(2024, 12, 1), date(2024, 12, 31), "月", 9)
    assert month_of(bureau, date(2025, 2, 3))[3] == 11
    assert week_of(bureau, date(2024, 4, 7))[:4] == (date(2024, 4, 1), date(2024, 4, 7), "周", 1)
    assert week_of(bureau, date(2024, 4, 15)) == (
        *(date(2024, 4, 15), date(2024, 4, 21), "周", 3),
        "2024年4月15日至2024年4月21日",
    )


def test_a_bulletin_counts_and_names_who_is_late_first() -> None:
    paper = april(late())
    assert (paper.title, paper.number, paper.date) == ("督查通报", "〔2024〕月报第1期", "2024年4月15日")
    told = paper.figures
    assert (told.initiatives, told.steps, told.done, told.going, told.waiting, told.late) == (2, 6, 0, 3, 3, 1)
    assert (told.going_share, told.late_share) == (50, 17)
    assert (told.unsigned, told.due, told.kept, told.kept_share) == (1, 1, 0, 0)
    assert (told.pressed, told.closed, told.extended) == (2, 0, 0)
    (line,) = paper.late_steps
    assert (line.owner_title, line.due, line.days, line.reason) == ("保护处", "2024年4月12日", 1, "已逾期1个工作日")
    assert line.initiative == "2.04a 推进化妆品产业知识产权保护"
    assert (paper.slow[0].place, paper.slow[0].number, paper.slow[0].light) == (1, "2.04a", "■红灯")
    assert [one.place for one in (*paper.slow, *paper.others)] == [1, 2]
    assert paper.lights.startswith("红灯1项、橙灯")


def test_a_month_that_is_over_is_told_as_it_stood_then_whatever_came_later() -> None:
    story = late()
    on_the_day = april(story.at(30, 18))
    story.at(2, month=5).act(Verb.SUBMIT, **DONE).act(Verb.APPROVE, actor=REVIEWER)
    story = sent(story.at(20, month=5))
    again = april(story)
    assert again.figures == on_the_day.figures
    assert again.late_steps == on_the_day.late_steps
    assert again.date == "2024年4月30日"
    may = told_in(story, month_of(office(), date(2024, 5, 1)))
    assert (may.number, may.figures.closed, may.figures.done) == ("〔2024〕月报第2期", 1, 1)


def test_units_stand_in_the_order_of_their_lateness_and_those_that_kept_all_are_praised() -> None:
    steps = [
        step("one", "甲", due=OnDate(date(2024, 4, 10)), owner="policy-law"),
        step("two", "乙", due=OnDate(date(2024, 4, 10)), owner="policy-law"),
        step("three", "丙", due=OnDate(date(2024, 4, 10))),
        step("four", "丁", due=OnDate(date(2024, 4, 12))),
        step("over", "戊", Kind.MILESTONE, "one"),
    ]
    story = Story(office(initiatives={COSMETICS: initiative(COSMETICS, "推进", "2.4a", *steps)})).at(9)
    for name in ("one", "two"):
        story.act(Verb.SIGN, step=name, actor="policy-law-officer").act(
            Verb.SUBMIT, step=name, actor="policy-law-officer"
        )
    story.act(Verb.SIGN, step="three").at(15).act(Verb.SUBMIT, step="three")
    paper = told_in(story.at(16), APRIL)
    assert [(one.title, one.open, one.late, one.due, one.kept, one.share) for one in paper.units] == [
        ("保护处", 1, 1, 2, 0, "0%"),
        ("政策法规处", 0, 0, 2, 2, "100%"),
    ]
    assert paper.praised == ("政策法规处",)
    assert paper.figures.steps == 4, "a milestone is nobody's"


def test_what_falls_due_later_in_the_time_told_of_is_not_counted_yet() -> None:
    assert april(Story().at(3)).figures.due == 0
    assert april(Story().at(12)).figures.due == 1
    assert april(Story().at(12)).figures.kept == 1, "its last day is not over"


def test_extensions_are_counted_and_a_unit_to_which_nothing_fell_due_has_no_share() -> None:
    story = signed().at(9).act(Verb.EXTEND, to="2024-05-10", reason="会期调整").act(Verb.GRANT, actor=LEADER).at(10)
    paper = april(story)
    assert paper.figures.extended == 1
    assert paper.figures.due == 0
    assert {one.share for one in paper.units} == {"—"}
    assert paper.late_steps == ()


def test_of_what_an_initiative_waits_for_a_bulletin_of_then_knows_what_was_known_then() -> None:
    bureau = office(
        initiatives={
            COSMETICS: initiative(COSMETICS, "推进", "2.4a", STEPS[0]),
            "training": initiative(
                "training",
                "培训",
                "6.2",
                step(
                    "lecture",
                    "讲座",
                    Kind.WORK,
                    f"{COSMETICS}/draft",
                    initiative="training",
                    due=OnDate(date(2024, 5, 31)),
                ),
            ),
        }
    )
    story = sent(Story(bureau).at(1)).at(30, 18)
    story.tick("training")
    then = april(story)
    assert [one.title for one in then.slow] == ["推进"]
    story.at(9, month=5).act(Verb.SUBMIT, **DONE).act(Verb.APPROVE, actor=REVIEWER).at(10, month=5)
    story.tick("training")
    assert april(story) == then


@pytest.mark.parametrize("day", [date(2024, 3, 31), date(2024, 6, 1)])
def test_there_is_none_of_a_time_before_the_plan_or_still_to_come(day: date) -> None:
    with pytest.raises(Refused, match="不在计划已经经过的时间内，不能出具《督查通报》"):
        told_in(Story().at(15), month_of(office(), day))


@pytest.mark.parametrize(("wanted", "papers"), [(True, ["bulletin"]), (False, [])])
def test_the_paper_goes_with_the_letter_where_it_is_wanted(wanted: bool, papers: list[str]) -> None:
    letter = BulletinLetter(april(late()), LEADER, "分管副局长", wanted, 1)
    assert [one.kind for one in enclosed(letter)] == papers
    assert all(one.matter is letter.paper for one in enclosed(letter))
