"""A ladder laid out for a step: its rungs in the version that holds now, each with its day and who it is meant for.

Nothing here depends on the moment or on what was sent; what is due of it, and when, is the ladder's business (rules
1, 5 to 8 there).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import NamedTuple

from duban.core.deciding.deadlines import Deadline
from duban.core.deciding.office import Office
from duban.core.ledger.state import StepState
from duban.core.ledger.summary import AWAITING_OWNER, Status
from duban.core.planning.plan import Initiative, Step
from duban.core.planning.policy import Rung


class Call(NamedTuple):
    """A rung that is due: `post` is who it is meant for, `recipient` who gets it (the post or its deputy).

    `moment` is later than `rung_at`, that of the rung itself, where two of them keep their distance (rule 11); until
    then it may be somebody else's turn any day. One that is `stale` is older than the matter it speaks of, or overtaken
    by a higher one, and is recorded rather than sent.
    """

    key: str
    step: str
    rung: str
    slip: str
    post: str
    recipient: str
    moment: datetime
    rung_at: datetime
    immediate: bool
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A step as its ladder sees it, while somebody is waited for; `due` is its deadline."""

    initiative: Initiative
    step: Step
    state: StepState
    status: Status
    due: Deadline | None

    @property
    def name(self) -> str:
        """What the keys of the step's notices begin with: a renamed step keeps its name there."""
        return self.state.name or self.step.was or self.step.id


_TOLD = {"answered", "progress", "values", "evidence", "changes", "history"}
_BEARING = itemgetter(*(place for place, name in enumerate(StepState._fields) if name not in _TOLD))
"""What has happened to a step, without what does not bear on its ladder, and changes most often."""


class Basis(NamedTuple):
    """What a step's ladder is laid out by, besides what never changes; `own` is what bears on it of what happened."""

    status: Status
    due: Deadline | None
    own: tuple[object, ...]
    adopted: date


class On(NamedTuple):
    """The version and the day that a rung hangs on, and whether that day is older than the owner's turn."""

    version: str
    day: date
    stale: bool


class Hung(NamedTuple):
    """A rung that applies now, with a call for every post."""

    rung: Rung
    on: On
    calls: tuple[Call, ...]


class Laid(NamedTuple):
    """The rungs that apply now, lowest first, spent or not, as they go out when each is sent on its own day.

    `meant` is what besides makes the calls of a rung what they are: the owner it was handed over to, and its name.
    """

    basis: Basis
    meant: tuple[str | None, str]
    rungs: tuple[Hung, ...]


def laid(office: Office, case: Case, adopted: date, before: Laid | None = None) -> Laid:
    """Lay out the ladder of a step; `adopted` is the day on which its ledger began.

    `before` is how the same step's ladder was laid out earlier; what is the same is taken from there.
    """
    basis = Basis(case.status, case.due, _BEARING(case.state), adopted)
    if before is not None and before.basis == basis:
        return before
    meant = (case.state.owner, case.name)
    known = {hung.rung.id: hung for hung in before.rungs} if before and before.meant == meant else {}
    return Laid(basis, meant, tuple(_hung(office, case, adopted, known)))


def _hung(office: Office, case: Case, adopted: date, known: Mapping[str, Hung]) -> Iterator[Hung]:
    rungs, since = office.policy.ladder(case.step.ladder).rungs, _since(case.state)
    counted_from = since if since > adopted else date.min
    for place, rung in enumerate(rungs):
        anchor = _anchor(case, rung, counted_from)
        if anchor is None:
            continue
        day, version = office.calendar.add(anchor[0], rung.offset), anchor[1]
        on, same = On(version, day, stale=rung.anchor == "due" and day < since), known.get(rung.id)
        if same is not None and same.on == on:
            yield same
        else:
            yield Hung(rung, on, tuple(_calls(office, case, on, rungs[place:])))


def _calls(office: Office, case: Case, on: On, rungs: Sequence[Rung]) -> Iterator[Call]:
    """A call for each post of the first of `rungs`."""
    rung, moment = rungs[0], office.at(on.day, office.policy.hours.first)
    for post, there in called(office, case, rungs, on.day):
        key = f"{case.name}/{on.version}/{rung.id}/{post}"
        yield Call(key, case.step.id, rung.id, rung.slip, post, there, moment, moment, rung.immediate, on.stale)


def _anchor(case: Case, rung: Rung, since: date) -> tuple[date, str] | None:
    """The day a rung counts from and the version it belongs to; None when it does not apply now.

    Rungs of a deadline that had passed when the owner could first be pressed for it count from that day, `since`.
    """
    own, awaiting = case.state, case.status in AWAITING_OWNER
    match rung.anchor:
        case "due" if awaiting and case.due is not None:
            return max(case.due.day, since), case.due.day.isoformat()
        case "opened" if awaiting and own.assigned:
            return own.assigned, f"opened-{own.assigned}"
        case "unsigned" if case.status is Status.OPEN and own.assigned:
            return own.assigned, f"opened-{own.assigned}"
        case "submitted" if case.status is Status.REVIEW and own.submitted:
            return own.submitted, f"round-{own.rounds}"
        case "returned" if awaiting and own.returned:
            return own.returned, f"round-{own.rounds}"
        case "asked" if awaiting and own.asked:
            return own.asked.on, f"ask-{own.asks}"
        case "answered" if awaiting and own.answer and not own.asked:
            return own.answer, f"ask-{own.asks}"
        case "failed" if case.status is Status.FAILED and own.failed:
            return own.failed, f"try-{own.tries}"
        case "failed" if awaiting and own.failed:  # measuring an indicator
            return own.failed, f"measuring-{own.failed}"
        case _:
            return None


def _since(own: StepState) -> date:
    """The day from which the present owner can be pressed for the present deadline."""
    turns = (own.assigned, own.granted, own.moved, own.returned, own.excluded[-1][1] if own.excluded else None)
    return max((day for day in turns if day is not None), default=date.min)


def called(office: Office, case: Case, rungs: Sequence[Rung], day: date) -> Iterable[tuple[str, str]]:
    """Posts the first of `rungs` is meant for, each with who is there; climbs when nobody is on its day (rule 8).

    It is that day that counts, though the rung may be sent later: otherwise a leave would make an old rung fire anew.
    """
    present = office.directory.present
    for rung in rungs:
        if rung.anchor == rungs[0].anchor:
            called: dict[str, str] = {}  # one person standing in for two posts is written to once
            for role in rung.to:
                for post in _posts(office, case, role):
                    there = present(post, day)
                    if there is not None:
                        called.setdefault(there, post)
            if called:
                return [(post, there) for there, post in called.items()]
    return [(office.directory.administrator, office.directory.administrator)]


def _posts(office: Office, case: Case, role: str) -> tuple[str, ...]:
    people, initiative = office.directory, case.initiative
    match role:
        case "owner":
            return office.owner_side(case.step, case.state)[:1]
        case "owner-head":
            return office.owner_side(case.step, case.state)[1:]
        case "lead-head":
            return (people.head(initiative.lead),)
        case "supervisor":
            return (people.head(initiative.supervisor),)
        case "coordinator":
            return (office.plan.coordinator,)
        case "reviewer":
            return office.reviewers(initiative, case.step, case.state)[:1]
        case _:
            return (people.administrator,)
