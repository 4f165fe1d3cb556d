"""A matter's way by the desk alone, on the shipped plan: from the letter that hands it out to the run it lets begin.

    python -m tests.acceptance.desk

Nobody touches a shell: letters arrive at a mail server, their links are opened in a browser as wide as a telephone, and
what is done there is seen in the next letter, in Prefect's own interface, and on the board. Under the real clock.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from deployments.stack.password import authorization
from duban.core.ledger.entries import Entry, EntryKind
from tests.acceptance.desk_folder import PLAN, make_desk_office
from tests.acceptance.office import ended
from tests.acceptance.office_stack import OfficeStack
from tests.acceptance.waiting import until
from tests.flows.test_pages import CHROMIUM, NOWHERE_ELSE, QUIET
from tests.receivers import Do, always
from tests.receivers.mail import MailReceiver

EVERY = 10
"""Seconds between two patrols."""

PATIENCE = 120
LOOKING = 300
"""Seconds within which every initiative of the plan has been looked at, on a machine that is busy otherwise too."""

PORT = 50_000 + os.getpid() % 10_000
LINK = re.compile(r"http://127\.0\.0\.1:\d+/l/[\w.-]+")
SIGN_IN = re.compile(r"http://127\.0\.0\.1:\d+/in/\S+")
PHONE = ViewportSize(width=390, height=844)
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
SURVEY, DRAFT = "fair-competition-review/survey", "fair-competition-review/draft"
WAITING = "normative-document-review"
OFFICER, LEADER = "policy-law-officer", "deputy-director-services"
LEADERS_TITLE, SURVEYS_TITLE = "分管服务和规划工作的副局长", "梳理存量政策措施和公平竞争审查薄弱环节"


@dataclass
class Way:
    """What the way came to."""

    pages: int = 0
    acts: int = 0
    refused: list[str] = field(default_factory=list)
    hosts: set[str | None] = field(default_factory=set)

    def __str__(self) -> str:
        return f"desk: {self.pages} pages, {self.acts} acts, {len(self.refused)} refused wrongly"

    @property
    def faults(self) -> tuple[str, ...]:
        """Everything that is not as it should be."""
        strangers = sorted(str(host) for host in self.hosts if host != "127.0.0.1")
        return (*(f"refused: {one}" for one in self.refused), *(f"asked of {host}" for host in strangers))


@dataclass
class People:
    """The people of the office with their letters and a telephone."""

    stack: OfficeStack
    mail: MailReceiver
    page: Page
    way: Way

    def with_another_telephone(self, chromium: Browser) -> "People":
        """The same office, seen on somebody's own telephone."""
        return replace(self, page=telephone(chromium, self.way))

    @property
    def home(self) -> str:
        """The desk's address."""
        return self.stack.addresses.desk

    def board(self) -> str:
        """What stands on the board."""
        self.page.goto(f"{self.home}/board")  # looked at again and again until it turns, and counted as no page
        return self.page.inner_text("main")

    def letter(self, step: str, slip: str, post: str, nth: int = 1) -> str:
        """The link in the nth letter with a slip about a step that has reached somebody."""
        what = f"{slip} about {step} reaches {post}"
        return until(what, lambda: self._link(step, slip, post, nth), PATIENCE)

    def _link(self, step: str, slip: str, post: str, nth: int) -> str | None:
        keys = [key for key in self.mail.accepted if key.startswith(f"{PLAN}/{step}/") and key.endswith(f"/{post}")]
        found = [self.mail.accepted[key].text for key in keys if f"/{slip}" in key]
        links = [links[0] for text in found if (links := LINK.findall(text))]
        return links[nth - 1] if len(links) >= nth else None

    def open(self, address: str) -> None:
        """Open a page; whoever is turned away is told so."""
        answer = self.page.goto(address)
        self.way.pages += 1
        if answer is None or answer.status >= 400:
            self.way.refused.append(f"{urlsplit(address).path.partition('-')[0]}: {self.page.inner_text('main')}")

    def act(self, link: str, act: str, *, name: str, file: str = "", **typed: str) -> None:
        """Answer a matter by its link: choose, fill in, read over, confirm."""
        self.open(link)
        if not self.page.locator(f"#act-{act}").count():
            self.way.refused.append(f"{act} is not offered: {self.page.inner_text('main')[:300]}")
            return
        self.page.check(f"#act-{act}")
        for asked, text in typed.items():
            self.page.fill(f"[name='{act}.{asked}']", text)
        if file:
            self.page.set_input_files(
                f"[name='{act}.files']", {"name": file, "mimeType": "application/pdf", "buffer": PDF}
            )
        self.page.fill("#name", name)
        self.page.wait_for_timeout(1100)  # nobody reads quicker than that, and the desk knows
        self.press("下一步")
        if not self.page.get_by_role("button", name="确认").count():
            self.way.refused.append(f"{act} is not asked to be confirmed: {self.page.inner_text('main')[:300]}")
            return
        self.press("确认")
        if "已记入台账" in self.page.inner_text("main"):
            self.way.acts += 1
        else:
            self.way.refused.append(f"{act}: {self.page.inner_text('main')[:300]}")

    def press(self, words: str) -> None:
        """Press a button, and see where that leads."""
        self.page.get_by_role("button", name=words).click()
        self.page.wait_for_load_state()
        self.way.pages += 1


