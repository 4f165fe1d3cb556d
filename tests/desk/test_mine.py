"""My matters: what waits for whoever is signed in, and several of them signed for, or handed over, at once."""

import re

import pytest

from duban.core.ledger.entries import Entry, EntryKind
from duban.ports import LedgerUnusable
from duban.service import Service
from tests.desk.conftest import Office, Page, Person

BOX = re.compile(r"<input type=\"checkbox\" name=\"step\" id=\"[\w-]+\" value=\"([^\"]+)\"( checked)?")


def boxes(page: Page) -> list[str]:
    """What may be ticked; nothing is."""
    found = BOX.findall(page.response.text)
    assert not any(ticked for _, ticked in found)
    return [ref for ref, _ in found]


def entries(office: Office, kind: EntryKind, *names: str) -> list[Entry]:
    return [one for name in names or ("cosmetics", "training") for one in office.entries(name) if one.kind is kind]


def sign(person: Person, page: Page, *refs: str, name: str = "李莉") -> Page:
    return person.send("/sign", [*page.hidden, *(("step", ref) for ref in refs), ("name", name)])


def test_nobody_in_particular_is_led_to_sign_in(office: Office) -> None:
    page = office.person().open("/")
    assert page.status == 200
    assert '<a class="button" href="/in">登录</a>' in page.response.text
    assert "起草保护方案" not in page.text


def test_an_officer_reads_what_waits_and_comes_to_it(office: Office) -> None:
    person = office.signed_in("protection-officer")
    page = person.open("/")
    assert "1件须办" in page.text
    assert "起草保护方案" in page.text
    assert "签收 4月12日，还剩" in page.words
    assert '<a href="/m/cosmetics/draft">' in page.response.text
    assert "sign" in person.open("/m/cosmetics/draft").acts
    office.patrol("2024-04-22 10:00")
    assert "1件须办，1件逾期" in person.open("/").text


def test_what_one_has_done_is_there_and_what_will_be_asked(office: Office) -> None:
    office.bureau.ok("submit", "cosmetics/draft", "--as", "protection-officer", "--evidence", "方案送审稿")
    mine = office.signed_in("protection-officer").open("/")
    assert "现在没有须办的事项" in mine.text
    assert re.search(r"近30天办理的.*保护处联络员报送办结（成果：方案送审稿）.*“起草保护方案”", mine.text, re.S)
    head = office.signed_in("protection-head").open("/")
    assert "待您审核、答复（1件）" in head.text
    assert "审核通过 4月2日提请" in head.words


def test_whoever_stands_in_reads_for_whom(office: Office) -> None:
    file = office.bureau.config / "directory.yaml"
    away = "absences: [{first: 2024-04-02, last: 2024-04-30}]"
    file.write_text(file.read_text().replace("deputy: protection-deputy}", f"deputy: protection-deputy, {away}}}"))
    office.bureau.ok("submit", "cosmetics/draft", "--as", "protection-officer", "--evidence", "方案送审稿")
    page = office.signed_in("protection-deputy").open("/")
    assert "代保护处处长" in page.text


def two_to_sign(office: Office) -> Person:
    """The lecture is the protection division's too, and open."""
    for step in ("training/lecture", "training/attendance"):
        office.bureau.run("hand-over", step, "--as", "coordinator", "--to", "protection", "--reason", "分工调整")
    office.patrol()
    return office.signed_in("protection-officer")


def test_several_are_signed_for_at_once_each_by_a_command_of_its_own(office: Office) -> None:
    person = two_to_sign(office)
    assert "成批签收（2项）" in person.open("/").text
    page = person.open("/sign")
    assert boxes(page) == ["cosmetics/draft", "training/attendance"]
    done = sign(person, page, *boxes(page))
    assert "签收结果：2项已办" in done.words
    assert done.words.count("✓ 已签收") == 2
    signed = entries(office, EntryKind.SIGNED)
    assert len({one.key for one in signed}) == 2
    assert all(one.data["via"].startswith("desk 登录 李莉") for one in signed)
    assert all(office.called.acquire(timeout=20) for _ in range(2))
    assert set(office.woken) == {"cosmetics", "training"}
    again = sign(person, page, *boxes(page))
    assert again.status == 200
    assert len(entries(office, EntryKind.SIGNED)) == 2, "sent again it is the same"


