"""A quarter of the shipped plan, as the office lives it: what people got, and whether it keeps the rules of writing.

    python -m tests.acceptance.quarter

The real service: the plan applied, an SQLite ledger, ticks, outbox and wording as a stack runs them, with Prefect left
out. The people are those of the rehearsal's profile, at work from half past eight until after hours. The patrol comes
by day and by night, on days off too, except on a few days on which the machine is off. Letters go to a carrier that
refuses some of them, is busy for others, and on some days takes nothing for a person.

Then the same weeks in memory, as `duban rehearse` lives them. Prints what came of both, from ledger entries alone.
"""

import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import chinese_calendar

from duban.adapters.clock import FileClock
from duban.applying import Author, apply
from duban.carrying import Letter, Outcome
from duban.core.deciding.decide import decide
from duban.core.deciding.office import Office
from duban.core.ledger.entries import SYSTEM, Entry
from duban.core.rehearsing.day import carry_out, turns
from duban.core.rehearsing.owners import Owners
from duban.core.rehearsing.rehearse import rehearse
from duban.settings import CLOCK_FILE, Settings, load_settings
from duban.wiring import Gear, gear, load_office, load_profile
from tasks.sending import send_due
from tests.acceptance import received
from tests.acceptance.received import SHANGHAI, Arrival, Rules
from tests.acceptance.ticking import patrol, without_prefect
from tests.bureau_folder import CONFIG

FIRST, LAST = date(2024, 3, 25), date(2024, 6, 30)
"""From the plan's first day to the end of the second quarter."""

FEW = {
    "ip-publicity-week",
    "ip-education-outreach",
    "patent-agency-credit",
    "trademark-agency-credit",
    "talent-report-2023",
    "talent-highland",
    "fair-competition-review",
    "data-ip-registration",
    "normative-document-review",
}
"""Initiatives that wait for no others, one of them with the urgent ladder."""

AT_WORK = (time(8, 30), time(9), time(14, 40), time(17, 25), time(20))
"""When people act: those of each initiative at one of these times."""

ROUNDS = {
    *AT_WORK,
    *(time(hour, 10) for hour in range(9, 18)),
    *(time(0), time(7), time(8, 29), time(8, 40), time(9, 40), time(17, 29), time(17, 30), time(18), time(22)),
}
"""When the patrol comes, every day."""

OFF = {date(2024, 4, 10), date(2024, 5, 14), date(2024, 5, 15), date(2024, 6, 18)}
"""Days on which the machine is off."""

ON_AT = {date(2024, 4, 2): time(11), date(2024, 5, 22): time(16)}
"""Days on which it is turned on late."""

BUSY = timedelta(minutes=50)


@dataclass
class Post:
    """A carrier that keeps what it takes. It refuses, and is busy, by chance that is the same in every run."""

    arrivals: list[Arrival] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        self.tries[letter.key] += 1
        whole_day, once = _chance(letter.recipient, str(now.date())), _chance(letter.key, str(self.tries[letter.key]))
        if whole_day < 0.05 or once < 0.12:
            return Outcome(False, "拒收")
        if whole_day < 0.10 or once < 0.20:
            return Outcome(False, "繁忙", BUSY)
        self.arrivals.append(Arrival(letter.key, letter.recipient, now, received.matters(letter.text)))
        return Outcome(True, "已收")


def _chance(*seed: str) -> float:
    return int.from_bytes(sha256("/".join(seed).encode()).digest()[:4], "big") / 2**32


@dataclass(frozen=True)
class Run:
    """What came of some days: all entries, and the letters that arrived, None in memory, where there are none."""

    rules: Rules
    entries: tuple[Entry, ...]
    arrivals: tuple[Arrival, ...] | None

    def broken(self) -> dict[str, list[str]]:
        """What breaks a rule, by rule."""
        moments = [entry.at for entry in received.sent(self.entries)]
        moments += [arrival.at for arrival in self.arrivals or ()]
        return {
            "more than one digest a day": received.more_than_one_digest(self.entries),
            "outside hours or on days off": received.out_of_hours(moments, self.rules),
            "dated another day": received.misdated(self.entries),
            "pressed within the interval": received.pressed_too_soon(self.entries, self.rules),
            "not delivered exactly once": []
            if self.arrivals is None
            else received.not_just_once(self.entries, self.arrivals),
        }

    def figures(self) -> dict[str, int]:
        """What there was."""
        kinds = Counter(entry.kind.value for entry in self.entries)
        digests, letters = received.digests(self.entries), received.immediate(self.entries)
        told = [entry for entry in received.sent(self.entries) if not entry.initiative.startswith("@")]
        put_in = Counter((e.initiative, e.data["notice"]) for e in self.entries if e.kind == "notice-bundled")
        return {
            "entries": len(self.entries),
            "initiatives": len({one.initiative for one in self.entries if not one.initiative.startswith("@")}),
            "notices sent": len(told),
            "letters": len(digests) + len(letters),
            "digests": len(digests),
            "immediate": len(letters),
            "arrived": len(self.arrivals or ()),
            "people": len({entry.data["recipient"] for entry in told}),
            "days with letters": len({received.day_of(entry.at) for entry in told}),
            "refused": kinds["notice-refused"],
            "put off": kinds["notice-postponed"],
            "carried over to another digest": sum(times > 1 for times in put_in.values()),
            "dropped": kinds["notice-dropped"],
            "dead": kinds["notice-dead"],
            "to deputies": sum("/instead/" in entry.data["notice"] for entry in told),
            "greatest digests of a person and day": max(received.digests_a_day(self.entries).values(), default=0),
            "greatest letters of a person and day": max(received.letters_a_day(self.entries).values(), default=0),
            "pressings": sum(map(len, received.pressings(self.entries).values())),
            "pressed again": sum(len(days) > 1 for days in received.pressings(self.entries).values()),
        }


