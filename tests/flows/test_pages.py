"""What a coordinator sees in a real browser: the plan in its order, lights and steps in Chinese."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from deployments.stack import Stack
from tests.flows.server import Server

pytestmark = [pytest.mark.prefect, pytest.mark.postgres, pytest.mark.browser]

TITLES = ["0.00 巡查", "1.01 新建道路", "1.02 更新收费系统", "2.01 沿路绿化"]
CHROMIUM = shutil.which("chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
NOWHERE_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


@contextmanager
def browser() -> Iterator[Page]:
    """A page in Chromium; opened once Prefect has been asked, which does not like the event loop it brings."""
    if CHROMIUM is None:
        # What decides here is the machine the tests run on, no setting of duban's.
        assert os.environ.get("CI") != "true", "CI must have Chromium: apt-get install chromium"
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, NOWHERE_ELSE])
        page = chromium.new_page()
        page.set_default_timeout(60_000)
        yield page
        chromium.close()


def test_the_plan_reads_as_a_table_of_contents_and_a_run_as_its_steps(server: Server, stack: Stack) -> None:
    server.apply()
    server.tick("1.01")
    server.bureau.at("2024-05-15 09:00")
    late = server.tick("1.01")
    asked: set[str | None] = set()
    with browser() as page:
        page.on("request", lambda request: asked.add(urlsplit(request.url).hostname))
        page.goto(f"{stack.addresses.ui}/deployments?limit=100&sort=NAME_ASC")
        page.get_by_text(TITLES[-1]).first.wait_for()
        listed = page.locator("body").inner_text()
        page.goto(f"{stack.addresses.ui}/runs/flow-run/{late.id}?tab=TaskRuns")
        page.get_by_text("起草建设方案").first.wait_for()
        page.get_by_text("红灯").first.wait_for()
        shown = page.locator("body").inner_text()
    places = [listed.index(title) for title in TITLES]
    assert places == sorted(places)
    assert "2024-05-15 0/7 🔴红灯" in shown
    assert "待启动" in shown
    assert asked - {None} == {"127.0.0.1"}
