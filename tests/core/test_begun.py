"""Start to start: what waits for the beginning of a step, held against an oracle that walks day by day."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duban.core.checking.check import check
from duban.core.checking.feasibility import feasibility
from duban.core.deciding.office import Office
from duban.core.forecasting.chances import chances
from duban.core.forecasting.forecast import forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.planning.begun import of_step
from duban.core.planning.directory import Directory
from duban.core.planning.expand import expand
from duban.core.planning.plan import Plan, StepRef
from duban.core.planning.snapshot import restored, snapshot
from duban.core.rehearsing.rehearse import rehearse
from tests.core.builders import ZONE, policy
from tests.core.small_plan import CALENDAR, directory_file, files, plan_file, step, written
from tests.core.test_rehearsing_properties import PERFECT, people

DAY = timedelta(days=1)
NEEDS = ("{}", "{}/begun", "{} working days after {}/begun", "{} days after {}/begun")
Tape = list[tuple[int, int, list[tuple[int, int, int]]]]
tapes = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.integers(0, 1),
        st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 9)), max_size=3),
    ),
    min_size=1,
    max_size=9,
)


def plan(*steps: dict[str, Any], park: tuple[dict[str, Any], ...] = ()) -> Plan:
    elsewhere = [written("park", *park, source="2.1", section="parks")] if park else []
    return expand(plan_file(), [written("road", *steps), *elsewhere], Directory(directory_file()))


def home(tape: Tape, number: int) -> str:
    return ("road", "park")[tape[number][1]]


def of_tape(tape: Tape) -> Plan:
    """Steps here and elsewhere, each needing some of those before it: their end, their beginning, or so long after."""
    steps: dict[str, list[dict[str, Any]]] = {"road": [], "park": []}
    for number, (days, _, needs) in enumerate(tape):
        texts = []
        for other, form, lag in needs if number else []:
            name = f"{home(tape, other % number)}/s{other % number}"
            texts.append(NEEDS[form].format(*((name,) if form < 2 else (lag, name))))
        steps[home(tape, number)].append(step(f"s{number}", duration=days, needs=texts))
    return plan(*steps["road"], park=tuple(steps["park"])) if steps["road"] else plan(step("x"), park=(*steps["park"],))


def walked(day: date, days: int, *, working: bool) -> date:
    while days:
        day += DAY
        days -= not working or day.weekday() < 5
    return day


def oracle(tape: Tape) -> dict[StepRef, tuple[date, date]]:
    """The first and the last day of every step."""
    found: list[tuple[date, date]] = []
    for number, (days, _, needs) in enumerate(tape):
        start = plan_file().starts
        for other, form, lag in needs if number else []:
            began, ended = found[other % number]
            waited = began if form == 1 else walked(began, lag, working=form == 2)
            start = max(start, ended if form == 0 else waited)
        last = walked(start, days, working=True)
        while last.weekday() > 4:  # people end on working days
            last += DAY
        found.append((start, last))
    return {StepRef(home(tape, number), f"s{number}"): one for number, one in enumerate(found)}


@settings(max_examples=5 * settings().max_examples)
@given(tapes)
def test_what_is_foreseen_is_what_a_walk_day_by_day_finds(tape: Tape) -> None:
    built, known = of_tape(tape), oracle(tape)
    early = feasibility(built, CALENDAR).early
    told = forecast(Schedule(built, CALENDAR, {}, built.starts)).finish
    for ref, (_, last) in known.items():
        assert early[ref].finish == told[ref] == last, ref


@settings(max_examples=20)
@given(tapes, people)
def test_no_step_opens_before_what_it_waits_for_has_begun(tape: Tape, who: Any) -> None:
    built = of_tape(tape)
    done = rehearse(Office(built, Directory(directory_file()), policy(), CALENDAR, ZONE), who)
    assert done.report.unfinished == ()
    own = {ref: done.bureau.trails[ref.initiative].state.step(ref.step) for ref in oracle(tape)}
    for number, (_, _, needs) in enumerate(tape):
        opened = own[StepRef(home(tape, number), f"s{number}")].opened
        waits = [built.starts]
        for other, form, lag in needs if number else []:
            before = own[StepRef(home(tape, other % number), f"s{other % number}")]
            assert before.opened
            assert before.finished
            waits.append(before.finished if form == 0 else walked(before.opened, lag * (form > 1), working=form == 2))
        assert opened >= max(waits)


def test_a_beginning_is_a_milestone_and_a_distance_a_period() -> None:
    draft = step("draft", duration=10, earliest="2024-02-01", each="districts")
    built = plan(draft, step("print", needs=["5 working days after draft/begun"], each="districts"))
    steps = built.initiatives["road"].steps
    print_ = steps["print@xuhui"]
    assert [str(ref) for ref in print_.needs] == ["road/draft@xuhui@begun@5-working-days"]
    wait, begun = steps["draft@xuhui@begun@5-working-days"], steps["draft@xuhui@begun"]
    assert (wait.kind.value, wait.title, wait.needs) == ("period", "事项draft（徐汇区）启动后5个工作日", (begun.ref,))
    assert (begun.kind.value, begun.title, begun.earliest) == (
        "milestone",
        "事项draft（徐汇区）启动",
        steps["draft@xuhui"].earliest,
    )
    assert of_step(wait.ref) == of_step(begun.ref) == StepRef("road", "draft@xuhui")
    again = restored(snapshot(built)).initiatives["road"].steps
    assert {name: one.needs for name, one in again.items()} == {name: one.needs for name, one in steps.items()}


def test_a_beginning_that_is_put_off_puts_off_what_waits_for_it_in_all_that_is_foreseen() -> None:
    steps = [step("first", duration=[1, 2, 9]), step("draft", duration=9, needs=["first"])]
    built = plan(*steps, step("print", duration=1, needs=["3 days after draft/begun"], due="2024-01-10"))
    schedule = Schedule(built, CALENDAR, {}, built.starts)
    told = forecast(schedule)
    assert [str(ref) for ref in told.chain(StepRef("road", "print"))] == [
        "road/first",
        "road/draft@begun",
        "road/draft@begun@3-days",
        "road/print",
    ]
    kept = chances(schedule).of[StepRef("road", "print")].kept
    assert kept is not None
    assert 0 < kept < 1


@pytest.mark.parametrize(
    ("steps", "problems"),
    [
        ([step("a", needs=["a/begun"])], [("self-need", ("steps", 0, "needs", 0))]),
        ([step("a", needs=["b/begun"]), step("b", needs=["a/begun"])], [("cycle", ("steps", 0, "needs", 0))]),
        ([step("a", needs=["b"]), step("b", needs=["2 days after a/begun"])], [("cycle", ("steps", 0, "needs", 0))]),
        ([step("a"), step("b", needs=["aa/begun"])], [("unknown-need", ("steps", 1, "needs", 0))]),
        ([step("begun")], [("reserved-id", ("steps", 0, "id"))]),
    ],
)
def test_what_is_wrong(steps: list[dict[str, Any]], problems: list[tuple[str, Any]]) -> None:
    found = check(files(written("road", *steps)), calendar=CALENDAR)
    assert [(one.id, one.location) for one in found] == problems


def test_with_people_without_a_fault_the_year_goes_as_foreseen() -> None:
    built = plan(step("a", duration=4), step("b", duration=2, needs=["2 working days after a/begun"]))
    done = rehearse(Office(built, Directory(directory_file()), policy(), CALENDAR, ZONE), PERFECT)
    assert done.bureau.trails["road"].state.step("b").opened == date(2024, 1, 4)
