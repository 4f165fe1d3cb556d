"""The day's seal of the ledger (存证), made by the first patrol of each working day."""

from duban.adapters.seals import Unsealed
from duban.ports import Rounder
from duban.wiring import Gear, seals_of


def seal_today(at: Gear) -> str:
    """Seal the ledger, unless it is done for today or nobody works today; why it could not be done, in Chinese."""
    service = at.service
    now, last = service.clock.now(), service.ledger.rounds().get(Rounder.SEAL)
    today = service.office.day(now)
    done = last is not None and service.office.day(last.at) == today  # a clock that was ahead holds up none
    if done or not service.office.calendar.is_working(today) or not service.ledger.heads():
        return ""
    try:
        seals_of(at.settings).seal(service.ledger, now)
    except Unsealed as error:
        return error.told
    return ""
