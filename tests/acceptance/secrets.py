"""A day of an office whose secrets are planted, in which much goes wrong: none of them is told where it should not be.

    python -m tests.acceptance.secrets

Letters go out, by a login that is refused, by a service that fails, by a template that is broken; people answer at the
desk, sign in, mistype their PIN, come by forged links. Then everything that was written anywhere is read through: logs
of every process, both databases with all that Prefect keeps, pages, letters of others, answers of commands.
"""

import os
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import yaml
from psycopg import sql

from deployments.stack.children import marked
from duban.adapters.pins import Pins
from duban.core.ledger.entries import EntryKind
from duban.desk.sessions import COOKIE
from tests.acceptance.office import ended
from tests.acceptance.office_folder import OfficeFolder, make_office
from tests.acceptance.office_stack import OfficeStack
from tests.acceptance.waiting import until
from tests.desk.conftest import LINK, Page, Person
from tests.receivers import Do, always
from tests.receivers.mail import MailReceiver
from tests.receivers.web import SECRET, SERVICES, TOKEN, WebReceiver

EVERY, PATIENCE = 5, 120
"""Seconds: between two patrols, and within which what is waited for comes."""

PORT = 50_000 + os.getpid() % 10_000
OFFICER, LEADER, DOUBTED, CLERK, COORDINATOR = (
    "roads-officer",
    "deputy-director",
    "parks-head",
    "parks-officer",
    "supervision-officer",
)
PIN, WRONG_PIN = "804173920561", "804173920562"
LOGIN = "Geheim-0417"
PERSONAL = {"holder": "张三丰", "mailbox": "zhang.sanfeng", "stated": "李四光明", "reason": "家中老人住院手术"}
TEMPLATE = "return.txt.j2"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
SIGN_IN = re.compile(r"http://127\.0\.0\.1:\d+(/in/\S+)")


@dataclass
class Found:
    """Everything that was written anywhere, by where."""

    texts: dict[str, str] = field(default_factory=dict)

    def within(self, words: dict[str, str], *places: str) -> list[str]:
        """Which of the words stand in texts whose names begin so."""
        texts = {name: text for name, text in self.texts.items() if name.startswith(places)}
        assert texts, f"nothing was found of {places}"
        return [
            f"{word} in {name}: {_around(text, secret)}"
            for name, text in texts.items()
            for word, secret in words.items()
            if secret in text
        ]


def _around(text: str, secret: str) -> str:
    place = text.index(secret)
    return repr(text[max(0, place - 150) : place + len(secret) + 50])


@dataclass
class Day:
    """The office, its receivers, and what was seen of it."""

    stack: OfficeStack
    mail: MailReceiver
    hook: WebReceiver
    robot: WebReceiver
    found: Found = field(default_factory=Found)
    secrets: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def person(self) -> Iterator[Person]:
        """Somebody with a browser."""
        with httpx.Client(
            base_url=self.stack.addresses.desk, follow_redirects=True, timeout=30, trust_env=False
        ) as browser:
            yield Person(browser)

    def saw(self, whose: str, page: Page) -> Page:
        """Keep a page that somebody saw."""
        self.found.texts[f"page/{whose}/{len(self.found.texts)}"] = page.response.text + str(page.response.headers)
        return page

    def link(self, step: str, slip: str, post: str) -> str:
        """The link in the letter with a slip about a step that has come to somebody."""

        def found() -> str | None:
            keys = [key for key in self.mail.accepted if f"/{step}/" in key and f"/{slip}" in key and post in key]
            links = [one for key in keys for one in LINK.findall(self.mail.accepted[key].text)]
            return links[-1] if links else None

        return until(f"{slip} about {step} reaches {post}", found, PATIENCE)

    def unhurried(self, send: Callable[[], Page]) -> Page:
        """What comes of a form that is sent again until it is not too quick."""
        pages = list[Page]()

        def sent() -> bool:
            pages.append(send())
            return pages[-1].status != 409

        until("the form is taken", sent, PATIENCE)
        return pages[-1]


