"""A server that asks for a password: who gets in, who does not, and that everything of the stack's own goes on."""

import asyncio
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import websockets
from playwright.sync_api import sync_playwright

from deployments.stack.children import StackError, marked
from deployments.stack.password import CLIENT_VARIABLE, SERVER_VARIABLE, authorization, keep_password, password_file
from deployments.stack.server import host_and_port
from deployments.stack.stack import Stack, StackSettings
from duban.settings import SETTINGS_VARIABLE
from tests.bureau_folder import BureauFolder, make_bureau
from tests.deployments.test_stack import eventually
from tests.flows.test_pages import CHROMIUM, NOWHERE_ELSE, QUIET
from tests.processes import command_of

PORT = 30_000 + os.getpid() % 10_000
DUBAN = [sys.executable, "-c", "from duban.cli import main; main()"]
FOREIGN = {"Origin": "http://elsewhere.example"}


class TestPassword:
    def test_one_is_made_and_kept(self, tmp_path: Path) -> None:
        keep_password(tmp_path, None)
        made = password_file(tmp_path).read_text()
        assert len(made) >= 32
        keep_password(tmp_path, None)
        assert password_file(tmp_path).read_text() == made
        keep_password(tmp_path, "office:own")
        assert password_file(tmp_path).read_text() == "office:own"
        assert stat.S_IMODE(password_file(tmp_path).stat().st_mode) == 0o600
        assert stat.S_IMODE(password_file(tmp_path).parent.stat().st_mode) == 0o700

    def test_what_prefect_cannot_compare_is_refused(self, tmp_path: Path) -> None:
        for own in ("口令", "two\nlines"):
            with pytest.raises(StackError, match=SERVER_VARIABLE):
                keep_password(tmp_path, own)
        assert not password_file(tmp_path).exists()


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> BureauFolder:
    return make_bureau(tmp_path_factory.mktemp("locked"), "locked")


@pytest.fixture(scope="module")
def stack(bureau: BureauFolder) -> Iterator[Stack]:
    env = {"PATH": os.defpath, "HOME": str(bureau.root), SETTINGS_VARIABLE: str(bureau.settings)}
    with Stack(StackSettings(bureau.var, port=PORT, locked=True), env) as stack:
        yield stack


@pytest.fixture
def password(stack: Stack) -> str:
    return password_file(stack.var).read_text()


def asked(stack: Stack, password: str, method: str = "GET", path: str = "/api/flows/count", **headers: str) -> Any:
    connection = HTTPConnection(*host_and_port(stack.addresses.api), timeout=20)
    try:
        connection.request(method, path, "{}", {"Content-Type": "application/json"} | authorization(password) | headers)
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


ENDED = """from prefect.client.orchestration import get_client
with get_client(sync_client=True) as client:
    print(sum(run.state.is_final() for run in client.read_flow_runs() if run.deployment_id))"""


def ended(stack: Stack) -> int:
    """How many runs of deployments have ended."""
    told = stack.environment()
    done = subprocess.run([sys.executable, "-c", ENDED], env=told, capture_output=True, text=True, check=True)
    return int(done.stdout)


