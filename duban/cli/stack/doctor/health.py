"""What `doctor` looks at on this side: files, plan, ledger, clock. Each look gives findings and changes nothing."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from duban.adapters.files import wider
from duban.core.checking.check_force import check_names
from duban.core.deciding.doubt import APART
from duban.core.deciding.office import Office
from duban.core.deciding.undelivered import tried
from duban.core.forecasting.forecast import forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.problems import Problem
from duban.core.telling.doubtful import CONFIRM
from duban.core.telling.patrol_page import resending
from duban.outbox.troubles import troubles
from duban.service import Service
from duban.settings import Settings

GIGABYTE = 10**9
SHOWN = 3
"""Problems of the plan that are shown, which `check` shows all of, and notices that reached nobody."""


class Level(StrEnum):
    """How a look turned out."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found, and the remedy where one is needed."""

    check: str
    level: Level
    found: str
    remedy: str = ""


def python() -> Finding:
    """The interpreter."""
    return Finding("python", Level.OK, f"{'.'.join(map(str, sys.version_info[:3]))}, {sys.prefix}")


def disk(settings: Settings) -> Finding:
    """Room for the ledger, the databases and the logs."""
    folder = next(path for path in (settings.var, *settings.var.parents) if path.exists())
    free = shutil.disk_usage(folder).free / GIGABYTE
    found = f"{free:.1f} GB free for {settings.var}"
    if free < 1:
        return Finding("disk", Level.BAD if free < 0.1 else Level.WARN, found, "free some space")
    return Finding("disk", Level.OK, found)


def private(settings: Settings) -> Finding:
    """Whether other accounts can read what lies in `var/`."""
    found = wider(settings.var)
    if found:
        told = f"other accounts can read {len(found)} files and folders of {settings.var}, first {found[0]}"
        return Finding("private", Level.BAD, told, f"chmod -R go= {settings.var}, but not its postgres folder")
    return Finding("private", Level.OK, f"{settings.var} is for this account alone")


def plan(office: Office | None, problems: list[Problem]) -> Iterator[Finding]:
    """The files a bureau edits."""
    for problem in problems[:SHOWN]:
        place = f"{problem.file}:{problem.line}" if problem.line else problem.file
        yield Finding("plan", Level.BAD, f"{place}: {problem.message}", problem.remedy)
    if len(problems) > SHOWN:
        yield Finding("plan", Level.BAD, f"{len(problems) - SHOWN} more problems", "duban check")
    if office is not None:
        steps = sum(len(initiative.steps) for initiative in office.plan.initiatives.values())
        yield Finding("plan", Level.OK, f"{office.plan.id}: {len(office.plan.initiatives)} initiatives, {steps} steps")


def calendar(schedule: Schedule) -> Iterator[Finding]:
    """The working days of the years of the plan, and of those its deadlines and its forecast reach."""
    plan, told = schedule.plan, forecast(schedule)
    last = max([plan.ends, *told.finish.values(), *told.due.values()]).year
    guessed = [year for year in range(plan.starts.year, last + 1) if year in schedule.calendar.provisional_years]
    for year in guessed:
        remedy = (
            "enter the notice in config/calendar.yaml: its days off and make-up days, or the year under `announced`"
        )
        yield Finding("calendar", Level.WARN, f"holidays of {year} are not announced yet", remedy)
    if not guessed:
        yield Finding("calendar", Level.OK, "the holidays of all years that the plan reaches are known")


def applied(service: Service, office: Office | None) -> Iterator[Finding]:
    """Whether what is in force is what the files say (`office`, None where they have problems), and was taken in."""
    from duban.applying import differing, unfinished  # noqa: PLC0415  loaded with the ledger anyway, and not by other commands

    number = service.office.applied
    if not number:
        yield Finding("applied", Level.OK, "nothing yet: what the files say is in force")
        return
    changed = differing(service, office) if office else ("plan",)
    if changed:
        remedy = "duban diff, then duban apply" if office else "duban check"
        what = f"the files say something else than application {number}" + (f": {', '.join(changed)}" if office else "")
        yield Finding("applied", Level.WARN, what, remedy)
    if waiting := unfinished(service):
        found = f"{len(waiting)} initiatives have not taken in application {number}"
        yield Finding("applied", Level.WARN, found, "duban apply, which carries on")
    if not changed and not waiting:
        yield Finding("applied", Level.OK, f"application {number} is in force, as the files have it")


