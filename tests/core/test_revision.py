"""What differs between two plans."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from duban.core.planning.directory import Directory
from duban.core.planning.expand import expand
from duban.core.planning.plan import Plan
from duban.core.planning.revision import Edit, MovedName, Revision, moved_names, revision
from duban.core.planning.snapshot import restored, snapshot
from tests.core.small_plan import directory_file, plan_file, step, written
from tests.core.test_check_properties import INITIATIVES

DRAFT = step("draft", due="2024-06-14", duration=5)
ISSUE = step("issue", needs=["draft"], due="10 working days after draft")
ROAD = (DRAFT, ISSUE)


def plan(*steps: dict[str, Any], park: tuple[dict[str, Any], ...] = (), **changes: Any) -> Plan:
    others = [written("park", *park, source="2.1", section="parks")] if park else []
    return expand(plan_file(**changes), [written("road", *steps), *others], Directory(directory_file()))


def told(found: Revision) -> list[str]:
    """A line for each step: its name with + or -, or its old name, and the fields that were edited."""
    lines = []
    for one in found.steps():
        mark = "+" if one.before is None else "-" if one.after is None else ""
        was = f"<{one.before.ref}" if one.before and one.renamed else ""
        lines.append(" ".join((f"{mark}{one.ref}{was}", *(edit.field for edit in one.edits))))
    return lines


def test_a_plan_does_not_differ_from_itself() -> None:
    assert revision(plan(*ROAD), plan(*ROAD)).empty


@settings(max_examples=40)
@given(INITIATIVES, INITIATIVES)
def test_no_plan_differs_from_itself(ours: tuple[dict[str, Any]], theirs: tuple[dict[str, Any]]) -> None:
    read = [written("road", *ours), written("park", *theirs, source="2.1", section="parks")]
    one = expand(plan_file(), read, Directory(directory_file()))
    assert revision(one, one) == Revision((), ())


@settings(max_examples=40)
@given(INITIATIVES, INITIATIVES)
def test_there_and_back_is_told_with_the_sides_exchanged(ours: tuple[Any], theirs: tuple[Any]) -> None:
    one, other = (expand(plan_file(), [written("road", *steps)], None) for steps in (ours, theirs))
    there, back = revision(one, other), revision(other, one)
    assert {(s.ref, e.field, str(e.before), str(e.after)) for s in there.steps() for e in s.edits} == {
        (s.ref, e.field, str(e.after), str(e.before)) for s in back.steps() for e in s.edits
    }
    assert {s.ref for s in there.steps() if s.before is None} == {s.ref for s in back.steps() if s.after is None}


@pytest.mark.parametrize(
    ("change", "edit"),
    [
        ({"due": "2024-06-28"}, Edit("due", "2024-06-14", "2024-06-28")),
        ({"due": "2024-06"}, Edit("due", "2024-06-14", "2024-06")),
        ({"duration": [3, 5, 8]}, Edit("duration", 5, [3, 5, 8])),
        ({"owner": "pudong"}, Edit("owner", "roads", "pudong")),
        ({"review": "head"}, Edit("review", None, "head")),
        ({"evidence": ["方案"]}, Edit("evidence", None, ["方案"])),
        ({"title": "起草"}, Edit("title", "事项draft", "起草")),
        ({"roll": "back"}, Edit("roll", None, "back")),
        ({"earliest": "2024-05"}, Edit("earliest", None, "2024-05")),
        ({"ladder": "urgent"}, Edit("ladder", None, "urgent")),
        ({"assumed": True}, Edit("assumed", None, True)),
    ],
)
def test_every_field_is_told_with_its_old_and_its_new_value(change: dict[str, Any], edit: Edit) -> None:
    (one,) = revision(plan(*ROAD), plan(DRAFT | change, ISSUE)).steps()
    assert (str(one.ref), one.edits) == ("road/draft", (edit,))


def test_added_and_removed_steps() -> None:
    assert told(revision(plan(*ROAD), plan(*ROAD, step("train")))) == ["+road/train"]
    assert told(revision(plan(*ROAD, step("train")), plan(*ROAD))) == ["-road/train"]


def test_added_and_removed_initiatives_come_with_all_their_steps() -> None:
    larger = plan(*ROAD, park=(step("plant"), step("water")))
    assert told(revision(plan(*ROAD), larger)) == ["+park/plant", "+park/water"]
    (gone,) = revision(larger, plan(*ROAD)).initiatives
    assert (gone.id, gone.after, len(gone.steps)) == ("park", None, 2)


def test_a_renamed_step_is_the_same_step_and_so_is_what_hangs_on_it() -> None:
    renamed = plan(DRAFT | {"id": "write", "was": "draft"}, step("issue", needs=["write"], due=ISSUE_AFTER_WRITE))
    found = revision(plan(*ROAD), renamed)
    assert told(found) == ["road/write<road/draft"]
    assert [one.renamed for one in found.steps()] == [True]
    assert told(revision(renamed, renamed)) == []


ISSUE_AFTER_WRITE = "10 working days after write"


def test_what_a_step_was_is_no_difference_once_it_is_known_by_its_new_name() -> None:
    now = plan(DRAFT | {"id": "write", "was": "draft"})
    assert revision(now, plan(DRAFT | {"id": "write"})).empty
    assert told(revision(now, plan(DRAFT | {"id": "issue", "was": "write"}))) == ["road/issue<road/write"]
    assert told(revision(now, plan(DRAFT | {"id": "issue", "was": "draft"}))) == ["+road/issue", "-road/write"]


def test_steps_in_units_are_renamed_each() -> None:
    before = plan(step("survey", each="districts"), step("sum", needs=["survey"]))
    after = plan(step("poll", each="districts", was="survey", title="事项survey"), step("sum", needs=["poll"]))
    assert told(revision(before, after)) == ["road/poll@pudong<road/survey@pudong", "road/poll@xuhui<road/survey@xuhui"]


def test_another_order_is_no_difference() -> None:
    needs = step("issue", needs=["draft", "ask"])
    assert revision(
        plan(DRAFT, step("ask"), needs), plan(step("ask"), DRAFT, needs | {"needs": ["ask", "draft"]})
    ).empty


def test_a_date_that_hangs_on_another_step_is_another_date() -> None:
    after = plan(DRAFT, step("ask"), ISSUE | {"due": "10 working days after ask"})
    found = revision(plan(DRAFT, step("ask"), ISSUE), after)
    assert told(found) == ["road/issue due"]


def test_what_holds_for_the_whole_plan_and_for_an_initiative() -> None:
    found = revision(plan(*ROAD), plan(*ROAD, ends="2025-01-31", coordinator="head"))
    assert found.edits == (Edit("ends", "2024-12-31", "2025-01-31"), Edit("coordinator", "officer", "head"))
    led = expand(plan_file(), [written("road", *ROAD, lead="pudong", tags=["路"])], Directory(directory_file()))
    (one,) = revision(plan(*ROAD), led).initiatives
    assert one.edits == (Edit("lead", "roads", "pudong"), Edit("tags", None, ["路"]))
    assert told(revision(plan(*ROAD), led)) == ["road/draft owner", "road/issue owner"]


def test_a_named_day_that_moves_is_told_with_the_steps_that_hang_on_it() -> None:
    steps = (
        step("hall", due="10 days before 开幕"),
        step("open", "milestone", due="开幕", earliest="开幕"),
        step("tell", due="2024-10-16"),
    )
    old, new = (
        expand(plan_file(dates={"开幕": on}), [written("road", *steps)], None) for on in ("2024-10-16", "2024-10-20")
    )
    moved = moved_names(revision(old, new))
    assert {str(one): list(map(str, of)) for one, of in moved.items()} == {
        str(MovedName("开幕", date(2024, 10, 16), date(2024, 10, 20))): ["road/hall", "road/open"]
    }
    assert moved_names(revision(old, restored(snapshot(old)))) == {}
    unnamed = expand(plan_file(), [written("road", step("hall", due="2024-10-16"), step("tell", due="2024-06"))], None)
    assert moved_names(revision(old, unnamed)) == {}, "a step that is written otherwise, and one that is gone"
