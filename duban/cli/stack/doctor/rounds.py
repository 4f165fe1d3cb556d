"""What `doctor` says of the rounds: when the last patrol, look, letter and backup were, and what waits too long."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from duban.cli.opening import Opened
from duban.cli.stack.doctor.health import Finding, Level
from duban.core.deciding.rounds import SILENT_AFTER
from duban.core.ledger.entries import PLAN
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
    yield Finding("look", Level.OK, f"the last was {_when(at.service, at.service.ledger.last_look())}")
    yield Finding("letter", Level.OK, f"the last was {_when(at.service, at.service.ledger.last_sent())}")


def _patrolled(at: Opened, now: datetime, longest: timedelta) -> Finding:
    made = at.service.ledger.rounds()
    last, guard = made.get(Rounder.PATROL), made.get(Rounder.GUARD)
    found = f"the last was {_when(at.service, last.at if last else None)}"
    if guard and (last is None or guard.at > last.at):
        found += f"; the guard has stood in, last {_when(at.service, guard.at)}"
    remedy = "duban up; see the logs of server and worker" if at.stack is None else "see the logs of server and worker"
    if last is None and not at.service.office.applied:
        return Finding("patrol", Level.WARN, "none yet: the plan has not been applied", "duban up --clock real")
    if last is None or now - last.at > longest:
        return Finding("patrol", Level.BAD, f"{found}, more than {_minutes(longest)} ago", remedy)
    return Finding("patrol", Level.OK, found)


def _waiting(service: Service, longest: timedelta, level: Level) -> Finding:
    known, wanted = service.ledger.initiatives(), service.office.plan.initiatives
    late = service.ledger.due(service.clock.now() - longest, len(wanted))
    waiting = {name for name in wanted if name in late or name not in known}
    if waiting:
        found = f"{len(waiting)} initiatives have waited for a look for more than {_minutes(longest)}"
        return Finding("waiting", level, found, "duban patrol; is the patrol running?")
    return Finding("waiting", Level.OK, "no initiative waits for a look")


def _backed_up(service: Service, settings: Settings, now: datetime) -> Finding:
    made = service.ledger.rounds().get(Rounder.BACKUP)
    kept = [file for file in settings.backups.glob("*") if file.is_file()] if settings.backups else []
    moments = [datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in kept] + ([made.at] if made else [])
    if not moments and settings.backups is None:
        return Finding("backup", Level.WARN, "none was made, and no folder of backups is named", "duban backup FOLDER")
    if not moments:
        return Finding("backup", Level.BAD, f"none was made, and none is in {settings.backups}", "duban backup FOLDER")
    last = max(moments)
    found = f"the last was {last.astimezone(settings.zone):%Y-%m-%d %H:%M}"
    if now - last > BACKUP_AGE:
        return Finding("backup", Level.BAD, f"{found}, more than {BACKUP_AGE.days} days ago", "duban backup FOLDER")
    return Finding("backup", Level.OK, found)


def _sealed(service: Service, now: datetime, settings: Settings) -> Finding:
    last = service.ledger.rounds().get(Rounder.SEAL)
    today, between = service.office.day(now), service.office.calendar.between
    if last is None:
        applied = service.ledger.last(PLAN)
        late = applied is not None and settings.patrol_every and between(applied.day, today) > SEAL_AGE
        level = Level.BAD if late else Level.OK
        return Finding("seal", level, "the ledger was never sealed", "duban ledger seal" if late else "")
    found = f"the last was {_when(service, last.at)}: number and fingerprint {last.said}, in {settings.seals_at}"
    if between(service.office.day(last.at), today) > SEAL_AGE:
        remedy = "duban ledger seal, which says why the patrol cannot"
        return Finding("seal", Level.BAD, f"{found}, more than {SEAL_AGE} working days ago", remedy)
    return Finding("seal", Level.OK, found)


def _when(service: Service, moment: datetime | None) -> str:
    return f"{moment.astimezone(service.office.zone):%Y-%m-%d %H:%M:%S}" if moment else "never"


def _minutes(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
