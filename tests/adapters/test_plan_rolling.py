"""The files of a plan written for another year: only what must change does, byte for byte."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import yaml

from duban.adapters.plan_rolling import Rolling, dated, eased, roll_file
from duban.adapters.yaml_spans import Items, Scalar, Splice, parts, spliced
from duban.core.planning.plan import StepRef
from duban.core.planning.when import OnDate, Span, When, parse_when
from tests.core.builders import calendar

PLAIN = Rolling(2024, 1, "small-2025", date(2024, 3, 25), calendar(), frozenset(), {})
OVER = Rolling(
    2024,
    1,
    "small-2025",
    date(2024, 3, 25),
    calendar(),
    frozenset({"rules"}),
    {StepRef("rules", "issued"): date(2024, 5, 31), StepRef("rules", "survey@pudong"): date(2024, 4, 12)},
)


def rolled(text: str, rolling: Rolling = PLAIN, name: str = "roads/new-road.yaml") -> str:
    return roll_file(name, text, rolling).text


def how(text: str, rolling: Rolling = PLAIN, name: str = "roads/new-road.yaml") -> list[str]:
    return [f"{one.line} {one.before} -> {one.after} {one.how}" for one in roll_file(name, text, rolling).changes]


FILE = """\
# A comment of 2024-04-12, left alone
id: new-road      # 2024
title: "2024年新建道路"
dates:
  plan: '2024-04-12'   # beside it
  hold: {earliest: 2024-04-20, due: 2024-04-30}
steps:
  - {id: draft, due: 2024-06, evidence: [2024-06-28 的方案]}
  - id: report
    needs: [draft, other/sum@2024-q2]
    target: {at_least: 9, path: {2024-06-28: 3, 2024-Q3: 5}}
    due:   5 working days before 2024-04-30
"""


def test_dates_are_moved_and_nothing_else() -> None:
    assert rolled(FILE) == (
        FILE.replace("'2024-04-12'", "'2025-04-14'")
        .replace("earliest: 2024-04-20", "earliest: 2025-04-20")
        .replace("due: 2024-04-30", "due: 2025-04-30")
        .replace("due: 2024-06,", "due: 2025-06,")
        .replace("@2024-q2", "@2025-q2")
        .replace("{2024-06-28: 3, 2024-Q3: 5}", "{2025-06-30: 3, 2025-Q3: 5}")
        .replace("before 2024-04-30", "before 2025-04-30")
    )


def test_each_change_is_told_with_its_line_and_the_reason() -> None:
    assert how(FILE)[:3] == [
        "5 2024-04-12 -> 2025-04-14 working-day",
        "6 2024-04-20 -> 2025-04-20 date",
        "6 2024-04-30 -> 2025-04-30 working-day",
    ]


def test_texts_that_name_the_old_year_are_for_people_to_look_at() -> None:
    assert [(one.line, one.text) for one in roll_file("x.yaml", FILE, PLAIN).remarks] == [
        (3, "2024年新建道路"),
        (8, "2024-06-28 的方案"),
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_endings_and_marks_at_the_beginning_are_kept(ending: str) -> None:
    text = f"\ufeff# 一{ending}due: 2024-04-12{ending}"
    assert rolled(text) == text.replace("2024-04-12", "2025-04-14")


@pytest.mark.parametrize(
    "text",
    [
        "due: 2024-04-26   # fixed by law",
        "due: 2024-04-26 # 固定日期",
        "# the day is 26 April\ndue: 2024-04-26",
        "title: 4月26日活动\ndue: 2024-04-26",
    ],
)
def test_a_day_that_is_meant_as_such_stays_on_its_date(text: str) -> None:
    assert "due: 2025-04-26" in rolled(text)


def test_the_plan_itself() -> None:
    text = "id: small-2024\ntitle: 小局2024年工作要点\ndocument: 小局〔2024〕1号\n"
    assert rolled(text + "starts: 2024-04-01\nends: 2024-06-30\ncomplete: true\n", name="plan.yaml") == (
        "id: small-2025\ntitle: 小局2025年工作要点\ndocument: 小局〔2024〕1号\n"
        "starts: 2025-04-01\nends: 2025-06-30\ncomplete: false\n"
    )
    assert rolled("id: new-road-2024\n") == "id: new-road-2024\n"


def test_the_days_of_a_plan_reach_as_far_as_its_dates() -> None:
    assert (
        rolled("starts: 2024-05-06\nends: 2024-06-28\n", name="plan.yaml") == "starts: 2025-05-06\nends: 2025-06-30\n"
    )


# What hangs on initiatives that are left out -------------------------------------------------------------------------


def test_needs_of_what_is_over_are_dropped() -> None:
    text = "needs: [draft, rules/issued, sum@2024-q2]  # why\nalso_needs: [rules/issued]\n"
    assert rolled(text, OVER) == "needs: [draft, sum@2025-q2]  # why\nalso_needs: []\n"
    assert how(text, OVER) == ["1 rules/issued ->  dropped", "2 rules/issued ->  dropped"]


def test_also_in_lists_written_line_by_line() -> None:
    text = "steps:\n  - needs:\n      - draft\n      - rules/issued\n      - ask\n    due: 2024-04-12\n"
    new = "steps:\n  - needs:\n      - draft\n      - ask\n    due: 2025-04-14\n"
    assert rolled(text, OVER) == new
    assert rolled("needs:\n  - rules/issued\ndue: 2024-04-12\n", OVER) == "needs:\n  []\ndue: 2025-04-14\n"


def test_a_date_that_hangs_on_what_is_over_becomes_the_day_it_stood_for() -> None:
    text = "due: 10 working days after rules/issued\nearliest: 5 days after rules/survey\n"
    assert rolled(text, OVER) == "due: 2025-06-16\nearliest: 2025-04-17\n"
    assert {one.how for one in roll_file("x.yaml", text, OVER).changes} == {"resolved"}


# Deadlines that cannot be met ----------------------------------------------------------------------------------------


WRITTEN = """\
id: draft
dates: {plan: 2025-04-11, hold: {earliest: 2025-04-20, due: 2025-04-26}, held: '2025-04-26'}
steps:
  - {id: draft, due: 3 working days before 2025-04-30}
  - id: report
    due: 2025-04
  - {id: sum, earliest: 2025-04-26}
