"""How often is too often: counted in the ledger's database, by every desk on it together and by one begun anew."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from duban.adapters.memory_ledger import MemoryLedger
from duban.adapters.pins import Pins
from duban.cli import app
from duban.core.access.doors import SIGN_IN
from duban.core.deciding.commands import Verb
from duban.core.ledger.entries import EntryKind
from duban.desk.engine import make_engine
from duban.desk.passes import new_pass
from duban.desk.rates import ACTS, ASKERS, BAD_LINKS, FILES, NEW_LINKS, PINS, SIGN_INS, SWEEP, Rates, known_as
from duban.desk.sessions import COOKIE
from duban.ports import Rate
from tests.cli.conftest import Bureau
from tests.desk.conftest import Office, Page, Person, open_office, served

OFFICER, HEAD = "protection-officer", "protection-head"
ONE = Rate("one", 1, timedelta(minutes=1))


@dataclass
class Ticking:
    at: datetime = datetime(2024, 4, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def test_what_no_longer_counts_is_forgotten_before_long() -> None:
    clock, ledger = Ticking(), MemoryLedger("small")
    rates = Rates(clock)
    for number in range(100):
        assert rates.take(ledger, ONE, str(number)) == 1
    clock.at += SWEEP
    assert rates.take(ledger, ONE, "another") == 1
    assert list(ledger._taken) == [("one", known_as("another"))]


def test_no_mark_of_a_link_or_session_is_kept(office: Office) -> None:
    link = office.links(OFFICER)[0]
    assert "已记入台账" in office.person().answer(link, "sign").text
    stored = b"".join(file.read_bytes() for file in office.bureau.var.glob("ledger.sqlite*"))
    assert known_as(link[-22:]).encode() in stored
    assert link[-22:].encode() not in stored


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def there(request: pytest.FixtureRequest, bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A bureau whose draft is handed in, and its desk, on either database."""
    if request.param == "postgres":
        monkeypatch.setenv("DUBAN_LEDGER_URL", request.getfixturevalue("postgres_url"))
    with open_office(bureau, monkeypatch, "2024-04-01 09:00", "2024-04-02 09:00") as office:
        office.act(Verb.SIGN, OFFICER)
        office.act(Verb.SUBMIT, OFFICER, evidence=("方案送审稿",))
        office.patrol("2024-04-03 09:00")
        Pins(bureau.var).choose(HEAD, "135790")
        yield office


@contextmanager
def another(office: Office) -> Iterator[Person]:
    """Somebody at a desk of its own on the same ledger, as another process has it, or one that began anew."""
    with socket.create_server(("127.0.0.1", 0)) as listener, served(office, listener):
        person = office.person()
        person.client.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield person


def wrong_pins(person: Person, link: str, many: int) -> Page:
    page = person.check(link, "approve", name="李处长")
    for _ in range(many):
        page = person.send(f"{link}/do", [*page.hidden, ("pin", "111222")])
    return page


def test_a_lock_of_a_pin_holds_at_every_desk_and_after_it_begins_anew(there: Office) -> None:
    link = there.links(HEAD)[0]
    assert "PIN码不对" in wrong_pins(there.person(), link, 3).text
    with another(there) as person:
        page = wrong_pins(person, link, 2)
        assert "已经锁定一小时" in page.text
    with another(there) as person:
        page = wrong_pins(person, link, 0)
        page = person.send(f"{link}/do", [*page.hidden, ("pin", "135790")])
        assert page.status == 403
        assert "已经锁定一小时" in page.text
    assert EntryKind.APPROVED not in {entry.kind for entry in there.entries("cosmetics")}


