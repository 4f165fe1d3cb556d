"""Problems that show once the files of a plan can be read. Their full texts stand in the corpus of bad plans."""

from datetime import date
from typing import Any

import pytest

from duban.core.checking.check import check
from duban.core.checking.feasibility import UnderWay
from duban.core.days.workdays import WorkCalendar
from duban.core.planning.directory import Directory
from duban.core.planning.expand import expand
from duban.core.planning.files import Files
from duban.core.planning.plan import Plan, StepRef
from duban.core.planning.policy import Policy
from duban.core.problems import Location
from tests.core.small_plan import BULLETIN, CALENDAR, POLICY, directory_file, files, plan_file, step, written

Found = list[tuple[str, str, Location]]


def found(given: Files, calendar: WorkCalendar = CALENDAR) -> Found:
    """File, id and place of every problem."""
    problems = check(given, calendar=calendar)
    assert all(problem.line == 0 for problem in problems)
    return sorted({(problem.file, problem.id, problem.location) for problem in problems}, key=str)


def in_steps(*steps: dict[str, Any], **changes: Any) -> list[tuple[str, Location]]:
    """Id and place within the steps of every problem of one initiative."""
    return [(kind, place[1:]) for _, kind, place in found(files(written("road", *steps), **changes))]


def messages(given: Files) -> list[str]:
    return sorted({f"{one.message}; {one.remedy}" for one in check(given, calendar=CALENDAR)})


def test_a_plan_without_mistakes() -> None:
    publish = step("publish", "action", action=BULLETIN, needs=["draft"], ladder="standard")
    road = written("road", step("draft", owner="head", review="pudong", was="write"), publish, support=["xuhui"])
    park = written("park", step("plant", needs=["road/publish"]), source="2.1", section="parks", ladder="standard")
    assert found(files(road, park)) == []


def test_names_in_an_initiative() -> None:
    steps = [step("draft", owner="boss", review="boss"), step("fax", "action", action=BULLETIN, ladder="calm")]
    road = written("road", *steps, lead="head", support=["pudong", "minhang"], supervisor="roads", ladder="calm")
    assert found(files(road)) == [
        ("plan/road.yaml", "unknown-ladder", ("ladder",)),
        ("plan/road.yaml", "unknown-ladder", ("steps", 1, "ladder")),
        ("plan/road.yaml", "unknown-post", ("supervisor",)),
        ("plan/road.yaml", "unknown-unit", ("lead", 0)),
        ("plan/road.yaml", "unknown-unit", ("steps", 0, "owner")),
        ("plan/road.yaml", "unknown-unit", ("steps", 0, "review")),
        ("plan/road.yaml", "unknown-unit", ("support", 1)),
    ]


def test_somebody_supervises_each_initiative() -> None:
    named = written("road", step("x"))
    nobody = named._replace(file=named.file.model_copy(update={"supervisor": ""}))
    assert found(files(nobody)) == [("plan/road.yaml", "missing-key", ("id",))]
    assert found(files(named, plan=plan_file(supervisor="head"))) == []
    lost = files(written("road", step("x"), supervisor="hed"), plan=plan_file(supervisor="hed"))
    assert found(lost) == [("plan.yaml", "unknown-post", ("supervisor",))]  # told once, where it is written
    assert found(files(nobody, plan=None)) == []


def test_a_group_may_support() -> None:
    assert found(files(written("road", step("x"), support=["districts", "xuhui"]))) == []


def test_each_of_several_reviewers_must_be_there() -> None:
    assert in_steps(step("draft", review=["roads", "boss", "xuhui"])) == [("unknown-unit", (0, "review"))]


def test_units_of_actions() -> None:
    collect = {"uses": "collect", "parameters": {"units": ["districts", "roads", "head", "distrcts"]}}
    assert in_steps(step("gather", "action", action=collect)) == [
        ("unknown-unit", (0, "action", "parameters", "units", 2)),
        ("unknown-unit", (0, "action", "parameters", "units", 3)),
    ]
    gather = step("gather", "action", action=collect | {"parameters": {"units": ["districts"]}}, needs=["after"])
    assert in_steps(gather, step("after", needs=["gather"])) == [("cycle", (0, "needs", 0))]


