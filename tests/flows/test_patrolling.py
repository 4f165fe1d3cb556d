"""The patrol publishes what it found, and ends red while a notice has reached nobody and its matter goes on."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import Artifact
from prefect.client.schemas.sorting import ArtifactSort
from prefect.states import Running

import flows.patrol
import tasks.asking
import tasks.naming
import tasks.server
from deployments.rehearsal import conductor
from duban.core.deciding.commands import Verb
from duban.outbox import deliver_due
from tests.bureau import Postbox
from tests.flows.server import IDLE, Server

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]


def pages(server: Server) -> list[Artifact]:
    """Every version of the page, the last one first."""
    ours = ArtifactFilter(key=ArtifactFilterKey(any_=[f"{server.bureau.plan}--patrol"]))
    return server.client.read_artifacts(artifact_filter=ours, sort=ArtifactSort.CREATED_DESC)


def test_a_notice_that_reached_nobody_is_a_red_light_until_its_matter_is_over(server: Server) -> None:
    server.apply(IDLE)
    with server.gear() as at:
        at.service.tick("new-road")
        for hour in ("09:00", "10:00", "11:00", "14:00"):
            server.bureau.at(f"2024-04-01 {hour}")
            deliver_due(at.service, Postbox(refusing="550 无此用户"), at.wording)
    run = server.tick("0.00")
    assert (run.name, run.state_name, run.state_type) == ("2024-04-01 14:00 巡查", "Failed", "FAILED")
    assert run.state
    assert "红灯：1份通知未能送达任何人，见巡查页" in str(run.state.message)
    page = str(pages(server)[0].data)
    assert "## 送达失败，事项尚未办结" in page
    assert "550 无此用户" in page
    with server.gear() as at:
        at.service.act(server.command(Verb.CANCEL, "new-road/draft", "supervision-officer", reason="并入"))
    well = server.tick("0.00")
    assert well.state
    assert (well.state.name, str(well.state.message)[:4]) == ("Completed", "已巡查：")
    assert "## 送达失败" not in str(pages(server)[0].data)


def test_the_first_patrol_of_a_working_day_seals_the_ledger_and_is_red_where_it_cannot(server: Server) -> None:
    server.apply(IDLE)
    server.patrol()
    server.patrol()
    with server.gear() as at:
        var = at.settings.var
        line = at.service.last_seal()
    assert [file.name for file in sorted((var / "seals").glob("*.json"))] == ["seal-000001.json"]
    assert line.startswith("台账存证第1号（2024年4月1日），指纹 ")
    assert line in str(pages(server)[0].data).replace("\u2060", "")
    (var / "secrets" / "seals" / "key-1").unlink()
    server.bureau.at("2024-04-02 09:00")
    run = server.tick("0.00")
    assert run.state
    assert "红灯：未作存证：第1号存证所用密钥key-1不在本机" in str(run.state.message)
    assert "## 台账未能存证" in str(pages(server)[0].data)


def test_a_rehearsal_goes_on_after_a_red_patrol_and_not_after_one_that_failed(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both end FAILED."""
    server.apply(IDLE)
    monkeypatch.setattr(conductor, "_settle_down", lambda service, apply_again: None)
    with server.gear() as at:
        monkeypatch.setattr(flows.patrol, "publish_patrol", lambda *_: SimpleNamespace(dead=[1]))
        conductor._patrol(at.service, lambda: None)
        monkeypatch.setattr(flows.patrol, "publish_patrol", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            conductor._patrol(at.service, lambda: None)


def test_a_page_is_published_when_there_is_news_and_no_other(server: Server) -> None:
    server.apply(IDLE)
    while server.patrol():
        pass
    count = len(pages(server))
    assert str(pages(server)[0].description).startswith("巡查：2024-04-01，台账记至2024-04-01 09:00:00，")
    assert "| 🟢绿灯 |" in str(pages(server)[0].data)
    server.tick("0.00")
    assert len(pages(server)) == count
    server.bureau.at("2024-04-02 09:00")
    server.tick("0.00")
    assert len(pages(server)) == count + 1


def test_of_a_few_initiatives_theirs_alone_are_read_of_prefect(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an act at the desk: a plan of hundreds is much to read each time."""
    server.apply(IDLE)
    read = list[str]()

    def every(what: Callable[..., list[Any]], **asked: Any) -> list[Any]:
        found = tasks.server.every(what, **asked)
        read.extend(one.name for one in found)
        return found

    monkeypatch.setattr(tasks.asking, "every", every)
    plan = server.office.plan
    assert tasks.asking.ask_for_ticks(plan, ("new-road",)) == ("new-road",)
    assert tasks.asking.ask_for_ticks(plan, ("new-road",)) == (), "there is one already"
    ours = tasks.naming.deployment_name(plan, plan.initiatives["new-road"])
    runs = [run.name for run in server.client.read_flow_runs(deployment_filter=tasks.asking.of_plan(plan))]
    assert sorted(read) == sorted([ours, ours, *runs])
    assert len(runs) == 1
    (begun,) = server.client.read_flow_runs(deployment_filter=tasks.asking.of_plan(plan))
    assert tasks.asking.last_run(plan, "new-road") is None, "it waits to begin"
    server.client.set_flow_run_state(begun.id, Running())
    assert tasks.asking.last_run(plan, "new-road") == begun.id
