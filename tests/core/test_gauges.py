"""Indicators as people see them: in words, in a table, in a picture."""

from xml.etree import ElementTree as Xml

from duban.core.ledger.entries import EntryKind
from duban.core.planning.measure_file import CsvMeasure
from duban.core.planning.plan import Target
from duban.core.telling.board import page
from duban.core.telling.gauges import gauge_of, in_words, source
from duban.core.telling.outline import initiative_line
from duban.core.telling.trend import trend
from tests.core.builders import Story, indicator, work

SVG = "{http://www.w3.org/2000/svg}"
WEEKLY = CsvMeasure(by="csv", file="var/cases.csv", column="件数")


def story() -> Story:
    step = indicator("pledges", target=Target(200, "件", 100.0), due="2024-06-28", measure=WEEKLY)
    return Story(work("draft"), step, indicator("later", "draft"), on="2024-06-03")


def told(seen: Story, name: str = "pledges") -> str:
    found = gauge_of(seen.look, seen.decision, seen.initiative.steps[name])
    assert found is not None
    return f"{in_words(found)}；{source(found)}"


def test_in_words() -> None:
    seen = story()
    assert told(seen) == "目标200件，尚无数值，今日应达100件（0%）；每周取自表格"
    assert told(seen, "later") == "目标10件，尚无数值；填报"
    seen.happens(EntryKind.MEASURED, "pledges", value=110, source="csv", period="2024-w23").on("2024-06-18")
    assert told(seen) == "目标200件，2024年6月3日达110件（10%），今日应达155.6件（55%）；每周取自表格"
    seen.happens(EntryKind.MEASURING_FAILED, "pledges", reason="没有", final=True, period="2024-w25")
    assert told(seen).endswith("每周取自表格（2024-06-18起取数失败）")
    lines = initiative_line(seen.look, seen.decision).steps
    assert [line.gauge is not None for line in lines] == [False, True, True]


def test_what_is_not_to_be_passed_in_words() -> None:
    seen = Story(
        indicator("pledges", target=Target(0, "起", at_most=True), due="2024-06-28"),
        indicator("later", target=Target(10, "天", 20.0, at_most=True), due="2024-06-28"),
        on="2024-06-03",
    )
    assert told(seen) == "上限0起，尚无数值；填报"
    assert told(seen, "later") == "目标10天以内，尚无数值，今日应达20天（0%）；填报"
    seen.act("officer", "report", "pledges", value=1).act("officer", "report", "later", value=15)
    assert told(seen) == "上限0起，2024年6月3日为1起，已突破；填报"
    assert told(seen, "later") == "目标10天以内，2024年6月3日达15天（50%），今日应达20天（0%）；填报"


def test_on_the_page() -> None:
    seen = story().act("officer", "report", "pledges", value=110).on("2024-06-17")
    lines = page(seen.look, seen.decision).splitlines()
    assert lines[lines.index("## 指标") + 2 :][:2] == [
        "- **pledges事项**<br>目标200件，2024年6月3日达110件（10%），今日应达150件（50%）；每周取自表格",
        "- **later事项**<br>目标10件，尚无数值；填报",
    ]
    assert sum(line.startswith("![") for line in lines) == 2, "the picture of the one, and the whole"
    assert "图例：灰虚线" in page(seen.look, seen.decision)
    undrawn = Story(work("a"), indicator("later", "a"))
    assert "图例：灰虚线" not in page(undrawn.look, undrawn.decision)
    assert "## 指标" not in page(Story(work("x")).look, Story(work("x")).decision)


def test_the_picture_shows_values_against_the_plan() -> None:
    seen = (
        story()
        .act("officer", "report", "pledges", value=110)
        .on("2024-06-17")
        .act("officer", "report", "pledges", value=120)
    )
    found = gauge_of(seen.look, seen.decision, seen.initiative.steps["pledges"])
    assert found is not None
    drawn = Xml.fromstring(trend("<质押>", found, seen.look.today))  # noqa: S314  our own picture
    assert drawn.findtext(f"{SVG}title") == "<质押>"
    planned, actual = drawn.findall(f"{SVG}polyline")
    assert len(planned.attrib["points"].split()) == 2
    assert len(actual.attrib["points"].split()) == len(drawn.findall(f"{SVG}circle")) == 2
    lowest, highest = (float(knot.split(",")[1]) for knot in planned.attrib["points"].split())
    first, last = (float(knot.split(",")[1]) for knot in actual.attrib["points"].split())
    assert lowest > first > last > highest, "the higher the value the nearer to the top"


def test_a_picture_of_next_to_nothing() -> None:
    seen = Story(indicator("none", at_least=0))
    found = gauge_of(seen.look, seen.decision, seen.initiative.steps["none"])
    assert found is not None
    assert "<svg" in trend("无", found, seen.look.today)
