"""What duban leans on is down: the server, the mail server, the ledger. Nothing is lost, and people are told."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from sqlalchemy.engine import make_url

from deployments.stack.server import free_port, wait_healthy
from deployments.stack.stack import Stack
from duban.cli.exits import Exit
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.settings import LANGUAGE_VARIABLE
from tests.flows.server import Server, eventually

pytestmark = [pytest.mark.prefect, pytest.mark.worker, pytest.mark.postgres]

DUBAN = Path(sys.executable).with_name("duban")
NOT_REACHED = "台账已记录；Prefect 服务暂不可达，巡查将补办"


def duban(stack: Stack, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DUBAN, *words],
        env=stack.environment() | {LANGUAGE_VARIABLE: "en"},
        capture_output=True,
        text=True,
        check=False,
    )


def end_server(stack: Stack) -> None:
    """Kill the server outright; `tend` will start it again."""
    process = stack._children["server"]
    process.kill()
    process.wait()


def test_what_is_reported_while_the_server_is_down_is_not_lost(server: Server, stack: Stack) -> None:
    server.apply()
    server.patrol()
    end_server(stack)
    told = duban(stack, "sign", "new-road/draft", "--as", "roads-officer")
    assert (told.returncode, told.stderr.strip()) == (Exit.FINE, NOT_REACHED)
    assert told.stdout.startswith("已记入台账：“起草建设方案”签收（道路处联络员）")
    again = duban(stack, "apply")
    assert again.returncode == Exit.SERVER
    assert "does not answer" in again.stderr
    eventually(lambda: "server" in stack.tend(), 60)
    wait_healthy(stack.addresses, lambda: True, stack.var / "log" / "server.log")
    before = len(server.runs())
    assert server.patrol()[0] == "🟢绿灯 0/7 2024-04-01"
    assert len(server.runs()) > before
    assert server.apply().empty


def post(server: Server, channel: str) -> None:
    """Let the roads' officer be written to by mail."""
    directory = server.bureau.settings.parent / "directory.yaml"
    line = "{id: roads-officer, title: 道路处联络员, "
    text = directory.read_text()
    assert line in text
    directory.write_text(text.replace(line, f'{line}channels: ["{channel}"], '))
    settings = server.bureau.settings
    settings.write_text(f"{settings.read_text()}\n[channels]\nrehearsal = true\n")


def notice(server: Server) -> NoticeRow:
    with server.gear() as at:
        (row,) = at.service.ledger.notices("new-road")
        return row


@contextmanager
def mail_server(folder: Path, port: int) -> Iterator[None]:
    controller = Controller(Mailbox(str(folder)), hostname="127.0.0.1", port=port)
    controller.start()
    yield
    controller.stop()


def test_what_a_mail_server_does_not_take_is_sent_once_it_does(server: Server, tmp_path: Path) -> None:
    port = free_port("127.0.0.1", 30_000 + os.getpid() % 10_000)
    post(server, f"mailto://127.0.0.1:{port}?from=duban@duban.test&to=officer@duban.test")
    server.apply()
    assert server.tick("1.01").name == "🟢绿灯 0/7 2024-04-01"
    refused = notice(server)
    assert refused.delivery is Delivery.RETRYING
    assert "refused" in refused.outcome
    with mail_server(tmp_path / "mail", port):
        server.patrol()
        assert not list((tmp_path / "mail" / "new").iterdir()), "it is not time yet"
        server.bureau.at("2024-04-01 09:06")
        server.patrol()
        server.patrol()
    (mail,) = (tmp_path / "mail" / "new").iterdir()
    assert "X-Duban-Letter" in mail.read_text()
    assert notice(server).delivery is Delivery.SENT


@contextmanager
def version(stack: Stack, number: str) -> Iterator[None]:
    """The ledger as a newer duban left it."""
    url = make_url(stack.addresses.ledger).set(drivername="postgresql", username="ledger_owner").render_as_string()
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT version_num FROM ledger_version").fetchone()
        connection.execute("UPDATE ledger_version SET version_num = %s", (number,))
        try:
            yield
        finally:
            connection.execute("UPDATE ledger_version SET version_num = %s", row)


def test_a_ledger_of_a_newer_version_is_not_touched(server: Server, stack: Stack) -> None:
    server.apply()
    server.tick("1.01")
    with version(stack, "9999"):
        run = server.tick("1.01")
        told = duban(stack, "sign", "new-road/draft", "--as", "roads-officer")
    assert run.state is not None
    assert run.state.name == "Failed"
    for words in (str(run.state.message), told.stderr):
        assert "its schema is version 9999, and this duban knows versions up to" in words
        assert "Upgrade duban here" in words
    assert told.returncode == Exit.LEDGER
    assert server.tick("1.01").name == "🟢绿灯 0/7 2024-04-01"
