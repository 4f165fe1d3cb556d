"""What an address is good for: not for another matter, nor another plan; and what only asks is answered."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from duban.adapters.clock import SystemClock
from duban.adapters.delivery.carriers import ChannelCarrier
from duban.core.deciding.commands import Verb
from duban.core.ledger.entries import EntryKind
from duban.desk import new_links
from duban.desk.engine import make_engine
from tests.cli.conftest import Bureau
from tests.desk.conftest import Office, Page, open_office
from tests.receivers import receiver

OFFICER, COORDINATOR = "protection-officer", "coordinator"
DRAFT, ATTENDANCE = "/m/cosmetics/draft", "/m/training/attendance"
NEXT = "small-2025"


def test_a_form_is_good_for_its_own_matter_alone(office: Office) -> None:
    person = office.signed_in(COORDINATOR)
    nonce = dict(person.open(DRAFT).hidden)["nonce"]
    own = dict(person.open(ATTENDANCE).hidden)
    for address in (ATTENDANCE, f"{ATTENDANCE}/do"):
        said = {**own, "nonce": nonce, "act": "press", "name": "王小明", "press.reason": "请抓紧办理"}
        page = person.send(address, list(said.items()))
        assert page.status == 403
        assert office.refused()[-1][0] == "foreign-form"
        assert "请抓紧办理" in page.text
    assert EntryKind.PRESSED not in {entry.kind for entry in office.entries("training")}
    confirmation = person.check(DRAFT, "press", reason="请抓紧办理")
    moved = person.send(f"{ATTENDANCE}/do", confirmation.hidden)
    assert moved.status == 403
    assert "已记入台账" in person.confirm(DRAFT, confirmation).text


def test_the_form_of_a_batch_is_good_for_no_single_matter_nor_the_other_way_round(office: Office) -> None:
    person = office.signed_in("service-officer")
    batch, single = dict(person.open("/sign").hidden), dict(person.open(ATTENDANCE).hidden)
    said = {**single, "nonce": batch["nonce"], "act": "sign", "name": "王小明"}
    refused = person.send(f"{ATTENDANCE}/do", list(said.items()))
    assert refused.status == 403
    refused = person.send_plain("/sign", {"step": "training/attendance", "name": "王小明", "nonce": single["nonce"]})
    assert refused.status == 403
    assert EntryKind.SIGNED not in {entry.kind for entry in office.entries("training")}


def test_the_number_of_one_post_s_form_is_no_other_s(office: Office) -> None:
    theirs = dict(office.signed_in(COORDINATOR).open(DRAFT).hidden)
    person = office.signed_in(OFFICER)
    page = person.send(f"{DRAFT}/do", [*{**theirs, "act": "sign", "name": "王小明"}.items()])
    assert page.status == 403


@pytest.fixture
def two_plans(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The bureau with a second plan, whose ids and numbers are the same, in one ledger; letters of both are out."""
    folder = bureau.config / "plans" / NEXT
    shutil.copytree(bureau.config / "plans" / "small-2024", folder)
    plan = folder / "plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace("small-2024", NEXT).replace("2024年", "2025年"), "utf-8")
    settings = bureau.config / "duban.toml"
    settings.write_text(f'plan = "small-2024"\nbeside = ["{NEXT}"]\n', "utf-8")
    with open_office(bureau, monkeypatch, "2024-04-01 09:00", "2024-04-02 09:00") as office:
        second(office).patrol("2024-04-02 09:00")
        yield office


def second(office: Office) -> Office:
    """The same office, as its second plan has it."""
    return replace(office, settings=replace(office.settings, plan=office.settings.plans[1]))


def signed(office: Office) -> list[str]:
    return [entry.actor for entry in office.entries("cosmetics") if entry.kind is EntryKind.SIGNED]


def test_the_link_of_each_plan_opens_its_own(two_plans: Office) -> None:
    links = two_plans.links(OFFICER)
    assert len(links) == 2
    assert links[0].rpartition("-")[0][:7] == links[1].rpartition("-")[0][:7], "both are of the same number"
    for office in (second(two_plans), two_plans):
        own = next(link for link in links if _opens(office, link))
        links.remove(own)
        assert signed(office) == []
        assert "已记入台账" in two_plans.person().answer(own, "sign").text
        assert signed(office) == [OFFICER]


def _opens(office: Office, link: str) -> bool:
    title = office.here.service.office.plan.title
    return title in office.person().open(link).text


def test_a_mark_of_one_plan_is_none_of_the_other_s(two_plans: Office) -> None:
    first, other = two_plans.links(OFFICER)
    crossed = f"{first[:-22]}{other[-22:]}"
    if crossed != other:
        assert two_plans.person().open(crossed).status == 404
    assert first[-22:] != other[-22:]


