"""What a tick shows in Prefect: a run with a name and a light, a task run for each step, a page, a quiet log."""

import logging
import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from prefect.client.schemas.objects import FlowRun, TaskRun

from duban.core.deciding.commands import Verb
from duban.core.ledger.summary import Status
from duban.core.telling.shown import LIGHTS, RUNS, STEPS
from tests.flows.server import Server, eventually

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

ROAD = ["起草建设方案", "批准建设方案", "建设方案确定", "方案公示", "发布通报", "新增里程", "道路通车"]
NEEDS = {
    "批准建设方案": {"起草建设方案"},
    "建设方案确定": {"批准建设方案"},
    "方案公示": {"建设方案确定"},
    "发布通报": {"建设方案确定"},
    "新增里程": {"方案公示"},
    "道路通车": {"新增里程", "发布通报"},
}
LISTED = {"Completed", "Failed", "Crashed", "Cancelled"}
"""Of Prefect's names those of ended runs, which its interfaces list while nobody touches a filter."""

STEP_WORDS = {(word.name, word.shape) for word in (*STEPS.values(), *LIGHTS.values())}


def steps(server: Server, run: FlowRun, count: int) -> list[TaskRun]:
    """The recorded steps, in the order in which they are drawn; tasks that were run are not among them."""

    def recorded() -> list[TaskRun]:
        return [task for task in server.task_runs(run.id) if task.task_key == "step"]

    found = eventually(lambda: len(recorded()) == count and recorded())
    return sorted(found, key=lambda task: (task.start_time, task.name))


def states(tasks: list[TaskRun]) -> dict[str, str]:
    return {task.name: task.state.name for task in tasks if task.state}


def edges(tasks: list[TaskRun]) -> dict[str, set[str]]:
    titles = {task.id: task.name for task in tasks}
    return {
        task.name: {titles[need.id] for need in task.task_inputs["needs"]}
        for task in tasks
        if task.task_inputs["needs"]
    }


def test_a_run_says_light_progress_and_date(server: Server) -> None:
    server.apply()
    run = server.tick("1.01")
    assert run.name == "🟢绿灯 0/7 2024-04-01"
    assert run.state is not None
    assert (run.state.name, run.state.type, run.state.message) == (
        "Completed",
        "COMPLETED",
        "绿灯 0/7 正常推进",
    )


def test_every_step_is_a_task_run_and_every_need_an_edge(server: Server) -> None:
    server.apply()
    tasks = steps(server, server.tick("1.01"), len(ROAD))
    assert states(tasks) == dict.fromkeys(ROAD, "待启动") | {"起草建设方案": "待签收"}
    assert edges(tasks) == NEEDS
    assert {(task.state.name, task.state.type) for task in tasks if task.state} <= STEP_WORDS
    ends = {task.name: task.end_time for task in tasks}
    for task in tasks:  # the graph reads from left to right
        assert all(ends[need] < task.start_time for need in NEEDS.get(task.name, ()))


def test_steps_elsewhere_are_shown_with_where_they_stand(server: Server) -> None:
    server.apply()
    tasks = steps(server, server.tick("2.01"), 3)
    assert states(tasks) == {"1.01 建设方案确定": "待启动", "栽种行道树": "待启动", "绿化完成": "待启动"}
    assert edges(tasks) == {"栽种行道树": {"1.01 建设方案确定"}, "绿化完成": {"栽种行道树"}}


def test_a_repeated_tick_changes_nothing_but_prefects_history(server: Server) -> None:
    server.apply()
    server.tick("1.01")
    with server.gear() as at:
        before = at.service.ledger.entries("new-road")
        again = server.tick("1.01")
        assert at.service.ledger.entries("new-road") == before
    assert again.name == "🟢绿灯 0/7 2024-04-01"
    assert len(server.bureau.mails) == 1


@pytest.mark.parametrize(("moment", "light"), [("2024-04-10 09:00", "黄灯"), ("2024-05-15 09:00", "红灯")])
def test_waiting_and_being_late_are_no_errors(server: Server, moment: str, light: str) -> None:
    """The log of a run holds nothing that a coordinator would take for a failure."""
    server.apply()
    server.tick("1.01")
    server.bureau.at(moment)
    run = server.tick("1.01")
    assert run.state is not None
    assert run.state.name in LISTED
    assert (run.state.name, run.state.type) in {(word.name, word.shape) for word in RUNS.values()}
    assert run.name[1:].startswith(light)
    assert str(run.state.message).startswith(light)
    assert states(steps(server, run, len(ROAD)))["起草建设方案"] == light
    logs = eventually(lambda: [log for log in server.logs(run.id) if "Finished" in log.message] and server.logs(run.id))
    assert not [log.message for log in logs if log.level >= logging.WARNING]


def test_the_page_has_every_step_in_words_and_in_the_picture(server: Server) -> None:
    server.apply()
    server.tick("1.01")
    artifact = server.page("new-road")
    assert str(artifact.description).startswith("1.01 新建道路　")
    page = str(artifact.data)
    assert [title for title in ROAD if title not in page] == []
    picture, *_ = re.findall(r"data:image/svg\+xml;base64,([\w+/=]+)", page)
    drawing = ElementTree.fromstring(b64decode(picture))  # noqa: S314  our own
    words = [str(text.text) for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(words[-len(ROAD) :]) == sorted(ROAD)


def test_every_kind_of_step_is_shown_on_its_way(server: Server) -> None:
    """The whole initiative, from the first morning to its last milestone."""
    server.apply()
    with server.gear() as at:
        shown = [states(steps(server, server.tick("1.01"), len(ROAD))) for _ in course(server, at.service.act)]
    waiting, owed, done = (STEPS[where].name for where in (Status.WAITING, Status.OPEN, Status.DONE))
    assert [[one[title] for title in ROAD] for one in shown] == [
        [STEPS[Status.WORKING].name, *[waiting] * 6],
        [done, owed, *[waiting] * 5],
        [done, done, done, STEPS[Status.ELAPSING].name, done, waiting, waiting],
        [done, done, done, done, done, owed, waiting],
        [done] * 7,
    ]
    assert server.runs()[-1].name == "🟢绿灯 7/7 2024-04-09"


def course(server: Server, act: Any) -> Iterator[None]:
    """What people do in the course of it."""
    act(server.command(Verb.SIGN, "new-road/draft", "roads-officer"))
    yield
    act(server.command(Verb.SUBMIT, "new-road/draft", "roads-officer", evidence=("建设方案",)))
    yield
    act(server.command(Verb.APPROVE, "new-road/approve", "deputy-director"))
    yield
    server.bureau.at("2024-04-09 09:00")
    yield
    act(server.command(Verb.REPORT, "new-road/length", "roads-officer", value=13.0))
    yield