def people(service: Service) -> Iterator[Finding]:
    """Whether the directory has whom the plan in force and the ledger name."""
    office = service.office
    problems = check_names(office.plan, office.directory, service.owners())
    for problem in problems:
        yield Finding("people", Level.BAD, problem.message, problem.remedy)
    if not problems:
        yield Finding("people", Level.OK, "all whom the plan in force and the ledger name are in the directory")


def ledger(service: Service, settings: Settings) -> Iterator[Finding]:
    """The ledger: its schema, its chain of entries."""
    from duban.adapters.delivery.addresses import located  # noqa: PLC0415  as below
    from duban.adapters.ledger_schema import LATEST  # noqa: PLC0415  loaded with the ledger anyway
    from duban.adapters.testimony import differing  # noqa: PLC0415  as below
    from duban.wiring import seals_of  # noqa: PLC0415  as above

    told = seals_of(settings).told()

    broken = next(differing(service.ledger, told), None)
    with service.ledger.stream() as entries:
        count = sum(1 for _ in entries)
    found = f"{located(settings.ledger)}: schema {LATEST}, {count} entries"
    for line in service.ledger.unguarded():
        yield Finding("guard", Level.BAD, line, "duban ledger verify; find out who changed the database")
    for line in service.ledger.too_free():
        yield Finding("rights", Level.WARN, line, "give owner and programs a role each: duban ledger roles")
    if told.fault:
        yield Finding("seal", Level.BAD, f"{settings.seals_at}: {told.fault}", "take the seals from the archive")
    if broken:
        plan, first = broken
        found = f"{found}; broken at {plan}: {first.initiative}, entry {first.sequence}: {first.reason}"
        yield Finding("ledger", Level.BAD, found, "restore the last backup; duban ledger verify")
    else:
        yield Finding("ledger", Level.OK, f"{found}, whole")


def writable(service: Service) -> Iterator[Finding]:
    """Whether anything can be stored: a ledger that can only be read looks whole. Raises LedgerUnusable."""
    service.ledger.try_writing()
    yield Finding("ledger", Level.OK, "it can be written")


def notices(service: Service) -> Iterator[Finding]:
    """Notices that reached nobody."""
    found, post = troubles(service), service.office.directory.administrator
    for line in found.dead[:SHOWN]:
        first = line[0]
        told = f"{first.slip} to {' and '.join(tried(line))} about {first.initiative}/{first.step}: {first.outcome}"
        command = resending(f"{first.initiative}/{first.key}", post, "TEXT")
        remedy = f"correct the channels of {first.recipient}; {command}"
        yield Finding("notices", Level.BAD, told, remedy)
    if len(found.dead) > SHOWN:
        more, remedy = len(found.dead) - SHOWN, f"duban notices; {resending('--dead', post, 'TEXT')}"
        yield Finding("notices", Level.BAD, f"{more} more reached nobody", remedy)
    if found.stuck:
        told = f"{len(found.stuck)} late or refused so far"
        yield Finding("notices", Level.WARN, told, "duban notices; is the patrol running?")
    if not found.dead and not found.stuck:
        over = f"; {found.over} undeliverable ones went to deputies, or their matter is over" if found.over else ""
        yield Finding("notices", Level.OK, f"none stuck{over}")


def clock(settings: Settings, service: Service) -> Finding:
    """Which time it is here, and whether it is believed."""
    doubt, office = service.doubt(), service.office
    moment = doubt.now if doubt else service.clock.now()
    local = f"{moment.astimezone(settings.zone):%Y-%m-%d %H:%M} {settings.zone}"
    if settings.clock is not None:
        return Finding("clock", Level.WARN, f"a rehearsal's: {local}", f"in a real office remove {settings.clock}")
    right = "set the machine's clock right"
    if doubt:
        last = f"{doubt.last.astimezone(settings.zone):%Y-%m-%d %H:%M}"
        other = f", another clock says {doubt.told.astimezone(settings.zone):%Y-%m-%d %H:%M}" if doubt.told else ""
        found = f"real: {local}, in doubt: the last believed moment was {last}{other}; nothing is decided by it"
        return Finding("clock", Level.BAD, found, f"{right}; if it is right: {CONFIRM}")
    if not office.calendar.first <= office.day(moment) <= office.calendar.last:
        return Finding("clock", Level.BAD, f"real: {local}, which no year of the plan's calendar holds", right)
    told = service.ledger.clock()
    if told is not None and abs(told - moment) > APART:
        apart = f"real: {local}; the database's clock says {told.astimezone(settings.zone):%Y-%m-%d %H:%M}"
        return Finding("clock", Level.WARN, apart, "set both clocks by one time service")
    return Finding("clock", Level.OK, f"real: {local}, believed")
