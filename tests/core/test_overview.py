"""The board's figures, its list of what falls due, and the picture of the year."""

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as Xml

from duban.core.deciding.office import Office
from duban.core.ledger.summary import Light, Reason, Status, StepRow, Summary
from duban.core.planning.lights import Rule
from duban.core.planning.plan import Initiative, Section, StepRef
from duban.core.telling.overview import Overview, overview, reddest, seen_of
from duban.core.telling.year_chart import year_chart
from tests.core.builders import day, initiative, office, work

TODAY = day("2024-06-03")
SECTIONS = (Section("first", "加强保护", 1, "一、"), Section("second", "优化服务", 2, "二、"))


def row(step: str, light: Light = Light.GREEN, due: str = "2024-06-28", **changes: object) -> StepRow:
    days = day(due), day(due), day("2024-05-06"), None, day("2024-06-20")
    made = StepRow(step, Status.WORKING, light, None, *days, 0)
    return made._replace(**changes)  # type: ignore[arg-type]


def summary(name: str, *rows: StepRow, total: int = 10, done: int = 4) -> Summary:
    light = max((one.light for one in rows), default=Light.OFF)
    return Summary(name, 1, light, done, total, None, None, rows)


def spread(name: str) -> Initiative:
    """An initiative with a step of its own and one that two units have."""
    units = [
        replace(work(f"hand-in@{unit}", owner=unit, unit=unit, home=name), title=f"报送材料（{title}）")
        for unit, title in (("works", "建设处"), ("law", "法规处"))
    ]
    return initiative(work("draft", home=name), work("second", home=name), *units, name=name)


def bureau() -> Office:
    made = office(*(spread(name) for name in ("roads", "bridges", "schools")))
    apart = {**made.plan.initiatives, "schools": replace(made.plan.initiatives["schools"], section="second")}
    return replace(made, plan=replace(made.plan, sections=SECTIONS, initiatives=apart))


LATE = row("draft", Light.RED, "2024-05-28", reason=Reason(Rule.LATE, 4))
ROADS = summary("roads", LATE, row("second"), row("hand-in@works"), row("hand-in@law"), total=50)
BRIDGES = summary(
    "bridges",
    row("draft", Light.YELLOW, forecast=day("2024-07-01")),
    row("second", Light.YELLOW, due="2024-06-17", forecast=None),
    row("hand-in@works", due="2024-06-07", light=Light.OFF, status=Status.WAITING, opened=None),
    row("hand-in@law", due="2024-06-07"),
    row("gone", Light.GREEN),
)
OVER = summary("schools", row("draft", Light.OFF, due="2024-06-10", status=Status.DONE), total=1, done=1)


def told(*summaries: Summary, owners: dict[StepRef, str] | None = None) -> Overview:
    return overview(bureau(), summaries or (ROADS, BRIDGES, OVER), owners or {}, TODAY)


def test_the_headline_counts_initiatives_by_light_and_what_will_be_late() -> None:
    assert told().headline == "3项举措：红1 黄1 不亮1；预计误期的事项4项"
    assert len(told(ROADS).sections) == 1, "nobody has looked at the other one yet"
    assert told(summary("elsewhere")).headline == "3项举措：尚未巡查3；预计误期的事项0项"


def test_a_light_stands_beside_how_much_of_an_initiative_it_concerns() -> None:
    first, second = told().sections
    assert (first.heading, dict(first.lights)) == ("一、加强保护", {Light.RED: 1, Light.YELLOW: 1})
    assert [(one.initiative.id, one.light, one.amiss, one.total) for one in first.concerns] == [
        ("roads", Light.RED, 1, 50),
        ("bridges", Light.YELLOW, 2, 10),
    ]
    assert first.concerns[0].reason == "“draft事项”已逾期4个工作日"
    assert [(one.light, one.amiss, one.reason) for one in second.concerns] == [(Light.OFF, 0, "全部事项已办结")]


