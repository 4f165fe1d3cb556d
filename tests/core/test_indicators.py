"""Indicators: value against target and path, and when they are measured."""

from dataclasses import replace
from datetime import date

import pytest

from duban.core.deciding.indicators import Gauge, gauge, period
from duban.core.ledger.entries import EntryKind
from duban.core.planning.measure_file import CsvMeasure
from duban.core.planning.plan import Step, StepRef, Target
from duban.core.planning.progress import share
from tests.core.builders import HERE, Story, day, indicator, moment, work

WEEKLY = CsvMeasure(by="csv", file="var/cases.csv", column="件数")


def pledges(**said: object) -> Step:
    return indicator("pledges", target=Target(200, "件", 100.0), due="2024-06-28", **said)


def measured(every: str = "week", **said: object) -> Step:
    return pledges(measure=CsvMeasure(by="csv", file="var/cases.csv", column="件数", every=every), **said)


def read(story: Story) -> Gauge:
    step = story.initiative.steps["pledges"]
    found = gauge(story.look, step, story.step("pledges"), story.row("pledges").due)
    assert found is not None
    return found


def got(story: Story, value: float, period: str) -> Story:
    return story.happens(EntryKind.MEASURED, "pledges", value=value, source="csv", period=period)


def failed(story: Story, period: str, *, final: bool) -> Story:
    return story.happens(EntryKind.MEASURING_FAILED, "pledges", reason="没有这张表", final=final, period=period)


@pytest.mark.parametrize(("value", "percent"), [(90, -10), (100, 0), (150, 50), (200, 100), (260, 160)])
def test_a_value_is_a_share_of_the_way_from_the_baseline(value: float, percent: float) -> None:
    assert share(Target(200, "件", 100.0), value) == percent


@pytest.mark.parametrize(("value", "percent"), [(-1, 0), (0, 100), (1, 100)])
def test_without_a_way_there_is_only_there_or_not(value: float, percent: float) -> None:
    assert share(Target(0, "件"), value) == percent


def test_progress_is_what_the_value_says() -> None:
    story = Story(pledges()).act("officer", "report", "pledges", progress=70)
    assert story.row("pledges").progress == 70
    assert story.act("officer", "report", "pledges", value=90).row("pledges").progress == 0
    assert story.act("officer", "report", "pledges", value=155.5).row("pledges").progress == 55
    story.act("officer", "report", "pledges", progress=80)
    assert story.row("pledges").progress == 55
    assert story.act("officer", "report", "pledges", value=201).row("pledges").progress == 100


def test_how_it_stands_against_what_is_planned() -> None:
    story = Story(pledges(), on="2024-06-03").act("officer", "report", "pledges", value=110).on("2024-06-17")
    told = read(story)
    assert (told.target, told.unit, told.baseline) == (200, "件", 100)
    assert (told.value, told.on, told.share) == (110, day("2024-06-03"), 10)
    assert (told.planned, told.planned_share) == (150, 50)  # 9 of 18 working days
    assert (told.by, told.every, told.failed, told.values) == (None, None, None, ((day("2024-06-03"), 110),))
    assert told.course == ((day("2024-06-03"), 100), (day("2024-06-28"), 200))
    assert (story.row("pledges").light.name, story.reason("pledges")) == ("RED", "进度落后序时40个百分点")


def test_a_path_lets_it_start_slowly() -> None:
    step = replace(pledges(), target=Target(200, "件", 100.0, ((day("2024-06-21"), 120),)))
    story = Story(step, on="2024-06-03").act("officer", "report", "pledges", value=110).on("2024-06-17")
    told = read(story)
    assert (told.planned, told.planned_share) == (pytest.approx(100 + 20 * 9 / 13), 13)
    assert story.row("pledges").light.name == "GREEN"
    assert told.course[1] == (day("2024-06-21"), 120)


