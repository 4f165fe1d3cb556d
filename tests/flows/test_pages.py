"""What a coordinator sees in a real browser: the plan in its order, lights and steps in Chinese."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright
from prefect.client.orchestration import SyncPrefectClient

from deployments.stack.stack import Stack
from duban.core.deciding.decide import decide
from duban.core.deciding.office import Look
from duban.core.ledger.state import EMPTY
from duban.core.telling.links import initiative_key, patrol_key
from duban.core.telling.patrol_page import PatrolFindings, patrol_page
from duban.settings import load_settings
from duban.wiring import load_office
from tasks.server import publish
from tasks.showing import show_page
from tests.flows.server import Server

pytestmark = [pytest.mark.prefect, pytest.mark.postgres, pytest.mark.browser]

TITLES = ["0.00 巡查", "1.01 新建道路", "1.02 更新收费系统", "2.01 沿路绿化"]
CHROMIUM = shutil.which("chromium")
SHIPPED = Path(__file__).parent.parent.parent / "config" / "duban.toml"
VERSION = "a[href*='/artifacts/artifact/']"
"""The link to one version of a page, of which the last one stands first."""

HEIGHTS = {1280: 3000, 390: 4000}
"""How high a page may be at the width of a desk's window and of a telephone."""

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
NOWHERE_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


@contextmanager
def browser(**context: Any) -> Iterator[Page]:
    """A page in Chromium; opened once Prefect has been asked, which does not like the event loop it brings."""
    if CHROMIUM is None:
        # What decides here is the machine the tests run on, no setting of duban's.
        assert os.environ.get("CI") != "true", "CI must have Chromium: apt-get install chromium"
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, NOWHERE_ELSE])
        page = chromium.new_page(**context)
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
    assert "🔴红灯 0/7 2024-05-15" in shown
    assert "待启动" in shown
    assert asked - {None} == {"127.0.0.1"}


def test_the_page_of_an_initiative_leads_to_its_runs_and_its_form(server: Server, stack: Stack) -> None:
    server.apply()
    server.tick("1.01")
    with browser() as page:
        page.goto(f"{stack.addresses.ui}/artifacts/key/{initiative_key(server.office.plan, 'new-road')}")
        page.locator(VERSION).first.click()
        page.get_by_role("link", name="运行和填报").click()
        page.get_by_text("1.01 新建道路").first.wait_for()
        assert "沿路绿化" not in page.locator("body").inner_text()


def test_the_patrol_page_leads_to_an_initiative_that_can_be_read(stack: Stack, client: SyncPrefectClient) -> None:
    """The largest initiative of the plan that is shipped, on a day when much of it is late."""
    office = load_office(load_settings(SHIPPED))
    largest, now = office.plan.initiatives["administrative-adjudication"], datetime(2024, 6, 3, 9, tzinfo=office.zone)
    look = Look(office, largest, {}, now)
    decision = decide(look, EMPTY)
    show_page(look, decision, news=True)
    publish(patrol_key(office.plan), patrol_page(PatrolFindings(office, now, (), (), {}, [decision.summary])), "巡查")
    with browser() as page:
        for width, height in HEIGHTS.items():
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{stack.addresses.ui}/artifacts/key/{patrol_key(office.plan)}")
            page.locator(VERSION).first.click()
            page.get_by_role("heading", name="须先处理的举措").wait_for()
            assert narrowest(page) >= 4
            page.get_by_role("link", name=f"2.03 {largest.title}").first.click()
            page.wait_for_url(f"**/v2/artifacts/key/{initiative_key(office.plan, largest.id)}")
            page.get_by_text(f"2.03 {largest.title}").first.wait_for()
            page.locator(VERSION).first.click()
            page.get_by_role("img", name="进度图").wait_for()
            page.get_by_role("heading", name=f"2.03 {largest.title}").wait_for()
            page.wait_for_function("document.querySelector('.prose img').naturalWidth > 0")
            assert narrowest(page) >= 4
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert page.evaluate("document.documentElement.scrollHeight") < height
            shown = page.locator(".prose").last.inner_text()
            assert "摸排本区专利侵权纠纷办案力量和案件底数（各区知识产权局 0/16）" in shown
            assert "须先处理" in shown
            page.get_by_role("link", name="巡查").click()
            page.wait_for_url(f"**/artifacts/key/{patrol_key(office.plan)}")
        page.goto(f"{stack.addresses.ui}/artifacts")
        page.get_by_text(f"2.03 {largest.title}").first.wait_for()


def narrowest(page: Page) -> float:
    """The width of the narrowest cell of a table, in letters."""
    width = "parseFloat(getComputedStyle(cell).width) / parseFloat(getComputedStyle(cell).fontSize)"
    return float(page.evaluate(f"Math.min(...[...document.querySelectorAll('.prose td')].map(cell => {width}))"))
