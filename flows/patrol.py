"""The patrol (巡查): finds what is due in the ledger alone, so that nothing depends on an event having arrived."""

from prefect import flow
from prefect.client.schemas.objects import State

from duban.core.ledger.summary import Light
from duban.core.telling.shown import LIGHTS, Shown
from duban.settings import load_settings
from duban.wiring import kept_desk
from tasks.asking import ask_for_ticks, repeat_reports
from tasks.forecasting import publish_forecast
from tasks.patrolling import publish_patrol
from tasks.sending import send_due
from tasks.showing import as_state

PATROLLED = Shown("已巡查", "COMPLETED")


def _name() -> str:
    """What its runs are called: the office's time, which in a rehearsal is not Prefect's."""
    service = kept_desk(load_settings()).service
    return f"{service.clock.now().astimezone(service.office.zone):%Y-%m-%d %H:%M} 巡查"


@flow(
    name="0.00 patrol",
    flow_run_name=_name,
    description="巡查：到点的举措逐一启动，未送达的通知再送",
    persist_result=False,
)
def patrol() -> State[None]:
    """Have forms taken in that were cut off, ask for a tick of what is due, send the notices that are left,
    and publish the forecast of the plan and what the patrol found, when there is news.

    It ends red while there is a notice that reached nobody and whose matter goes on.
    """
    at = kept_desk(load_settings())
    repeat_reports(at.service.office.plan)
    asked = ask_for_ticks(at.service.office.plan, at.service.due())
    sent = send_due(at)
    publish_forecast(at.service)
    found = publish_patrol(at.service)
    done = f"启动{len(asked)}项举措，处理{sent}份通知"
    if found.dead:
        return as_state(LIGHTS[Light.RED], f"{len(found.dead)}份通知未能送达任何人，见巡查页；{done}")
    return as_state(PATROLLED, done)