def test_the_light_turns_on_the_day_the_path_runs_away() -> None:
    step = replace(pledges(), target=Target(200, "件", 100.0, ((day("2024-06-21"), 120),)))
    story = Story(step, on="2024-06-03").act("officer", "report", "pledges", value=110)
    seen = []
    while (again := story.summary.look_again) is not None and again < moment("2024-06-25"):
        seen.append((story.row("pledges").light.name, story.look.today))
        story.on(again)
    assert min(today for name, today in seen if name != "GREEN") == day("2024-06-24")


def test_another_step_and_one_that_has_not_begun() -> None:
    story = Story(work("draft"), indicator("pledges", "draft"))
    assert gauge(story.look, story.initiative.steps["draft"], story.step("draft"), None) is None
    assert (read(story).planned, read(story).planned_share, read(story).course) == (None, None, ())


# What is not to be passed --------------------------------------------------------------------------------------------

NO_ACCIDENTS = Target(0, "起", at_most=True)
DOWN_TO_TEN = Target(10, "天", 20.0, at_most=True)


def accidents(target: Target = NO_ACCIDENTS, due: str = "2024-06-30", **said: object) -> Step:
    return indicator("pledges", target=target, due=due, **said)


@pytest.mark.parametrize(("value", "percent"), [(22, -20), (20, 0), (15, 50), (10, 100), (8, 120)])
def test_what_comes_down_is_counted_downwards(value: float, percent: float) -> None:
    assert share(DOWN_TO_TEN, value) == percent
    assert not DOWN_TO_TEN.ceiling


@pytest.mark.parametrize(("value", "percent"), [(0, 100), (3, 100), (3.5, 0)])
def test_a_ceiling_is_kept_or_passed(value: float, percent: float) -> None:
    assert share(Target(3, "起", at_most=True), value) == percent


def test_what_comes_down_is_done_once_it_is_down() -> None:
    story = Story(accidents(DOWN_TO_TEN), on="2024-06-03").act("officer", "report", "pledges", value=15)
    assert (story.row("pledges").status.value, story.row("pledges").progress) == ("working", 50)
    assert read(story).planned is not None
    story.on("2024-06-17").act("officer", "report", "pledges", value=9.5)
    assert (story.row("pledges").status.value, story.row("pledges").finished) == ("done", day("2024-06-17"))


def test_a_ceiling_is_not_met_before_its_time_is_over() -> None:
    """The deadline is a Sunday: what is told on the Friday before it tells of all its time, and no earlier value."""
    story = Story(accidents(), on="2024-06-03").act("officer", "report", "pledges", value=0)
    assert story.row("pledges").status.value == "working"
    story.on("2024-06-27").act("officer", "report", "pledges", value=0)
    assert story.row("pledges").status.value == "working"
    story.on("2024-06-28").act("officer", "report", "pledges", value=0)
    assert (story.row("pledges").status.value, story.row("pledges").finished) == ("done", day("2024-06-28"))


def test_a_ceiling_nobody_tells_of_is_late_and_not_kept() -> None:
    story = Story(accidents(), on="2024-06-03").act("officer", "report", "pledges", value=0).on("2024-07-02")
    assert (story.row("pledges").status.value, story.row("pledges").light.name) == ("working", "RED")
    story.act("officer", "report", "pledges", value=0)
    assert (story.row("pledges").status.value, story.row("pledges").finished) == ("done", day("2024-07-02"))


def test_a_ceiling_is_done_by_what_is_measured_at_its_deadline() -> None:
    measure = CsvMeasure(by="csv", file="var/cases.csv", take="count", every="month")
    story = got(Story(accidents(due="2024-06-28", measure=measure), on="2024-06-03"), 0, "2024-06")
    assert story.row("pledges").status.value == "open"
    assert due(story.on("2024-06-28")) == ["2024-06-28"]
    assert got(story, 0, "2024-06-28").row("pledges").status.value == "done"


def test_passing_a_ceiling_is_red_until_it_is_kept_again() -> None:
    story = Story(accidents(), on="2024-06-03").act("officer", "report", "pledges", value=1)
    assert (story.row("pledges").light.name, story.reason("pledges")) == ("RED", "指标已突破上限")
    assert read(story).kept is False
    story.on("2024-06-28").act("officer", "report", "pledges", value=1)
    assert story.row("pledges").status.value == "working"
    story.act("officer", "report", "pledges", value=0)
    assert story.row("pledges").status.value == "done"


