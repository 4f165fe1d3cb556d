"""`duban up`: one command brings the project's plan to life, Ctrl-C ends it whole, and it goes on where it stopped."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import psutil
import pytest

from deployments.stack.children import marked
from deployments.stack.password import authorization, password_file
from duban.adapters.files import wider
from duban.cli.exits import Exit
from duban.settings import CLOCK_FILE
from tests.bureau_folder import make_bureau

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

ROOT = Path(__file__).parent.parent.parent
DUBAN = Path(sys.executable).with_name("duban")
PORT = 40_000 + os.getpid() % 10_000
DAY = re.compile(r"(\d{4}-\d\d-\d\d) 周")


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder, and an end to whatever still runs for it afterwards."""
    with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as name:
        yield Path(name)
        for process in marked(Path(name) / "var"):
            process.kill()


@pytest.fixture
def office(folder: Path) -> Path:
    """A small bureau whose plan has not begun."""
    bureau = make_bureau(folder, "small")
    (bureau.var / CLOCK_FILE).unlink()
    bureau.file("toll-system").unlink()
    bureau.settings.write_text(f'plan = "small"\n[stack]\nport = {PORT}\n')
    return folder


@pytest.fixture
def shipped(folder: Path) -> Path:
    """The project's own configuration."""
    shutil.copytree(ROOT / "config", folder / "config")
    settings = folder / "config" / "duban.toml"
    settings.write_text(settings.read_text().replace("port = 4200", f"port = {PORT}"))
    return folder


@contextmanager
def up(office: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """`duban up` as somebody starts it in a terminal."""
    environment = {"PATH": os.defpath, "HOME": str(office), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    command = [DUBAN, "up", "--pace", "0", *words]
    with subprocess.Popen(
        command, cwd=office, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:  # whatever was asserted: nobody waits for a stack that nobody ends
            if process.poll() is None:
                process.kill()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What it prints, up to a line with these words."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"{words!r} was never said:\n{said}")


def rest(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.read()


def page(address: str) -> str:
    asked = Request(address, headers={"Accept": "text/html"})  # noqa: S310  the stack's own
    with build_opener(ProxyHandler({})).open(asked, timeout=20) as answer:
        return str(answer.read().decode())


def patrols_under_way(address: str) -> int:
    """How many patrols run at this moment, as the server sees it."""
    which = {"name": {"like_": "巡查"}, "state": {"type": {"any_": ["RUNNING"]}}}
    asked = Request(  # noqa: S310  the stack's own
        f"{address.split('/v2', maxsplit=1)[0]}/api/flow_runs/count",
        json.dumps({"flow_runs": which}).encode(),
        {"Content-Type": "application/json"},
    )
    with build_opener(ProxyHandler({})).open(asked, timeout=20) as answer:
        return int(answer.read())


def days(said: str) -> list[str]:
    return DAY.findall(said)


def test_up_interrupted_and_gone_on_with(office: Path) -> None:
    with up(office, "--until", "2024-04-03") as process:
        said = read_until(process, "Prefect 界面")
        address = re.search(r"(?<=界面：)http://\S+", said)
        assert address is not None
        assert str(PORT) in address[0]
        said += read_until(process, "2024-04-01 周一")
        assert "部署新建 3，更新 0，移除 0，不变 0。" in said
        assert "<title>Prefect Server</title>" in page(address[0])
        ours = marked(office / "var")
        assert {"postgres"} < {one.name() for one in ours}
        while not patrols_under_way(address[0]):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == Exit.INTERRUPTED
        said += rest(process)
    assert "Traceback" not in said
    assert "Crash" not in said
    assert not marked(office / "var")
    assert not psutil.wait_procs(ours, timeout=0)[1]
    assert (office / "var" / CLOCK_FILE).exists()

    with up(office, "--until", "2024-04-03") as process:
        said = rest(process)
        assert process.wait(20) == Exit.FINE, said
    assert "部署新建 0，更新 0，移除 0，不变 3。" in said
    assert days(said) == ["2024-04-02", "2024-04-03"]
    assert "推演小结" in said
    assert re.search(r"通知：.*已送达\d+份", said)
    assert "Traceback" not in said
    assert list((office / "var" / "mail").glob("*/2024-04-0[123]-*.eml"))
    assert not marked(office / "var")
    assert not list(office.glob(".prefect")), "a user's own folder is left alone"


def status(address: str, password: str) -> int:
    """What the server answers to somebody with this password."""
    asked = Request(f"{address}/api/flows/count", b"{}", {"Content-Type": "application/json"} | authorization(password))  # noqa: S310
    try:
        with build_opener(ProxyHandler({})).open(asked, timeout=20) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


@pytest.mark.slow
def test_an_office_is_closed_to_those_without_its_password(office: Path) -> None:
    with up(office, "--clock", "real") as process:
        said = read_until(process, "界面要口令")
        file = password_file(office / "var")
        assert str(file) in said
        address = re.search(r"(?<=界面：)http://[^/]+", said)
        assert address is not None
        assert [status(address[0], word) for word in ("", "guess", file.read_text())] == [401, 401, 200]
        said += read_until(process, "计划运行中")
        assert wider(office / "var") == []
        for words in (("ledger", "seal"), ("backup", "copy"), ("ledger", "verify", "--seals", "var/seals")):
            subprocess.run([DUBAN, *words], cwd=office, env={"PATH": os.defpath, "HOME": str(office)}, check=True)
        assert wider(office / "var") == []
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == Exit.INTERRUPTED
        said += rest(process)
    assert file.read_text() not in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_milestone_starts_what_waits_for_it(shipped: Path) -> None:
    """The survey is complete on 19 April: the fast pre-examination, which waits for it, opens its next step."""
    with up(shipped, "--until", "2024-04-22") as process:
        said = rest(process)
        assert process.wait(20) == Exit.FINE, said
    started = said[said.index("2024-04-19 周五") : said.index("2024-04-22 周一")]
    assert "▶ 前置节点办结，启动" in started
    assert "部署新建 67" in said
    assert len(days(said)) == 20
    assert "Traceback" not in said
    assert not marked(shipped / "var")


def parts(office: Path, part: str) -> list[psutil.Process]:
    """Processes of the stack that are such a part, from the moment they are begun."""
    found = []
    for one in marked(office / "var"):
        with suppress(psutil.NoSuchProcess):
            found += [one] if part in " ".join(one.cmdline()) else []
    return found


@pytest.mark.slow
@pytest.mark.parametrize("part", ["postgres -D", "prefect server start", "prefect worker start", "conducted"])
def test_whatever_is_killed_while_it_starts_is_begun_again(office: Path, part: str) -> None:
    with up(office, "--until", "2024-04-02") as process:
        killed = 0
        while killed < 2:
            assert process.poll() is None, rest(process)
            for one in parts(office, part):
                one.kill()
                killed += 1
                sleep(0.3)
        said = rest(process)
        assert process.wait(20) == Exit.FINE, said
    assert "Traceback" not in said
    assert days(said)[-1] == "2024-04-02"