def test_names_in_the_plan_and_the_directory() -> None:
    posts = [
        {"id": "head", "title": "处长", "deputy": "head"},
        {"id": "officer", "title": "联络员", "deputy": "nobody"},
    ]
    units = [{"id": "roads", "title": "道路处", "head": "nobody", "officer": "nobody"}]
    groups = [{"id": "all", "title": "各处", "units": ["roads", "roads", "pudong"]}]
    people = directory_file(administrator="nobody", posts=posts, units=units, groups=groups)
    given = files(plan=plan_file(coordinator="roads"), directory=people)
    assert found(given) == [
        ("directory.yaml", "duplicate-id", ("groups", 0, "units", 1)),
        ("directory.yaml", "own-deputy", ("posts", 0, "deputy")),
        ("directory.yaml", "unknown-post", ("administrator",)),
        ("directory.yaml", "unknown-post", ("posts", 1, "deputy")),
        ("directory.yaml", "unknown-post", ("units", 0, "head")),
        ("directory.yaml", "unknown-post", ("units", 0, "officer")),
        ("directory.yaml", "unknown-unit", ("groups", 0, "units", 2)),
        ("plan.yaml", "unknown-post", ("coordinator",)),
    ]


@pytest.mark.parametrize(
    ("head", "deputy", "vacant"),
    [
        ({"vacant": True}, {}, True),
        ({"vacant": True, "deputy": "deputy"}, {}, False),
        ({"vacant": True, "deputy": "deputy"}, {"vacant": True}, True),
        ({"vacant": True, "deputy": "deputy"}, {"vacant": True, "deputy": "head"}, True),
        ({"deputy": "deputy"}, {"vacant": True}, False),
    ],
)
def test_a_post_that_is_needed_is_filled(head: dict[str, Any], deputy: dict[str, Any], vacant: bool) -> None:
    posts = [
        {"id": "head", "title": "处长", **head},
        {"id": "deputy", "title": "副处长", **deputy},
        {"id": "officer", "title": "联络员"},
    ]
    problems = found(files(directory=directory_file(posts=posts)))
    assert problems == ([("directory.yaml", "vacant-role", ("posts", 0, "vacant"))] if vacant else [])


def test_a_vacant_post_whose_deputy_is_not_there_is_not_filled() -> None:
    posts = [{"id": "head", "title": "处长", "vacant": True, "deputy": "nobody"}, {"id": "officer", "title": "联络员"}]
    kinds = [kind for _, kind, _ in found(files(directory=directory_file(posts=posts)))]
    assert kinds == ["unknown-post", "vacant-role"]


def test_the_ladder_of_steps_that_name_none_must_be_there() -> None:
    ladder = POLICY["ladders"][0] | {"id": "calm"}
    rules = Policy.model_validate({"ladders": [ladder]})
    assert found(files(policy=rules)) == [("escalation.yaml", "unknown-ladder", ("ladders",))]


def test_places_and_names_of_files() -> None:
    wrong = written("road", step("draft"), source="2.1", file="plan/raod.yaml")
    strange = written("hall", step("draft"), source="3.1")
    elsewhere = written("elsewhere", step("draft"), source="3.1", section="nowhere")
    assert found(files(wrong, strange, elsewhere)) == [
        ("plan/hall.yaml", "wrong-source", ("source",)),
        ("plan/raod.yaml", "file-name", ("id",)),
        ("plan/raod.yaml", "wrong-source", ("source",)),
    ]


def test_sections_and_initiatives_that_are_there_twice() -> None:
    section = {"id": "roads", "title": "道路"}
    pair = [written("road", step("draft"), file=f"{folder}/road.yaml") for folder in "ab"]
    other = written("other", step("x", needs=["road/anything"]), source="1.2")
    assert found(files(*pair, other, plan=plan_file(sections=[section, section]))) == [
        ("a/road.yaml", "duplicate-id", ("id",)),
        ("b/road.yaml", "duplicate-id", ("id",)),
        ("plan.yaml", "duplicate-id", ("sections", 1, "id")),
    ]


