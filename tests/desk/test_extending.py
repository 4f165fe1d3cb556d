"""An extension says what it would move before it is asked for, and before it is granted."""

from duban.core.ledger.entries import EntryKind
from tests.desk.conftest import Office


def test_whoever_asks_for_time_reads_what_it_would_move(office: Office) -> None:
    person, link = office.person(), office.links("protection-officer")[0]
    before = office.entries("cosmetics")
    page = person.check(link, "extend", until="2024-05-06", reason="等待批复")
    assert "延期的影响" in page.text
    assert "“起草保护方案”延期至2024年5月6日（只作测算，未记入台账）" in page.text
    assert "预计完成日推迟的" in page.text
    assert "将误期：“保护方案印发”" in page.text
    assert office.entries("cosmetics") == before
    assert person.confirm(link, page).status == 200


def test_whoever_grants_it_reads_the_same(office: Office) -> None:
    to = ("--as", "protection-officer", "--to", "2024-05-06", "--reason", "等待批复")
    office.bureau.ok("extend", "cosmetics/draft", *to)
    leader = office.signed_in("deputy-director")
    page = leader.check("/m/cosmetics/draft", "grant")
    assert "延期至2024年5月6日（只作测算，未记入台账）" in page.text
    assert leader.confirm("/m/cosmetics/draft", page).status == 200
    granted = [one for one in office.entries("cosmetics") if one.kind is EntryKind.EXTENSION_GRANTED]
    assert [one.data["to"] for one in granted] == ["2024-05-06"]


def test_nothing_of_the_kind_is_said_of_other_acts(office: Office) -> None:
    page = office.person().check(office.links("protection-officer")[0], "report", progress="50")
    assert "延期的影响" not in page.text
