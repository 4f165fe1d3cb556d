"""What a process remembers of initiatives: never more than the ledger says, whoever else writes it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from duban import remembered
from duban.adapters.memory_ledger import MemoryLedger
from duban.core.deciding.commands import Command, Verb
from duban.core.deciding.decide import decide
from duban.core.ledger.entries import Draft, Entry, EntryKind, chained
from duban.core.ledger.state import fold
from duban.core.planning.plan import StepRef
from duban.ports import Commit, Stored
from duban.service import Service
from duban.views import View
from tests.core.builders import initiative, moment, office, work

DRAFT = StepRef("rules", "draft")


@dataclass
class Hand:
    """A clock that stands."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


class Told(MemoryLedger):
    """A ledger that remembers from which entry on it was asked for them."""

    def __init__(self) -> None:
        super().__init__("p")
        self.since: list[int] = []

    def stored(self, initiative: str, steps: Collection[StepRef], since: int = 0) -> Stored:
        self.since.append(since)
        return super().stored(initiative, steps, since)


def process(ledger: MemoryLedger, name: str = "rules") -> Service:
    """The engine as a process of its own has it."""
    bureau = office(
        initiative(work("draft", home=name, due="2024-06-14"), work("issue", "draft", home=name), name=name)
    )
    return Service(bureau, ledger, Hand(moment("2024-06-03")))


def report(service: Service, progress: int = 50) -> None:
    service.act(Command(Verb.REPORT, DRAFT, "officer", "情况说明", progress=progress))


def same(view: View, other: View) -> bool:
    """Whether two processes see the same, and would decide the same."""
    seen = [
        (one.entries, one.state, one.names, one.keys, one.renewed, one.wakes, decided(one)) for one in (view, other)
    ]
    return seen[0] == seen[1]


def decided(view: View) -> tuple[object, ...]:
    made = decide(view.look, view.state, view.decided)
    return made.drafts, made.summary, made.turning, made.rows, [str(rung.key) for rung in made.rungs]


def test_a_look_reads_only_what_is_new_and_the_entry_before_it() -> None:
    ledger = Told()
    one = process(ledger)
    one.tick("rules")
    report(one)
    many = len(ledger.entries("rules"))
    ledger.since.clear()
    one.view("rules")
    report(one)
    report(one)
    assert ledger.since[1:] == [many, many]
    assert same(one.view("rules"), process(ledger).view("rules"))


def test_what_another_process_wrote_is_seen_at_the_next_look() -> None:
    ledger = MemoryLedger("p")
    one, other = process(ledger), process(ledger)
    for service, progress in ((one, 10), (other, 30), (one, 50), (other, 70)):
        report(service, progress)
        assert same(one.view("rules"), other.view("rules"))
        assert one.view("rules").state.step("draft").progress == progress


@pytest.mark.parametrize("kept", [1, 3], ids=["shorter than what is remembered", "as long, with other entries"])
def test_a_ledger_that_was_restored_from_a_backup_is_read_anew(kept: int) -> None:
    one = process(MemoryLedger("p"))
    one.tick("rules")
    report(one)
    restored = MemoryLedger("p")
    process(restored).tick("rules")
    for _ in range(kept):
        report(process(restored), 90)
    back = replace(one, ledger=restored)
    assert same(back.view("rules"), process(restored).view("rules"))
    report(back, 95)
    assert back.view("rules").state.step("draft").progress == 95


def test_an_emptied_ledger_is_read_anew() -> None:
    one = process(MemoryLedger("p"))
    one.tick("rules")
    assert replace(one, ledger=MemoryLedger("p")).view("rules").entries == ()


def test_a_rename_holds_for_what_is_remembered_too() -> None:
    ledger = MemoryLedger("p")
    one = process(ledger)
    report(one)
    view = one.view("rules")
    told = Draft(EntryKind.REPLANNED, "draft", data={"was": "old", "always": True})
    ledger.commit(Commit("rules", _following(view, Draft(EntryKind.REPORTED, "old", data={"progress": 80}), told)))
    assert one.view("rules").state == fold(ledger.entries("rules"), {"old": "draft"})
    assert same(one.view("rules"), process(ledger).view("rules"))


def test_what_counts_no_longer_is_forgotten_too() -> None:
    ledger = MemoryLedger("p")
    one = process(ledger)
    one.tick("rules")
    report(one)
    view = one.view("rules")
    told = Draft(EntryKind.DISREGARDED, data={"entries": [[1, len(view.entries)]]})
    ledger.commit(Commit("rules", _following(view, told)))
    assert one.view("rules").state.step("draft").opened is None
    assert one.view("rules").renewed
    assert same(one.view("rules"), process(ledger).view("rules"))
    report(one, 60)
    assert same(one.view("rules"), process(ledger).view("rules"))


def _following(view: View, *drafts: Draft) -> tuple[Entry, ...]:
    return chained(drafts, plan="p", initiative="rules", after=view.state.head, at=view.look.now, day=view.look.today)


def test_another_plan_in_force_is_remembered_on_its_own() -> None:
    one = process(MemoryLedger("p"))
    one.tick("rules")
    other = replace(one, office=process(one.ledger).office)
    assert same(other.view("rules"), process(one.ledger).view("rules"))


def test_no_more_is_remembered_than_there_is_room_for_and_what_was_looked_at_last_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("a", "b", "c")
    bureau = office(*(initiative(work("draft", home=name, due="2024-06-14"), name=name) for name in names))
    ledger = Told()
    one = Service(bureau, ledger, Hand(moment("2024-06-03")))
    for name in names:
        one.tick(name)
    monkeypatch.setattr(remembered, "MOST", 2 * len(ledger.entries("a")))
    for name in ("a", "b", "a", "c"):
        one.view(name)
    ledger.since.clear()
    for name in ("a", "c", "b"):
        one.view(name)
    assert [since > 0 for since in ledger.since] == [True, True, False]


def test_what_was_decided_of_something_forgotten_meanwhile_is_not_remembered() -> None:
    one = process(MemoryLedger("p"))
    result = one.tick("rules")
    one = replace(one, memory=remembered.Memory())
    one.memory.decided(result.decision)
    assert one.view("rules").decided is None