def test_ids_of_steps() -> None:
    steps = [step("start"), step("period"), step("a"), step("a"), step("b", was="a"), step("c", was="z")]
    assert in_steps(*steps, step("d", was="z")) == [
        ("duplicate-id", (3, "id")),
        ("reserved-id", (0, "id")),
        ("reserved-id", (1, "id")),
        ("wrong-was", (4, "was")),
        ("wrong-was", (6, "was")),
    ]


def test_references_to_nothing() -> None:
    steps = [
        step("a", needs=["b", "road/c", "park/x", "hall/x"], due="1 day after b", earliest="1 day after park/x"),
        step("visit", each="districts"),
        step("d", needs=["visit@nobody", "road/visit@pudong", "visit"]),
    ]
    park = written("park", step("y"), source="2.1", section="parks")
    assert found(files(written("road", *steps), park)) == [
        ("plan/road.yaml", "unknown-anchor", ("steps", 0, "due")),
        ("plan/road.yaml", "unknown-anchor", ("steps", 0, "earliest")),
        ("plan/road.yaml", "unknown-need", ("steps", 0, "needs", 0)),
        ("plan/road.yaml", "unknown-need", ("steps", 0, "needs", 1)),
        ("plan/road.yaml", "unknown-need", ("steps", 0, "needs", 2)),
        ("plan/road.yaml", "unknown-need", ("steps", 0, "needs", 3)),
        ("plan/road.yaml", "unknown-need", ("steps", 2, "needs", 0)),
    ]


def test_the_remedy_names_what_is_nearest() -> None:
    visit = step("visit", each="districts")
    road = written("road", visit, step("draft", needs=["vist", "visit@pudnog", "park/plan", "prak/plant", "road/vist"]))
    park = written("park", step("plant"), source="2.1", section="parks")
    assert messages(files(road, park)) == [
        "there is no initiative 'prak' for the step 'prak/plant'; did you mean 'park'?",
        "there is no step 'park/plan'; did you mean 'park/plant'?",
        "there is no step 'road/vist'; did you mean 'road/visit'?",
        "there is no step 'visit@pudnog'; did you mean 'visit@pudong'?",
        "there is no step 'vist'; did you mean 'visit'?",
    ]


def test_a_step_that_takes_place_at_another_time() -> None:
    steps = [step("monthly", repeat="monthly", needs=["quarterly"]), step("quarterly", repeat="quarterly")]
    given = files(written("road", *steps), plan=plan_file(ends="2024-10-31"))
    assert messages(given) == [
        "step 'quarterly' does not take place in 2024-10; name one of its instances, or remove this"
    ]


def test_what_could_not_be_used_is_no_mistake() -> None:
    steps = step("a", needs=["b", "b@pudong", "park/x", "hall/y"]), step("c", due="1 day after hall/z")
    lost = frozenset({StepRef("road", "b"), "park", StepRef("hall", "y")})
    assert found(files(written("road", *steps), lost=lost)) == [
        ("plan/road.yaml", "unknown-anchor", ("steps", 1, "due"))
    ]


def test_a_group_that_is_not_there() -> None:
    steps = [step("visit", each="distrcts", needs=["x"]), step("done", needs=["visit", "visit@pudong"])]
    assert in_steps(*steps) == [("unknown-group", (0, "each")), ("unknown-need", (0, "needs", 0))]


def test_without_a_directory_nothing_is_said_of_names_and_groups() -> None:
    steps = [step("visit", each="distrcts", repeat="monthly", owner="nobody"), step("done", needs=["visit@pudong"])]
    assert in_steps(*steps, directory=None) == []


def test_without_ladders_and_plan_only_names_are_checked() -> None:
    steps = [step("a", ladder="calm", needs=["b"], owner="nobody")]
    assert in_steps(*steps, policy=None, plan=None) == [("unknown-unit", (0, "owner"))]