def test_a_form_of_one_plan_is_not_good_for_the_other(two_plans: Office) -> None:
    person = two_plans.signed_in(OFFICER)
    beside = f"/m/{NEXT}@cosmetics/draft"
    confirmation = person.check(beside, "sign")
    assert person.send(f"{DRAFT}/do", confirmation.hidden).status == 403
    assert signed(two_plans) == signed(second(two_plans)) == []
    assert "已记入台账" in person.confirm(beside, confirmation).text
    assert (signed(two_plans), signed(second(two_plans))) == ([], [OFFICER])


def test_files_of_one_plan_are_not_given_by_the_other(two_plans: Office) -> None:
    person = two_plans.signed_in(OFFICER)
    pdf = {"submit.files": ("方案.pdf", b"%PDF-1.7 of a kind")}
    assert "已记入台账" in person.answer(f"/m/{NEXT}@cosmetics/draft", "submit", pdf, evidence="方案送审稿").text
    (handed,) = (e for e in second(two_plans).entries("cosmetics") if e.kind is EntryKind.SUBMITTED)
    digest = handed.data["evidence"][0][-64:]
    assert person.open(f"/m/{NEXT}@cosmetics/draft/file/{digest}").status == 200
    assert person.open(f"{DRAFT}/file/{digest}").status == 404


@pytest.mark.parametrize("name", ["nothing@cosmetics", "@cosmetics", f"{NEXT}@nothing", "../cosmetics"])
def test_no_other_plan_goes_on_here(two_plans: Office, name: str) -> None:
    assert two_plans.signed_in(OFFICER).open(f"/m/{name}/draft").status in ({200} if name[0] == "@" else {404})


PAGES = ("/", "/board", "/board.svg", "/units", "/week", "/in", "/out", DRAFT, "/i/cosmetics", "/nowhere", "/healthz")


@pytest.mark.parametrize("address", PAGES)
def test_who_only_asks_whether_a_page_is_there_is_answered_as_by_it(office: Office, address: str) -> None:
    browser = office.signed_in(COORDINATOR).client
    page, asked = browser.get(address), browser.head(address)
    assert asked.content == b""
    assert asked.status_code == page.status_code
    assert asked.headers["content-type"] == page.headers["content-type"]
    assert asked.headers["cache-control"] == page.headers["cache-control"]


def test_an_answer_leads_to_its_receipt_which_may_be_loaded_again(office: Office) -> None:
    person, link = office.person(), office.links(OFFICER)[0]
    read = person.check(link, "sign")
    fields = {**dict(read.hidden)}
    sent = person.client.post(f"{link}/do", data=fields, follow_redirects=False)
    assert sent.status_code == 303
    assert sent.headers["location"].startswith(f"{link}/done/")
    before = office.entries("cosmetics")
    for _ in range(2):
        assert "已记入台账" in person.open(sent.headers["location"]).text
    assert office.entries("cosmetics") == before


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_no_other_method_is_known(office: Office, method: str) -> None:
    link, before = office.links(OFFICER)[0], office.entries("cosmetics")
    answer = Page(office.person().client.request(method, link))
    assert answer.status in {405, 501}
    assert office.entries("cosmetics") == before


@pytest.mark.parametrize(
    "then", ["https://example.cn", "//example.cn", "/\\example.cn", "/m/a%0d%0aX: 1", "javascript:1"]
)
def test_signing_in_leads_nowhere_else(office: Office, then: str) -> None:
    asked = office.person().client.get("/in", params={"then": then})
    assert "example.cn" not in asked.text
    assert "javascript:" not in asked.text
    assert 'name="then" value=""' in asked.text or 'name="then"' not in asked.text


PRESSABLE = {"dingtalk": "[我的待办]({})", "wecom": "[我的待办]({})", "feishu": "{}"}


@pytest.mark.parametrize("kind", PRESSABLE)
def test_a_new_link_can_be_pressed_in_a_chat(office: Office, kind: str) -> None:
    with receiver(kind) as robot:
        file = office.bureau.config / "directory.yaml"
        told = f"title: 保护处处长, personal: true, channels: ['{robot.address}'],"
        file.write_text(file.read_text("utf-8").replace("title: 保护处处长,", told), "utf-8")
        here = replace(office.here, carrier=ChannelCarrier({}, 10, 30, SystemClock()))
        new_links._send(make_engine(office.settings, office.waking), here, "protection-head")
        (got,) = robot.accepted.values()
    address = here.door.home + "d/protection-head-"
    assert address in str(got.body)
    link = re.findall(rf"{re.escape(address)}[\w-]+", str(got.body))[0]
    assert PRESSABLE[kind].format(link) in str(got.body)
    if kind == "feishu":
        assert "button" in str(got.body)
    assert office.person().open(link).status == 200


def test_a_lapsed_link_asks_for_a_new_one_once_it_is_read(office: Office) -> None:
    link = office.links("protection-officer")[0]
    office.act(Verb.CANCEL, COORDINATOR, reason="上级另有安排")
    person = office.person()
    page = person.open(link)
    assert page.status == 410
    asked = person.send_plain(f"{link}/new", dict(page.hidden))
    assert "新链接已经发出" in asked.text
