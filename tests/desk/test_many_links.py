"""A thousand links that are not to be trusted, at random; everything the interface takes; and what is told nobody."""

import random
import shutil
from collections.abc import Iterator
from datetime import date

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from duban.adapters.pins import Pins
from duban.core.access.doors import SESSION, SIGN_IN, Door, ListLink, MatterLink
from duban.core.deciding.commands import Verb
from duban.core.ledger.entries import VISITS, EntryKind
from duban.desk.app import make_app
from duban.desk.engine import make_engine
from duban.desk.passes import new_pass
from tests.cli.conftest import CONFIG, Bureau
from tests.desk.conftest import Office, Page, open_office

OFFICER, HEAD = "protection-officer", "protection-head"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def strangers(office: Office, seed: random.Random) -> Iterator[str]:
    """Addresses that once were good, nearly are, or are good elsewhere."""
    door, base = office.here.door, office.settings.desk_address
    queued = [
        (MatterLink("1.01", entry.sequence), entry.data["recipient"])
        for entry in office.entries("cosmetics")
        if entry.kind is EntryKind.NOTICE_QUEUED
    ]
    foreign = [
        Door(base, b"another key of thirty-two bytes..", door.realm),
        Door(base, door.key, "another-plan"),
        Door(base, door.key, "small-2024"),  # the office's own, not the rehearsal's
        Door(base, door.key, door.realm, {"": 1}),
    ]
    used = new_pass(door, SIGN_IN, HEAD, -1)
    while True:
        link, post = seed.choice(queued)
        good = door.to_matter(link, post).removeprefix(base)
        place = seed.randrange(len(good) - 22, len(good))
        listed = ListLink(post, date(2024, 4, seed.randint(1, 30)))
        yield seed.choice(
            (
                good[:place] + seed.choice(ALPHABET.replace(good[place], "")) + good[place + 1 :],
                good[: seed.randrange(4, len(good))],
                good + seed.choice(ALPHABET),
                f"/l/1.01-{seed.randint(0, 99)}-{''.join(seed.choices(ALPHABET, k=22))}",
                f"/l/{seed.choice(('2.01', '9.99', '1.01'))}-{link.sequence + 100}-{good[-22:]}",
                good,  # handed over, by then
                f"/d/{post}-{listed.day:%Y%m%d}-{good[-22:]}",
                seed.choice(foreign).to_matter(link, post).removeprefix(base),
                seed.choice(foreign).to_list(listed).removeprefix(base),
                door.to_list(ListLink(post, date(2024, 3, seed.randint(1, 15)))).removeprefix(base),
                f"/in/{used}",
                f"/in/{new_pass(door, SESSION, HEAD, 600)}",
                f"/in/{new_pass(seed.choice(foreign), SIGN_IN, HEAD, 600)}",
            )
        )


def test_a_thousand_links_of_strangers_are_a_thousand_refusals(office: Office) -> None:
    seed, person = random.Random(20241129), office.person()  # noqa: S311  to be had again
    links = strangers(office, seed)
    next(links)  # made of letters that went before
    office.act(Verb.HAND_OVER, "coordinator", reason="分工调整", to="service")
    before = office.entries("cosmetics")
    for number in range(1000):
        address = next(links)
        posted = {"/l/": f"{address}/do", "/in": address}.get(address[:3]) if number % 3 == 0 else None
        page = person.send(posted, [("act", "sign"), ("name", "某某")]) if posted else person.open(address)
        assert page.status in (404, 410, 429), (address, page.status)
        assert "<h1>" in page.response.text
    assert len(office.refused()) == 1000
    assert office.entries("cosmetics") == before
    assert office.here.service.ledger.entries(VISITS) == ()


def test_no_request_is_a_server_error(office: Office) -> None:
    """Whatever comes to whichever address of the interface."""
    shutil.copytree(CONFIG / "papers", office.bureau.config / "papers")
    app = make_app(make_engine(office.settings, office.waking))
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.config.update(base_url=office.settings.desk_address)
    session = office.person().client
    tried = set[str]()
    for operation in schema.get_all_operations():
        found = operation.ok()

        @given(case=found.as_strategy())
        @settings(
            max_examples=12,
            database=None,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def answered(case: schemathesis.Case) -> None:
            kwargs = case.as_transport_kwargs(base_url=office.settings.desk_address)
            kwargs = {
                key: kwargs[key] for key in ("method", "url", "params", "data", "files", "json") if kwargs.get(key)
            }
            assert session.request(**kwargs).status_code < 500

        answered()
        tried.add(found.label)
    assert len(tried) > 15


PLANTED = {"mail": "Geheim-0417", "pin": "135790", "holder": "张三丰"}


def test_nothing_planted_is_told_where_it_should_not_be(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords of channels, keys, PINs, names of holders and marks are in no page, no log, and no letter of others."""
    file = bureau.config / "directory.yaml"
    text = file.read_text(encoding="utf-8")
    channel = f"mailto://bot:{PLANTED['mail']}@mail.example.cn?to=secret.person@example.cn"
    text = text.replace("title: 保护处处长,", f"title: 保护处处长, name: {PLANTED['holder']}, channels: ['{channel}'],")
    file.write_text(text, encoding="utf-8")
    with open_office(bureau, monkeypatch, "2024-04-01 09:00", "2024-04-02 09:00") as office:
        Pins(bureau.var).choose(HEAD, PLANTED["pin"])
        pages = list(visits(office))
        key = (bureau.var / "secrets" / "links").read_text(encoding="ascii")
        told = "".join(page.response.text + str(page.response.headers) for page in pages)
        letters = {post.name: "".join(office.letters(post.name)) for post in (bureau.var / "mail").iterdir()}
        stored = bureau.ok("ledger", "show", "cosmetics") + bureau.ok("notices", "--json")
        with office.here.service.ledger.stream() as entries:
            stored += "".join(map(str, entries))
        secret = (*PLANTED.values(), key, "secret.person", "mail.example.cn")
        for place in (told, stored, *letters.values()):
            assert [one for one in secret if one in place] == []
        marks = {post: {link[-22:] for link in office.links(post) + office.links(post, "/d/")} for post in letters}
        for post, own in marks.items():
            others = "".join(letter for other, letter in letters.items() if other != post)
            assert [one for one in own if one in others or one in stored] == []
        assert PLANTED["pin"] not in (bureau.var / "secrets" / "pins.json").read_text(encoding="ascii")
        assert (bureau.var / "secrets" / "pins.json").stat().st_mode & 0o077 == 0


def visits(office: Office) -> Iterator[Page]:
    """Pages of every sort: to answer, to confirm, refused, lapsed, missing, wrong."""
    person, link = office.person(), office.links(OFFICER)[0]
    yield person.open(link)
    yield person.check(link, "sign")
    yield person.answer(link, "submit", evidence="方案送审稿")
    office.patrol("2024-04-03 09:00")
    review = office.links(HEAD)[0]
    yield person.check(review, "approve")
    page = person.check(review, "approve")
    yield person.send(f"{review}/do", [*page.hidden, ("pin", PLANTED["pin"] + "9")])
    yield person.send(f"{review}/do", [*page.hidden, ("pin", PLANTED["pin"])])
    for address in (link, review, "/l/x", "/nowhere", "/in", "/out", "/m/cosmetics/draft", "/d/x", "/in/x"):
        yield person.open(address)
        yield person.send(address, [("nonce", "x")])
