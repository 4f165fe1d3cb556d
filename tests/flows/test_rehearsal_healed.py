"""A rehearsal whose deployments somebody deletes in the midst of it makes them anew and comes to its end."""

import subprocess
import sys

import pytest

from deployments.stack.stack import Stack
from tests.flows.server import Server, eventually

pytestmark = [pytest.mark.prefect, pytest.mark.worker, pytest.mark.postgres]


def test_a_deleted_deployment_is_made_anew_and_the_rehearsal_goes_on(server: Server, stack: Stack) -> None:
    server.bureau.file("toll-system").unlink()  # its action fails, and slowly
    command = [sys.executable, "-m", "deployments.conduct", "--until", "2024-04-10", "--pace", "0"]
    log = server.bureau.var / "conductor.log"
    with (
        log.open("w") as told,
        subprocess.Popen(command, env=stack.environment(), stdout=told, stderr=told) as conductor,
    ):
        eventually(lambda: "2024-04-01 周" in log.read_text() or conductor.poll() is not None, 60)
        server.client.delete_deployment(server.deployment("1.01").id)
        eventually(lambda: conductor.poll() is not None, 120)
    said = log.read_text()
    assert conductor.returncode == 0, said[-3000:]
    assert "部署新建 1，" in said
    assert server.deployment("1.01").name.endswith("1.01 新建道路")
    with server.gear() as at:
        assert at.service.due() == ()
