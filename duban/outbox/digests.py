"""Digests: what waits for one person becomes one letter a day.

Composing is one transaction: the digest in its recipient's own ledger, under a key there can be only one of, and each
notice in its initiative's. So is its end. A digest lives on its day: what could not be delivered by then is dissolved,
and its notices go in the next one, so that nobody gets two on a day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from duban.carrying import Outcome
from duban.core.deciding.recheck import recheck
from duban.core.ledger.entries import Draft, EntryKind, standing
from duban.core.ledger.notices import DELIVERIES, PENDING, Delivery, NoticeRow
from duban.core.ledger.state import State
from duban.core.ledger.summary import chain_of
from duban.core.telling.digest import Digest, day_of, digest, key_of, urgency
from duban.core.telling.lapses import why_lapsed
from duban.core.telling.linked import linked
from duban.core.telling.slips import Slip, slip
from duban.core.titles import DIGEST
from duban.outbox.books import Book, Read, added, note, read
from duban.outbox.immediate import GONE, claim
from duban.outbox.sweep import Delivered, Ending, Sweep, ending, failed, part_gone, try_key
from duban.views import Joint, View

Drafts = Mapping[str, tuple[Draft, ...]]
Member = tuple[str, str]
"""A notice in a digest: its initiative and its key."""

LATE = "已过今日日报时间，并入下次日报"
DISSOLVED = "当日未能送达，各项并入下次日报"
LAPSED = "各项均已不再需要"
NO_MORE = "待发记录已作为不计"


# Composing -----------------------------------------------------------------------------------------------------------


def compose(sweep: Sweep, recipient: str, waiting: Sequence[NoticeRow]) -> None:
    """Put the notices that wait for a recipient, and those of a digest of another day, into the digest of today.

    Where there is one already, they are put off until the next.
    """

    def say(read: Read) -> Drafts:
        chain, today = read(chain_of(recipient)), key_of(sweep.today)
        if today in chain.state.notices:
            again = _next_digest(sweep)
            return _by_ledger((row, _postponed(row, LATE, again)) for row in _still(read, waiting))
        ours = (row for row in chain.state.notices.values() if row.slip == DIGEST)
        old = [row for row in ours if row.delivery in PENDING and not row.gone]
        left = [member for row in old for member in _in_digest(read, chain, row.key)]
        members = [*left, *_still(read, waiting)]
        if not members:
            return {}
        dropped = tuple(_ended(row, Ending(EntryKind.NOTICE_DROPPED, DISSOLVED)) for row in old)
        bundled = _by_ledger((row, _bundled(row, today)) for row in members)
        return {**bundled, chain.name: (*dropped, _composed(sweep, recipient, members))}

    note(sweep.service, sweep.now, say)


def _still(read: Read, rows: Sequence[NoticeRow]) -> list[NoticeRow]:
    """Those that still wait; the others another sender has seen to, or they are no more."""
    present = [read(row.initiative).state.known(row.key) for row in rows]
    return [now for now, row in zip(present, rows, strict=True) if now and now.next_try == row.next_try]


def _in_digest(read: Read, chain: Book, key: str) -> list[NoticeRow]:
    """The notices that go the way of a digest."""
    rows = [read(name).state.known(notice) for name, notice in members_of(chain, key)]
    return [row for row in rows if row and row.delivery is Delivery.BUNDLED and row.digest == key]


def members_of(chain: Book, key: str) -> list[Member]:
    """What a digest was composed of: initiatives and keys of notices."""
    (composed,) = (e for e in standing(chain.entries) if e.kind is EntryKind.NOTICE_QUEUED and e.data["notice"] == key)
    return [(name, notice) for name, notice in composed.data["members"]]


def _composed(sweep: Sweep, recipient: str, members: Sequence[NoticeRow]) -> Draft:
    key = key_of(sweep.today)
    data = {
        "notice": key,
        "rung": DIGEST,
        "slip": DIGEST,
        "post": recipient,
        "recipient": recipient,
        "next_try": sweep.now.isoformat(),
        "immediate": True,
        "members": [[row.initiative, row.key] for row in members],
    }
    return Draft(EntryKind.NOTICE_QUEUED, data=data, key=f"notice/{key}")


def _bundled(row: NoticeRow, digest_key: str) -> Draft:
    return Draft(EntryKind.NOTICE_BUNDLED, row.step, data={"notice": row.key, "digest": digest_key})


def _next_digest(sweep: Sweep) -> str:
    """The moment of the next digest, after this one."""
    return sweep.office.digest_moment(sweep.now + timedelta.resolution).isoformat()


def _postponed(row: NoticeRow, why: str, again: str) -> Draft:
    return Draft(EntryKind.NOTICE_POSTPONED, row.step, data={"notice": row.key, "outcome": why, "next_try": again})


def _by_ledger(drafts: Iterable[tuple[NoticeRow, Draft]]) -> dict[str, tuple[Draft, ...]]:
    found: dict[str, tuple[Draft, ...]] = {}
    for row, draft in drafts:
        found[row.initiative] = (*found.get(row.initiative, ()), draft)
    return found


def _ended(mine: NoticeRow, end: Ending) -> Draft:
    data = {"notice": mine.key, "outcome": end.outcome, **end.more}
    return Draft(end.kind, data=data, key=try_key(end.kind, mine))


def _dissolve(sweep: Sweep, row: NoticeRow) -> Delivered | None:
    """End a digest of another day; its notices wait for the next one."""
    again = sweep.office.at(sweep.today, sweep.office.policy.digest).isoformat()
    end = Ending(EntryKind.NOTICE_DROPPED, DISSOLVED)

    def say(read: Read) -> Drafts:
        chain = read(row.initiative)
        if chain.state.notice(row.key) != row:
            return {}
        left = _by_ledger((one, _postponed(one, DISSOLVED, again)) for one in _in_digest(read, chain, row.key))
        return {**left, chain.name: (_ended(row, end),)}

    return _told(row, end) if note(sweep.service, sweep.now, say) else None


# Sending -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Parts:
    """A digest decided on again: what is still due, with its slips; what has lapsed, and why; what met an error.

    `views` are the initiatives the plan has; notices are known by initiative and key. `before` counts those that went
    in messages before.
    """

    views: dict[str, View] = field(default_factory=dict)
    due: dict[Member, Slip] = field(default_factory=dict)
    lapsed: dict[Member, str] = field(default_factory=dict)
    errors: dict[Member, Exception] = field(default_factory=dict)
    before: int = 0

    def in_order(self) -> list[Member]:
        """What is still due, the most urgent first."""
        return sorted(self.due, key=lambda member: urgency(self.due[member]))

    def part_with(self, members: Iterable[Member]) -> None:
        """Count notices as gone."""
        self.before += sum(1 for member in members if self.due.pop(member, None))


def deliver(sweep: Sweep, row: NoticeRow) -> Delivered | None:
    """Deliver a digest; None when another sender has it. Raises ExceptionGroup for notices that met an error."""
    if day_of(row.key) != sweep.today and not row.gone:  # else whoever has it would get it again
        return _dissolve(sweep, row)
    if not note(sweep.service, sweep.now, lambda read: _claimed(sweep, read(row.initiative), row)):
        return None
    chain = read(sweep.service, row.initiative)
    sweep = sweep.reaching(name for name, _ in members_of(chain, row.key))
    mine = chain.state.notice(row.key)
    parts = _taken_again(sweep, chain, mine)
    delivered = _carry(sweep, mine, parts)
    if parts.errors:
        raise ExceptionGroup(f"{len(parts.errors)} notices were left out of {row.key}", list(parts.errors.values()))
    return delivered


def _claimed(sweep: Sweep, chain: Book, row: NoticeRow) -> Drafts:
    return {chain.name: (claim(sweep, row),)} if chain.state.notice(row.key) == row else {}


def _taken_again(sweep: Sweep, chain: Book, mine: NoticeRow) -> Parts:
    """Decide again on each notice of a digest."""
    members = members_of(chain, mine.key)
    known = [name for name in dict.fromkeys(name for name, _ in members) if name in sweep.office.plan.initiatives]
    parts = Parts({name: sweep.service.view(name) for name in known})
    for member in members:
        try:
            _take_again(sweep, parts, member, mine)
        except Exception as error:  # noqa: BLE001  one notice never stops the others; all errors are raised in the end
            error.add_note(f"while delivering {mine.initiative}: {mine.key}: {'/'.join(member)}")
            parts.errors[member] = error
    return parts


def _take_again(sweep: Sweep, parts: Parts, member: Member, mine: NoticeRow) -> None:
    name, key = member
    if name not in parts.views:
        parts.lapsed[member] = GONE
        return
    view = parts.views[name]
    if (notice := view.state.known(key)) is None:
        parts.lapsed[member] = NO_MORE
        return
    parts.before += notice.delivery is Delivery.SENT and notice.digest == mine.key
    if _goes_with(notice, mine):
        # As of the moment the digest is for: who is written to was chosen for that.
        look = replace(view.look, now=sweep.office.at(sweep.today, sweep.office.policy.digest))
        again = recheck(look, view.state, notice)
        if again.rung is None:
            parts.lapsed[member] = why_lapsed(look.office, again.lapsed)
        else:
            parts.due[member] = slip(look, again, view.entries)


def _goes_with(notice: NoticeRow, mine: NoticeRow) -> bool:
    return notice.delivery is Delivery.BUNDLED and notice.digest == mine.key


def _carry(sweep: Sweep, mine: NoticeRow, parts: Parts) -> Delivered | None:
    while parts.due:
        try:
            outcome = sweep.carry(mine, sweep.wording(_matter(sweep, mine, parts)), parts.before)
        except Exception as error:
            _conclude(sweep, mine, parts, ending(sweep.office, mine, failed(error), sweep.now))
            raise
        if not outcome.more:
            return _conclude(sweep, mine, parts, ending(sweep.office, mine, outcome, sweep.now))
        gone = parts.in_order()[: outcome.through]
        arrived = replace(parts, due={member: parts.due[member] for member in gone})
        said_so = ending(sweep.office, mine, replace(outcome, accepted=True), sweep.now)
        if not _conclude(sweep, mine, arrived, said_so, part_gone(sweep, mine, outcome, parts.before)):
            return None
        mine = read(sweep.service, mine.initiative).state.notice(mine.key)
        parts.part_with(gone)
    if parts.before:
        return _conclude(sweep, mine, parts, ending(sweep.office, mine, Outcome(True, mine.outcome), sweep.now))
    return _conclude(sweep, mine, parts, Ending(EntryKind.NOTICE_DROPPED, LAPSED))


def _matter(sweep: Sweep, mine: NoticeRow, parts: Parts) -> Slip | Digest:
    """One notice alone is its own letter: a list of one says nothing more, unless there is what is still late."""
    slips = list(parts.due.values())
    told = digest(
        sweep.office,
        mine.recipient,
        sweep.today,
        slips,
        parts.before,
        still=sweep.late(),
        unheld=sweep.lost(mine.recipient),
        seal=sweep.seal(mine.recipient),
        linked=_linked(sweep, mine),
    )
    alone = len(slips) == 1 and not (parts.before or told.still or told.unheld or told.linked)
    return slips[0] if alone else told


def _linked(sweep: Sweep, mine: NoticeRow) -> tuple[str, ...]:
    """What was done by links since the last digest of a recipient."""
    acts = sweep.acts_by_link()
    if not acts:
        return ()
    rows = read(sweep.service, mine.initiative).state.notices.values()
    ended = (row.ended_at for row in rows if row.slip == DIGEST and row.ended_at and row.delivery is Delivery.SENT)
    since = max(ended, default=datetime.min.replace(tzinfo=UTC))
    return linked(sweep.office, acts, mine.recipient, since, sweep.now)


def _conclude(sweep: Sweep, mine: NoticeRow, parts: Parts, end: Ending, own: Draft | None = None) -> Delivered | None:
    """Store what became of a digest and of each of its notices; None when another sender has done so.

    `own` says of the digest itself that a part of it has arrived, whose notices alone are in `parts` then.
    """
    faulty = {name for name, _ in parts.errors}

    def say(views: Mapping[str, View]) -> Joint | None:
        chain = read(sweep.service, mine.initiative)
        present = chain.state.notice(mine.key)
        if present.delivery not in PENDING or ((own or end.kind is not EntryKind.NOTICE_SENT) and present != mine):
            return None  # the lease ran out, and another sender has it now or has carried it
        decided = {name: _told_of(sweep, mine, parts, end, view.state) for name, view in views.items()}
        # An initiative that cannot be decided on, or that the plan no longer has, is only told.
        apart = [Book(name, view.entries, view.state, view.names) for name, view in views.items() if name in faulty]
        apart += [read(sweep.service, name) for name in {name for name, _ in parts.lapsed} - views.keys()]
        noted = [(book, _told_of(sweep, mine, parts, end, book.state)) for book in apart]
        return Joint(
            {name: drafts for name, drafts in decided.items() if name not in faulty},
            (
                added(sweep.service, chain, (own or _ended(mine, end),), sweep.now),
                *(
                    added(sweep.service, book, drafts, sweep.now, wake=book.name in faulty)
                    for book, drafts in noted
                    if drafts
                ),
            ),
        )

    now = {name: replace(view, look=replace(view.look, now=sweep.now)) for name, view in parts.views.items()}
    return _told(mine, end) if sweep.service.record_together(now, say) else None


def _told_of(sweep: Sweep, mine: NoticeRow, parts: Parts, end: Ending, state: State) -> tuple[Draft, ...]:
    """What an initiative is told of its notices in a digest, whose try has ended."""
    drafts = (_part(sweep, mine, parts, end, notice) for notice in state.notices.values() if _goes_with(notice, mine))
    return tuple(draft for draft in drafts if draft)


def _part(sweep: Sweep, mine: NoticeRow, parts: Parts, end: Ending, notice: NoticeRow) -> Draft | None:
    member = (notice.initiative, notice.key)
    data = {"notice": notice.key, "digest": mine.key}
    if (error := parts.errors.get(member)) is not None:
        return _postponed(notice, failed(error).detail, _next_digest(sweep))
    if (why := parts.lapsed.get(member)) is not None:
        key = f"{EntryKind.NOTICE_DROPPED}/{notice.key}/{mine.key}"
        return Draft(EntryKind.NOTICE_DROPPED, notice.step, data={**data, "outcome": why}, key=key)
    if member not in parts.due or end.kind not in (EntryKind.NOTICE_SENT, EntryKind.NOTICE_DEAD):
        return None
    told = {**end.more, "slip": notice.slip, "recipient": notice.recipient, "tries": mine.tries}
    return Draft(
        end.kind, notice.step, data={**data, "outcome": end.outcome, **told}, key=f"{end.kind}/{notice.key}/{mine.key}"
    )


def _told(mine: NoticeRow, end: Ending) -> Delivered:
    return Delivered(mine.initiative, mine.key, mine.recipient, DELIVERIES[end.kind], end.outcome)
