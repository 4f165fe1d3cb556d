"""Checks of a plan under way begin from what has happened: what is over refuses nothing."""

import json
from typing import Any

import pytest

from tests.cli.conftest import COSMETICS, TRAINING, Bureau, lines, write

BY = ("--by", "coordinator", "--reason", "设备检修")
HOLIDAY = "holidays: [{first: 2024-04-02, last: 2024-04-11, note: 检修}]\n"
DRAFT_FILE, OTHER_FILE = "plans/small-2024/protection/cosmetics.yaml", "plans/small-2024/service/training.yaml"


@pytest.fixture
def under_way(bureau: Bureau) -> Bureau:
    """The draft is closed on the first day; then all days up to its deadline are made holidays."""
    bureau.ok("apply")
    bureau.tick()
    bureau.ok("submit", "cosmetics/draft", "--as", "protection-officer", "--evidence", "送审稿")
    bureau.ok("approve", "cosmetics/draft", "--as", "protection-head")
    bureau.at("2024-04-12 10:00").tick()
    write(bureau.config, {"calendar.yaml": HOLIDAY})
    return bureau


def problems(bureau: Bureau) -> list[Any]:
    found: list[Any] = json.loads(bureau.run("check", "--json").stdout)["problems"]
    return [(one["id"], one["message"]) for one in found]


def test_another_title_is_applied_though_a_finished_step_could_not_have_been_in_time(under_way: Bureau) -> None:
    write(under_way.config, {OTHER_FILE: TRAINING.replace("开展知识产权培训", "开展培训")})
    assert problems(under_way) == []
    under_way.ok("apply", *BY)
    assert lines(under_way.ok("diff"))[-1] == "计划没有变化"


def test_a_plan_that_nothing_has_happened_to_is_checked_by_its_files_alone(bureau: Bureau) -> None:
    write(bureau.config, {"calendar.yaml": HOLIDAY})
    assert [kind for kind, _ in problems(bureau)] == ["infeasible"]
    assert bureau.run("apply").exit_code == 3


def test_a_deadline_that_is_edited_into_the_impossible_is_refused_from_where_things_stand(under_way: Bureau) -> None:
    assert problems(under_way) == []
    sooner = COSMETICS.replace("due: 8 working days after publicity", "due: 2024-04-11")
    write(under_way.config, {DRAFT_FILE: sooner})
    ((kind, message),) = problems(under_way)
    assert (kind, "cosmetics/issue is due on 2024-04-11, but 2024-04-12 is the earliest" in message) == (
        "infeasible",
        True,
    )
    assert under_way.run("apply", *BY).exit_code == 3


def test_what_is_late_by_now_refuses_no_other_change(bureau: Bureau) -> None:
    bureau.ok("apply")
    bureau.tick()
    bureau.at("2024-06-03 09:00").tick()  # nothing was done: every deadline has passed
    write(bureau.config, {OTHER_FILE: TRAINING.replace("开展知识产权培训", "开展培训")})
    assert problems(bureau) == []
    bureau.ok("apply", *BY)


def test_a_date_that_other_days_push_out_of_the_plan_is_no_matter_once_the_step_is_over(bureau: Bureau) -> None:
    last = COSMETICS.replace("due: 2024-04-12", "due: 18 working days after 2024-05-31")
    write(bureau.config, {DRAFT_FILE: last})
    bureau.ok("apply")
    bureau.tick()
    bureau.ok("submit", "cosmetics/draft", "--as", "protection-officer", "--evidence", "送审稿")
    write(bureau.config, {"calendar.yaml": "holidays: [{first: 2024-06-03, last: 2024-06-07}]\n"})
    assert [kind for kind, _ in problems(bureau)] == ["date-outside-plan"]
    bureau.ok("approve", "cosmetics/draft", "--as", "protection-head")
    assert problems(bureau) == []
