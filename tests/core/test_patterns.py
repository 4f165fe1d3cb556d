"""A pattern made into the steps of an initiative."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.core.planning.action_file import HttpAction
from duban.core.planning.measure_file import CsvMeasure
from duban.core.planning.pattern_file import PatternFile, placeholders
from duban.core.planning.patterns import StepPlace, WrittenOut, apply_pattern, own_steps
from duban.core.planning.plan_file import InitiativeFile, StepFile
from duban.core.planning.review_file import Several
from duban.core.planning.when import Duration, OnDate, parse_when
from tests.core.small_plan import BULLETIN, step

INITIATIVE = {"id": "road", "title": "新路", "source": "1.1", "lead": "roads", "supervisor": "head", "pattern": "rules"}
STEPS = (
    step("draft", title="起草{document}", evidence=["{document}送审稿"], review="supervisor", duration=5),
    step("hearing", needs=["draft"]),
    step("check", "review", needs=["hearing"], owner="lead", due="5 days after draft"),
    step("issued", "milestone", needs=["check"], title="{document}印发"),
)


def pattern(*steps: dict[str, Any], **more: Any) -> PatternFile:
    said = {"id": "rules", "title": "制定办法", "values": {"document": "办法"}, "steps": list(steps or STEPS), **more}
    return PatternFile.model_validate(said)


def initiative(**more: Any) -> InitiativeFile:
    return InitiativeFile.model_validate(INITIATIVE | {"values": {"document": "《办法》"}} | more)


def applied(of: PatternFile | None = None, **more: Any) -> WrittenOut:
    return apply_pattern(initiative(**more), of or pattern())


def steps(out: WrittenOut) -> dict[str, StepFile]:
    return {one.id: one for one in out.steps}


def faults(out: WrittenOut) -> list[tuple[Any, ...]]:
    return [(fault.id, *fault.at) for fault in out.faults]


def test_the_steps_of_the_pattern_with_values_and_posts_filled_in() -> None:
    out = applied()
    assert out.faults == ()
    assert [one.title for one in out.steps] == ["起草《办法》", "事项hearing", "事项check", "《办法》印发"]
    draft, _, check, _ = out.steps
    assert (draft.evidence, draft.review, check.owner) == (("《办法》送审稿",), "head", "roads")
    assert out.origins == tuple(StepPlace("rules", number) for number in range(4))


def test_roles_are_played_by_whom_the_directory_names() -> None:
    asked = {"uses": "collect", "parameters": {"units": ["legal", "all", "law"]}}
    of = pattern(
        step("check", "review", owner="legal", title="审核{document}"),
        step("draft", owner="lead", review=["supervisor", "legal", "money"]),
        step("each", each="all", owner="roads"),
        step("gather", "action", action=asked),
    )
    out = apply_pattern(initiative(), of, {"legal": "law", "money": "law", "all": "districts"})
    check, draft, each, gather = out.steps
    assert (check.owner, draft.owner, each.owner, each.each) == ("law", "roads", "roads", "districts")
    assert draft.review == Several(("head", "law"), 2)
    assert gather.action is not None
    assert gather.action.parameters.units == ("law", "districts")


def test_roles_that_an_initiative_names_in_a_change_are_played_too() -> None:
    out = apply_pattern(initiative(change={"hearing": {"owner": "legal"}}), pattern(), {"legal": "law"})
    assert [one.owner for one in out.steps] == [None, "law", "roads", None]


@pytest.mark.parametrize(
    ("review", "found"),
    [
        (["lead", "law", "supervisor"], Several(("roads", "law", "head"), 3)),
        ({"by": ["lead", "roads", "law"], "agree": 3}, Several(("roads", "law"), 2)),
        (["lead", "roads"], "roads"),
    ],
)
def test_reviewers_may_be_the_initiatives_own(review: object, found: object) -> None:
    assert steps(applied(pattern(step("draft", review=review))))["draft"].review == found


def test_texts_of_actions_are_filled_in_as_well() -> None:
    said = {"function": "office:tell", "about": "{document}", "copies": 3}
    tell = step("tell", "action", action={"uses": "python", "parameters": said, "timeout": 5})
    action = applied(pattern(*STEPS, tell)).steps[-1].action
    assert action is not None
    assert action.timeout == 5
    assert action.parameters.model_dump() == {"function": "office:tell", "about": "《办法》", "copies": 3}


def test_texts_of_actions_and_measures_are_filled_in_however_deep_they_stand() -> None:
    said = {"url": "https://a.example/", "headers": {"Key": "${KEY}"}, "body": {"of": ["{document}", 3, "<step>"]}}
    measure = {"by": "csv", "file": "var/a.csv", "column": "件数", "where": {"文件": "{document}"}}
    tell, count = applied(
        pattern(
            *STEPS,
            step("tell", "action", action={"uses": "http", "parameters": said}),
            step("count", "indicator", target={"at_least": 1, "unit": "件"}, measure=measure),
        )
    ).steps[-2:]
    assert isinstance(tell.action, HttpAction)
    assert tell.action.parameters.body == {"of": ["《办法》", 3, "<step>"]}
    assert tell.action.parameters.headers == {"Key": "${KEY}"}
    assert isinstance(count.measure, CsvMeasure)
    assert count.measure.where == {"文件": "《办法》"}


def test_an_action_that_does_not_fit_what_the_pattern_says_of_the_step() -> None:
    collect = {"uses": "collect", "parameters": {"units": ["districts"]}}
    of = pattern(*STEPS, step("gather", "action", action=collect, evidence=["报表"]))
    out = applied(of, change={"gather": {"action": BULLETIN}})
    assert faults(out) == [("kind-forbids-key", "change", "gather", "action")]


def test_dates_and_changes_take_the_place_of_the_patterns() -> None:
    out = applied(
        dates={"draft": "2024-04-30", "check": {"earliest": "2024-06-03"}},
        change={"draft": {"duration": 8, "owner": "park", "title": "写{document}"}, "issued": {"needs": ["draft"]}},
    )
    found = steps(out)
    assert (found["draft"].due, found["draft"].duration) == (OnDate(date(2024, 4, 30)), Duration(8, 8, 8))
    assert (found["draft"].owner, found["draft"].review, found["draft"].title) == ("park", "head", "写《办法》")
    assert found["check"].earliest == parse_when("2024-06-03")
    assert found["check"].due == parse_when("5 days after draft")
    assert found["issued"].needs == ("draft",)
    said = {key: ("change", "draft", key) for key in ("duration", "owner", "title")}
    assert out.origins[0].said == {"due": ("dates", "draft", "due"), **said}


def test_needs_may_be_added_to_those_of_the_pattern() -> None:
    out = applied(change={"check": {"also_needs": ["other/done", "hearing"]}})
    assert steps(out)["check"].needs == ("hearing", "other/done")
    assert out.origins[2].said == {"needs": ("change", "check", "also_needs")}


def test_what_needs_a_step_left_out_needs_what_that_step_needs() -> None:
    out = applied(pattern(*STEPS, step("both", needs=["check@pudong", "hearing", "draft"])), without=["hearing"])
    assert [one.id for one in out.steps] == ["draft", "check", "issued", "both"]
    assert steps(out)["check"].needs == ("draft",)
    assert steps(out)["both"].needs == ("check@pudong", "draft")


def test_several_steps_left_out_in_a_row() -> None:
    out = applied(without=["hearing", "check"])
    assert steps(out)["issued"].needs == ("draft",)


def test_a_date_that_hangs_on_a_step_left_out_has_to_be_given() -> None:
    out = applied(without=["draft"])
    assert faults(out) == [("left-out", "without", 0)]
    assert steps(out)["check"].due is None
    given_again = applied(without=["draft"], dates={"check": "2024-06-28"})
    assert given_again.faults == ()
    assert steps(given_again)["check"].due == OnDate(date(2024, 6, 28))
    assert applied(without=["draft", "check"]).faults == ()


def test_all_is_assumed_that_a_pattern_assumes_unless_it_is_replaced() -> None:
    out = applied(pattern(assumed=True), change={"hearing": {"assumed": False}})
    assert [one.assumed for one in out.steps] == [True, False, True, True]
    assert [one.assumed for one in applied().steps] == [False] * 4


def test_own_steps_stand_after_what_they_need_else_at_the_end() -> None:
    own = [
        step("print", needs=["draft"]),
        step("survey"),
        step("bind", needs=["print", "elsewhere/done"]),
        step("tell", needs=["draft", "check@pudong"]),
        step("again", needs=["draft"]),
    ]
    out = applied(steps=own)
    order = ["draft", "print", "bind", "again", "hearing", "check", "tell", "issued", "survey"]
    assert [one.id for one in out.steps] == order
    assert [origin.number for origin in out.origins if origin.pattern is None] == [0, 2, 4, 3, 1]


@given(st.lists(st.sampled_from(["draft", "hearing", "check", "issued", "o0", "o1", "o2"]), max_size=6))
def test_every_step_is_there_once_and_the_patterns_keep_their_order(needs: list[str]) -> None:
    own = [step(f"o{number}", needs=[need]) for number, need in enumerate(needs)]
    names = [one.id for one in applied(steps=own).steps] if own else []
    assert sorted(names) == sorted([*(one["id"] for one in own), *(one["id"] for one in STEPS if own)])
    assert [name for name in names if not name.startswith("o")] == [one["id"] for one in STEPS if own]


def test_a_pattern_may_ask_for_dates() -> None:
    dated = pattern(dates=["draft", "issued"])
    assert faults(applied(dated)) == [("missing-date", "pattern"), ("missing-date", "pattern")]
    assert faults(applied(dated, dates={"draft": {"earliest": "2024-05"}, "issued": "2024-06-28"})) == [
        ("missing-date", "dates")
    ]
    assert faults(applied(dated, dates={"draft": "2024-05"}, without=["issued"])) == []


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"dates": {"drafts": "2024-04-30"}}, [("unknown-step", "dates", "drafts")]),
        ({"change": {"nothing": {}}}, [("unknown-step", "change", "nothing")]),
        ({"without": ["nothing"]}, [("unknown-step", "without", 0)]),
        ({"without": ["hearing"], "dates": {"hearing": "2024-04-30"}}, [("left-out", "dates", "hearing")]),
        ({"values": {}}, [("missing-value", "pattern")]),
        ({"values": {"document": "办法", "x": "多"}}, [("unused-value", "values", "x")]),
        ({"steps": [step("draft")]}, [("duplicate-id", "steps", 0, "id")]),
        ({"change": {"issued": {"evidence": ["办法"]}}}, [("kind-forbids-key", "change", "issued", "evidence")]),
        ({"change": {"draft": {"title": "{x}"}}}, [("unknown-placeholder", "change", "draft", "title")]),
        ({"values": {"document": "长" * 119}}, [("out-of-range", "values"), ("out-of-range", "values")]),
    ],
)
def test_what_is_wrong_with_the_use_of_a_pattern(more: dict[str, Any], found: list[tuple[Any, ...]]) -> None:
    out = applied(**more)
    assert faults(out) == found
    assert set(steps(out)) >= {"draft", "issued"}


def test_the_remedy_for_a_date_of_an_own_step_is_to_write_it_there() -> None:
    (fault,) = applied(steps=[step("build")], dates={"build": "2024-06-28"}).faults
    assert fault.remedy == "write it in the step itself"


def test_a_pattern_whose_steps_need_one_another_in_a_circle_is_gone_through_once() -> None:
    round_about = pattern(step("a", needs=["b"]), step("b", needs=["a"]), step("c", needs=["a"]), values={})
    assert steps(applied(round_about, without=["a", "b"], values={}))["c"].needs == ()


def test_a_step_left_out_whose_needs_are_not_there_is_passed_over() -> None:
    both = pattern(*STEPS, step("both", needs=["hearing", "hearing@pudong", "check"]))
    assert steps(applied(both, without=["hearing", "nothing"]))["both"].needs == ("draft", "check")
    nothing = pattern(*STEPS, step("last", needs=["nothing"]))
    assert steps(applied(nothing, without=["nothing"]))["last"].needs == ()


def test_steps_of_an_initiative_without_its_pattern() -> None:
    out = own_steps(initiative(steps=[step("draft")]))
    assert (len(out.steps), out.origins, out.faults) == (1, (StepPlace(None, 0),), ())


def test_variables_of_the_environment_are_no_placeholders() -> None:
    said = {"url": "https://a.example/", "headers": {"Key": "${KEY}", "About": "{document}"}}
    tell = StepFile.model_validate(step("tell", "action", action={"uses": "http", "parameters": said}))
    assert placeholders(tell)["action"] == {"document"}
