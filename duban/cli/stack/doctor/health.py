"""What `doctor` looks at on this side: files, plan, ledger, clock. Each look gives findings and changes nothing."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from duban.adapters.clock import kept_right
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
from duban.core.texts import Text, english, said_elsewhere
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


NOTHING = said_elsewhere("")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found, and the remedy where one is needed."""

    check: str
    level: Level
    found: Text
    remedy: Text = NOTHING


def python() -> Finding:
    """The interpreter."""
    return Finding(
        "python",
        Level.OK,
        said_elsewhere(f"{'.'.join(map(str, sys.version_info[:3]))}, {sys.prefix}"),
    )


def disk(settings: Settings) -> Finding:
    """Room for the ledger, the databases and the logs."""
    folder = next(path for path in (settings.var, *settings.var.parents) if path.exists())
    free = shutil.disk_usage(folder).free / GIGABYTE
    found = english("{free:.1f} GB free for {var}", free=free, var=settings.var)
    if free < 1:
        return Finding("disk", Level.BAD if free < 0.1 else Level.WARN, found, english("free some space"))
    return Finding("disk", Level.OK, found)


def private(settings: Settings) -> Finding:
    """Whether other accounts can read what lies in `var/`."""
    found = wider(settings.var)
    if found:
        told = english(
            "other accounts can read {count} files and folders of {var}, first {first}",
            count=len(found),
            var=settings.var,
            first=found[0],
        )
        return Finding(
            "private", Level.BAD, told, english("chmod -R go= {var}, but not its postgres folder", var=settings.var)
        )
    return Finding("private", Level.OK, english("{var} is for this account alone", var=settings.var))


def plan(office: Office | None, problems: list[Problem]) -> Iterator[Finding]:
    """The files a bureau edits."""
    for problem in problems[:SHOWN]:
        place = f"{problem.file}:{problem.line}" if problem.line else problem.file
        yield Finding(
            "plan", Level.BAD, english("{place}: {message}", place=place, message=problem.message), problem.remedy
        )
    if len(problems) > SHOWN:
        yield Finding(
            "plan", Level.BAD, english("{count} more problems", count=len(problems) - SHOWN), english("duban check")
        )
    if office is not None:
        steps = sum(len(initiative.steps) for initiative in office.plan.initiatives.values())
        yield Finding(
            "plan",
            Level.OK,
            english(
                "{id}: {count} initiatives, {steps} steps",
                id=office.plan.id,
                count=len(office.plan.initiatives),
                steps=steps,
            ),
        )


def calendar(schedule: Schedule) -> Iterator[Finding]:
    """The working days of the years of the plan, and of those its deadlines and its forecast reach."""
    plan, told = schedule.plan, forecast(schedule)
    last = max([plan.ends, *told.finish.values(), *told.due.values()]).year
    guessed = [year for year in range(plan.starts.year, last + 1) if year in schedule.calendar.provisional_years]
    for year in guessed:
        remedy = english(
            "enter the notice in config/calendar.yaml: its days off and make-up days, or the year under `announced`"
        )
        yield Finding("calendar", Level.WARN, english("holidays of {year} are not announced yet", year=year), remedy)
    if not guessed:
        yield Finding("calendar", Level.OK, english("the holidays of all years that the plan reaches are known"))


def applied(service: Service, office: Office | None) -> Iterator[Finding]:
    """Whether what is in force is what the files say (`office`, None where they have problems), and was taken in."""
    from duban.applying import differing, unfinished  # noqa: PLC0415  loaded with the ledger anyway, and not by other commands

    number = service.office.applied
    if not number:
        yield Finding("applied", Level.OK, english("nothing yet: what the files say is in force"))
        return
    changed = differing(service, office) if office else ("plan",)
    if changed:
        remedy = english("duban diff, then duban apply") if office else english("duban check")
        what = english("the files say something else than application {number}", number=number)
        if office:
            what = english("{what}: {changed}", what=what, changed=list(changed))
        yield Finding("applied", Level.WARN, what, remedy)
    if waiting := unfinished(service):
        found = english("{count} initiatives have not taken in application {number}", count=len(waiting), number=number)
        yield Finding("applied", Level.WARN, found, english("duban apply, which carries on"))
    if not changed and not waiting:
        yield Finding(
            "applied", Level.OK, english("application {number} is in force, as the files have it", number=number)
        )


def people(service: Service) -> Iterator[Finding]:
    """Whether the directory has whom the plan in force and the ledger name."""
    office = service.office
    problems = check_names(office.plan, office.directory, service.owners())
    for problem in problems:
        yield Finding("people", Level.BAD, problem.message, problem.remedy)
    if not problems:
        yield Finding(
            "people", Level.OK, english("all whom the plan in force and the ledger name are in the directory")
        )


