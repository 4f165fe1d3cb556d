"""Who is told that somebody else suspended, resumed, handed over or cancelled a step they answer for.

Whoever applies a plan does that too: a step that it gives to another owner is handed over, one that it no longer has is
cancelled, and stays known by what the ledger says of it.

Whoever was asked for a step hears of the last such act that concerns them, once: the owner, and of a hand-over both the
owner before and the new one. Not told are whoever did it, an owner to whom nothing about the step had been sent and who
had not signed for it, and anybody of a step that never opened or is done.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from duban.core.deciding.ladder import Pause, Scene, calls
from duban.core.deciding.office import Look
from duban.core.deciding.rungs import Call, Case, Hung, On, called
from duban.core.ledger.state import Changed, StepState
from duban.core.ledger.summary import Status
from duban.core.planning.plan import HUMAN, Step, StepRef
from duban.core.planning.plan_file import Kind
from duban.core.planning.policy import Rung
from duban.core.planning.when import Duration

UNPAUSED = Pause(None, {})
"""A change is told whether or not its owner has answered or was pressed before."""


class _Matter(NamedTuple):
    """A step that was changed, and how it stands."""

    at: Scene
    step: Step
    own: StepState


def change_calls(at: Scene) -> Iterator[Call]:
    """The calls by which people hear of changes, of all steps of an initiative, until they have fired."""
    for name, own in at.state.steps.items():
        if own.changes and (own.cancelled or not own.closed):
            step = at.look.initiative.steps.get(name) or gone_step(at.look, name, own)
            if step is not None and step.kind in HUMAN:
                yield from calls(at, _hung(_Matter(at, step, own)), UNPAUSED)


def gone_step(look: Look, name: str, own: StepState) -> Step | None:
    """A step that the plan no longer has, as the ledger knows it; None where it does not."""
    if own.gone is None:
        return None
    known, ladders = own.gone, [ladder.id for ladder in look.office.policy.ladders]
    return Step(
        StepRef(look.initiative.id, name),
        known.title,
        Kind.WORK,
        (),
        Duration(0, 0, 0),
        known.owner,
        ladder=known.ladder if known.ladder in ladders else ladders[0],
        was=known.was,
    )


def change_of(own: StepState, key: str) -> Changed:
    """The change that the notice of a key tells of."""
    return next(change for change in own.changes if f"/{_version(change)}/" in key)


def _version(change: Changed) -> str:
    return f"change-{change.on}-{change.number}"


def _hung(matter: _Matter) -> Iterator[Hung]:
    rungs = matter.at.look.office.policy.ladder(matter.step.ladder).rungs
    for place, rung in enumerate(rungs):
        if rung.anchor == "changed":
            yield from _of_rung(matter, rungs[place:])


def _of_rung(matter: _Matter, rungs: Sequence[Rung]) -> Iterator[Hung]:
    """The first of `rungs`, once for each change, to those for whom it is the last one."""
    office, concerned = matter.at.look.office, set[str]()
    for change in reversed(matter.own.changes):
        people = list(_people(matter, change, rungs))
        told = {there: post for post, there in people if post not in concerned and change.by not in (post, there)}
        concerned.update(post for post, _ in people)
        on = On(_version(change), office.calendar.add(change.on, rungs[0].offset), _past(matter, change))
        yield Hung(rungs[0], on, tuple(_call(matter, rungs[0], on, post, there) for there, post in told.items()))


def _people(matter: _Matter, change: Changed, rungs: Sequence[Rung]) -> Iterator[tuple[str, str]]:
    """Posts whom a change concerns, each with who is there: of the owner then and, of a hand-over, of the new one."""
    look = matter.at.look
    owners = [change.owner or matter.step.owner] if _asked(matter.own, change) else []
    for owner in (*owners, change.to) if change.to else owners:
        if not look.office.directory.knows(owner):
            continue  # a unit that was dissolved, and its steps with it
        own = matter.own._replace(owner=owner)
        yield from called(look.office, Case(look.initiative, matter.step, own, Status.OPEN, None), rungs, change.on)


def _asked(own: StepState, change: Changed) -> bool:
    """Whether the owner knew of the step: signed for it, or a slip about it was sent by the day of the change."""
    return change.signed or any(sent <= change.on.isoformat() + "~" for sent in own.history[:1])


def _past(matter: _Matter, change: Changed) -> bool:
    """Whether it was long ago: ledgers are older than these notices, and nobody wants to hear of last year's."""
    office, today = matter.at.look.office, matter.at.look.today
    return office.calendar.between(change.on, today) > office.policy.silence


def _call(matter: _Matter, rung: Rung, on: On, post: str, there: str) -> Call:
    office, step = matter.at.look.office, matter.step
    key = f"{matter.own.name or step.was or step.id}/{on.version}/{rung.id}/{post}"
    moment = office.at(on.day, office.policy.hours.first)
    stale = on.stale and key not in matter.at.state.notices
    return Call(key, step.id, rung.id, rung.slip, post, there, moment, moment, rung.immediate, stale)
