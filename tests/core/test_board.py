"""The page and the picture of one initiative, and the words and shapes Prefect is given."""

from base64 import b64decode
from dataclasses import replace
from typing import get_args
from xml.etree import ElementTree as Xml

from duban.core.ledger.summary import Light, Status
from duban.core.planning.policy import Rung
from duban.core.telling.board import HYPHEN, escape, page
from duban.core.telling.chart import COLOURS, gantt
from duban.core.telling.shown import LIGHTS, STEPS, Shape, shown
from duban.core.titles import LIGHT_MARKS, LIGHT_TITLES, SLIP_TITLES, STATUS_TITLES
from tests.core.builders import Story, milestone, period, work

SVG = "{http://www.w3.org/2000/svg}"


def story() -> Story:
    return Story(
        work("draft", due="2024-06-07"),
        period("publicity", "draft"),
        work("long"),
        milestone("issued", "publicity"),
        on="2024-06-03",
    )


def parsed(told: Story) -> Xml.Element:
    return Xml.fromstring(gantt(told.look, told.decision))  # noqa: S314  our own picture


def test_the_page_says_how_each_step_stands() -> None:
    told = story().on("2024-06-12").act("officer", "extend", "draft", "人手不足", to="2024-06-28")
    told.act("leader", "grant", "draft").on("2024-06-13")
    text = page(told.look, told.decision)
    lines = text.splitlines()
    assert lines[0].endswith("1.01 here举措")
    draft = next(line for line in lines if "draft事项" in line and line.startswith("|"))
    assert f"06{HYPHEN}28（原06{HYPHEN}07）" in draft
    assert "建设处" in draft
    waiting = next(line for line in lines if "issued事项" in line and line.startswith("|"))
    assert STATUS_TITLES[Status.WAITING] in waiting
    assert "| — |" in waiting


def test_a_finished_step_shows_its_last_day() -> None:
    told = story().act("officer", "sign", "draft").act("officer", "submit", "draft")
    line = next(x for x in page(told.look, told.decision).splitlines() if "draft事项" in x and x.startswith("|"))
    assert f"06{HYPHEN}03（办结）" in line
    assert "100%" in line


def test_the_page_holds_the_picture() -> None:
    told = story()
    encoded = page(told.look, told.decision).split("base64,")[1].split(")")[0]
    assert b64decode(encoded).decode() == gantt(told.look, told.decision)


def test_text_of_a_plan_cannot_break_out_of_the_page() -> None:
    assert escape("a|b<script>[x](y)`z`\n&") == "a&#124;b&lt;script>&#91;x](y)&#96;z&#96; &amp;"


def test_the_picture_has_a_bar_or_a_diamond_for_each_step() -> None:
    told = story().act("officer", "sign", "draft").act("officer", "submit", "draft").on("2024-06-05")
    picture = parsed(told)
    bars = picture.findall(f"{SVG}rect")[1:]
    assert len(bars) == 3
    assert len(picture.findall(f"{SVG}path")) == 1
    titles = [text.text for text in picture.findall(f"{SVG}text")]
    assert {"draft事项", "publicity事项", "long事项", "issued事项"} <= set(titles)


def test_long_titles_are_cut_in_the_picture_and_escaped() -> None:
    told = Story(work("x"))
    long = "<&>" * 20
    told.replanned(replace(told.initiative.steps["x"], title=long))
    picture = parsed(told)
    [title] = [text.text for text in picture.findall(f"{SVG}text") if text.text and "<" in text.text]
    assert title == long[:21] + "…"


def test_every_status_and_light_has_its_word() -> None:
    assert set(STEPS) == set(Status)
    assert set(LIGHTS) == set(LIGHT_TITLES) == set(LIGHT_MARKS) == set(COLOURS) == set(Light)
    assert set(get_args(Rung.model_fields["slip"].annotation)) == set(SLIP_TITLES)


def test_names_in_prefect_are_a_closed_vocabulary() -> None:
    words = {*STEPS.values(), *LIGHTS.values()}
    assert {word.shape for word in words} <= set(get_args(Shape))
    assert len({word.name for word in words}) == len(words) == len(Status) + len({"绿灯", "黄灯", "橙灯", "红灯"})


def test_a_step_is_drawn_by_its_light_when_something_is_amiss() -> None:
    told = story()
    assert shown(told.row("long")) == STEPS[Status.OPEN]
    assert shown(told.row("issued")) == STEPS[Status.WAITING]
    told.act("officer", "report", "draft", progress=70).on("2024-06-06")
    assert shown(told.row("draft")) == LIGHTS[Light.YELLOW]
    told.on("2024-06-12")
    assert shown(told.row("draft")) == LIGHTS[Light.RED]
    told.act("officer", "submit", "draft")
    assert shown(told.row("draft")) == STEPS[Status.DONE]
