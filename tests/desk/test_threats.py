"""The threat table of the desk, a test a row: what a link opens, to whom, for how long, and what it never does."""

import re
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path

import httpx
import pytest

from duban.adapters.pins import Pins
from duban.core.access.doors import ListLink, MatterLink, matter_link
from duban.core.deciding.commands import Verb
from duban.core.ledger.entries import VISITS, EntryKind
from duban.desk import nonces, refusing
from tests.cli.conftest import Bureau
from tests.desk.conftest import Office, Page, open_office

OFFICER, HEAD, DEPUTY, COORDINATOR = "protection-officer", "protection-head", "protection-deputy", "coordinator"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


def edited(bureau: Bureau, name: str, *changes: tuple[str, str]) -> None:
    file = bureau.config / name
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def handed_in(office: Office) -> None:
    """The draft is handed in, and the reviewer's letter is there the next morning."""
    office.act(Verb.SIGN, OFFICER)
    office.act(Verb.SUBMIT, OFFICER, evidence=("方案送审稿",))
    office.patrol("2024-04-03 09:00")


def refused_as(office: Office, page: Page, status: int, code: str) -> None:
    """The page turns somebody away, and that is put down."""
    assert page.status == status, page.text
    assert office.refused()[-1][0] == code
    assert len(re.findall(r"<h1>", page.response.text)) == 1


def test_form(office: Office) -> None:
    """A link is a number and 22 characters, known again by its key alone: a resent letter and a new process keep it."""
    link = office.links(OFFICER)[0]
    assert re.fullmatch(r"/l/1\.01-\d+-[\w-]{22}", link)
    read = matter_link(link.removeprefix("/l/"))
    assert read is not None
    assert office.here.door.to_matter(read[0], OFFICER).endswith(link)  # an engine of its own, made just now
    key = office.bureau.var / "secrets" / "links"
    assert key.stat().st_mode & 0o077 == 0


def test_scope(office: Office) -> None:
    """A link opens its own step for its own post: not another step, nor another post's, nor a session."""
    person, link = office.person(), office.links(OFFICER)[0]
    assert "起草保护方案" in person.open(link).text
    assert person.client.cookies.jar._cookies == {}  # type: ignore[attr-defined]
    assert "您在旁观推演" in person.open("/m/cosmetics/draft").text
    read = matter_link(link.removeprefix("/l/"))
    assert read is not None
    for other in (MatterLink("1.01", read[0].sequence + 1), MatterLink("2.01", read[0].sequence)):
        refused_as(office, person.open(f"/l/{other.number}-{other.sequence}-{read[1]}"), 404, "unknown-link")


