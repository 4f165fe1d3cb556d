"""Prefect's history stays small: older runs go, with their steps and logs; what somebody looks at stays."""

import subprocess
import sys
from typing import Any
from uuid import UUID

import pytest
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import FlowRun

from deployments.stack.environment import server_environment
from deployments.stack.stack import Stack
from duban.core.deciding.commands import Verb
from tasks import keeping
from tests.flows.server import IDLE, Server, eventually
from tests.flows.test_forms import SIGN, form

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "KEPT", 2)
    monkeypatch.setattr(keeping, "PATROLS_KEPT", 1)


def names(server: Server, number: str) -> list[str]:
    deployment = server.deployment(number).id
    return [run.name for run in server.runs() if run.deployment_id == deployment]


def days(server: Server, number: str, *dates: str) -> list[FlowRun]:
    """A tick on each of these days."""
    return [server.tick(number) for date in dates if server.bureau.at(f"{date} 09:00")]


def test_the_last_runs_stay_and_older_ones_go_with_all_that_is_theirs(server: Server) -> None:
    server.apply(IDLE)
    runs = days(server, "1.01", "2024-04-01", "2024-04-02", "2024-04-03", "2024-04-07", "2024-04-08", "2024-04-09")
    patrols = [server.tick("0.00"), server.tick("0.00"), server.tick("0.00")]
    old = runs[0].id
    eventually(lambda: len(server.task_runs(old)) == 7 and server.logs(old))
    assert keeping.keep_few(server.office.plan) == 4 + 1
    assert [name[-10:] for name in names(server, "1.01")] == ["2024-04-08", "2024-04-09"]
    left = [run.id for run in server.runs() if run.name.endswith("巡查")]
    assert left == [patrols[0].id, patrols[-1].id], (
        "the first of them published the pages, which have not changed since"
    )
    assert server.task_runs(old) == []
    eventually(lambda: not server.logs(old))
    assert len(server.task_runs(runs[-1].id)) == 7


def test_a_little_more_than_is_kept_is_left_alone(server: Server) -> None:
    server.apply(IDLE)
    days(server, "1.01", "2024-04-01", "2024-04-02", "2024-04-03")
    assert keeping.keep_few(server.office.plan) == 0
    assert len(names(server, "1.01")) == 3


CLEAR = """
import asyncio
from prefect.server.database import provide_database_interface
from prefect.server.services import db_vacuum as vacuum

async def clear():
    database = provide_database_interface()
    await vacuum.vacuum_old_events(db=database)
    for clearing in (vacuum.vacuum_orphaned_artifacts, vacuum.vacuum_stale_artifact_collections):
        await clearing(db=database)

asyncio.run(clear())
"""
"""What the server does by itself every hour, in a process with its settings; at once, since an hour is long."""


def events(server: Server, run: FlowRun) -> set[str]:
    """What the server still knows to have happened to a run."""
    asked = {"filter": {"resource": {"id": [f"prefect.flow-run.{run.id}"]}}}
    return {event["id"] for event in server.client.request("POST", "/events/filter", json=asked).json()["events"]}


def published_by(server: Server) -> set[UUID | None]:
    """The runs that published versions of the initiative's page which are still there."""
    key = ArtifactFilter(key=ArtifactFilterKey(any_=[f"{server.bureau.plan}-new-road"]))
    return {page.flow_run_id for page in server.client.read_artifacts(artifact_filter=key)}


def test_prefect_clears_away_old_events_and_pages_of_runs_that_are_gone(server: Server, stack: Stack) -> None:
    server.apply(IDLE)
    old, latest = days(server, "1.01", "2024-04-01", "2024-04-10")
    seen = eventually(lambda: events(server, old))
    server.client.delete_flow_run(old.id)
    assert published_by(server) == {old.id, latest.id}
    told = server_environment(stack.addresses, stack.environment()) | {"PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "PT1S"}
    subprocess.run((sys.executable, "-c", CLEAR), env=told, timeout=120, check=True)
    assert published_by(server) == {latest.id}
    assert not seen & events(server, old)
    assert server.page("new-road").flow_run_id == latest.id


@pytest.mark.slow
def test_the_run_of_the_present_page_stays_however_old(server: Server) -> None:
    server.apply(IDLE)
    shown = server.tick("2.01")
    for _ in range(8):
        server.tick("2.01")
    assert keeping.keep_few(server.office.plan) == 6
    assert server.page("green-belt").flow_run_id == shown.id
    assert shown.id in [run.id for run in server.runs()]


@pytest.mark.slow
def test_a_form_that_broke_off_stays_until_it_has_been_taken_in(server: Server) -> None:
    server.apply(IDLE)
    server.tick("1.01")
    broken_off = server.ask("1.01", form(SIGN))
    server.end_as_dead(broken_off)
    days(server, "1.01", *(f"2024-05-{day:02}" for day in range(6, 15)))
    assert keeping.keep_few(server.office.plan) > 0
    assert broken_off.id in [run.id for run in server.runs()]


def versions(server: Server, initiative: str) -> int:
    ours = ArtifactFilter(key=ArtifactFilterKey(any_=[f"{server.bureau.plan}-{initiative}"]))
    return len(server.client.read_artifacts(artifact_filter=ours))


def test_a_page_has_another_version_when_it_says_something_else(server: Server) -> None:
    server.apply(IDLE)
    days(server, "1.01", "2024-04-01", "2024-04-01")
    assert versions(server, "new-road") == 1
    with server.gear() as at:
        at.service.act(server.command(Verb.SIGN, "new-road/draft", "roads-officer"))
    server.tick("1.01")
    assert versions(server, "new-road") == 2


def related(server: Server, run: FlowRun) -> list[dict[str, Any]]:
    """What is stored of the events of a run's steps."""
    which = {"event": {"prefix": ["prefect.task-run."]}, "related": {"id": [f"prefect.flow-run.{run.id}"]}}
    found = server.client.request("POST", "/events/filter", json={"filter": which, "limit": 50}).json()
    return list(found["events"])


def test_an_event_of_a_step_says_no_more_than_the_server_needs(server: Server) -> None:
    server.apply(IDLE)
    run = server.tick("1.01")
    events = eventually(lambda: len(found := related(server, run)) == 7 and found)
    assert {len(event["related"]) for event in events} == {1}
    assert max(len(str(event["payload"])) for event in events) < 1000
