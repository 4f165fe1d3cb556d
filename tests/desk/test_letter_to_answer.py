"""From the link in a letter to the ledger: the whole way of an answer, without a shell."""

from duban.core.ledger.entries import EntryKind
from tests.desk.conftest import Office

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


def kinds(office: Office, *wanted: EntryKind) -> list[EntryKind]:
    return [entry.kind for entry in office.entries("cosmetics") if entry.kind in wanted]


def test_an_officer_signs_by_the_link_of_the_letter(office: Office) -> None:
    person, link = office.person(), office.links("protection-officer")[0]
    page = person.open(link)
    assert "起草保护方案" in page.text
    assert "您是：保护处联络员" in page.text
    assert page.acts[:1] == ["sign"]
    done = person.answer(link, "sign")
    assert done.status == 200
    assert "已记入台账" in done.text
    signed = next(entry for entry in office.entries("cosmetics") if entry.kind is EntryKind.SIGNED)
    assert signed.actor == "protection-officer"
    assert signed.data["via"].startswith("desk 函件1.01-")
    assert signed.data["via"].endswith("王小明 127.0.0.1")
    assert office.woken == ["cosmetics"]


def test_opening_a_page_changes_nothing(office: Office) -> None:
    person, link, before = office.person(), office.links("protection-officer")[0], office.entries("cosmetics")
    asked = person.client.head(link)
    assert (asked.status_code, asked.content) == (200, b"")
    person.open(link)
    person.check(link, "sign")
    assert office.entries("cosmetics") == before


def test_work_goes_in_with_a_file_and_its_digest_is_in_the_ledger(office: Office) -> None:
    person, link = office.person(), office.links("protection-officer")[0]
    done = person.answer(link, "submit", {"submit.files": ("方案.pdf", PDF, "application/pdf")}, reason="请审核")
    assert done.status == 200, done.text
    handed_in = next(entry for entry in office.entries("cosmetics") if entry.kind is EntryKind.SUBMITTED)
    (evidence,) = handed_in.data["evidence"]
    name, _, digest = evidence.partition("　SHA-256：")
    assert name == "方案.pdf"
    assert (office.bureau.var / "evidence" / digest[:2] / digest).read_bytes() == PDF
