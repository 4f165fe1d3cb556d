"""Takes the pictures of README and handbook from a running stack, so that they show what people see.

    make pictures

The shipped plan is rehearsed for some weeks in a temporary folder, the last days of them through Prefect; then a letter
that waits for an answer is opened in the distribution's Chromium, and the pages it leads to are photographed. With a
folder as its argument the rehearsal is kept there, and the next run goes on from it at once.
"""

import argparse
import re
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from deployments.applying import put_in_force
from deployments.rehearsal.conductor import days, people_act
from deployments.stack import postgres
from deployments.stack.stack import Stack, StackSettings
from duban.adapters.clock import FileClock
from duban.adapters.files import private_folder
from duban.core.rehearsing.owners import Owners
from duban.outbox import deliver_due
from duban.settings import (
    CLOCK_FILE,
    CLOCK_VARIABLE,
    DESK_VARIABLE,
    LEDGER_VARIABLE,
    SETTINGS_VARIABLE,
    Settings,
    load_settings,
)
from duban.wiring import Gear, gear, load_profile

ROOT = Path(__file__).parents[1]
PICTURES = Path(__file__).parent / "pictures"

UNTIL = date(2024, 4, 30)
"""The day the pictures are of: some weeks into the shipped plan, when some people are late."""

BEFORE = date(2024, 4, 28)
"""Up to this day the engine alone lives the rehearsal, in minutes; from then on every look is a run of Prefect's."""

WINDOW, LOW_WINDOW, PHONE = (1280, 600), (1280, 450), (390, 844)
"""Width and height of windows, as high as a small picture may be, and of a telephone's screen, in pixels."""

LINK = re.compile(r"http://127\.0\.0\.1:\d+/(?:l|in)/[\w.-]+")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
GROWING = 4000
"""Milliseconds in which the bars of Prefect's page have come and grown."""

REPORTED = "#act-report"
"""What somebody may choose who is at work on a matter."""

PATIENCE = 60
"""Seconds within which a link to sign in comes."""

TOO_QUICK = 1100
"""Milliseconds that a person takes at least to read a form; the desk asks whoever is quicker once more."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A running stack, a browser beside it, and the letter that waits for an answer with its link."""

    stack: Stack
    browser: Browser
    letter: EmailMessage
    link: str

    def page(self, size: tuple[int, int] = PHONE) -> Page:
        """A window of its own."""
        width, height = size
        context = self.browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        return context.new_page()


def letter(seen: Seen) -> Page:
    """The letter as a mail program shows it, as far as its link."""
    page, body = seen.page(), seen.letter.get_body(("html",))
    assert body is not None, "letters have HTML"  # noqa: S101  as mails.py writes them
    page.set_content(body.get_content())
    page.locator(f"a[href='{seen.link}']").evaluate("link => link.scrollIntoView({block: 'end'})")
    return page


def matter(seen: Seen) -> Page:
    """What the letter's link opens."""
    page = seen.page()
    page.goto(seen.link)
    return page


def report(seen: Seen) -> Page:
    """The fields of a report, filled in."""
    page = matter(seen)
    page.check(REPORTED)
    page.fill("[name='report.progress']", "60")
    page.fill("[name='report.remaining']", "6")
    page.fill("[name='report.reason']", "已完成初稿，正在征求各处室意见")
    page.fill("#name", "李明")
    page.get_by_role("button", name="下一步").scroll_into_view_if_needed()
    return page


def confirmation(seen: Seen) -> Page:
    """The report once more in words, before it is stored."""
    page = report(seen)
    page.wait_for_timeout(TOO_QUICK)
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("heading", name="请核对").wait_for()
    return page


def board(seen: Seen, size: tuple[int, int] = LOW_WINDOW) -> Page:
    """The board, at a leader's desk."""
    page = seen.page(size)
    page.goto(f"{seen.stack.addresses.desk}/board")
    return page


def board_on_a_phone(seen: Seen) -> Page:
    """The board, where a phone shows the red first."""
    return board(seen, PHONE)


def mine(seen: Seen) -> Page:
    """What waits for one person, who signs in by a link that comes to their own mailbox."""
    page, post = seen.page(), str(seen.letter["To"]).partition("@")[0]
    page.goto(f"{seen.stack.addresses.desk}/in")
    page.fill("#post", post)
    page.get_by_role("button", name="发送登录链接").click()
    page.get_by_role("heading", name="请查收登录链接").wait_for()
    page.goto(sign_in_link(seen.stack.var / "mail" / post))
    page.fill("#name", "李明")
    page.wait_for_timeout(TOO_QUICK)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{seen.stack.addresses.desk}/")
    return page


def initiative(seen: Seen) -> Page:
    """The initiative that the board puts first."""
    page = board(seen, WINDOW)
    page.locator("article.alarm h3 a").first.click()
    page.locator("#content").wait_for()
    page.evaluate("window.scrollTo(0, 0)")
    return page


def deployments(seen: Seen) -> Page:
    """The plan in Prefect's own interface."""
    page = seen.page(WINDOW)
    page.goto(f"{seen.stack.addresses.ui}/deployments?limit=100&sort=NAME_ASC")
    page.get_by_text("1.05", exact=False).first.wait_for()
    page.locator("rect[class*='fill-state-completed']").first.wait_for(state="attached")
    page.wait_for_timeout(GROWING)
    return page


