"""A quarter of the shipped plan: nobody is written to more often, at another time or otherwise than the rules say."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from duban.core.ledger.entries import Entry, EntryKind
from tests.acceptance import received
from tests.acceptance.quarter import FEW, LAST, Run, rehearsed, served
from tests.acceptance.received import SHANGHAI, Arrival, Rules
from tests.bureau_folder import CONFIG

WEEKS = date(2024, 4, 26)
"""Five weeks, with Qingming and the Sunday worked in exchange."""


# The weeks -----------------------------------------------------------------------------------------------------------


def kept(done: Run) -> None:
    assert {rule: lines for rule, lines in done.broken().items() if lines} == {}


def test_weeks_of_a_few_initiatives_as_served(tmp_path: Path) -> None:
    done = served(tmp_path, WEEKS, FEW)
    kept(done)
    there = done.figures()
    assert there["initiatives"] == len(FEW)
    assert there["letters"] == there["arrived"] > 80
    assert min(there[kind] for kind in ("digests", "immediate", "pressings")) > 30
    assert min(there[kind] for kind in ("refused", "put off", "pressed again")) > 10
    assert min(there[kind] for kind in ("dead", "to deputies", "carried over to another digest")) > 0


def test_the_quarter_as_rehearsed_in_memory(tmp_path: Path) -> None:
    done = rehearsed(tmp_path, LAST)
    kept(done)
    assert done.figures()["initiatives"] == 66
    assert done.figures()["letters"] > 1000


@pytest.mark.slow
def test_the_quarter_as_served(tmp_path: Path) -> None:
    done = served(tmp_path, LAST)
    kept(done)
    there = done.figures()
    assert there["initiatives"] == 66
    assert there["letters"] == there["arrived"] > 1000
    assert min(there[kind] for kind in ("refused", "put off", "dead", "to deputies", "pressed again")) > 50


# The checks themselves -----------------------------------------------------------------------------------------------

RULES = Rules(time(8, 30), time(17, 30), 2)
KEY = "draft/2024-04-12/press/officer"


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)


def entry(moment: str, chain: str, kind: str, notice: str, **data: Any) -> Entry:
    when = at(moment)
    step = "" if chain.startswith("@") else "draft"
    said = {"notice": notice, "slip": "press", "recipient": "officer", **data}
    return Entry("plan", chain, 1, EntryKind(kind), step, when, when.date(), "system", said, None, "", "")


def alone(moment: str, notice: str = KEY, **data: Any) -> list[Entry]:
    """A letter of one notice."""
    immediate = data.pop("immediate", True)
    return [
        entry(moment, "rules", "notice-queued", notice, immediate=immediate, **data),
        entry(moment, "rules", "notice-sent", notice, **data),
    ]


def digest(moment: str, key: str = "digest/2024-04-15", notice: str = KEY, **data: Any) -> list[Entry]:
    """A digest of one notice."""
    person = data.get("recipient", "officer")
    return [
        entry(moment, f"@{person}", "notice-sent", key, **{**data, "slip": "digest"}),
        entry(moment, "rules", "notice-queued", notice, immediate=False, **data),
        entry(moment, "rules", "notice-sent", notice, digest=key, **data),
    ]


def arrived(moment: str, key: str = f"rules/{KEY}", person: str = "officer", about: str = "rules/draft") -> Arrival:
    return Arrival(f"plan/{key}", person, at(moment), tuple(about.split()))


MONDAY, TUESDAY, WEDNESDAY = "2024-04-15 09:00", "2024-04-16 09:00", "2024-04-17 09:00"
IN_DIGEST = "@officer/digest/2024-04-15"


@pytest.mark.parametrize(
    ("entries", "broken"),
    [
        (digest(MONDAY), 0),
        (digest(MONDAY) + digest(TUESDAY, "digest/2024-04-16"), 0),
        (digest(MONDAY) + digest(MONDAY, recipient="head"), 0),
        (digest(MONDAY) + alone(MONDAY), 0),
        (digest(MONDAY) + digest("2024-04-15 11:00", "digest/2024-04-15b"), 1),
        (digest(MONDAY) + digest("2024-04-15 11:00"), 1),
        (digest("2024-04-14 23:50") + digest("2024-04-15 00:10", "digest/2024-04-15b"), 0),
        (digest("2024-04-15 00:10") + digest("2024-04-15 23:50", "digest/2024-04-15b"), 1),
        (alone(MONDAY, immediate=False) + alone(MONDAY, "other", immediate=False), 0),
        (alone(MONDAY, immediate=False) + alone("2024-04-15 09:10", "other", immediate=False), 1),
        (digest(MONDAY) + alone("2024-04-15 09:10", "other", immediate=False), 1),
    ],
)
def test_more_than_one_digest_is_seen(entries: Sequence[Entry], broken: int) -> None:
    assert len(received.more_than_one_digest(entries)) == broken


@pytest.mark.parametrize(
    ("moment", "broken"),
    [
        ("2024-04-15 08:30", False),
        ("2024-04-15 17:29", False),
        ("2024-04-15 08:29", True),
        ("2024-04-15 17:30", True),
        ("2024-04-15 23:00", True),
        ("2024-04-13 09:00", True),  # a Saturday
        ("2024-04-04 09:00", True),  # Qingming, a Thursday
        ("2024-04-07 09:00", False),  # a Sunday, worked
        ("2024-05-01 09:00", True),
        ("2024-05-11 09:00", False),  # a Saturday, worked
        ("2024-06-10 09:00", True),  # Dragon Boat, a Monday
    ],
)
def test_letters_outside_hours_and_on_days_off_are_seen(moment: str, broken: bool) -> None:
    done = Run(RULES, tuple(alone(moment)), (arrived(moment),))
    assert len(done.broken()["outside hours or on days off"]) == 2 * broken, "of the entry, and of what arrived"
    nothing_sent = Run(RULES, (), (arrived(moment),))
    assert len(nothing_sent.broken()["outside hours or on days off"]) == broken


def test_an_entry_of_another_day_is_seen() -> None:
    (_, sent) = alone(MONDAY)
    assert received.misdated([sent]) == []
    assert received.misdated([sent._replace(day=sent.day + timedelta(days=1))]) == [f"rules: {KEY}"]


@pytest.mark.parametrize(
    ("entries", "broken"),
    [
        (alone(MONDAY) + alone(WEDNESDAY, "other"), 0),
        (alone(MONDAY) + alone(TUESDAY, "other"), 1),
        (alone(MONDAY) + alone(MONDAY, "other"), 1),
        (alone(TUESDAY) + alone(MONDAY, "other"), 1),
        (alone(MONDAY) + alone(TUESDAY, "other") + alone(WEDNESDAY, "third"), 2),
        (alone(MONDAY, slip="remind") + alone(TUESDAY, "other", slip="supervise"), 1),
        (alone(MONDAY) + digest(TUESDAY, "digest/2024-04-16", "other"), 1),
        (alone(MONDAY) + alone(TUESDAY, "other", slip="review"), 0),
        (alone(MONDAY) + alone(TUESDAY, "other", recipient="head"), 0),
        (alone("2024-04-12 09:00") + alone(MONDAY, "other"), 1),  # Friday and Monday
        (alone("2024-04-03 09:00") + alone("2024-04-07 09:00", "other"), 1),  # with Qingming between
        (alone("2024-04-03 09:00") + alone("2024-04-08 09:00", "other"), 0),
        (digest(MONDAY) + digest(TUESDAY, "digest/2024-04-16", "other"), 1),
    ],
)
def test_pressings_within_the_interval_are_seen(entries: Sequence[Entry], broken: int) -> None:
    assert len(received.pressed_too_soon(entries, RULES)) == broken


@pytest.mark.parametrize(
    ("entries", "arrivals", "broken"),
    [
        (alone(MONDAY), [arrived(MONDAY)], ""),
        (digest(MONDAY), [arrived(MONDAY, IN_DIGEST)], ""),
        (alone(MONDAY), [], "did not arrive"),
        ([], [arrived(MONDAY)], "is not sent"),
        (alone(MONDAY), [arrived(MONDAY), arrived(MONDAY)], "arrived 2 times"),
        (alone(MONDAY), [arrived(MONDAY), arrived("2024-04-15 09:30")], "arrived 2 times"),
        (alone(MONDAY), [arrived("2024-04-15 09:30")], "did not arrive"),
        (alone(MONDAY), [arrived(MONDAY, person="head")], "did not arrive"),
        (alone(MONDAY) + alone(TUESDAY), [arrived(MONDAY), arrived(TUESDAY)], "sent 2 times"),
        (alone(MONDAY), [arrived(MONDAY, about="rules/issue")], "speaks of"),
        (digest(MONDAY)[:1], [arrived(MONDAY, IN_DIGEST)], "speaks of"),
        (digest(MONDAY), [arrived(MONDAY, IN_DIGEST, about="rules/draft rules/issue")], "speaks of"),
        (digest(MONDAY)[1:], [], "speaks of"),
        (digest(MONDAY) + alone(MONDAY), [arrived(MONDAY, IN_DIGEST), arrived(MONDAY)], "sent 2 times"),
    ],
)
def test_what_is_not_delivered_exactly_once_is_seen(
    entries: Sequence[Entry], arrivals: Sequence[Arrival], broken: str
) -> None:
    found = received.not_just_once(entries, arrivals)
    assert bool(found) == bool(broken)
    assert any(broken in line for line in found) or not broken


def test_the_rules_are_read_as_they_are_written(tmp_path: Path) -> None:
    file = tmp_path / "escalation.yaml"
    file.write_text('hours: {first: "09:00", last: "16:00"}\ninterval: 3\n', "utf-8")
    assert received.rules_of(file) == Rules(time(9), time(16), 3)
    assert received.rules_of(CONFIG / "escalation.yaml") == RULES
