"""Every page in a real browser: axe-core finds no serious fault, a telephone's width suffices, and so does a keyboard.

axe-core comes in a package of the tests' own environment.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from duban.adapters.pins import Pins
from duban.core.access.doors import SESSION, SIGN_IN, ListLink
from duban.core.deciding.commands import Verb
from duban.desk.app import make_app
from duban.desk.engine import make_engine
from duban.desk.passes import new_pass
from duban.desk.sessions import COOKIE
from tests.desk.conftest import Office, Person
from tests.desk.conftest import Page as Answer
from tests.desk.test_bulletins import MONTH, name_readers, readers, save, send
from tests.flows.test_pages import browser

__all__ = ["readers"]  # a fixture, which every test here has by itself

pytestmark = pytest.mark.browser

OFFICER, HEAD = "protection-officer", "protection-head"
GRAVE = {"serious", "critical"}
WIDTHS = {"telephone": 390, "desk": 1280}
WEEKLY = "/bulletin?day=2024-04-22&week=true"
EXAMPLES = {
    "/i/{name}": ("/i/cosmetics",),
    "/s/{section}": ("/s/protection",),
    "/u/{name}": ("/u/protection", "/u/service"),
    "/p/{name}": ("/p/protection-officer",),
    "/m/{initiative}/{step}": ("/m/cosmetics/draft", "/m/training/attendance", "/m/cosmetics/publicity"),
    "/hand-over": ("/hand-over?of=protection",),
    "/bulletin": (WEEKLY,),
    "/bulletin/preview": (WEEKLY.replace("?", "/preview?"),),
    "/bulletins/{number}": ("/bulletins/1",),
}
"""Of addresses that name something, of what there is."""

LINKED = re.compile(r"/(?:l|d)/|/in/\{|/done/")
"""Addresses that are in letters, or that an answer leads to: among the states of pages."""

NO_PAGES = re.compile(r"/file/|\.(?:ics|docx|xlsx|svg)$|^/healthz$|/run$")
"""What is downloaded, or leads to Prefect."""


def addresses(office: Office) -> Iterator[str]:
    """All pages that have an address of their own, by the desk's own list."""
    paths = make_app(make_engine(office.settings, office.waking)).openapi()["paths"]
    for path in (path for path, ways in paths.items() if "get" in ways):
        if not LINKED.search(path) and not NO_PAGES.search(path):
            assert "{" not in path or path in EXAMPLES, f"of {path} there is no example to look at"
            yield from EXAMPLES.get(path, (path,))


