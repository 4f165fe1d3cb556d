"""Lights, ladders and hours as a bureau writes them."""

from datetime import time, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from duban.core.planning.lights import Pace, TimeShare
from duban.core.planning.policy import Hours, Policy, Retry

RUNG = {"id": "press", "anchor": "due", "to": ["owner"], "slip": "press"}
LADDER = {"id": "standard", "title": "常规", "rungs": [RUNG]}


def policy(**changes: object) -> Policy:
    return Policy.model_validate({"ladders": [LADDER], **changes})


def test_what_is_left_out_has_its_usual_value() -> None:
    rules = policy()
    assert (rules.hours.first, rules.hours.last) == (time(8, 30), time(17, 30))
    assert (rules.silence, rules.retry.minutes, rules.lights.pace) == (5, (5, 30, 120), None)
    assert (rules.interval, rules.digest) == (2, time(9))
    assert not rules.ladder("standard").rungs[0].immediate


def test_ladders_are_found_by_id() -> None:
    assert policy().ladder("standard").rungs[0].offset == 0
    with pytest.raises(KeyError, match="urgent"):
        policy().ladder("urgent")


def test_hours_are_times_of_day() -> None:
    assert Hours.model_validate({"first": "08:00", "last": "18:00"}).last == time(18)


@pytest.mark.parametrize("value", ["8:30", "24:00", "08:30:00", 510, None, time(8, 30), "08:30\n"])
def test_other_times_are_refused(value: object) -> None:
    with pytest.raises(ValidationError, match="is not a time of day; write hours and minutes"):
        Hours.model_validate({"first": value})


@pytest.mark.parametrize("last", ["08:30", "08:00"])
def test_hours_end_after_they_begin(last: str) -> None:
    with pytest.raises(ValidationError, match=f"the hours end at {last}, which is not after they begin at 08:30"):
        Hours.model_validate({"last": last})


def test_a_new_try_comes_after_the_wait_written_or_up_to_a_fifth_later_and_always_the_same() -> None:
    retry, minute = Retry(minutes=(5, 30)), timedelta(minutes=1)
    waits = [retry.after(1, f"draft/{number}") for number in range(200)]
    assert all(wait is not None and 5 * minute <= wait < 6 * minute for wait in waits)
    assert len(set(waits)) > 190
    assert waits == [retry.after(1, f"draft/{number}") for number in range(200)]
    second = retry.after(2, "draft/0")
    assert second is not None
    assert 30 * minute <= second < 36 * minute
    assert retry.after(3, "draft/0") is None


@pytest.mark.parametrize("digest", ["08:29", "17:30"])
def test_the_digest_is_within_the_hours(digest: str) -> None:
    assert policy(digest="17:29").digest == time(17, 29)
    with pytest.raises(ValidationError, match=f"the digest at {digest} is outside the hours, 08:30 to 17:30"):
        policy(digest=digest)


@pytest.mark.parametrize(
    ("rule", "data"), [(TimeShare, {"yellow": 0.1, "orange": 0.2}), (Pace, {"yellow": 31, "red": 30})]
)
def test_yellow_comes_first(rule: type[TimeShare] | type[Pace], data: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match="exchange the figures"):
        rule.model_validate(data)
    assert rule.model_validate({}) == rule()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"ladders": [LADDER, LADDER]}, "'standard' already names another ladder"),
        ({"ladders": [LADDER | {"rungs": [RUNG, RUNG]}]}, "'press' already names another rung"),
        ({"ladders": []}, "at least 1"),
        ({"ladders": [LADDER | {"rungs": [RUNG | {"anchor": "changed", "repeat": 5}]}]}, "leave out repeat"),
        ({"ladders": [LADDER | {"rungs": [RUNG | {"repeat": -1}]}]}, "greater than or equal to 0"),
        ({"ladders": [LADDER | {"rungs": [RUNG | {"anchor": "advised", "repeat": 5}]}]}, "leave out repeat"),
        ({"silence": 0}, "greater than or equal to 1"),
        ({"interval": -1}, "greater than or equal to 0"),
        ({"retry": {"minutes": [0]}}, "greater than or equal to 1"),
        ({"lights": {"time_share": {"yellow": 1.5}}}, "less than or equal to 1"),
    ],
)
def test_what_is_refused(changes: dict[str, Any], name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        policy(**changes)
