"""Links of letters about a step that the plan calls otherwise since."""

import pytest

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