def duban(bureau: BureauFolder, *words: str, **told: str) -> tuple[int, str]:
    env = {"PATH": os.defpath, "HOME": str(bureau.root), SETTINGS_VARIABLE: str(bureau.settings), **told}
    done = subprocess.run([*DUBAN, *words], cwd=bureau.root, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.prefect
@pytest.mark.postgres
class TestServer:
    def test_nobody_is_let_in_without_it(self, stack: Stack, password: str) -> None:
        statuses = [asked(stack, said, "POST").status for said in ("", "wrong", password[:-1], password)]
        assert statuses == [401, 401, 401, 200]

    @pytest.mark.parametrize("path", ["events/in", "events/out", "logs/out"])
    def test_no_stream_either(self, stack: Stack, password: str, path: str) -> None:
        url = stack.addresses.api.replace("http://", "ws://") + f"/{path}"

        async def answer(token: str) -> str:
            async with websockets.connect(url, subprotocols=[websockets.Subprotocol("prefect")]) as stream:
                await stream.send(json.dumps({"type": "auth", "token": token}))
                return str(json.loads(await stream.recv())["type"])

        async def unnamed() -> None:
            async with websockets.connect(url):
                pass

        assert asyncio.run(answer(password)) == "auth_success"
        with pytest.raises(websockets.ConnectionClosed):
            asyncio.run(answer("wrong"))
        with pytest.raises(websockets.InvalidStatus):
            asyncio.run(unnamed())

    def test_pages_of_others_are_told_nothing(self, stack: Stack, password: str) -> None:
        preflight = {**FOREIGN, "Access-Control-Request-Method": "POST"}
        for answer in (
            asked(stack, password, "POST", **FOREIGN),
            asked(stack, "", "POST", **FOREIGN),
            asked(stack, "", "OPTIONS", **preflight),
        ):
            assert answer.headers["access-control-allow-origin"] is None

    def test_commands_worker_and_patrol_know_it_by_themselves(self, stack: Stack, bureau: BureauFolder) -> None:
        assert duban(bureau, "apply")[0] == 0
        code, said = duban(bureau, "patrol")
        assert (code, "启动3项举措" in said) == (0, True), said
        eventually(lambda: ended(stack) == 3)
        code, said = duban(bureau, "doctor", "--json")
        levels = {one["check"]: one["level"] for one in json.loads(said)["findings"]}
        assert {levels[check] for check in ("server", "worker", "deployments")} == {"ok"}, said
        assert "Hearing the server's events" in (stack.var / "log" / "worker.log").read_text()
        assert "not heard" not in (stack.var / "log" / "worker.log").read_text()

    def test_it_is_told_nowhere(self, stack: Stack, password: str) -> None:
        """Not by what lies in the folder, nor by the arguments of processes, which other accounts see."""
        told = [
            file
            for part in ("log", "run", "mail", "prefect")
            for file in (stack.var / part).rglob("*")
            if file.is_file() and password.encode() in file.read_bytes()
        ]
        assert told == []
        assert not [process for process in marked(stack.var) if password in " ".join(command_of(process))]

    def test_an_offices_own_server_is_told_it_by_a_variable(
        self, stack: Stack, bureau: BureauFolder, password: str
    ) -> None:
        elsewhere = make_bureau(bureau.root / "elsewhere", "locked")
        api = {"PREFECT_API_URL": stack.addresses.api}
        code, said = duban(elsewhere, "patrol", **api)
        assert (code, f"要求另一个密码；设置 {CLIENT_VARIABLE}" in said) == (6, True)
        assert duban(elsewhere, "patrol", **api, **{CLIENT_VARIABLE: "wrong"})[0] == 6
        code, said = duban(elsewhere, "patrol", **api, **{CLIENT_VARIABLE: password})
        assert code == 0, said

    def test_the_browser_asks_for_it(self, stack: Stack, password: str) -> None:
        if CHROMIUM is None:
            pytest.skip("no Chromium on this machine: apt-get install chromium")
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, NOWHERE_ELSE])
            for pages in (stack.addresses.ui, stack.addresses.ui.removesuffix("/v2")):
                page = chromium.new_context().new_page()
                page.set_default_timeout(60_000)
                page.goto(f"{pages}/deployments")
                page.locator("input[type=password]").fill(password)
                page.keyboard.press("Enter")
                page.get_by_text("2024 1.01 新建道路").first.wait_for()
            chromium.close()


@pytest.mark.prefect
@pytest.mark.postgres
def test_an_offices_own_password_is_used_and_kept_over_a_start(tmp_path: Path) -> None:
    env = {"PATH": os.defpath, "HOME": str(tmp_path)}
    settings = StackSettings(tmp_path / "var", port=PORT + 10, worker=False, locked=True)
    with Stack(settings, {**env, SERVER_VARIABLE: "office:own", CLIENT_VARIABLE: "another"}) as stack:
        assert asked(stack, "office:own", "POST").status == 200
    with Stack(settings, env) as stack:
        assert [asked(stack, said, "POST").status for said in ("", "another", "office:own")] == [401, 401, 200]
    shutil.rmtree(tmp_path / "var" / "secrets")
