"""The whole way of a matter in a real browser without its scripts, and by the keyboard alone.

Signed for, reported, handed in with a PDF, sent back, handed in again, approved: by links of letters, on a telephone.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any, Protocol

import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as NotInTime

from duban.core.access.doors import SESSION
from duban.core.ledger.entries import EntryKind
from duban.desk.passes import new_pass
from duban.desk.sessions import COOKIE
from tests.cli.conftest import Bureau
from tests.desk.conftest import Office, open_office
from tests.flows.test_pages import browser

pytestmark = pytest.mark.browser

OFFICER, HEAD = "protection-officer", "protection-head"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def office(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The small bureau, whose head alone reads what comes to the head's mailbox."""
    file = bureau.config / "directory.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("title: 保护处处长,", "title: 保护处处长, personal: true,"), encoding="utf-8")
    with open_office(bureau, monkeypatch, "2024-04-01 09:00", "2024-04-02 09:00") as opened:
        yield opened


class Hands(Protocol):
    """How somebody does what a page asks for."""

    def choose(self, page: Page, act: str) -> None: ...

    def fill(self, page: Page, field: str, text: str) -> None: ...

    def upload(self, page: Page, field: str, name: str) -> None: ...

    def press(self, page: Page, words: str) -> None: ...


def pdf(name: str) -> Any:
    return {"name": name, "mimeType": "application/pdf", "buffer": PDF}


class Finger:
    """Whoever touches what is seen."""

    def choose(self, page: Page, act: str) -> None:
        page.check(f"#act-{act}")

    def fill(self, page: Page, field: str, text: str) -> None:
        page.fill(f"[id='{field}']", text)

    def upload(self, page: Page, field: str, name: str) -> None:
        page.set_input_files(f"[id='{field}']", pdf(name))

    def press(self, page: Page, words: str) -> None:
        page.get_by_role("button", name=words).click()


FOCUSED = """() => {
  const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
  const text = here === document.body ? "" : here.innerText || here.value || "";
  const seen = parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none" && box.width > 0;
  return [here.id, text, seen];
}"""


class Keyboard:
    """Whoever has nothing but keys, and sees where they are."""

    def choose(self, page: Page, act: str) -> None:
        """To the choices, and by arrows among them, which choose as they go."""
        name, _ = self._to(page, lambda name, text: name.startswith("act-"))
        page.keyboard.press("Space")
        first = name
        while name != f"act-{act}":
            page.keyboard.press("ArrowDown")
            name, _, seen = page.evaluate(FOCUSED)
            assert seen, "one sees where one is"
            assert name != first, f"{act} is not among the choices"

    def fill(self, page: Page, field: str, text: str) -> None:
        self._to(page, lambda name, _: name == field)
        page.keyboard.type(text)

    def upload(self, page: Page, field: str, name: str) -> None:
        self._to(page, lambda found, _: found == field)
        for longest in (10_000, 10_000, 60_000):  # a browser with much to do overhears a key: one presses again
            with suppress(NotInTime):
                with page.expect_file_chooser(timeout=longest) as chosen:
                    page.keyboard.press("Space")
                chosen.value.set_files(pdf(name))
                return
        raise AssertionError(f"{field} opens no window to choose a file in")

    def press(self, page: Page, words: str) -> None:
        self._to(page, lambda _, text: words in text)
        page.keyboard.press("Enter")

    def _to(self, page: Page, wanted: Callable[[str, str], bool]) -> tuple[str, str]:
        for _ in range(80):
            name, text, seen = page.evaluate(FOCUSED)
            if wanted(name, text):
                assert seen, "one sees where one is"
                return name, text
            page.keyboard.press("Tab")
        raise AssertionError(f"no way by the keyboard on {page.url}")


def answer(hands: Hands, page: Page, address: str, act: str, *, name: str, file: str = "", **typed: str) -> None:
    """Answer a matter by its link: choose, fill in, read over, confirm."""
    page.goto(address)
    hands.choose(page, act)
    if file:
        hands.upload(page, f"{act}.files", file)
    for field, text in typed.items():
        hands.fill(page, f"{act}.{field}", text)
    hands.fill(page, "name", name)
    hands.press(page, "下一步")
    page.get_by_text("您将以").wait_for()
    hands.press(page, "确认")
    page.get_by_role("heading", name="已记入台账").wait_for()


def go_the_way(office: Office, page: Page, hands: Hands) -> None:
    def link(post: str) -> str:
        return f"{office.settings.desk_address}{office.links(post)[0]}"

    first = link(OFFICER)
    answer(hands, page, first, "sign", name="王小明")
    answer(hands, page, first, "report", name="王小明", progress="60", remaining="2", reason="初稿已成")
    answer(hands, page, first, "submit", name="王小明", file="方案.pdf", evidence="方案送审稿")
    office.patrol("2024-04-03 09:00")
    answer(hands, page, link(HEAD), "return", name="李处长", reason="请补充举报处理机制")
    office.patrol("2024-04-04 09:00")
    answer(
        hands, page, link(OFFICER), "submit", name="王小明", file="修改稿.pdf", evidence="方案送审稿", reason="已补充"
    )
    office.patrol("2024-04-05 09:00")
    office.patrol("2024-04-08 09:00")
    answer(hands, page, link(HEAD), "approve", name="李处长", reason="同意")


ACTS = ("signed", "reported", "submitted", "returned", "submitted", "approved")


def test_the_whole_way_needs_no_script(office: Office) -> None:
    with phone(scripts=False) as page:
        page.goto(f"{office.settings.desk_address}/in")
        assert page.evaluate("typeof window.duban") == "undefined"
        go_the_way(office, page, Finger())
    acts_are_stored(office)


def test_a_keyboard_alone_suffices_for_the_whole_way(office: Office) -> None:
    with phone(scripts=True) as page:
        go_the_way(office, page, Keyboard())
    acts_are_stored(office)


def test_a_keyboard_leads_from_what_waits_to_its_matter(office: Office) -> None:
    with phone(scripts=True) as page:
        token = new_pass(office.here.door, SESSION, "service-officer", 3600)
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": office.settings.desk_address}])
        page.goto(f"{office.settings.desk_address}/")
        Keyboard().press(page, "培训人次")
        page.wait_for_url("**/m/training/attendance")


def phone(*, scripts: bool) -> AbstractContextManager[Page]:
    return browser(viewport=PHONE, java_script_enabled=scripts)


def acts_are_stored(office: Office) -> None:
    acts = [entry for entry in office.entries("cosmetics") if entry.kind in ACTS]
    assert [entry.kind for entry in acts] == list(map(EntryKind, ACTS))
    assert {entry.actor for entry in acts} == {OFFICER, HEAD}
    handed = [entry.data["evidence"][0] for entry in acts if entry.kind is EntryKind.SUBMITTED]
    assert [line.partition("　")[0] for line in handed] == ["方案.pdf", "修改稿.pdf"]
