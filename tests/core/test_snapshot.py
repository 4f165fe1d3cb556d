"""A plan as the ledger keeps it: nothing of it is lost, and the same plan is the same text."""

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duban.core.planning import snapshot as snapshots
from duban.core.planning.directory import Directory
from duban.core.planning.expand import expand
from duban.core.planning.plan import Initiative, Plan, Step, StepRef
from duban.core.planning.plan_file import Kind
from duban.core.planning.snapshot import fingerprint, restored, snapshot
from duban.core.planning.when import Duration
from tests.core.builders import initiative, work
from tests.core.builders import plan as small_plan_of
from tests.core.small_plan import directory_file, plan_file, step, written
from tests.core.test_check_properties import INITIATIVES

PLACES = {"written", "file"}
"""Fields that are about files, not about the plan."""


def without_places(plan: Plan) -> Plan:
    initiatives = {
        one.id: replace(one, file="", steps={name: replace(step, written=0) for name, step in one.steps.items()})
        for one in plan.initiatives.values()
    }
    return replace(plan, initiatives=initiatives)


def kept(plan: Plan) -> Plan:
    """The plan as it is read again from the ledger."""
    return restored(json.loads(json.dumps(snapshot(plan))))


def build(*steps: dict[str, Any], **more: Any) -> Plan:
    return expand(plan_file(), [written("road", *steps, **more)], Directory(directory_file()))


RICH = build(
    step(
        "draft", duration=[1, 2, 3], due="2024-06-28", earliest="2024-06", roll="back", owner="head", evidence=["方案"]
    )
    | {"review": "head", "ladder": "urgent", "was": "write", "basis": "办法", "assumed": True},
    step("survey", each="districts", repeat="quarterly", needs=["draft"], due="3 working days after draft"),
    step(
        "publish",
        "action",
        action={"uses": "python", "timeout": 9, "parameters": {"function": "a:b", "title": "通报", "x": 0.5}},
    ),
    step("gather", "action", action={"uses": "collect", "parameters": {"units": ["districts"]}}),
    step("over", "action", action={"uses": "assign", "parameters": {"requirement": "按月推进"}}),
    step("count", "indicator", target={"at_least": 0, "unit": "件"}, duration=0),
    step("more", "indicator", target={"at_least": 9, "unit": "件", "baseline": 1.5, "path": {"2024-06": 4}})
    | {"measure": {"by": "csv", "file": "var/a.csv", "take": "count", "where": {"区": "<unit>"}}},
    step("fewer", "indicator", target={"at_most": 0, "unit": "起"}, due="2024-09"),
    step("down", "indicator", target={"at_most": 5, "unit": "天", "baseline": 9, "path": {"2024-06": 8}}),
    step("show", "period", duration="30 days", earliest="2 days after draft"),
    step("wait", "period", duration="3 months", basis="办法", earliest="1 month after draft"),
    step("week", repeat="weekly", due="day 4 of period"),
    step("year", repeat="yearly", due="day 25 of month 11 of period", earliest="0 days before period"),
    tags=["道路"],
    note="注",
    assumed=True,
    support=["pudong"],
    number="（三）",
)


def test_nothing_of_a_plan_is_lost() -> None:
    assert kept(RICH) == without_places(RICH)


@settings(max_examples=40)
@given(INITIATIVES, INITIATIVES)
def test_nothing_of_any_plan_is_lost(ours: tuple[dict[str, Any]], theirs: tuple[dict[str, Any]]) -> None:
    read = [written("road", *ours), written("park", *theirs, source="2.1", section="parks")]
    plan = expand(plan_file(), read, Directory(directory_file()))
    assert kept(plan) == without_places(plan)
    assert fingerprint(snapshot(kept(plan))) == fingerprint(snapshot(plan))


def test_numbers_of_sections_are_kept() -> None:
    sections = [{"id": "roads", "title": "道路", "number": "二、"}, {"id": "parks", "title": "公园"}]
    plan = expand(plan_file(sections=sections), [written("road", step("a"))], None)
    assert [one.numeral for one in kept(plan).sections] == ["二、", None]
    assert [one.heading for one in plan.sections] == ["二、道路", "2 公园"]


def test_no_field_is_forgotten() -> None:
    """The rich plan has every field of steps and initiatives at something else than its default."""
    bare_step = Step(StepRef("", ""), "", Kind.MILESTONE, (), Duration(0, 0, 0), "")
    bare = Initiative("", "", "", "", ("",), (), "", {})
    road = RICH.initiatives["road"]
    for values, default in ((list(road.steps.values()), bare_step), ([road], bare)):
        for field in fields(default):
            assert any(getattr(one, field.name) != getattr(default, field.name) for one in values), field.name


@given(st.sampled_from(["title", "document", "coordinator"]), st.text(min_size=1))
def test_another_plan_has_another_fingerprint(field: str, text: str) -> None:
    changed: Plan = replace(RICH, **{field: text})
    same = getattr(RICH, field) == text
    assert (fingerprint(snapshot(changed)) == fingerprint(snapshot(RICH))) is same


TWO = small_plan_of(initiative(work("draft")), initiative(work("train", "here/draft", home="there"), name="there"))


def test_of_a_plan_kept_only_what_is_looked_at_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = snapshot(TWO)
    made = list[str]()
    make = snapshots._restored_initiative
    monkeypatch.setattr(snapshots, "_restored_initiative", lambda one: (made.append(one["id"]), make(one))[1])
    plan = restored(kept)
    assert (list(plan.initiatives), len(plan.initiatives), "there" in plan.initiatives) == (["here", "there"], 2, True)
    assert plan.downstream == TWO.downstream
    assert plan.exports == {"here": (StepRef("here", "draft"),)}
    assert made == []
    assert plan.initiatives["there"] is plan.initiatives["there"]
    assert made == ["there"]
    with pytest.raises(KeyError):
        plan.initiatives["nowhere"]