def live(folder: Path, tell: Callable[[str], None]) -> Way:
    """Go the way; raises AssertionError with what did not happen."""
    with MailReceiver(always(Do.ACCEPT)) as mail, standing(folder, mail) as stack:
        tell(f"duban up --clock real: runs after {stack.up():.0f} s")
        with browser() as chromium:
            way = Way()
            people = People(stack, mail, telephone(chromium, way), way)
            leader = people.with_another_telephone(chromium)
            tell(the_leader_signs_in(leader))
            what = "what is due within two weeks stands on the board"
            until(what, lambda: SURVEYS_TITLE in leader.board(), LOOKING)
            tell(the_officer_signs_and_hands_in(people))
            tell(the_leader_sends_back_and_approves(people))
            tell(what_waited_runs(people, chromium))
            tell(the_board_has_turned(leader))
        way.refused += ended(stack)
        return way


def telephone(chromium: Browser, way: Way) -> Page:
    """A browser as wide as a telephone, which remembers whom it asks."""
    page = chromium.new_context(viewport=PHONE, locale="zh-CN").new_page()
    page.on("request", lambda request: way.hosts.add(urlsplit(request.url).hostname))
    return page


@contextmanager
def standing(folder: Path, mail: MailReceiver) -> Iterator[OfficeStack]:
    """The office, and an end to whatever is left of it afterwards."""
    stack = OfficeStack(make_desk_office(folder, mail, port=PORT, desk=PORT + 100, every=EVERY), plan=PLAN)
    try:
        yield stack
    finally:
        stack.sweep()


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium, which finds nothing but this machine."""
    assert CHROMIUM is not None, "there is no Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, NOWHERE_ELSE])
        yield chromium
        chromium.close()


# Stages --------------------------------------------------------------------------------------------------------------


def the_leader_signs_in(leader: People) -> str:
    """A link comes to the leader's own mailbox, and signs in once."""
    leader.open(f"{leader.home}/in?then=/board")
    leader.page.fill("#post", LEADERS_TITLE)
    leader.press("发送登录链接")
    leader.open(until("the link to sign in comes", lambda: _sign_in_link(leader.mail), PATIENCE))
    leader.page.fill("#name", "王局")
    leader.page.wait_for_timeout(1100)
    leader.press("登录")
    assert urlsplit(leader.page.url).path in ("/", "/board"), leader.page.inner_text("main")
    return "a leader signed in by the link in his own mailbox, and reads the board"


def _sign_in_link(mail: MailReceiver) -> str | None:
    found = [links[0] for got in mail.accepted.values() if (links := SIGN_IN.findall(got.text))]
    return found[-1] if found else None