def test_a_repeated_step_needs_a_period() -> None:
    steps = [
        step("report", repeat="quarterly"),
        step("sum", repeat="monthly", each="districts"),
        step("a", needs=["report"]),
    ]
    assert in_steps(*steps, plan=plan_file(ends="2024-01-30")) == [
        ("no-period", (0, "repeat")),
        ("no-period", (1, "repeat")),
    ]
    texts = messages(files(written("road", *steps), plan=plan_file(ends="2024-01-30")))
    assert [text.split(" ends")[0] for text in texts] == ["no month", "no quarter"]


def test_the_step_of_the_period_before_is_one_that_is_repeated() -> None:
    steps = [
        step("brief"),
        step("again", repeat="monthly", needs=["brief@previous", "quarterly@nowhere@previous"]),
        step("quarterly", repeat="quarterly", due="day 31 of month 4 of period"),
        step("once", needs=["again@previous"]),
    ]
    assert in_steps(*steps) == [
        ("needs-a-repeat", (1, "needs", 0)),
        ("needs-a-repeat", (3, "needs", 0)),
        ("no-such-day", (2, "due")),
        ("unknown-need", (1, "needs", 1)),
    ]


def test_dates_that_count_from_what_is_not_there() -> None:
    steps = [
        step("a", due="1 day after period", earliest="1 day before period"),
        step("b", due="0 days before a", earliest="3 working days before a"),
        step("c", repeat="monthly", due="1 day before period"),
        step("d", due="3 days before 2024-06-30", earliest="3 days after a"),
    ]
    assert in_steps(*steps) == [
        ("before-a-step", (1, "due")),
        ("before-a-step", (1, "earliest")),
        ("needs-a-repeat", (0, "due")),
        ("needs-a-repeat", (0, "earliest")),
    ]


@pytest.mark.parametrize(
    ("key", "when", "outside"),
    [
        ("due", "2024-01-01", True),
        ("due", "2024-12-31", False),
        ("due", "2024-12", False),
        ("due", "2025-01", True),
        ("due", "365 days after start", True),
        ("due", "9999 days after start", True),
        ("earliest", "2024-01", False),
        ("earliest", "2024-Q1", False),
        ("earliest", "2023-12", True),
        ("earliest", "2024-01-01", True),
        ("earliest", "2025-01-01", True),
        ("earliest", "2025-01", True),
        ("earliest", "9999 days before 2024-06-01", True),
    ],
)
def test_dates_lie_within_the_plan(key: str, when: str, outside: bool) -> None:
    assert in_steps(step("a", duration=0, **{key: when})) == ([("date-outside-plan", (0, key))] if outside else [])


def test_a_step_that_waits_for_itself() -> None:
    steps = [
        step("a", needs=["a"]),
        step("b", due="1 day after b", earliest="1 day after road/b"),
        step("c", each="districts", needs=["c@pudong"]),
    ]
    assert in_steps(*steps) == [
        ("self-need", (0, "needs", 0)),
        ("self-need", (1, "due")),
        ("self-need", (1, "earliest")),
        ("self-need", (2, "needs", 0)),
    ]


def test_steps_that_wait_for_one_another() -> None:
    steps = [
        step("a", needs=["free", "b"]),
        step("b", due="1 day after a"),
        step("c", earliest="1 day after d", due="1 day after free"),
        step("d", due="1 day after c"),
        step("e", each="districts", needs=["free", "f"]),
        step("f", each="districts", needs=["e"]),
        step("g", due="1 day after h"),
        step("h", earliest="1 day after g"),
        step("free"),
    ]
    assert in_steps(*steps) == [
        ("cycle", (0, "needs", 1)),
        ("cycle", (2, "earliest")),
        ("cycle", (4, "needs", 1)),
        ("cycle", (6, "due")),
    ]


