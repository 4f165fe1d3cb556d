"""What holds of every rehearsal: random plans of several initiatives, random people, random days off."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from duban.core.checking.feasibility import feasibility
from duban.core.days.workdays import WorkCalendar
from duban.core.deciding import recheck
from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.office import Look, Office
from duban.core.deciding.recheck import still_due
from duban.core.ledger.entries import Draft, Entry, EntryKind, chained, first_broken
from duban.core.ledger.notices import NoticeRow
from duban.core.ledger.state import State, fold
from duban.core.ledger.summary import Light, Upstream
from duban.core.planning.plan import Step, StepRef
from duban.core.planning.when import month_span
from duban.core.rehearsing import bureau as bureau_module
from duban.core.rehearsing.bureau import Bureau
from duban.core.rehearsing.owners import Owners
from duban.core.rehearsing.profile import Profile
from duban.core.rehearsing.rehearse import Rehearsal, rehearse
from tests.core import builders
from tests.core.builders import calendar, directory, post

START = date(2024, 6, 3)
NAMES = ("i0", "i1", "i2")
KINDS = (
    builders.work,
    builders.work,
    builders.review,
    builders.action,
    builders.period,
    builders.milestone,
    builders.indicator,
)
HUMAN = (builders.work, builders.review, builders.indicator)
AWAY = directory(
    post("head", "vice", "2024-06-10..2024-06-21", "2024-08-05..2024-08-09"),
    post("officer", None, "2024-06-17..2024-06-28"),
    post("leader", None, "2024-07-01..2024-07-19"),
)

number = st.integers(0, 999)
tapes = st.lists(st.tuples(number, number, number, number, number, number), min_size=1, max_size=8)


def date_of(form: int, n: int, before: list[str], *, forwards: bool) -> str:
    """A day as a plan writes it; `forwards` leaves out those that days off bring nearer.

    So are deadlines of people then, who are done the day before when the day itself is off.
    """
    match form % (3 if forwards else 4):
        case 0:
            return str(START + timedelta(days=n % 120))
        case 1 | 2:
            unit = ("days", "working days")[form % 2]
            return f"{n % 15} {unit} after {before[n % len(before)] if before else 'start'}"
        case _:
            return f"2024-{6 + n % 5:02}"


def step_of(tape: tuple[int, ...], made: list[Step], *, forwards: bool) -> Step:
    kind, where, needs, length, due, rest = tape
    before = [str(step.ref) for step in made]
    home, build = NAMES[where % len(NAMES)], KINDS[kind % len(KINDS)]
    said: dict[str, Any] = {"home": home}
    human = build in HUMAN
    if build is builders.action:
        said["days"] = 0  # it succeeds at once
    elif build is not builders.milestone:
        said["days"] = f"{1 + length % 15} days" if length % 5 == 1 and not human else 1 + length % 9
    if human:
        said["owner"] = ("works", "law", "officer")[rest % 3]
    if due % 3 == 1 and not (human and forwards):
        said["due"] = date_of(due // 3, length, before, forwards=forwards)
    if rest % 5 == 1:
        said["earliest"] = date_of(rest // 5, due, before, forwards=forwards)
    elif rest % 5 == 2 and not forwards:
        said["span"] = month_span(2024, 6 + due % 4)
    if build is builders.work and rest % 2:
        said["review"] = "law"
    if build is builders.work and rest % 7 == 6:
        said["by_signing"] = True
    needed = " ".join(name for place, name in enumerate(before) if needs >> place & 1)
    return build(f"s{len(made)}", needed, **said)


def office_of(tape: list[tuple[int, ...]], *, forwards: bool = False, **said: Any) -> Office:
    """A bureau whose plan has the steps of a tape, each needing some of those before it, here or elsewhere."""
    made: list[Step] = []
    for one in tape:
        made.append(step_of(one, made, forwards=forwards))
    steps = {name: [step for step in made if step.ref.initiative == name] for name in NAMES}
    initiatives = [builders.initiative(*own, name=name) for name, own in steps.items() if own]
    return builders.office(*initiatives, starts=str(START), **said)


def people_of(tape: tuple[int, ...]) -> Profile:
    seed, sign, late, review, answer, shares = tape
    weights = [shares % base for base in (2, 3, 5, 7, 11)]
    total = sum(weights)
    manners = ("prompt", "last_minute", "late", "extension", "never_sign")
    return Profile.model_validate(
        {
            "seed": seed,
            "sign": {"days": [0, sign % 4]},
            "owners": {m: w / total for m, w in zip(manners, weights, strict=True)} if total else ONLY_PROMPT,
            "late_by": [0, late % 8],
            "review": {"days": [0, review % 6], "send_back": (review % 3) / 3},
            "answer": {"days": [0, answer % 5]},
            "hand_over": {"days": [1, 1 + answer % 6]},
            "reports_every": 1 + sign % 6,
            "actions": {"fail": (answer % 3) / 2, "mended": [0, late % 3]},
            "indicator": {"reach": (0.6, 1.0, 1.05)[late % 3]},
        }
    )


ONLY_PROMPT = {"prompt": 1.0, "last_minute": 0.0, "late": 0.0, "extension": 0.0, "never_sign": 0.0}
PERFECT = Profile.model_validate(
    {
        "seed": 1,
        "sign": {"days": [0, 0]},
        "owners": ONLY_PROMPT,
        "pace": [1.0, 1.0],
        "late_by": [0, 0],
        "review": {"days": [0, 0], "send_back": 0.0},
        "answer": {"days": [0, 0]},
        "reports_every": 1,
        "indicator": {"reach": 1.0},
    }
)

people = st.builds(people_of, st.tuples(number, number, number, number, number, number))
offices = st.builds(office_of, tapes, people=st.sampled_from([directory(), AWAY]))
rehearsals = st.builds(rehearse, offices, people)
few = settings(max_examples=25)


def entries(done: Rehearsal) -> Iterator[Entry]:
    for trail in done.bureau.trails.values():
        yield from trail.entries


def ends(done: Rehearsal) -> Mapping[StepRef, date | None]:
    return {
        StepRef(name, step): trail.state.step(step).finished
        for name, trail in done.bureau.trails.items()
        for step in trail.initiative.steps
    }


@given(rehearsals)
@few
def test_every_step_ends(done: Rehearsal) -> None:
    assert done.report.unfinished == ()


@given(offices, people)
@settings(max_examples=12)
def test_the_same_again_is_the_same(office: Office, who: Profile) -> None:
    assert rehearse(office, who).report == rehearse(office, who).report


@given(rehearsals)
@few
def test_no_key_is_there_twice_and_no_notice_goes_out_twice(done: Rehearsal) -> None:
    for trail in done.bureau.trails.values():
        keys = [entry.key for entry in trail.entries if entry.key]
        assert len(keys) == len(set(keys))
        sent = [entry.data["notice"] for entry in trail.entries if entry.kind is EntryKind.NOTICE_SENT]
        assert len(sent) == len(set(sent))
        assert all(notice.next_try is None for notice in trail.state.notices.values())


@given(rehearsals)
@few
def test_nobody_is_written_to_outside_working_hours(done: Rehearsal) -> None:
    office = done.bureau.office
    for entry in entries(done):
        if entry.kind is EntryKind.NOTICE_SENT:
            assert office.calendar.is_working(entry.day)
            assert office.working_moment(entry.at) == entry.at


@given(rehearsals)
@few
def test_nobody_gets_two_digests_a_day(done: Rehearsal) -> None:
    digests: dict[tuple[str, date], set[datetime]] = {}
    for trail in done.bureau.trails.values():
        for entry in trail.entries:
            if entry.kind is EntryKind.NOTICE_SENT and not trail.state.notice(entry.data["notice"]).immediate:
                digests.setdefault((entry.data["recipient"], entry.day), set()).add(entry.at)
    assert all(len(moments) == 1 for moments in digests.values())


@given(rehearsals)
@few
def test_no_step_opens_before_its_needs_are_closed(done: Rehearsal) -> None:
    finished, plan = ends(done), done.bureau.office.plan
    for name, trail in done.bureau.trails.items():
        for step in trail.initiative.steps.values():
            opened = trail.state.step(step.id).opened
            assert opened
            assert all((finished[need] or date.max) <= opened for need in step.needs), (name, plan.step(step.ref))


@given(rehearsals)
@few
def test_the_ledger_replayed_is_the_state(done: Rehearsal) -> None:
    """Sealed as the service seals them, the entries are a whole ledger that adds up to the same steps."""
    for trail in done.bureau.trails.values():
        sealed: list[Entry] = []
        for entry in trail.entries:
            draft = Draft(entry.kind, entry.step, entry.actor, entry.data, entry.key)
            last = sealed[-1] if sealed else None
            sealed += chained(
                [draft], plan=entry.plan, initiative=entry.initiative, after=last, at=entry.at, day=entry.day
            )
        assert first_broken(sealed) is None
        again = fold(sealed)
        assert again.steps == trail.state.steps


FALLING = office_of([(0,) * 6, (0, 56, 0, 0, 0, 0), (62, 152, 0, 9, 28, 0)], people=directory())
"""An indicator of which less has come than was reported of it before it had a value."""


@given(offices, people)
@example(FALLING, people_of((0, 0, 0, 0, 0, 1)))
@settings(max_examples=12)
def test_deciding_once_more_on_any_evening_adds_nothing(office: Office, who: Profile) -> None:
    bureau = Bureau(office, Owners(who))
    for day in (START + timedelta(days=n) for n in range(90)):
        moment = office.at(day, office.policy.hours.first)
        bureau.live(moment)
        if not office.calendar.is_working(day):
            continue
        facts = known(bureau)
        for trail in bureau.trails.values():
            again = decide(Look(office, trail.initiative, facts, moment), trail.state)
            assert again.drafts == ()
            assert trail.decided
            assert lit(again.summary.steps) == lit(trail.decided.summary.steps)


@given(offices, people)
@settings(max_examples=25)
def test_what_nothing_came_between_is_still_due_however_it_is_asked(office: Office, who: Profile) -> None:
    def asked_twice(look: Look, decision: Decision, state: State, notice: NoticeRow) -> bool:
        found = still_due(look, decision, state, notice)
        with patch.object(recheck, "_undisturbed", return_value=False):
            assert still_due(look, decision, state, notice) == found
        return found

    with patch.object(bureau_module, "still_due", asked_twice):
        rehearse(office, who)


def known(bureau: Bureau) -> Mapping[StepRef, Upstream]:
    rows = {
        StepRef(name, row.step): row
        for name, trail in bureau.trails.items()
        if trail.decided
        for row in trail.decided.summary.steps
    }
    return {ref: Upstream(row.finished, row.forecast) for ref, row in rows.items()}


def lit(rows: Any) -> list[tuple[str, Light, date | None]]:
    """Not the status: signing for what is green is no reason to look again."""
    return [(row.step, row.light, row.due) for row in rows]


@given(tapes)
@few
def test_with_people_without_a_fault_nothing_turns_red_and_nobody_is_pressed(tape: list[tuple[int, ...]]) -> None:
    """Plans in which initiatives wait in one direction and no step ends before its time, hastening a deadline."""
    tape = [(*one[:5], one[5] - one[5] % 7) for one in sorted(tape, key=lambda one: one[1] % len(NAMES))]
    office = office_of(tape)
    checked = feasibility(office.plan, office.calendar)
    assume(not checked.infeasible and not checked.beyond)
    done = rehearse(office, PERFECT)
    assert done.report.missed == ()
    lights = {light for trail in done.bureau.trails.values() for _, light in trail.lights}
    assert Light.RED not in lights
    slips = {entry.data["slip"] for entry in entries(done) if entry.kind is EntryKind.NOTICE_SENT}
    assert not slips & {"press", "supervise"}


@given(tapes, people, st.sets(st.integers(0, 150), max_size=25))
@few
def test_days_off_never_bring_an_end_forward(tape: list[tuple[int, ...]], who: Profile, off: set[int]) -> None:
    office = office_of(tape, forwards=True)
    fewer = replace(office, calendar=with_days_off(off))
    before, after = ends(rehearse(office, who)), ends(rehearse(fewer, who))
    assert {ref: (day, after[ref]) for ref, day in before.items() if (after[ref] or date.max) < (day or date.min)} == {}


@given(tapes, st.sets(st.integers(0, 150), max_size=25))
@settings(max_examples=60)
def test_days_off_never_bring_the_earliest_end_forward(tape: list[tuple[int, ...]], off: set[int]) -> None:
    plan = office_of(tape, forwards=True).plan
    before, after = feasibility(plan, calendar()), feasibility(plan, with_days_off(off))
    assert all(after.early[ref].finish >= early.finish for ref, early in before.early.items())


def with_days_off(off: set[int]) -> WorkCalendar:
    """The calendar with some days of the first months off."""
    china, rest = calendar(), {START + timedelta(days=n) for n in off}
    return WorkCalendar.build(china.first, china.last, lambda day: china.is_working(day) and day not in rest)
