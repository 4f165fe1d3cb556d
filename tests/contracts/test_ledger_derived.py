"""What every ledger promises about the rows derived from its entries, and about wakes."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from duban.adapters import ledger_visits, memory_ledger
from duban.adapters.ledger_rules import verify
from duban.core.ledger.entries import PLAN as PLAN_CHAIN
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.notices import Delivery, NoticeRow, Said
from duban.core.ledger.summary import Light, Status, Upstream, chain_of
from duban.core.planning.plan import StepRef
from duban.ports import Commit, Conflict, Ledger, Rate, RefusedVisit, Round, Rounder
from tests.contracts.samples import (
    BRIDGES,
    MINUTE,
    NOW,
    ROADS,
    SCHOOLS,
    append,
    notice,
    report,
    sealed,
    step,
    summary,
)

# Derived rows


def test_summaries_come_back_whole_and_sorted(ledger: Ledger) -> None:
    bridges = summary(BRIDGES, steps=(step("publish"), step("draft", status=Status.DONE, finished=date(2024, 3, 1))))
    bare = summary(ROADS, light=Light.GREEN, next_due=None, look_again=None, steps=())
    for row in (bare, bridges):
        ledger.commit(Commit(row.initiative, (), row))
    assert list(ledger.summaries()) == [bridges, bare]


def test_a_summary_replaces_the_one_before_it_with_its_steps(ledger: Ledger) -> None:
    ledger.commit(Commit(ROADS, (), summary(ROADS)))
    ledger.commit(Commit(BRIDGES, (), summary(steps=(step("a"), step("b")))))
    later = summary(sequence=1, light=Light.RED, steps=(step("c"), step("b", progress=100)))
    ledger.commit(Commit(BRIDGES, sealed(report()), later))
    assert list(ledger.summaries()) == [later, summary(ROADS)]


FAR, SOON = date(2024, 12, 2), date(2024, 6, 14)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"status": Status.OPEN, "light": Light.GREEN}, True),
        ({"status": Status.SUSPENDED, "light": Light.OFF}, True),
        ({"status": Status.DONE, "light": Light.OFF}, False),
        ({"status": Status.CANCELLED, "light": Light.OFF, "due": SOON}, False),
        ({"status": Status.WAITING, "light": Light.OFF}, False),
        ({"status": Status.WAITING, "light": Light.OFF, "due": None, "forecast": None}, False),
        ({"status": Status.WAITING, "light": Light.YELLOW}, True),
        ({"status": Status.WAITING, "light": Light.OFF, "due": SOON}, True),
        ({"status": Status.WAITING, "light": Light.OFF, "forecast": FAR + timedelta(days=1)}, True),
    ],
    ids=str,
)
def test_a_board_takes_what_goes_on_and_what_is_due(ledger: Ledger, changes: dict[str, Any], shown: bool) -> None:
    row = step(**{"due": FAR, **changes})
    ledger.commit(Commit(BRIDGES, (), summary(steps=(row, step("other", status=Status.DONE)))))
    (told,) = ledger.going_on(SOON)
    assert told == summary(steps=(row,) if shown else ())


def test_an_initiative_spans_from_what_opened_first_to_what_ends_last(ledger: Ledger) -> None:
    first, last = date(2024, 2, 1), date(2024, 8, 1)
    rows = step("a", opened=first, finished=last, forecast=FAR), step("b"), step("c", opened=None, forecast=None)
    ledger.commit(Commit(BRIDGES, (), summary(steps=rows)))
    ledger.commit(Commit(ROADS, (), summary(ROADS, steps=(step(opened=None, forecast=None),))))
    assert ledger.spans() == {BRIDGES: (first, last), ROADS: (None, None)}


def test_the_last_day_of_any_step_is_the_horizon(ledger: Ledger) -> None:
    assert ledger.horizon() is None
    ledger.commit(Commit(BRIDGES, (), summary(steps=(step("a", due=None, finished=SOON, forecast=FAR),))))
    assert ledger.horizon() == SOON
    ledger.commit(Commit(ROADS, (), summary(ROADS, steps=(step(due=FAR, forecast=SOON),))))
    assert ledger.horizon() == FAR


def test_entries_of_some_kinds_are_found_from_a_moment_on(ledger: Ledger) -> None:
    signed = Draft(EntryKind.SIGNED, "draft", "zhang")
    append(ledger, report(), signed)
    append(ledger, signed, initiative=ROADS, at=NOW + MINUTE)
    found = ledger.of_kinds({EntryKind.SIGNED, EntryKind.RETURNED})
    assert [(entry.initiative, entry.sequence) for entry in found] == [(BRIDGES, 2), (ROADS, 1)]
    assert [entry.initiative for entry in ledger.of_kinds({EntryKind.SIGNED}, NOW + MINUTE)] == [ROADS]
    assert ledger.of_kinds({EntryKind.SIGNED}, actor="wang") in ([], ())
    assert len(ledger.of_kinds({EntryKind.SIGNED}, actor="zhang")) == 2


def test_what_is_done_is_told_with_its_deadline_and_its_day(ledger: Ledger) -> None:
    done = step("a", status=Status.DONE, finished=SOON)
    others = step("b", status=Status.CANCELLED, finished=SOON), step("c", status=Status.DONE, finished=SOON, due=None)
    ledger.commit(Commit(BRIDGES, (), summary(steps=(done, *others, step("d")))))
    assert ledger.closed() == {StepRef(BRIDGES, "a"): (done.due, SOON)}


def test_the_last_letters_to_somebody_come_first(ledger: Ledger) -> None:
    rows = [notice(f"k{n}", recipient="officer", queued_at=NOW + n * MINUTE) for n in range(3)]
    ledger.commit(Commit(BRIDGES, (), notices=(*rows, notice("k9", recipient="other"))))
    assert [row.key for row in ledger.letters_to("officer", 2)] == [rows[2].key, rows[1].key]


def test_the_moment_of_the_last_entry_is_known(ledger: Ledger) -> None:
    assert ledger.last_at() is None
    append(ledger, report(), at=NOW + MINUTE)
    append(ledger, report(), initiative=ROADS)
    assert ledger.last_at() == NOW + MINUTE


def test_a_plan_is_checked_off_until_another_one_is(ledger: Ledger) -> None:
    assert ledger.roster() == ""
    for mark in ("a", "b"):
        ledger.check_off(mark)
        assert ledger.roster() == mark


def test_upstream_knows_the_steps_that_have_a_row(ledger: Ledger) -> None:
    done = step("draft", status=Status.DONE, finished=date(2024, 4, 2), forecast=None)
    ledger.commit(Commit(BRIDGES, (), summary(steps=(done, step("publish")))))
    ledger.commit(
        Commit(ROADS, (), summary(ROADS, steps=(step("survey", forecast=None, held_by=StepRef("schools", "plan")),)))
    )
    asked = [StepRef(BRIDGES, "draft"), StepRef(BRIDGES, "publish"), StepRef(ROADS, "survey"), StepRef(ROADS, "draft")]
    assert ledger.upstream(frozenset(asked)) == {
        StepRef(BRIDGES, "draft"): Upstream(date(2024, 4, 2), None),
        StepRef(BRIDGES, "publish"): Upstream(None, date(2024, 6, 28)),
        StepRef(ROADS, "survey"): Upstream(None, None, StepRef("schools", "plan")),
    }
    assert ledger.upstream(()) == {}


def test_an_initiative_is_stored_with_its_wakes_its_entries_from_one_on_and_what_is_known_elsewhere(
    ledger: Ledger,
) -> None:
    entries = append(ledger, report(1), report(2), report(3))
    append(ledger, report(), initiative=ROADS)
    ledger.commit(Commit(ROADS, (), summary(ROADS, sequence=1, steps=(step("survey"),)), wake=(BRIDGES,), at=NOW))
    survey = StepRef(ROADS, "survey")
    whole = ledger.stored(BRIDGES, {survey, StepRef(ROADS, "none")})
    assert (whole.wakes, tuple(whole.entries)) == (ledger.wakes(BRIDGES), entries)
    assert len(whole.wakes) == 1
    assert whole.known == ledger.upstream({survey})
    for since, told in ((0, entries), (1, entries), (3, entries[2:]), (4, ())):
        assert tuple(ledger.stored(BRIDGES, (), since).entries) == told
    assert ledger.stored(SCHOOLS, ()) == ledger.stored(SCHOOLS, (), 1)


def test_a_summary_made_anew_says_what_every_step_is_now(ledger: Ledger) -> None:
    rows = step("a"), step("b"), step("c")
    ledger.commit(Commit(BRIDGES, (), summary(steps=rows)))
    for later in (
        (step("a"), step("b", progress=90, reason=None, light=Light.GREEN), step("c")),
        (step("c"), step("a"), step("b", forecast=None)),  # in another order
        (step("b", held_by=StepRef(ROADS, "survey")),),
        (),
        rows,
    ):
        ledger.commit(Commit(BRIDGES, (), summary(steps=later, light=Light.RED, look_again=None)))
        assert list(ledger.summaries()) == [summary(steps=later, light=Light.RED, look_again=None)]


def test_whoever_stores_in_turn_stores_all_of_it_or_nothing(ledger: Ledger) -> None:
    append(ledger, report())
    with ledger.in_turn(BRIDGES):
        append(ledger, report(2))
        assert len(ledger.stored(BRIDGES, ()).entries) == 2
    assert len(ledger.entries(BRIDGES)) == 2
    with suppress(Conflict), ledger.in_turn(BRIDGES):
        ledger.commit(Commit(BRIDGES, sealed(report())))  # made to follow nothing
    assert len(ledger.entries(BRIDGES)) == 2


def test_a_notice_replaces_the_one_with_its_key_and_leaves_the_others(ledger: Ledger) -> None:
    first, second = notice("a"), notice("b", queued_at=NOW + MINUTE)
    ledger.commit(Commit(BRIDGES, (), notices=(first, second)))
    ledger.commit(Commit(ROADS, (), notices=(notice("a", ROADS),)))
    sent = first._replace(delivery=Delivery.SENT, next_try=None, tries=1, outcome="送达", ended_at=NOW + MINUTE)
    ledger.commit(Commit(BRIDGES, (), notices=(sent,)))
    assert list(ledger.notices(BRIDGES)) == [sent, second]
    assert list(ledger.notices()) == [sent, notice("a", ROADS), second]


def test_a_notice_that_is_no_more_goes_and_the_others_stay(ledger: Ledger) -> None:
    ledger.commit(Commit(BRIDGES, (), notices=(notice("a"), notice("b"))))
    ledger.commit(Commit(ROADS, (), notices=(notice("a", ROADS),)))
    ledger.commit(Commit(BRIDGES, (), notices=(notice("c"),), gone=("a", "never there")))
    ledger.commit(Commit(BRIDGES, (), gone=("b",)))
    assert sorted(row.key for row in ledger.notices(BRIDGES)) == ["c"]
    assert [row.key for row in ledger.notices(ROADS)] == ["a"]


def test_pending_notices_are_those_to_try_now_earliest_first(ledger: Ledger) -> None:
    rows = (
        notice("over", delivery=Delivery.SENT, next_try=None),
        notice("later", next_try=NOW + timedelta(microseconds=1)),
        notice("now", next_try=NOW),
        notice("before", delivery=Delivery.RETRYING, next_try=NOW - MINUTE),
    )
    ledger.commit(Commit(BRIDGES, (), notices=rows))
    ledger.commit(Commit(ROADS, (), notices=(notice("long before", ROADS, next_try=NOW - 2 * MINUTE),)))
    assert [row.key for row in ledger.pending_notices(NOW, 10)] == ["long before", "before", "now"]
    assert [row.key for row in ledger.pending_notices(NOW, 2)] == ["long before", "before"]
    assert [row.key for row in ledger.pending_notices(NOW, 10, BRIDGES)] == ["before", "now"]


@pytest.mark.parametrize("immediate", [True, False], ids=["on its own", "with the digest"])
def test_a_dead_notice_that_is_revived_is_found_as_due_again(ledger: Ledger, immediate: bool) -> None:
    dead = notice("a", delivery=Delivery.DEAD, next_try=None, ended_at=NOW, immediate=immediate)
    ledger.commit(Commit(BRIDGES, (), notices=(dead,)))
    back = dead._replace(delivery=Delivery.QUEUED, next_try=NOW + MINUTE, ended_at=None)
    ledger.commit(Commit(BRIDGES, (), notices=(back,)))
    find = ledger.pending_notices if immediate else ledger.waiting_notices
    assert (list(find(NOW, 10)), list(find(NOW + MINUTE, 10))) == ([], [back])
    assert list(ledger.undelivered()) == []
    assert list(ledger.outstanding()) == [back]


def test_notices_that_wait_for_digests_are_found_by_recipient_whole_the_longest_waiting_first(ledger: Ledger) -> None:
    waits = {"immediate": False}
    rows = (
        notice("own way", next_try=NOW - 9 * MINUTE),
        notice("later", next_try=NOW + MINUTE, **waits),
        notice("z1", recipient="zhang", next_try=NOW - MINUTE, **waits),
        notice("z2", recipient="zhang", next_try=NOW, **waits),
        notice("w1", recipient="wang", next_try=NOW - 2 * MINUTE, **waits),
        notice("l1", recipient="li", next_try=NOW - MINUTE, **waits),
        notice("in one", delivery=Delivery.BUNDLED, next_try=None, digest="digest/2024-03-01", **waits),
    )
    ledger.commit(Commit(BRIDGES, (), notices=rows))
    ledger.commit(Commit(ROADS, (), notices=(notice("w2", ROADS, recipient="wang", next_try=NOW, **waits),)))
    assert [row.key for row in ledger.waiting_notices(NOW, 10)] == ["w1", "w2", "l1", "z1", "z2"]
    assert [row.key for row in ledger.waiting_notices(NOW, 1)] == ["w1", "w2"]
    assert [row.key for row in ledger.pending_notices(NOW, 10)] == ["own way"]
    bundled = next(row for row in ledger.notices(BRIDGES) if row.digest)
    assert bundled == rows[-1]


def test_what_channels_said_is_kept(ledger: Ledger) -> None:
    said = (Said("mailto://mail", False, "550 拒收"), Said("wecom://***", True, "已送出", ("0a1b", "2c3d")))
    ledger.commit(Commit(BRIDGES, (), notices=(notice(channels=said),)))
    assert ledger.notices()[0].channels == said


def test_dead_notices_come_with_those_to_deputies_in_their_place(ledger: Ledger) -> None:
    dead: dict[str, Any] = {"delivery": Delivery.DEAD, "next_try": None}
    rows = (
        notice("a", **dead),
        notice("a/instead/vice", queued_at=NOW + MINUTE),
        notice("b"),
        notice("c/instead_of/x"),
    )
    ledger.commit(Commit(BRIDGES, (), notices=rows))
    ledger.commit(Commit(ROADS, (), notices=(notice("d", ROADS, **dead), notice("e", ROADS))))
    assert [row.key for row in ledger.undelivered()] == ["a", "d", "a/instead/vice"]


def test_outstanding_is_what_is_still_to_be_sent_whenever_that_is(ledger: Ledger) -> None:
    rows = (
        notice("later", next_try=NOW + 9 * MINUTE, immediate=False),
        notice("over", delivery=Delivery.SENT, next_try=None),
        notice("in one", delivery=Delivery.BUNDLED, next_try=None, digest="digest/2024-03-01"),
    )
    ledger.commit(Commit(BRIDGES, (), notices=rows))
    ledger.commit(
        Commit(chain_of("zhang"), (), notices=(notice("digest/2024-03-01", chain_of("zhang"), next_try=NOW),))
    )
    assert [row.key for row in ledger.outstanding()] == ["digest/2024-03-01", "later"]


def test_outcomes_are_counted_from_a_moment_on_and_digests_are_not(ledger: Ledger) -> None:
    def ended(key: str, delivery: Delivery, at: datetime, home: str = BRIDGES) -> NoticeRow:
        return notice(key, home, delivery=delivery, next_try=None, ended_at=at)

    rows = (
        ended("a", Delivery.SENT, NOW),
        ended("b", Delivery.SENT, NOW + MINUTE),
        ended("c", Delivery.DEAD, NOW + MINUTE),
        ended("before", Delivery.SENT, NOW - MINUTE),
        notice("waits"),
    )
    ledger.commit(Commit(BRIDGES, (), notices=rows))
    home = chain_of("zhang")
    ledger.commit(Commit(home, (), notices=(ended("digest/2024-03-01", Delivery.SENT, NOW, home),)))
    assert dict(ledger.outcomes(NOW)) == {Delivery.SENT: 2, Delivery.DEAD: 1}


# Several at once


def test_transactions_on_several_initiatives_are_stored_together(ledger: Ledger) -> None:
    ledger.commit(
        Commit(ROADS, sealed(report(1), initiative=ROADS), summary(ROADS, sequence=1), (notice("a", ROADS),)),
        Commit(BRIDGES, sealed(report(2)), summary(sequence=1), (notice("b"),), wake=(ROADS,), at=NOW),
        Commit(chain_of("zhang"), sealed(report(3), initiative=chain_of("zhang"))),
    )
    assert list(ledger.initiatives()) == ["@zhang", BRIDGES, ROADS]
    assert [row.key for row in ledger.notices()] == ["b", "a"]
    assert [row.initiative for row in ledger.summaries()] == [BRIDGES, ROADS]
    assert len(ledger.wakes(ROADS)) == 1
    assert verify(ledger) is None


@pytest.mark.parametrize("fault", ["an older head", "a key that is there", "a summary of an older entry"])
def test_when_one_of_several_is_refused_none_is_stored(ledger: Ledger, fault: str) -> None:
    append(ledger, report(1, key="once"), initiative=ROADS)
    first = ledger.entries(ROADS)[0]
    bad = {
        "an older head": Commit(ROADS, sealed(report(2), initiative=ROADS)),
        "a key that is there": Commit(ROADS, sealed(report(2, key="once"), initiative=ROADS, after=first)),
        "a summary of an older entry": Commit(ROADS, (), summary(ROADS, sequence=0)),
    }[fault]
    with pytest.raises(Conflict, match=ROADS):
        ledger.commit(Commit(BRIDGES, sealed(report(2)), summary(sequence=1), (notice(),)), bad)
    assert (list(ledger.entries(BRIDGES)), list(ledger.summaries()), list(ledger.notices())) == ([], [], [])
    assert len(ledger.entries(ROADS)) == 1


def test_writers_of_several_initiatives_in_any_order_never_wait_for_each_other(ledger: Ledger) -> None:
    """Each takes its turn again when another was quicker; a deadlock would be an error of the database."""
    start = Barrier(3)

    def writer(names: list[str]) -> None:
        start.wait()
        done = 0
        while done < 15:
            heads = {name: ledger.entries(name) for name in names}
            commits = [
                Commit(name, sealed(report(), initiative=name, after=stored[-1] if stored else None))
                for name, stored in heads.items()
            ]
            with suppress(Conflict):
                ledger.commit(*commits)
                done += 1

    orders = ([ROADS, BRIDGES, SCHOOLS], [SCHOOLS, BRIDGES, ROADS], [BRIDGES, SCHOOLS])
    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(writer, list(names)) for names in orders]:
            future.result()
    assert [len(ledger.entries(name)) for name in (ROADS, BRIDGES, SCHOOLS)] == [30, 45, 45]
    assert verify(ledger) is None


# Wakes


def test_a_wake_lasts_until_it_is_answered(ledger: Ledger) -> None:
    ledger.wake([BRIDGES, ROADS], NOW)
    ledger.commit(Commit(BRIDGES, (), woken=ledger.wakes(BRIDGES)))
    assert (len(ledger.wakes(BRIDGES)), len(ledger.wakes(ROADS))) == (0, 1)


def test_a_wake_that_came_after_the_look_began_is_not_lost(ledger: Ledger) -> None:
    ledger.wake([BRIDGES], NOW)
    seen = ledger.wakes(BRIDGES)
    ledger.commit(Commit(ROADS, (), wake=(BRIDGES,), at=NOW))
    ledger.commit(Commit(BRIDGES, (), woken=seen))
    assert len(ledger.wakes(BRIDGES)) == 1
    assert list(ledger.due(NOW, 10)) == [BRIDGES]


def test_the_id_of_a_wake_is_never_used_again(ledger: Ledger) -> None:
    """Else a slow look would answer a wake it has not seen."""
    ledger.wake([BRIDGES], NOW)
    seen = ledger.wakes(BRIDGES)
    ledger.commit(Commit(BRIDGES, (), woken=seen))
    ledger.wake([BRIDGES], NOW)
    ledger.commit(Commit(BRIDGES, (), woken=seen))
    assert len(ledger.wakes(BRIDGES)) == 1


def test_a_look_answers_only_the_wakes_of_its_own_initiative(ledger: Ledger) -> None:
    ledger.wake([ROADS], NOW)
    ledger.commit(Commit(BRIDGES, (), woken=ledger.wakes(ROADS)))
    assert len(ledger.wakes(ROADS)) == 1


def test_waking_nobody_is_harmless(ledger: Ledger) -> None:
    ledger.wake([], NOW)
    assert list(ledger.due(NOW, 10)) == []


# What is due


def test_due_are_the_woken_and_those_whose_moment_has_come_longest_waiting_first(ledger: Ledger) -> None:
    moments = {"past": NOW - MINUTE, "now": NOW, "future": NOW + timedelta(microseconds=1), "never": None}
    for name, moment in moments.items():
        ledger.commit(Commit(name, (), summary(name, look_again=moment)))
    ledger.wake(["woken long ago", "never"], NOW - 2 * MINUTE)
    ledger.wake(["past", "woken"], NOW + MINUTE)
    assert list(ledger.due(NOW, 10)) == ["never", "woken long ago", "past", "now", "woken"]
    assert list(ledger.due(NOW, 3)) == ["never", "woken long ago", "past"]


# Rebuilding and verifying


def test_what_is_derived_can_be_forgotten_and_every_initiative_asks_to_be_looked_at(ledger: Ledger) -> None:
    append(ledger, report(), at=NOW)
    append(ledger, report(), initiative=chain_of("zhang"), at=NOW)
    entries = [append(ledger, report(), initiative=ROADS, at=NOW - MINUTE)[0], *ledger.entries(BRIDGES)]
    ledger.commit(Commit(BRIDGES, (), summary(sequence=1, look_again=None), (notice(),)))
    ledger.forget_derived()
    assert (list(ledger.summaries()), list(ledger.notices())) == ([], [])
    assert ledger.upstream([StepRef(BRIDGES, "draft")]) == {}
    assert list(ledger.due(NOW, 10)) == [ROADS, BRIDGES], "nobody looks at a chain of digests"
    assert [ledger.entries(entry.initiative)[0] for entry in entries] == entries


def test_the_engines_own_chains_are_never_to_be_looked_at(ledger: Ledger) -> None:
    append(ledger, Draft(EntryKind.PLAN_APPLIED), initiative=PLAN_CHAIN)
    ledger.forget_derived()
    assert list(ledger.due(NOW, 10)) == []


def test_derived_rows_are_stored_again_after_forgetting(ledger: Ledger) -> None:
    append(ledger, report())
    row = Commit(BRIDGES, (), summary(sequence=1), (notice(),))
    ledger.commit(row)
    ledger.forget_derived()
    ledger.commit(replace(row, woken=ledger.wakes(BRIDGES)))
    assert (list(ledger.summaries()), list(ledger.notices())) == ([row.summary], [notice()])
    assert ledger.wakes(BRIDGES) == ()


def test_a_whole_ledger_verifies(ledger: Ledger) -> None:
    append(ledger, report(), report())
    ledger.commit(Commit(BRIDGES, (), summary(sequence=2)))
    append(ledger, report(), initiative=ROADS)
    assert verify(ledger) is None


# Whom the desk turned away


def turned_away(ledger: Ledger, code: str, at: datetime = NOW) -> None:
    ledger.note_refused(RefusedVisit(at, code, "192.0.2.1", "1.01-7"))


def test_those_turned_away_are_counted_by_why_since_a_moment(ledger: Ledger) -> None:
    assert ledger.refused(NOW) == {}
    turned_away(ledger, "unknown-link", NOW - MINUTE)
    for code in ("unknown-link", "unknown-link", "wrong-pin"):
        turned_away(ledger, code)
    assert ledger.refused(NOW) == {"unknown-link": 2, "wrong-pin": 1}
    assert ledger.refused(NOW - MINUTE) == {"unknown-link": 3, "wrong-pin": 1}
    assert ledger.refused(NOW + MINUTE) == {}


def test_those_turned_away_leave_no_trace_in_the_chains(ledger: Ledger) -> None:
    turned_away(ledger, "unknown-link")
    assert list(ledger.initiatives()) == []
    assert ledger.last_at() is None
    assert verify(ledger) is None


def test_only_the_last_turned_away_are_remembered(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    for keeper in (memory_ledger, ledger_visits):
        monkeypatch.setattr(keeper, "REFUSALS_KEPT", 5)
    for number in range(12):
        turned_away(ledger, f"code-{number}")
    assert ledger.refused(NOW) == {f"code-{number}": 1 for number in range(7, 12)}


def test_those_turned_away_by_several_at_once_are_all_put_down(ledger: Ledger) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: turned_away(ledger, "unknown-link"), range(40)))
    assert ledger.refused(NOW) == {"unknown-link": 40}


# What hosts tell of themselves


def test_of_each_host_what_it_told_last_is_known_until_it_is_long_gone(ledger: Ledger) -> None:
    ledger.note_round(Rounder.PATROL, Round(NOW, "巡查"))
    for name, at, said in (("a", NOW, "1"), ("b_1", NOW, "2"), ("a", NOW + HOUR, "3")):
        ledger.note_host(name, Round(at, said))
    assert ledger.hosts() == {"a": Round(NOW + HOUR, "3"), "b_1": Round(NOW, "2")}
    assert ledger.rounds() == {Rounder.PATROL: Round(NOW, "巡查")}
    ledger.note_host("c", Round(NOW + 24 * HOUR + MINUTE, "4"))
    assert sorted(ledger.hosts()) == ["a", "c"], "who told nothing for a day is gone, and patrols are no hosts"
    assert ledger.rounds() == {Rounder.PATROL: Round(NOW, "巡查")}


# Who had how many of what


THREE, HOUR = Rate("three", 3, timedelta(hours=1)), timedelta(hours=1)


def test_a_rate_counts_to_its_most_and_no_further(ledger: Ledger) -> None:
    assert [ledger.take(THREE, "li", NOW) for _ in range(5)] == [1, 2, 3, 0, 0]


def test_each_is_counted_for_itself_and_of_each_thing(ledger: Ledger) -> None:
    assert [ledger.take(THREE, who, NOW) for who in ("li", "wang")] == [1, 1]
    assert ledger.take(Rate("others", 3, HOUR), "li", NOW) == 1


def test_what_was_had_counts_from_the_first_for_a_while(ledger: Ledger) -> None:
    ledger.take(THREE, "li", NOW)
    assert ledger.take(THREE, "li", NOW + HOUR - MINUTE) == 2
    assert ledger.take(THREE, "li", NOW + HOUR) == 1


def test_what_is_full_stays_full_for_a_while_from_the_last_on(ledger: Ledger) -> None:
    last = NOW + HOUR - MINUTE
    assert [ledger.take(THREE, "li", at) for at in (NOW, NOW, last)] == [1, 2, 3]
    assert ledger.take(THREE, "li", last + HOUR - MINUTE) == 0
    assert ledger.take(THREE, "li", last + HOUR) == 1


def test_one_of_something_is_one_for_a_while(ledger: Ledger) -> None:
    one = Rate("one", 1, HOUR)
    assert [ledger.take(one, "li", at) for at in (NOW, NOW + HOUR - MINUTE, NOW + HOUR)] == [1, 0, 1]
    assert ledger.take(one, "li", NOW + HOUR + MINUTE) == 0


def test_until_when_what_is_had_once_in_a_while_is_full(ledger: Ledger) -> None:
    assert ledger.full("one", "li", NOW) is None
    ledger.take(Rate("one", 1, HOUR), "li", NOW)
    ledger.take(Rate("one", 1, MINUTE), "li", NOW + MINUTE)
    assert ledger.full("one", "li", NOW + HOUR - MINUTE) == NOW + HOUR, "and not sooner for being asked for again"
    assert [ledger.full(what, who, NOW) for what, who in (("one", "wang"), ("other", "li"))] == [None, None]
    assert ledger.full("one", "li", NOW + HOUR) is None


def test_who_is_let_off_begins_anew_and_nobody_else(ledger: Ledger) -> None:
    for who in ("li", "wang"):
        ledger.take(THREE, who, NOW)
    ledger.let_off(THREE, "li")
    ledger.let_off(THREE, "nobody")
    assert [ledger.take(THREE, who, NOW) for who in ("li", "wang")] == [1, 2]


def test_only_what_no_longer_counts_is_forgotten(ledger: Ledger) -> None:
    ledger.take(THREE, "li", NOW)
    ledger.take(THREE, "wang", NOW + MINUTE)
    ledger.forget_taken(NOW + HOUR)
    before = NOW + HOUR - MINUTE  # by a clock that was set back, what is left would count
    assert [ledger.take(THREE, who, before) for who in ("li", "wang")] == [1, 2]


def test_of_many_at_once_none_is_let_in_beyond_a_rate(ledger: Ledger) -> None:
    with ThreadPoolExecutor(4) as pool:
        had = list(pool.map(lambda _: ledger.take(THREE, "li", NOW), range(20)))
    assert sorted(filter(None, had)) == [1, 2, 3]


def test_what_was_had_leaves_no_trace_in_the_chains(ledger: Ledger) -> None:
    ledger.take(THREE, "li", NOW)
    assert list(ledger.initiatives()) == []
    assert verify(ledger) is None
