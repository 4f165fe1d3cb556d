"""What holds of every decision, whatever the plan and whatever happened: on random plans with random histories."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from duban.core.commands import Command, Refused, Verb, respond
from duban.core.decide import Decision, decide
from duban.core.entries import Draft, Entry, EntryKind
from duban.core.lights import Standing, changes, light
from duban.core.office import Look
from duban.core.plan import HUMAN, Step, StepRef
from duban.core.settle import ENDING
from duban.core.state import fold
from duban.core.summary import CLOSED, Light, Status, Upstream
from tests.core import builders
from tests.core.builders import HERE, POSTS, Story, calendar, day, directory, moment, post

FIRST, LAST = date(2024, 1, 2), date(2024, 12, 31)
KINDS = (builders.work, builders.work, builders.review, builders.period, builders.milestone, builders.indicator)
ELSEWHERE = ("there/a", "there/b")
THERE = builders.initiative(builders.work("a", home="there"), builders.work("b", home="there"), name="there")
PEOPLE = directory(
    post("head", "vice", "2024-03-04..2024-03-08", "2024-05-20..2024-06-07"),
    post("officer", None, "2024-02-05..2024-02-09", "2024-04-22..2024-04-30"),
    post("leader", None, "2024-03-11..2024-03-29"),
)

days = st.dates(FIRST, LAST).map(str)
lengths = st.integers(0, 15) | st.integers(0, 40).map(lambda n: f"{n} days")


@st.composite
def dates_of(draw: st.DrawFn, others: list[str]) -> str:
    """A day as a plan writes it: itself, a month, or so many days after another step."""
    forms = [days, st.integers(1, 12).map(lambda month: f"2024-{month:02}")]
    if others:
        after = st.builds("{} {} after {}".format, st.integers(0, 20), st.sampled_from(["days", "working days"]), other(others))
        forms.append(after)
    return draw(st.one_of(forms))


def other(others: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(others)


@st.composite
def steps(draw: st.DrawFn, most: int = 5) -> list[Step]:
    """Steps of all kinds, each of which needs some of those before it and perhaps one elsewhere."""
    made: list[Step] = []
    for number in range(draw(st.integers(1, most))):
        before = [step.id for step in made]
        needs = draw(st.sets(other(before), max_size=2)) if before else set()
        needs |= draw(st.sets(st.sampled_from(ELSEWHERE), max_size=1)) if draw(st.integers(0, 3)) == 0 else set()
        build = draw(st.sampled_from(KINDS))
        said: dict[str, Any] = {} if build is builders.milestone else {"days": draw(lengths)}
        for key, often in (("due", 2), ("earliest", 5)):
            if draw(st.integers(1, often)) == 1:
                said[key] = draw(dates_of(before))
        if build is builders.work and draw(st.booleans()):
            said["review"] = "law"
        made.append(build(f"s{number}", " ".join(sorted(needs)), **said))
    return made


@st.composite
def stories(draw: st.DrawFn, most: int = 5, events: int = 12) -> Story:
    """A story up to some moment: looks, commands allowed or refused, deliveries, news from elsewhere."""
    plan = draw(steps(most))
    start = f"{draw(st.dates(FIRST, date(2024, 4, 1)))} {draw(st.integers(0, 23)):02}:30"
    story = Story(*plan, on=start, people=PEOPLE, beside=[THERE])
    for _ in range(draw(st.integers(0, events))):
        story.now += timedelta(minutes=draw(st.integers(0, 60) | st.integers(0, 20 * 24 * 60)))
        _happen(draw, story)
    return story


def _happen(draw: st.DrawFn, story: Story) -> None:
    match draw(st.integers(0, 9)):
        case 0:
            story.tick()
        case 1:
            story.tick().sent()
        case 2:
            today = story.look.today
            known = Upstream(today, None) if draw(st.booleans()) else Upstream(None, draw(st.dates(FIRST, LAST)))
            story.facts.setdefault(StepRef.parse(draw(st.sampled_from(ELSEWHERE))), known)
            story.tick()
        case _:
            _command(draw, story)


def _command(draw: st.DrawFn, story: Story) -> None:
    command = Command(
        verb=draw(st.sampled_from(Verb)),
        step=StepRef(HERE, draw(st.sampled_from(list(story.initiative.steps)))),
        actor=draw(st.sampled_from([known.id for known in POSTS])),
        reason="情况说明",
        progress=draw(st.none() | st.integers(0, 100)),
        to=draw(days | st.sampled_from(["law", "works", "vice", "s0", ""])),
    )
    story.tick()
    try:
        drafts = respond(story.look, story.state, command)
    except Refused as refusal:
        assert refusal.code
        assert str(refusal)
    else:
        story.write(*drafts).tick()


def seen(decision: Decision) -> list[tuple[str, Status, Light, date | None]]:
    return [(row.step, row.status, row.light, row.due) for row in decision.summary.steps]


@given(stories())
def test_deciding_again_adds_nothing(story: Story) -> None:
    story.tick()
    again = story.decision
    assert again.drafts == ()
    assert again.state.steps == story.state.steps


@given(stories(), st.floats(0, 1, exclude_max=True))
def test_nothing_changes_before_the_moment_to_look_again(story: Story, share: float) -> None:
    story.tick()
    now = story.decision
    until = now.summary.look_again or story.now + timedelta(days=300)
    assert until > story.now
    story.now += (until - story.now) * share
    then = story.decision
    assert then.drafts == ()
    assert seen(then) == seen(now)
    assert until in (then.summary.look_again, now.summary.look_again or until)


@given(steps())
def test_looking_only_when_told_to_sees_everything(plan: list[Step]) -> None:
    """Who looks again at the moments named stores the same, at the same moments, as who looks twice a day."""
    often, told = (Story(*plan, people=PEOPLE, beside=[THERE]) for _ in range(2))
    end = moment("2024-08-30")
    while (again := told.summary.look_again) and again < end:
        told.on(again)
    for look in every(timedelta(hours=12), often.now, end):
        often.on(max(look, often.now))
    assert stored(often) == stored(told)


def every(step: timedelta, start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        start += step
        yield start


def stored(story: Story) -> list[tuple[str, str | None, date]]:
    return sorted((entry.kind.value, entry.key, entry.day) for entry in story.entries)


@given(steps(), st.lists(st.integers(1, 60), max_size=4))
def test_days_opened_and_ended_do_not_depend_on_when_one_looks(plan: list[Step], gaps: list[int]) -> None:
    always, seldom = (Story(*plan, beside=[THERE]) for _ in range(2))
    for gap in gaps:
        seldom.on(seldom.now + timedelta(days=gap))
    while always.now < seldom.now:
        always.on(min(seldom.now, always.summary.look_again or seldom.now))
    assert milestones(seldom) == milestones(always)


def milestones(story: Story) -> dict[str, tuple[date | None, date | None]]:
    return {name: (step.opened, step.finished) for name, step in story.state.steps.items()}


@given(stories())
def test_no_step_opens_before_its_needs_are_closed(story: Story) -> None:
    for place, entry in enumerate(story.entries):
        if entry.kind is EntryKind.OPENED:
            before = fold(story.entries[:place])
            for need in story.initiative.steps[entry.step].needs:
                if need.initiative == HERE:
                    over = before.step(need.step).finished
                    assert over
                    assert over <= day(entry.data["day"]) or story.initiative.steps[entry.step].kind not in HUMAN
                else:
                    assert story.facts[need].finished


@given(stories(), st.integers(0, 100))
def test_replaying_the_ledger_gives_the_same_state(story: Story, share: int) -> None:
    cut = len(story.entries) * share // 100
    assert fold(story.entries[cut:], start=fold(story.entries[:cut])) == story.state


@given(stories())
def test_no_key_is_stored_twice(story: Story) -> None:
    keys = [entry.key for entry in story.entries if entry.key]
    assert len(keys) == len(set(keys))
    notices = [e.data["notice"] for e in story.entries if e.kind in (EntryKind.NOTICE_QUEUED, EntryKind.RUNG_SKIPPED)]
    assert len(notices) == len(set(notices))


@given(stories())
def test_time_closes_nothing_that_people_answer_for(story: Story) -> None:
    for entry in story.entries:
        if entry.kind in ENDING and story.initiative.steps[entry.step].kind in HUMAN:
            reached = story.initiative.steps[entry.step].target and story.step(entry.step).value
            assert entry.actor != "system" or reached


@given(stories())
def test_people_are_written_to_in_working_hours_only(story: Story) -> None:
    for notice in story.state.notices.values():
        if notice.next_try:
            assert story.office.working_moment(notice.next_try) == notice.next_try


@given(stories())
def test_a_closed_initiative_needs_no_further_look(story: Story) -> None:
    story.tick().sent().tick()
    summary = story.summary
    if summary.done == summary.total:
        assert summary.look_again is None
        assert all(row.status in CLOSED and row.light is Light.OFF for row in summary.steps)
    else:
        assert summary.look_again


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    opened = draw(st.dates(FIRST, LAST))
    due = opened + timedelta(days=draw(st.integers(-5, 120)))
    forecast = opened + timedelta(days=draw(st.integers(0, 150)))
    status = draw(st.sampled_from([Status.OPEN, Status.WORKING, Status.REVIEW, Status.ELAPSING]))
    latest = draw(st.none() | st.just(due - timedelta(days=3)))
    return Standing(status, opened, due, opened, draw(st.integers(0, 99)), forecast, latest, draw(st.booleans()))


@given(standings(), st.integers(1, 100), st.integers(0, 150))
def test_more_progress_never_makes_a_light_graver(at: Standing, more: int, later: int) -> None:
    assert at.opened
    today = at.opened + timedelta(days=later)
    better = Standing(**{name: getattr(at, name) for name in at.__slots__} | {"progress": min(100, at.progress + more)})
    rules = builders.LIGHTS
    assert light(rules, calendar(), better, today)[0] <= light(rules, calendar(), at, today)[0]


@given(standings(), st.integers(0, 150))
def test_a_light_changes_on_days_foretold_only(at: Standing, later: int) -> None:
    """Apart from the forecast, whose days the outlook foretells."""
    assert at.opened
    today = at.opened + timedelta(days=later)
    rules = builders.LIGHTS.model_copy(update={"forecast": False})
    before, after = (light(rules, calendar(), at, on)[0] for on in (today, today + timedelta(days=1)))
    if before is not after:
        assert today + timedelta(days=1) in set(changes(rules, calendar(), at))


def test_deciding_does_not_change_what_it_is_given() -> None:
    story = Story(builders.work("draft", due="2024-06-14"))
    entries: list[Entry] = list(story.entries)
    before = story.state
    decide(Look(story.office, story.initiative, {}, moment("2024-06-20")), before)
    assert before == fold(entries)
    assert Draft(EntryKind.ADOPTED) == Draft(EntryKind.ADOPTED)