TAKEN: dict[str, Callable[[Seen], Page]] = {
    "letter": letter,
    "matter": matter,
    "report": report,
    "confirmation": confirmation,
    "board": board,
    "board-phone": board_on_a_phone,
    "mine": mine,
    "initiative": initiative,
    "deployments": deployments,
}
"""Every picture by the name of its file, and the page it is of."""


def main() -> int:
    """Take all pictures; those that are no longer taken are removed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="where the rehearsal is kept; a temporary one without")
    folder: Path | None = parser.parse_args().folder
    with (
        TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as temporary,
        rehearsed(folder or Path(temporary)) as stack,
        chromium() as browser,
    ):
        seen = Seen(stack, browser, *waiting(stack, browser))
        for file in PICTURES.glob("*.png"):
            file.unlink()
        for name, take in TAKEN.items():
            page = take(seen)
            page.screenshot(path=PICTURES / f"{name}.png", animations="disabled", caret="hide")
            page.context.close()
            print(f"docs/pictures/{name}.png")  # noqa: T201  its answer
    return 0


@contextmanager
def rehearsed(folder: Path) -> Iterator[Stack]:
    """A stack on the shipped plan, rehearsed up to the day of the pictures."""
    if not (config := folder / "config").exists():
        shutil.copytree(ROOT / "config", config)
    settings = load_settings(config / "duban.toml")
    private_folder(settings.var)
    told = {SETTINGS_VARIABLE: str(settings.file), CLOCK_VARIABLE: str(settings.var / CLOCK_FILE)}
    wanted, environment = StackSettings(settings.var, desk=settings.desk.port), {**settings.variables, **told}
    with postgres.running(settings.var / "postgres", settings.var / "postgres.log", environment) as cluster:
        link = f"http://{wanted.desk_host}:{wanted.desk}"
        at = {LEDGER_VARIABLE: cluster.psycopg_url(postgres.LEDGER), DESK_VARIABLE: link}
        live(load_settings(settings.file, {**environment, **at}))
    with Stack(wanted, environment) as stack:
        command = [sys.executable, "-m", "deployments.conduct", "--pace", "0", "--until", str(UNTIL)]
        with subprocess.Popen(command, env=stack.environment(), cwd=ROOT) as conductor:  # noqa: S603  ours
            while conductor.poll() is None:
                stack.tend()
                time.sleep(0.5)
        if conductor.returncode:
            raise SystemExit(conductor.returncode)
        yield stack


def live(settings: Settings) -> None:
    """Live the first weeks with the engine alone: the same people and letters, and no runs."""
    clock, owners = FileClock(settings.clock or settings.var / CLOCK_FILE), Owners(load_profile(settings))
    with gear(settings) as at:
        put_in_force(at, rehearsal=True)
    with gear(settings) as at:
        office = at.service.office
        for day in days(office, clock, BEFORE):
            deque(people_act(at.service, owners), maxlen=0)
            look_around(at, owners)
            clock.set(office.at(day, office.policy.digest))
            look_around(at, owners)


def look_around(at: Gear, owners: Owners) -> None:
    """What a patrol does, until nothing is due any more; actions succeed."""
    service = at.service
    while True:
        for name in service.due():
            result = service.tick(name)
            decision = result.decision
            for ref in decision.actions:
                service.start_action(ref)
                service.end_action(ref, "已执行")
            for ref, period in decision.measures:
                value = owners.measured(result.look, decision.state, decision.deadlines, ref)
                service.end_measure(ref, period, value, "推演")
        if not deliver_due(service, at.carrier, at.wording) and not service.due():
            return


@contextmanager
def chromium() -> Iterator[Browser]:
    """The distribution's Chromium, which finds nothing but this machine."""
    if (found := shutil.which("chromium")) is None:
        raise SystemExit("There is no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


def waiting(stack: Stack, browser: Browser) -> tuple[EmailMessage, str]:
    """The newest letter with a link by which work under way is reported, and that link."""
    page = browser.new_page()
    for file in sorted((stack.var / "mail").glob("*/*.eml"), key=lambda file: file.name, reverse=True):
        told = message_from_bytes(file.read_bytes(), policy=default)
        for link in dict.fromkeys(LINK.findall(plain(told))):
            answer = page.goto(link)
            if answer is None or answer.status >= 500:
                raise SystemExit("The desk cannot show its pages; see desk.log in var/log.")
            if page.locator(REPORTED).count():
                page.close()
                return told, link
    raise SystemExit("No letter of the rehearsal waits for a report.")


def sign_in_link(mail: Path) -> str:
    """The link to sign in that has just come to a post."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for file in mail.glob("*.eml"):
            found = LINK.search(plain(message_from_bytes(file.read_bytes(), policy=default)))
            if found and "/in/" in found[0]:
                file.unlink()  # it is good once
                return found[0]
        time.sleep(0.2)
    raise SystemExit(f"No link to sign in has come to {mail}.")


def plain(told: EmailMessage) -> str:
    """The text of a letter."""
    body = told.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


if __name__ == "__main__":
    raise SystemExit(main())