def test_my_matters(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    """A digest's list tells of all that waits; each row opens its own page; the next digest's list replaces it."""
    edited(bureau, "plans/small-2024/service/training.yaml", ("needs: [cosmetics/issued]", "owner: protection-officer"))
    with open_office(bureau, monkeypatch, "2024-04-01 09:00", "2024-04-02 09:00") as office:
        person, link = office.person(), office.links(OFFICER, "/d/")[0]
        page = person.open(link)
        assert "现有2项待办" in page.text
        assert page.acts == []
        row = next(
            one for one in re.findall(rf'href="({re.escape(link)}/[\w/-]+)"', page.response.text) if "draft" in one
        )
        assert "已记入台账" in person.answer(row, "sign").text
        signed = next(e for e in office.entries("cosmetics") if e.kind is EntryKind.SIGNED)
        assert "日报20240401" in signed.data["via"]
        office.patrol("2024-04-08 09:00")
        office.act(Verb.INSTRUCT, "deputy-director", reason="抓紧")
        office.patrol("2024-04-12 09:00")
        assert office.links(OFFICER, "/d/")[0] != link
        refused_as(office, person.open(link), 410, "lapsed-replaced")
        refused_as(office, person.open(row), 410, "lapsed-replaced")


def test_my_matters_do_not_decide(office: Office) -> None:
    """The list lets nobody decide on the work of others, not even by PIN."""
    handed_in(office)
    Pins(office.bureau.var).choose(HEAD, "135790")
    listed = office.here.door.to_list(ListLink(HEAD, date(2024, 4, 3))).removeprefix(office.settings.desk_address)
    assert "起草保护方案" in office.person().open(listed).text
    assert "approve" not in office.person().open(f"{listed}/cosmetics/draft").acts


def test_my_matters_for_ten_working_days(office: Office) -> None:
    day = date(2024, 4, 2)
    link = office.here.door.to_list(ListLink(HEAD, day)).removeprefix(office.settings.desk_address)
    for moment, status in (("2024-04-17 09:00", 200), ("2024-04-18 09:00", 410)):
        office.bureau.at(moment)
        assert office.person().open(link).status == status


def test_class(office: Office) -> None:
    """By link from a shared mailbox one's own side alone; deciding on others from a personal one, or signed in."""
    handed_in(office)
    link, person = office.links(HEAD)[0], office.person()
    page = person.open(link)
    assert not {"approve", "return"} & set(page.acts)
    assert "须由本人" in page.text
    refused = person.send(link, [*page.hidden, ("act", "approve"), ("name", "李处长")])
    assert refused.status == 422
    edited(office.bureau, "directory.yaml", ("title: 保护处处长,", "title: 保护处处长, personal: true,"))
    assert {"approve", "return"} <= set(person.open(link).acts)
    assert "已记入台账" in person.answer(link, "approve", name="李处长").text


def test_class_for_ten_working_days(office: Office) -> None:
    """A personal channel's link decides for ten working days."""
    edited(office.bureau, "directory.yaml", ("title: 保护处处长,", "title: 保护处处长, personal: true,"))
    handed_in(office)
    link = office.links(HEAD)[0]
    for moment, may in (("2024-04-17 09:00", True), ("2024-04-18 09:00", False)):
        office.bureau.at(moment)
        assert ("approve" in office.person().open(link).acts) is may


def test_class_by_pin(office: Office) -> None:
    """A PIN lets its holder decide from a shared mailbox; it is asked for where the answer is read over."""
    handed_in(office)
    Pins(office.bureau.var).choose(HEAD, "135790")
    link, person = office.links(HEAD)[0], office.person()
    page = person.check(link, "approve", name="李处长")
    assert "PIN码" in page.text
    for wrong in ("", "000000", "1357901"):
        page = person.send(f"{link}/do", [*page.hidden, ("pin", wrong)])
        refused_as(office, page, 403, "wrong-pin")
        assert "PIN码不对" in page.text
    done = person.send(f"{link}/do", [*page.hidden, ("pin", "135790")])
    assert "已记入台账" in done.text
    approved = next(entry for entry in office.entries("cosmetics") if entry.kind is EntryKind.APPROVED)
    assert approved.actor == HEAD
    assert "PIN" in approved.data["via"]


def test_class_by_pin_locks(office: Office) -> None:
    """Five wrong PINs lock it, the right one as well."""
    handed_in(office)
    Pins(office.bureau.var).choose(HEAD, "135790")
    link, person = office.links(HEAD)[0], office.person()
    page = person.check(link, "approve", name="李处长")
    for _ in range(5):
        page = person.send(f"{link}/do", [*page.hidden, ("pin", "111222")])
    assert "已经锁定一小时" in page.text
    page = person.send(f"{link}/do", [*page.hidden, ("pin", "135790")])
    assert page.status == 403
    assert EntryKind.APPROVED not in {entry.kind for entry in office.entries("cosmetics")}


def test_groups(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes to a group of a chat service bears the desk's address alone."""
    edited(bureau, "directory.yaml", ("title: 保护处联络员}", "title: 保护处联络员, channels: ['wecom://key']}"))
    with open_office(bureau, monkeypatch, "2024-04-01 09:00", "2024-04-02 09:00") as office:
        letters = office.letters(OFFICER)  # a rehearsal writes into folders, as it would to the group
        assert letters
        assert office.settings.desk_address in letters[0]
        assert office.links(OFFICER) == office.links(OFFICER, "/d/") == []


def test_who(office: Office) -> None:
    """The ledger names the post that answers, the name as stated, the letter, and from where; no answer without one."""
    person, link = office.person(), office.links(OFFICER)[0]
    for nobody in ("", "王", "王" * 21):
        assert person.check(link, "sign", name=nobody).status == 422
    person.answer(link, "sign", name="王小明")
    signed = next(entry for entry in office.entries("cosmetics") if entry.kind is EntryKind.SIGNED)
    assert signed.actor == OFFICER
    assert re.fullmatch(r"desk 函件1\.01-\d+ 王小明 127\.0\.0\.1", signed.data["via"])


def test_expiry(office: Office) -> None:
    """A link ends with what happens to its step, and says so."""
    link = office.links(OFFICER)[0]
    office.act(Verb.EXTEND, OFFICER, to="2024-04-19", reason="征求意见未完")
    assert office.person().open(link).status == 200
    office.act(Verb.GRANT, "deputy-director")
    page = office.person().open(link)
    refused_as(office, page, 410, "lapsed-extended")
    assert "时限已经调整" in page.text


@pytest.mark.parametrize(
    ("verb", "post", "told"),
    [(Verb.SUSPEND, COORDINATOR, "已经中止"), (Verb.CANCEL, COORDINATOR, "已经办结或者终止")],
)
def test_expiry_by(office: Office, verb: Verb, post: str, told: str) -> None:
    link = office.links(OFFICER)[0]
    office.act(verb, post, reason="上级另有安排")
    page = office.person().open(link)
    assert page.status == 410
    assert told in page.text


def test_expiry_after_sixty_working_days(office: Office) -> None:
    link = office.links(OFFICER)[0]
    for moment, status in (("2024-06-27 09:00", 200), ("2024-06-28 09:00", 410)):
        office.bureau.at(moment)
        assert office.person().open(link).status == status


def test_expiry_not_over_a_long_holiday(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter of the last Friday before 国庆 is answered after it."""
    dates = (("2024-04-01", "2024-09-23"), ("2024-06-28", "2024-12-31"))
    edited(bureau, "plans/small-2024/plan.yaml", *dates)
    moved = (("2024-04-12", "2024-10-18"), ("2024-05-17", "2024-11-22"))
    edited(bureau, "plans/small-2024/protection/cosmetics.yaml", *moved)
    moved = (("2024-05-24", "2024-12-06"), ("2024-06-28", "2024-12-31"))
    edited(bureau, "plans/small-2024/service/training.yaml", *moved)
    bureau.at("2024-09-26 16:00")
    with open_office(bureau, monkeypatch, "2024-09-26 16:00", "2024-09-27 09:00") as office:
        link = office.links(OFFICER)[0]
        office.bureau.at("2024-10-08 08:30")
        assert "已记入台账" in office.person().answer(link, "sign").text


def test_use(office: Office) -> None:
    """A link may be used again, an answer is stored once however often it is sent; the second person sees the first."""
    person, link = office.person(), office.links(OFFICER)[0]
    confirmation = person.check(link, "sign")
    first, again = (person.confirm(link, confirmation) for _ in range(2))
    assert first.response.url == again.response.url
    assert [e.kind for e in office.entries("cosmetics")].count(EntryKind.SIGNED) == 1
    other = office.person().open(link)
    assert "sign" not in other.acts
    assert "report" in other.acts
    assert "王小明" in other.text or "签收" in other.text


def test_use_of_what_somebody_else_has_ended(office: Office) -> None:
    """What can no longer be done is said to be so, and what was typed for it is still there to be read."""
    person, link = office.person(), office.links(OFFICER)[0]
    signed = person.check(link, "sign")
    handed = person.check(link, "submit", evidence="方案送审稿", reason="已征求三家意见")
    office.person().answer(link, "submit", evidence="方案送审稿")
    for late, told in ((signed, "现在不能签收"), (handed, "现在不能报送办结。您填写的是：方案送审稿、已征求三家意见")):
        page = person.confirm(link, late)
        assert page.status == 409
        assert "您填写期间，本事项有了新情况" in page.text
        assert told in page.text


def test_prefetch(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fetches every link and presses every button changes nothing."""
    monkeypatch.setattr(nonces, "TOO_QUICK", 3600.0)  # a robot is as quick as that
    before = {name: office.entries(name) for name in ("cosmetics", "training", VISITS)}
    robot, seen = office.person(), set[str]()
    listed = office.here.door.to_list(ListLink(OFFICER, date(2024, 4, 2))).removeprefix(office.settings.desk_address)
    waiting = [*office.links(OFFICER), listed, "/in", "/out"]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        robot.client.head(address)
        page = robot.open(address)
        waiting += [one for one in re.findall(r'href="(/[^"]*)"', page.response.text) if one not in seen]
        for form in re.findall(r"<form.*?</form>", page.response.text, re.S):
            _run(robot, form)
    assert len(seen) > 3
    assert {name: office.entries(name) for name in before} == before


def _run(robot: object, form: str) -> None:
    """Press the first button of a form as it is; then with the first of each choice, all fields filled in; then on."""
    action = re.findall(r'action="([^"]+)"', form)[0]
    hidden = re.findall(r'type="hidden" name="([\w.-]+)" value="([^"]*)"', form)
    person = robot
    sent = person.send(action, hidden)  # type: ignore[attr-defined]
    acts = re.findall(r'name="act" id="[\w-]+" value="([\w-]+)"', form)
    fields = [(name, "robot") for name in re.findall(r'<(?:input type="text"|textarea)[^>]* name="([\w.-]+)"', form)]
    for act in acts or [""]:
        sent = person.send(action, [*hidden, ("act", act), *fields])  # type: ignore[attr-defined]
        for confirm in re.findall(r"<form.*?</form>", sent.response.text, re.S):
            on = re.findall(r'action="([^"]+)"', confirm)[0]
            person.send(on, re.findall(r'type="hidden" name="([\w.-]+)" value="([^"]*)"', confirm))  # type: ignore[attr-defined]


def test_prefetch_too_quick(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who answers before anybody could have read the page is asked once more, and loses nothing."""
    person, link = office.person(), office.links(OFFICER)[0]
    confirmation = person.check(link, "report", progress="40", reason="初稿已成")
    monkeypatch.setattr(nonces, "TOO_QUICK", 3600.0)
    page = person.confirm(link, confirmation)
    assert page.status == 409
    assert "提交得太快" in page.text
    assert "初稿已成" in page.text


def test_forward(office: Office) -> None:
    """A link may be passed on; the page says whose matter it is."""
    page = office.person().open(office.links(OFFICER)[0])
    assert "您是：保护处联络员" in page.text


def test_hand_over(office: Office) -> None:
    """The link of whoever had it before opens nothing of what came later."""
    person, link = office.person(), office.links(OFFICER)[0]
    form = person.open(link)
    confirmation = person.check(link, "report", progress="40")
    office.act(Verb.HAND_OVER, COORDINATOR, reason="分工调整", to="service")
    office.act(Verb.SIGN, "service-officer")
    office.act(Verb.REPORT, "service-officer", reason="后来的内容", progress=50)
    for page in (
        person.open(link),
        person.send(link, [*form.hidden, ("act", "report"), ("name", "王小明")]),
        person.confirm(link, confirmation),
        person.open(f"{link}/done/{len(office.entries('cosmetics'))}"),
    ):
        refused_as(office, page, 410, "lapsed-handed-over")
        assert "已经转办" in page.text
        assert "后来的内容" not in page.text


def test_hand_over_by_the_link_itself(office: Office) -> None:
    """Who hands a matter over by their link sees that it was stored, also when they look again."""
    edited(office.bureau, "directory.yaml", ("title: 督办专员}", "title: 督办专员, personal: true}"))
    office.patrol("2024-04-24 09:00")
    person = office.person()
    link = next(one for one in office.links(COORDINATOR) if "hand-over" in person.open(one).acts)
    done = person.answer(link, "hand-over", to="service", reason="分工调整")
    assert "已记入台账" in done.text
    assert person.client.get(done.response.url).status_code == 200
    refused_as(office, person.open(link), 410, "lapsed-handed-over")


def test_deputy(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stands in has a link of their own, for the days on which they do."""
    away = "deputy: protection-deputy, absences: [{first: 2024-04-03, last: 2024-04-04}]"
    edited(
        bureau,
        "directory.yaml",
        ("deputy: protection-deputy", away),
        ("保护处副处长}", "保护处副处长, personal: true}"),
    )
    with open_office(bureau, monkeypatch, "2024-04-01 09:00", "2024-04-02 09:00") as office:
        handed_in(office)
        office.patrol("2024-04-03 09:10")
        assert office.links(HEAD) == []
        link = office.links(DEPUTY)[0]
        page = office.person().open(link)
        assert "您是：保护处副处长" in page.text
        assert "approve" in page.acts
        office.bureau.at("2024-04-08 09:00")
        refused_as(office, office.person().open(link), 410, "lapsed-no-deputy")


@pytest.mark.parametrize("whose", [OFFICER, "--all"])
def test_revoke(office: Office, whose: str) -> None:
    """Links and sessions made void open nothing; later letters bear new ones; both stand in the ledger."""
    link = office.links(OFFICER)[0]
    listed = office.here.door.to_list(ListLink(OFFICER, date(2024, 4, 2))).removeprefix(office.settings.desk_address)
    assert office.person().open(listed).status == 200
    said = office.bureau.ok("links", "revoke", whose, "--reason", "手机遗失", "--as", "administrator")
    assert "均已作废" in said
    for one in (link, listed):
        page = office.person().open(one)
        refused_as(office, page, 410, "lapsed-revoked")
        assert "统一作废" in page.text
    entry = office.here.service.ledger.entries("@@links")[-1]
    assert (entry.actor, entry.data["reason"]) == ("administrator", "手机遗失")
    office.patrol("2024-04-12 09:00")
    assert office.person().open(office.links(OFFICER)[0]).status == 200


def test_revoke_leaves_others_alone(office: Office) -> None:
    link = office.links(OFFICER)[0]
    office.bureau.ok("links", "revoke", HEAD, "--reason", "调离", "--as", "administrator")
    assert office.person().open(link).status == 200


def test_rate(office: Office) -> None:
    """From where too many links come that are not ours, no more is answered; good links are never locked."""
    person, good = office.person(), office.links(OFFICER)[0]
    for number in range(20):
        refused_as(office, person.open(f"/l/1.01-1-{number:022}"), 404, "unknown-link")
    refused_as(office, person.open(f"/l/1.01-1-{20:022}"), 429, "too-many")
    assert person.open(good).status == 200


def test_rate_of_acts(office: Office) -> None:
    person, link = office.person(), office.links(OFFICER)[0]
    person.answer(link, "sign")
    for number in range(29):
        assert person.answer(link, "report", progress=str(number)).status == 200
    refused_as(office, person.answer(link, "report", progress="90"), 429, "too-many-acts")


def test_rate_of_files(office: Office) -> None:
    person, link = office.person(), office.links(OFFICER)[0]
    files = [("submit.files", (f"{number}.pdf", PDF + bytes([number]), "application/pdf")) for number in range(20)]
    assert person.check(link, "submit", files).status == 200
    page = person.check(link, "submit", [("submit.files", ("又一个.pdf", PDF, "application/pdf"))])
    assert page.status == 422
    assert "上传的文件过多" in page.text


def test_refusal(office: Office) -> None:
    """Every refusal is a page of one shape: what, why, what now; a new link goes to the post's own channels alone."""
    link, person = office.links(OFFICER)[0], office.person()
    office.act(Verb.HAND_OVER, COORDINATOR, reason="分工调整", to="service")
    page = person.open(link)
    for told in ("链接已失效", "该事项已经转办", "索取新链接", "登录工作台"):
        assert told in page.text
    asked = person.send_plain(f"{link}/new", dict(page.hidden) | {"to": "mallory@example.com"})
    assert "新链接已经发出" in asked.text
    assert office.sent.acquire(timeout=20)
    new = office.links(OFFICER, "/d/")[0]
    assert office.person().open(new).status == 200
    assert "mallory" not in office.letters(OFFICER)[0]


def test_refusal_new_links_are_few(office: Office) -> None:
    link, person = office.links(OFFICER)[0], office.person()
    office.act(Verb.HAND_OVER, COORDINATOR, reason="分工调整", to="service")
    before, answers = len(office.letters(OFFICER)), set[str]()
    for _ in range(5):
        answers.add(person.send_plain(f"{link}/new", dict(person.open(link).hidden)).text)
        assert office.sent.acquire(timeout=20)
    assert len(office.letters(OFFICER)) <= before + 3
    assert len(answers) == 1


def test_audit_of_every_refusal_by_its_name() -> None:
    """Whatever somebody may be turned away for is told in words."""
    raised = [one for one in vars(refusing).values() if isinstance(one, refusing.TurnedAway)]
    assert len(raised) > 10
    assert [one.code for one in raised if refusing.told(one.code) == one.code] == []


def test_audit(office: Office) -> None:
    """Acts stand in the ledger, refusals beside it, where they break no chain; doctor and a command count them."""
    person, chains = office.person(), office.here.service.ledger.initiatives()
    for number in range(3):
        person.open(f"/l/1.01-1-{number:022}")
    assert office.here.service.ledger.initiatives() == chains
    assert "不是本系统发出的链接（unknown-link）" in office.bureau.ok("links", "refusals")
    assert office.bureau.json("links", "refusals") == {"unknown-link": 3}
    found = office.bureau.run("doctor", "--json").stdout
    assert "turned away in a week: unknown-link 3" in found
    assert "whole" in office.bureau.ok("ledger", "verify")


def test_leaks(office: Office) -> None:
    """Addresses come from settings and are told nobody; marks stand in letters, and nowhere else."""
    person, link = office.person(), office.links(OFFICER)[0]
    page = person.client.get(link, headers={"Host": "evil.example.com", "X-Forwarded-Host": "evil.example.com"})
    assert "evil" not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "noindex" in page.headers["x-robots-tag"]
    assert page.headers["x-content-type-options"] == "nosniff"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|\son\w+=|style=|https?://", page.text)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    mark = link[-22:]
    with office.here.service.ledger.stream() as entries:
        assert all(mark not in str(entry) for entry in entries)
    assert mark not in office.bureau.ok("notices")


def test_leaks_in_the_log(office: Office) -> None:
    """What the desk's own process logs holds addresses without their marks."""
    links = [office.links(OFFICER)[0], "/in/protection-head.0123456789abcdef.1-" + "A" * 22]
    links += [office.here.door.to_list(ListLink(OFFICER, date(2024, 4, 2))).removeprefix(office.settings.desk_address)]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "duban.desk", str(port)]
    with subprocess.Popen(command, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True) as desk:
        assert desk.stdout is not None
        logged = ""
        while "running on" not in logged:
            line = desk.stdout.readline()
            assert line, logged
            logged += line
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20) as browser:
            for link in links:
                for address in (link, f"{link}?x=1", f"{link}/cosmetics/draft", f"{link}/do", f"{link}%2F"):
                    browser.get(address)
                    browser.post(address)
        desk.terminate()
        logged += desk.stdout.read()
    assert logged.count("/l/1.01-") >= 6
    assert [link for link in links if link[-22:] in logged] == []


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("网页.html", b"<script>alert(1)</script>", "类型不能上传"),
        ("网页.pdf", b"<script>alert(1)</script>", "内容不是PDF文件"),
        ("空.pdf", b"", "是空的"),
        ("大.pdf", PDF + bytes(2**20), "超过1MB"),
        ("图.svg", b"<svg/>", "类型不能上传"),
        ("程序.exe", b"MZ", "类型不能上传"),
    ],
)
def test_uploads(office: Office, name: str, content: bytes, fault: str) -> None:
    """Files are judged by what they hold."""
    link = office.links(OFFICER)[0]
    with office.served_anew(upload=1) as browser:
        form = Page(browser.get(link))
        sent = [*form.hidden, ("act", "submit"), ("name", "王小明")]
        page = Page(browser.post(link, data=dict(sent), files={"submit.files": (name, content)}))
    assert page.status == 422
    assert fault in page.text
    assert "王小明" in page.response.text
    assert not list((office.bureau.var / "evidence").rglob("*"))