def test_no_more_pins_are_looked_at_than_may_be_though_they_come_at_once(
    there: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = list[str]()

    def hold(self: Pins, post: str, said: str) -> bool:
        tried.append(said)
        return False

    monkeypatch.setattr(Pins, "hold", hold)
    link = there.links(HEAD)[0]
    page = there.person().check(link, "approve", name="李处长")
    people = [there.person() for _ in range(12)]
    with ThreadPoolExecutor(12) as pool:
        said = list(pool.map(lambda one: one.send(f"{link}/do", [*page.hidden, ("pin", "111222")]).text, people))
    assert len(tried) == PINS.most
    assert len([one for one in said if "已经锁定一小时" in one]) == len(people) - PINS.most + 1


def test_the_right_pin_lets_those_off_before_it_and_so_does_a_new_one(there: Office) -> None:
    link, person = there.links(HEAD)[0], there.person()
    page = wrong_pins(person, link, 4)
    told = CliRunner().invoke(app, ("desk", "pin", HEAD), input="246801\n246801\n")
    assert told.exit_code == 0, told.output
    wrong_pins(person, link, 4)
    page = person.check(link, "approve", name="李处长")
    assert "已记入台账" in person.send(f"{link}/do", [*page.hidden, ("pin", "246801")]).text
    assert make_engine(there.settings, there.waking).take(PINS, HEAD) == 1


def full(office: Office, rate: Rate, who: str) -> None:
    """Somebody has had as many as there may be, at another desk."""
    engine = make_engine(office.settings, office.waking)
    while engine.take(rate, who):
        pass


def test_acts_are_counted_at_every_desk(there: Office) -> None:
    link = there.links("service-officer")[0]
    full(there, ACTS, link[-22:])
    page = there.person().answer(link, "sign")
    assert page.status == 429
    assert EntryKind.SIGNED not in {entry.kind for entry in there.entries("training")}


def test_acts_of_a_session_are_counted_for_batches_too(there: Office) -> None:
    person = there.signed_in("service-officer")
    full(there, ACTS, person.client.cookies[COOKIE][-22:])
    form = person.open("/sign")
    page = person.send_plain("/sign", {**dict(form.hidden), "step": "training/attendance", "name": "王小明"})
    assert page.status == 429
    assert EntryKind.SIGNED not in {entry.kind for entry in there.entries("training")}


def test_files_are_counted_at_every_desk_and_those_that_are_not_taken_are_not(there: Office) -> None:
    link, person = there.links(OFFICER)[0], there.person()
    engine = make_engine(there.settings, there.waking)
    for _ in range(FILES.most - 1):
        assert engine.take(FILES, link[-22:])
    told = person.check(link, "correct", [("correct.files", ("方案.exe", b"MZ"))], reason="更正")
    assert "的类型不能上传" in told.text
    told = person.check(
        link, "correct", [("correct.files", (f"{name}.pdf", b"%PDF-1.7 of a kind")) for name in "甲乙"], reason="更正"
    )
    assert "文件“乙.pdf”未上传：一天内由此上传的文件过多" in told.text
    assert "甲.pdf" in dict(told.hidden)["stored"]


def test_bad_links_are_counted_at_every_desk_and_good_ones_opened(there: Office) -> None:
    full(there, BAD_LINKS, "127.0.0.1")
    person = there.person()
    assert person.open(f"/l/1.01-1-{'x' * 22}").status == 429
    assert there.here.service.ledger.refused(datetime(2024, 1, 1, tzinfo=UTC)) == {"too-many": 1}
    assert person.open(there.links(OFFICER)[0]).status == 200


@pytest.mark.parametrize(("rate", "who", "status"), [(SIGN_INS, HEAD, 200), (ASKERS, "127.0.0.1", 429)])
def test_links_to_sign_in_are_counted_at_every_desk(there: Office, rate: Rate, who: str, status: int) -> None:
    full(there, rate, who)
    before = there.letters(HEAD)
    assert there.person().send_plain("/in", {"post": "保护处处长"}).status == status
    assert status == 429 or there.sent.acquire(timeout=20)
    assert there.letters(HEAD) == before


def test_new_links_are_counted_at_every_desk(there: Office) -> None:
    link = there.links(HEAD)[0]
    there.act(Verb.APPROVE, HEAD)
    full(there, NEW_LINKS, HEAD)
    before, person = there.letters(HEAD), there.person()
    page = person.open(link)
    assert page.status == 410
    assert "新链接已经发出" in person.send_plain(f"{link}/new", dict(page.hidden)).text
    assert there.sent.acquire(timeout=20)
    assert there.letters(HEAD) == before


def test_a_link_to_sign_in_that_was_used_at_one_desk_is_used_at_another(there: Office) -> None:
    here = there.here
    link = f"/in/{new_pass(here.door, SIGN_IN, HEAD, 600)}"
    with another(there) as elsewhere:
        form = elsewhere.open(link)
        assert elsewhere.send_plain(link, {**dict(form.hidden), "name": "李处长"}).status == 200
    person = there.person()
    page = person.send_plain(link, {**dict(form.hidden), "name": "李处长"})
    assert page.status == 410
    assert "只能使用一次" in page.text


def test_a_form_sent_at_two_desks_is_stored_once(there: Office) -> None:
    link, person = there.links("service-officer")[0], there.person()
    confirmation = person.check(link, "sign")
    assert "已记入台账" in person.confirm(link, confirmation).text
    with another(there) as elsewhere:
        assert "已记入台账" in elsewhere.confirm(link, confirmation).text
    assert [entry.kind for entry in there.entries("training")].count(EntryKind.SIGNED) == 1
