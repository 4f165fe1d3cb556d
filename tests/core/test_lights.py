"""红黄绿灯: each practised rule by itself, then together. Deadlines on a Friday, days on China's calendar of 2024."""

from datetime import date, timedelta
from typing import Any

import pytest

from duban.core.deciding.given import Given
from duban.core.ledger.keys import NoticeKey, StepRef
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.ledger.summary import Status
from duban.core.planning import lights
from duban.core.planning.lights import Lights, turns
from duban.core.telling.reasons import ALL_IS_WELL, in_words
from tests.core.builders import HERE, calendar, day, given, moment, policy, work

OPENED, DUE = day("2024-05-31"), day("2024-06-28")  # both Fridays, 19 working days apart
ALL = Lights.model_validate({"days_left": {}, "time_share": {}, "pace": {}, "forecast": True, "unanswered": True})
NONE = Lights()


def standing(rules: Lights = ALL, *, unanswered: bool = False, **said: Any) -> Given:
    """A step that is due on the last Friday of June, on which nothing has been done."""
    if unanswered:
        said["notices"] = {NoticeKey("x"): PRESSED}
    where = policy(lights=rules)
    return given(rules=where, beside=work("a"), **({"opened": OPENED, "due": DUE} | said))


PRESSED = NoticeRow(
    "x", HERE, "x", "press", "press", "officer", Delivery.SENT, moment("2024-06-03 09:00"), None, 1, outcome=""
)
CAUSE = StepRef(HERE, "a")


def lit(today: str, rules: Lights = ALL, **said: Any) -> str:
    at = standing(rules, **said)
    light, reason = lights.lit(at, turns(at, at.office.policy.lights), day(today))
    told = in_words(at.office, HERE, reason) if reason else ALL_IS_WELL if light else ""
    return f"{light.name} {told}".strip()


def changes(rules: Lights, **said: Any) -> set[date]:
    """Days on which the passing of time may light the step otherwise."""
    return {turn.first for turn in turns(standing(rules, **said), rules)} - {lights.ALWAYS}


def only(**rule: object) -> Lights:
    return Lights.model_validate(rule)


@pytest.mark.parametrize("status", [Status.DONE, Status.CANCELLED, Status.SUSPENDED])
def test_what_is_over_or_suspended_is_not_lit(status: Status) -> None:
    assert lit("2024-12-31", status=status) == "OFF"


def test_what_waits_is_not_lit_unless_something_is_wrong() -> None:
    assert lit("2024-06-03", status=Status.WAITING, opened=None) == "OFF"
    assert lit("2024-07-01", status=Status.WAITING, opened=None) == "RED 已逾期1个工作日"


def test_what_goes_well_is_green() -> None:
    assert lit("2024-06-03") == "GREEN 正常推进"


def test_a_failed_action_is_red() -> None:
    assert lit("2024-06-03", status=Status.FAILED) == "RED 自动事项执行失败，需人工处理"


@pytest.mark.parametrize(
    ("today", "reason"),
    [
        ("2024-06-28", "GREEN 正常推进"),
        ("2024-06-29", "RED 已逾期1个工作日"),  # a Saturday
        ("2024-07-01", "RED 已逾期1个工作日"),
        ("2024-07-03", "RED 已逾期3个工作日"),
    ],
)
def test_late_is_red_whatever_the_rules(today: str, reason: str) -> None:
    assert lit(today, NONE) == reason


def test_lateness_names_its_cause() -> None:
    assert lit("2024-07-01", root=CAUSE) == "RED 已逾期1个工作日，因“a事项”未完"


def test_what_was_handed_in_in_time_is_not_late_but_waits() -> None:
    in_time = {"status": Status.REVIEW, "submitted": day("2024-06-28")}
    assert lit("2024-07-02", NONE, **in_time) == "YELLOW 按时报送，待审核，已过时限2个工作日"
    too_late = {"status": Status.REVIEW, "submitted": day("2024-06-29")}
    assert lit("2024-07-02", NONE, **too_late) == "RED 已逾期2个工作日"


@pytest.mark.parametrize(
    ("today", "reason"),
    [
        ("2024-06-24", "GREEN 正常推进"),
        ("2024-06-25", "YELLOW 距时限3个工作日"),
        ("2024-06-27", "YELLOW 距时限1个工作日"),
        ("2024-06-28", "YELLOW 今日到期"),
    ],
)
def test_days_left(today: str, reason: str) -> None:
    assert lit(today, only(days_left={"yellow": 3})) == reason


def test_days_left_before_a_deadline_on_a_day_off_count_to_the_last_working_day() -> None:
    rules = only(days_left={"yellow": 0})
    assert lit("2024-06-27", rules, due=day("2024-06-29")) == "GREEN 正常推进"
    assert lit("2024-06-28", rules, due=day("2024-06-29")) == "YELLOW 今日到期"


@pytest.mark.parametrize(
    ("today", "progress", "reason"),
    [
        ("2024-06-20", 0, "GREEN 正常推进"),  # 6 of 19 days are left
        ("2024-06-21", 0, "YELLOW 时间已过73%，尚无进展"),
        ("2024-06-26", 0, "ORANGE 时间已过89%，尚无进展"),
        ("2024-06-26", 1, "GREEN 正常推进"),
    ],
)
def test_share_of_time_left_without_progress(today: str, progress: int, reason: str) -> None:
    assert lit(today, only(time_share={"yellow": 0.3, "orange": 0.15}), progress=progress) == reason