def test_a_circle_prints_its_path_across_initiatives() -> None:
    road = written("road", step("x", needs=["park/y"]))
    park = written("park", step("y", needs=["road/x"]), source="2.1", section="parks")
    assert messages(files(road, park)) == [
        "these steps wait for one another: road/x -> park/y -> road/x; "
        "take out one of these needs, or dates that hang on a step"
    ]


def test_deadlines_that_cannot_be_met() -> None:
    visit = step("visit", each="districts", duration=3, due="2024-01-03", needs=["plan@pudong"])
    steps = [step("plan", each="districts", duration=0), visit, step("count", duration=2, due="2024-01-03")]
    assert in_steps(*steps) == [("infeasible", (1, "due")), ("infeasible", (2, "due"))]
    assert [text.split("; ")[0] for text in messages(files(written("road", *steps)))] == [
        "road/count is due on 2024-01-03, but 2024-01-04 is the earliest it can end, 1 working day late, "
        "because of its own duration and earliest start",
        "road/visit@pudong is due on 2024-01-03, but 2024-01-05 is the earliest it can end, 2 working days late, "
        "because of road/plan@pudong -> road/visit@pudong",
    ]


def test_a_duration_nobody_wrote_is_told_where_it_has_part() -> None:
    steps = [step("survey", duration=1), step("draft", needs=["survey"]), step("sum", "milestone", needs=["draft"])]
    steps[2]["due"] = "2024-01-05"
    (text,) = messages(files(written("road", *steps)))
    assert "of road/survey -> road/draft -> road/sum (road/draft: 5 working days, as no `duration` is written)" in text
    many = [step(f"s{n}", needs=[f"s{n - 1}"] if n else []) for n in range(5)]
    (text,) = messages(files(written("road", *many[:-1], many[-1] | {"due": "2024-01-05"})))
    assert "(road/s0, road/s1, road/s2 and others: 5 working days, as no `duration` is written)" in text


def test_what_is_late_only_because_of_another_is_not_told_beside_it() -> None:
    steps = [
        step("a", duration=9, due="2024-01-08"),
        step("b", duration=1, needs=["a"], due="2024-01-09"),
        step("c", duration=5, needs=["a"], due="2024-01-10"),
    ]
    assert in_steps(*steps) == [("infeasible", (0, "due")), ("infeasible", (2, "due"))]
    assert in_steps(*steps[:2]) == [("infeasible", (0, "due"))]


def test_what_waits_for_a_step_with_a_wrong_date_is_not_told_beside_it() -> None:
    steps = [
        step("a", duration=1, earliest="2034-06-03"),
        step("b", duration=1, needs=["a"], due="2024-06-28"),
        step("c", duration=9, due="2023-06-28"),
        step("d", duration=1, needs=["c"], due="2024-01-16"),
    ]
    assert in_steps(*steps) == [
        ("date-outside-plan", (0, "earliest")),
        ("date-outside-plan", (2, "due")),
    ]


def test_references_to_a_misnamed_initiative_are_not_told_beside_its_name() -> None:
    road = written("raod", step("x"), file="plan/roads/road.yaml")
    park = written("park", step("y", needs=["road/x"]), source="2.1", section="parks", file="plan/parks/park.yaml")
    assert [one.id for one in check(files(road, park), calendar=CALENDAR)] == ["file-name"]


def test_of_many_instances_the_one_that_is_late_by_most_is_told() -> None:
    steps = [
        step("plan", duration=9),
        step("report", repeat="monthly", duration=19, needs=["plan"], due="0 days after period"),
    ]
    (text,) = messages(files(written("road", *steps)))
    assert text.startswith("road/report@2024-01 is due on 2024-01-31, but 2024-02-09 ")


def test_a_long_chain_is_told_by_its_ends() -> None:
    steps = [step(f"s{n}", duration=1, needs=[f"s{n - 1}"] if n else []) for n in range(20)]
    (text,) = messages(files(written("road", *steps[:-1], steps[-1] | {"due": "2024-01-03"})))
    assert "of road/s0 -> road/s1 -> road/s2 -> road/s3 -> (12 more) -> road/s16 -> road/s17 -> " in text


