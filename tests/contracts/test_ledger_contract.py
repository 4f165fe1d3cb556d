"""What every ledger promises, asked of the one in memory, of SQLite and of PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError

from duban.adapters.ledger_rules import verify
from duban.core.ledger.entries import PLAN as PLAN_CHAIN
from duban.core.ledger.entries import Draft, EntryKind, first_broken
from duban.ports import Commit, Conflict, Head, Ledger
from tests.contracts.samples import (
    BRIDGES,
    NOW,
    ROADS,
    SCHOOLS,
    append,
    notice,
    report,
    sealed,
    summary,
)

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


NAIVE = datetime(2024, 3, 1)  # noqa: DTZ001 - naive on purpose

# Entries


def test_an_empty_ledger_holds_nothing(ledger: Ledger) -> None:
    assert list(ledger.entries(BRIDGES)) == []
    assert list(ledger.initiatives()) == []
    assert list(ledger.summaries()) == []
    assert list(ledger.notices()) == []
    assert list(ledger.due(NOW, 10)) == []
    assert ledger.wakes(BRIDGES) == ()
    assert verify(ledger) is None


def test_entries_come_back_in_sequence_and_as_sealed(ledger: Ledger) -> None:
    first = append(ledger, Draft(EntryKind.ADOPTED, key="adopted"), report({"说明": ["按期", 1.5, None]}))
    second = append(ledger, Draft(EntryKind.SIGNED, "起草", "张三"))
    assert tuple(ledger.entries(BRIDGES)) == (*first, *second)
    assert all(entry.at == NOW and entry.at.tzinfo is UTC for entry in ledger.entries(BRIDGES))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(words, json_values, max_size=3), words)
def test_whatever_was_sealed_is_read_unchanged(ledger: Ledger, data: dict[str, Any], word: str) -> None:
    key = f"{word}/{len(ledger.entries(BRIDGES))}"
    stored = append(ledger, Draft(EntryKind.REPORTED, word, word, data, key))
    assert ledger.entries(BRIDGES)[-1] == stored[-1]
    assert first_broken(ledger.entries(BRIDGES)) is None


@pytest.mark.parametrize("microsecond", [0, 1, 999_999])
@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-11))])
def test_moments_are_kept_to_the_microsecond_in_utc(ledger: Ledger, microsecond: int, zone: timezone) -> None:
    moment = datetime(2024, 2, 29, 23, 59, 59, microsecond, tzinfo=zone)
    append(ledger, report(), at=moment)
    ledger.commit(Commit(BRIDGES, (), summary(sequence=1, look_again=moment), (notice(next_try=moment),)))
    read = (
        ledger.entries(BRIDGES)[0].at,
        ledger.summaries()[0].look_again,
        ledger.notices()[0].next_try,
    )
    assert read == (moment,) * 3
    assert {at.utcoffset() for at in read if at} == {timedelta(0)}


@pytest.mark.parametrize(
    "commit", [Commit(BRIDGES, (), summary(look_again=NAIVE)), Commit(BRIDGES, (), wake=(ROADS,), at=NAIVE)]
)
def test_a_moment_without_a_zone_is_refused(ledger: Ledger, commit: Commit) -> None:
    with pytest.raises((ValueError, StatementError), match="no time zone"):
        ledger.commit(commit)
    assert (list(ledger.summaries()), ledger.wakes(ROADS)) == ([], ())


def test_what_becomes_of_the_data_later_does_not_change_the_entry(ledger: Ledger) -> None:
    said = {"value": [1]}
    append(ledger, Draft(EntryKind.REPORTED, data=said))
    said["value"].append(2)
    assert ledger.entries(BRIDGES)[0].data == {"value": [1]}


def test_initiatives_are_sorted_and_kept_apart(ledger: Ledger) -> None:
    for name in ("b-a", "ba", "B", "桥", "a"):
        append(ledger, report(name), initiative=name)
    assert list(ledger.initiatives()) == ["B", "a", "b-a", "ba", "桥"]
    assert [entry.data["value"] for entry in ledger.entries("b-a")] == ["b-a"]


def test_the_last_entry_of_each_chain(ledger: Ledger) -> None:
    assert ledger.last(BRIDGES) is None
    bridges = append(ledger, report(1), report(2))
    plan = append(ledger, Draft(EntryKind.PLAN_APPLIED), initiative=PLAN_CHAIN)
    assert (ledger.last(BRIDGES), ledger.last(PLAN_CHAIN), ledger.last(ROADS)) == (bridges[-1], plan[-1], None)


def test_the_stream_holds_every_entry_by_initiative_and_sequence(ledger: Ledger) -> None:
    roads = append(ledger, *[report(n) for n in range(3)], initiative=ROADS)
    bridges = append(ledger, *[report(n) for n in range(3)])
    with ledger.stream() as entries:
        assert list(entries) == [*bridges, *roads]


# Appending


@pytest.mark.parametrize("made_after", [0, 1])
def test_entries_made_after_an_older_one_are_refused(ledger: Ledger, made_after: int) -> None:
    stored = append(ledger, report(1), report(2))
    late = sealed(report(3), after=(None, *stored)[made_after])
    with pytest.raises(Conflict, match=BRIDGES):
        ledger.commit(Commit(BRIDGES, late))
    assert tuple(ledger.entries(BRIDGES)) == stored


def test_entries_made_after_another_one_of_the_same_sequence_are_refused(ledger: Ledger) -> None:
    append(ledger, report(1))
    other = sealed(report("other"))[0]
    with pytest.raises(Conflict):
        ledger.commit(Commit(BRIDGES, sealed(report(2), after=other)))


def test_entries_that_leave_a_gap_are_refused(ledger: Ledger) -> None:
    unstored = sealed(report(1))[0]
    with pytest.raises(Conflict):
        ledger.commit(Commit(BRIDGES, sealed(report(2), after=unstored)))


def test_a_key_is_stored_once_in_an_initiative(ledger: Ledger) -> None:
    append(ledger, report(key="signed/draft"))
    append(ledger, report(key="signed/draft"), initiative=ROADS)
    append(ledger, report(), report())
    with pytest.raises(Conflict, match="key"):
        append(ledger, report(), report(key="signed/draft"))
    with pytest.raises(Conflict, match="key"):
        append(ledger, report(key="twice"), report(key="twice"))
    assert [entry.sequence for entry in ledger.entries(BRIDGES)] == [1, 2, 3]


def test_a_refused_commit_stores_nothing_of_itself(ledger: Ledger) -> None:
    append(ledger, report(key="key"))
    ledger.commit(Commit(BRIDGES, (), summary(sequence=1), (notice(),), wake=(BRIDGES,), at=NOW))
    before = ledger.summaries(), ledger.notices(), ledger.wakes(BRIDGES), ledger.wakes(ROADS)
    entries = sealed(report(), report(key="key"), after=ledger.entries(BRIDGES)[-1])
    commit = Commit(
        BRIDGES,
        entries,
        summary(sequence=3, done=2),
        (notice(tries=9), notice("other")),
        wake=(ROADS,),
        woken=ledger.wakes(BRIDGES),
        at=NOW,
    )
    with pytest.raises(Conflict):
        ledger.commit(commit)
    assert (ledger.summaries(), ledger.notices(), ledger.wakes(BRIDGES), ledger.wakes(ROADS)) == before


def test_a_look_that_found_nothing_is_refused_when_others_wrote_since(ledger: Ledger) -> None:
    append(ledger, report(1))
    ledger.commit(Commit(BRIDGES, (), summary(sequence=1)))
    append(ledger, report(2))
    with pytest.raises(Conflict, match="summary is of entry 1, the last one is 2"):
        ledger.commit(Commit(BRIDGES, (), summary(sequence=1, done=2)))
    assert ledger.summaries()[0].done == summary().done


def _of_another_plan() -> Commit:
    return Commit(BRIDGES, sealed(report(), plan="other"))


def _of_another_initiative() -> Commit:
    return Commit(BRIDGES, sealed(report(), initiative=ROADS))


def _with_a_gap() -> Commit:
    first, _, third = sealed(report(1), report(2), report(3))
    return Commit(BRIDGES, (first, third))


def _changed_after_sealing() -> Commit:
    return Commit(BRIDGES, (sealed(report())[0]._replace(actor="li"),))


def _with_keys_that_are_no_text() -> Commit:
    return Commit(BRIDGES, sealed(Draft(EntryKind.REPORTED, data={"value": {9: "a", 10: "b"}})))


def _with_a_summary_from_the_future() -> Commit:
    return Commit(BRIDGES, (), summary(sequence=1))


def _with_a_summary_of_another() -> Commit:
    return Commit(BRIDGES, (), summary(ROADS))


def _with_a_notice_of_another() -> Commit:
    return Commit(BRIDGES, (), None, (notice(initiative=ROADS),))


def _with_wakes_at_no_time() -> Commit:
    return Commit(BRIDGES, (), wake=(ROADS,))


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (_of_another_plan, "an entry belongs to another plan or initiative"),
        (_of_another_initiative, "an entry belongs to another plan or initiative"),
        (_with_a_gap, "the entries do not follow one another"),
        (_changed_after_sealing, "entry 1 would not be read as it was sealed"),
        (_with_keys_that_are_no_text, "entry 1 would not be read as it was sealed"),
        (_with_a_summary_from_the_future, "the summary is of an entry after the last one, 0"),
        (_with_a_summary_of_another, "a summary or notice belongs to another initiative"),
        (_with_a_notice_of_another, "a summary or notice belongs to another initiative"),
        (_with_wakes_at_no_time, "wakes need a moment"),
    ],
)
def test_what_no_ledger_could_store_is_refused(ledger: Ledger, made: Callable[[], Commit], message: str) -> None:
    with pytest.raises(ValueError, match=f"bridges: {message}"):
        ledger.commit(made())
    assert list(ledger.initiatives()) == []


def test_of_two_writers_exactly_one_wins_each_sequence(ledger: Ledger) -> None:
    rounds, writers = 15, 3
    barrier = Barrier(writers)

    def write(writer: int) -> list[bool]:
        return [_wins(ledger, barrier, report(writer)) for _ in range(rounds)]

    with ThreadPoolExecutor(writers) as pool:
        won = list(zip(*pool.map(write, range(writers)), strict=True))
    assert [sum(wins) for wins in won] == [1] * rounds
    assert [entry.data["value"] for entry in ledger.entries(BRIDGES)] == [wins.index(True) for wins in won]
    assert verify(ledger) is None


def _wins(ledger: Ledger, barrier: Barrier, draft: Draft) -> bool:
    """Read what all the others read too, then write at the same time as they do."""
    barrier.wait()
    stored = ledger.entries(BRIDGES)
    barrier.wait()
    try:
        ledger.commit(Commit(BRIDGES, sealed(draft, after=stored[-1] if stored else None)))
    except Conflict:
        return False
    return True


def test_writers_on_different_initiatives_do_not_hinder_each_other(ledger: Ledger) -> None:
    def write(name: str) -> None:
        for value in range(10):
            append(ledger, report(value), initiative=name)

    names = [BRIDGES, ROADS, SCHOOLS]
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(write, names))
    assert [len(ledger.entries(name)) for name in names] == [10, 10, 10]


def test_what_was_seen_of_every_chain_is_told_with_its_hashes(ledger: Ledger) -> None:
    assert ledger.heads() == ledger.lasts() == {}
    one, two = append(ledger, report(), report())
    (other,) = append(ledger, report(), initiative=ROADS)
    assert ledger.heads() == ledger.lasts() == {BRIDGES: Head(2, two.hash), ROADS: Head(1, other.hash)}
    assert ledger.hashes(BRIDGES, 0) == [Head(1, one.hash), Head(2, two.hash)]
    assert (ledger.hashes(BRIDGES, 1), ledger.hashes(SCHOOLS, 0)) == ([Head(2, two.hash)], [])
    assert ledger.unguarded() == ()
    ((_, whole),) = ledger.whole().items()
    assert whole.heads() == ledger.heads()


def test_what_one_does_alone_others_do_afterwards(ledger: Ledger) -> None:
    done: list[str] = []

    def other() -> None:
        with ledger.alone("seal"):
            done.append("other")

    with ThreadPoolExecutor(1) as pool:
        with ledger.alone("seal"):
            later = pool.submit(other)
            done.append("first")
        later.result()
    assert done == ["first", "other"]
