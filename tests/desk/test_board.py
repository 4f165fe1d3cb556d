"""The board: a leader reads on one page, filtering nothing, what is red, why, and who has to act first."""

import re
from xml.etree import ElementTree as Xml

from tests.desk.conftest import Office

LATE = "2024-04-22 10:00"


def a_late_draft(office: Office) -> None:
    """The draft was due on 12 April; letters went out, and nobody has said a word."""
    for moment in ("2024-04-10 09:00", "2024-04-16 09:00", LATE):
        office.patrol(moment)


def test_a_leader_reads_what_is_red_since_when_and_who_acts_first(office: Office) -> None:
    a_late_draft(office)
    page = office.person().open("/board")
    text = re.sub(r"\s+", " ", page.text)
    assert page.status == 200
    assert "2项举措：红1" in text
    assert "预计误期的事项" in text
    assert "统计截至2024-04-22 10:00" in text
    assert "红 1/4" in text, "how much of the initiative is red"
    assert "起亮红灯，已逾期6个工作日" in text
    assert "牵动 方案公示" in text
    assert "已发工作交办单1份、到期提醒2份、工作催办单2份，最近一份4月16日送" in text
    assert "由谁先办 保护处联络员签收" in text
    assert text.index("起草保护方案") < text.index("各部分"), "what is red comes first"


def test_sections_and_units_show_their_lights_and_lead_on(office: Office) -> None:
    a_late_draft(office)
    page, person = office.person().open("/board").response.text, office.person()
    assert '<a href="/s/protection">1 加强保护</a>' in page
    assert '<a href="/u/protection">保护处</a>' in page
    listed = person.open("/s/protection")
    assert "推进化妆品产业知识产权保护" in listed.text
    assert "“起草保护方案”已逾期6个工作日" in listed.text
    assert person.open("/s/nothing").status == 404
    assert "推进化妆品产业知识产权保护" not in person.open("/s/protection?after=150").text


def test_what_falls_due_in_two_weeks_is_on_it(office: Office) -> None:
    office.patrol("2024-04-03 09:00")
    text = office.person().open("/board").text
    assert re.search(r"今后两周到期（1项）.*4月12日.*起草保护方案.*保护处", text, re.S)
    assert "没有红灯事项" in text


def test_the_picture_of_the_year_has_an_address_of_its_own(office: Office) -> None:
    a_late_draft(office)
    person = office.person()
    assert '<img src="/board.svg"' in person.open("/board").response.text
    picture = person.open("/board.svg").response
    assert picture.headers["content-type"] == "image/svg+xml"
    assert Xml.fromstring(picture.text).tag.endswith("svg")  # noqa: S314  it is ours
    assert "style" not in picture.text


def test_what_was_handed_over_is_on_the_board_with_whoever_has_it(office: Office) -> None:
    office.bureau.ok("hand-over", "cosmetics/draft", "--as", "coordinator", "--to", "service", "--reason", "分工调整")
    office.patrol("2024-04-03 09:00")
    page = office.person().open("/board").response.text
    assert '<a href="/u/service">服务处</a>' in page
    assert '<a href="/u/protection">' not in page


def test_nothing_on_it_is_written_into_the_page_that_the_policy_refuses(office: Office) -> None:
    page = office.person().open("/board").response.text
    assert not re.search(r"<style|style=|<script>|onclick", page)
