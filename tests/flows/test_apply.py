"""Applying a plan: the server has what the plan has, and is written to only for what differs."""

from dataclasses import replace
from typing import Any
from unittest.mock import Mock
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient

from duban.ports import Rounder
from duban.wiring import gear, plan_settings
from flows.wanted import heal, wanted
from tasks.asking import LOOKING, deployed
from tasks.deploying import bring
from tasks.pools import Pool
from tasks.server import server as tasks_server
from tests.flows.server import IDLE, Server

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

NAMES = ["2024 0.00 巡查", "2024 1.01 新建道路", "2024 1.02 更新收费系统", "2024 2.01 沿路绿化"]


def stored(server: Server) -> dict[str, Any]:
    """What the server holds of the plan, with the moments at which it was last written."""
    deployments = {found.name: found for found in server.deployments()}
    automations = [one for found in deployments.values() for one in server.automations(found)]
    return {
        "deployments": {name: (found.id, found.updated) for name, found in deployments.items()},
        "automations": sorted((one.name, one.id) for one in automations),
    }


def change(server: Server, initiative: str, words: str, instead: str) -> None:
    file = server.bureau.file(initiative)
    text = file.read_text()
    assert words in text
    file.write_text(text.replace(words, instead))


def names(changes: Any) -> list[list[str]]:
    update = [one.wanted for one in changes.update]
    return [[item.name for item in items] for items in (changes.create, update, changes.remove)]


def test_a_first_apply_makes_everything_in_the_order_of_the_plan(server: Server) -> None:
    assert names(server.apply()) == [NAMES, [], []]
    assert [found.name for found in server.deployments()] == NAMES
    assert [name for name, _ in stored(server)["automations"]] == ["2024 2.01 沿路绿化：前置节点办结即启动"]
    road = server.deployment("1.01")
    assert (road.entrypoint, road.tags) == (
        f"flows.initiatives.{server.bureau.plan.replace('-', '_')}__new_road",
        [f"duban:{server.bureau.plan}", "道路"],
    )
    assert "牵头 道路处；分管 副局长" in (road.description or "")


def test_a_second_apply_writes_nothing(server: Server) -> None:
    server.apply()
    before = stored(server)
    again = server.apply()
    assert (again.empty, again.same) == (True, len(NAMES))
    assert stored(server) == before


@pytest.mark.parametrize(
    ("words", "instead"),
    [("supervisor: deputy-director", "supervisor: director"), ("lead: parks-unit", "lead: roads-unit")],
    ids=["supervisor", "lead"],
)
def test_what_changed_is_updated_and_nothing_else(server: Server, words: str, instead: str) -> None:
    server.apply()
    before = stored(server)
    change(server, "green-belt", words, instead)
    assert names(server.apply()) == [[], ["2024 2.01 沿路绿化"], []]
    after = stored(server)
    written = [name for name in NAMES if after["deployments"][name] != before["deployments"][name]]
    assert written == ["2024 2.01 沿路绿化"]
    assert after["deployments"]["2024 2.01 沿路绿化"][0] == before["deployments"]["2024 2.01 沿路绿化"][0], (
        "the same deployment"
    )
    assert len(after["automations"]) == 1


def test_a_step_of_another_title_is_in_the_form_after_the_next_tick(server: Server) -> None:
    server.apply()
    server.tick("1.01")
    change(server, "new-road", "title: 起草建设方案", "title: 起草道路建设方案")
    server.apply()
    server.tick("1.01")
    schema = server.deployment("1.01").parameter_openapi_schema
    assert schema is not None
    offered = schema["properties"]["report"]["properties"]["offer"]["enum"]
    assert "道路处联络员 签收：起草道路建设方案" in offered
    assert "道路处联络员 签收：起草建设方案" not in offered


def test_another_title_is_another_deployment(server: Server) -> None:
    """Because the title is what the deployment is called."""
    server.apply()
    change(server, "toll-system", "title: 更新收费系统", "title: 改造收费系统")
    assert names(server.apply()) == [["2024 1.02 改造收费系统"], [], ["2024 1.02 更新收费系统"]]
    assert server.apply().empty


