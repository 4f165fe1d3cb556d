"""What a coordinator sees in a real browser."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, sync_playwright

from deployments.stack import Stack
from tests.flows.server import Server

pytestmark = [pytest.mark.prefect, pytest.mark.browser]

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
CHROMIUM = shutil.which("chromium")


@contextmanager
def browser() -> Iterator[Page]:
    """A page in Chromium; opened once Prefect has been asked, which does not like the event loop it brings."""
    if CHROMIUM is None:
        assert os.environ.get("CI") != "true", "CI must have Chromium: apt-get install chromium"
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium.new_page()
        chromium.close()


def test_the_plan_reads_as_a_table_of_contents_and_a_run_as_its_steps(server: Server, stack: Stack) -> None:
    server.apply()
    run = server.tick("1.01")
    with browser() as page:
        page.goto(f"{stack.addresses.ui}/deployments?limit=100&sort=NAME_ASC")
        page.get_by_text("1.01 新建道路").first.wait_for(timeout=60_000)
        listed = page.locator("body").inner_text()
        page.goto(f"{stack.addresses.ui}/runs/flow-run/{run.id}?tab=TaskRuns")
        page.get_by_text("起草建设方案").first.wait_for(timeout=60_000)
        shown = page.locator("body").inner_text()
    places = [listed.index(name) for name in ("0.00 巡查", "1.01 新建道路", "1.02 更新收费系统", "2.01 沿路绿化")]
    assert places == sorted(places)
    assert run.name in shown
    assert "待启动" in shown
