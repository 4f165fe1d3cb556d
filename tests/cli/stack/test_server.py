"""Commands beside a real Prefect server: applied to, asked for ticks, missed when it is down."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from deployments.stack.stack import Stack, StackSettings
from duban.settings import LANGUAGE_VARIABLE, load_settings
from tests.cli.conftest import COSMETICS, Bureau, write
from tests.cli.test_exits import DUBAN

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

PORT = 20_000 + os.getpid() % 10_000


@pytest.fixture
def stack(bureau: Bureau) -> Iterator[Stack]:
    """The bureau's stack; its worker finds the settings by the variable the bureau has set."""
    with Stack(StackSettings(bureau.var, port=PORT), load_settings().variables) as stack:
        yield stack


TRAINED = "  - {id: train, title: 开展内部培训, kind: work, duration: 3, due: 2024-04-30}\n"
"""A step that the plan has not had."""


def shell(bureau: Bureau, *words: str) -> tuple[int, str, str]:
    """Run a command as a process of its own, which Prefect then has for itself, and speaks as it does in offices."""
    environment = {**os.environ, LANGUAGE_VARIABLE: "zh_CN"}
    done = subprocess.run(
        (*DUBAN, *words), cwd=bureau.root, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout, done.stderr


def levels(bureau: Bureau) -> dict[str, str]:
    _, printed, _ = shell(bureau, "doctor", "--json")
    return {one["check"]: one["level"] for one in json.loads(printed)["findings"]}


def ticks(stack: Stack) -> list[str]:
    """States of the flow runs of initiatives, as Prefect has them."""
    said = (
        "from prefect.client.orchestration import get_client\n"
        "with get_client(sync_client=True) as client:\n"
        "    print(*(run.state_type.name for run in client.read_flow_runs() if run.deployment_id))"
    )
    done = subprocess.run(
        (sys.executable, "-c", said), env=stack.environment(), capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout.split()


def test_a_plan_is_applied_a_report_starts_a_tick_and_doctor_is_content(bureau: Bureau, stack: Stack) -> None:
    assert levels(bureau)["deployments"] == "bad"
    code, printed, _ = shell(bureau, "apply", "--json")
    assert (code, len(json.loads(printed)["create"])) == (0, 3)
    assert shell(bureau, "apply", "--dry-run") == (0, "计划没有变化\n部署：无需变更\n", "")

    code, printed, said = shell(bureau, "sign", "cosmetics/draft", "--as", "protection-officer")
    assert (code, said) == (0, "")
    assert printed.startswith("已记入台账：“起草保护方案”签收（保护处联络员）\n")
    until = time.monotonic() + 90
    while ticks(stack) != ["COMPLETED"] and time.monotonic() < until:
        time.sleep(1)
    assert ticks(stack) == ["COMPLETED"]

    moved = COSMETICS.replace("due: 2024-04-12", "due: 2024-04-26").replace(
        "  - {id: issued", f"{TRAINED}  - {{id: issued"
    )
    write(bureau.config, {"plans/small-2024/protection/cosmetics.yaml": moved})
    code, printed, _ = shell(bureau, "apply", "--by", "coordinator", "--reason", "上级要求", "--json")
    report = json.loads(printed)
    assert (code, report["applied"], report["update"]) == (0, True, []), "the form is renewed by the tick that follows"
    until = time.monotonic() + 90
    while ticks(stack) != ["COMPLETED"] * 2 and time.monotonic() < until:
        time.sleep(1)
    assert ticks(stack) == ["COMPLETED"] * 2, "processes that stay warm go by the new plan"
    _, printed, _ = shell(bureau, "notices", "--initiative", "cosmetics", "--json")
    assert {notice["step"] for notice in json.loads(printed)} == {"draft", "train"}

    found = levels(bureau)
    well = ("stack", "server", "worker", "events", "deployments", "ledger")
    assert {check: found[check] for check in well} == dict.fromkeys(well, "ok")
    clicked(stack, "client.update_work_pool('duban', WorkPoolUpdate(is_paused=True, concurrency_limit=0))")
    clicked(stack, "client.pause_deployment(client.read_deployments()[0].id)")
    _, printed, _ = shell(bureau, "doctor", "--json")
    amiss = [one["found"] for one in json.loads(printed)["findings"] if (one["check"], one["level"]) == BAD]
    assert amiss[:2] == ["工作池 duban：暂停", "工作池 duban：并发上限0"]
    assert amiss[2].endswith("：暂停")
    assert shell(bureau, "apply")[0] == 0
    assert levels(bureau)["deployments"] == "ok"

    for click in ("pause", "delete"):
        clicked(stack, f"client.{click}_automation(client.read_automations()[0].id)")
        code, printed, _ = shell(bureau, "doctor")
        assert code == 1, f"{click}: {printed}"
        assert re.search("deployments +异常 +2024 2.01 .*：自动启动规则", printed), printed


BAD = ("deployments", "bad")


def clicked(stack: Stack, click: str) -> None:
    """What somebody does in Prefect's pages."""
    said = (
        "from prefect.client.orchestration import get_client\n"
        "from prefect.client.schemas.actions import WorkPoolUpdate\n"
        f"with get_client(sync_client=True) as client:\n    {click}"
    )
    subprocess.run((sys.executable, "-c", said), env=stack.environment(), timeout=120, check=True)


def test_a_server_that_is_gone_exits_6_where_nothing_goes_without_it(bureau: Bureau) -> None:
    result = bureau.run("patrol")
    assert (result.exit_code, result.stdout) == (6, "")
    assert "no Prefect server" in result.stderr
