"""The page and the picture of one initiative, whole, and the words and shapes Prefect is given."""

import re
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree as Xml

from duban.core.ledger.summary import Light, Status
from duban.core.planning.directory import Directory, DirectoryFile, Group
from duban.core.planning.plan import Step
from duban.core.planning.policy import Rung
from duban.core.planning.when import parse_when
from duban.core.telling.board import bulletin, described, page
from duban.core.telling.chart import COLOURS, SHAPES, gantt
from duban.core.telling.lines import lines
from duban.core.telling.shown import LIGHTS, STEPS, Shape, shown
from duban.core.telling.tables import escape
from duban.core.titles import LIGHT_MARKS, LIGHT_TITLES, SLIP_TITLES
from tests.core.builders import POSTS, UNITS, Story, initiative, milestone, period, work

SNAPSHOTS = Path(__file__).parent.parent / "snapshots" / "pages"
SVG = "{http://www.w3.org/2000/svg}"
PICTURE = re.compile(r"data:image/svg\+xml;base64,([^)]*)")
GROUPED = Directory(
    DirectoryFile(
        administrator="administrator",
        posts=POSTS,
        units=UNITS,
        groups=(
            Group(id="lawyers", title="法规", units=("law",)),
            Group(id="all", title="各处", units=("works", "law")),
        ),
    )
)


def each(name: str, title: str, needs: str = "", span: str = "", **said: str) -> tuple[Step, ...]:
    """A step in every unit, as `each` writes it; `span` is the title of the period it comes back in."""
    made = []
    for unit in UNITS:
        mark = f"（{unit.title}{'，' if span else ''}{span}）"
        step = work(f"{name}@{unit.id}", needs, owner=unit.id, unit=unit.id, **said)
        made.append(replace(step, title=title + mark))
    return tuple(made)


def story() -> Story:
    return Story(
        work("draft", due="2024-06-07"),
        period("publicity", "draft"),
        work("long"),
        milestone("issued", "publicity"),
        on="2024-06-03",
    )


def year() -> Story:
    """An initiative with something of everything, in the middle of June."""
    told = Story(
        *each("survey", "摸底", due="2024-06-07"),
        milestone("surveyed", "survey@works survey@law", due="2024-06-14"),
        work("draft", due="2024-06-04"),
        work("over", "draft", due="2024-06-28", owner="law"),
        work("dropped"),
        *each("quarter", "季报", earliest="2025-01-02", due="2025-01-10", span="第四季度"),
        work("last", "surveyed", owner="law"),
        people=GROUPED,
        beside=[initiative(work("follow", "here/surveyed", home="there"), name="there")],
    )
    told.act("officer", "sign", "draft").act("officer", "submit", "draft").on("2024-06-04")
    told.act("clerk", "sign", "over").act("clerk", "report", "over", progress=40)
    told.act("clerk", "extend", "over", "人手不足", to="2024-07-05").act("leader", "grant", "over")
    told.act("coordinator", "cancel", "dropped", "并入")
    told.act("clerk", "sign", "survey@law").act("clerk", "submit", "survey@law")
    return told.on("2024-06-13")


def read(text: str) -> str:
    return PICTURE.sub("…", text).replace("\u2060", "")


def parsed(told: Story) -> Xml.Element:
    return Xml.fromstring(gantt(told.look, lines(told.look, told.decision)))  # noqa: S314  our own picture


def words(told: Story) -> list[str]:
    return [text.text or "" for text in parsed(told).findall(f"{SVG}text")]


def test_the_whole_page() -> None:
    told = year()
    assert read(page(told.look, told.decision)) == (SNAPSHOTS / "initiative.md").read_text()


def test_a_bulletin_is_the_page_without_its_links() -> None:
    told = year()
    linked = [line for line in page(told.look, told.decision).splitlines() if "](../" in line]
    assert len(linked) == 1
    paper = bulletin(told.look, told.decision)
    assert page(told.look, told.decision).replace(f"{linked[0]}\n\n", "") == paper


def test_what_prefect_calls_the_page() -> None:
    told = year()
    assert described(told.look, told.decision) == "1.01 here举措　🔴红灯 3/9"


def test_a_quiet_page_has_no_list_of_what_is_amiss() -> None:
    told = Story(work("draft", due="2024-06-28"), on="2024-06-03")
    text = page(told.look, told.decision)
    assert "## 须先处理" not in text
    assert "<details>" not in text
    done = told.act("officer", "sign", "draft").act("officer", "submit", "draft")
    text = page(done.look, done.decision)
    assert "## 在办的事项" not in text
    assert "- ✅ 6月3日　draft事项" in text


def test_units_that_are_amiss_are_named_by_how_they_are() -> None:
    told = Story(*each("survey", "摸底", due="2024-06-07"), on="2024-06-03", people=GROUPED)
    told.act("clerk", "sign", "survey@law").on("2024-06-11")
    assert "<br>建设处：待签收，时限6月7日，预计6月11日，已逾期1个工作日" in page(told.look, told.decision)
    assert "<br>法规处：办理中，时限6月7日，预计6月11日，已逾期1个工作日" in page(told.look, told.decision)
    assert "**红灯　摸底**（各处 0/2）" in page(told.look, told.decision)


