"""Signing in: by a link over one's own channels, once; by the office's proxy; and what a session opens."""

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import Response

from duban.core.ledger.entries import VISITS, EntryKind
from duban.desk import passes
from duban.desk.engine import make_engine
from duban.desk.sessions import begin_session
from duban.settings import load_settings
from tests.desk.conftest import Office, Page, Person

SIGN_IN = re.compile(r"http://127\.0\.0\.1:\d+(/in/\S+)")
MATTER = "/m/cosmetics/draft"


def asked_for(office: Office, person: Person, post: str, title: str, then: str = MATTER) -> list[str]:
    """The links to sign in that a post got when somebody asked for one, the last one first."""
    said = person.send_plain("/in", {"post": title, "then": then})
    assert said.status == 200, said.text
    assert "请查收登录链接" in said.text
    assert office.sent.acquire(timeout=20)
    return [one for letter in office.letters(post) for one in SIGN_IN.findall(letter)]


def signed_in(person: Person, link: str, name: str = "李处长") -> Page:
    form = person.open(link)
    assert form.status == 200, form.text
    return person.send_plain(link.partition("?")[0], {**dict(form.hidden), "name": name})


def visits(office: Office) -> list[EntryKind]:
    return [entry.kind for entry in office.here.service.ledger.entries(VISITS)]


def test_whoever_signs_in_by_the_link_of_their_letter_may_decide(office: Office) -> None:
    officer = office.person()
    officer.answer(office.links("protection-officer")[0], "submit", evidence="方案送审稿", reason="请审核")
    head = office.person()
    (link,) = asked_for(office, head, "protection-head", "保护处处长")
    page = signed_in(head, link)
    assert page.status == 200, page.text
    assert "您是：保护处处长" in page.text
    assert "approve" in page.acts
    done = head.answer(MATTER, "approve", name="李处长")
    assert done.status == 200, done.text
    assert "已记入台账" in done.text
    approved = next(entry for entry in office.entries("cosmetics") if entry.kind is EntryKind.APPROVED)
    assert approved.actor == "protection-head"
    assert approved.data["via"].startswith("desk 登录 李处长 127.0.0.1")


def test_a_link_to_sign_in_is_good_once(office: Office) -> None:
    person = office.person()
    (link,) = asked_for(office, person, "protection-head", "保护处处长")
    signed_in(person, link)
    again = signed_in(office.person(), link)
    assert again.status == 410
    assert "只能使用一次" in again.text
    assert visits(office) == [EntryKind.SIGNED_IN]


def test_opening_a_link_to_sign_in_uses_nothing(office: Office) -> None:
    person = office.person()
    (link,) = asked_for(office, person, "protection-head", "保护处处长")
    for _ in range(3):
        person.client.head(link)
        assert office.person().open(link).status == 200
    assert visits(office) == []
    assert signed_in(person, link).status == 200