# The office ----------------------------------------------------------------------------------------------------------


def served(folder: Path, until: date, only: Collection[str] = ()) -> Run:
    """Live from the plan's first day to the end of a day in a copy of the project's configuration.

    Some initiatives alone, which wait for none of the others, or all of them.
    """
    settings, post = _settings(folder), Post()
    with gear(settings) as at:
        apply(at.service, _part(load_office(settings), only), Author(SYSTEM, "推演", everything=True))
    with gear(settings) as there:
        at = replace(there, carrier=post)
        with without_prefect(settings, lambda settings, office: at):
            _live(at, until)
        with at.service.ledger.stream() as entries:
            return Run(received.rules_of(settings.escalation), tuple(entries), tuple(post.arrivals))


def _settings(folder: Path) -> Settings:
    shutil.copytree(CONFIG, folder / "config")
    (folder / "var").mkdir()
    FileClock(folder / "var" / CLOCK_FILE).set(datetime.combine(FIRST, time(8), SHANGHAI))
    return load_settings(folder / "config" / "duban.toml", {})


def _part(office: Office, only: Collection[str]) -> Office:
    plan = office.plan
    kept = {name: one for name, one in plan.initiatives.items() if name in only or not only}
    waiting = {step: tuple(name for name in names if name in kept) for step, names in plan.downstream.items()}
    downstream = {step: names for step, names in waiting.items() if names}
    return replace(office, plan=replace(plan, initiatives=kept, downstream=downstream))


def _live(at: Gear, until: date) -> None:
    owners, clock = Owners(load_profile(at.settings)), FileClock(at.settings.var / CLOCK_FILE)
    shifts = defaultdict(list)
    for place, name in enumerate(turns(at.service.office.plan)):
        shifts[AT_WORK[place % len(AT_WORK)]].append(name)
    for moment in _moments(until):
        clock.set(moment)
        send_due(at)  # before people act, and before ticks: a patrol waits for neither
        if chinese_calendar.is_workday(moment.date()):
            _act(at, owners, shifts[moment.time()])
        patrol(at)


def _moments(until: date) -> Iterator[datetime]:
    for number in range((until - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        times = sorted(ROUNDS) if day not in OFF else []
        yield from (datetime.combine(day, one, SHANGHAI) for one in times if one >= ON_AT.get(day, time.min))


def _act(at: Gear, owners: Owners, names: Sequence[str]) -> None:
    for name in names:
        view = at.service.view(name)
        decided = decide(view.look, view.state)
        for command in owners.conduct(view.look, decided.state, decided.deadlines):
            carry_out(command, at.service.act)


def rehearsed(folder: Path, until: date) -> Run:
    """The same days in memory, of which nothing is stored."""
    settings = _settings(folder)
    done = rehearse(load_office(settings), load_profile(settings), until)
    entries = tuple(entry for one in done.bureau.trails.values() for entry in one.entries)
    return Run(received.rules_of(settings.escalation), entries, None)


def told(live: Callable[[Path, date], Run]) -> Iterator[str]:
    """What came of the quarter, line by line."""
    with TemporaryDirectory(prefix="duban-") as folder:
        done = live(Path(folder), LAST)
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    working = sum(map(chinese_calendar.is_workday, days))
    yield f"{live.__name__}: {FIRST} to {LAST}, {len(days)} days, of which {working} are worked"
    yield from (f"  {name:38} {count:6}" for name, count in done.figures().items())
    broken = done.broken()
    yield from (f"  ! {rule:36} {len(lines):6}" for rule, lines in broken.items())
    yield from (f"    {line}" for lines in broken.values() for line in lines[:20])


def main() -> None:
    for live in (served, rehearsed):
        for line in told(live):
            print(line)  # noqa: T201  its answer


if __name__ == "__main__":
    main()
