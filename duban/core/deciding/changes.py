"""Who is told that somebody else suspended, resumed, handed over or cancelled a step they answer for.

So they are where it was corrected or reopened, or where what it was built on was taken back, though it be done by then;
and whoever was asked for an answer, where what he was asked about was withdrawn.

Whoever applies a plan does that too: a step that it gives to another owner is handed over, one that it no longer has is
cancelled, and stays known by what the ledger says of it.

Whoever was asked for a step hears of the last such act that concerns them, once: the owner, and of a hand-over both the
owner before and the new one. Not told are whoever did it, an owner to whom nothing about the step had been sent and who
had not signed for it, and anybody of a step that never opened or, but for that, is done.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from duban.core.deciding.given import Given
from duban.core.deciding.ladder import Ladder, due, has_dead
from duban.core.deciding.office import Look
from duban.core.deciding.rungs import DueRung, called, of_rung
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.keys import NoticeKey, StepRef
from duban.core.ledger.steps import Changed, Remark, StepState
from duban.core.ledger.summary import Status
from duban.core.planning.anchors import REMARKS, Anchor
from duban.core.planning.plan import HUMAN, Step
from duban.core.planning.plan_file import Kind
from duban.core.planning.policy import Rung
from duban.core.planning.when import Duration

OF_WHAT_IS_DONE = frozenset({EntryKind.UPSET, EntryKind.CORRECTED})
"""What may come to a step that is done."""


def change_rungs(look: Look, at: Given) -> Sequence[DueRung]:
    """The rungs by which people hear of changes of a step, and of what was remarked on it, until they have fired.

    They are told whether or not the owner has answered or was pressed before.
    """
    rungs, changed = at.office.rungs[at.step.ladder], at.step.kind in HUMAN and _of_now(at.own)
    found = list[tuple[DueRung, ...]]()
    for place, rung in enumerate(rungs):
        if rung.anchor is Anchor.CHANGED and changed:
            found += _of_rung(look, at, rungs[place:])
        elif rung.anchor in REMARKS:
            found += _of_remarks(look, at, rungs[place:])
    laid = tuple(found)
    ahead = tuple(rung for group in laid for rung in group)
    return due(look, at.own, Ladder(laid, ahead, dead=has_dead(at.own), first=look.now))


def _of_now(own: StepState) -> Sequence[Changed]:
    """What people may still have to hear of: of a step that is done only what came to what it was built on."""
    done = own.finished is not None and not own.cancelled
    return [change for change in own.changes if change.kind in OF_WHAT_IS_DONE] if done else own.changes


def gone(look: Look, name: str, own: StepState) -> Given | None:
    """A step that the plan no longer has, as the ledger knows it; None where it does not."""
    if own.gone is None:
        return None
    known, rungs, here = own.gone, look.office.rungs, look.initiative
    ladder = known.ladder if known.ladder in rungs else next(iter(rungs))
    ref, lasts = StepRef(here.id, name), Duration(0, 0, 0)
    step = Step(ref, known.title, Kind.WORK, (), lasts, known.owner, ladder=ladder, was=known.was)
    dates = (None, None, None, None, look.today, None)
    return Given(look.office, here, look.today, step, own, Status.CANCELLED, *dates)


def remark_of(own: StepState, key: NoticeKey) -> Remark:
    """The remark that the notice of a key tells of."""
    return next(remark for remark in own.remarks if _version_of(remark) == key.version)


def _version_of(remark: Remark) -> str:
    return f"remark-{remark.on}-{remark.number}"


def _of_remarks(look: Look, at: Given, rungs: Sequence[Rung]) -> Iterator[tuple[DueRung, ...]]:
    """The first of `rungs`, once for each remark of its kind, for all it means but whoever made the remark."""
    for remark in at.own.remarks:
        if remark.kind is REMARKS[rungs[0].anchor]:
            people = called(at, rungs, remark.on)
            told = {there: post for there, post in people.items() if remark.by not in (post, there)}
            day, stale = at.office.calendar.add(remark.on, rungs[0].offset), _past(look, remark.on)
            told_of = of_rung(at, rungs[0], _version_of(remark), day, told, stale=stale)
            yield tuple(rung._replace(stale=False) if rung.key in at.own.notices else rung for rung in told_of)


def change_of(own: StepState, key: NoticeKey) -> Changed:
    """The change that the notice of a key tells of."""
    return next(change for change in own.changes if _version(change) == key.version)


def _version(change: Changed) -> str:
    return f"change-{change.on}-{change.number}"


def _of_rung(look: Look, at: Given, rungs: Sequence[Rung]) -> Iterator[tuple[DueRung, ...]]:
    """The first of `rungs`, once for each change, for those of whom it is the last one."""
    concerned = set[str]()
    for change in reversed(_of_now(at.own)):
        people = [pair for then in _owned(at, change) for pair in called(then, rungs, change.on).items()]
        people += _asked_in_vain(at, change)
        told = {there: post for there, post in people if post not in concerned and not _did(look, change, post, there)}
        concerned.update(post for _, post in people)
        day = at.office.calendar.add(change.on, rungs[0].offset)
        told_of = of_rung(at, rungs[0], _version(change), day, told, stale=_past(look, change.on))
        yield tuple(rung._replace(stale=False) if rung.key in at.own.notices else rung for rung in told_of)


def _owned(at: Given, change: Changed) -> Iterator[Given]:
    """The step as those had it whom a change concerns: the owner then and, of a hand-over, the new one."""
    before = change.owner or at.step.owner if _asked(at.own, change) else ""
    for owner in (before, change.to):
        if owner and at.office.directory.knows(owner):  # else a unit that was dissolved, and its steps with it
            yield at._replace(own=at.own._replace(owner=owner))


def _asked_in_vain(at: Given, change: Changed) -> Iterator[tuple[str, str]]:
    """Who had been asked for an answer that is not wanted any more, unless it is wanted again."""
    people = at.office.directory
    if at.own.submitted is None and at.own.asked is None:
        for post in filter(people.knows, change.told):
            yield people.present(post, change.on) or people.administrator, post


def _asked(own: StepState, change: Changed) -> bool:
    """Whether the owner knew of the step: signed for it, or a slip about it was sent by the day of the change."""
    return change.signed or any(sent.day <= change.on for sent in own.history[:1])


def _did(look: Look, change: Changed, *posts: str) -> bool:
    """Whether a change is the act of whoever holds one of these posts."""
    person = look.office.directory.person
    return person(change.by) in map(person, posts)


def _past(look: Look, on: date) -> bool:
    """Whether it was long ago: ledgers are older than these notices, and nobody wants to hear of last year's."""
    return look.calendar.between(on, look.today) > look.office.policy.silence
