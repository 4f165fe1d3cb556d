"""What an extension moves: two forecasts compared, by hand and by rule."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from duban.core.deciding.decide import decide
from duban.core.forecasting.effects import Effects, bearing_on, extended
from duban.core.forecasting.facts import facts_of
from duban.core.forecasting.forecast import forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.ledger.summary import CLOSED
from duban.core.planning.plan import StepRef
from duban.core.planning.snapshot import restored, snapshot
from duban.core.rehearsing.rehearse import rehearse
from duban.core.telling.extensions import effects_in_words
from duban.core.telling.lateness import PlanForecast
from tests.core.builders import HERE, Story, day, initiative, milestone, period, work
from tests.core.test_decide_properties import stories
from tests.core.test_rehearsing_properties import START, office_of, people_of


def schedule_of(story: Story) -> Schedule:
    return Schedule(story.office.plan, story.look.calendar, facts_of([(story.look, story.decision)]), story.look.today)


def effects(story: Story, step: str, to: str) -> Effects:
    return extended(schedule_of(story), StepRef(HERE, step), day(to))


def ref(text: str) -> StepRef:
    return StepRef.parse(text, HERE)


def bureau() -> Story:
    """A draft, its issue and what hangs on it; training elsewhere waits, and so does a fair that waits for a permit."""
    return Story(
        work("draft", days=5),
        work("permit", days=15, due="2024-06-28"),
        period("comment", "draft", days="7 days"),
        milestone("issue", "comment", due="2024-06-21"),
        work("fair", "draft permit", days=2, due="2024-07-31"),
        work("report", "issue permit", days=15, due="10 working days after issue"),
        beside=[initiative(work("train", "here/issue", days=2, home="there", due="2024-06-21"), name="there")],
    )


def test_everything_that_moves_is_named_with_its_working_days() -> None:
    seen = effects(bureau(), "draft", "2024-06-17")
    assert {str(shift.name): (f"{shift.before:%m-%d}", f"{shift.after:%m-%d}", shift.days) for shift in seen.steps} == {
        "here/draft": ("06-11", "06-17", 4),
        "here/comment": ("06-18", "06-24", 4),
        "here/issue": ("06-18", "06-24", 4),
        "there/train": ("06-20", "06-26", 4),
    }
    assert [(shift.name, shift.days) for shift in seen.initiatives] == [("there", 4)]
    assert {str(shift.name): f"{shift.after:%m-%d}" for shift in seen.deadlines} == {
        "here/draft": "06-17",
        "here/report": "07-08",
    }
    assert [(late.step, late.days) for late in seen.late] == [(ref("issue"), 1), (ref("there/train"), 3)]
    assert seen.in_time == seen.later == ()


def test_what_waits_for_something_else_stays_where_it_is() -> None:
    seen = effects(bureau(), "draft", "2024-06-17")
    stays = {stay.step: (f"{stay.finish:%m-%d}", stay.held_by) for stay in seen.stays}
    assert stays == {ref("fair"): ("06-27", ref("permit")), ref("report"): ("07-16", ref("permit"))}


def test_a_date_may_leave_room_as_well() -> None:
    story = Story(work("a", days=5), work("x", "a", days=1, earliest="2024-07-01"))
    (stay,) = effects(story, "a", "2024-06-20").stays
    assert (stay.step, stay.held_by) == (ref("x"), None)


def test_what_is_late_becomes_later_and_what_is_extended_no_longer_is() -> None:
    story = Story(work("a", days=5, due="2024-06-07"), work("x", "a", days=5, due="2024-06-14"))
    seen = effects(story, "a", "2024-06-12")
    assert seen.in_time == (ref("a"),)
    assert seen.late == ()
    assert [(late.step, late.days) for late in seen.later] == [(ref("x"), 3)]


def test_an_extension_within_what_is_expected_anyway_moves_the_deadline_alone() -> None:
    story = Story(work("a", days=10, due="2024-06-07"), work("x", "a", days=5))
    seen = effects(story, "a", "2024-06-11")
    assert (seen.steps, seen.initiatives) == ((), ())
    assert [(shift.name, shift.days) for shift in seen.deadlines] == [(ref("a"), 1)]


@given(stories, st.integers(0, 9), st.integers(1, 60))
def test_nothing_ends_earlier_and_only_what_waits_for_the_step_moves(story: Story, which: int, later: int) -> None:
    open_ = [row.step for row in story.summary.steps if row.status not in CLOSED]
    if not open_:
        return
    schedule, step = schedule_of(story), StepRef(HERE, open_[which % len(open_)])
    before = forecast(schedule)
    to = story.look.calendar.add(max(story.look.today, before.finish[step]), later)
    seen = extended(schedule, step, to)
    assert seen.steps[0].after >= seen.steps[0].before
    assert all(shift.after > shift.before and shift.days >= 0 for shift in seen.steps)
    behind = {step}
    for other in schedule.steps:
        if behind.intersection((*other.needs, *other.earliest_anchor)):
            behind.add(other.ref)
    assert {shift.name for shift in seen.steps} <= behind
    assert {shift.name: shift.after for shift in seen.steps}[step] == to


# Only what bears on it --------------------------------------------------------------------------------------------


def test_what_bears_on_a_step_is_what_it_may_move_and_all_that_this_waits_for() -> None:
    """`rest` waits for nothing here and nothing here for it; `before` waits for the step's other needs."""
    plan = Story(
        work("draft"),
        beside=[
            initiative(work("train", "here/draft permit/grant", home="there"), name="there"),
            initiative(work("grant", "before/ask", home="permit"), name="permit"),
            initiative(work("ask", home="before"), name="before"),
            initiative(work("repay", due="5 days after permit/grant", home="beside"), name="beside"),
            initiative(work("rest", home="rest"), name="rest"),
        ],
    ).office.plan
    assert bearing_on(plan, ref("draft")).initiatives.keys() == {"here", "there", "permit", "before"}
    assert bearing_on(plan, ref("permit/grant")).initiatives.keys() == {"here", "there", "permit", "before", "beside"}
    assert bearing_on(plan, ref("rest/rest")).initiatives.keys() == {"rest"}