def test_a_link_to_sign_in_is_good_for_twenty_minutes(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    person = office.person()
    (link,) = asked_for(office, person, "protection-head", "保护处处长")
    later = passes.time.time() + 20 * 60 + 1
    monkeypatch.setattr(passes.time, "time", lambda: later)
    page = person.open(link)
    assert page.status == 410
    assert "20分钟内有效" in page.text


def test_a_session_ends_with_its_hours(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    person = office.person()
    signed_in(person, asked_for(office, person, "protection-officer", "保护处联络员")[0])
    form = person.open(MATTER)
    later = passes.time.time() + 12 * 3600 + 1
    monkeypatch.setattr(passes.time, "time", lambda: later)
    assert person.open(MATTER).acts == []
    refused = person.send(MATTER, [*form.hidden, ("act", "sign"), ("name", "王小明")])
    assert refused.status != 200


def test_nobody_learns_by_asking_whose_channels_are_personal(office: Office) -> None:
    answers = set[str]()
    for title in ("保护处处长", "没有的岗位", "分管副局长"):
        answers.add(office.person().send_plain("/in", {"post": title}).text)
    assert len(answers) == 1


def test_where_posts_have_channels_only_personal_ones_get_a_link(office: Office, tmp_path: Path) -> None:
    file = office.bureau.config / "directory.yaml"
    text = file.read_text(encoding="utf-8")
    for post, of in (("处长", "personal: true, "), ("联络员", "")):
        channels = f"title: 保护处{post}, {of}channels: ['mailto://a@b.example.cn']"
        text = text.replace(f"title: 保护处{post}", channels)
    file.write_text(text, encoding="utf-8")
    assert "protection-officer" in office.here.door.admitted  # a rehearsal's letters lie in a folder in any case
    (office.bureau.var / "rehearsal-clock").rename(tmp_path / "clock")
    assert replace(office, settings=load_settings()).here.door.admitted == {"protection-head"}


def test_who_leaves_comes_as_nobody(office: Office) -> None:
    person = office.person()
    signed_in(person, asked_for(office, person, "protection-officer", "保护处联络员")[0])
    assert "您现以保护处联络员的身份登录" in re.sub(r"\s", "", person.open("/out").text)
    person.send_plain("/out", {})
    assert "您是" not in person.open(MATTER).text


def test_a_rehearsal_is_read_by_whoever_comes_who_may_do_nothing(office: Office) -> None:
    page = office.person().open(MATTER)
    assert page.status == 200
    assert page.acts == []
    assert "您在旁观推演" in page.text


def test_at_an_office_whoever_comes_is_asked_to_sign_in(office: Office, tmp_path: Path) -> None:
    (office.bureau.var / "rehearsal-clock").rename(tmp_path / "clock")
    person = office.person()
    with office.served_anew() as browser:
        page = Page(browser.get(MATTER))
    assert page.response.url.path == "/in"
    assert page.response.url.params["then"] == MATTER
    assert person


@pytest.mark.parametrize(
    ("proxies", "header", "whose"),
    [
        (("127.0.0.1",), "protection-head", "您是：保护处处长"),
        (("10.0.0.0/8",), "protection-head", "您在旁观推演"),
        ((), "protection-head", "您在旁观推演"),
        (("127.0.0.1",), "nobody", "没有对应的岗位"),
    ],
)
def test_a_proxy_names_a_post_where_it_is_the_office_s_own(
    office: Office, proxies: tuple[str, ...], header: str, whose: str
) -> None:
    with office.served_anew(user_header="X-Post", proxies=proxies) as browser:
        page = Page(browser.get(MATTER, headers={"X-Post": header}))
    assert whose in page.text


def test_the_session_s_cookie_is_kept_from_scripts_and_other_pages(office: Office) -> None:
    person = office.person()
    (link,) = asked_for(office, person, "protection-head", "保护处处长")
    form = person.open(link)
    sent = person.client.post(
        link.partition("?")[0], data={**dict(form.hidden), "name": "李处长"}, follow_redirects=False
    )
    assert isinstance(sent, httpx.Response)
    cookie = sent.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie  # this desk answers plain HTTP on loopback


def test_the_session_s_cookie_is_for_encrypted_pages_where_the_desk_s_are(office: Office) -> None:
    desk = office.settings.desk.model_copy(update={"address": "https://duban.example.cn"})
    engine, response = make_engine(replace(office.settings, desk=desk), office.waking), Response()
    begin_session(engine, response, "protection-head")
    assert "secure" in response.headers["set-cookie"].lower()


def test_nobody_but_a_proxy_says_from_where_they_come(office: Office) -> None:
    for proxies, host in (((), "127.0.0.1"), (("127.0.0.0/8",), "203.0.113.9")):
        with office.served_anew(proxies=proxies) as browser:
            browser.get("/l/1.01-1-abc", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 127.0.0.2"})
        assert office.refused()[-1] == ("unknown-link", host)
