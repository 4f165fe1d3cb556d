"""The embedded stack with a real Prefect server and worker."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import psutil
import psycopg
import pytest

from deployments.stack import pulse, run_folder
from deployments.stack.children import StackError, marked
from deployments.stack.server import host_and_port
from deployments.stack.stack import Stack, StackSettings
from duban.adapters.files import wider
from duban.settings import SETTINGS_VARIABLE
from tests.bureau_folder import make_bureau
from tests.deployments.earlier import earlier_cluster
from tests.processes import command_of

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

PORT = 10_000 + os.getpid() % 10_000
WATCHER = """
import os, sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        with open(os.environ["WATCHED"], "a") as file:
            file.write(repr(arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]) + "\\n")
sys.addaudithook(watch)
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Chinese and a space in its path, as offices have them."""
    return tmp_path_factory.mktemp("stack") / "市 优化办"


@pytest.fixture(scope="module")
def base_env(base: Path) -> dict[str, str]:
    """An environment with a home of its own, foreign settings, and Python processes that note where they connect."""
    (base / "home").mkdir(parents=True)
    (base / "watcher").mkdir()
    make_bureau(base / "bureau", "stack")
    (base / "watcher" / "sitecustomize.py").write_text(WATCHER)
    return {
        "PATH": os.defpath,
        "HOME": str(base / "home"),
        SETTINGS_VARIABLE: str(base / "bureau" / "config" / "duban.toml"),
        "PYTHONPATH": str(base / "watcher"),
        "WATCHED": str(base / "connections"),
        "HTTP_PROXY": "http://192.0.2.1:3128",
        "PREFECT_API_URL": "http://192.0.2.1/api",
        "PGHOST": "192.0.2.1",
    }


@pytest.fixture(scope="module")
def stack(base: Path, base_env: dict[str, str]) -> Iterator[Stack]:
    with Stack(StackSettings(base / "var", port=PORT, desk=PORT + 50, json_logs=True), base_env) as stack:
        yield stack


def request(stack: Stack, method: str, path: str, body: object = None) -> tuple[int, str]:
    connection = HTTPConnection(*host_and_port(stack.addresses.api), timeout=20)
    try:
        connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def eventually(true: Callable[[], object], within: float = 60) -> None:
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, "did not come true in time"
        time.sleep(0.1)


def pool_status(stack: Stack) -> str | None:
    """What the server says of the pool; nothing while it does not answer (its database is being started)."""
    status, answer = request(stack, "GET", "/api/work_pools/duban")
    return str(json.loads(answer)["status"]) if status == 200 else None


def test_pages_and_api_are_served(stack: Stack) -> None:
    page = stack.addresses.ui.removeprefix(stack.addresses.api.removesuffix("/api"))
    status, text = request(stack, "GET", f"{page}/")
    assert (status, "<title>Prefect Server</title>" in text) == (200, True)
    settings = json.loads(request(stack, "GET", "/ui-settings")[1])
    assert (settings["api_url"], settings["default_ui"]) == ("/api", "v2")


def test_all_that_it_leaves_is_for_its_account_alone(stack: Stack) -> None:
    """Whatever the umask it was started with; its database's folder has an owner of its own."""
    assert [path for path in (stack.var / "run").iterdir() if path.is_file()]
    assert wider(stack.var) == []


def test_a_worker_serves_the_pool(stack: Stack) -> None:
    eventually(lambda: pool_status(stack) == "READY")


def test_addresses_are_told_and_a_second_stack_refused(stack: Stack, base_env: dict[str, str]) -> None:
    assert run_folder.running(stack.var) == stack.addresses
    with pytest.raises(StackError, match="A stack already runs"):
        Stack(stack.settings, base_env).start()
    assert run_folder.running(stack.var) == stack.addresses


def test_a_killed_server_and_worker_are_started_again(stack: Stack) -> None:
    eventually(lambda: pool_status(stack) == "READY")
    victims = [process for process in marked(stack.var) if "prefect" in command_of(process)]
    for process in victims:
        with suppress(psutil.NoSuchProcess):  # it went with the one it belongs to
            process.kill()
    started: list[str] = []
    eventually(lambda: len(started.extend(stack.tend()) or started) == 2)
    assert sorted(started) == ["server", "worker"]
    eventually(lambda: request_or_none(stack, "GET", "/api/health") == 200)


