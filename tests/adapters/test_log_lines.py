"""Logs as JSON: whatever a process says, by whichever way, is one object a line, and holds no login."""

import json
import logging
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest

from duban.adapters.log_lines import JsonLines

SAYS = """
import logging, sys, warnings
from duban.adapters.log_lines import log_as_json
log_as_json("desk")
print("办结\\n\\n{'no': 'json'}")
print("in two ", end="")
print("pieces")
logging.getLogger("duban.outbox").warning("refused by %s", "smtp://li:geheim@mail.example")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("duban").exception("line\\nbreak \\u2028 \\x1b[31m")
warnings.warn("old")
sys.stderr.write("by hand https://li:geheim@host/x\\n")
raise ValueError("银行")
"""


def objects(text: str) -> list[dict[str, Any]]:
    """Every line read as JSON; one that is none fails."""
    return [json.loads(line) for line in text.split("\n") if line]


@pytest.fixture(scope="module")
def said() -> "subprocess.CompletedProcess[str]":
    """What a process of ours says that prints, logs, warns and breaks."""
    words = [sys.executable, "-c", SAYS]
    return subprocess.run(words, capture_output=True, text=True, check=False, env={"PYTHONUTF8": "1"})


def test_every_line_is_an_object_with_its_moment_level_part_and_message(
    said: "subprocess.CompletedProcess[str]",
) -> None:
    every = objects(said.stdout) + objects(said.stderr)
    assert [one for one in every if not {"time", "level", "part", "message"} <= one.keys()] == []
    assert {one["part"] for one in every} == {"desk"}
    assert all(datetime.fromisoformat(one["time"]).tzinfo for one in every)
    assert [one["message"] for one in objects(said.stdout)] == ["办结", "{'no': 'json'}", "in two pieces"]


def test_what_ends_a_process_is_one_object(said: "subprocess.CompletedProcess[str]") -> None:
    last = objects(said.stderr)[-1]
    assert (last["level"], said.returncode) == ("CRITICAL", 1)
    assert "Traceback" in last["message"]
    assert "ValueError: 银行" in last["message"]


def test_logged_printed_and_warned_of_are_all_there(said: "subprocess.CompletedProcess[str]") -> None:
    told = {(one["level"], one.get("logger", "")): one["message"] for one in objects(said.stderr)}
    assert "ZeroDivisionError" in told["ERROR", "duban"]
    assert "UserWarning: old" in told["WARNING", "py.warnings"]
    assert told["ERROR", ""].startswith("by hand")


def test_no_login_is_in_any(said: "subprocess.CompletedProcess[str]") -> None:
    assert "geheim" not in said.stdout + said.stderr
    assert "smtp://***@mail.example" in said.stderr


def test_run_and_initiative_are_told_where_prefect_knows_them() -> None:
    from prefect.client.schemas.objects import FlowRun  # noqa: PLC0415  slow to import
    from prefect.flows import flow  # noqa: PLC0415  as above
    from prefect.logging.loggers import flow_run_logger  # noqa: PLC0415  as above
    from prefect.settings import PREFECT_LOGGING_TO_API_ENABLED, temporary_settings  # noqa: PLC0415  as above

    kept: list[logging.LogRecord] = []

    class Keeps(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(record)

    run = FlowRun.model_construct(id="0190", name="绿灯 3/9", flow_id="1", tags=[], deployment_id=None)
    found = flow_run_logger(run, flow(name="shanghai-2024 1.02")(lambda: None))  # type: ignore[arg-type]  # enough of one
    handler = Keeps()
    found.logger.addHandler(handler)  # type: ignore[union-attr]  # an adapter
    try:
        with temporary_settings({PREFECT_LOGGING_TO_API_ENABLED: False}):  # else Prefect starts a server for this line
            found.log(logging.CRITICAL, "未送达")
    finally:
        found.logger.removeHandler(handler)  # type: ignore[union-attr]  # as above
    told = json.loads(JsonLines().format(kept[0]))
    assert (told["run"], told["initiative"], told["message"]) == ("0190", "shanghai-2024 1.02", "未送达")


def test_a_part_of_prefects_says_all_it_says_so() -> None:
    words = [sys.executable, "-m", "deployments.logged", "prefect", "server", "start", "--nope"]
    env = {"PYTHONUTF8": "1", "DUBAN_LOG": "server", "DO_NOT_TRACK": "1"}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=env)
    every = objects(done.stdout) + objects(done.stderr)
    assert done.returncode != 0
    assert any("--nope" in one["message"] and one["part"] == "server" for one in every)
