"""The patrol (巡查): finds what is due in the ledger alone, so that nothing depends on an event having arrived."""

from prefect import flow
from prefect.client.schemas.objects import State

from duban.core.telling.shown import Shown
from duban.outbox import deliver_due
from duban.settings import load_settings
from duban.wiring import desk
from tasks.asking import ask_for_ticks
from tasks.showing import as_state

PATROLLED = Shown("已巡查", "COMPLETED")
NOTICES_AT_ONCE = 1000


@flow(name="0.00 patrol", description="巡查：到点的举措逐一启动，未送达的通知再送", persist_result=False)
def patrol() -> State[None]:
    """Ask for a tick of every initiative that is due, and send what notices are left."""
    with desk(load_settings()) as at:
        asked = ask_for_ticks(at.service.office.plan, at.service.due())
        delivered = deliver_due(at.service, at.carrier, at.wording, NOTICES_AT_ONCE)
        return as_state(PATROLLED, f"启动{len(asked)}项举措，处理{len(delivered)}份通知")