def test_a_removed_initiative_leaves_nothing_behind(server: Server) -> None:
    server.apply()
    belt = server.deployment("2.01")
    assert len(server.automations(belt)) == 1
    server.bureau.file("green-belt").unlink()
    assert names(server.apply()) == [[], [], ["2024 2.01 沿路绿化"]]
    assert [found.name for found in server.deployments()] == NAMES[:3]
    assert not server.automations(belt)


def test_a_need_that_goes_takes_its_automation_along(server: Server) -> None:
    server.apply()
    change(server, "green-belt", "needs: [new-road/adopted], ", "")
    assert names(server.apply()) == [[], ["2024 2.01 沿路绿化"], []]
    assert not server.automations(server.deployment("2.01"))


def test_the_patrol_is_scheduled_under_the_real_clock_only(server: Server) -> None:
    server.apply()
    assert server.deployment("0.00").schedules == []
    assert names(server.apply(patrol_every=300)) == [[], ["2024 0.00 巡查"], []]
    (schedule,) = server.deployment("0.00").schedules
    assert schedule.schedule.interval.total_seconds() == 300
    assert server.apply(patrol_every=300).empty


@pytest.mark.parametrize("at", ["create_deployment", "create_automation"])
def test_an_apply_cut_short_is_carried_on(server: Server, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """Cut short after the toll system, within the deployment of the green belt, at one of the requests for it."""
    whole, pool = server.amiss(), Pool(IDLE, "process")
    bring(server.client, replace(whole, create=whole.create[:3]), pool)
    with monkeypatch.context() as patched:
        patched.setattr(SyncPrefectClient, at, Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            bring(server.client, replace(whole, create=whole.create[3:]), pool)
    begun = at != "create_deployment"
    assert names(server.apply()) == ([[], NAMES[3:], []] if begun else [NAMES[3:], [], []])
    assert server.apply().empty
    assert [name for name, _ in stored(server)["automations"]] == ["2024 2.01 沿路绿化：前置节点办结即启动"]


def test_names_that_prefect_refuses_are_made_safe_and_shown_unharmed_elsewhere(server: Server) -> None:
    change(server, "toll-system", "title: 更新收费系统", "title: 收费额增长15%以上 & <重点> A/B")
    assert "2024 1.02 收费额增长15％以上 ＆ ＜重点＞ A／B" in names(server.apply())[0]
    assert server.apply().empty
    toll = server.deployment("1.02")
    assert (toll.description or "").startswith("1.02 收费额增长15%以上 & <重点> A/B")
    assert server.tick("1.02").state is not None
    assert "1.02 收费额增长15%以上 &" in str(server.page("toll-system").data)


def test_two_plans_live_on_one_server_apart(server: Server) -> None:
    """The same ids, as `duban roll` keeps them: each run works on its own plan's ledger, each plan has its patrol."""
    old, new = server.bureau.plan, f"{server.bureau.plan}-next"
    server.bureau.beside(new)
    found = {plan: deployments_of(plan) for plan in (old, new)}
    assert [len(one) for one in found.values()] == [4, 4]
    assert not set(found[old].values()) & set(found[new].values())
    for plan in (old, new):
        road = found[plan]["2024 1.01 新建道路"]
        server.run(server.client.create_flow_run_from_deployment(road, parameters=LOOKING))
        with gear(plan_settings(plan)) as at:
            assert "new-road" in at.service.ledger.initiatives()
            assert at.service.ledger.rounds() == {}
        server.run(server.client.create_flow_run_from_deployment(found[plan]["2024 0.00 巡查"]))
        with gear(plan_settings(plan)) as at:
            assert set(at.service.ledger.rounds()) == {Rounder.PATROL, Rounder.SEAL}
            assert heal(at.service, at.settings).empty


def deployments_of(plan: str) -> dict[str, UUID]:
    """Bring the server to a plan; its deployments."""
    with gear(plan_settings(plan)) as at:
        heal(at.service, at.settings)
        with tasks_server() as client:
            return {name: one.id for name, one in deployed(client, at.service.office.plan).items()}


def test_a_deployment_leads_to_the_page_of_its_initiative_at_the_desk(server: Server) -> None:
    with server.gear() as at:
        told = {one.name: one.description for one in wanted(at.service, patrol_every=None, desk="http://desk.test")}
    name = next(name for name in told if " 1.01 " in name)
    assert "[在工作台查看](http://desk.test/i/new-road)" in told[name]
