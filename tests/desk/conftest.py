"""The desk on a small bureau with its ledger in SQLite, and somebody who opens its pages."""

import re
import shutil
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import policy
from email.parser import BytesParser
from hashlib import sha256
from html import unescape
from pathlib import Path
from threading import Semaphore
from typing import Any

import httpx
import pytest
import uvicorn

from duban.core.access.doors import SESSION
from duban.core.deciding.commands import Command, Verb
from duban.core.ledger.entries import Entry
from duban.core.planning.plan import Plan, StepRef
from duban.desk import new_links, nonces, signing_in
from duban.desk.app import make_app
from duban.desk.engine import Here, make_engine
from duban.desk.passes import new_pass
from duban.desk.serving import config_of
from duban.desk.sessions import COOKIE
from duban.outbox import deliver_due
from duban.settings import DESK_VARIABLE, Settings, load_settings
from duban.wiring import gear as works
from tests.cli.conftest import Bureau, bureau

__all__ = ["bureau"]  # a fixture, found by its name

LINK = re.compile(r"http://127\.0\.0\.1:\d+(/[ld]/[\w.@-]+)")
INPUT = re.compile(r"<input type=\"(?:hidden|checkbox)\" name=\"([\w.-]+)\" value=\"([^\"]*)\"")


@dataclass
class Page:
    """A page that was opened."""

    response: httpx.Response

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        """What stands on it, without marks."""
        return unescape(re.sub(r"<[^>]+>", " ", self.response.text))

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What its form sends without being typed: what is not seen, and the files ticked."""
        return [(name, unescape(value)) for name, value in INPUT.findall(self.response.text)]

    @property
    def words(self) -> str:
        """The same, with single spaces."""
        return " ".join(self.text.split())

    @property
    def acts(self) -> list[str]:
        """The acts it offers."""
        return re.findall(r"name=\"act\" id=\"[\w-]+\" value=\"([\w-]+)\"", self.response.text)


@dataclass
class Person:
    """Somebody with a browser."""

    client: httpx.Client

    def open(self, address: str) -> Page:
        return Page(self.client.get(address))

    def send(self, address: str, fields: Sequence[tuple[str, str]], files: Any = None) -> Page:
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        empty = {"none": ("", b"")}  # a form of pages is always sent in parts
        return Page(self.client.post(address, data=data, files=files or empty))

    def send_plain(self, address: str, fields: dict[str, str]) -> Page:
        """Send a form without files."""
        return Page(self.client.post(address, data=fields))

    def answer(self, link: str, act: str, files: Any = None, name: str = "王小明", **typed: str) -> Page:
        """Choose an act on the page of a link, fill its fields in, read the confirmation and confirm."""
        return self.confirm(link, self.check(link, act, files, name, **typed))

    def check(self, link: str, act: str, files: Any = None, name: str = "王小明", **typed: str) -> Page:
        """The same as far as the confirmation."""
        form = self.open(link)
        assert form.status == 200, form.text
        filled = [(f"{act}.{field}", value) for field, value in typed.items()]
        return self.send(link, [*form.hidden, ("act", act), ("name", name), *filled], files)

    def confirm(self, link: str, confirmation: Page) -> Page:
        assert confirmation.status == 200, confirmation.text
        return self.send(f"{link}/do", confirmation.hidden)


@dataclass
class Office:
    """The bureau, its letters, and the desk."""

    bureau: Bureau
    settings: Settings
    woken: list[str] = field(default_factory=list)
    browsers: list[httpx.Client] = field(default_factory=list)
    sent: Semaphore = field(default_factory=lambda: Semaphore(0))
    """Released whenever the desk is through with sending a link, or with not sending one, which is after its answer."""

    called: Semaphore = field(default_factory=lambda: Semaphore(0))
    """Released whenever the desk asks for ticks, which is after its answer."""

    def waking(self, plan: Plan, initiatives: Sequence[str]) -> None:
        self.woken += initiatives
        self.called.release()

    def telling(self, send: Callable[..., None]) -> Callable[..., None]:
        """The same, and says when it is through."""

        def and_tell(*told: Any) -> None:
            try:
                send(*told)
            finally:
                self.sent.release()

        return and_tell

    def act(self, verb: Verb, post: str, step: str = "cosmetics/draft", reason: str = "", **more: Any) -> None:
        """Do something by another way than the desk."""
        self.here.service.act(Command(verb, StepRef.parse(step), post, reason, **more))

    @property
    def here(self) -> Here:
        return make_engine(self.settings, self.waking).main()

    def person(self) -> Person:
        """Somebody with a browser of their own."""
        browser = httpx.Client(base_url=self.settings.desk_address, follow_redirects=True, timeout=20, trust_env=False)
        self.browsers.append(browser)
        return Person(browser)

    def signed_in(self, post: str) -> Person:
        """Somebody who has signed in as a post."""
        person = self.person()
        person.client.cookies.set(COOKIE, new_pass(self.here.door, SESSION, post, 3600))
        return person

    @contextmanager
    def served_anew(self, **desk: Any) -> Iterator[httpx.Client]:
        """The desk once more, with other settings of its own, and a browser there."""
        settings = load_settings()
        changed = replace(settings, desk=settings.desk.model_copy(update=desk))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            with (
                served(replace(self, settings=changed), listener),
                httpx.Client(base_url=address, follow_redirects=True, timeout=20, trust_env=False) as browser,
            ):
                yield browser

    def patrol(self, moment: str | None = None) -> None:
        """Look at every initiative, and send the letters that are due."""
        if moment:
            self.bureau.at(moment)
        with works(self.settings) as at:
            for name in at.service.office.plan.initiatives:
                at.service.tick(name)
            deliver_due(at.service, at.carrier, at.wording)

    def letters(self, post: str) -> list[str]:
        """The letters of a post, the last one first, as they were written to its folder."""
        files = sorted(self.bureau.var.glob(f"mail/{post}/*.eml"), key=lambda file: file.stat().st_mtime_ns)
        mails = [BytesParser(policy=policy.default).parsebytes(file.read_bytes()) for file in reversed(files)]
        return [part.get_content() for mail in mails if (part := mail.get_body(("plain",))) is not None]

    def links(self, post: str, kind: str = "/l/") -> list[str]:
        """The links in a post's letters, the last letter's first."""
        return [one for letter in self.letters(post) for one in LINK.findall(letter) if one.startswith(kind)]

    def refused(self) -> list[tuple[str, str]]:
        """Whom the desk has turned away: why, and from which address, the first one first."""
        with sqlite3.connect(self.bureau.var / "ledger.sqlite") as ledger:
            return ledger.execute("SELECT code, host FROM refusal ORDER BY id").fetchall()

    def entries(self, initiative: str) -> Sequence[Entry]:
        return self.here.service.ledger.entries(initiative)


@contextmanager
def served(office: Office, listener: socket.socket) -> Iterator[None]:
    """The desk, answering on a socket."""
    app = make_app(make_engine(office.settings, office.waking))
    server = uvicorn.Server(config_of(app, *listener.getsockname()))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def open_office(bureau: Bureau, monkeypatch: pytest.MonkeyPatch, *mornings: str) -> Iterator[Office]:
    """The bureau after these moments, the letters of each sent, and its desk open; nobody is too quick there."""
    with socket.create_server(("127.0.0.1", 0)) as listener, begun(bureau, monkeypatch, listener) as opened:
        for moment in mornings:
            opened.patrol(moment)
        with at_its_desk(opened, listener):
            yield opened


@contextmanager
def begun(bureau: Bureau, monkeypatch: pytest.MonkeyPatch, listener: socket.socket) -> Iterator[Office]:
    """The bureau before its first morning, which will answer there."""
    monkeypatch.setattr(nonces, "TOO_QUICK", -1.0)
    monkeypatch.setenv(DESK_VARIABLE, f"http://127.0.0.1:{listener.getsockname()[1]}")
    opened = Office(bureau, load_settings())
    for module in (signing_in, new_links):
        monkeypatch.setattr(module, "_send", opened.telling(module._send))
    yield opened


@contextmanager
def at_its_desk(opened: Office, listener: socket.socket) -> Iterator[None]:
    """Its desk open; in the end its visitors leave."""
    with served(opened, listener):
        yield
        for browser in opened.browsers:
            browser.close()


MORNINGS = ("2024-04-01 09:00", "2024-04-02 09:00")


@dataclass(frozen=True)
class Lived:
    """The first mornings of bureaus that are alike, lived once in a process: their letters name one address."""

    listener: socket.socket
    folder: Path

    def mornings(self, office: Office) -> None:
        """Live them, or have what is left by those that were lived."""
        kept = self.folder / written(office.bureau.root)
        if kept.exists():
            shutil.copytree(kept, office.bureau.root, dirs_exist_ok=True)
            return
        for moment in MORNINGS:
            office.patrol(moment)
        shutil.copytree(office.bureau.root, kept)


def written(folder: Path) -> str:
    """A mark of the names and contents of all files in a folder."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    mark = sha256()
    for file in files:
        mark.update(f"{file.relative_to(folder)}\n{file.stat().st_size}\n".encode() + file.read_bytes())
    return mark.hexdigest()


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """What the desks of this process have in common."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Lived(listener, tmp_path_factory.mktemp("lived"))


@pytest.fixture
def office(bureau: Bureau, monkeypatch: pytest.MonkeyPatch, lived: Lived) -> Iterator[Office]:
    """The small bureau on its second morning."""
    with begun(bureau, monkeypatch, lived.listener) as opened:
        lived.mornings(opened)
        with at_its_desk(opened, lived.listener.dup()):
            yield opened