@pytest.fixture(scope="module")
def axe() -> str:
    """The text of axe-core."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def opened(office: Office) -> Iterator[tuple[Office, Page]]:
    """The desk in April, with something late and a bulletin that went out, and a browser."""
    office.bureau.ok("sign", "cosmetics/draft", "--as", OFFICER)
    office.patrol("2024-04-22 10:00")
    office.bureau.ok("bulletin", "send", "--month", "2024-04", "--as", "coordinator")
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


def amiss(page: Page, axe: str) -> list[str]:
    """The serious faults of the page that is shown, and by how much it is wider than its window, at every width."""
    found = list[str]()
    for width in WIDTHS.values():
        page.set_viewport_size({"width": width, "height": 844})
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [f"{page.url} is {wide} px wider than {width}"] if wide > 0 else []
        found += [f"{fault} at {width} px" for fault in faults(page, axe)]
    return found


@pytest.mark.parametrize("post", ["", "coordinator", OFFICER])
def test_no_page_has_a_serious_fault_or_is_wider_than_its_window(
    opened: tuple[Office, Page], axe: str, post: str
) -> None:
    office, page = opened
    found, said, asked, shown = list[str](), list[str](), list[str](), set[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    if post:
        come_as(office, page, post)
    pages = list(addresses(office))
    for place in pages:
        answer = page.goto(f"{office.settings.desk_address}{place}")
        assert answer is not None
        if answer.status < 400 and (path := urlsplit(page.url).path) not in shown:
            shown.add(path)
            found += amiss(page, axe)
    assert found == []
    if post == "coordinator":
        assert shown == {urlsplit(place).path for place in pages}, "the coordinator sees every page"
    refused = [one for one in said if "status of 4" not in one]  # a page that is not this post's
    assert refused == [], "nothing is refused by the policy"
    assert [url for url in asked if not url.startswith(office.settings.desk_address)] == []


def states(office: Office) -> Iterator[tuple[str, Answer]]:
    """What an answer may lead to: forms with something wrong, what is read over, what is done, and every refusal."""
    coordinator, nobody = office.signed_in("coordinator"), office.person()
    yield from of_batches(coordinator, office.signed_in("service-officer"))
    yield from of_a_matter(office, nobody)
    yield from of_a_judgement(office, nobody, office.signed_in(HEAD))
    yield from of_signing_in(office, nobody)
    yield from of_bulletins(office, coordinator)
    yield "no-page", nobody.open("/nowhere")
    yield "no-matter", coordinator.open("/m/cosmetics/nothing")
    yield "unknown-link", nobody.open(f"/l/1.01-3-{'x' * 22}")
    yield "closed", coordinator.open("/m/cosmetics/draft")


LONG = f"http://oa.example.test/{'a' * 120}"
"""Something typed that has no place to break it."""


def of_a_matter(office: Office, nobody: Person) -> Iterator[tuple[str, Answer]]:
    link = office.links(OFFICER)[0]
    yield "letter", nobody.open(link)
    yield "list", nobody.open(listed(office, date(2024, 4, 22)))
    yield "nothing-chosen", nobody.send(link, nobody.open(link).hidden)
    yield "wrong-fields", nobody.check(link, "submit", {"submit.files": ("方案.exe", b"MZ")}, name="1", evidence="x")
    yield "extension", nobody.check(link, "extend", until="2024-04-30", reason="评审未完")
    handed = nobody.check(link, "submit", {"submit.files": ("方案.pdf", b"%PDF-1.7")}, evidence=LONG, reason=LONG)
    yield "hand-in", handed
    yield "change", nobody.send(link, [*handed.hidden, ("change", "1")])
    yield "foreign-form", nobody.send(f"{link}/do", [*{**dict(handed.hidden), "nonce": "x"}.items()])
    yield "receipt", nobody.confirm(link, handed)


def of_a_judgement(office: Office, nobody: Person, head: Person) -> Iterator[tuple[str, Answer]]:
    office.patrol("2024-04-23 09:00")
    Pins(office.bureau.var).choose(HEAD, "135790")
    link = office.links(HEAD)[0]
    pin = nobody.check(link, "approve", name="李处长")
    yield "pin", pin
    yield "wrong-pin", nobody.send(f"{link}/do", [*pin.hidden, ("pin", "000000")])
    judged = head.check("/m/cosmetics/draft", "return", name="李处长", reason=LONG)
    yield "judgement", judged
    office.act(Verb.APPROVE, HEAD)
    yield "overtaken", head.confirm("/m/cosmetics/draft", judged)
    yield "lapsed", nobody.open(link)
    yield "new-link", nobody.send_plain(f"{link}/new", dict(nobody.open(link).hidden))
    yield "nothing-waits", nobody.open(listed(office, date(2024, 4, 23)))


def of_signing_in(office: Office, nobody: Person) -> Iterator[tuple[str, Answer]]:
    yield "sign-in", nobody.open(signing(office, 600))
    yield "sign-in-unnamed", nobody.send_plain(signing(office, 600), {"name": ""})
    yield "sign-in-over", nobody.open(signing(office, -1))
    yield "sign-in-asked", nobody.send_plain("/in", {"post": "没有的岗位"})
    yield "sign-in-of-nobody", nobody.send_plain("/in", {"post": ""})


def of_batches(coordinator: Person, officer: Person) -> Iterator[tuple[str, Answer]]:
    yield "batch-unticked", coordinator.send("/press", [*coordinator.open("/press").hidden][:1])
    ticked = [*officer.open("/sign").hidden, ("step", "training/attendance"), ("step", "cosmetics/draft")]
    yield "batch-unnamed", officer.send("/sign", ticked)
    yield "batched", officer.send("/sign", [*ticked, ("name", "王小明")])
    yield "batched-again", officer.send("/sign", [*ticked, ("name", "王小明")])
    yield "not-yours", officer.open("/press")
    officer.client.cookies.clear()
    yield "session-over", officer.send("/sign", [*ticked, ("name", "王小明")])


def of_bulletins(office: Office, coordinator: Person) -> Iterator[tuple[str, Answer]]:
    yield "no-bulletins", coordinator.open("/bulletins")
    yield "draft-kept", save(coordinator, then="keep", remarks=LONG)
    yield "draft-refused", save(coordinator, heading=" ")
    preview = save(coordinator, remarks=LONG)
    yield "preview", preview
    yield "preview-unnamed", coordinator.send(f"/bulletin/send{MONTH[9:]}", preview.hidden)
    filed = send(coordinator, preview)
    yield "filed", filed
    correction = f"/bulletin?replaces={filed.response.url.path.rpartition('/')[2]}"
    yield "correction", coordinator.open(correction)
    yield "corrected", send(coordinator, save(coordinator, correction, remarks="特此更正。"), correction)
    yield "replaced", coordinator.open(filed.response.url.path)
    name_readers(office, "")
    yield "no-readers", coordinator.open(WEEKLY.replace("?", "/preview?"))


def show(page: Page, address: str, answer: Answer) -> None:
    """Open in a browser what somebody was answered, as if it came from an address."""
    told = {key: answer.response.headers[key] for key in ("content-type", "content-security-policy")}
    page.route(address, lambda route: route.fulfill(body=answer.response.text, headers=told))
    page.goto(address)


def listed(office: Office, day: date) -> str:
    return office.here.door.to_list(ListLink(OFFICER, day)).removeprefix(office.settings.desk_address)


def signing(office: Office, seconds: int) -> str:
    return f"/in/{new_pass(office.here.door, SIGN_IN, HEAD, seconds)}"


STATUSES = {
    401: {"session-over"},
    403: {"foreign-form", "wrong-pin", "not-yours"},
    404: {"no-page", "no-matter", "unknown-link"},
    409: {"overtaken"},
    410: {"lapsed", "sign-in-over"},
    422: {
        "nothing-chosen",
        "wrong-fields",
        "sign-in-unnamed",
        "sign-in-of-nobody",
        "batch-unticked",
        "batch-unnamed",
        "draft-refused",
        "preview-unnamed",
    },
}
"""Of the states that are refusals; the others are 200."""


def test_no_state_of_a_page_has_a_serious_fault_or_is_wider_than_its_window(office: Office, axe: str) -> None:
    """As the desk answered them, shown in a browser at an address of the desk."""
    office.bureau.ok("sign", "cosmetics/draft", "--as", OFFICER)
    office.patrol("2024-04-22 10:00")
    answers = dict(states(office))
    refused = {name: status for status, names in STATUSES.items() for name in names}
    assert {name: one.status for name, one in answers.items()} == {name: refused.get(name, 200) for name in answers}
    found, said = list[str](), list[str]()
    with browser() as page:
        page.on("console", lambda message: said.append(message.text))
        for name, answer in answers.items():
            show(page, f"{office.settings.desk_address}/shown/{name}", answer)
            found += amiss(page, axe)
            assert page.title(), name
            assert page.locator("h1").count() == 1, name
    assert found == []
    assert said == [], "nothing is refused by the policy"


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