def test_uploads_too_many(office: Office) -> None:
    files = [("submit.files", (f"{number}.pdf", PDF, "application/pdf")) for number in range(21)]
    page = office.person().check(office.links(OFFICER)[0], "submit", files)
    assert page.status == 422
    assert "一次最多上传20个文件" in page.text


def test_uploads_come_back_as_attachments(office: Office) -> None:
    """A file is given back to whoever may open its matter, under its name, never as a page; no name is a path."""
    person, link = office.person(), office.links(OFFICER)[0]
    done = person.answer(link, "submit", {"submit.files": ("../../方案\u202e“1”.pdf", PDF, "text/html")})
    assert "已记入台账" in done.text
    (evidence,) = next(e for e in office.entries("cosmetics") if e.kind is EntryKind.SUBMITTED).data["evidence"]
    digest = evidence[-64:]
    page = person.open(link)
    assert f"{link}/file/{digest}" in page.response.text
    file = person.client.get(f"{link}/file/{digest}")
    assert file.content == PDF
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["x-content-type-options"] == "nosniff"
    called = file.headers["content-disposition"]
    assert called.startswith("attachment; ")
    assert "filename*=UTF-8''%E6%96%B9%E6%A1%88" in called
    assert "/" not in called
    stored = [one for one in (office.bureau.var / "evidence").rglob("*") if one.is_file()]
    assert [one.name for one in stored] == [digest]


