"""Puts the engine together from settings. The one place that knows which adapter stands behind which port."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from duban.adapters.china_calendar import china_calendar
from duban.adapters.clock import FileClock, SystemClock
from duban.adapters.wording import Wording
from duban.adapters.yaml_files import Loaded, load_model, load_plan
from duban.core.days.workdays import CalendarOverrides, WorkCalendar
from duban.core.deciding.office import Office
from duban.core.planning.plan_file import PlanFile
from duban.core.problems import BadInput
from duban.core.rehearsing.profile import Profile
from duban.core.telling.notices import Slip, Words
from duban.ports import Carrier, Clock, Ledger
from duban.service import Service
from duban.settings import Settings

YEARS_AROUND = 2
"""Years the calendar covers before and after a plan: forecasts may run past its end."""


FAULTY_PLAN_YEARS = (2007, 2040)
"""Years to check the rest of a plan by whose own years cannot be read."""


Stamp = tuple[tuple[str, int, int, int], ...]
"""Name, time of change, size and number of every file of a folder: two that are equal mean the same files."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a tick works with."""

    settings: Settings
    service: Service
    carrier: Carrier
    wording: Callable[[Slip], Words]


def load_calendar(settings: Settings, first: int, last: int) -> WorkCalendar:
    """Working days of whole years, the bureau's overrides applied."""
    overrides = load_model(settings.calendar, CalendarOverrides)
    return china_calendar(first, last, overrides=overrides)


def load_office(settings: Settings) -> Office:
    """The bureau as its files describe it; raises BadInput with every problem in them."""
    return load_bureau(settings)[0]


def load_bureau(settings: Settings) -> tuple[Office, Loaded]:
    """The bureau, and its plan as it is written; raises BadInput with every problem in the files."""
    calendar = load_calendar(settings, *_years(settings))
    loaded = load_plan(
        settings.plan,
        directory=settings.directory,
        escalation=settings.escalation,
        calendar=calendar,
        patterns=settings.patterns,
    )
    return Office(loaded.plan, loaded.directory, loaded.policy, calendar, settings.zone), loaded


_read: list[tuple[tuple[Settings, Stamp], Office]] = []


def current_office(settings: Settings) -> Office:
    """The bureau as its files are now, read again only when a file of `config/` has changed; raises BadInput.

    For processes that live long: the same object as before tells that nothing has changed.
    """
    wanted = (settings, _stamp(settings.file.parent))  # before reading: what changes meanwhile is read again
    if not _read or _read[0][0] != wanted:
        _read[:] = [(wanted, load_office(settings))]
    return _read[0][1]


def _stamp(folder: Path) -> Stamp:
    found = [(str(file), file.stat()) for file in sorted(folder.rglob("*"))]
    return tuple((name, stat.st_mtime_ns, stat.st_size, stat.st_ino) for name, stat in found)


def _years(settings: Settings) -> tuple[int, int]:
    try:
        plan = load_model(settings.plan / "plan.yaml", PlanFile)
    except BadInput:
        return FAULTY_PLAN_YEARS  # `load_plan` names what is wrong with it, along with all other problems
    return plan.starts.year - YEARS_AROUND, plan.ends.year + YEARS_AROUND


def load_profile(settings: Settings) -> Profile:
    """How the simulated people of a rehearsal behave."""
    return load_model(settings.rehearsal, Profile)


def make_clock(settings: Settings) -> Clock:
    """The real clock, or the rehearsal's."""
    return FileClock(settings.clock) if settings.clock else SystemClock()


def make_ledger(settings: Settings, plan: str) -> Ledger:
    """The ledger of a plan, its schema brought up to date."""
    from duban.adapters.sql_ledger import open_ledger  # noqa: PLC0415  checks of a plan start without databases

    settings.var.mkdir(parents=True, exist_ok=True)
    return open_ledger(settings.ledger, plan)


def make_carrier(settings: Settings) -> Carrier:
    """Mail files for people without channels, their channels for the others; whatever the clock."""
    from duban.adapters.delivery.carriers import ChannelCarrier, Router  # noqa: PLC0415  as above
    from duban.adapters.delivery.mail_folder import MailFolder  # noqa: PLC0415  as above

    channels = ChannelCarrier(settings.variables, settings.channels.timeout, SystemClock())
    return Router(MailFolder(settings.mail), channels)


def _carrier(settings: Settings) -> Carrier:
    """A rehearsal writes mail files alone, so that nobody gets a simulated notice, unless the settings want it so."""
    from duban.adapters.delivery.mail_folder import MailFolder  # noqa: PLC0415  as above

    return MailFolder(settings.mail) if settings.rehearsed else make_carrier(settings)


def _wording(settings: Settings) -> Callable[[Slip], Words]:
    """The bureau's templates, read when the first letter is written: most ticks write none."""
    compiled = cache(Wording)

    def words(slip: Slip) -> Words:
        return compiled(settings.notices)(slip)

    return words


@contextmanager
def desk(settings: Settings, office: Office | None = None) -> Iterator[Desk]:
    """The engine, ready for work, of an office loaded already or now; what it holds is closed at the end."""
    office = office or current_office(settings)
    ledger = make_ledger(settings, office.plan.id)
    try:
        service = Service(office, ledger, make_clock(settings))
        yield Desk(settings, service, _carrier(settings), _wording(settings))
    finally:
        ledger.close()
