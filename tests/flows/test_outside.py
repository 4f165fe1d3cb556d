"""Actions that ask others: an address over HTTP, another deployment of Prefect."""

import json
from collections.abc import Iterator
from typing import cast
from uuid import UUID

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.deployments.runner import RunnerDeployment
from prefect.types.entrypoint import EntrypointType

from duban.core.ledger.entries import Entry
from tests.flows.outside import publish
from tests.flows.server import IDLE, Server, eventually
from tests.http_server import HttpServer

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

HEAD = """
title: 联通外部系统
lead: roads-unit
supervisor: deputy-director
"""
POST = """
id: telling
source: "1.3"
steps:
  - id: tell
    title: 推送公报
    kind: action
    action:
      uses: http
      parameters:
        url: URL/notices?unit=<unit>
        headers: {Authorization: "Bearer ${TOKEN}"}
        body: {name: <step-title>, of: [<initiative>, 3]}
"""
START = """
id: starting
source: "1.4"
steps:
  - id: annual
    title: 发布年报
    kind: action
    action:
      uses: deployment
      parameters: {deployment: publish/PLACE, parameters: {title: <step-title>}}
  - {id: after, title: 年报发布, kind: milestone, needs: [annual]}
"""
SECRET = "geheim-77a1"  # noqa: S105  of this test alone


@pytest.fixture
def outside(server: Server) -> Server:
    """The server, with a bureau whose rehearsal asks outside."""
    with server.bureau.settings.open("a", encoding="utf-8") as settings:
        settings.write("[channels]\nrehearsal = true\n")
    return server


def entries(server: Server, name: str) -> list[Entry]:
    with server.gear() as at:
        return [entry for entry in at.service.ledger.entries(name) if entry.kind.startswith("action-")]


def kinds(server: Server, name: str) -> list[str]:
    return [entry.kind.removeprefix("action-") for entry in entries(server, name)]


def test_an_address_is_asked_under_one_key(outside: Server, http_server: HttpServer) -> None:
    outside.bureau.add("roads", "telling", HEAD + POST.replace("URL", http_server.url))
    outside.apply()
    http_server.says({"error": f"expired: Bearer {SECRET}"}, 503)
    prelude = "tests.flows.preludes:with_a_token"
    outside.run(outside.ask("1.03"), prelude)
    *_, failed = entries(outside, "telling")
    assert failed.data["reason"] == '对方答复503：{"error": "expired: Bearer ***"}'
    http_server.says({"id": 5}, 201)
    assert outside.run(outside.ask("1.03"), prelude).name == "🟢绿灯 1/1 2024-04-01"
    *_, done = entries(outside, "telling")
    assert done.data["outcome"] == '对方答复201：{"id": 5}'
    assert len(http_server.asked) == 4, "one try of three, and one of one"
    asked, headers, body = http_server.asked[-1]
    assert (asked, headers["Authorization"]) == ("POST /notices?unit=roads-unit", f"Bearer {SECRET}")
    assert json.loads(body) == {"name": "推送公报", "of": ["telling", 3]}
    assert {said["Idempotency-Key"] for _, said, _ in http_server.asked} == {f"{outside.bureau.plan}/telling/tell"}
    stored = [log.message for run in outside.runs() for log in outside.logs(run.id)]
    assert not [line for line in stored if SECRET in line]


@pytest.fixture
def place(outside: Server) -> Iterator[str]:
    """The name of a deployment of `publish`, whose runs this test runs."""
    name = outside.bureau.plan
    made = RunnerDeployment.from_flow(
        publish, name=name, work_pool_name=IDLE, entrypoint_type=EntrypointType.MODULE_PATH
    )
    deployment = cast(UUID, made.apply())
    yield name
    outside.client.delete_deployment(deployment)


def started(server: Server, place: str) -> list[FlowRun]:
    found = server.client.read_deployment_by_name(f"publish/{place}")
    runs = server.client.read_flow_runs()
    return [run for run in runs if run.deployment_id == found.id]


def test_another_deployment_is_run_once_and_waited_for(outside: Server, place: str) -> None:
    outside.bureau.add("roads", "starting", HEAD + START.replace("PLACE", place))
    outside.apply()
    dead = outside.run(outside.ask("1.04"), "tests.flows.preludes:die_after_the_action", -9)
    outside.end_as_dead(dead)
    assert outside.tick("1.04").name == "🟢绿灯 0/2 2024-04-01"
    assert outside.tick("1.04").name == "🟢绿灯 0/2 2024-04-01"
    assert kinds(outside, "starting") == ["started", "started", "waiting"]
    (run,) = started(outside, place)
    assert (run.parameters, run.tags) == ({"title": "发布年报"}, [f"duban:{outside.bureau.plan}/starting"])
    outside.run(run)
    (tick,) = eventually(lambda: [one for one in outside.scheduled() if one.deployment_id == dead.deployment_id])
    assert outside.run(tick).name == "🟢绿灯 2/2 2024-04-01"
    *_, done = entries(outside, "starting")
    assert done.data["outcome"] == f"publish/{place} 的运行 {run.name} 已完成"


def test_a_run_that_fails_is_a_failed_try_and_started_anew(outside: Server, place: str) -> None:
    text = START.replace("PLACE", place).replace("<step-title>}", "<step-title>, fails: true}")
    outside.bureau.add("roads", "starting", HEAD + text)
    outside.apply()
    outside.tick("1.04")
    (first,) = started(outside, place)
    outside.run(first)
    outside.tick("1.04")
    *_, failed = entries(outside, "starting")
    assert failed.data == {
        "reason": f"publish/{place} 的运行 {first.name} 未成功（Failed）：发布年报：接口维护",
        "final": False,
    }
    outside.tick("1.04")
    assert kinds(outside, "starting") == ["started", "waiting", "failed", "started", "waiting"]
    assert len(started(outside, place)) == 2
