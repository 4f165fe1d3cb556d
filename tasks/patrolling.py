"""The patrol's own page: what is amiss with notices, what the day brought, and every light."""

from collections.abc import Sequence
from datetime import time

from duban.core.telling.links import patrol_key
from duban.core.telling.patrol_page import PatrolFindings, patrol_page
from duban.core.telling.unheld import unheld
from duban.outbox.troubles import Troubles, troubles
from duban.service import Service
from tasks.server import publish, said_last


def publish_patrol(service: Service, waiting: Sequence[str] = (), unsealed: str = "", doubtful: str = "") -> Troubles:
    """Publish the page each day, and whenever the ledger has grown, something got stuck, files are `waiting` to be
    applied, the ledger could not be sealed or the time is `doubtful`; the troubles found.
    """
    office, now = service.office, service.clock.now()
    found, today = troubles(service), office.day(now)
    made_of = (
        f"巡查：{today}，台账记至{service.recorded_until()}，送达失败{len(found.dead)}份，受阻{len(found.stuck)}份"
        + (f"，{doubtful}" if doubtful else "")
        + (f"，尚未应用：{'、'.join(waiting)}" if waiting else "")
        + (f"，{unsealed}" if unsealed else "")
    )
    key = patrol_key(office.plan)
    if said_last(key) != made_of:
        outcomes, summaries = service.ledger.outcomes(office.at(today, time.min)), service.ledger.summaries()
        healed = service.mended_today()
        lost = unheld(office, service.owners())
        seen = PatrolFindings(
            office,
            now,
            found.dead,
            found.stuck,
            outcomes,
            summaries,
            healed,
            waiting,
            lost,
            service.last_seal(),
            unsealed,
            doubtful,
        )
        publish(key, patrol_page(seen), made_of)
    return found