def test_uploads_of_other_matters_are_not_there(office: Office) -> None:
    """Nobody has the file of another matter by naming it, in the address, in a form, or as a deliverable."""
    store, person, link = office.here, office.person(), office.links(OFFICER)[0]
    from duban.desk.uploads import store_at  # noqa: PLC0415

    line = store_at(str(office.bureau.var / "evidence")).keep("机密.pdf", PDF, 1)
    digest = line[-64:]
    refused_as(office, person.open(f"{link}/file/{digest}"), 404, "no-such-file")
    assert "没有这个" in person.open(f"{link}/file/..%2F..%2Fledger.sqlite").text
    typed = person.check(link, "submit", evidence=line)
    assert typed.status == 422
    assert "请从“上传文件”处上传" in typed.text
    form = person.open(link)
    forged = person.send(link, [*form.hidden, ("act", "submit"), ("name", "王小明"), ("stored", f"{line}-{'A' * 22}")])
    assert "机密" not in forged.text
    assert store.door is not None


def test_rehearsal(office: Office, tmp_path: Path) -> None:
    """A rehearsal's pages say so, and its links open nothing at the office, nor the office's there."""
    link = office.links(OFFICER)[0]
    page = office.person().open(link)
    assert page.text.count("推演：时间和人员均为模拟") == 1
    (office.bureau.var / "rehearsal-clock").rename(tmp_path / "clock")
    with office.served_anew() as browser:
        found = Page(browser.get(link))
    refused_as(office, found, 404, "unknown-link")
    assert "推演" not in found.text


