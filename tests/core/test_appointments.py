"""Deadlines as appointments: what they say, whose they are, and when a calendar program takes them anew."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

from duban.core.days.workdays import WorkCalendar
from duban.core.deciding.commands import Verb
from duban.core.planning.directory import Group
from duban.core.planning.plan_file import Kind
from duban.core.planning.when import OnDate
from duban.core.telling.appointments import Appointment, calendar_of, heard, whose
from tests.bureau import (
    COSMETICS,
    DIRECTORY,
    HEAD,
    LEADER,
    LECTURE,
    OFFICER,
    REVIEWER,
    STEPS,
    Story,
    initiative,
    office,
    step,
)
from tests.slips import sent

DONE = {"evidence": ("方案送审稿", "起草说明")}


def each(story: Story, *owners: str, applied: datetime | None = None) -> dict[str, Appointment]:
    """The appointments of a story, by step."""
    told = calendar_of(story.service.histories(), "日历", applied=applied, owners=set(owners) or None)
    return {one.uid.partition("@")[0].removeprefix("bureau-2024/"): one for one in told.each}


def draft(story: Story) -> Appointment:
    return each(story)[f"{COSMETICS}/draft"]


def test_a_deadline_is_a_day_with_its_light_in_shape_and_word() -> None:
    one = draft(Story().at(1))
    assert (one.day, one.summary) == (date(2024, 4, 12), "●绿灯 起草化妆品产业知识产权保护方案")
    assert one.uid == "bureau-2024/cosmetics/draft@duban.invalid"
    assert one.told[:4] == (
        "举措：2.04a 推进化妆品产业知识产权保护",
        "承办：保护处",
        "状态：待签收，绿灯",
        "时限：2024年4月12日",
    )
    assert draft(Story().at(15)).summary == "■红灯 起草化妆品产业知识产权保护方案"


def test_steps_without_a_deadline_have_no_appointment_and_the_rest_stand_by_day() -> None:
    told = calendar_of(Story().at(1).service.histories(), "日历").each
    assert [one.uid.split("/")[-1].partition("@")[0] for one in told] == ["draft", "bulletin", "cases"]


def test_what_is_closed_stays_as_what_it_came_to() -> None:
    story = Story().at(2).act(Verb.SUBMIT, **DONE).act(Verb.APPROVE, actor=REVIEWER).at(3)
    one = draft(story)
    assert (one.day, one.summary) == (date(2024, 4, 12), "✓已办结 起草化妆品产业知识产权保护方案")
    assert "办结：2024年4月2日" in one.told
    ended = Story().at(2).act(Verb.CANCEL, actor=LEADER, reason="并入另一事项").at(3)
    assert draft(ended).summary == "×已终止 起草化妆品产业知识产权保护方案"


def test_a_deadline_that_moved_is_the_same_appointment_on_another_day() -> None:
    story = Story().at(2).act(Verb.SIGN)
    before = draft(story)
    story.at(3).act(Verb.EXTEND, to="2024-04-26", reason="会期调整").act(Verb.GRANT, actor=LEADER)
    after = draft(story.at(4))
    assert after.uid == before.uid
    assert after.day == date(2024, 4, 26)
    assert "时限：2024年4月26日（原时限2024年4月12日）" in after.told
    assert after.modified > before.modified


def test_nothing_that_happens_to_letters_makes_it_another() -> None:
    story = Story().at(2).act(Verb.SIGN)
    before = draft(story)
    story = sent(story)
    assert len(list(heard(story.ledger.entries(COSMETICS)))) < len(story.ledger.entries(COSMETICS))
    assert draft(story.at(3)) == before


def test_the_day_on_which_its_light_turns_makes_it_another() -> None:
    story = Story().at(1)
    told = [draft(story.at(day)) for day in range(1, 27)]
    for before, after in pairwise(told):
        assert (after.modified > before.modified) if after.summary != before.summary else True
        assert after.modified >= before.modified
        assert (after == before) is (after.modified == before.modified)
    assert len({one.summary for one in told}) > 1


def test_what_it_waits_for_elsewhere_and_another_plan_make_it_another() -> None:
    lecture = replace(LECTURE, due=OnDate(date(2024, 5, 31)))
    seminar = step("seminar", "研讨", Kind.WORK, "training/lecture", initiative="talks", due=OnDate(date(2024, 6, 28)))
    bureau = office(
        initiatives={
            COSMETICS: initiative(COSMETICS, "推进", "2.4a", STEPS[0]),
            "training": initiative("training", "培训", "6.2", lecture),
            "talks": initiative("talks", "交流", "6.3", seminar),
        }
    )
    story = Story(bureau).at(1)
    before = each(story)
    told = each(story.later(60).act(Verb.SIGN))
    assert told.keys() == {"cosmetics/draft", "training/lecture", "talks/seminar"}
    assert all(told[name].modified > before[name].modified for name in told)
    applied = datetime(2025, 1, 1, tzinfo=UTC)
    assert {one.modified for one in each(story, applied=applied).values()} == {applied}


def test_a_renamed_step_keeps_its_appointment() -> None:
    story = Story().at(2).act(Verb.SIGN)
    before = draft(story)
    written = step("write", "起草方案", due=STEPS[0].due, was="draft")
    story.with_office(office(initiatives={COSMETICS: initiative(COSMETICS, "推进", "2.4a", written)}))
    (after,) = each(story.at(3)).values()
    assert after.uid == before.uid
    assert after.summary == "●绿灯 起草方案"


def test_a_day_of_a_year_not_announced_is_provisional_until_it_is_closed() -> None:
    bureau = office()
    calendar = WorkCalendar.build(
        date(2023, 1, 1), date(2026, 12, 31), lambda day: day.weekday() < 5, provisional_years={2024}
    )
    story = Story(type(bureau)(bureau.plan, bureau.directory, bureau.policy, calendar, bureau.zone)).at(1)
    one = draft(story)
    assert one.provisional
    assert one.summary.endswith("（暂定）")
    closed = draft(story.at(2).act(Verb.SUBMIT, **DONE).act(Verb.APPROVE, actor=REVIEWER).at(3))
    assert not closed.provisional


def test_a_calendar_is_of_a_unit_a_post_with_its_units_or_a_group() -> None:
    story = Story().at(1)
    people = story.service.office.directory
    assert whose(people, "protection") == {"protection", OFFICER, HEAD}
    assert whose(people, OFFICER) == {OFFICER, "protection"}
    assert whose(people, HEAD) == {HEAD, "protection"}
    assert whose(people, LEADER) == {LEADER}
    assert set(each(story, *whose(people, OFFICER))) == set(each(story))
    assert each(story, *whose(people, "policy-law")) == {}
    group = Group(id="all", title="各处", units=("protection", "policy-law"))
    grouped = office(directory=DIRECTORY.model_copy(update={"groups": (group,)})).directory
    assert whose(grouped, "all") >= {"protection", "policy-law", OFFICER, REVIEWER}


def test_whoever_holds_several_posts_has_one_calendar_of_them_all() -> None:
    posts = tuple(
        post.model_copy(update={"person": "wang-wei"}) if post.id in (LEADER, OFFICER) else post
        for post in DIRECTORY.posts
    )
    people = office(directory=DIRECTORY.model_copy(update={"posts": posts})).directory
    assert whose(people, LEADER) == {LEADER, OFFICER, "protection"}