"""


def a_day_more(when: When) -> When:
    """One of each form."""
    match when:
        case OnDate(day):
            return OnDate(day + timedelta(days=1))
        case Span():
            return OnDate(when.last)
        case _:
            return replace(when, amount=when.amount + 1)


@pytest.mark.parametrize(
    ("step", "line", "before", "after"),
    [
        ("plan", 2, "2025-04-11", "2025-04-12"),
        ("hold", 2, "due: 2025-04-26", "due: 2025-04-27"),
        ("held", 2, "'2025-04-26'", "'2025-04-27'"),
        ("draft", 4, "3 working days before", "2 working days before"),
        ("report", 6, "due: 2025-04\n", "due: 2025-04-30\n"),
    ],
)
def test_a_deadline_is_put_off_wherever_it_is_written(step: str, line: int, before: str, after: str) -> None:
    found = eased("x.yaml", WRITTEN, step, a_day_more)
    assert found is not None
    assert found[0] == WRITTEN.replace(before, after)
    assert (found[1].line, found[1].how) == (line, "eased")


@pytest.mark.parametrize("step", ["sum", "unknown"])
def test_a_step_without_a_deadline_in_the_file_has_none_put_off(step: str) -> None:
    assert eased("x.yaml", WRITTEN, step, a_day_more) is None


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("pattern: scheme\nid: x\n", "pattern: scheme\ndates: {sum: 9 days after start}\nid: x\n"),
        ("id: x\npattern: scheme", "id: x\npattern: scheme\ndates: {sum: 9 days after start}"),
        (
            "pattern: scheme\ndates: {draft: 2025-04-11}  # as agreed\n",
            "pattern: scheme\ndates: {sum: 9 days after start, draft: 2025-04-11}  # as agreed\n",
        ),
        (
            "pattern: scheme\ndates:\n  draft: 2025-04-11\n",
            "pattern: scheme\ndates:\n  sum: 9 days after start\n  draft: 2025-04-11\n",
        ),
        (
            "pattern: scheme\ndates: {sum: {earliest: 2025-04-01}}\n",
            "pattern: scheme\ndates: {sum: {due: 9 days after start, earliest: 2025-04-01}}\n",
        ),
        (
            "pattern: scheme\ndates:\n  sum:\n    earliest: 2025-04-01\n",
            "pattern: scheme\ndates:\n  sum:\n    due: 9 days after start\n    earliest: 2025-04-01\n",
        ),
    ],
)
def test_a_deadline_of_a_pattern_is_put_off_by_a_date_of_the_initiatives_own(text: str, after: str) -> None:
    was, due = parse_when("8 days after start"), parse_when("9 days after start")
    found = dated("x.yaml", text, "sum", was, due)
    assert found is not None
    assert yaml.safe_load(found[0]) == yaml.safe_load(after)
    assert found[0] == after
    assert (found[1].before, found[1].after, found[1].how) == ("8 days after start", "9 days after start", "eased")
    assert eased("x.yaml", found[0], "sum", a_day_more) is not None, "from then on it is the initiative's"


def test_an_initiative_without_a_pattern_has_no_dates_for_it() -> None:
    when = parse_when("8 days after start")
    assert dated("x.yaml", "id: x\nsteps: []\n", "sum", when, when) is None


# Spans ---------------------------------------------------------------------------------------------------------------


def test_where_words_and_lists_of_words_stand() -> None:
    text = 'a: "x"\nb: [y, z]\nc: [{d: e}]\n'
    found = parts(text)
    words = [text[one.start : one.end] for one in found if isinstance(one, Scalar)]
    assert words == ["a", '"x"', "b", "y", "z", "c", "d", "e"]
    assert [text[one.start : one.end] for one in found if isinstance(one, Items)] == ["[y, z]"]
    assert spliced(text, [Splice(3, 6, "xx"), Splice(0, 1, "aa")]) == "aa: xx\nb: [y, z]\nc: [{d: e}]\n"