def test_csrf(office: Office) -> None:
    """A form that this page did not hand out is refused, and nothing that was typed is lost; nor from elsewhere."""
    person, link = office.person(), office.links(OFFICER)[0]
    form = dict(person.open(link).hidden)
    filled = {"act": "report", "name": "王小明", "report.progress": "40", "report.reason": "初稿已成"}
    for number in ("", "made-up", form["nonce"][:-1] + ("A" if form["nonce"][-1] != "A" else "B")):
        page = person.send(link, [*(form | {"nonce": number} | filled).items()])
        refused_as(office, page, 403, "foreign-form")
        assert "初稿已成" in page.text
        page = person.send(f"{link}/do", [*(form | {"nonce": number} | filled).items()])
        refused_as(office, page, 403, "foreign-form")
    other = dict(office.person().open(office.links("service-officer")[0]).hidden)
    refused_as(
        office, person.send(f"{link}/do", [*(form | filled | {"nonce": other["nonce"]}).items()]), 403, "foreign-form"
    )
    from_elsewhere = person.client.post(f"{link}/do", data=form | filled, headers={"Sec-Fetch-Site": "cross-site"})
    refused_as(office, Page(from_elsewhere), 403, "from-elsewhere")
    assert EntryKind.REPORTED not in {entry.kind for entry in office.entries("cosmetics")}


def test_csrf_stores_no_file(office: Office) -> None:
    person, link = office.person(), office.links(OFFICER)[0]
    file = {"submit.files": ("方案.pdf", PDF, "application/pdf")}
    person.send(link, [("act", "submit"), ("name", "王小明"), ("nonce", "made-up")], file)
    person.send(f"/l/1.01-1-{0:022}", [("act", "submit")], file)
    assert not list((office.bureau.var / "evidence").rglob("*"))