def ledger(service: Service, settings: Settings) -> Iterator[Finding]:
    """The ledger: its schema, its chain of entries."""
    from duban.adapters.delivery.addresses import located  # noqa: PLC0415  as below
    from duban.adapters.ledger_version import LATEST  # noqa: PLC0415  loaded with the ledger anyway
    from duban.adapters.testimony import differing  # noqa: PLC0415  as below
    from duban.wiring import seals_of  # noqa: PLC0415  as above

    told = seals_of(settings).told()

    broken = next(differing(service.ledger, told), None)
    with service.ledger.stream() as entries:
        count = sum(1 for _ in entries)
    found = english(
        "{ledger}: schema {schema}, {count} entries", ledger=located(settings.ledger), schema=LATEST, count=count
    )
    for line in service.ledger.unguarded():
        yield Finding("guard", Level.BAD, line, english("duban ledger verify; find out who changed the database"))
    for line in service.ledger.too_free():
        yield Finding("rights", Level.WARN, line, english("give owner and programs a role each: duban ledger roles"))
    if told.fault:
        yield Finding(
            "seal",
            Level.BAD,
            english("{seals_at}: {fault}", seals_at=settings.seals_at, fault=told.fault),
            english("take the seals from the archive"),
        )
    if broken:
        plan, first = broken
        found = english(
            "{found}; broken at {plan}: {initiative}, entry {sequence}: {reason}",
            found=found,
            plan=plan,
            initiative=first.initiative,
            sequence=first.sequence,
            reason=first.reason,
        )
        yield Finding("ledger", Level.BAD, found, english("restore the last backup; duban ledger verify"))
    else:
        yield Finding("ledger", Level.OK, english("{found}, whole", found=found))


def writable(service: Service) -> Iterator[Finding]:
    """Whether anything can be stored: a ledger that can only be read looks whole. Raises LedgerUnusable."""
    service.ledger.try_writing()
    yield Finding("ledger", Level.OK, english("it can be written"))


def notices(service: Service) -> Iterator[Finding]:
    """Notices that reached nobody."""
    found, post = troubles(service), service.office.directory.administrator
    for line in found.dead[:SHOWN]:
        first = line[0]
        told = english(
            "{slip} to {tried} about {step}: {outcome}",
            slip=first.slip,
            tried=list(tried(line)),
            step=f"{first.initiative}/{first.step}",
            outcome=first.outcome,
        )
        command = resending(f"{first.initiative}/{first.key}", post, "TEXT")
        remedy = english("correct the channels of {recipient}; {command}", recipient=first.recipient, command=command)
        yield Finding("notices", Level.BAD, told, remedy)
    if len(found.dead) > SHOWN:
        more, remedy = (
            len(found.dead) - SHOWN,
            said_elsewhere(f"duban notices; {resending('--dead', post, 'TEXT')}"),
        )
        yield Finding("notices", Level.BAD, english("{more} more reached nobody", more=more), remedy)
    if found.stuck:
        told = english("{count} late or refused so far", count=len(found.stuck))
        yield Finding("notices", Level.WARN, told, english("duban notices; is the patrol running?"))
    if not found.dead and not found.stuck:
        over = (
            english("; {over} undeliverable ones went to deputies, or their matter is over", over=found.over)
            if found.over
            else ""
        )
        yield Finding("notices", Level.OK, english("none stuck{over}", over=over))


def clock(settings: Settings, service: Service) -> Finding:
    """Which time it is here, and whether it is believed."""
    doubt, office = service.doubt(), service.office
    moment = doubt.now if doubt else service.clock.now()
    local = f"{moment.astimezone(settings.zone):%Y-%m-%d %H:%M} {settings.zone}"
    if settings.clock is not None:
        return Finding(
            "clock",
            Level.WARN,
            english("a rehearsal's: {local}", local=local),
            english("in a real office remove {clock}", clock=settings.clock),
        )
    right = english("set the machine's clock right")
    if doubt:
        last, told = doubt.last.astimezone(settings.zone), doubt.told and doubt.told.astimezone(settings.zone)
        other = english(", another clock says {told:%Y-%m-%d %H:%M}", told=told) if told else ""
        found = english(
            "real: {local}, in doubt: the last believed moment was {last:%Y-%m-%d %H:%M}{other}; "
            "nothing is decided by it",
            local=local,
            last=last,
            other=other,
        )
        return Finding(
            "clock", Level.BAD, found, english("{right}; if it is right: {confirm}", right=right, confirm=CONFIRM)
        )
    if not office.calendar.first <= office.day(moment) <= office.calendar.last:
        return Finding(
            "clock", Level.BAD, english("real: {local}, which no year of the plan's calendar holds", local=local), right
        )
    return _borne_out(settings, service, moment, local)


def _borne_out(settings: Settings, service: Service, moment: datetime, local: str) -> Finding:
    """What another clock says of a moment that is believed."""
    told = service.belief.other() if service.belief else None
    if told is not None and abs(told - moment) > APART:
        found = english(
            "real: {local}; the clock of {whose} says {told:%Y-%m-%d %H:%M}",
            local=local,
            whose=settings.witness or english("the database"),
            told=told.astimezone(settings.zone),
        )
        level = Level.BAD if settings.witness else Level.WARN
        return Finding("clock", level, found, english("set both clocks by one time service"))
    if told is None and settings.witness:
        found = english(
            "real: {local}, believed; {witness} does not tell the time", local=local, witness=settings.witness
        )
        return Finding("clock", Level.WARN, found, english("see that it answers, or name another ([clock] witness)"))
    if told is None and kept_right() is False:
        found = english("real: {local}, believed; nothing but this machine's own clock says so", local=local)
        remedy = english(
            "have its clock kept by a time service (NTP), or name an address that tells the time ([clock] witness)"
        )
        return Finding("clock", Level.WARN, found, remedy)
    return Finding("clock", Level.OK, english("real: {local}, believed", local=local))