def test_no_other_initiative_of_the_plan_in_force_is_read_for_that() -> None:
    others = [initiative(work("a", home=name), name=name) for name in ("one", "other")]
    plan = restored(snapshot(Story(work("draft"), beside=others).office.plan))
    part = bearing_on(plan, ref("one/a"))
    assert part.initiatives.keys() == {"one"}
    assert plan.initiatives._made.keys() == {"one"}  # type: ignore[attr-defined]  # as they are kept in an entry


number = st.integers(0, 999)
tape = st.lists(st.tuples(*[number] * 6), min_size=2, max_size=9)


@given(tape, st.tuples(*[number] * 6), st.integers(0, 60), st.integers(1, 40), number)
@settings(max_examples=60)
def test_the_part_of_a_plan_that_bears_on_a_step_says_of_it_what_the_whole_says(
    steps: list[tuple[int, ...]], people: tuple[int, ...], lived: int, later: int, which: int
) -> None:
    """Plans of three initiatives that wait for one another, in the middle of their year."""
    bureau = rehearse(office_of(steps), people_of(people), START + timedelta(days=lived)).bureau
    seen = {
        name: (bureau._seen(trail), decide(bureau._seen(trail), trail.state)) for name, trail in bureau.trails.items()
    }
    plan, calendar, today = bureau.office.plan, bureau.office.calendar, next(iter(seen.values()))[0].today
    whole = Schedule(plan, calendar, facts_of(seen.values()), today)
    open_ = [one for place, one in enumerate(whole.steps) if whole.open[place]]
    assume(open_)
    step = open_[which % len(open_)].ref
    some = bearing_on(plan, step)
    part = Schedule(some, calendar, facts_of(seen[name] for name in some.initiatives), today)
    told, same = forecast(whole), forecast(_ending(part, whole))
    assert (told.finish[step], told.latest[step], told.slack[step]) == (
        *(same.finish[step], same.latest[step], same.slack[step]),
    )
    assert told.chain(step) == same.chain(step)
    to = calendar.next_working(today + timedelta(days=later))
    assert extended(part, step, to) == extended(whole, step, to)
    assert [*effects_in_words(PlanForecast(bureau.office, part, forecast(part)), extended(part, step, to))] == [
        *effects_in_words(PlanForecast(bureau.office, whole, forecast(whole)), extended(whole, step, to))
    ]


def _ending(part: Schedule, whole: Schedule) -> Schedule:
    """A part of a plan that ends when all of the plan does, as reasons are given by."""
    last = max(int(whole.early().finish.max()), int(whole._due.max()), whole.time(whole.plan.ends))
    plan = replace(part.plan, ends=whole.day(last))
    facts = {step.ref: fact for step, fact in zip(part.steps, part.facts, strict=True) if fact}
    return Schedule(plan, part.calendar, facts, part.today)
