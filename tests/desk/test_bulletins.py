"""The coordinator's bulletin: edited section by section, kept, previewed, sent once, filed and fetched again."""

import re
import shutil
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO

import pytest
from docx import Document

from duban.core.ledger.entries import BULLETINS, Entry, EntryKind
from duban.desk import nonces
from tests.cli.conftest import CONFIG
from tests.desk.conftest import Office, Page, Person

REMARK = "保护处方案起草抓得紧，服务处培训尚未签收，请本周内说明。"
MONTH = "/bulletin?day=2024-04-01"


@pytest.fixture(autouse=True)
def readers(office: Office) -> None:
    """The shipped templates of papers, and a directory that says to whom bulletins go."""
    shutil.copytree(CONFIG / "papers", office.bureau.config / "papers", dirs_exist_ok=True)
    name_readers(office, "deputy-director, protection, service")


def name_readers(office: Office, names: str) -> None:
    file = office.bureau.config / "directory.yaml"
    told = re.sub(r"^bulletins: .*\n", "", file.read_text("utf-8"), flags=re.MULTILINE)
    file.write_text(f"bulletins: [{names}]\n{told}", "utf-8")


def sections(page: Page) -> dict[str, str]:
    """What stands in the fields of the draft."""
    return dict(re.findall(r'<textarea id="\w+" name="(\w+)"[^>]*>([^<]*)</textarea>', page.response.text))


def typed(page: Page, **changed: str) -> list[tuple[str, str]]:
    """The form of a draft with what was typed into it."""
    return [*page.hidden, *(sections(page) | changed).items()]


def save(person: Person, address: str = MONTH, then: str = "preview", **changed: str) -> Page:
    page = person.open(address)
    assert page.status == 200, page.text
    return person.send(address, [*typed(page, **changed), ("then", then)])


def send(person: Person, preview: Page, address: str = MONTH) -> Page:
    return person.send(address.replace("/bulletin?", "/bulletin/send?"), [*preview.hidden, ("name", "周督办")])


def bulletins(office: Office, kind: EntryKind = EntryKind.BULLETIN_FILED) -> Sequence[Entry]:
    return [one for one in office.entries(BULLETINS) if one.kind is kind]


def told_in(content: bytes) -> str:
    document = Document(BytesIO(content))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_a_draft_is_shown_by_sections_with_figures_that_nobody_can_edit(office: Office) -> None:
    page = office.signed_in("coordinator").open(MONTH)
    assert list(sections(page)) == ["heading", "opening", "remarks", "demands"]
    assert sections(page)["heading"] == "关于2024年4月《小局2024年工作要点》落实情况的通报"
    assert "共有举措2项、事项4项" in page.words
    assert re.search(r"序号 单位 在办 逾期 本期到期 其中按期 按期率 1 .*2 ", page.words)
    assert "系统拟稿" in page.words
    assert bulletins(office, EntryKind.BULLETIN_DRAFTED) == []


def test_what_was_typed_is_kept_and_what_was_not_goes_by_the_figures(office: Office) -> None:
    person = office.signed_in("coordinator")
    kept = save(person, then="keep", remarks=REMARK)
    assert sections(kept)["remarks"] == REMARK
    assert "已保存草稿" in kept.words
    (entry,) = bulletins(office, EntryKind.BULLETIN_DRAFTED)
    assert entry.data["text"] == {"remarks": REMARK}
    assert save(person, then="keep").status == 200
    assert len(bulletins(office, EntryKind.BULLETIN_DRAFTED)) == 1
    assert sections(office.signed_in("coordinator").open(MONTH))["remarks"] == REMARK
    assert sections(person.open(MONTH + "&week=true"))["remarks"] != REMARK


