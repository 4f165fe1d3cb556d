"""Whatever plans follow one another, and whatever people do meanwhile, applying keeps its promises."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from duban.applying import Author, apply, in_force, propose, unfinished
from duban.core.days.overrides import CalendarOverrides, apply_overrides
from duban.core.deciding.commands import Command, Refused, Verb
from duban.core.deciding.office import Office
from duban.core.ledger.entries import first_broken
from duban.core.ledger.summary import Status
from duban.core.planning.plan import Step
from duban.service import Service
from tests.core.builders import HERE, calendar, initiative, moment, office, work
from tests.test_applying import Mortal
from tests.test_service import Hand

NAMES = "abcd"
UNWRITTEN = 8
ALL = Author("coordinator", "年中调整", everything=True)


@dataclass(frozen=True)
class Turn:
    """A plan that is applied, and what is done to it: for each name due day, owner and whether it is there.

    Of a step due before the 8th no day is written: it takes so many working days. `rest` are days off of the bureau.
    """

    rest: frozenset[int]
    steps: tuple[tuple[int, bool, bool], ...]
    renames: bool
    days: int
    acts: tuple[tuple[int, bool], ...]


turns = st.lists(
    st.builds(
        Turn,
        rest=st.frozensets(st.integers(3, 28), max_size=6),
        steps=st.tuples(*[st.tuples(st.integers(4, 28), st.booleans(), st.booleans()) for _ in NAMES]),
        renames=st.booleans(),
        days=st.integers(0, 6),
        acts=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=5,
)


def plan_of(turn: Turn, before: Office | None) -> Office:
    """A plan of its steps; where it renames, the first that is new says that it was the first that went."""
    there = {name: one for name, one in zip(NAMES, turn.steps, strict=True) if one[2]} or {"a": turn.steps[0]}
    known = before.plan.initiatives[HERE].steps if before else {}
    came, went = [name for name in there if name not in known], [name for name in known if name not in there]
    renamed = {came[0]: went[0]} if turn.renames and came and went else {}
    steps: list[Step] = []
    for name, (due, law, _) in there.items():
        owner = "law" if law else "works"
        limit = {"days": due} if due < UNWRITTEN else {"due": f"2024-06-{due:02}"}
        steps.append(work(name, **limit, owner=owner, was=renamed.get(name)))
    off = CalendarOverrides(holidays=tuple(date(2024, 6, day) for day in sorted(turn.rest)))
    return replace(office(initiative(*steps)), calendar=apply_overrides(calendar(), off))


def act(service: Service, place: int, submits: bool) -> None:
    """Somebody signs for a step or hands it in, if that may be done."""
    steps = list(service.office.plan.initiatives[HERE].steps.values())
    step = steps[place % len(steps)]
    owner = service.office.owner(step, service.view(HERE).state.step(step.id))
    who = "clerk" if owner == "law" else "officer"
    try:
        service.act(Command(Verb.SUBMIT if submits else Verb.SIGN, step.ref, who))
    except Refused as refusal:
        assert refusal.code in ("closed", "not-now")  # noqa: PT017  what is over is not done again


def done(service: Service) -> dict[str, object]:
    """What the record of each closed step says."""
    rows = service.foresee(service.view(HERE)).decision.summary.steps
    return {row.step: (row.finished, row.due, row.original_due) for row in rows if row.status is Status.DONE}


@settings(max_examples=60)
@given(turns)
def test_any_plans_one_after_another(given_turns: list[Turn]) -> None:
    clock, ledger = Hand(moment("2024-06-03")), Mortal("p")
    service, before = Service(plan_of(given_turns[0], None), ledger, clock), None
    for turn in given_turns:
        wanted = plan_of(turn, before)
        over = done(service) if before else {}
        _, service = apply(in_force(replace(service, office=wanted)), wanted, ALL)
        assert propose(service, wanted, ALL).empty
        assert unfinished(service) == ()
        names = {step.was or step.id: step.id for step in wanted.plan.initiatives[HERE].steps.values()}
        assert {names[name]: day for name, day in over.items() if name in names}.items() <= done(service).items()
        for place, submits in turn.acts:
            service.tick(HERE)
            act(service, place, submits)
        clock.moment += timedelta(days=turn.days)
        service.tick(HERE)
        assert service.tick(HERE).entries == ()
        before = wanted
    with ledger.stream() as entries:
        assert first_broken(entries) is None