def desk_answers(stack: Stack) -> bool:
    connection = HTTPConnection(*host_and_port(stack.addresses.desk), timeout=20)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().read() == b"ok"
    except OSError:
        return False
    finally:
        connection.close()


def test_the_desk_answers_and_a_killed_one_is_started_again(stack: Stack) -> None:
    eventually(lambda: desk_answers(stack))
    assert stack.environment()["DUBAN_DESK"] == stack.addresses.desk
    stack._children["desk"].kill()
    eventually(lambda: "desk" in stack.tend())
    eventually(lambda: desk_answers(stack))


def test_a_server_that_hangs_is_replaced(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "EVERY", 0.2)
    monkeypatch.setattr(pulse, "SILENT", 2.0)
    hung = stack._children["server"]
    started: list[str] = []
    asked = stack._signs["server"]
    assert isinstance(asked, pulse.Pulse)
    eventually(lambda: stack.tend() or asked.heard)
    hung.send_signal(signal.SIGSTOP)
    eventually(lambda: started.extend(stack.tend()) or started)
    assert started == ["server"]
    assert hung.poll() == -signal.SIGKILL
    assert stack._children["server"].pid != hung.pid
    eventually(lambda: request_or_none(stack, "GET", "/api/health") == 200)


def request_or_none(stack: Stack, method: str, path: str) -> int | None:
    try:
        return request(stack, method, path, {} if method == "POST" else None)[0]
    except OSError:
        return None


def test_a_killed_database_is_started_again(stack: Stack) -> None:
    for process in marked(stack.var):
        if "-D" in command_of(process) and process.name() == "postgres":
            process.kill()
    eventually(lambda: "postgres" in stack.tend())
    eventually(lambda: request_or_none(stack, "POST", "/api/variables/filter") == 200)


def test_nothing_leaves_the_machine(stack: Stack, base: Path) -> None:
    eventually(lambda: pool_status(stack) == "READY")
    local = ("'127.0.0.1'", "('127.0.0.1'", "'localhost'", "('localhost'", "'::1'", "('::1'", "'/", "None")
    lines = set((base / "connections").read_text().splitlines())
    assert any("127.0.0.1" in line for line in lines), "the watcher saw nothing"
    assert not {line for line in lines if not line.startswith(local)}


def test_the_home_of_the_user_is_left_alone(stack: Stack, base: Path) -> None:
    assert not list((base / "home").iterdir())


def test_figures_are_served_beside_it_and_tell_of_its_worker(stack: Stack) -> None:
    eventually(lambda: pool_status(stack) == "READY")
    host, port = host_and_port(stack.start_metrics("127.0.0.1", PORT + 90).removesuffix("/metrics"))

    def served() -> str:
        connection = HTTPConnection(host, port, timeout=20)
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()
        except OSError:
            return ""
        finally:
            connection.close()

    eventually(lambda: 'duban_scrape_error{source="prefect"} 0.0' in served())
    found = served()
    assert 'duban_scrape_error{source="ledger"} 0.0' in found
    workers = re.search(r'duban_workers\{pool="duban"\} (\d+)', found)
    assert workers
    assert int(workers[1]) >= 1  # one that was killed a moment ago still counts
    assert 'duban_ledger_entries{plan="stack"} 0.0' in found
    stack._children["metrics"].kill()
    eventually(lambda: "metrics" in stack.tend())
    eventually(served)


def test_every_part_logs_an_object_a_line_where_the_office_wants_it(stack: Stack) -> None:
    """Whatever has happened to them in the tests before this one."""
    eventually(lambda: pool_status(stack) == "READY" and desk_answers(stack))
    parts = {"server", "worker", "desk", "metrics"}
    logs = {part: (stack.var / "log" / f"{part}.log").read_text(encoding="utf-8") for part in parts}
    told = {part: [json.loads(line) for line in text.splitlines()] for part, text in logs.items()}
    assert {part: {one["part"] for one in lines} for part, lines in told.items() if lines} == {
        part: {part} for part, lines in told.items() if lines
    }
    assert [one for lines in told.values() for one in lines if not {"time", "level", "message"} <= one.keys()] == []
    assert any("started" in one["message"] for one in told["worker"])
    assert any("Application startup complete" in one["message"] for one in told["desk"])


