"""What was done before and is entered today (补录), at the desk: with its day, and a reason of its own."""

import pytest

from duban.core.access.doors import SESSION
from duban.core.ledger.entries import EntryKind
from duban.desk.passes import new_pass
from duban.desk.sessions import COOKIE
from tests.desk.conftest import Office, Person
from tests.desk.test_mine import entries

DRAFT = "/m/cosmetics/draft"


def test_it_counts_from_its_day_with_a_reason_of_its_own_beside_what_is_reported(office: Office) -> None:
    office.bureau.at("2024-04-08 10:00")
    person = office.signed_in("protection-officer")
    told = {"progress": "40", "reason": "已完成初稿", "on": "4月3日", "because": "系统停机"}
    check = person.check(DRAFT, "report", **told)
    for said in ("实际办理日期 4月3日", "补录事由 系统停机", "说明 已完成初稿"):
        assert said in check.words
    done = person.confirm(DRAFT, check)
    assert "（补录：于2024年4月3日办理，2024年4月8日录入，事由：系统停机）" in done.words
    (entry,) = entries(office, EntryKind.REPORTED)
    assert entry.data["on"] == "2024-04-03"
    assert (entry.data["reason"], entry.data["because"]) == ("已完成初稿", "系统停机")
    own = office.here.service.view("cosmetics").state.step("draft")
    assert [(one.done.isoformat(), one.reason) for one in own.late][:1] == [("2024-04-03", "系统停机")]
    assert "事由：系统停机" in office.bureau.ok("why", "cosmetics/draft")


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        ({"on": "前天", "because": "停机"}, "日期“前天”读不懂"),
        ({"on": "2024-04-03"}, "补录应当写明事由"),
        ({"because": "停机"}, "请填写实际办理日期"),
        ({"on": "2024-04-09", "because": "停机"}, "尚未到来"),
        ({"on": "2024-03-01", "because": "停机"}, "补录以5个工作日为限"),
    ],
)
def test_what_cannot_be_such_a_day_is_told_and_kept_in_its_field(
    office: Office, typed: dict[str, str], what: str
) -> None:
    office.bureau.at("2024-04-08 10:00")
    answer = office.signed_in("protection-officer").check(DRAFT, "sign", **typed)
    assert what in answer.words
    for value in typed.values():
        assert f'value="{value}"' in answer.response.text
    assert entries(office, EntryKind.SIGNED) == []


def test_how_far_back_is_what_the_settings_say(office: Office) -> None:
    (office.bureau.config / "duban.toml").write_text('plan = "small-2024"\n[acts]\nback = 1\n', "utf-8")
    office.bureau.at("2024-04-08 10:00")
    with office.served_anew() as browser:
        browser.cookies.set(COOKIE, new_pass(office.here.door, SESSION, "protection-officer", 3600))
        answer = Person(browser).check(DRAFT, "sign", on="4月3日", because="停机")
        assert "补录以1个工作日为限" in answer.words
    refused = office.bureau.run(
        *("sign", "cosmetics/draft", "--as", "protection-officer", "--on", "2024-04-01", "--late-because", "停机")
    )
    assert "补录以1个工作日为限" in refused.output


def test_by_the_command_line_the_reason_is_apart_from_the_note_or_the_same(office: Office) -> None:
    office.bureau.at("2024-04-08 10:00")
    step = ("cosmetics/draft", "--as", "protection-officer", "--on", "2024-04-03")
    refused = office.bureau.run("sign", *step)
    assert "补录应当说明理由" in refused.output
    office.bureau.ok("sign", *step, "--late-because", "系统停机")
    (signed,) = entries(office, EntryKind.SIGNED)
    assert signed.data["because"] == "系统停机"
    assert "reason" not in signed.data
    office.bureau.ok("report", *step, "--progress", "30", "--note", "停机两日")
    (reported,) = entries(office, EntryKind.REPORTED)
    assert reported.data["reason"] == "停机两日"
    assert "because" not in reported.data
