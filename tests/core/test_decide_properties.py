"""What holds of every decision, whatever the plan and whatever happened: on random plans with random histories."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from duban.core.deciding.commands import RULES as COMMANDS
from duban.core.deciding.commands import Command, Refused, Verb, respond
from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.given import Given
from duban.core.deciding.settle import ENDING, LIVES, status
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.state import EMPTY, fold
from duban.core.ledger.summary import AWAITING_OWNER, CLOSED, Light, Status, Upstream
from duban.core.planning.directory import Directory
from duban.core.planning.lights import Lights, Rule, course, lit, planned_on, turns
from duban.core.planning.plan import HUMAN, Step, StepRef
from duban.core.planning.progress import points
from duban.core.planning.review_file import Several
from duban.core.planning.when import parse_when
from tests.core import builders
from tests.core.builders import HERE, POSTS, Story, calendar, day, directory, moment, policy, post

KINDS = (
    builders.work,
    builders.work,
    builders.review,
    builders.action,
    builders.period,
    builders.milestone,
    builders.indicator,
)
ELSEWHERE = ("there/a", "there/b")
THERE = builders.initiative(builders.work("a", home="there"), builders.work("b", home="there"), name="there")
PEOPLE = directory(
    post("head", "vice", "2024-03-04..2024-03-08", "2024-05-20..2024-06-07"),
    post("officer", "vice", "2024-02-05..2024-02-09", "2024-04-22..2024-04-30"),
    post("leader", None, "2024-03-11..2024-03-29"),
)
OUTCOMES = (EntryKind.NOTICE_SENT, EntryKind.NOTICE_SENT, EntryKind.NOTICE_DROPPED, EntryKind.NOTICE_DEAD)

# Plans and histories are read off tapes of small numbers, which are quick to draw and shrink to short stories.
number = st.integers(0, 999)
step_tapes = st.lists(st.tuples(number, number, number, number, st.integers(0, 365), number), min_size=1, max_size=5)
event = st.tuples(st.integers(0, 15 * 24 * 60), number, number, number, st.integers(0, 365))
event_tapes = st.lists(event, max_size=5) | st.lists(event, min_size=8, max_size=30)


def date_of(form: int, n: int, before: list[str]) -> str:
    """A day as a plan writes it: itself, a month, or so many days after another step."""
    match form % 4:
        case 0 | 1:
            return str(date(2024, 1, 2) + timedelta(days=min(n, 363)))
        case 2:
            return f"2024-{n % 12 + 1:02}"
        case _:
            unit, anchor = ("days", "working days")[n % 2], before[n % len(before)] if before else "start"
            return f"{n % 20} {unit} after {anchor}"


def plan_of(tape: list[tuple[int, ...]]) -> list[Step]:
    """Steps of all kinds, each of which needs some of those before it and perhaps one elsewhere."""
    made: list[Step] = []
    for kind, needs, length, due, n, rest in tape:
        before = [step.id for step in made]
        needed = [name for place, name in enumerate(before) if needs >> place & 1]
        needed += [ELSEWHERE[needs % 2]] if needs % 6 == 5 else []
        build = KINDS[kind % len(KINDS)]
        said: dict[str, Any] = {}
        if build is not builders.milestone:
            said["days"] = f"{length % 40} days" if length % 4 == 1 else length % 20
        if due % 2:
            said["due"] = date_of(due // 2, n, before)
        if rest % 5 == 1:
            said["earliest"] = date_of(rest // 5, n // 2, before)
        if build is builders.work and rest % 2:
            said["review"] = ("law", Several(("law", "works", "vice"), 2), Several(("law", "vice"), 2))[rest // 2 % 3]
        made.append(build(f"s{len(made)}", " ".join(needed), **said))
    return made


RULES = [
    builders.LIGHTS,
    *(
        Lights.model_validate(rule)
        for rule in ({}, {"forecast": True}, {"forecast": True}, {"days_left": {}}, {"time_share": {}}, {"pace": {}})
    ),
]


def story_of(
    steps: list[Step], start: int, rules: Lights, events: list[tuple[int, ...]], people: Directory = PEOPLE
) -> Story:
    """A story up to some moment: looks, commands allowed and refused, deliveries, news from elsewhere, new plans."""
    begins = moment("2024-01-02 00:30") + timedelta(hours=start)
    story = Story(*steps, on=begins, people=people, rules=policy(lights=rules), beside=[THERE])
    for minutes, what, which, who, n in events:
        story.now += timedelta(minutes=minutes)
        match what % 10:
            case 0:
                story.tick()
            case 1 | 2:
                story.tick().sent(OUTCOMES[which % 4])
                if who % 3 == 0:
                    story.revive().tick()
            case 3:
                news = (
                    Upstream(story.look.today, None)
                    if who % 2
                    else Upstream(None, date(2024, 1, 2) + timedelta(days=n))
                )
                story.facts.setdefault(StepRef.parse(ELSEWHERE[which % 2]), news)
                story.tick()
            case 4 if who % 4 == 0:
                story.tick().replanned(*changed(steps, which, n)).tick()
            case _:
                attempt(story, which, who, n)
    return story


def changed(steps: list[Step], which: int, n: int) -> list[Step]:
    place = which % len(steps)
    return [*steps[:place], replace(steps[place], due=parse_when(date_of(0, n, []))), *steps[place + 1 :]]


def attempt(story: Story, what: int, who: int, n: int) -> None:
    """Somebody tries something: mostly what may be done now, and one who may do it."""
    story.tick()
    steps = story.initiative.steps
    begun = [name for name, step in story.state.steps.items() if step.opened and not step.closed]
    step = steps[(begun if begun and who % 8 else list(steps))[who % len(begun or steps)]]
    own = story.step(step.id)
    fitting = [verb for verb in Verb if status(step, own) in COMMANDS[verb].stands(step)]
    verb = (fitting if fitting and what % 8 else list(Verb))[what % len(fitting or Verb)]
    able = (*story.office.owner_side(step, own), *story.office.reviewers(story.initiative, step, own), "leader")
    actor = POSTS[n % len(POSTS)].id if n % 10 == 0 else able[n % len(able)]
    to = ("law", "works", "vice", "s0")[n % 4] if verb is not Verb.EXTEND else str(date(2024, 3, 1) + timedelta(n))
    command = Command(verb, step.ref, actor, "情况说明", progress=n % 100, value=n % 15 if step.target else None, to=to)
    if n % 7 < 3:  # it was done some days before
        command = replace(command, on=str(story.look.today - timedelta(days=n % 6)))
    if verb is Verb.CORRECT:
        handed_in = own.submitted is not None
        figures = None if handed_in or step.target else command.progress
        command = replace(command, progress=figures, evidence=("更正的材料",) if handed_in else ())
    try:
        drafts = respond(story.look, story.state, command)
    except Refused:
        return
    story.write(*drafts).tick()


plans = st.builds(plan_of, step_tapes)
stories = st.builds(story_of, plans, st.integers(0, 90 * 24), st.sampled_from(RULES), event_tapes)


def seen(decision: Decision) -> list[tuple[str, Status, Light, date | None]]:
    return [(row.step, row.status, row.light, row.due) for row in decision.summary.steps]


@given(stories)
def test_deciding_again_adds_nothing(story: Story) -> None:
    story.tick()
    again = story.decision
    assert again.drafts == ()
    assert again.state.steps == story.state.steps


KEPT_APART = story_of(
    plan_of([(0, 0, 0, 1, 34, 0)]),
    736,
    builders.LIGHTS,
    [(0, 0, 0, 0, 0), (0, 0, 0, 0, 0), (212, 0, 0, 0, 0), (238, 0, 0, 0, 0), (0, 1, 0, 0, 0)],
)
"""A reminder kept apart until tomorrow, for which it is a deputy's turn as soon as today's digest has gone out."""


@given(stories, st.integers(1, 12))
@example(KEPT_APART, 3)
def test_nothing_changes_before_the_moment_to_look_again(story: Story, looks: int) -> None:
    story.tick()
    for _ in range(looks):
        now = story.decision
        until = now.summary.look_again
        for instant in between(story.now, until or story.now + timedelta(days=300)):
            story.now = instant
            then = story.decision
            assert then.drafts == ()
            assert seen(then) == seen(now)
        if until is None:
            return
        assert until > story.now
        story.on(until)


def between(start: datetime, end: datetime) -> Iterator[datetime]:
    """The last instant before the end, and every midnight and morning in between, of at most ten days."""
    last = end - timedelta(microseconds=1)
    first = start.replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [first + timedelta(days=day, minutes=minute) for day in range(10) for minute in (0, 8 * 60 + 30)]
    yield from (moment for moment in (*moments, last) if start < moment <= last)


@given(plans)
@settings(max_examples=25)
def test_looking_only_when_told_to_sees_everything(plan: list[Step]) -> None:
    """Who looks again at the moments named stores the same, at the same moments, as who looks whenever days turn."""
    often, told = (Story(*plan, people=PEOPLE, beside=[THERE]) for _ in range(2))
    end = moment("2024-06-28")
    while (again := told.summary.look_again) and again < end:
        told.on(again)
    for look in turns_of_days(often.now, end):
        often.on(look)
    assert stored(often) == stored(told)


def turns_of_days(start: datetime, end: datetime) -> Iterator[datetime]:
    """Every midnight and every morning on which work begins."""
    midnight = start.replace(hour=0, minute=0)
    while midnight < end:
        yield from (look for look in (midnight, midnight.replace(hour=8, minute=30)) if start < look < end)
        midnight += timedelta(days=1)


def stored(story: Story) -> list[tuple[str, str | None, date]]:
    return sorted((entry.kind.value, entry.key, entry.day) for entry in story.entries)


@given(plans, st.lists(st.integers(1, 60), max_size=4))
def test_days_opened_and_ended_do_not_depend_on_when_one_looks(plan: list[Step], gaps: list[int]) -> None:
    always, seldom = (Story(*plan, beside=[THERE]) for _ in range(2))
    for gap in gaps:
        seldom.on(seldom.now + timedelta(days=gap))
    while always.now < seldom.now:
        always.on(min(seldom.now, always.summary.look_again or seldom.now))
    assert milestones(seldom) == milestones(always)


def milestones(story: Story) -> dict[str, tuple[date | None, date | None]]:
    return {name: (step.opened, step.finished) for name, step in story.state.steps.items()}


@given(stories)
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


@given(stories, st.integers(0, 100))
def test_replaying_the_ledger_gives_the_same_state(story: Story, share: int) -> None:
    cut = len(story.entries) * share // 100
    assert fold(story.entries[cut:], start=fold(story.entries[:cut])) == story.state


IN_A_LIFE = {on for life in LIVES.values() for _, on in life}


@given(stories)
def test_nothing_happens_to_a_step_that_the_life_of_its_kind_does_not_hold(story: Story) -> None:
    state = EMPTY
    for entry in story.entries:
        after = fold([entry], start=state)
        if entry.kind in IN_A_LIFE:
            step = story.initiative.steps[entry.step]
            was, now = (status(step, one.step(step.id)) for one in (state, after))
            assert now in LIVES[step.kind][was, entry.kind], (step.kind, was, entry.kind, now)
        state = after


@given(stories)
def test_no_key_is_stored_twice(story: Story) -> None:
    keys = [entry.key for entry in story.entries if entry.key]
    assert len(keys) == len(set(keys))


@given(stories)
def test_a_notice_is_queued_once_unless_it_was_dropped(story: Story) -> None:
    spent: set[str] = set()
    for entry in story.entries:
        match entry.kind:
            case EntryKind.NOTICE_QUEUED | EntryKind.RUNG_SKIPPED:
                assert entry.data["notice"] not in spent
                spent.add(entry.data["notice"])
            case EntryKind.NOTICE_DROPPED:
                spent.remove(entry.data["notice"])
            case EntryKind.NOTICE_REVIVED:
                assert entry.data["notice"] in spent
            case _:
                pass


@given(stories)
def test_what_has_arrived_is_never_sent_again(story: Story) -> None:
    arrived = [entry.data["notice"] for entry in story.entries if entry.kind is EntryKind.NOTICE_SENT]
    assert len(arrived) == len(set(arrived))


@given(stories)
def test_time_closes_nothing_that_people_answer_for(story: Story) -> None:
    for entry in story.entries:
        if entry.kind in ENDING and story.initiative.steps[entry.step].kind in HUMAN:
            reached = story.initiative.steps[entry.step].target and story.step(entry.step).value
            assert entry.actor != "system" or reached


@given(stories)
def test_people_are_written_to_in_working_hours_only(story: Story) -> None:
    for notice in story.state.notices.values():
        if notice.next_try:
            assert story.office.working_moment(notice.next_try) == notice.next_try


@given(stories)
def test_a_closed_initiative_needs_no_further_look(story: Story) -> None:
    story.tick().sent().tick()
    summary = story.summary
    if summary.done == summary.total:
        assert (summary.look_again is None) == (story.decision.rungs == ())  # of letters that never arrived
        assert all(row.status in CLOSED and row.light is Light.OFF for row in summary.steps)
    else:
        assert summary.look_again


def standing_of(opened: date, days: tuple[int, int], status: Status, progress: int, rules: Lights) -> Given:
    due, forecast = (opened + timedelta(days=later) for later in days)
    dates = {"due": due, "forecast": forecast, "latest": due - timedelta(days=3)}
    told = {"opened": opened, "submitted": opened, "progress": progress}
    return builders.given(status=status, rules=policy(lights=rules), **dates, **told)


def standings(*rules: Lights) -> st.SearchStrategy[Given]:
    return st.builds(
        standing_of,
        st.dates(date(2024, 1, 2), date(2024, 12, 31)),
        st.tuples(st.integers(-5, 120), st.integers(0, 150)),
        st.sampled_from([Status.OPEN, Status.WORKING, Status.REVIEW, Status.ELAPSING]),
        st.integers(0, 99),
        st.sampled_from(rules),
    )


@given(standings(builders.LIGHTS), st.integers(1, 100), st.integers(0, 150))
def test_more_progress_never_makes_a_light_graver(at: Given, more: int, later: int) -> None:
    assert at.own.opened
    today = at.own.opened + timedelta(days=later)
    better = at._replace(own=at.own._replace(progress=min(100, at.own.progress + more)))
    assert (
        lit(better, turns(better, better.office.policy.lights), today)[0]
        <= lit(at, turns(at, at.office.policy.lights), today)[0]
    )


@given(standings(*RULES), st.integers(0, 150))
def test_what_lights_a_step_is_what_the_figures_of_the_day_say(at: Given, later: int) -> None:
    """Turns are worked out once, ahead; on its day each rule, asked by its own figures, says the same."""
    assert at.own.opened
    today = at.own.opened + timedelta(days=later)
    assert {turn.rule for turn in turns(at, at.office.policy.lights) if turn.first <= today} - {
        Rule.LATE,
        Rule.UNREVIEWED,
    } == by_figures(at, today) - {Rule.LATE}


def by_figures(at: Given, today: date) -> set[Rule]:
    """The rules that hold on a day, from the days left and the progress made."""
    rules, found, due, opened = at.office.policy.lights, set[Rule](), at.due, at.own.opened
    assert due
    assert opened
    left, whole = calendar().between(today, due), calendar().between(opened, due)
    awaited = at.status in AWAITING_OWNER
    if rules.days_left and awaited and left <= rules.days_left.yellow:
        found.add(Rule.DAYS_LEFT)
    if rules.time_share and awaited and at.own.progress == 0 and whole > 0 and left <= rules.time_share.yellow * whole:
        found.add(Rule.TIME_SHARE)
    planned = points(planned_on(calendar(), course(opened, due), today))
    if rules.pace and awaited and whole > 0 and planned - at.own.progress > rules.pace.yellow:
        found.add(Rule.PACE)
    if rules.forecast and at.forecast > due:
        found.add(Rule.FORECAST)
    elif rules.forecast and at.latest and at.forecast > at.latest:
        found.add(Rule.DOWNSTREAM)
    return found


@given(stories, st.lists(event, max_size=6))
@settings(max_examples=60)
def test_an_earlier_decision_only_saves_time(story: Story, more: list[tuple[int, ...]]) -> None:
    """Whatever happened since, deciding from an earlier decision gives what deciding from nothing gives."""
    story.tick()
    state, seen = story.state, len(story.entries)
    kept = decide(story.look, state)
    for minutes, what, which, who, n in more:
        story.now = story.office.working_moment(story.now + timedelta(minutes=minutes))
        if what % 3:
            attempt(story, which, who, n)
        else:
            story.sent(OUTCOMES[which % 4])
            if who % 3 == 0:
                story.revive()
        state, seen = fold(story.entries[seen:], start=state), len(story.entries)
        sooner = decide(story.look, state, kept)
        assert replace(sooner, timetables={}) == replace(decide(story.look, state), timetables={})
        kept = sooner