def the_board_has_turned(leader: People) -> str:
    """What was handed in is gone from what is due, and the page of its initiative counts what is done."""
    until("the board turns", lambda: SURVEYS_TITLE not in leader.board(), PATIENCE)
    leader.open(f"{leader.home}/i/fair-competition-review")
    told = leader.page.inner_text("main")
    assert re.search(r"办结进度\s*2/\d+", told), told[:400]
    return "the board has turned: what was handed in is no longer due, two steps are done"


def the_officer_signs_and_hands_in(people: People) -> str:
    """The letter arrives; its link signs, reports and hands in; the next step's letter comes, and so to the draft."""
    link = people.letter(SURVEY, "assign", OFFICER)
    people.act(link, "sign", name="李明")
    people.act(link, "report", name="李明", progress="60", remaining="2", reason="清单已汇总，正在核对")
    people.act(link, "submit", name="李明", file="存量政策措施清单.pdf", evidence="问题清单")
    link = people.letter(DRAFT, "assign", OFFICER)
    people.act(link, "sign", name="李明")
    people.act(link, "submit", name="李明", file="工作办法征求意见稿.pdf", evidence="公平竞争审查表")
    kinds = [entry.kind for entry in _about(people, DRAFT)]
    assert kinds.count(EntryKind.SUBMITTED) == 1, kinds
    return "an officer signed, reported and handed in two steps with files, by the links of two letters"


def the_leader_sends_back_and_approves(people: People) -> str:
    """The reviewer's letter comes; the draft goes back, comes again, and is approved."""
    people.act(people.letter(DRAFT, "review", LEADER), "return", name="王局", reason="请补充举报处理机制")
    back = people.letter(DRAFT, "return", OFFICER)
    people.act(
        back, "submit", name="李明", file="工作办法修改稿.pdf", evidence="公平竞争审查表", reason="已补充第十二条"
    )
    people.act(people.letter(DRAFT, "review", LEADER, nth=2), "approve", name="王局", reason="同意")
    approved = [entry for entry in _about(people, DRAFT) if entry.kind is EntryKind.APPROVED]
    assert [entry.actor for entry in approved] == [LEADER]
    assert str(approved[0].data["via"]).startswith("desk "), approved[0].data
    return "its reviewer sent a draft back, got it again and approved it, by the links of two letters"


def _about(people: People, step: str) -> list[Entry]:
    initiative, _, name = step.partition("/")
    return [entry for entry in people.stack.entries(initiative) if entry.step == name]


def what_waited_runs(people: People, chromium: Browser) -> str:
    """The run of the initiative that waited appears in Prefect's own interface."""
    number = until("the deployment of what waits", lambda: people.stack.deployment("5.08b").id, PATIENCE)
    password = people.stack.addresses.password()
    window = chromium.new_context(extra_http_headers=authorization(password), viewport={"width": 1280, "height": 900})
    told = authorization(password)["Authorization"].removeprefix("Basic ")
    window.add_init_script(f"localStorage.setItem('prefect-password', '{told}')")
    page = window.new_page()
    page.on("request", lambda request: people.way.hosts.add(urlsplit(request.url).hostname))
    page.goto(f"{people.stack.addresses.ui}/deployments/deployment/{number}")
    page.get_by_text(re.compile(r"[🟢⚪🟡].* \d+/\d+")).first.wait_for(timeout=PATIENCE * 1000)
    people.way.pages += 1
    return "the run of what waited is on the page of its deployment in Prefect"


def main() -> int:
    """Go the way, print what is seen and what it came to; 1 where anything is wrong."""
    with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as folder:
        try:
            way = live(Path(folder), lambda line: print(line, flush=True))  # noqa: T201  its answer
        except AssertionError as wrong:
            print(f"desk: {wrong}", file=sys.stderr)  # noqa: T201  as above
            return 1
    for fault in way.faults:
        print(fault, file=sys.stderr)  # noqa: T201  as above
    print(way)  # noqa: T201  as above
    return 1 if way.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