def test_a_stack_stops_wholly_and_starts_with_its_data(base: Path, base_env: dict[str, str]) -> None:
    settings = StackSettings(base / "again", port=PORT, worker=False)
    with Stack(settings, base_env) as first:
        assert request(first, "POST", "/api/variables/", {"name": "kept", "value": "存"})[0] == 201
    assert not marked(first.var)
    assert run_folder.running(first.var) is None
    with Stack(settings, base_env) as second:
        assert "存" in request(second, "GET", "/api/variables/name/kept")[1]


def test_what_the_first_dubans_server_kept_is_there_after_it_was_brought_over(
    base: Path, base_env: dict[str, str]
) -> None:
    var = base / "earlier"
    var.mkdir()
    told = {name: value for name, value in base_env.items() if not name.startswith(("PREFECT_", "PG", "HTTP"))}
    with earlier_cluster(var.resolve() / "postgres", told) as end:
        told["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = f"postgresql+asyncpg://postgres@/prefect{end}"
        subprocess.run([sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"], env=told, check=True)
        with psycopg.connect(f"postgresql://postgres@/prefect{end}") as connection:
            connection.execute("INSERT INTO variable (name, value) VALUES ('kept', '\"存\"')")
    with Stack(StackSettings(var, port=PORT, worker=False), base_env) as stack:
        assert "存" in request(stack, "GET", "/api/variables/name/kept")[1]
        assert request(stack, "POST", "/api/variables/", {"name": "new", "value": "新"})[0] == 201
        assert request(stack, "POST", "/api/flows/", {"name": "new"})[0] == 201


@contextmanager
def elsewhere(var: Path, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A stack in a process of its own; killed at the end, if it still lives."""
    code = (
        "import os, time; from pathlib import Path; from deployments.stack.stack import Stack, StackSettings\n"
        f"with Stack(StackSettings(Path({str(var)!r}), port={PORT + 50}, worker=False), dict(os.environ)) as stack:\n"
        "    time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], env={**env, "PYTHONPATH": str(Path.cwd())}) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.slow
def test_nothing_outlives_a_stack_killed_outright(base: Path, base_env: dict[str, str]) -> None:
    var = (base / "killed").resolve()
    with elsewhere(var, base_env):
        eventually(lambda: run_folder.running(var))
        assert "postgres" in {process.name() for process in marked(var)}
    eventually(lambda: not marked(var))
    with Stack(StackSettings(var, port=PORT + 50, worker=False), base_env) as stack:
        assert request(stack, "GET", "/api/health")[0] == 200


@pytest.mark.slow
def test_ctrl_c_during_the_start(base: Path, base_env: dict[str, str]) -> None:
    var = (base / "interrupted").resolve()
    with elsewhere(var, base_env) as process:
        eventually((var / "log" / "server.log").exists)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == -signal.SIGINT
    assert not marked(var)


def test_a_server_that_does_not_start_is_told_with_its_log(base: Path, base_env: dict[str, str]) -> None:
    (base / "broken").mkdir()
    (base / "broken" / "prefect.py").write_text("raise SystemExit('broken on purpose')")
    settings = StackSettings(base / "broken" / "var", port=PORT)
    with pytest.raises(StackError, match=r"(?s)The Prefect server ended.*server\.log.*broken on purpose"):
        Stack(settings, {**base_env, "PYTHONPATH": str(base / "broken")}).start()
    assert not marked(settings.var.resolve())
    assert run_folder.running(settings.var) is None


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path, base_env: dict[str, str]) -> None:
    (tmp_path / "var").touch()
    with pytest.raises(StackError, match=r"cannot be used: .* Give the stack a folder"):
        Stack(StackSettings(tmp_path / "var"), base_env).start()
