"""The chain of entries: any change of any field of any entry is found."""

import json
import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from duban.core.ledger.entries import GENESIS, Draft, Entry, EntryKind, chained, first_broken, hash_of

SHANGHAI = timezone(timedelta(hours=8))
AT = datetime(2024, 3, 1, 8, 30, 0, 1, tzinfo=SHANGHAI)
DAY = date(2024, 3, 1)

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
data = st.dictionaries(words, json_values, max_size=3)
moments = st.datetimes(timezones=st.just(UTC))
drafts = st.builds(Draft, st.sampled_from(EntryKind), words, words, data, st.none() | words)

CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "plan": words,
    "initiative": words,
    "sequence": st.integers(),
    "kind": st.sampled_from(EntryKind),
    "step": words,
    "at": moments,
    "day": st.dates(),
    "actor": words,
    "data": data,
    "key": st.none() | words,
    "previous": words,
    "hash": words,
}


def sealed(*drafts: Draft, initiative: str = "bridges", after: Entry | None = None) -> tuple[Entry, ...]:
    return chained(drafts, plan="plan", initiative=initiative, after=after, at=AT, day=DAY)


def written(entry: Entry) -> str:
    """An entry as text: to Python 1, 1.0 and True are equal, to a ledger they are not."""
    return repr(entry._replace(data={"json": json.dumps(entry.data, sort_keys=True)}))


def three() -> tuple[Entry, ...]:
    return sealed(*(Draft(EntryKind.REPORTED, "draft", "zhang", {"progress": part}) for part in (10, 20, 30)))


def test_sealing_numbers_entries_from_one_and_links_them() -> None:
    first, second = sealed(Draft(EntryKind.OPENED, "draft"), Draft(EntryKind.SIGNED, "draft", "zhang", {"a": 1}, "key"))
    assert (first.sequence, first.previous, first.actor, first.key) == (1, GENESIS, "system", None)
    assert second == Entry(
        plan="plan",
        initiative="bridges",
        sequence=2,
        kind=EntryKind.SIGNED,
        step="draft",
        at=AT,
        day=DAY,
        actor="zhang",
        data={"a": 1},
        key="key",
        previous=first.hash,
        hash=hash_of(second),
    )
    assert second.at.tzinfo is UTC


def test_an_entry_in_the_place_of_another_is_found_by_the_one_after_it() -> None:
    first, *later = three()
    other = sealed(Draft(EntryKind.REPORTED, "draft", "zhang", {"progress": 15}))
    assert first_broken([*other, *later]) == (later[0], "it names another predecessor than the entry before it")
    assert first_broken([first._replace(data={}), *later]) == (
        first._replace(data={}),
        "its content does not match its hash",
    )


def test_sealing_goes_on_where_the_ledger_ended() -> None:
    entries = three()
    later = sealed(Draft(EntryKind.SIGNED, "draft"), after=entries[-1])
    assert (later[0].sequence, later[0].previous) == (4, entries[-1].hash)
    assert first_broken([*entries, *later]) is None


REPORT = Draft(EntryKind.REPORTED, "初稿", "zhang", {"说明": "按期", "b": [1.5, None], "a": {"y": 1}})
FIRST, SECOND = (
    "6c766642c4145515590f8275e1f2957c2c9b1d0c4732ebfe3475ea797a341a25",
    "2:3e5b635fa849cfd489db81577f54a72694fdd1e5b082663c7fe60ae010b57025",
)
"""Its hashes, version by version. They never change: else every ledger that holds such would be broken."""


def test_a_hash_names_its_version_and_never_changes() -> None:
    assert sealed(REPORT)[0].hash == SECOND


def test_what_was_sealed_before_versions_were_named_is_whole_and_is_gone_on_with() -> None:
    old = sealed(REPORT)[0]._replace(hash=FIRST)
    assert first_broken([old, *sealed(REPORT, after=old)]) is None


@pytest.mark.parametrize("version", ["", "1:", "2:", "3:", "2", ":"])
@pytest.mark.parametrize("true", [FIRST, SECOND])
def test_another_version_than_it_was_sealed_with_is_found(true: str, version: str) -> None:
    entry = sealed(REPORT)[0]._replace(hash=version + true.removeprefix("2:"))
    assert (first_broken([entry]) is None) == (entry.hash == true)


@pytest.mark.parametrize("value", [math.nan, math.inf, date(2024, 3, 1), {1, 2}])
def test_data_that_json_cannot_hold_is_refused_when_sealed(value: object) -> None:
    with pytest.raises((TypeError, ValueError), match="JSON"):
        sealed(Draft(EntryKind.REPORTED, data={"value": value}))


@given(st.lists(drafts, max_size=5), st.lists(drafts, max_size=5))
def test_what_was_sealed_is_whole(here: list[Draft], there: list[Draft]) -> None:
    assert first_broken([*sealed(*here), *sealed(*there, initiative="roads")]) is None


def test_every_field_has_its_changes() -> None:
    assert list(CHANGES) == list(Entry._fields)


@given(st.lists(drafts, min_size=1, max_size=4), st.lists(drafts, max_size=2), st.data())
def test_any_change_of_any_field_of_any_entry_is_found(here: list[Draft], there: list[Draft], choice: Any) -> None:
    entries = [*sealed(*here), *sealed(*there, initiative="roads")]
    place = choice.draw(st.integers(0, len(entries) - 1))
    name = choice.draw(st.sampled_from(sorted(CHANGES)))
    changed = entries[place]._replace(**{name: choice.draw(CHANGES[name])})
    assume(written(changed) != written(entries[place]))
    assert first_broken([*entries[:place], changed, *entries[place + 1 :]]) is not None


@given(st.lists(drafts, min_size=2, max_size=4), drafts, st.data())
def test_an_entry_sealed_anew_breaks_the_one_after_it(here: list[Draft], other: Draft, choice: Any) -> None:
    entries = sealed(*here)
    place = choice.draw(st.integers(0, len(entries) - 2))
    forged = sealed(other, after=entries[place - 1] if place else None)
    assume(forged[0].hash != entries[place].hash)
    broken = first_broken([*entries[:place], *forged, *entries[place + 1 :]])
    assert broken == (entries[place + 1], "it names another predecessor than the entry before it")


@pytest.mark.parametrize(
    ("order", "place", "reason"),
    [
        ((1, 2), 2, "sequence 2 where 1 was due: entries are missing or doubled"),
        ((0, 2), 3, "sequence 3 where 2 was due: entries are missing or doubled"),
        ((0, 0, 1), 1, "sequence 1 where 2 was due: entries are missing or doubled"),
        ((0, 2, 1), 3, "sequence 3 where 2 was due: entries are missing or doubled"),
    ],
)
def test_missing_doubled_and_swapped_entries_are_named(order: Sequence[int], place: int, reason: str) -> None:
    entries = three()
    broken = first_broken([entries[index] for index in order])
    assert broken == (entries[place - 1], reason)


def test_changed_content_is_named() -> None:
    first, second, third = three()
    changed = second._replace(actor="li")
    assert first_broken([first, changed, third]) == (changed, "its content does not match its hash")


def test_nothing_is_whole() -> None:
    assert first_broken([]) is None