def test_a_deadline_is_judged_only_when_its_date_makes_sense() -> None:
    steps = [step("a", due="2023-06-01"), step("b", duration=9999, due="2025-06-01"), step("c", due="9 days before a")]
    assert in_steps(*steps) == [
        ("before-a-step", (2, "due")),
        ("date-outside-plan", (0, "due")),
        ("date-outside-plan", (1, "due")),
    ]


def test_steps_that_end_beyond_the_calendar() -> None:
    assert in_steps(step("a", duration=9999), step("b", needs=["a"])) == [("beyond-calendar", (0,))]


def test_a_plan_must_lie_within_the_calendar() -> None:
    short = WorkCalendar.build(date(2024, 2, 1), date(2024, 11, 30), lambda day: True)
    assert found(files(written("road", step("a", duration=9, due="2024-02-02"))), short) == [
        ("plan.yaml", "beyond-calendar", ("ends",)),
        ("plan.yaml", "beyond-calendar", ("starts",)),
    ]
    late = WorkCalendar.build(date(2024, 1, 1), date(2024, 11, 30), lambda day: True)
    assert found(files(written("road", step("a"))), late) == [("plan.yaml", "beyond-calendar", ("ends",))]


def test_every_problem_of_every_file_at_once() -> None:
    road = written("road", step("a", needs=["nothing"], due="2025-06"), step("b", needs=["park/x"]), lead="nobody")
    park = written("park", step("x", needs=["road/b"]), source="2.2", section="parks")
    given = files(road, park, plan=plan_file(coordinator="nobody"), directory=directory_file(administrator="nobody"))
    assert [kind for _, kind, _ in found(given)] == [
        "unknown-post",
        "unknown-post",
        "cycle",
        "date-outside-plan",
        "unknown-need",
        "unknown-unit",
    ]


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ({"duration": "30 days"}, ["no-basis"]),
        ({"duration": "30 days", "basis": "办法第十条"}, []),
        ({"duration": "30 days", "assumed": True}, []),
        ({"duration": "5 working days"}, []),
    ],
)
def test_calendar_days_of_a_period_come_from_a_rule(said: dict[str, Any], ids: list[str]) -> None:
    show = step("show", "period", **said)
    assert [name for name, _ in in_steps(show)] == ids
    assert found(files(written("road", show, assumed=True))) == []


# Under way -----------------------------------------------------------------------------------------------------------


def under_way(plan: Plan, **finished: str) -> UnderWay:
    days = {StepRef("road", name): date.fromisoformat(day) for name, day in finished.items()}
    return UnderWay(date(2024, 1, 8), days, days, plan)


def late(given: Files, begun: UnderWay) -> list[str]:
    return [one.message.partition(" is due")[0] for one in check(given, calendar=CALENDAR, under_way=begun)]


def test_what_the_plan_in_force_cannot_meet_either_is_no_problem_of_another() -> None:
    steps = step("draft", duration=3, due="2024-01-05"), step("issue", duration=3, due="2024-01-31")
    known = expand(plan_file(), [written("road", *steps)], Directory(directory_file()))
    begun = under_way(known)
    assert late(files(written("road", *steps)), begun) == []
    sooner = steps[0], step("issue", duration=3, due="2024-01-10")
    assert late(files(written("road", *sooner)), begun) == ["road/issue"]
    renamed = step("outline", duration=3, due="2024-01-05", was="draft"), steps[1]
    assert late(files(written("road", *renamed)), begun) == []


def test_dates_out_of_the_plan_are_no_question_once_every_instance_is_closed() -> None:
    given = files(written("road", step("draft", due="2025-02-03")))
    known = expand(plan_file(), [written("road", step("draft"))], Directory(directory_file()))
    assert [one.id for one in check(given, calendar=CALENDAR, under_way=under_way(known))] == ["date-outside-plan"]
    assert check(given, calendar=CALENDAR, under_way=under_way(known, draft="2024-01-05")) == []