def make(root: Path, mail: MailReceiver, *services: WebReceiver) -> OfficeFolder:
    """The office of the small plan: whose logins, keys, mailboxes and holders are planted."""
    office = make_office(root, mail, port=PORT, every=EVERY)
    file = root / "config" / "directory.yaml"
    told: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    mailbox = f"{PERSONAL['mailbox']}@duban.test"
    channels = {
        OFFICER: [mail.address_of(mailbox)],
        DOUBTED: [mail.address_of("head@duban.test", password=LOGIN), mail.address_of(f"nobody.{mailbox}")],
        CLERK: [*(one.address for one in services), mail.address_of("clerk@duban.test")],
    }
    for post in told["posts"]:
        post["channels"] = channels.get(post["id"], post["channels"])
        if post["id"] == OFFICER:
            post["name"] = PERSONAL["holder"]
        if post["id"] == COORDINATOR:
            post["personal"] = True
    file.write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    with (root / "config" / "duban.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"[desk]\nport = {PORT + 100}\n")
    return office


def live(folder: Path, tell: Callable[[str], None]) -> list[str]:
    """Live the day; whatever was told where it should not be."""
    with (
        MailReceiver(always(Do.ACCEPT)) as mail,
        WebReceiver(SERVICES["webhook"], always(Do.BREAK)) as hook,
        WebReceiver(SERVICES["dingtalk"], always(Do.REFUSE)) as robot,
        standing(make(folder, mail, hook, robot), mail, hook, robot) as day,
    ):
        tell(f"duban up --clock real: runs after {day.stack.up():.0f} s")
        Pins(day.stack.office.var).choose(LEADER, PIN)
        tell(they_answer_and_much_goes_wrong(day))
        tell(the_coordinator_signs_in(day))
        tell(letters_are_refused(day))
        tell(commands_answer(day))
        read_what_runs(day)
        wrong = ended(day.stack)
        read_what_is_left(day)
        wrong += leaks(day)
        tell(f"read: {len(day.found.texts)} texts, {sum(map(len, day.found.texts.values())) // 1024} kB")
        return wrong


@contextmanager
def standing(office: OfficeFolder, mail: MailReceiver, hook: WebReceiver, robot: WebReceiver) -> Iterator[Day]:
    """The office, and an end to whatever is left of it afterwards."""
    stack = OfficeStack(office)
    try:
        yield Day(stack, mail, hook, robot)
    finally:
        stack.sweep()


# Stages --------------------------------------------------------------------------------------------------------------


def they_answer_and_much_goes_wrong(day: Day) -> str:
    """A hand-in with a file; forged and mistyped links; wrong PINs; a letter that is sent back by a broken template."""
    link = day.link("new-road/draft", "assign", OFFICER)
    template = day.stack.office.root / "config" / "notices" / TEMPLATE
    whole = template.read_text("utf-8")
    with day.person() as person:
        day.saw(OFFICER, person.open(link))
        for forged in (f"{link}。", f"{link}x", link[:-1], link.replace("/l/", "/"), f"/in?then={link}", f"/d/{link}"):
            person.open(forged)
        typed = {"evidence": "建设方案", "reason": PERSONAL["reason"]}
        read = person.check(link, "submit", {"submit.files": ("方案.pdf", PDF)}, name=PERSONAL["stated"], **typed)
        assert "已记入台账" in day.unhurried(lambda: person.confirm(link, read)).text
        review = day.link("new-road/approve", "", LEADER)
        template.write_text("{{ nothing.of_the_kind }}", "utf-8")
        read = person.check(review, "return", name=PERSONAL["stated"], returned="draft", reason=PERSONAL["reason"])
        for pin in (WRONG_PIN, "", PIN):
            answered = day.unhurried(lambda pin=pin: person.send(f"{review}/do", [*read.hidden, ("pin", pin)]))  # type: ignore[misc]
            day.saw(LEADER, answered)
        assert "已记入台账" in answered.text, answered.text
    acts = [(one.kind, one.actor) for one in day.stack.entries("new-road") if one.kind is EntryKind.RETURNED]
    assert set(acts) == {(EntryKind.RETURNED, LEADER)}, acts
    until("a broken template is told", lambda: "BadInput while delivering" in _logs(day), PATIENCE)
    template.write_text(whole, "utf-8")
    return "handed in, sent back by PIN after two wrong ones; the letter waits for its template"


def _notices(day: Day) -> str:
    return day.stack.duban("notices", "--json").stdout


def _logs(day: Day) -> str:
    return "".join(file.read_text("utf-8", "replace") for file in (day.stack.office.var / "log").rglob("*.log*"))


def the_coordinator_signs_in(day: Day) -> str:
    """A link comes to the coordinator's own mailbox, and pages are read in the session."""
    with day.person() as person:
        person.send_plain("/in", {"post": "督办专员"})

        def come() -> str | None:
            return next((one for got in day.mail.accepted.values() for one in SIGN_IN.findall(got.text)), None)

        link = until("the link to sign in comes", come, PATIENCE).partition("?")[0]
        form = person.open(link)
        day.unhurried(lambda: person.send_plain(link, {**dict(form.hidden), "name": PERSONAL["stated"]}))
        session = person.client.cookies[COOKIE]
        day.secrets |= {"session": session, "session's mark": session[-22:], "sign-in link": link[-22:]}
        assert person.open(link).status == 200
        assert (
            "只能使用一次"
            in day.unhurried(lambda: person.send_plain(link, {**dict(form.hidden), "name": "王小明"})).text
        )
        for address in ("/", "/board", "/units", "/week", f"/p/{OFFICER}", "/u/roads-unit", "/i/new-road", "/press"):
            assert day.saw(COORDINATOR, person.open(address)).status == 200
    return "the coordinator signed in once, and read what there is"


def letters_are_refused(day: Day) -> str:
    """A login is refused, a mailbox is unknown, a service fails: all of it is told of."""
    until("a login was refused", lambda: "拒绝" in _notices(day) or "535" in _notices(day), PATIENCE)
    for service in (day.hook, day.robot):
        until("a service was asked", lambda service=service: service.asked, PATIENCE)  # type: ignore[misc]
    return "a login, a mailbox and two services were refused"


def commands_answer(day: Day) -> str:
    """What commands say, right ones and wrong ones."""
    commands = (
        ("doctor",),
        ("doctor", "--json"),
        ("notices", "--json"),
        ("notices",),
        ("show", "new-road"),
        ("why", "new-road/draft"),
        ("next",),
        ("ledger", "show", "new-road"),
        ("ledger", "list", "new-road"),
        ("ledger", "verify"),
        ("links", "refusals"),
        ("test-channels", OFFICER),
        ("test-channels", DOUBTED),
        ("test-channels", CLERK, "--json"),
        ("sign", "new-road/nothing", "--as", OFFICER),
        ("check",),
        ("apply", "--by", "nobody", "--reason", "x"),
    )
    for words in commands:
        done = day.stack.duban(*words)
        day.found.texts[f"command/{' '.join(words)}"] = done.stdout + done.stderr
    return f"{len(commands)} commands answered"


# Reading it through --------------------------------------------------------------------------------------------------


def read_what_runs(day: Day) -> None:
    """What is in databases, on the command lines of processes, and in letters."""
    texts = day.found.texts
    for process in marked(day.stack.office.var):
        texts[f"process/{process.pid}"] = " ".join(process.cmdline())
    for name, url in (("ledger", day.stack.addresses.ledger), ("prefect", day.stack.addresses.database)):
        for table, rows in dumped(url):
            texts[f"{name}/{table}"] = rows
    marks: dict[str, set[str]] = defaultdict(set)
    for number, got in enumerate(day.mail.accepted.values()):
        to = str(got.body["To"]).partition("@")[0]
        texts[f"letter/{to}/{number}"] = got.text
        for link in LINK.findall(got.text):
            marks[link[-22:]].add(to)
    assert len(marks) > 3, "of letters there are some"
    assert [mark for mark, whose in marks.items() if len(whose) > 1] == [], "each link goes to one mailbox"
    day.secrets |= {f"link {number}": mark for number, mark in enumerate(marks)}
    day.secrets |= {"login": LOGIN, "hook": TOKEN, "robot": SECRET, "PIN": PIN, "wrong PIN": WRONG_PIN}
    addresses = (day.stack.addresses.ledger, day.stack.addresses.database)
    day.secrets |= {f"database {n}": word for n, url in enumerate(addresses) if (word := urlsplit(url).password)}


def read_what_is_left(day: Day) -> None:
    """What was said until the end, and written to files that are not for secrets."""
    var = day.stack.office.var
    kept = [file for file in (var / "secrets").rglob("*") if file.is_file() and file.suffix != ".pub"]
    day.secrets |= {f"{file.relative_to(var)}": file.read_text("ascii").strip() for file in kept}
    assert day.secrets.keys() >= {"secrets/links", "secrets/password"}
    day.found.texts["output/up"] = day.stack.said
    for file in (one for one in var.rglob("*") if one.is_file()):
        inside = file.relative_to(var)
        if inside.parts[0] not in ("secrets", "postgres", "evidence"):
            day.found.texts[f"file/{inside}"] = file.read_bytes().decode("utf-8", "replace")


def dumped(url: str) -> Iterator[tuple[str, str]]:
    """All rows of all tables of a database, table by table."""
    address = re.sub(r"^postgresql\+\w+", "postgresql", url)
    listed = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    with psycopg.connect(address) as connection:
        for (table,) in connection.execute(listed).fetchall():
            query = sql.SQL("SELECT row_to_json(t)::text FROM {} t").format(sql.Identifier(table))
            yield table, "\n".join(row for (row,) in connection.execute(query))


def leaks(day: Day) -> list[str]:
    """Every secret that was found where it should not be, and where."""
    kept = {name: secret for name, secret in day.secrets.items() if not name.startswith("link ")}
    links = {name: secret for name, secret in day.secrets.items() if name.startswith("link ")}
    told = ("output/", "process/", "file/", "ledger/", "prefect/", "command/")
    elsewhere = {name: one for name, one in kept.items() if name != "sign-in link"}
    holders = {name: PERSONAL[name] for name in ("holder", "mailbox")}
    mailbox = {"mailbox": PERSONAL["mailbox"]}  # the ledger keeps the directory of a plan, with names and no addresses
    return [
        *day.found.within(elsewhere, *told, "page/", "letter/"),
        *day.found.within({"sign-in link": kept["sign-in link"]}, *told, "page/"),
        *day.found.within(links, *told, f"page/{COORDINATOR}"),
        *day.found.within(PERSONAL, "output/", "process/", "file/log", "prefect/"),
        *day.found.within(holders, "page/", "letter/", "command/"),
        *day.found.within(mailbox, "ledger/"),
        *(f"read by others: {one}" for one in open_to_others(day.stack.office.var)),
    ]


def open_to_others(folder: Path) -> list[str]:
    """What under a folder another account could read, or list, by the modes on the way to it."""
    mode = folder.stat().st_mode
    found = [f"{folder}/"] if mode & 0o004 else []
    if mode & 0o001:
        for one in folder.iterdir():
            if one.is_dir():
                found += open_to_others(one)
            elif one.is_file() and one.stat().st_mode & 0o004:
                found.append(str(one))
    return found


def main() -> int:
    """Live the day, print what is seen; 1 where anything was told."""
    with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as folder:
        try:
            wrong = live(Path(folder), lambda line: print(line, flush=True))  # noqa: T201  its answer
        except AssertionError as error:
            wrong = [str(error)]
    for one in wrong:
        print(one, file=sys.stderr)  # noqa: T201  as above
    print(f"secrets: {len(wrong)} told")  # noqa: T201  as above
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
