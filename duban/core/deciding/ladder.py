"""The ladder (催办层级): which rungs have come due for a step, to whom, and when the next one does.

Twelve rules, each with its tests in tests/core/test_ladder.py:

1. A rung fires once per step, version of what it hangs on (the deadline, a round of review …) and post: the key.
2. The key is stored before anything is sent, the outcome after.
3. Just before sending, `due` is asked again; what it no longer names is not sent.
4. An answer holds higher rungs back until the next deadline or the next silence.
5. A moved deadline is a new version: rungs of the old one never fire again.
6. Rungs older than the ledger's first entry are recorded as skipped. So are rungs older than the owner's turn (the step
   was found open, came back, was extended, resumed, handed over or given another deadline by the plan after them);
   where the deadline itself has passed by then, its rungs count from that day, so that nobody is told everything at
   once, and nobody nothing.
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
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from duban.core.deciding.given import Given
from duban.core.deciding.office import Look, Office
from duban.core.deciding.rungs import DueRung, Laid, laid
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
    """What is still to come of the rungs of a step: those `laid` out that have not reached anybody.

    `answered` is until when an answer keeps some back (rule 4), `pressed` until when whom an earlier one (rule 11), and
    `dead` whether a notice reached nobody. `ahead` are the rungs as they go out if nothing happens before their moment,
    and `first` is the first such moment; from then on it is the day that tells who is there.
    """

    laid: Laid = ()
    answered: datetime | None = None
    pressed: Mapping[str, datetime] = {}
    dead: bool = False
    ahead: tuple[DueRung, ...] = ()
    first: datetime | None = None


NO_LADDER = Ladder()


def ladder(at: Given) -> Ladder:
    """The ladder of a step, by what has happened to it."""
    dead = any(row.delivery is Delivery.DEAD for row in at.own.notices.values())
    if at.status in WITHOUT_LADDER:
        return Ladder(dead=True) if dead else NO_LADDER
    rungs = tuple(tuple(rung for rung in group if dead or not _over(at.own, rung.key)) for group in laid(at))
    answered, pressed = _held_back(at), {**rested(at.office, at.own), **_being_sent(at.own)}
    ahead = [
        _kept_apart(at.office, _sent_on(at.office, rung, answered, None), pressed)
        for group in rungs
        for rung in group
        if not fired(at.own, rung.key)
    ]
    first = min([rung.rung_at for rung in ahead], default=None)
    return Ladder(rungs, answered, pressed, dead, tuple(ahead), first)


def due(look: Look, own: StepState, step: Ladder) -> tuple[DueRung, ...]:
    """The rungs of a step that have not fired, each with the moment it falls due, past or to come."""
    if not step.dead and (step.first is None or look.now < step.first):
        return step.ahead
    return unspent(look, own, _unreached(look, own, step))


def unspent(look: Look, own: StepState, rungs: list[DueRung]) -> tuple[DueRung, ...]:
    """Those of `rungs`, lowest first, that have not fired; one that a higher one due overtakes is stale (rule 12)."""
    now = [place for place, rung in enumerate(rungs) if rung.moment <= look.now and not rung.stale]
    stale = {low for low in now if any(_overtakes(rungs[high], rungs[low]) for high in now if high > low)}
    return tuple(
        rung._replace(stale=True) if place in stale else rung
        for place, rung in enumerate(rungs)
        if not fired(own, rung.key)
    )


def _overtakes(higher: DueRung, lower: DueRung) -> bool:
    """Whether the higher of two rungs that are due makes the lower one needless (rule 12)."""
    alike = higher.slip == lower.slip or {higher.slip, lower.slip} <= PRESSINGS
    return alike and higher.recipient == lower.recipient and higher.rung != lower.rung


def _unreached(look: Look, own: StepState, step: Ladder) -> list[DueRung]:
    """The rungs that have not reached anybody yet, lowest first, as they can go out now."""
    office, dead, found = look.office, lines(own) if step.dead else {}, list[DueRung]()
    for group in step.laid:
        for rung in group:
            line = dead.get(rung.key)
            if line is None and _over(own, rung.key):
                continue
            call = _sent_on(office, rung, step.answered, look.soonest[rung.immediate])
            if line is None:
                found.append(_kept_apart(office, call, step.pressed))
            else:
                told = {one.recipient for one in group}
                later = call._replace(moment=max(call.moment, office.working_moment(died(line))))
                found += _instead(look, later, line, told, step.pressed)
    return found


def _over(own: StepState, key: NoticeKey) -> bool:
    """Whether a rung is spent, and its notice on no way to anybody."""
    notice = own.notices.get(key)
    if notice is None or notice.delivery is Delivery.DROPPED:
        return key in own.skipped
    return notice.delivery not in PENDING


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
    return rung._replace(recipient=recipient, moment=moment)


def _instead(
    look: Look, rung: DueRung, line: Line, told: Collection[str], free: Mapping[str, datetime]
) -> Iterator[DueRung]:
    """The rung that takes the place of one whose notice is dead; `told` are those whom the rung means anyway."""
    if any(row.delivery is Delivery.SENT for row in line):
        return
    day = look.office.sending_moment(max(rung.moment, look.now), immediate=rung.immediate).date()
    under_way = next((row.recipient for row in line if row.delivery in PENDING), None)
    there = under_way or next_in_line(look.office.directory, line, day, told)
    if there is not None:  # who is the only one left is waited for until he may be pressed again
        again = free.get(there, rung.moment) if rung.slip in PRESSINGS else rung.moment
        key, moment = rung.key._replace(instead=there), max(rung.moment, again)
        yield rung._replace(key=key, recipient=there, moment=moment)


def rested(office: Office, own: StepState) -> dict[str, datetime]:
    """For those who were pressed about a step: from when they may be pressed about it again (rule 11)."""
    again: dict[str, datetime] = {}
    for sent in reversed(own.history):  # the last one counts
        if sent.slip in PRESSINGS and sent.recipient not in again:
            rest = office.calendar.add(sent.day, office.policy.interval)
            again[sent.recipient] = office.at(rest, office.policy.hours.first)
    return again


def _being_sent(own: StepState) -> dict[str, datetime]:
    """By recipient: when a pressing that a sender has in hand will have come to an outcome at the latest."""
    return {
        row.recipient: row.next_try
        for row in own.notices.values()
        if row.delivery is Delivery.SENDING and row.slip in PRESSINGS and row.next_try is not None
    }


def _held_back(at: Given) -> datetime | None:
    """Until when an answer keeps rungs of the deadline back (rule 4); None when nothing does."""
    answered, due, assigned = at.own.answered, at.dates.due, at.own.assigned
    if answered is None or due is None or (assigned and answered < assigned):
        return None
    pressed = _first_pressed(at, due.isoformat())
    if pressed is None or answered < pressed:
        return None
    until = at.office.calendar.add(answered, at.office.policy.silence)
    if answered <= due:
        until = min(until, at.office.calendar.next_working(due))
    return at.office.at(until, at.office.policy.hours.first)


def _first_pressed(at: Given, version: str) -> date | None:
    """The day on which a rung of the present version of the deadline first fired."""
    rows = at.own.notices.items()
    first = min((row.queued_at for key, row in rows if (key.step, key.version) == (at.name, version)), default=None)
    return at.office.day(first) if first else None


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
    if told is not None and not fired(own, key):
        yield DueRung(key, step, DEAD, "failure", administrator, told, moment, moment, immediate)


def fired(own: StepState, key: NoticeKey) -> bool:
    """Whether a key is spent: queued, sent or skipped. One dropped just before sending may fire later."""
    notice = own.notices.get(key)
    return key in own.skipped or (notice is not None and notice.delivery is not Delivery.DROPPED)