def test_units_that_are_still_in_time_are_named_beside_those_that_are_not() -> None:
    early, late = each("survey", "摸底", due="2024-06-28")
    told = Story(early, replace(late, due=parse_when("2024-06-07")), on="2024-06-03", people=GROUPED)
    told.act("officer", "sign", "survey@works").act("officer", "report", "survey@works", progress=50).on("2024-06-11")
    text = page(told.look, told.decision)
    assert "**红灯　摸底**（各处 0/2）<br>法规处：待签收，时限6月7日，" in text
    assert "<br>其余未办结：建设处" in text
    told.act("clerk", "submit", "survey@law")
    assert "| 🟢 摸底<br>办理中 50%　各处 1/2，未办结：建设处 | 时限6月28日<br>预计6月" in page(
        told.look, told.decision
    )


def test_units_of_no_group_are_called_units() -> None:
    told = Story(*each("survey", "摸底", due="2024-06-07"), on="2024-06-03")
    assert "各单位 0/2" in page(told.look, told.decision)


def test_many_names_are_counted() -> None:
    waiting = [work(f"after-{n}", "draft") for n in range(12)]
    there = initiative(work("follow", "here/draft", home="there"), work("apart", home="there"), name="there")
    told = Story(work("draft", due="2024-06-04"), *waiting, on="2024-06-07", beside=[there])
    text = page(told.look, told.decision)
    assert "等它的：after-0事项、after-1事项、after-2事项等13项" in text
    listed, more = text.split("<details><summary>其后的事项（6项）</summary>")
    assert (listed.count("- 6月"), more.count("- 6月")) == (6, 6)


def test_what_is_more_than_can_be_seen_to_at_once_is_folded_away() -> None:
    told = Story(*(work(f"late-{n}", due="2024-06-04") for n in range(9)), on="2024-06-07")
    assert "<details><summary>其次处理（4项）</summary>" in page(told.look, told.decision)


def test_a_step_without_any_date_stands_at_the_end() -> None:
    told = Story(work("first", due="2024-06-20"), work("stopped"), on="2024-06-03")
    told.act("coordinator", "suspend", "stopped", "上级文件修订")
    text = page(told.look, told.decision)
    assert "stopped事项<br>已中止" in text


def test_the_page_holds_the_picture() -> None:
    told = story()
    found = PICTURE.search(page(told.look, told.decision))
    assert found
    assert b64decode(found[1]).decode() == gantt(told.look, lines(told.look, told.decision))


def test_text_of_a_plan_cannot_break_out_of_the_page() -> None:
    assert escape("a|b<script>[x](y)`z`\n&") == "a&#124;b&lt;script>&#91;x&#93;(y)&#96;z&#96; &amp;"


def test_the_picture_has_a_bar_or_a_diamond_for_each_line() -> None:
    told = story().act("officer", "sign", "draft").act("officer", "submit", "draft").on("2024-06-05")
    picture = parsed(told)
    bars = picture.findall(f"{SVG}rect")[1:]
    assert len(bars) == 3
    diamonds = [path for path in picture.findall(f"{SVG}path") if "l6 6" in path.attrib["d"]]
    assert len(diamonds) == 1
    assert {"draft事项", "publicity事项", "红灯 long事项", "issued事项", "今日6月5日"} <= set(words(told))


def test_the_units_of_a_step_are_one_bar_with_their_count_and_lights_are_words_too() -> None:
    told = year()
    bars = [text for text in words(told) if "摸底" in text]
    assert bars == ["红灯 摸底 1/2"]
    assert len(set(SHAPES.values())) == len(Light)


def test_lines_of_the_picture_stand_by_date() -> None:
    told = Story(work("late", earliest="2024-10-08"), work("soon"), on="2024-06-03")
    titles = [text for text in words(told) if text.endswith("事项")]
    assert titles == ["soon事项", "late事项"]


def test_today_is_written_on_the_side_where_there_is_room() -> None:
    told = Story(work("draft"), on="2024-12-30")
    assert 'text-anchor="end">今日12月30日' in gantt(told.look, lines(told.look, told.decision))


def test_a_month_of_a_few_days_has_no_room_for_its_name() -> None:
    told = Story(work("draft"), on="2024-06-03", starts="2024-03-25")
    assert [text for text in words(told) if text.endswith("月")][:2] == ["4月", "5月"]


def test_long_titles_are_cut_in_the_picture_and_escaped() -> None:
    told = Story(work("x"))
    long = "<&>" * 20
    told.replanned(replace(told.initiative.steps["x"], title=long))
    [title] = [text for text in words(told) if "<" in text]
    assert title == long[:35] + "…"


def test_every_status_and_light_has_its_word() -> None:
    assert set(STEPS) == set(Status)
    assert set(LIGHTS) == set(LIGHT_TITLES) == set(LIGHT_MARKS) == set(COLOURS) == set(SHAPES) == set(Light)
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


def test_below_the_picture_stand_the_years_of_the_plan_that_nobody_has_announced() -> None:
    story = Story(work("draft"))
    said = "2024年的节假日安排尚未公布，该年日期均为暂定。"
    assert said not in page(story.look, story.decision)
    guessed = replace(story.office.calendar, provisional_years=frozenset({2024, 2025}))
    story.office = replace(story.office, calendar=guessed)
    text = page(story.look, story.decision)
    assert text.count(said) == 1
    assert "2025年的节假日" not in text, "the picture does not reach that far"
