"""From the files of a plan to the plan."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.core.days.workdays import DayUnit, Roll
from duban.core.planning.action_file import BulletinAction
from duban.core.planning.directory import Directory
from duban.core.planning.expand import anchor_step, expand, source_order
from duban.core.planning.files import Written
from duban.core.planning.instances import MONTHS, periods
from duban.core.planning.plan import Plan, Section, Step, StepRef, Target
from duban.core.planning.plan_file import Kind, Repeat
from duban.core.planning.when import Duration, OnDate, Relative, Span, parse_when
from tests.core.small_plan import BULLETIN, directory_file, plan_file, step, written

DIRECTORY = Directory(directory_file())
QUARTERS = ["2024-q1", "2024-q2", "2024-q3", "2024-q4"]


def plan(*initiatives: Written, **changes: object) -> Plan:
    return expand(plan_file(**changes), initiatives, DIRECTORY)


def needs(built: Plan, name: str) -> list[str]:
    return [str(ref) for ref in built.step(StepRef.parse(name)).needs]


def test_what_a_plan_takes_over_as_it_is_written() -> None:
    built = plan(written("road", step("draft"), tags=["道路"], note="注", assumed=True, support=["pudong"]))
    assert (built.id, built.starts, built.ends) == ("tiny", date(2024, 1, 2), date(2024, 12, 31))
    assert built.sections == (Section("roads", "道路", 1), Section("parks", "公园", 2))
    road = built.initiatives["road"]
    assert (road.leads, road.support, road.supervisor, road.section) == (("roads",), ("pudong",), "head", "roads")
    assert (road.tags, road.note, road.assumed, road.file) == (("道路",), "注", True, "plan/road.yaml")


def test_a_group_that_supports_stands_for_its_units() -> None:
    road = plan(written("road", step("draft"), lead="office", support=["roads", "districts", "xuhui"])).initiatives[
        "road"
    ]
    assert road.support == ("roads", "pudong", "xuhui")
    alone = expand(plan_file(), [written("road", step("draft"), support=["districts"])], None)
    assert alone.initiatives["road"].support == ("districts",)


@pytest.mark.parametrize(
    ("section", "number", "place"),
    [
        (None, None, "第1部分第4句"),
        ("第一部分", None, "第一部分第4句"),
        (None, "第12条", "第12条"),
        ("二、", "（三）", "二、（三）"),
        ("二", "（三）", "二（三）"),
        ("二", "12", "二、12"),
        ("第二部分", "第3项", "第二部分第3项"),
    ],
)
def test_what_is_cited_is_the_number_of_the_document(section: str | None, number: str | None, place: str) -> None:
    roads = {"id": "roads", "title": "道路"} | ({"number": section} if section else {})
    said = {"number": number} if number else {}
    built = plan(written("road", step("draft"), source="1.4a", **said), sections=[roads])
    assert built.cited(built.initiatives["road"]) == place
    assert built.initiatives["road"].number == "1.04a"


def test_what_a_step_takes_over_as_it_is_written() -> None:
    draft = step("draft", duration=[1, 2, 3], due="2024-06-28", earliest="2024-06", roll="back", owner="head")
    more = {
        "evidence": ["方案"],
        "review": "head",
        "ladder": "urgent",
        "was": "write",
        "basis": "办法",
        "assumed": True,
    }
    built = plan(written("road", step("other"), draft | more))
    assert built.step(StepRef("road", "draft")) == Step(
        ref=StepRef("road", "draft"),
        title="事项draft",
        kind=Kind.WORK,
        needs=(),
        duration=Duration(1, 2, 3),
        owner="head",
        due=OnDate(date(2024, 6, 28)),
        earliest=parse_when("2024-06"),
        roll=Roll.BACK,
        evidence=("方案",),
        review="head",
        ladder="urgent",
        was="write",
        basis="办法",
        assumed=True,
        written=1,
    )


def test_actions_and_targets() -> None:
    publish = step("publish", "action", action=BULLETIN | {"timeout": 30})
    count = step("count", "indicator", target={"at_least": 5, "unit": "件"})
    steps = plan(written("road", publish, count)).initiatives["road"].steps
    action = steps["publish"].action
    assert isinstance(action, BulletinAction)
    assert (action.timeout, action.parameters.title) == (30, "通报")
    assert steps["count"].target == Target(5, "件")


@pytest.mark.parametrize(
    ("kind", "more", "days", "owner"),
    [
        ("work", {}, 5, "roads"),
        ("review", {}, 5, "head"),
        ("indicator", {"target": {"at_least": 1, "unit": "件"}}, 5, "roads"),
        ("action", {"action": BULLETIN}, 0, "roads"),
        ("milestone", {}, 0, "roads"),
        ("period", {"duration": "7 days"}, 7, "roads"),
    ],
)
def test_what_is_left_out_is_filled_in_by_kind(kind: str, more: dict[str, object], days: int, owner: str) -> None:
    built = plan(written("road", step("one", kind, **more))).step(StepRef("road", "one"))
    assert (built.duration.likely, built.owner, built.ladder) == (days, owner, "standard")


def test_the_ladder_of_the_initiative_holds_where_a_step_names_none() -> None:
    steps = plan(written("road", step("a"), step("b", ladder="calm"), ladder="urgent")).initiatives["road"].steps
    assert [steps[name].ladder for name in "ab"] == ["urgent", "calm"]


def test_each_writes_a_step_for_every_unit() -> None:
    built = plan(written("road", step("visit", each="districts", was="call"), step("judge", "review", each="others")))
    steps = built.initiatives["road"].steps
    assert list(steps) == ["visit@pudong", "visit@xuhui", "judge@xuhui", "judge@roads"]
    assert [one.owner for one in steps.values()] == ["pudong", "xuhui", "xuhui", "roads"]
    assert [one.written for one in steps.values()] == [0, 0, 1, 1]
    assert [one.id for one in steps.values()] == list(steps)
    assert (steps["visit@pudong"].title, steps["visit@pudong"].was) == ("事项visit（浦东新区）", "call@pudong")


def test_an_owner_that_is_written_holds_for_every_unit() -> None:
    steps = plan(written("road", step("visit", each="districts", owner="officer"))).initiatives["road"].steps
    assert {one.owner for one in steps.values()} == {"officer"}


def test_a_repeated_step_may_wait_for_that_of_the_period_before() -> None:
    """By its own unit, and over periods of another length: the first period waits for none."""
    report = step("report", repeat="monthly", each="districts", needs=["report@previous"])
    built = plan(written("road", report, step("sum", repeat="quarterly", needs=["report@previous"])))
    assert needs(built, "road/report@xuhui@2024-01") == []
    assert needs(built, "road/report@xuhui@2024-03") == ["road/report@xuhui@2024-02"]
    assert needs(built, "road/sum@2024-q1") == []
    assert needs(built, "road/sum@2024-q2") == ["road/report@pudong@2024-03", "road/report@xuhui@2024-03"]


COLLECT = {"uses": "collect", "parameters": {"units": ["districts", "roads"]}}


def test_a_collection_writes_a_step_for_every_unit_and_waits_for_them() -> None:
    gather = step("gather", "action", action=COLLECT, due="2024-06", earliest="2024-05", needs=["draft"], was="ask")
    more = {"evidence": ["材料"], "review": "head", "duration": 10, "each": None}
    built = plan(written("road", step("draft"), gather | more, step("after", needs=["gather"])))
    steps = built.initiatives["road"].steps
    assert list(steps) == ["draft", "gather@pudong", "gather@xuhui", "gather@roads", "gather", "after"]
    share, whole = steps["gather@pudong"], steps["gather"]
    assert (share.title, share.kind, share.owner, share.was) == (
        "事项gather（浦东新区）",
        Kind.WORK,
        "pudong",
        "ask@pudong",
    )
    assert (share.evidence, share.review, share.duration) == (("材料",), "head", Duration(10, 10, 10))
    assert (share.due, share.earliest) == (parse_when("2024-06"), parse_when("2024-05"))
    assert (share.action, share.slots, share.by_signing) == (None, (), False)
    assert (whole.kind, whole.owner, whole.due, whole.earliest, whole.evidence) == (
        Kind.ACTION,
        "roads",
        None,
        None,
        (),
    )
    assert (whole.duration, whole.review, whole.collects) == (Duration(0, 0, 0), None, True)
    assert needs(built, "road/gather@xuhui") == ["road/draft"]
    assert needs(built, "road/gather") == ["road/gather@pudong", "road/gather@xuhui", "road/gather@roads"]
    assert whole.slots == whole.needs
    assert needs(built, "road/after") == ["road/gather"]


def test_a_collection_may_come_back_and_call_what_units_do_by_another_name() -> None:
    action = COLLECT | {"parameters": {"units": ["pudong", "districts"], "title": "报送材料"}}
    gather = step("gather", "action", action=action, repeat="quarterly")
    visit = step("visit", each="districts", repeat="quarterly", needs=["gather"])
    one = step("one", needs=["gather@pudong@2024-q2"])
    built = plan(written("road", gather, visit, one))
    assert needs(built, "road/gather@2024-q2") == ["road/gather@pudong@2024-q2", "road/gather@xuhui@2024-q2"]
    assert needs(built, "road/visit@xuhui@2024-q3") == ["road/gather@2024-q3"]
    assert needs(built, "road/one") == ["road/gather@pudong@2024-q2"]
    steps = built.initiatives["road"].steps
    assert steps["gather@pudong@2024-q2"].title == "报送材料（浦东新区，2024年第二季度）"
    assert steps["gather@2024-q2"].title == "事项gather（2024年第二季度）"


def test_handing_over_comes_before_the_steps_of_the_units() -> None:
    action = {"uses": "assign", "parameters": {"requirement": "按月推进"}}
    over = step("over", "action", action=action, needs=["draft"], earliest="2024-02", due="3 working days after over")
    built = plan(
        written("road", step("draft"), over | {"due": "2024-03"}, step("go", needs=["over"]), support=["xuhui"])
    )
    steps = built.initiatives["road"].steps
    assert list(steps) == ["draft", "over", "over@roads", "over@xuhui", "go"]
    whole, share = steps["over"], steps["over@xuhui"]
    assert (needs(built, "road/over"), whole.earliest, whole.due) == (["road/draft"], parse_when("2024-02"), None)
    assert (needs(built, "road/over@xuhui"), share.earliest, share.due) == (["road/over"], None, parse_when("2024-03"))
    assert (share.kind, share.owner, share.by_signing, share.duration) == (Kind.WORK, "xuhui", True, Duration(5, 5, 5))
    assert needs(built, "road/go") == ["road/over@roads", "road/over@xuhui"]
    assert [str(ref) for ref in whole.slots] == ["road/over@roads", "road/over@xuhui"]
    assert (whole.by_signing, whole.collects) == (False, False)


def test_repeat_writes_a_step_for_every_month_or_quarter() -> None:
    built = plan(written("road", step("report", repeat="monthly"), step("sum", repeat="quarterly")), ends="2024-07-30")
    steps = built.initiatives["road"].steps
    assert list(steps) == [f"report@2024-0{month}" for month in range(1, 7)] + ["sum@2024-q1", "sum@2024-q2"]
    assert (steps["report@2024-05"].title, steps["sum@2024-q2"].title) == (
        "事项report（2024年5月）",
        "事项sum（2024年第二季度）",
    )
    assert steps["report@2024-02"].span == Span(date(2024, 2, 1), date(2024, 2, 29))
    assert steps["sum@2024-q1"].span == Span(date(2024, 1, 1), date(2024, 3, 31))


def test_each_and_repeat_together() -> None:
    steps = (
        plan(written("road", step("visit", each="districts", repeat="quarterly", was="go"))).initiatives["road"].steps
    )
    assert list(steps) == [f"visit@{unit}@{quarter}" for unit in ("pudong", "xuhui") for quarter in QUARTERS]
    visit = steps["visit@xuhui@2024-q4"]
    assert (visit.title, visit.was) == ("事项visit（徐汇区，2024年第四季度）", "go@xuhui@2024-q4")


@given(st.dates(date(2020, 1, 1), date(2025, 1, 1)), st.integers(1, 900), st.sampled_from(Repeat))
def test_periods_are_those_that_end_within_the_plan(starts: date, length: int, repeat: Repeat) -> None:
    ends = date.fromordinal(starts.toordinal() + length)
    found = periods(plan_file(starts=starts.isoformat(), ends=ends.isoformat()), repeat)
    days = [date.fromordinal(number) for number in range(starts.toordinal(), ends.toordinal() + 1)]
    months = MONTHS.get(repeat)
    if months is None:
        last_days = [day for day in days if day.weekday() == 6]
        assert all(period.id == f"{period.span.last:%G-w%V}" for period in found)
    else:
        month_ends = [day for day in days if date.fromordinal(day.toordinal() + 1).day == 1]
        last_days = [day for day in month_ends if day.month % months == 0]
        assert all(period.span.first.day == 1 for period in found)
    assert [period.span.last for period in found] == last_days
    assert len({period.id for period in found}) == len({period.title for period in found}) == len(found)


@pytest.mark.parametrize(
    ("repeat", "first", "last", "count"),
    [
        ("weekly", "report@2024-w01 事项report（2024年第1周）", "report@2024-w52 事项report（2024年第52周）", 52),
        ("half-yearly", "report@2024-h1 事项report（2024年上半年）", "report@2024-h2 事项report（2024年下半年）", 2),
        ("yearly", "report@2024 事项report（2024年）", "report@2024 事项report（2024年）", 1),
    ],
)
def test_a_step_comes_back_as_often_as_it_says(repeat: str, first: str, last: str, count: int) -> None:
    steps = list(plan(written("road", step("report", repeat=repeat))).initiatives["road"].steps.values())
    named = [f"{one.id} {one.title}" for one in steps]
    assert (named[0], named[-1], len(named)) == (first, last, count)


def test_a_week_goes_with_the_month_it_ends_in() -> None:
    report, plan_of_month = step("report", repeat="weekly", needs=["plan"]), step("plan", repeat="monthly")
    summary = step("sum", repeat="monthly", needs=["report"])
    built = plan(written("road", plan_of_month, report, summary))
    assert needs(built, "road/report@2024-w05") == ["road/plan@2024-02"]  # 29 January to 4 February
    weeks = [f"road/report@2024-w{week:02}" for week in range(5, 9)]
    assert needs(built, "road/sum@2024-02") == weeks


def test_a_date_of_the_plan_stands_for_its_name() -> None:
    steps = [
        step("hall", due="10 days before opening", earliest="opening"),
        step("show", due="opening"),
        step("closing", due="5 working days after show"),
        step("lost", due="nothing"),
    ]
    built = expand(plan_file(dates={"opening": "2024-10-16"}), [written("road", *steps)], Directory(directory_file()))
    hall, show, closing, lost = built.initiatives["road"].steps.values()
    opening = date(2024, 10, 16)
    named = OnDate(opening, name="opening")
    assert (hall.due, hall.earliest) == (Relative(-10, DayUnit.CALENDAR, opening, name="opening"), named)
    assert (show.due, show.due_anchor, lost.due) == (named, (), None)
    assert closing.due_anchor == (show.ref,)


def test_a_step_that_is_not_repeated_has_no_day_of_a_period() -> None:
    steps = plan(written("road", step("a", due="day 25 of period"))).initiatives["road"].steps
    assert steps["a"].due is None


def test_a_need_means_the_instance_of_the_same_unit_and_time() -> None:
    visit = step("visit", each="districts", repeat="quarterly")
    report = step("report", each="districts", repeat="quarterly", needs=["visit"])
    built = plan(written("road", visit, report))
    assert needs(built, "road/report@pudong@2024-q3") == ["road/visit@pudong@2024-q3"]


def test_a_need_means_all_instances_for_a_step_written_once_or_for_another_group() -> None:
    built = plan(
        written("road", step("visit", each="districts"), step("done", "milestone", needs=["visit"])),
        written("park", step("judge", each="others", needs=["road/visit"]), source="2.1"),
    )
    both = ["road/visit@pudong", "road/visit@xuhui"]
    assert needs(built, "road/done") == needs(built, "park/judge@xuhui") == needs(built, "park/judge@roads") == both


def test_a_need_of_a_repeated_step_means_the_times_that_overlap() -> None:
    built = plan(
        written(
            "road",
            step("monthly", repeat="monthly"),
            step("quarterly", repeat="quarterly", needs=["monthly"]),
            step("next", repeat="monthly", needs=["quarterly"]),
            step("once", needs=["quarterly"]),
        )
    )
    assert needs(built, "road/quarterly@2024-q2") == [f"road/monthly@2024-0{month}" for month in (4, 5, 6)]
    assert needs(built, "road/next@2024-08") == ["road/quarterly@2024-q3"]
    assert needs(built, "road/once") == [f"road/quarterly@{quarter}" for quarter in QUARTERS]


def test_an_instance_may_be_named() -> None:
    visit = step("visit", each="districts", repeat="quarterly")
    built = plan(
        written(
            "road",
            visit,
            step("a", needs=["visit@pudong"], each="districts"),
            step("b", needs=["visit@2024-q2"], each="districts"),
            step("c", needs=["visit@pudong@2024-q2", "visit@2024-q2@pudong", "visit@nowhere", "nothing"]),
            step("d", needs=["visit@2024-q1"], repeat="quarterly"),
        )
    )
    assert needs(built, "road/a@xuhui") == [f"road/visit@pudong@{quarter}" for quarter in QUARTERS]
    assert needs(built, "road/b@xuhui") == ["road/visit@xuhui@2024-q2"]
    assert needs(built, "road/c") == ["road/visit@pudong@2024-q2"]
    assert needs(built, "road/d@2024-q4") == ["road/visit@pudong@2024-q1", "road/visit@xuhui@2024-q1"]


def test_a_need_that_several_names_mean_is_there_once() -> None:
    built = plan(written("road", step("visit", each="districts"), step("done", needs=["visit", "visit@xuhui"])))
    assert needs(built, "road/done") == ["road/visit@pudong", "road/visit@xuhui"]


def test_dates_hang_on_the_steps_they_name() -> None:
    built = plan(
        written(
            "road",
            step("visit", each="districts"),
            step("report", due="3 days after visit", earliest="1 day after visit@xuhui"),
            step("judge", each="districts", due="3 days after visit"),
            step("sum", repeat="quarterly", due="5 working days after period"),
            step("end", due="3 days after start"),
        )
    )
    steps = built.initiatives["road"].steps
    both = (StepRef("road", "visit@pudong"), StepRef("road", "visit@xuhui"))
    assert (steps["report"].due_anchor, steps["report"].earliest_anchor) == (both, both[1:])
    assert steps["judge@pudong"].due_anchor == both[:1]
    assert steps["sum@2024-q1"].due == Relative(5, DayUnit.WORKING, "period")
    assert steps["end"].due == Relative(3, DayUnit.CALENDAR, "start")


def test_a_date_that_hangs_on_nothing_is_left_out() -> None:
    steps = (
        plan(written("road", step("a", due="3 days after b", earliest="1 day after period"))).initiatives["road"].steps
    )
    assert (steps["a"].due, steps["a"].earliest, steps["a"].waits_for) == (None, None, ())


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("2024-06", None),
        ("1 day after start", None),
        ("1 day after period", None),
        ("1 day after 2024-06-30", None),
        ("1 day after a/b@c", "a/b@c"),
    ],
)
def test_the_step_a_date_hangs_on(text: str, anchor: str | None) -> None:
    assert anchor_step(parse_when(text)) == anchor


def test_steps_come_after_what_they_wait_for_else_as_written() -> None:
    built = plan(
        written(
            "road",
            step("done", "milestone", needs=["b", "a"]),
            step("b", due="3 days after c"),
            step("free", needs=["park/x"]),
            step("a", earliest="3 days after b"),
            step("c"),
        ),
        written("park", step("x"), source="2.1"),
    )
    assert list(built.initiatives["road"].steps) == ["free", "c", "b", "a", "done"]


def test_initiatives_come_in_the_order_of_the_document() -> None:
    sources = {"a": "10.1", "b": "2.10", "c": "2.9b", "d": "2.9", "e": "2.9a", "f": "2.9a"}
    built = plan(*(written(name, step("draft"), source=source) for name, source in sources.items()))
    assert list(built.initiatives) == ["d", "e", "f", "c", "b", "a"]
    assert [one.number for one in built.initiatives.values()] == ["2.09", "2.09a", "2.09a", "2.09b", "2.10", "10.01"]
    assert source_order("12.30c") == (12, 30, "c")


def test_what_others_wait_for() -> None:
    built = plan(
        written("road", step("open", "milestone"), step("close", needs=["open"])),
        written("park", step("plant", needs=["road/open"]), step("dig", due="3 days after road/close"), source="2.1"),
        written("hall", step("build", earliest="3 days after road/open"), source="2.2"),
    )
    assert built.downstream == {StepRef("road", "open"): ("hall", "park"), StepRef("road", "close"): ("park",)}
    assert built.initiatives["park"].upstream == {StepRef("road", "open"), StepRef("road", "close")}
    assert built.initiatives["road"].upstream == frozenset()


def test_of_two_with_the_same_id_the_first_counts() -> None:
    built = plan(
        written("road", step("draft", owner="head"), step("draft", each="districts"), source="1.2"),
        written("road", step("other"), source="1.1"),
    )
    assert [one.owner for one in built.initiatives["road"].steps.values()] == ["head"]


def test_a_step_for_an_unknown_group_is_left_out() -> None:
    built = plan(written("road", step("visit", each="nobody"), step("done", "milestone", needs=["visit"])))
    assert list(built.initiatives["road"].steps) == ["done"]
    assert needs(built, "road/done") == []


def test_without_a_directory_no_group_has_units() -> None:
    built = expand(plan_file(), [written("road", step("visit", each="districts"), step("draft"))], None)
    assert list(built.initiatives["road"].steps) == ["draft"]


def test_a_unit_that_is_not_there_is_called_by_its_id() -> None:
    office = Directory(directory_file(groups=[{"id": "districts", "title": "各区", "units": ["minhang"]}]))
    built = expand(plan_file(), [written("road", step("visit", each="districts"))], office)
    assert built.step(StepRef("road", "visit@minhang")).title == "事项visit（minhang）"
