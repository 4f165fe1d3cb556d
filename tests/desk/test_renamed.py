"""Links of letters about a step that the plan calls otherwise since."""

from datetime import date

import pytest

from duban.core.access.doors import ListLink
from tests.desk.conftest import Office

BY = ("--by", "coordinator", "--reason", "名称调整")


def rename(office: Office, *, applied: bool) -> None:
    """Give the draft another name, in the files or by an application."""
    if applied:
        office.bureau.ok("apply")
        office.patrol("2024-04-02 10:00")
    file = next(one for one in office.bureau.config.rglob("*.yaml") if "id: draft\n" in one.read_text())
    text = file.read_text().replace("id: draft\n", "id: drafting\n    was: draft\n")
    file.write_text(text.replace("needs: [draft]", "needs: [drafting]"))
    if applied:
        office.bureau.ok("apply", *BY)


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("looked", [False, True])
def test_the_link_of_a_renamed_step_answers_it(office: Office, *, applied: bool, looked: bool) -> None:
    link = office.links("protection-officer")[0]
    rename(office, applied=applied)
    if looked:
        office.patrol("2024-04-02 11:00")
    page = office.person().answer(link, "sign")
    assert page.status == 200, page.text
    assert "已记入台账" in page.text
    assert [one.step for one in office.entries("cosmetics") if one.kind == "signed"] == ["drafting"]


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("looked", [False, True])
def test_what_ended_a_link_before_its_step_was_renamed_ends_it_still(
    office: Office, *, applied: bool, looked: bool
) -> None:
    link = office.links("protection-officer")[0]
    office.bureau.ok(
        "extend", "cosmetics/draft", "--as", "protection-officer", "--to", "2024-04-15", "--reason", "评审"
    )
    office.bureau.ok("extend", "cosmetics/draft", "--as", "deputy-director", "--grant")
    rename(office, applied=applied)
    if looked:
        office.patrol("2024-04-02 11:00")
    page = office.person().open(link)
    assert page.status == 410
    assert "时限已经调整" in page.text


def listed(office: Office) -> str:
    link = office.here.door.to_list(ListLink("protection-officer", date(2024, 4, 2)))
    return f"{link.removeprefix(office.settings.desk_address)}/cosmetics/draft"


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("looked", [False, True])
@pytest.mark.parametrize("way", ["signed in", "list"])
def test_an_address_that_names_a_step_by_its_former_name_leads_to_it(
    office: Office, *, applied: bool, looked: bool, way: str
) -> None:
    person, address = office.signed_in("protection-officer"), "/m/cosmetics/draft"
    if way == "list":
        person, address = office.person(), listed(office)
    before = person.check(address, "sign")
    rename(office, applied=applied)
    if looked:
        office.patrol("2024-04-02 11:00")
    stored = person.confirm(address, before)  # whoever had it open goes on, told of what changed where it did
    if stored.status == 409:
        assert "本事项有了新情况" in stored.text
        stored = person.answer(address, "sign")
    assert "已记入台账" in stored.text
    assert [one.step for one in office.entries("cosmetics") if one.kind == "signed"] == ["drafting"]
    assert person.open(address).status == 200


def test_an_address_of_a_step_that_is_gone_says_so_and_where_to_go(office: Office) -> None:
    office.bureau.ok("apply")
    file = next(one for one in office.bureau.config.rglob("*.yaml") if "id: draft\n" in one.read_text())
    text = file.read_text()
    removed = text[text.index("  - id: draft") : text.index("  - {id: publicity")]
    file.write_text(text.replace(removed, "").replace("needs: [draft], ", ""))
    office.bureau.ok("apply", *BY, "--cancel-all-removed")
    page = office.signed_in("protection-officer").open("/m/cosmetics/draft")
    assert page.status == 404
    assert "已经调整" in page.text
    assert "我的待办" in page.text
