"""Applying a plan: the server has what the plan has, and is written to only for what differs."""

from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest
from prefect.client.orchestration import SyncPrefectClient

from deployments.apply import difference, make
from tests.flows.server import IDLE, Server

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

NAMES = ["0.00 巡查", "1.01 新建道路", "1.02 更新收费系统", "2.01 沿路绿化"]


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
    return [[item.name for item in items] for items in (changes.create, changes.update, changes.remove)]


def test_a_first_apply_makes_everything_in_the_order_of_the_plan(server: Server) -> None:
    assert names(server.apply()) == [NAMES, [], []]
    assert [found.name for found in server.deployments()] == NAMES
    assert [name for name, _ in stored(server)["automations"]] == ["2.01 沿路绿化：前置节点办结即启动"]
    road = server.deployment("1.01")
    assert (road.entrypoint, road.tags) == ("flows.initiatives.new_road", [f"duban:{server.bureau.plan}", "道路"])
    assert "牵头 道路处；分管 副局长" in (road.description or "")


def test_a_second_apply_writes_nothing(server: Server) -> None:
    server.apply()
    before = stored(server)
    again = server.apply()
    assert (again.empty, again.same) == (True, len(NAMES))
    assert stored(server) == before


WATERING = "  - {id: water, title: 浇水, kind: work}\n"


@pytest.mark.parametrize(
    ("words", "instead"),
    [("title: 栽种行道树", "title: 栽种行道树和灌木"), ("  - {id: planted", f"{WATERING}  - {{id: planted")],
    ids=["title", "new-step"],
)
def test_what_changed_is_updated_and_nothing_else(server: Server, words: str, instead: str) -> None:
    server.apply()
    before = stored(server)
    change(server, "green-belt", words, instead)
    assert names(server.apply()) == [[], ["2.01 沿路绿化"], []]
    after = stored(server)
    written = [name for name in NAMES if after["deployments"][name] != before["deployments"][name]]
    assert written == ["2.01 沿路绿化"]
    assert after["deployments"]["2.01 沿路绿化"][0] == before["deployments"]["2.01 沿路绿化"][0], "the same deployment"
    assert len(after["automations"]) == 1


def test_another_title_is_another_deployment(server: Server) -> None:
    """Because the title is what the deployment is called."""
    server.apply()
    change(server, "toll-system", "title: 更新收费系统", "title: 改造收费系统")
    assert names(server.apply()) == [["1.02 改造收费系统"], [], ["1.02 更新收费系统"]]
    assert server.apply().empty


def test_a_removed_initiative_leaves_nothing_behind(server: Server) -> None:
    server.apply()
    belt = server.deployment("2.01")
    assert len(server.automations(belt)) == 1
    server.bureau.file("green-belt").unlink()
    assert names(server.apply()) == [[], [], ["2.01 沿路绿化"]]
    assert [found.name for found in server.deployments()] == NAMES[:3]
    assert not server.automations(belt)


def test_a_need_that_goes_takes_its_automation_along(server: Server) -> None:
    server.apply()
    change(server, "green-belt", "needs: [new-road/adopted], ", "")
    assert names(server.apply()) == [[], ["2.01 沿路绿化"], []]
    assert not server.automations(server.deployment("2.01"))


def test_the_patrol_is_scheduled_under_the_real_clock_only(server: Server) -> None:
    server.apply()
    assert server.deployment("0.00").schedules == []
    assert names(server.apply(patrol_every=300)) == [[], ["0.00 巡查"], []]
    (schedule,) = server.deployment("0.00").schedules
    assert schedule.schedule.interval.total_seconds() == 300
    assert server.apply(patrol_every=300).empty


@pytest.mark.parametrize("at", ["create_deployment", "create_automation", "update_deployment"])
def test_an_apply_cut_short_is_carried_on(server: Server, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """Cut short after the toll system, within the deployment of the green belt, at one of the requests for it."""
    whole = difference(server.office, patrol_every=None)
    make(replace(whole, create=whole.create[:3]), IDLE)
    with monkeypatch.context() as patched:
        patched.setattr(SyncPrefectClient, at, Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            make(replace(whole, create=whole.create[3:]), IDLE)
    begun = at != "create_deployment"
    assert names(server.apply()) == ([[], NAMES[3:], []] if begun else [NAMES[3:], [], []])
    assert server.apply().empty
    assert [name for name, _ in stored(server)["automations"]] == ["2.01 沿路绿化：前置节点办结即启动"]