def test_a_ceiling_has_no_pace_and_is_expected_to_end_with_its_deadline() -> None:
    story = Story(accidents(), work("after", "pledges"), on="2024-06-03").on("2024-06-14")
    assert (story.row("pledges").light.name, story.row("pledges").progress) == ("GREEN", 0)
    assert (read(story).planned, read(story).course, read(story).kept) == (None, (), True)
    assert story.row("pledges").forecast == day("2024-06-30")
    assert story.row("after").forecast == day("2024-07-05")


# When it is measured -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("every", "name"), [("day", "2024-12-30"), ("week", "2025-w01"), ("month", "2024-12")])
def test_periods(every: str, name: str) -> None:
    assert period(every, date(2024, 12, 30), None) == name
    assert period(every, date(2024, 12, 30), date(2024, 12, 30)) == "2024-12-30"


def due(story: Story) -> list[str]:
    assert all(ref == StepRef(HERE, "pledges") for ref, _ in story.decision.measures)
    return [period for _, period in story.decision.measures]


def test_it_is_measured_once_a_week_from_the_morning_on() -> None:
    story = Story(measured(), on="2024-06-05 07:00")
    assert due(story) == ["2024-w23"]
    assert due(got(story, 110, "2024-w23")) == []
    assert due(story.on("2024-06-10 08:29")) == []
    assert due(story.on("2024-06-10 08:30")) == ["2024-w24"]
    assert read(story).by == "csv"
    assert read(story).every == "week"


def test_the_next_look_is_no_later_than_the_next_measurement() -> None:
    story = got(Story(measured("day"), on="2024-06-05 10:00"), 150, "2024-06-05")
    assert story.summary.look_again == moment("2024-06-06 08:30")
    story = got(Story(measured("month"), on="2024-06-05 10:00"), 150, "2024-06")
    looks = []
    while not due(story):
        again = story.summary.look_again
        assert again is not None
        looks.append(story.on(again).now)
    assert looks[-1] == moment("2024-06-28 08:30"), "from the deadline on every day"
    assert due(story) == ["2024-06-28"]


def test_it_is_measured_only_while_it_is_open() -> None:
    assert due(Story(work("draft"), measured(), indicator("other"))) == ["2024-w23"]
    assert due(Story(work("draft"), replace(measured(), needs=(StepRef(HERE, "draft"),)))) == []
    assert due(Story(measured()).act("leader", "suspend", "pledges", "口径调整")) == []
    story = got(Story(measured()).on("2024-06-04"), 200, "2024-w23")
    assert (story.status["pledges"], story.step("pledges").finished) == ("done", day("2024-06-04"))
    assert due(story.on("2024-06-17")) == []


def test_a_failure_is_told_after_the_last_try_and_closes_nothing() -> None:
    story = failed(failed(Story(measured()), "2024-w23", final=False), "2024-w23", final=False)
    assert (due(story), story.step("pledges").misses) == (["2024-w23"], 2)
    assert story.told() == ["assign officer"]
    failed(story, "2024-w23", final=True)
    assert (due(story), story.status) == ([], {"pledges": "open"})
    assert story.told() == ["assign officer", "failure administrator"]
    assert read(story).failed == day("2024-06-03")
    story.on("2024-06-11")
    assert due(story) == ["2024-w24"]
    failed(story, "2024-w24", final=True)
    assert read(story).failed == day("2024-06-03"), "since when"
    assert story.told().count("failure administrator") == 1
    assert read(got(story.on("2024-06-17"), 150, "2024-w25")).failed is None


def test_values_may_be_reported_besides() -> None:
    story = got(Story(measured()), 110, "2024-w23").act("officer", "report", "pledges", value=115)
    assert [value for _, value in read(story).values] == [110, 115]
    assert read(story).value == 115
