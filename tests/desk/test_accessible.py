"""Every page in a real browser: axe-core finds no serious fault, a telephone's width suffices, and so does a keyboard.

axe-core comes from the npm registry into pytest's cache, and is no part of the project.
"""

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from duban.core.access.doors import SESSION
from duban.core.ledger.entries import EntryKind
from duban.desk.passes import new_pass
from duban.desk.sessions import COOKIE
from tests.desk.conftest import Office
from tests.flows.test_pages import browser

pytestmark = pytest.mark.browser

AXE = "axe-core@4.10.3"
GRAVE = {"serious", "critical"}
WIDTHS = {"telephone": 390, "desk": 1280}
READ = ("/board", "/s/protection", "/units", "/u/protection", "/p/protection-officer", "/i/cosmetics", "/week", "/in")
MINE = ("/", "/sign", "/hand-over?of=protection", "/press", "/m/cosmetics/draft", "/out")


@pytest.fixture(scope="module")
def axe(pytestconfig: pytest.Config) -> str:
    """The text of axe-core, fetched once."""
    folder = pytestconfig.cache.mkdir("axe-core")  # type: ignore[union-attr]  the plugin is there
    script = folder / f"{AXE}.js"
    if not script.exists():
        npm = shutil.which("npm") or "npm"
        told = subprocess.run(
            ["sh", "-c", f"{npm} pack --silent {AXE}"], cwd=folder, check=False, capture_output=True, text=True
        )
        if told.returncode:
            assert "npm" not in os.environ.get("DUBAN_TESTS_NEED", ""), told.stderr
            pytest.skip(f"npm does not give {AXE} here: {told.stderr[-200:]}")
        with tarfile.open(folder / told.stdout.split()[-1]) as package:
            member = package.extractfile("package/axe.min.js")
            assert member is not None
            script.write_bytes(member.read())
    return script.read_text(encoding="utf-8")


@pytest.fixture
def opened(office: Office) -> Iterator[tuple[Office, Page]]:
    """The desk in April, with something late, and a browser that has signed in as the coordinator."""
    office.bureau.ok("sign", "cosmetics/draft", "--as", "protection-officer")
    office.patrol("2024-04-22 10:00")
    with browser() as page:
        yield office, page


def come_as(office: Office, page: Page, post: str) -> None:
    token = new_pass(office.here.door, SESSION, post, 3600)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": office.settings.desk_address}])


def faults(page: Page, axe: str) -> list[str]:
    """What axe finds that is serious or worse: the rule, and where."""
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url}: {one['id']}: {json.dumps([node['html'][:120] for node in one['nodes']], ensure_ascii=False)}"
        for one in found["violations"]
        if one["impact"] in GRAVE
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_has_a_serious_fault_or_is_wider_than_its_window(
    opened: tuple[Office, Page], axe: str, width: str
) -> None:
    office, page = opened
    page.set_viewport_size({"width": WIDTHS[width], "height": 844})
    link, found, said, asked = office.links("protection-officer")[0], list[str](), list[str](), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    for place in (*READ, link, *MINE):
        if place == MINE[0]:
            come_as(office, page, "coordinator")
        page.goto(f"{office.settings.desk_address}{place}")
        found += faults(page, axe)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{place} is {wide} px wider than {WIDTHS[width]}"
    assert found == []
    assert said == [], "nothing is refused by the policy"
    assert [url for url in asked if not url.startswith(office.settings.desk_address)] == []


def test_a_keyboard_suffices_to_sign_and_one_sees_where_one_is(opened: tuple[Office, Page]) -> None:
    office, page = opened
    come_as(office, page, "service-officer")
    page.goto(f"{office.settings.desk_address}/")
    _to(page, "培训人次")
    page.keyboard.press("Enter")
    page.wait_for_url("**/m/training/attendance")
    _to(page, "act-sign", by="id")
    page.keyboard.press("Space")
    _to(page, "name", by="id")
    page.keyboard.type("王小明")
    page.keyboard.press("Enter")
    page.get_by_text("您将以").wait_for()
    _to(page, "确认签收")
    page.keyboard.press("Enter")
    page.get_by_text("已记入台账").first.wait_for()
    assert [one.actor for one in office.entries("training") if one.kind is EntryKind.SIGNED] == ["service-officer"]


FOCUSED = """() => {
  const here = document.activeElement, style = getComputedStyle(here);
  const text = here === document.body ? "" : here.innerText || here.value || "";
  return [text, here.id, parseFloat(style.outlineWidth), style.outlineStyle];
}"""


def _to(page: Page, wanted: str, by: str = "text") -> None:
    """Press Tab, or an arrow among choices, until what is wanted has the focus, which is seen wherever it is."""
    for _ in range(60):
        text, name, width, style = page.evaluate(FOCUSED)
        if wanted in (name if by == "id" else text):
            assert width >= 2, "one sees where one is"
            assert style != "none"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way by the keyboard to {wanted}")


def test_what_is_pressed_by_a_finger_is_large_enough(opened: tuple[Office, Page]) -> None:
    office, page = opened
    page.set_viewport_size({"width": 390, "height": 844})
    come_as(office, page, "coordinator")
    small = """() => [...document.querySelectorAll(
        "nav a, button, .button, summary, select, input[type=text], .todo a, .act > label")]
      .map(one => [one.innerText || one.id, one.getBoundingClientRect()])
      .filter(([_, box]) => box.height > 0 && box.height < 43.5).map(([name, box]) => `${name}: ${box.height}`)"""
    for place in ("/board", "/i/cosmetics", "/units", "/", "/sign", "/press", "/m/cosmetics/draft"):
        page.goto(f"{office.settings.desk_address}{place}")
        assert page.evaluate(small) == [], place


def test_a_light_is_told_by_its_shape_and_its_word(opened: tuple[Office, Page]) -> None:
    office, page = opened
    page.goto(f"{office.settings.desk_address}/board")
    lights = page.locator(".light").all_inner_texts()
    assert {one.strip() for one in lights} <= {"■ 红灯", "◆ 橙灯", "▲ 黄灯", "● 绿灯", "○ 不亮灯"}
    assert "■ 红灯" in {one.strip() for one in lights}
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.light')).backgroundColor") == "rgba(0, 0, 0, 0)"
