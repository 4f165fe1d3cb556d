"""The ladder (催办层级): which rungs have come due for a step, to whom, and when the next one does.

Fourteen rules, each with its tests in tests/core/test_ladder.py:

1. A rung fires once per step, version of what it hangs on (the deadline, a round of review …) and post: the key.
2. The key is stored before anything is sent, the outcome after.
3. Just before sending it is asked again (`recheck`) what is due; what no longer is, is not sent.
4. An answer holds higher rungs back until the next deadline or the next silence. An acknowledgement does so once in a
   version of the deadline; after that only what says something new of the work does, however often the old is said.
5. A moved deadline is a new version: rungs of the old one never fire again.
6. Rungs older than the ledger's first entry are recorded as skipped. So are rungs older than the owner's turn (the step
   was found open, came back, was extended, handed over or given another deadline by the plan after them); where the
   deadline itself has passed by then, its rungs count from that day, so that nobody is told everything at once, and
   nobody nothing. Days on which the step rested count for no rung; reminders older than its resumption are skipped.
7. A rung on a day off or outside working hours moves to the next working morning; it neither drops nor spends another.
8. A rung nobody can be found for climbs: deputy, then the next rung's people, then the administrator.
9. A refused delivery is tried again, then dead; then the recipient's deputies get it, one after another, and when
   there is none left the administrator is told who was not reached and why. One that a person puts back goes to its
   recipient again, and what is under way in its place lapses; should it die again, the administrator is told again.
10. Time that runs out approves, fails and closes nothing.
11. Two notices that press one person about one step lie an interval of working days apart: the later one moves to its
    end. Whoever was not pressed before, as the one a rung climbs to, is pressed at once.
12. Of several rungs that press one person about one step together the highest is sent; the lower ones are recorded as
    skipped. So it is with several that bear the same slip.
13. A rung that repeats fires again so many working days after it last went out, on a day that is part of its key, until
    what it counts from is over. However long nobody looked, once.
14. An owner who was away on the day a rung of what is late fell due gets it on coming back, whoever had it meanwhile.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from duban.core.deciding.given import Given
from duban.core.deciding.office import Look, Office
from duban.core.deciding.rungs import DueRung, Going, Laid, laid
from duban.core.deciding.undelivered import Line, died, lines, next_in_line, telling_key, tried
from duban.core.ledger.keys import DEAD, NoticeKey
from duban.core.ledger.notices import PENDING, Delivery
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import CLOSED, Status

PRESSINGS = frozenset({"remind", "press", "supervise"})
"""Slips that press: two of them keep their distance."""

WITHOUT_LADDER = frozenset({Status.WAITING, Status.SUSPENDED, Status.ELAPSING, Status.RUNNING}) | CLOSED
"""Where a step stands when nobody is waited for."""


class Ladder(NamedTuple):
    """The rungs of a step, spent or not: as `laid` out, and `ahead` as they go out if nothing happens before.

    `left` are those of them that have not fired, `going` they as each first goes out.

    `answered` is until when an answer keeps some back (rule 4), `pressed` until when whom an earlier one (rule 11), and
    `dead` whether a notice reached nobody. `first` is the first moment of a rung that has not fired; from then on it is
    the day that tells who is there.
    """

    laid: Laid = ()
    ahead: tuple[DueRung, ...] = ()
    left: tuple[DueRung, ...] = ()
    answered: datetime | None = None
    pressed: Mapping[str, datetime] = MappingProxyType({})
    dead: bool = False
    first: datetime | None = None
    going: tuple[Going, ...] = ()


NO_LADDER = Ladder()


def ladder(at: Given, before: tuple[Given, Ladder] | None = None) -> Ladder:
    """The ladder of a step, by what has happened to it; laid as it was `before` where nothing of that moves a rung."""
    dead = bool(at.own.notices) and has_dead(at.own)
    if at.status in WITHOUT_LADDER:
        return Ladder(dead=True) if dead else NO_LADDER
    firsts, rungs = laid(at, (before[0], before[1].going) if before is not None else None)
    answered, pressed = _held_back(at), _pressed(at)
    ahead = [rung for group in rungs for rung in group]
    if answered or pressed:
        ahead = [_kept_apart(at.office, _sent_on(at.office, rung, answered, None), pressed) for rung in ahead]
    spent = _spent(at.own)
    left = tuple([rung for rung in ahead if rung.key not in spent])
    first = min([rung.rung_at for rung in left], default=None)
    return Ladder(rungs, tuple(ahead), left, answered, pressed, dead, first, firsts)


def has_dead(own: StepState) -> bool:
    """Whether a notice about a step reached nobody."""
    return any(row.delivery is Delivery.DEAD for row in own.notices.values())


def _spent(own: StepState) -> Set[NoticeKey]:
    """The keys that have fired: queued, sent or skipped. One dropped just before sending may fire later."""
    if not own.notices:
        return own.skips.keys()
    return {*own.skips, *[key for key, row in own.notices.items() if row.delivery is not Delivery.DROPPED]}


def due(look: Look, own: StepState, step: Ladder) -> Sequence[DueRung]:
    """The rungs of a step that have not fired, each with the moment it falls due, past or to come."""
    if not step.dead and (step.first is None or look.now < step.first):
        return step.left
    spent, rungs = _spent(own), _unreached(look, own, step)
    now = [place for place, rung in enumerate(rungs) if rung.moment <= look.now and not rung.stale]
    for low in now[:-1]:  # one that a higher one due overtakes is stale (rule 12)
        if any(_overtakes(rungs[high], rungs[low]) for high in now if high > low):
            rungs[low] = rungs[low]._replace(stale=True)
    return [rung for rung in rungs if rung.key not in spent]


def _overtakes(higher: DueRung, lower: DueRung) -> bool:
    """Whether the higher of two rungs that are due makes the lower one needless (rule 12)."""
    alike = higher.slip == lower.slip or {higher.slip, lower.slip} <= PRESSINGS
    return alike and higher.recipient == lower.recipient and higher.key.rung != lower.key.rung


def _unreached(look: Look, own: StepState, step: Ladder) -> list[DueRung]:
    """The rungs that have not reached anybody yet, lowest first, as they can go out now."""
    dead, over = lines(own) if step.dead else {}, _over(own)
    found, ahead = list[DueRung](), iter(step.ahead)
    for group in step.laid:
        for rung in group:
            later, line = next(ahead), dead.get(rung.key)
            if line is not None:
                found += _instead(look, _as_of_now(look, rung, step), line, group, step.pressed)
            elif rung.key not in over:
                now = later.rung_at <= look.now
                found.append(_kept_apart(look.office, _as_of_now(look, rung, step), step.pressed) if now else later)
    return found


def _as_of_now(look: Look, rung: DueRung, step: Ladder) -> DueRung:
    return _sent_on(look.office, rung, step.answered, look.soonest[rung.immediate])


def _over(own: StepState) -> Collection[NoticeKey]:
    """The keys that are spent, and their notices on no way to anybody."""
    if not own.notices:
        return own.skips
    pending = {key for key, row in own.notices.items() if row.delivery in PENDING}
    return _spent(own) - pending


def _sent_on(office: Office, rung: DueRung, answered: datetime | None, soonest: datetime | None) -> DueRung:
    """A rung held back by an answer, to whoever is there on the day on which it can be sent, `soonest` or later."""
    moment = max(rung.moment, answered) if rung.waits and answered else rung.moment
    sent = moment if soonest is None else max(moment, soonest)
    if sent is rung.moment or sent.date() == rung.moment.date():
        return rung
    return rung._replace(recipient=_standing_in(office, rung.post, sent.date()), moment=moment, rung_at=moment)


def _kept_apart(office: Office, rung: DueRung, free: Mapping[str, datetime]) -> DueRung:
    """The rung, moved to where its recipient, or who stands there by then, may be pressed again (rule 11)."""
    if rung.slip not in PRESSINGS or rung.recipient not in free:
        return rung
    recipient, moment = rung.recipient, rung.moment
    while (again := free.get(recipient, moment)) > moment:
        recipient, moment = _standing_in(office, rung.post, again.date()), again
    return rung if moment is rung.moment else rung._replace(recipient=recipient, moment=moment)


def _instead(
    look: Look, rung: DueRung, line: Line, group: Collection[DueRung], free: Mapping[str, datetime]
) -> Iterator[DueRung]:
    """The rung that takes the place of one of a `group` whose notice is dead; whom that means anyway are passed by."""
    if any(row.delivery is Delivery.SENT for row in line):
        return
    told = {one.recipient for one in group}
    rung = rung._replace(moment=max(rung.moment, look.office.working_moment(died(line))))
    day = look.office.sending_moment(max(rung.moment, look.now), immediate=rung.immediate).date()
    under_way = next((row.recipient for row in line if row.delivery in PENDING), None)
    there = under_way or next_in_line(look.office.directory, line, day, told)
    if there is not None:  # who is the only one left is waited for until he may be pressed again
        again = free.get(there, rung.moment) if rung.slip in PRESSINGS else rung.moment
        key, moment = rung.key._replace(instead=there), max(rung.moment, again)
        yield rung._replace(key=key, recipient=there, moment=moment)


def _pressed(at: Given) -> Mapping[str, datetime]:
    """By recipient until when nobody presses them again: they were pressed, or are about to be (rule 11)."""
    free = rested(at.office, at.own) if at.own.history else {}
    for row in at.own.notices.values():  # what a sender has in hand will have come to an outcome by its next try
        if row.delivery is Delivery.SENDING and row.slip in PRESSINGS and row.next_try is not None:
            free[row.recipient] = row.next_try
    return free


def rested(office: Office, own: StepState) -> dict[str, datetime]:
    """For those who were pressed about a step: from when they may be pressed about it again (rule 11)."""
    again: dict[str, datetime] = {}
    for sent in reversed(own.history):  # the last one counts
        if sent.slip in PRESSINGS and sent.recipient not in again:
            rest = office.calendar.add(sent.day, office.policy.interval)
            again[sent.recipient] = office.morning(rest)
    return again


def _held_back(at: Given) -> datetime | None:
    """Until when an answer keeps rungs of the deadline back (rule 4); None when nothing does."""
    due, since = at.due, _pressed_since(at) if at.own.answered else None
    if due is None or since is None:
        return None
    answered = max([day for day in (at.own.news, acknowledged(at)) if day and day >= since], default=None)
    if answered is None:
        return None
    until = at.office.calendar.add(answered, at.office.policy.silence)
    if answered <= due:
        until = min(until, at.office.calendar.next_working(due))
    return at.office.morning(until)


def acknowledged(at: Given) -> date | None:
    """The day of the one acknowledgement that keeps rungs of the present version of the deadline back: the first."""
    since = _pressed_since(at)
    return next((day for day in at.own.acknowledged if day >= since), None) if since else None


def _pressed_since(at: Given) -> date | None:
    """The day on which a rung of the present version of the deadline first fired, or its owner of now was given it."""
    own, version = at.own, f"{at.due}"
    name = own.name or at.step.was or at.step.id
    first = min((row.queued_at for key, row in own.notices.items() if key[:2] == (name, version)), default=None)
    return max(at.office.day(first), own.assigned or date.min) if first else None


def _standing_in(office: Office, post: str, day: date) -> str:
    """Who stands at a post on the later day on which it is written to; the administrator when nobody does."""
    return office.directory.present(post, day) or office.directory.administrator


def of_dead(look: Look, step: str, own: StepState, rungs: Collection[DueRung]) -> Iterator[DueRung]:
    """What the administrator is still to be told of undeliverable notices (rule 9), once nobody is left to try.

    `rungs` are those of the step. Of a notice that did not reach the administrator nobody is told: `doctor` is.
    """
    going_on = {rung.key.first for rung in rungs if rung.key.instead}
    overtaken = {key.first for key in own.skipped if key.instead}  # the deputy gets a higher one (rule 12)
    for key, line in lines(own).items():
        over = key in overtaken or any(row.delivery is Delivery.SENT or row.delivery in PENDING for row in line)
        if not over and key not in going_on:
            yield from _telling(look, step, own, key, line)


def _telling(look: Look, step: str, own: StepState, first: NoticeKey, line: Line) -> Iterator[DueRung]:
    office, immediate = look.office, line[0].immediate
    administrator, moment = office.directory.administrator, office.working_moment(died(line))
    day = office.sending_moment(max(moment, look.now), immediate=immediate).date()
    told: str | None
    if first.death:
        told = next_in_line(office.directory, line, day)
        key = first._replace(instead=told or "")
    else:
        there = _standing_in(office, administrator, day)
        told = None if there in tried(line) else there
        key = telling_key(own, first, line, office.day(died(line)))
    if told is not None and key not in _spent(own):
        yield DueRung(key, step, DEAD, "failure", administrator, told, moment, moment, immediate)
