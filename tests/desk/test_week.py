"""The coordinator's week: who has not signed or reported, what asks for time, what reached nobody; pressed by hand."""

import pytest

from duban.core.ledger.entries import EntryKind
from tests.desk.conftest import Office
from tests.desk.test_mine import BOX, boxes, entries

WORDS = "请于周五前签收，有困难请说明"


def test_the_week_says_who_has_not_signed_and_what_comes(office: Office) -> None:
    office.patrol("2024-04-08 09:00")
    words = office.signed_in("coordinator").open("/week").words
    assert "未签收2项，未反馈0项，待答复延期0项，未送达函件0件" in words
    assert "起草保护方案 保护处 4月12日" in words
    assert "今后一周到期（1项） 时限 事项 承办 灯 4月12日 起草保护方案 保护处" in words


def test_what_was_signed_for_and_not_heard_of_since_is_listed(office: Office) -> None:
    office.bureau.ok("sign", "cosmetics/draft", "--as", "protection-officer")
    office.patrol("2024-04-10 09:00")
    assert "未反馈0项" in office.person().open("/week").words
    office.patrol("2024-04-26 09:00")
    assert "未签收1项，未反馈1项" in office.person().open("/week").words
    office.bureau.ok("report", "cosmetics/draft", "--as", "protection-officer", "--progress", "50")
    assert "未反馈0项" in office.person().open("/week").words


def test_an_extension_is_listed_until_it_is_answered(office: Office) -> None:
    asked = ("--as", "protection-officer", "--to", "2024-04-26", "--reason", "等待批复")
    office.bureau.ok("extend", "cosmetics/draft", *asked)
    words = office.person().open("/week").words
    assert "待答复的延期申请（1项）" in words
    assert "起草保护方案 保护处联络员 4月2日 4月26日 等待批复" in words
    office.bureau.ok("extend", "cosmetics/draft", "--as", "deputy-director", "--refuse", "--reason", "按期办")
    assert "待答复的延期申请（0项）" in office.person().open("/week").words


def test_the_coordinator_presses_those_ticked_in_words_of_their_own(office: Office) -> None:
    office.patrol("2024-04-08 09:00")
    person = office.signed_in("coordinator")
    assert '<a class="button" href="/press">成批催办</a>' in person.open("/week").response.text
    page = person.open("/press")
    assert boxes(page) == ["cosmetics/draft", "training/attendance"]
    assert "保护处未签收，已有" in page.text
    ticked = [*page.hidden, ("step", "cosmetics/draft"), ("name", "周督办")]
    empty = person.send("/press", ticked)
    assert "请填写催办内容" in empty.text
    assert ("cosmetics/draft", " checked") in BOX.findall(empty.response.text)
    assert "✓ 已催办" in person.send("/press", [*ticked, ("reason", WORDS)]).text
    (pressed,) = entries(office, EntryKind.PRESSED)
    assert (pressed.actor, pressed.data["reason"]) == ("coordinator", WORDS)
    office.patrol()
    for post in ("protection-officer", "protection-head"):
        letter = office.letters(post)[0]
        assert f"督办专员（2024年4月8日）：{WORDS}" in letter
        assert letter.startswith("工作催办单")


def test_one_matter_is_pressed_for_on_its_own_page(office: Office) -> None:
    person = office.signed_in("coordinator")
    assert "press" in person.open("/m/cosmetics/draft").acts
    done = person.answer("/m/cosmetics/draft", "press", reason=WORDS)
    assert f"督办专员催办：{WORDS}" in done.words
    assert "press" not in office.signed_in("protection-officer").open("/m/cosmetics/draft").acts


@pytest.mark.parametrize("post", ["protection-officer", "deputy-director"])
def test_nobody_else_comes_to_the_page_that_presses(office: Office, post: str) -> None:
    assert office.signed_in(post).open("/press").status == 403
    assert "成批催办" not in office.signed_in(post).open("/week").text


def test_by_the_command_line_it_is_the_same(office: Office) -> None:
    told = office.bureau.ok("press", "cosmetics/draft", "--as", "coordinator", "--note", WORDS)
    assert "催办" in told
    assert [one.data["reason"] for one in entries(office, EntryKind.PRESSED)] == [WORDS]
