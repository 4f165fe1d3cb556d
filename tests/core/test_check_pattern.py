"""What is wrong with a pattern in itself."""

from typing import Any

import pytest

from duban.core.checking.check_pattern import check_pattern
from tests.core.small_plan import step
from tests.core.test_patterns import STEPS, pattern


def found(*steps: dict[str, Any], **more: Any) -> list[tuple[Any, ...]]:
    return [(fault.id, *fault.at) for fault in check_pattern(pattern(*steps, **more))]


def test_a_good_pattern() -> None:
    assert found() == []
    assert found(*STEPS, step("again", needs=["again@previous"], repeat="monthly")) == []
    dated = step("tell", due="5 days after start", earliest="3 days before period", repeat="monthly")
    assert found(*STEPS, dated) == []


@pytest.mark.parametrize(
    ("bad", "problems"),
    [
        (step("draft"), [("duplicate-id", "steps", 4, "id")]),
        (step("period"), [("reserved-id", "steps", 4, "id")]),
        (step("x", needs=["drafts@pudong"]), [("unknown-need", "steps", 4, "needs", 0)]),
        (step("x", needs=["other/draft"]), [("not-for-patterns", "steps", 4, "needs", 0)]),
        (step("x", due="3 days after drafts"), [("unknown-anchor", "steps", 4, "due")]),
        (step("x", earliest="3 days after a/b"), [("not-for-patterns", "steps", 4, "earliest")]),
        (step("x", due="2024-06"), [("not-for-patterns", "steps", 4, "due")]),
        (step("x", earliest="3 days after 2024-06-28"), [("not-for-patterns", "steps", 4, "earliest")]),
        (step("x", evidence=["{x}"]), [("unknown-placeholder", "steps", 4, "evidence")]),
        (step("x", needs=["x"]), [("cycle", "steps", 4)]),
        (step("x", due="3 days after x@pudong"), [("cycle", "steps", 4)]),
    ],
)
def test_what_is_wrong_with_a_step(bad: dict[str, Any], problems: list[tuple[Any, ...]]) -> None:
    assert found(*STEPS, bad) == problems


def test_a_value_without_a_place_for_it() -> None:
    assert found(values={"document": "办法", "matter": "事由"}) == [("unused-value", "values", "matter")]


def test_dates_are_asked_for_of_steps_that_are_there() -> None:
    assert found(dates=["issued", "drafts"]) == [("unknown-step", "dates", 1)]