def test_of_two_alike_the_one_of_which_more_is_lit_comes_first() -> None:
    more = replace(ROADS, initiative="bridges", total=5)
    assert [one.initiative.id for one in told(ROADS, more).sections[0].concerns] == ["bridges", "roads"]


def test_owners_come_by_their_lights_with_the_initiatives_they_are_at_work_in() -> None:
    found = [(one.owner, one.title, dict(one.lights), one.initiatives) for one in told().owners]
    works, law = told().owners
    assert (works.going_on, works.late, works.soon, works.review) == (5, 1, 0, 0)
    assert (law.going_on, law.late, law.soon, law.review) == (2, 0, 1, 0)
    assert found == [
        ("works", "建设处", {Light.RED: 1, Light.GREEN: 2, Light.YELLOW: 2}, 2),
        ("law", "法规处", {Light.GREEN: 2}, 2),
    ]


def test_what_was_handed_over_counts_for_whoever_has_it_now() -> None:
    found = told(owners={StepRef("roads", "draft"): "head"}).owners[0]
    assert (found.title, found.lights[Light.RED]) == ("head岗", 1)


def test_what_falls_due_in_two_weeks_is_listed_by_day_that_of_several_units_once() -> None:
    found = [(one.due, one.title, len(one.steps), one.owners, one.light) for one in told().coming]
    assert found == [
        (date(2024, 6, 7), "报送材料", 2, ("建设处", "法规处"), Light.GREEN),
        (date(2024, 6, 17), "second事项", 1, ("建设处",), Light.YELLOW),
    ]
    alone = told(summary("roads", row("hand-in@law", due="2024-06-07"))).coming
    assert [one.title for one in alone] == ["报送材料（法规处）"]


def test_the_reddest_is_late_longest_then_the_one_of_which_most_is_red() -> None:
    pace = row("draft", Light.RED)
    schools = summary("schools", pace._replace(reason=Reason(Rule.PACE, percent=40)), row("second", Light.RED), total=4)
    seen = seen_of(bureau(), (summary("bridges", pace), ROADS, schools, summary("unknown", LATE)))
    assert reddest(seen_of(bureau(), (OVER,))) == []
    assert [one.id for one in reddest(seen)] == ["roads", "schools", "bridges"]


SVG = "{http://www.w3.org/2000/svg}"


def picture(*summaries: Summary, **days: tuple[date | None, date | None]) -> Xml.Element:
    return Xml.fromstring(year_chart(bureau(), summaries, days, TODAY))  # noqa: S314  it is ours


def test_the_year_is_a_row_for_each_initiative_with_its_mark_and_its_bar() -> None:
    spring = day("2024-03-01"), day("2024-09-30")
    drawn = picture(ROADS, BRIDGES, OVER, roads=spring, bridges=(None, day("2024-09-30")), schools=(None, None))
    texts = [one.text or "" for one in drawn.iter(f"{SVG}text")]
    assert [text for text in texts if "/" in text] == [
        "1.01 roads举措　4/50",
        "1.01 bridges举措　4/10",
        "1.01 schools举措　1/1",
    ]
    assert [text for text in texts if "、" in text] == ["一、加强保护", "二、优化服务"]
    bars = [one for one in drawn.iter(f"{SVG}rect") if one.get("height") == "10"]
    assert [one.get("fill") for one in bars] == ["#d64545", "#ffffff"], "what has not begun is hollow"
    assert len({one.get("d", "").partition("m")[2] for one in drawn.iter(f"{SVG}path")}) == 3, "each mark of its own"


def test_a_picture_bears_nothing_a_content_security_policy_refuses() -> None:
    text = year_chart(bureau(), (ROADS,), {"roads": (day("2024-03-01"), day("2024-09-30"))}, TODAY)
    assert "style" not in text
    assert "<script" not in text
    long = replace(bureau().plan.initiatives["roads"], title="推进" * 30)
    made = replace(bureau(), plan=replace(bureau().plan, initiatives={"roads": long}))
    assert "…　4/50" in year_chart(made, (ROADS,), {}, TODAY)