def test_one_that_cannot_be_signed_for_does_not_hold_up_the_others(office: Office) -> None:
    person = two_to_sign(office)
    page = person.open("/sign")
    office.bureau.ok("cancel", "training/attendance", "--as", "coordinator", "--reason", "不再需要")
    done = sign(person, page, *boxes(page), "training/gone", "nonsense")
    assert "签收结果：1项已办，3项未办" in done.words
    assert "已终止" in done.text
    assert [one.step for one in entries(office, EntryKind.SIGNED)] == ["draft"]


def test_nothing_ticked_or_no_name_is_said_and_what_was_ticked_stays(office: Office) -> None:
    person = two_to_sign(office)
    page = person.open("/sign")
    assert "请勾选要签收的事项" in sign(person, page).text
    back = sign(person, page, "cosmetics/draft", name="")
    assert back.status == 422
    assert "请填写办理人姓名" in back.text
    assert ("cosmetics/draft", " checked") in BOX.findall(back.response.text)
    assert entries(office, EntryKind.SIGNED) == []


def test_a_batch_that_nobody_handed_out_is_refused(office: Office) -> None:
    person = two_to_sign(office)
    forged = person.send("/sign", [("step", "cosmetics/draft"), ("name", "李莉"), ("nonce", "abc")])
    assert forged.status == 403
    other = office.signed_in("service-officer").open("/sign")
    foreign = person.send("/sign", [*other.hidden, ("step", "cosmetics/draft"), ("name", "李莉")])
    assert foreign.status == 403 if other.hidden else True
    assert office.person().open("/sign").response.url.path == "/in"
    assert entries(office, EntryKind.SIGNED) == []


def test_who_may_hands_over_several_at_once(office: Office) -> None:
    person = office.signed_in("coordinator")
    assert 'href="/hand-over?of=protection"' in person.open("/u/protection").response.text
    page = person.open("/hand-over?of=protection")
    assert boxes(page) == ["cosmetics/draft"]
    ticked = [*page.hidden, ("step", "cosmetics/draft"), ("name", "周督办")]
    assert "请选择转办给" in person.send("/hand-over?of=protection", ticked).text
    done = person.send("/hand-over?of=protection", [*ticked, ("to", "service"), ("reason", "分工调整")])
    assert "已转办给服务处" in done.text
    (given,) = entries(office, EntryKind.HANDED_OVER)
    assert (given.actor, given.data["to"], given.data["reason"]) == ("coordinator", "service", "分工调整")


def test_who_may_not_hands_nothing_over(office: Office) -> None:
    person = office.signed_in("service-officer")
    page = person.open("/hand-over?of=protection")
    assert boxes(page) == []
    assert "现在没有可以转办的事项" in page.text
    assert person.open("/hand-over?of=nobody").status == 404


def test_the_number_of_a_form_is_good_for_its_act_alone(office: Office) -> None:
    coordinator = office.signed_in("coordinator")
    officer = office.signed_in("protection-officer")
    form = officer.open("/sign")
    sign(officer, form, "cosmetics/draft")
    fields = [*form.hidden, ("step", "cosmetics/draft"), ("name", "李莉"), ("to", "service"), ("reason", "分工调整")]
    page = officer.send("/hand-over?of=protection", fields)
    assert "已转办" not in page.text
    assert not entries(office, EntryKind.HANDED_OVER)
    assert coordinator.open("/").status == 200


def test_what_of_a_batch_is_not_stored_is_told_in_its_row(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = office.signed_in("protection-officer")
    form = officer.open("/sign")

    def gone(self: object, command: object) -> None:
        raise LedgerUnusable("locked")

    monkeypatch.setattr(Service, "act", gone)
    page = sign(officer, form, "cosmetics/draft")
    assert page.status == 200
    assert "起草保护方案" in page.text
    assert "尚未记入台账" in page.text
