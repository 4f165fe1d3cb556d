"""A ledger in memory, for tests and rehearsals: the contract of the real one, and nothing kept."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from threading import RLock

from duban.adapters.ledger_rules import START, admit, as_kept
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.keys import INSTEAD
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.ledger.readings import Readings, rounds_of, waited
from duban.core.ledger.summary import CLOSED, RECIPIENT, Status, StepRow, Summary, Upstream, known_of
from duban.core.planning.plan import StepRef
from duban.core.texts import Text
from duban.ports import REFUSALS_KEPT, Commit, Conflict, Head, Ledger, Mark, Rate, RefusedVisit, Round, Rounder, Stored


class MemoryLedger:
    """The memory of one plan, for as long as the process lives; threads may share it."""

    def __init__(self, plan: str) -> None:
        self._plan = plan
        self._lock = RLock()
        self._entries: defaultdict[str, list[Entry]] = defaultdict(list)
        self._summaries: dict[str, Summary] = {}
        self._notices: dict[tuple[str, str], NoticeRow] = {}
        self._wakes: dict[int, tuple[str, datetime]] = {}
        self._ids = count(1)
        self._roster = ""
        self._hosts: dict[str, Round] = {}
        self._rounds: dict[Rounder | Mark, Round] = {}
        self._refused: list[RefusedVisit] = []
        self._taken: dict[tuple[str, str], tuple[int, datetime]] = {}
        self._counted: Counter[str] = Counter()
        self._looked: dict[str, datetime] = {}

    def entries(self, initiative: str) -> Sequence[Entry]:
        """All entries of an initiative, in sequence."""
        with self._lock:
            return tuple(self._entries.get(initiative, ()))

    def last(self, initiative: str) -> Entry | None:
        """The last entry of an initiative or chain; None when it has none."""
        return next(reversed(self.entries(initiative)), None)

    def initiatives(self) -> Sequence[str]:
        """Initiatives and chains that have entries, sorted."""
        with self._lock:
            return sorted(name for name, entries in self._entries.items() if entries)

    def whole(self) -> Mapping[str, Ledger]:
        """There is no other plan here."""
        return {self._plan: self}

    def heads(self) -> Mapping[str, Head]:
        """The last entry of every chain."""
        with self._lock:
            return {name: Head(some[-1].sequence, some[-1].hash) for name, some in self._entries.items() if some}

    def lasts(self) -> Mapping[str, Head]:
        """The same, for nothing is ever gone."""
        return self.heads()

    def hashes(self, initiative: str, after: int) -> Sequence[Head]:
        """Numbers and hashes of the entries of a chain that follow a number."""
        return [Head(entry.sequence, entry.hash) for entry in self.entries(initiative)[after:]]

    def alone(self, what: str) -> AbstractContextManager[object]:
        """Keep other threads away."""
        return self._lock

    def unguarded(self) -> Sequence[Text]:
        """Nobody reaches it from outside."""
        return ()

    def too_free(self) -> Sequence[Text]:
        """Nobody comes in but by this class."""
        return ()

    @contextmanager
    def stream(self) -> Iterator[Iterator[Entry]]:
        """All entries of the plan, by initiative and sequence."""
        with self._lock:
            ledgers = [tuple(self._entries[name]) for name in self.initiatives()]
        yield (entry for entries in ledgers for entry in entries)

    def commit(self, *commits: Commit) -> None:
        """Store transactions as one; raises Conflict or ValueError, and then stores nothing."""
        with self._lock:
            for commit in commits:
                self._admit(commit)
            summaries = {commit.initiative: _kept_summary(commit.summary) for commit in commits if commit.summary}
            notices = {(row.initiative, row.key): _kept_notice(row) for commit in commits for row in commit.notices}
            for commit in commits:
                self._entries[commit.initiative] += map(as_kept, commit.entries)
            self._summaries.update(summaries)
            self._looked.update({one.initiative: _in_utc(one.at) for one in commits if one.summary and one.at})
            for commit in commits:
                for key in commit.gone:
                    self._notices.pop((commit.initiative, key), None)
            self._notices.update(notices)
            for commit in commits:
                self._answer(commit)

    def stored(self, initiative: str, steps: Collection[StepRef], since: int = 0) -> Stored:
        """An initiative at one moment, of its entries those from a number on."""
        with self._lock:
            entries = self.entries(initiative)[max(since - 1, 0) :]
            return Stored(self.wakes(initiative), entries, self.upstream(steps))

    def in_turn(self, initiative: str) -> AbstractContextManager[object]:
        """Nothing: its lock is for all initiatives."""
        return nullcontext()

    def undisturbed(self, *initiatives: str) -> AbstractContextManager[object]:
        """Let nobody else store meanwhile."""
        return self._lock

    def _admit(self, commit: Commit) -> None:
        stored = self._entries[commit.initiative]
        admit(commit, self._plan, Head(stored[-1].sequence, stored[-1].hash) if stored else START)
        keys = [entry.key for entry in (*stored, *commit.entries) if entry.key is not None]
        if len(keys) != len(set(keys)):
            raise Conflict(f"{commit.initiative}: an entry with one of these keys is there already")

    def _answer(self, commit: Commit) -> None:
        answered = set(commit.woken).intersection(self.wakes(commit.initiative))
        since = [self._wakes.pop(wake)[1] for wake in answered]
        self._counted.update(commit.counted)
        if commit.at and since:
            self._counted.update(waited(commit.at - min(since)))
        if commit.at:
            self.wake(commit.wake, commit.at)

    def upstream(self, steps: Collection[StepRef]) -> Mapping[StepRef, Upstream]:
        """What is known of steps elsewhere."""
        with self._lock:
            known = {
                StepRef(summary.initiative, row.step): known_of(row)
                for summary in self._summaries.values()
                for row in summary.steps
            }
        return {ref: known[ref] for ref in steps if ref in known}

    def wakes(self, initiative: str) -> tuple[int, ...]:
        """Ids of the wakes an initiative has not answered yet."""
        with self._lock:
            return tuple(wake for wake, (name, _) in self._wakes.items() if name == initiative)

    def wake(self, initiatives: Iterable[str], at: datetime) -> None:
        """Ask for a look at initiatives at once."""
        with self._lock:
            self._wakes.update({next(self._ids): (name, _in_utc(at)) for name in initiatives})

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Initiatives to look at now, longest waiting first."""
        with self._lock:
            return list(dict.fromkeys(name for _, name in sorted(self._waiting(now))))[:limit]

    def _waiting(self, now: datetime) -> list[tuple[datetime, str]]:
        rows = self._summaries.values()
        ripe = [(row.look_again, row.initiative) for row in rows if row.look_again and row.look_again <= now]
        return [(at, name) for name, at in self._wakes.values()] + ripe

    def pending_notices(self, now: datetime, limit: int, initiative: str | None = None) -> Sequence[NoticeRow]:
        """Notices to send on their own now, of one initiative or of the plan, earliest first."""
        due = [row for row in self._due(now, immediate=True) if initiative in (None, row.initiative)]
        return due[:limit]

    def waiting_notices(self, now: datetime, people: int) -> Sequence[NoticeRow]:
        """Notices to put into digests now: all of those of the people who wait longest."""
        rows: defaultdict[str, list[NoticeRow]] = defaultdict(list)
        for row in self._due(now, immediate=False):
            rows[row.recipient].append(row)
        longest = sorted(rows, key=lambda recipient: (rows[recipient][0].next_try, recipient))
        return [row for recipient in longest[:people] for row in rows[recipient]]

    def _due(self, now: datetime, *, immediate: bool) -> Sequence[NoticeRow]:
        with self._lock:
            waiting = [(row.next_try, row) for row in self._notices.values() if row.next_try]
        due = [(at, row) for at, row in waiting if at <= now and row.immediate is immediate]
        return [row for _, row in sorted(due, key=lambda one: (one[0], one[1].initiative, one[1].key))]

    def undelivered(self) -> Sequence[NoticeRow]:
        """Dead notices, and those to deputies in the place of one."""
        return [row for row in self.notices() if row.delivery is Delivery.DEAD or INSTEAD in row.key]

    def outstanding(self) -> Sequence[NoticeRow]:
        """Notices and digests that are still to be sent."""
        with self._lock:
            waiting = [(row.next_try, row.initiative, row.key, row) for row in self._notices.values() if row.next_try]
        return [row for *_, row in sorted(waiting, key=lambda one: one[:3])]

    def outcomes(self, since: datetime) -> Mapping[Delivery, int]:
        """How many notices have ended since a moment, and how."""
        ended = [row for row in self.notices() if row.ended_at and row.ended_at >= since]
        return Counter(row.delivery for row in ended if not row.initiative.startswith(RECIPIENT))

    def notices(self, initiative: str | None = None) -> Sequence[NoticeRow]:
        """All notices, of one initiative or of the plan, by the time they were queued."""
        with self._lock:
            rows = [row for row in self._notices.values() if initiative in (None, row.initiative)]
        return sorted(rows, key=lambda row: (row.queued_at, row.initiative, row.key))

    def summaries(self) -> Sequence[Summary]:
        """All initiatives as they stand, sorted by id."""
        with self._lock:
            return sorted(self._summaries.values(), key=lambda summary: summary.initiative)

    def going_on(self, until: date) -> Sequence[Summary]:
        """The same, of the steps only those that make a board."""

        def shown(row: StepRow) -> bool:
            late = row.due is not None and row.forecast is not None and row.forecast > row.due
            soon = row.due is not None and row.due <= until
            return row.status not in CLOSED and (row.status is not Status.WAITING or row.light > 0 or soon or late)

        return [replace(one, steps=tuple(filter(shown, one.steps))) for one in self.summaries()]

    def spans(self) -> Mapping[str, tuple[date | None, date | None]]:
        """First day and last one of every initiative."""
        found = {}
        for one in self.summaries():
            opened = (row.opened for row in one.steps if row.opened)
            last = (day for row in one.steps if (day := row.finished or row.forecast))
            found[one.initiative] = (min(opened, default=None), max(last, default=None))
        return found

    def horizon(self) -> date | None:
        """The last day of any step."""
        rows = (row for one in self.summaries() for row in one.steps)
        return max((day for row in rows for day in (row.finished or row.forecast, row.due) if day), default=None)

    def closed(self) -> Mapping[StepRef, tuple[date, date]]:
        """Deadline and last day of what is done."""
        rows = ((one.initiative, row) for one in self.summaries() for row in one.steps if row.status is Status.DONE)
        return {StepRef(name, row.step): (row.due, row.finished) for name, row in rows if row.due and row.finished}

    def letters_to(self, recipient: str, limit: int) -> Sequence[NoticeRow]:
        """The last notices to a recipient."""
        return [row for row in reversed(self.notices()) if row.recipient == recipient][:limit]

    def of_kinds(
        self, kinds: Collection[EntryKind], since: datetime | None = None, actor: str | None = None
    ) -> Sequence[Entry]:
        """All entries of some kinds, from a moment on, by one actor or anybody."""
        with self.stream() as entries:
            some = (entry for entry in entries if entry.kind in kinds and actor in (None, entry.actor))
            return [entry for entry in some if since is None or entry.at >= since]

    def last_at(self) -> datetime | None:
        """The moment of the last entry."""
        with self._lock:
            return max((entry.at for entries in self._entries.values() for entry in entries), default=None)

    def roster(self) -> str:
        """The mark left last by `check_off`."""
        return self._roster

    def check_off(self, mark: str) -> None:
        """Leave a mark."""
        self._roster = mark

    def note_round(self, by: Rounder | Mark, made: Round) -> None:
        """Note that a round over the plan was made, or a mark of the clock."""
        self._rounds[by] = replace(made, at=_in_utc(made.at))
        if isinstance(by, Rounder):
            self._counted[rounds_of(by)] += 1

    def rounds(self) -> Mapping[Rounder, Round]:
        """The last round of each of those who make them."""
        return {by: made for by, made in self._rounds.items() if isinstance(by, Rounder)}

    def marks(self) -> Mapping[Mark, Round]:
        """The last mark of each kind."""
        return {by: made for by, made in self._rounds.items() if isinstance(by, Mark)}

    def note_host(self, name: str, told: Round) -> None:
        """Note what a host tells of itself, and forget those of long ago."""
        recent = {host: one for host, one in self._hosts.items() if one.at >= told.at - timedelta(days=1)}
        self._hosts = {**recent, name: replace(told, at=_in_utc(told.at))}

    def hosts(self) -> Mapping[str, Round]:
        """What hosts told last, by name."""
        return dict(self._hosts)

    def readings(self, now: datetime) -> Readings:
        """How the ledger stands; it has no size."""
        with self._lock:
            waits = self._waiting(now)
            unsent = [row.next_try for row in self._notices.values() if row.next_try and row.next_try <= now]
            return Readings(
                entries=sum(map(len, self._entries.values())),
                chains=len(self.heads()),
                size=0,
                lights=Counter(summary.light for summary in self._summaries.values()),
                waiting=len({name for _, name in waits}),
                waiting_since=min((since for since, _ in waits), default=None),
                unsent=len(unsent),
                unsent_since=min(unsent, default=None),
                counted=dict(self._counted),
            )

    def try_writing(self) -> None:
        """Nothing keeps anybody from writing here."""

    def clock(self) -> datetime | None:
        """None: it has no clock."""
        return None

    def note_refused(self, visit: RefusedVisit) -> None:
        """Note that somebody was turned away, and forget the oldest beyond REFUSALS_KEPT."""
        self._refused.append(visit)
        del self._refused[:-REFUSALS_KEPT]

    def refused(self, since: datetime) -> Mapping[str, int]:
        """How many were turned away since a moment, by code."""
        return dict(Counter(visit.code for visit in self._refused if visit.at >= since))

    def take(self, rate: Rate, who: str, now: datetime) -> int:
        """Count one more of something by somebody, where there may be one more."""
        with self._lock:
            many, until = self._taken.get((rate.what, who), (0, now))
            many = many if now < until else 0
            if many >= rate.most:
                return 0
            if many in (0, rate.most - 1):
                until = now + rate.length
            self._taken[rate.what, who] = many + 1, until
            return many + 1

    def full(self, what: str, who: str, now: datetime) -> datetime | None:
        """Until when somebody may have no more of something that is had once in a while."""
        _, until = self._taken.get((what, who), (0, now))
        return until if until > now else None

    def let_off(self, rate: Rate, who: str) -> None:
        """Forget what somebody had of something."""
        self._taken.pop((rate.what, who), None)

    def forget_taken(self, now: datetime) -> None:
        """Forget whatever no longer counts."""
        with self._lock:
            self._taken = {key: had for key, had in self._taken.items() if now < had[1]}

    def last_look(self) -> datetime | None:
        """The moment of the last look at any initiative."""
        return max((self._looked[name] for name in self._summaries if name in self._looked), default=None)

    def last_sent(self) -> datetime | None:
        """The moment at which a letter was last sent."""
        sent = (row.ended_at for row in self.notices() if row.delivery is Delivery.SENT and row.ended_at)
        return max(sent, default=None)

    def forget_derived(self) -> None:
        """Empty the derived tables, and ask for a look at every initiative."""
        with self._lock:
            self._summaries.clear()
            self._notices.clear()
            for name in (name for name in self.initiatives() if not name.startswith(RECIPIENT)):
                self.wake((name,), max(entry.at for entry in self._entries[name]))

    def close(self) -> None:
        """Nothing to give back."""


def _kept_summary(row: Summary) -> Summary:
    return replace(row, look_again=row.look_again and _in_utc(row.look_again))


def _kept_notice(row: NoticeRow) -> NoticeRow:
    return row._replace(
        queued_at=_in_utc(row.queued_at),
        next_try=row.next_try and _in_utc(row.next_try),
        ended_at=row.ended_at and _in_utc(row.ended_at),
    )


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone: the ledger keeps aware moments only")
    return moment.astimezone(UTC)