def test_shares_are_counted_in_whole_days_whatever_the_binary_fractions() -> None:
    opened, due = day("2024-01-02"), calendar().add(day("2024-01-02"), 100)
    rules, days = only(time_share={"yellow": 0.29, "orange": 0.0}), {"opened": opened, "due": due}
    assert lit(str(calendar().add(due, -29)), rules, **days).startswith("YELLOW")
    assert lit(str(calendar().add(due, -30)), rules, **days) == "GREEN 正常推进"


@pytest.mark.parametrize(
    ("today", "progress", "reason"),
    [
        ("2024-06-04", 0, "GREEN 正常推进"),  # 2 of 19 days are over: 10 points
        ("2024-06-05", 0, "YELLOW 进度落后序时15个百分点"),
        ("2024-06-07", 0, "YELLOW 进度落后序时26个百分点"),
        ("2024-06-11", 0, "RED 进度落后序时31个百分点"),
        ("2024-06-11", 21, "GREEN 正常推进"),
        ("2024-06-11", 20, "YELLOW 进度落后序时11个百分点"),
        ("2024-06-28", 100, "GREEN 正常推进"),
    ],
)
def test_planned_against_actual_progress(today: str, progress: int, reason: str) -> None:
    assert lit(today, only(pace={"yellow": 10, "red": 30}), progress=progress) == reason


def test_what_opens_after_its_deadline_has_no_time_to_share_out() -> None:
    assert lit("2024-06-28", only(time_share={}, pace={}), opened=DUE) == "GREEN 正常推进"


def test_only_its_owner_is_behind() -> None:
    assert lit("2024-06-27", only(days_left={}, pace={}), status=Status.REVIEW) == "GREEN 正常推进"
    assert lit("2024-06-27", only(days_left={}, pace={}), status=Status.ELAPSING) == "GREEN 正常推进"
    assert lit("2024-06-27", only(days_left={}, pace={}), due=None) == "GREEN 正常推进"


def test_the_forecast_passes_the_deadline() -> None:
    late = {"forecast": day("2024-07-04"), "root": CAUSE}
    assert lit("2024-06-03", only(forecast=True), **late) == "YELLOW 因“a事项”未完，预计7月4日完成，晚4个工作日"
    assert lit("2024-06-03", only(forecast=True), forecast=day("2024-07-01")) == "YELLOW 预计7月1日完成，晚1个工作日"
    assert lit("2024-06-03", only(forecast=True), status=Status.WAITING, opened=None, **late).startswith("YELLOW")
    assert lit("2024-06-03", NONE, **late) == "GREEN 正常推进"


def test_the_forecast_makes_others_late() -> None:
    rules, said = only(forecast=True), {"latest": day("2024-06-18")}
    assert lit("2024-06-03", rules, **said) == "YELLOW 预计6月20日完成，将使后续事项晚2个工作日"
    assert lit("2024-06-03", rules, status=Status.WAITING, **said) == "OFF"  # whoever it waits for is told
    assert lit("2024-06-03", rules, latest=day("2024-06-20")) == "GREEN 正常推进"


def test_an_end_on_a_day_off_is_still_late_by_a_day() -> None:
    rules = only(forecast=True)
    assert lit("2024-06-03", rules, forecast=day("2024-06-29")) == "YELLOW 预计6月29日完成，晚1个工作日"
    assert lit("2024-06-03", rules, forecast=day("2024-06-22"), latest=day("2024-06-21")).endswith("晚1个工作日")


def test_a_pressing_was_not_answered() -> None:
    assert lit("2024-06-03", only(unanswered=True), unanswered=True) == "ORANGE 催办后尚未回应"
    assert lit("2024-06-03", NONE, unanswered=True) == "GREEN 正常推进"


def test_the_gravest_rule_wins_and_the_first_among_equals() -> None:
    assert lit("2024-06-27") == "RED 进度落后序时94个百分点"
    assert lit("2024-06-27", progress=70) == "YELLOW 距时限1个工作日"
    assert lit("2024-06-27", progress=70, unanswered=True) == "ORANGE 催办后尚未回应"


# When time alone lights a step otherwise


def test_days_on_which_time_may_light_a_step_otherwise() -> None:
    assert sorted({f"{on:%m-%d}" for on in changes(ALL)}) == [
        "06-05",  # 10 points behind
        "06-11",  # 30 points behind
        "06-21",  # 30 % of the time left
        "06-25",  # 3 days left
        "06-26",  # 15 % of the time left
        "06-29",  # late
    ]


def test_a_short_step_is_not_held_to_its_pace() -> None:
    assert lit("2024-06-20", only(pace={"from_days": 19})).startswith("RED 进度落后序时")
    assert lit("2024-06-20", only(pace={"from_days": 20})) == "GREEN 正常推进"
    assert (changes(only(pace={"from_days": 20}))) == {DUE + timedelta(days=1)}


def test_progress_settles_the_share_of_time_and_puts_off_the_pace() -> None:
    days = {f"{on:%m-%d}" for on in changes(ALL, progress=40)}
    assert days == {"06-17", "06-21", "06-25", "06-29"}


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ({"due": None}, set()),
        ({"status": Status.SUSPENDED}, set()),
        ({"status": Status.ELAPSING}, {date(2024, 6, 29)}),
        ({"opened": None, "status": Status.WAITING}, {date(2024, 6, 29)}),
        ({"opened": DUE}, {date(2024, 6, 25), date(2024, 6, 29)}),
    ],
)
def test_few_days_matter_to_what_nobody_works_on(said: dict[str, Any], days: set[date]) -> None:
    assert (changes(ALL, **said)) == days


def test_rules_that_are_off_name_no_days() -> None:
    assert changes(NONE) == {DUE + timedelta(days=1)}
