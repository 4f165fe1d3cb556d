"""The patrol (巡查): finds what is due in the ledger alone, so that nothing depends on an event having arrived.

A flow for each plan. Its deployment names it `flows.patrol.<plan>`, for which the last function here answers.
"""

from datetime import datetime
from functools import cache
from typing import Any, cast

from prefect import Flow, flow
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext

from duban.core.deciding.doubt import Doubt
from duban.core.ledger.entries import GUARD, Draft, EntryKind
from duban.core.ledger.summary import Light
from duban.core.telling.doubtful import doubtful
from duban.core.telling.shown import RUNS
from duban.ports import Round, Rounder
from duban.wiring import Gear, kept_gear, not_in_force, plan_settings
from flows.wanted import heal
from tasks.alarming import tell_of_doubt
from tasks.asking import ask_for_ticks, drop_leapt, repeat_reports
from tasks.forecasting import publish_forecast
from tasks.keeping import keep_few
from tasks.naming import deployment_name, flow_name, ids
from tasks.patrolling import publish_patrol
from tasks.sealing import seal_today
from tasks.sending import send_due
from tasks.showing import as_state, without_page


@cache
def patrol_flow(plan: str) -> Flow[[], State[None]]:
    """The patrol of the plan of that id, as a flow."""

    @flow(
        name=flow_name(plan),
        flow_run_name=lambda: _name(plan),
        description="巡查：到点的举措逐一启动，未送达的通知再送",
        persist_result=False,
    )
    def run() -> State[None]:
        return patrol(kept_gear(plan_settings(plan)), _scheduled())

    return run


def patrol_now(plan: str) -> State[Any]:
    """Patrol in this process, as a run of its flow; the state it ends in."""
    ended: Any = patrol_flow(plan)(return_state=True)
    return cast(State[Any], ended)


def patrol(at: Gear, scheduled: datetime | None = None, by: Rounder = Rounder.PATROL) -> State[None]:
    """Have forms taken in that were cut off, ask for a tick of what is due, send the notices that are left, bring the
    server to the plan, seal the ledger, and publish the forecast and what the patrol found, when there is news.

    One that was `scheduled` for a moment after which another began has nothing to do: a worker that was away finds many
    of them. It ends red while there is a notice that reached nobody and whose matter goes on, or no seal can be made.

    Whoever makes it needs no flow run under way: so the guard can. While the time is in doubt it decides nothing.
    """
    service, plan = at.service, at.service.office.plan
    if doubt := service.doubt():
        return _stand_still(at, doubt)
    began, last = service.clock.now(), service.ledger.rounds().get(Rounder.PATROL)
    if scheduled and last and last.at >= scheduled:
        return as_state(RUNS[Light.GREEN], "此后已有巡查，不再重复")
    repeat_reports(service)
    asked = ask_for_ticks(plan, service.due(), whole=True)
    sent = send_due(at)
    mended = _mend(at) if at.settings.patrol_every else ()
    if mended:
        service.note(GUARD, Draft(EntryKind.MENDED, data={"what": mended}))
        asked += ask_for_ticks(plan, service.due())
    done = f"启动{len(asked)}项举措，处理{sent}份通知" + (f"，修复{len(mended)}处设置" if mended else "")
    if service.belief:
        service.belief.believe()
    service.ledger.note_round(by, Round(began, done if asked or sent or mended else ""))
    publish_forecast(service)
    unsealed = seal_today(at)
    found = publish_patrol(service, not_in_force(at.settings, service), unsealed)
    keep_few(plan)
    if unsealed:
        return as_state(RUNS[Light.RED], f"红灯：{unsealed}；{done}")
    if found.dead:
        return as_state(RUNS[Light.RED], f"红灯：{len(found.dead)}份通知未能送达任何人，见巡查页；{done}")
    return as_state(RUNS[Light.GREEN], f"已巡查：{done}")


def _stand_still(at: Gear, doubt: Doubt) -> State[None]:
    """What a patrol does while the time is in doubt: it says so."""
    said = doubtful(at.service.office, doubt)
    tell_of_doubt(at, doubt)
    publish_patrol(at.service, not_in_force(at.settings, at.service), doubtful=said)
    return as_state(RUNS[Light.RED], f"红灯：{said}")


def _mend(at: Gear) -> tuple[str, ...]:
    """Bring the server to the plan, and have pages shown again that somebody deleted; what was amiss, in words."""
    plan = at.service.office.plan
    healed = heal(at.service, at.settings)
    gone = without_page(plan, at.service.ledger.initiatives())
    ask_for_ticks(plan, gone)
    leapt = drop_leapt(plan)
    wrong = (f"时间有误时排定的巡查{leapt}次",) if leapt else ()
    return (*healed.told(), *wrong, *(f"{deployment_name(plan, plan.initiatives[name])}：页面缺失" for name in gone))


def _scheduled() -> datetime | None:
    """The moment for which the run under way was scheduled; None for one that somebody asked for."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    return run.expected_start_time if run and run.auto_scheduled else None


def _name(plan: str) -> str:
    """What its runs are called: the office's time, which in a rehearsal is not Prefect's."""
    service = kept_gear(plan_settings(plan)).service
    return f"{service.clock.now().astimezone(service.office.zone):%Y-%m-%d %H:%M} 巡查"


def __getattr__(name: str) -> Flow[[], State[None]]:
    """The patrol of a plan by the path its deployment names; see `flows.initiatives`."""
    missing = AttributeError(f"module {__name__} has no attribute {name}")
    if "__" in name:
        raise missing
    (plan,) = ids(name)
    try:
        plan_settings(plan)
    except LookupError as error:
        raise missing from error
    return patrol_flow(plan)