def test_it_is_previewed_then_sent_stored_filed_and_fetched_again(office: Office) -> None:
    person = office.signed_in("coordinator")
    preview = save(person, remarks=REMARK)
    assert REMARK in preview.words
    assert "发给分管副局长、保护处处长、服务处处长" in preview.words
    assert bulletins(office) == []
    done = send(person, preview)
    assert done.status == 200, done.text
    (entry,) = bulletins(office)
    assert (entry.actor, entry.data["number"]) == ("coordinator", "〔2024〕月报第1期")
    assert entry.data["via"].startswith("desk 登录 周督办 ")
    assert entry.data["to"] == ["deputy-director", "protection-head", "service-head"]
    text = office.bureau.ok("bulletin", "show", "〔2024〕月报第1期")
    assert REMARK in text
    assert sha256(text.encode()).hexdigest() == entry.data["sha256"]
    assert entry.data["sha256"] in done.words
    assert not any("通报" in letter for letter in office.letters("service-head"))
    office.patrol()
    for post in entry.data["to"]:
        (letter,) = (one for one in office.letters(post) if REMARK in one)
        assert f"/bulletins/{entry.sequence}" in letter
    paper = office.signed_in("service-officer").open(f"/bulletins/{entry.sequence}.docx").response
    assert REMARK in told_in(paper.content)
    assert "《督查通报》" in person.open(f"/bulletins/{entry.sequence}").words
    assert "〔2024〕月报第1期" in person.open("/week").words
    assert "〔2024〕月报第1期" in office.bureau.ok("bulletin", "list")
    assert office.bureau.ok("ledger", "verify")


def test_the_filed_paper_is_the_same_whatever_happens_later(office: Office) -> None:
    person = office.signed_in("coordinator")
    send(person, save(person, remarks=REMARK))
    before = person.open("/bulletins/2.docx").response.content
    office.bureau.ok("sign", "cosmetics/draft", "--as", "protection-officer")
    office.patrol("2024-05-20 09:00")
    assert person.open("/bulletins/2.docx").response.content == before
    assert person.open("/bulletin.docx?day=2024-04-01").response.content == before
    office.bureau.ok("bulletin", "paper", "2", "-o", "filed.docx")
    assert (office.bureau.root / "filed.docx").read_bytes() == before
    assert person.open("/bulletins/77").status == 404
    assert person.open("/bulletins/77.docx").status == 404


def test_word_goes_with_the_letter_where_the_directory_says_so(office: Office) -> None:
    file = office.bureau.config / "directory.yaml"
    told = file.read_text("utf-8").replace("title: 服务处处长", "title: 服务处处长, papers: true")
    file.write_text(told, "utf-8")
    person = office.signed_in("coordinator")
    send(person, save(person, remarks=REMARK))
    office.patrol()
    with_paper = {
        mail.parent.name
        for mail in office.bureau.var.glob("mail/*/*.eml")
        if b"wordprocessingml" in mail.read_bytes() and REMARK in office.letters(mail.parent.name)[0]
    }
    assert with_paper == {"service-head"}


def test_pressed_twice_it_goes_out_once(office: Office) -> None:
    person = office.signed_in("coordinator")
    preview = save(person, remarks=REMARK)
    first, second = send(person, preview), send(person, preview)
    assert first.response.url == second.response.url
    told = office.bureau.ok("bulletin", "send", "--month", "2024-04", "--as", "coordinator")
    assert "已归档：〔2024〕月报第1期" in told
    office.patrol()
    office.patrol()
    assert len(bulletins(office)) == 1
    assert sum(REMARK in letter for letter in office.letters("service-head")) == 1
    assert person.open(MONTH).response.url.path == first.response.url.path


def test_a_correction_is_a_bulletin_of_its_own_that_names_the_one_it_replaces(office: Office) -> None:
    person = office.signed_in("coordinator")
    done = send(person, save(person, remarks=REMARK))
    number = int(done.response.url.path.rpartition("/")[2])
    address = f"/bulletin?replaces={number}"
    assert address in done.response.text
    draft = person.open(address)
    assert sections(draft)["remarks"] == REMARK
    corrected = send(person, save(person, address, remarks="服务处已经签收，特此更正。"), address)
    assert "〔2024〕月报第1期（更正）（代替〔2024〕月报第1期）" in corrected.words
    assert "本期已由〔2024〕月报第1期（更正）代替" in person.open(f"/bulletins/{number}").words
    again = int(corrected.response.url.path.rpartition("/")[2])
    address = f"/bulletin?replaces={again}"
    third = send(person, save(person, address, remarks="再次更正。"), address)
    assert "〔2024〕月报第1期（更正2）（代替〔2024〕月报第1期（更正））" in third.words
    assert [one.data.get("replaces") for one in bulletins(office)] == [None, number, again]
    office.patrol()
    assert any("本期为更正，代替〔2024〕月报第1期。" in letter for letter in office.letters("service-head"))


