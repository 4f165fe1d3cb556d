"""What every ledger promises about the rows derived from its entries, and about wakes."""

from dataclasses import replace
from datetime import date, timedelta

from duban.adapters.ledger_rules import verify
from duban.core.ledger.summary import Delivery, Light, Status, Upstream
from duban.core.planning.plan import StepRef
from duban.ports import Commit, Ledger
from tests.contracts.samples import (
    BRIDGES,
    MINUTE,
    NOW,
    ROADS,
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


def test_upstream_knows_the_steps_that_have_a_row(ledger: Ledger) -> None:
    done = step("draft", status=Status.DONE, finished=date(2024, 4, 2), forecast=None)
    ledger.commit(Commit(BRIDGES, (), summary(steps=(done, step("publish")))))
    ledger.commit(Commit(ROADS, (), summary(ROADS, steps=(step("survey", forecast=None),))))
    asked = [StepRef(BRIDGES, "draft"), StepRef(BRIDGES, "publish"), StepRef(ROADS, "survey"), StepRef(ROADS, "draft")]
    assert ledger.upstream(frozenset(asked)) == {
        StepRef(BRIDGES, "draft"): Upstream(date(2024, 4, 2), None),
        StepRef(BRIDGES, "publish"): Upstream(None, date(2024, 6, 28)),
        StepRef(ROADS, "survey"): Upstream(None, None),
    }
    assert ledger.upstream(()) == {}


def test_a_notice_replaces_the_one_with_its_key_and_leaves_the_others(ledger: Ledger) -> None:
    first, second = notice("a"), notice("b", queued_at=NOW + MINUTE)
    ledger.commit(Commit(BRIDGES, (), notices=(first, second)))
    ledger.commit(Commit(ROADS, (), notices=(notice("a", ROADS),)))
    sent = replace(first, delivery=Delivery.SENT, next_try=None, tries=1, outcome="送达", ended_at=NOW + MINUTE)
    ledger.commit(Commit(BRIDGES, (), notices=(sent,)))
    assert list(ledger.notices(BRIDGES)) == [sent, second]
    assert list(ledger.notices()) == [sent, notice("a", ROADS), second]


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
    entries = [append(ledger, report(), initiative=ROADS, at=NOW - MINUTE)[0], *ledger.entries(BRIDGES)]
    ledger.commit(Commit(BRIDGES, (), summary(sequence=1, look_again=None), (notice(),)))
    ledger.forget_derived()
    assert (list(ledger.summaries()), list(ledger.notices())) == ([], [])
    assert ledger.upstream([StepRef(BRIDGES, "draft")]) == {}
    assert list(ledger.due(NOW, 10)) == [ROADS, BRIDGES]
    assert [ledger.entries(entry.initiative)[0] for entry in entries] == entries


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
