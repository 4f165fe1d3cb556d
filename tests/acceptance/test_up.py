"""`duban up` as a user runs it: a process of its own, on a small plan, ended by itself or by Ctrl-C."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from urllib.request import ProxyHandler, build_opener

import pytest
from playwright.sync_api import Browser, sync_playwright

from deployments.children import marked
from tests.bureau_folder import BureauFolder, make_bureau

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

PATIENCE = 120.0
LOCAL_ONLY = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
CHROMIUM = shutil.which("chromium")


class Running:
    """A `duban up` on a bureau's folder; what it printed lies in a file."""

    def __init__(self, bureau: BureauFolder, *options: str) -> None:
        self.bureau, self.printed = bureau, bureau.root / "printed"
        with self.printed.open("ab") as output:
            self.process = subprocess.Popen(
                [Path(sys.executable).with_name("duban"), "up", "--pace", "0", *options],
                env={**os.environ, "DUBAN_SETTINGS": str(bureau.settings)},
                cwd=bureau.root,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        return self.printed.read_text(encoding="utf-8")

    @property
    def ui(self) -> str:
        addresses = json.loads((self.bureau.var / "run" / "addresses.json").read_text())
        return str(addresses["ui"])

    def until(self, words: str) -> None:
        """Wait until it has printed something."""
        end = monotonic() + PATIENCE
        while words not in self.text:
            assert self.process.poll() is None, self.text
            assert monotonic() < end, self.text
            sleep(0.2)

    def interrupt(self) -> int:
        """Press Ctrl-C: the whole foreground group hears it; the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(30)


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[BureauFolder]:
    made = make_bureau(tmp_path, "small")
    (made.var / "rehearsal-clock").unlink()  # a rehearsal that has not begun
    with made.settings.open("a", encoding="utf-8") as file:
        file.write(f"\n[stack]\nport = {20_000 + os.getpid() % 10_000}\n")
    yield made
    assert marked(made.var) == [], "processes live on"


@pytest.fixture
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        assert os.environ.get("CI") != "true", "CI must have Chromium: apt-get install chromium"
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=LOCAL_ONLY)
        yield chromium
        chromium.close()


def test_it_ends_by_itself_with_a_summary(bureau: BureauFolder) -> None:
    running = Running(bureau, "--until", "2024-04-02")
    running.until("2024-04-01 周一")
    with build_opener(ProxyHandler({})).open(running.ui, timeout=10) as page:
        assert page.status == 200
    assert running.process.wait(PATIENCE) == 0, running.text
    assert "2024-04-02 周二" in running.text
    assert "推演小结" in running.text
    assert bureau.mails
    assert all("Subject: 【" in mail.read_text(encoding="utf-8") for mail in bureau.mails)


@pytest.mark.browser
def test_interrupted_it_leaves_nothing_running_and_goes_on_where_it_stopped(
    bureau: BureauFolder, browser: Browser
) -> None:
    running = Running(bureau)
    running.until("2024-04-01 周一")
    deployments = browser.new_page()
    deployments.goto(f"{running.ui}/deployments?limit=100&sort=NAME_ASC")
    deployments.get_by_text("0.00 巡查").wait_for(timeout=30_000)
    names = [name for name in deployments.locator("a[href*='/deployments/deployment/']").all_inner_texts() if name]
    numbers = [name.split()[0] for name in names if name[0].isdigit()]
    assert numbers[0] == "0.00"
    assert len(numbers) >= 3
    assert numbers == sorted(numbers)
    assert running.interrupt() == 130, running.text
    assert marked(bureau.var) == []
    again = Running(bureau, "--until", "2024-04-03")
    assert again.process.wait(PATIENCE) == 0, again.text
    days = [line.split()[0] for line in again.text.splitlines() if line.startswith("2024-04-")]
    assert days[-1] == "2024-04-03"
    assert days == sorted(days)
    assert len(days) - len(set(days)) <= 1  # the day that was cut short is begun again
