"""The form's fields, and what is made of what was filled in: no server is needed for that."""

from collections.abc import Callable
from typing import Any

import pytest

from duban.core.deciding.commands import Command, Refused, Verb
from duban.core.planning.plan import StepRef
from duban.core.telling.offered import ONLY_LOOK
from flows.forms import command_of, parameter_schema
from tests.core.builders import HERE, Story, action, indicator, review, work


def fields(story: Story) -> dict[str, Any]:
    report: dict[str, Any] = parameter_schema(story.look, story.state)["properties"]["report"]["properties"]
    return report


def test_the_whole_schema_of_an_initiative_on_which_nothing_may_be_done() -> None:
    """It asks for a choice, and takes nothing else."""
    story = Story(work("x")).act("officer", "submit", "x").on("2024-07-01")
    assert parameter_schema(story.look, story.state) == {
        "title": "Parameters",
        "type": "object",
        "required": ["report"],
        "definitions": {},
        "properties": {
            "report": {
                "title": "填报",
                "type": "object",
                "position": 0,
                "required": ["offer"],
                "additionalProperties": False,
                "properties": {
                    "offer": {"title": "办理事项", "type": "string", "enum": [ONLY_LOOK], "position": 0},
                },
            }
        },
    }


@pytest.mark.parametrize(
    ("made", "asked"),
    [
        (lambda: Story(indicator("x")), ["offer", "progress", "remaining", "value", "until", "to", "on", "reason"]),
        (lambda: Story(work("x")), ["offer", "evidence", "progress", "remaining", "until", "to", "on", "reason"]),
        (lambda: Story(action("x")), ["offer", "reason"]),
        (
            lambda: Story(work("y"), review("x", "y")).act("officer", "submit", "y"),
            ["offer", "evidence", "progress", "remaining", "until", "to", "returned", "on", "reason"],
        ),
        (lambda: Story(indicator("x")).act("officer", "report", "x", value=480.0), ["offer", "value", "reason"]),
        (lambda: Story(work("x")).act("officer", "submit", "x"), ["offer", "evidence", "reason"]),
    ],
    ids=["an-indicator", "work", "an-action", "a-review", "one-done-by-its-value", "work-handed-in"],
)
def test_fields_that_no_offer_needs_are_left_out(made: Callable[[], Story], asked: list[str]) -> None:
    assert list(fields(made())) == asked


def test_units_and_posts_and_days_are_chosen() -> None:
    found = fields(Story(work("x")))
    assert found["to"]["enum"][:4] == ["建设处", "法规处", "officer岗", "head岗"]
    assert found["until"] == {"title": "延期至", "type": "string", "format": "date", "position": 4}


def test_who_opens_the_form_finds_ids_nowhere() -> None:
    story = Story(work("y"), work("x", "y"), indicator("z"))
    words = [word for field in fields(story).values() for word in field.get("enum", ())]
    assert not [word for word in words if "[" in word]


def understood(report: Any) -> Command | None:
    story = Story(work("y"), indicator("z"), review("x", "y"))
    return command_of(story.office, story.initiative, report, "form/1")


@pytest.mark.parametrize(
    ("report", "meant"),
    [
        ({"offer": "officer岗 反馈进展：z事项", "value": 0, "progress": 0}, {"value": 0.0, "progress": 0}),
        ({"offer": "officer岗 反馈进展：z事项", "value": "12.5", "progress": 40.0}, {"value": 12.5, "progress": 40}),
        ({"offer": "officer岗 反馈进展：z事项", "value": None, "progress": "", "reason": " 快了 "}, {"reason": "快了"}),
        ({"offer": "officer岗 报送办结：y事项", "evidence": ["方案", "", None]}, {"evidence": ("方案",)}),
        ({"offer": "officer岗 报送办结：y事项", "evidence": "方案"}, {"evidence": ("方案",)}),
        ({"offer": "officer岗 反馈进展：z事项", "remaining": 6}, {"remaining": 6}),
        ({"offer": "officer岗 申请延期：y事项", "until": "2024-07-15"}, {"to": "2024-07-15"}),
        ({"offer": "officer岗 申请延期：y事项", "until": "2024-07-15T00:00:00+08:00"}, {"to": "2024-07-15"}),
        ({"offer": "officer岗 申请延期：y事项", "until": "下月底"}, {"to": "下月底"}),
        ({"offer": "leader岗 同意延期：y事项"}, {}),
        ({"offer": "coordinator岗 转办：y事项", "to": "法规处", "reason": "调整"}, {"to": "law", "reason": "调整"}),
        ({"offer": "judge岗 退回：x事项", "returned": "y事项", "to": "法规处"}, {"to": "y"}),
        ({"offer": "judge岗 退回：x事项"}, {}),
        ({"offer": "officer岗 签收：y事项", "to": "法规处", "until": "2024-07-15"}, {}),
    ],
)
def test_what_a_form_comes_to(report: dict[str, Any], meant: dict[str, Any]) -> None:
    command = understood(report)
    assert command
    said = {name: getattr(command, name) for name in ("reason", "progress", "remaining", "value", "evidence", "to")}
    nothing = {"reason": "", "progress": None, "remaining": None, "value": None, "evidence": (), "to": ""}
    assert said == nothing | meant
    assert (command.key, command.via) == ("form/1", "form 1")


def test_who_does_what_with_which_step() -> None:
    command = understood({"offer": "head岗 反馈进展：z事项", "reason": "正常"})
    assert command
    assert (command.verb, command.step, command.actor) == (Verb.REPORT, StepRef(HERE, "z"), "head")


def test_only_a_look_is_no_command() -> None:
    assert understood({"offer": ONLY_LOOK}) is None


@pytest.mark.parametrize(
    ("report", "told"),
    [
        (None, "没有选择办理事项"),
        ("签收", "没有选择办理事项"),
        ({}, "没有选择办理事项"),
        ({"offer": None}, "没有选择办理事项"),
        ({"offer": "officer岗 反馈进展：z事项", "value": "很多"}, "指标数值应为数字，收到 很多"),
        ({"offer": "officer岗 反馈进展：z事项", "progress": "过半"}, "进度应为数字，收到 过半"),
        ({"offer": "officer岗 反馈进展：z事项", "progress": 0.5}, "进度应为整数，收到 0.5"),
        ({"offer": "coordinator岗 转办：y事项"}, "请选择转办给哪个单位或岗位"),
        ({"offer": "coordinator岗 转办：y事项", "to": "财政处"}, "请选择转办给哪个单位或岗位：没有财政处"),
        ({"offer": "judge岗 退回：x事项", "returned": "w事项"}, "请选择退回哪一项：没有w事项"),
    ],
)
def test_what_comes_to_nothing_is_refused_in_words(report: Any, told: str) -> None:
    with pytest.raises(Refused) as refused:
        understood(report)
    assert str(refused.value) == told


def test_the_day_it_was_done_is_a_date_and_goes_into_the_command() -> None:
    story = Story(work("y"))
    assert fields(story)["on"]["format"] == "date"
    said = {"offer": "officer岗 签收：y事项", "on": "2024-06-03T00:00:00", "reason": "系统停机"}
    command = understood(said)
    assert command is not None
    assert (command.verb, command.on, command.reason) == (Verb.SIGN, "2024-06-03", "系统停机")