def test_two_who_edit_at_once_lose_nothing(office: Office) -> None:
    one, other = office.signed_in("coordinator"), office.signed_in("coordinator")
    page, late = one.open(MONTH), other.open(MONTH)
    one.send(MONTH, [*typed(page, remarks="甲写的"), ("then", "keep")])
    answer = other.send(MONTH, [*typed(late, remarks="乙写的"), ("then", "keep")])
    assert answer.status == 422
    assert "另有保存" in answer.words
    assert sections(answer)["remarks"] == "乙写的"
    assert sections(other.send(MONTH, [*typed(answer), ("then", "keep")]))["remarks"] == "乙写的"
    assert [one.data["text"]["remarks"] for one in bulletins(office, EntryKind.BULLETIN_DRAFTED)] == [
        "甲写的",
        "乙写的",
    ]


def test_what_changed_after_the_preview_is_looked_at_first(office: Office) -> None:
    person = office.signed_in("coordinator")
    preview = save(person, remarks="先看到的")
    save(office.signed_in("coordinator"), remarks="后来改的")
    answer = send(person, preview)
    assert answer.status == 422
    assert "后来改的" in answer.words
    assert bulletins(office) == []


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"heading": " "}, "通报的标题不能空着"),
        ({"opening": ""}, "通报的导语不能空着"),
        ({"remarks": "长" * 5001}, "通报的单位点评最多5000字，现有5001字"),
    ],
)
def test_what_cannot_be_a_bulletin_comes_back_as_it_was_typed(
    office: Office, changed: dict[str, str], what: str
) -> None:
    page = save(office.signed_in("coordinator"), **changed)
    assert page.status == 422
    assert what in page.words
    assert sections(page) | changed == sections(page)


def test_a_form_that_was_not_handed_out_comes_back_and_keeps_nothing(office: Office) -> None:
    person = office.signed_in("coordinator")
    page = person.open(MONTH)
    fields = [one for one in typed(page, remarks=REMARK) if one[0] != "nonce"]
    answer = person.send(MONTH, [*fields, ("nonce", "foreign")])
    assert answer.status == 403
    assert sections(answer)["remarks"] == REMARK
    assert bulletins(office, EntryKind.BULLETIN_DRAFTED) == []
    assert ("foreign-form", "127.0.0.1") in office.refused()
    unsent = person.send("/bulletin/send" + MONTH[9:], [("nonce", "foreign"), ("version", "0"), ("name", "周督办")])
    assert unsent.status == 422
    assert bulletins(office) == []


def test_a_robot_is_too_quick_and_a_name_is_asked_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    person = office.signed_in("coordinator")
    preview = save(person)
    unnamed = person.send("/bulletin/send" + MONTH[9:], [*preview.hidden, ("name", "7")])
    assert "请填写办理人姓名" in unnamed.words
    monkeypatch.setattr(nonces, "TOO_QUICK", 3600.0)
    assert "提交得太快" in send(person, preview).words
    assert bulletins(office) == []


@pytest.mark.parametrize("post", ["deputy-director", "service-officer"])
def test_nobody_but_the_coordinator_works_at_it(office: Office, post: str) -> None:
    person = office.signed_in(post)
    for address in (MONTH, MONTH.replace("?", "/preview?")):
        assert person.open(address).status == 403
    assert "not-yours" in {code for code, _ in office.refused()}
    assert person.open("/bulletins").status == 200


def test_whoever_is_not_signed_in_is_asked_to_and_keeps_what_was_typed_in_the_browser(office: Office) -> None:
    assert office.person().open(MONTH).response.url.path == "/in"
    assert office.person().send(MONTH, [("remarks", REMARK)]).status == 401


def test_a_time_that_has_not_come_has_no_bulletin(office: Office) -> None:
    person = office.signed_in("coordinator")
    for address in ("/bulletin?day=2025-12-01", "/bulletin/preview?day=2025-12-01", "/bulletin?day=2024-13-01"):
        assert person.open(address).status == 404


def test_without_readers_it_says_where_to_name_them(office: Office) -> None:
    name_readers(office, "")
    person = office.signed_in("coordinator")
    preview = save(person, remarks=REMARK)
    assert "请在 config/directory.yaml 的 bulletins 中写上" in preview.words
    refused = office.bureau.run("bulletin", "send", "--month", "2024-04", "--as", "coordinator")
    assert refused.exit_code != 0
    assert "bulletins" in refused.output
    assert bulletins(office) == []
