"""What `doctor` says of the rounds: when the last patrol, look, letter and backup were, and what waits too long."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from duban.adapters.backups import last_backup
from duban.cli.opening import Opened
from duban.cli.stack.doctor.health import NOTHING, Finding, Level
from duban.core.deciding.rounds import SILENT_AFTER
from duban.core.ledger.entries import PLAN
from duban.core.texts import Text, english
from duban.ports import Rounder
from duban.service import Service
from duban.settings import Settings

BACKUP_AGE = timedelta(days=3)
"""A backup older than this is one too old: it misses working days even over a weekend."""

SEAL_AGE = 2
"""Working days after which a seal is too old: the patrol makes one on each."""


def rounds(at: Opened, settings: Settings) -> Iterator[Finding]:
    """Whether initiatives are looked at when their time comes, and when something was last done."""
    now = at.service.clock.now()
    if settings.patrol_every is None:
        yield _waiting(at.service, timedelta(hours=1), Level.WARN)
    else:
        longest = SILENT_AFTER * timedelta(seconds=settings.patrol_every)
        yield _patrolled(at, now, longest)
        yield _waiting(at.service, longest, Level.BAD)
        yield _backed_up(at.service, settings, now)
    yield _sealed(at.service, now, settings)
    yield Finding(
        "look", Level.OK, english("the last was {when}", when=_when(at.service, at.service.ledger.last_look()))
    )
    yield Finding(
        "letter", Level.OK, english("the last was {when}", when=_when(at.service, at.service.ledger.last_sent()))
    )


def _patrolled(at: Opened, now: datetime, longest: timedelta) -> Finding:
    made = at.service.ledger.rounds()
    last, guard = made.get(Rounder.PATROL), made.get(Rounder.GUARD)
    found = english("the last was {when}", when=_when(at.service, last.at if last else None))
    if guard and (last is None or guard.at > last.at):
        stood_in = _when(at.service, guard.at)
        found = english("{found}; the guard has stood in, last {when}", found=found, when=stood_in)
    remedy = (
        english("duban up; see the logs of server and worker")
        if at.stack is None
        else english("see the logs of server and worker")
    )
    if last is None and not at.service.office.applied:
        return Finding(
            "patrol", Level.WARN, english("none yet: the plan has not been applied"), english("duban up --clock real")
        )
    if last is None or now - last.at > longest:
        return Finding(
            "patrol",
            Level.BAD,
            english("{found}, more than {minutes} ago", found=found, minutes=_minutes(longest)),
            remedy,
        )
    return Finding("patrol", Level.OK, found)


def _waiting(service: Service, longest: timedelta, level: Level) -> Finding:
    known, wanted = service.ledger.initiatives(), service.office.plan.initiatives
    late = service.ledger.due(service.clock.now() - longest, len(wanted))
    waiting = {name for name in wanted if name in late or name not in known}
    if waiting:
        found = english(
            "{count} initiatives have waited for a look for more than {minutes}",
            count=len(waiting),
            minutes=_minutes(longest),
        )
        return Finding("waiting", level, found, english("duban patrol; is the patrol running?"))
    return Finding("waiting", Level.OK, english("no initiative waits for a look"))


def _backed_up(service: Service, settings: Settings, now: datetime) -> Finding:
    last = last_backup(service.ledger.rounds().get(Rounder.BACKUP), settings.backups)
    if last is None and settings.backups is None:
        return Finding(
            "backup",
            Level.WARN,
            english("none was made, and no folder of backups is named"),
            english("duban backup FOLDER"),
        )
    if last is None:
        return Finding(
            "backup",
            Level.BAD,
            english("none was made, and none is in {backups}", backups=settings.backups),
            english("duban backup FOLDER"),
        )
    found = english("the last was {when:%Y-%m-%d %H:%M}", when=last.astimezone(settings.zone))
    if now - last > BACKUP_AGE:
        return Finding(
            "backup",
            Level.BAD,
            english("{found}, more than {days} days ago", found=found, days=BACKUP_AGE.days),
            english("duban backup FOLDER"),
        )
    return Finding("backup", Level.OK, found)


def _sealed(service: Service, now: datetime, settings: Settings) -> Finding:
    last = service.ledger.rounds().get(Rounder.SEAL)
    today, between = service.office.day(now), service.office.calendar.between
    if last is None:
        applied = service.ledger.last(PLAN)
        late = applied is not None and settings.patrol_every and between(applied.day, today) > SEAL_AGE
        level = Level.BAD if late else Level.OK
        return Finding(
            "seal", level, english("the ledger was never sealed"), english("duban ledger seal") if late else NOTHING
        )
    found = english(
        "the last was {when}: number and fingerprint {said}, in {seals_at}",
        when=_when(service, last.at),
        said=last.said,
        seals_at=settings.seals_at,
    )
    if between(service.office.day(last.at), today) > SEAL_AGE:
        remedy = english("duban ledger seal, which says why the patrol cannot")
        return Finding(
            "seal",
            Level.BAD,
            english("{found}, more than {days} working days ago", found=found, days=SEAL_AGE),
            remedy,
        )
    return Finding("seal", Level.OK, found)


def _when(service: Service, moment: datetime | None) -> str:
    """When something was last done, at the office."""
    return f"{moment.astimezone(service.office.zone):%Y-%m-%d %H:%M:%S}" if moment else english("never")


def _minutes(length: timedelta) -> Text:
    seconds = round(length.total_seconds())
    return english("{n} s", n=seconds) if seconds < 120 else english("{n} min", n=seconds // 60)
