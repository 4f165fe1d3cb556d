"""The files of a plan are read strictly."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from duban.core.planning.action_file import PythonAction
from duban.core.planning.plan_file import InitiativeFile, Kind, PlanFile, Repeat, StepFile
from duban.core.planning.when import Duration, OnDate
from duban.core.problems import Invalid
from tests.core.small_plan import BULLETIN

STEP = {"id": "draft", "title": "起草", "kind": "work"}
PLAN = {
    "id": "tiny",
    "title": "小计划",
    "document": "试字〔2024〕1号",
    "starts": "2024-01-02",
    "ends": "2024-12-31",
    "coordinator": "officer",
    "sections": [{"id": "roads", "title": "道路"}],
}
INITIATIVE = {
    "id": "new-road",
    "title": "新路",
    "source": "2.10",
    "lead": "roads",
    "supervisor": "director",
    "steps": [STEP],
}


def faults(model: type[PlanFile] | type[StepFile] | type[InitiativeFile], data: dict[str, Any]) -> list[Any]:
    with pytest.raises(ValidationError) as raised:
        model.model_validate(data)
    found = []
    for error in raised.value.errors():
        reason = error.get("ctx", {}).get("error")
        found += reason.faults if isinstance(reason, Invalid) else [(error["type"], error["loc"])]
    return found


def test_a_step_as_written() -> None:
    step = StepFile.model_validate(STEP | {"due": "2024-06-28", "duration": [1, 2, 3], "needs": ["other/step@unit"]})
    assert (step.due, step.duration) == (OnDate(date(2024, 6, 28)), Duration(1, 2, 3))
    assert (step.needs, step.evidence, step.repeat) == (("other/step@unit",), (), None)


def test_an_initiative_and_a_plan_as_written() -> None:
    assert InitiativeFile.model_validate(INITIATIVE).steps == (StepFile.model_validate(STEP),)
    plan = PlanFile.model_validate(PLAN)
    assert (plan.starts, plan.ends) == (date(2024, 1, 2), date(2024, 12, 31))


def test_the_words_of_a_file_are_those_of_the_plan() -> None:
    kinds = StepFile.model_json_schema()["properties"]["kind"]["enum"]
    assert kinds == list(Kind)
    repeats = StepFile.model_json_schema()["properties"]["repeat"]["anyOf"][0]["enum"]
    assert repeats == list(Repeat)


@pytest.mark.parametrize(
    ("change", "ids"),
    [
        ({"kind": "period"}, ["kind-needs-key"]),
        ({"kind": "action"}, ["kind-needs-key"]),
        ({"kind": "indicator"}, ["kind-needs-key"]),
        ({"kind": "milestone", "review": "head", "duration": 0, "evidence": ["报告"]}, ["kind-forbids-key"] * 3),
        ({"action": BULLETIN, "target": {"at_least": 1, "unit": "件"}}, ["kind-forbids-key"] * 2),
        ({"kind": "period", "review": "head"}, ["kind-needs-key", "kind-forbids-key"]),
    ],
)
def test_a_step_must_fit_its_kind(change: dict[str, object], ids: list[str]) -> None:
    assert [fault.id for fault in faults(StepFile, STEP | change)] == ids


def test_a_key_that_its_kind_forbids_is_named() -> None:
    (fault,) = faults(StepFile, STEP | {"kind": "milestone", "duration": 5})
    assert fault.message == "`duration` has no meaning for a step of kind milestone"
    assert fault.remedy == "remove it, or use kind work"
    assert fault.at == ("duration",)


COLLECT = {"uses": "collect", "parameters": {"units": ["districts"]}}


def test_what_is_collected_may_be_evidence_that_is_reviewed() -> None:
    step = STEP | {"kind": "action", "action": COLLECT, "evidence": ["报表"], "review": "head", "due": "2024-06"}
    assert StepFile.model_validate(step).evidence == ("报表",)
    assert [fault.at for fault in faults(StepFile, step | {"action": BULLETIN})] == [("review",), ("evidence",)]
    (fault,) = faults(StepFile, step | {"each": "districts"})
    assert (fault.id, fault.at) == ("kind-forbids-key", ("each",))


def python(**parameters: object) -> dict[str, object]:
    return STEP | {"kind": "action", "action": {"uses": "python", "parameters": {"function": "a.b:c"} | parameters}}


@pytest.mark.parametrize("value", ["text", 3, 0.5, True])
def test_a_function_is_called_with_plain_values(value: object) -> None:
    action = StepFile.model_validate(python(copies=value)).action
    assert isinstance(action, PythonAction)
    assert (action.parameters.function, action.parameters.others) == ("a.b:c", {"copies": value})


@pytest.mark.parametrize("value", [None, [1], {}, float("nan"), float("inf")])
def test_other_values_are_refused(value: object) -> None:
    assert [fault.id for fault in faults(StepFile, python(copies=value))] == ["wrong-type"]


def action(uses: str, **parameters: object) -> dict[str, object]:
    return STEP | {"kind": "action", "action": {"uses": uses, "parameters": parameters}}


URL, RUN = "https://data.example/<unit>", "publish/yearly"


@pytest.mark.parametrize(
    "step",
    [
        action("http", url=URL),
        action(
            "http", url=URL, method="GET", headers={"Key": "${KEY}"}, body=["<step>", {"a": None}], expect=[200, 204]
        ),
        action("deployment", deployment=RUN),
        action("deployment", deployment=RUN, parameters={"title": "<step-title>", "n": [1, 2.5]}, hours=48),
    ],
)
def test_actions_that_ask_others(step: dict[str, object]) -> None:
    assert StepFile.model_validate(step).action


@pytest.mark.parametrize(
    ("step", "found"),
    [
        (action("http", url="https://data.example/<x>"), [("unknown-placeholder", ("url",))]),
        (action("http", url="https://data.example/${KEY}"), [("secret-in-the-open", ("url",))]),
        (
            action("http", url=URL, body={"a": ["<x>", "${KEY}", 3]}),
            [("unknown-placeholder", ("body",)), ("secret-in-the-open", ("body",))],
        ),
        (action("deployment", deployment=RUN, parameters={"a": "<x>"}), [("unknown-placeholder", ("parameters", "a"))]),
    ],
)
def test_what_is_sent_is_checked(step: dict[str, object], found: list[object]) -> None:
    assert [(fault.id, fault.at) for fault in faults(StepFile, step)] == found


def test_the_name_of_an_action_is_not_for_the_plan_to_choose() -> None:
    (fault,) = faults(StepFile, python(key="mine"))
    assert (fault.id, fault.at) == ("reserved-id", ("key",))


@pytest.mark.parametrize("source", ["1.1", "2.10", "12.345z"])
def test_sources(source: str) -> None:
    assert InitiativeFile.model_validate(INITIATIVE | {"source": source}).source == source


@pytest.mark.parametrize("source", ["0.1", "1", "1.01", "1.1ab", "1.1\n", "1.٣", 2.1, "1.99999"])
def test_what_is_no_source(source: object) -> None:
    assert [error[1] for error in faults(InitiativeFile, INITIATIVE | {"source": source})] == [("source",)]


@pytest.mark.parametrize("change", [{"colour": "red"}, {"steps": []}, {"tags": "道路"}, {"assumed": "yes"}])
def test_files_are_read_strictly(change: dict[str, object]) -> None:
    assert len(faults(InitiativeFile, INITIATIVE | change)) == 1


def test_values_never_change() -> None:
    step = StepFile.model_validate(STEP)
    with pytest.raises(ValidationError):
        step.title = "别的"


@pytest.mark.parametrize("ends", ["2024-01-02", "2023-12-31"])
def test_a_plan_ends_after_it_starts(ends: str) -> None:
    (fault,) = faults(PlanFile, PLAN | {"ends": ends})
    assert (fault.id, fault.at) == ("ends-before-start", ("ends",))


def test_a_word_of_plans_names_no_day() -> None:
    (fault,) = faults(PlanFile, PLAN | {"dates": {"opening": "2024-10-16", "start": "2024-02-01"}})
    assert (fault.id, fault.at) == ("reserved-id", ("start",))


PATTERNED = {key: value for key, value in INITIATIVE.items() if key != "steps"} | {"pattern": "rules"}


def test_an_initiative_may_have_its_steps_from_a_pattern() -> None:
    dates = {"draft": "2024-06-28", "check": {"earliest": "2024-06", "due": "2024-Q3"}}
    read = InitiativeFile.model_validate(PATTERNED | {"dates": dates, "without": ["hearing"]})
    assert (read.pattern, read.steps, read.dates["draft"].due) == ("rules", (), OnDate(date(2024, 6, 28)))
    assert read.dates["draft"].earliest is None
    assert read.dates["check"].due is not None


@pytest.mark.parametrize(
    ("change", "ids"),
    [
        ({"pattern": None}, ["missing-key"]),
        ({"pattern": None, "values": {"a": "b"}}, ["missing-key"]),
        ({"pattern": "R", "values": {"a": "b"}}, ["string_pattern_mismatch"]),
        ({"change": {"draft": {"needs": [], "also_needs": ["check"]}}}, ["needs-twice"]),
        ({"change": {"draft": {"due": "2024-06", "earliest": "2024-06"}}}, ["date-in-change", "date-in-change"]),
        ({"change": {"draft": "later"}}, ["model_type"]),
        ({"dates": {"draft": 3}}, ["model_type"]),
    ],
)
def test_what_is_wrong_with_the_use_of_a_pattern(change: dict[str, object], ids: list[str]) -> None:
    assert [fault[0] for fault in faults(InitiativeFile, PATTERNED | change)] == ids


def test_what_is_said_of_a_pattern_needs_one() -> None:
    said = {"values": {"a": "b"}, "dates": {"draft": "2024-06"}, "change": {"draft": {}}, "without": ["draft"]}
    assert [fault.id for fault in faults(InitiativeFile, INITIATIVE | said)] == ["needs-a-pattern"] * 4
