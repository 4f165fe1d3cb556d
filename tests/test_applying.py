"""Applying a plan on the ledger in memory: in force whole or not at all, taken in once, carried on after a death."""

from dataclasses import replace
from typing import Any

import pytest

from duban.adapters.memory_ledger import MemoryLedger
from duban.applying import Author, Proposal, apply, carry_on, in_force, propose, unfinished
from duban.core.deciding.commands import Command, Refused, Verb
from duban.core.deciding.office import Office
from duban.core.ledger.entries import PLAN, SYSTEM, EntryKind, first_broken
from duban.core.planning.plan import Initiative, Step, StepRef
from duban.core.planning.snapshot import snapshot
from duban.ports import Commit, Conflict
from duban.service import Service
from tests.core.builders import day, initiative, milestone, moment, office, work
from tests.test_service import Hand

DRAFT = work("draft", home="rules", due="2024-06-14")
ISSUED = milestone("issued", "draft", home="rules")
TRAIN = work("train", "rules/issued", home="training", days=5)
WRITE = replace(DRAFT, ref=StepRef("rules", "write"), was="draft")
BY = Author("coordinator", "职责调整")


class Dead(BaseException):
    """The process was killed."""


class Mortal(MemoryLedger):
    """A ledger whose user dies before its n-th commit from now on, or right after it."""

    left: int | None = None
    after = False

    def commit(self, *commits: Commit) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                if self.after:
                    super().commit(*commits)
                raise Dead
        super().commit(*commits)


def plan(rules: tuple[Step, ...] = (DRAFT, ISSUED), training: tuple[Step, ...] = (TRAIN,), **said: Any) -> Office:
    ours = [initiative(*rules, name="rules")] if rules else []
    theirs: list[Initiative] = [initiative(*training, name="training")] if training else []
    return office(*ours, *theirs, **said)


class Bureau:
    """A bureau whose plan has been applied and looked at."""

    def __init__(self, first: Office | None = None) -> None:
        self.clock, self.ledger = Hand(moment("2024-06-03")), Mortal("p")
        self.service = Service(first or plan(), self.ledger, self.clock)
        self.apply(first or plan())
        self.tick()

    def on(self, when: str) -> "Bureau":
        self.clock.moment = moment(when)
        return self

    def apply(self, wanted: Office, author: Author = BY) -> Proposal:
        proposal, self.service = apply(in_force(replace(self.service, office=wanted)), wanted, author)
        return proposal

    def tick(self) -> None:
        while due := self.service.due():
            self.service.tick(due[0])

    def kinds(self, name: str) -> list[str]:
        return [entry.kind.value for entry in self.ledger.entries(name)]

    def stored(self) -> list[Any]:
        with self.ledger.stream() as entries:
            return list(entries)


def test_a_first_application_needs_no_reason_and_holds_the_whole_plan() -> None:
    bureau = Bureau()
    (entry,) = bureau.ledger.entries(PLAN)
    assert (entry.kind, entry.actor, entry.data["reason"]) == (EntryKind.PLAN_APPLIED, "coordinator", "职责调整")
    assert entry.data["plan"] == snapshot(plan().plan)
    assert bureau.service.office.applied == 1
    fresh = Service(plan(), MemoryLedger("p"), bureau.clock)
    assert apply(fresh, plan(), Author(SYSTEM))[0].first


def test_the_same_plan_again_stores_nothing() -> None:
    bureau = Bureau()
    before = bureau.stored()
    assert bureau.apply(plan(), Author("coordinator")).empty
    assert bureau.stored() == before


def test_what_was_applied_is_no_longer_a_difference() -> None:
    bureau, wanted = Bureau(), plan((work("draft", home="rules", due="2024-06-28"), ISSUED))
    assert not bureau.apply(wanted).empty
    assert propose(bureau.service, wanted, BY).empty


def test_until_it_is_applied_a_plan_is_not_decided_by() -> None:
    bureau = Bureau()
    edited = plan((work("draft", home="rules", due="2024-06-28"), ISSUED))
    service = in_force(replace(bureau.service, office=edited))
    assert service.office.plan.step(DRAFT.ref).due == DRAFT.due
    assert service.foresee(service.view("rules")).decision.summary.steps[0].due == day("2024-06-14")
    assert in_force(service).office is service.office


def test_a_change_is_told_to_the_initiatives_it_touches_with_who_and_why() -> None:
    bureau = Bureau().on("2024-06-05")
    bureau.apply(plan((work("draft", home="rules", due="2024-06-28"), ISSUED)))
    (entry,) = [one for one in bureau.ledger.entries("rules") if one.kind is EntryKind.REPLANNED]
    assert (entry.kind, entry.step, entry.actor, entry.day) == ("replanned", "draft", "coordinator", day("2024-06-05"))
    assert entry.data == {
        "reason": "职责调整",
        "edits": {"due": ["2024-06-14", "2024-06-28"]},
        "moved": "2024-06-14",
    }
    assert "replanned" not in bureau.kinds("training")
    assert bureau.service.due() == ("rules",), "its picture is for a tick"
    row = next(one for one in bureau.ledger.summaries() if one.initiative == "rules").steps[0]
    assert (row.due, row.original_due) == (day("2024-06-28"), day("2024-06-14"))


def test_a_change_needs_a_reason() -> None:
    bureau = Bureau()
    before = bureau.stored()
    with pytest.raises(Refused, match="理由") as refusal:
        bureau.apply(plan((work("draft", home="rules", due="2024-06-28"), ISSUED)), Author("coordinator", " "))
    assert (refusal.value.code, bureau.stored()) == ("reason-missing", before)


# Removed -------------------------------------------------------------------------------------------------------------

SMALLER = plan((work("write", home="rules"),), ())


def test_removed_steps_with_history_must_be_answered_for() -> None:
    bureau = Bureau()
    before = bureau.stored()
    with pytest.raises(Refused, match="已有办理记录的事项：rules/draft。") as refusal:
        bureau.apply(SMALLER)
    assert (refusal.value.code, bureau.stored()) == ("has-history", before)
    proposal = propose(bureau.service, SMALLER, BY)
    assert (proposal.removed, proposal.unanswered) == ((DRAFT.ref,), (DRAFT.ref,))


@pytest.mark.parametrize(
    "author", [replace(BY, cancel=("rules/draft",)), replace(BY, everything=True)], ids=["named", "all"]
)
def test_removed_steps_are_cancelled_and_their_history_stays(author: Author) -> None:
    bureau = Bureau()
    bureau.apply(SMALLER, author)
    assert bureau.kinds("rules") == [
        *("adopted", "opened", "notice-queued"),
        *("replanned", "replanned", "cancelled", "replanned", "opened", "notice-queued"),
    ]
    assert bureau.kinds("training") == ["adopted", "replanned"]
    assert first_broken(bureau.stored()) is None


def test_only_steps_that_are_removed_can_be_named() -> None:
    with pytest.raises(Refused, match="是否指 rules/draft？") as refusal:
        Bureau().apply(SMALLER, replace(BY, cancel=("rules/drat",)))
    assert refusal.value.code == "not-removed"


def test_a_name_without_a_unit_means_the_step_in_every_unit() -> None:
    surveys = tuple(work(f"survey@{unit}", home="rules") for unit in ("works", "law"))
    bureau = Bureau(plan((DRAFT, *surveys), ()))
    proposal = bureau.apply(plan((DRAFT,), ()), replace(BY, cancel=("rules/survey",)))
    assert proposal.cancelled == (StepRef("rules", "survey@works"), StepRef("rules", "survey@law"))


def test_an_initiative_that_is_gone_is_told_so() -> None:
    bureau = Bureau()
    bureau.apply(plan(training=()))
    assert bureau.kinds("training") == ["adopted", "replanned"]
    assert unfinished(bureau.service) == ()


# New and renamed -----------------------------------------------------------------------------------------------------


def test_a_new_step_opens_on_the_day_it_is_applied_and_a_new_initiative_when_it_is_looked_at() -> None:
    bureau = Bureau(plan(training=())).on("2024-07-15")
    bureau.apply(plan((DRAFT, ISSUED, work("train", home="rules"))))
    assert bureau.service.view("rules").state.step("train").opened == day("2024-07-15")
    assert "training" in bureau.service.due()


def test_a_renamed_step_keeps_its_history_and_so_does_what_waits_for_it_elsewhere() -> None:
    bureau = Bureau()
    bureau.on("2024-06-05").apply(
        plan(
            (
                WRITE,
                milestone("out", "write", home="rules", was="issued"),
            ),
            (work("train", "rules/out", home="training", days=5),),
        )
    )
    assert bureau.kinds("rules")[3:] == ["replanned", "replanned", "notice-queued"]
    assert bureau.kinds("training") == ["adopted"], "its needs are the same under another name"
    assert bureau.service.view("rules").state.step("write").opened == day("2024-06-03")
    assert {notice.step for notice in bureau.ledger.notices("rules")} == {"write"}


def test_a_deadline_that_hangs_on_a_step_renamed_elsewhere_is_not_taken_for_moved() -> None:
    hanging = work("train", home="training", due="5 working days after rules/draft")
    bureau = Bureau(plan(training=(hanging,)))
    bureau.service.act(command("submit"))
    bureau.tick()
    after = replace(work("train", home="training", due="5 working days after rules/write"), title="开展培训")
    bureau.on("2024-06-05").apply(plan((WRITE, milestone("issued", "write", home="rules")), (after,)))
    (entry,) = [one for one in bureau.ledger.entries("training") if one.kind is EntryKind.REPLANNED]
    assert entry.data["edits"] == {"title": ["train事项", "开展培训"]}
    assert "moved" not in entry.data


def command(verb: str) -> Command:
    return Command(Verb(verb), DRAFT.ref, "officer")


def test_names_from_before_the_first_application_are_stored_with_it() -> None:
    clock, ledger = Hand(moment("2024-06-03")), Mortal("p")
    Service(plan(), ledger, clock).tick("rules")
    wanted = plan((WRITE, milestone("issued", "write", home="rules")))
    _, service = apply(Service(wanted, ledger, clock), wanted, Author(SYSTEM))
    assert ledger.entries("rules")[-1].data == {"was": "draft", "name": "draft", "always": True}
    forgotten = plan((replace(DRAFT, ref=StepRef("rules", "write")), milestone("issued", "write", home="rules")))
    proposal, service = apply(service, forgotten, Author("coordinator"))
    assert proposal.empty
    assert service.view("rules").state.step("write").opened == day("2024-06-03")


# Trouble -------------------------------------------------------------------------------------------------------------

CHANGED = plan(
    (work("draft", home="rules", due="2024-06-28", owner="law"), ISSUED, work("train", home="rules")),
    (work("prepare", home="training"), replace(TRAIN, title="培训")),
)


def outcome(bureau: Bureau) -> Any:
    entries = [(e.initiative, e.kind, e.step, e.key, e.data) for e in bureau.stored() if e.initiative != PLAN]
    return sorted(map(repr, entries)), [repr(replace(one, sequence=0)) for one in bureau.ledger.summaries()]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("commits", [0, 1, 2])
def test_killed_at_any_commit_applying_again_comes_to_the_same(commits: int, after: bool) -> None:
    whole, bureau = Bureau().on("2024-06-05"), Bureau().on("2024-06-05")
    whole.apply(CHANGED)
    bureau.ledger.left, bureau.ledger.after = commits, after
    with pytest.raises(Dead):
        bureau.apply(CHANGED)
    bureau.ledger.left = None
    bureau.apply(CHANGED)
    assert outcome(bureau) == outcome(whole)
    assert len(bureau.ledger.entries(PLAN)) == 2
    assert unfinished(bureau.service) == ()


def test_killed_after_it_is_in_force_whatever_looks_next_takes_it_in_first() -> None:
    bureau = Bureau().on("2024-06-05")
    bureau.ledger.left = 1
    with pytest.raises(Dead):
        bureau.apply(CHANGED)
    bureau.ledger.left = None
    bureau.service = in_force(bureau.service)
    assert unfinished(bureau.service) == ("rules", "training")
    assert set(bureau.service.due()) == {"rules", "training"}
    bureau.on("2024-06-11").service.act(replace(command("report"), actor="clerk", progress=10))
    assert bureau.kinds("rules")[3:8] == ["replanned", "replanned", "opened", "reported", "signed"]
    assert bureau.service.view("rules").state.step("train").opened == day("2024-06-11")
    bureau.tick()
    assert unfinished(bureau.service) == ()


def test_what_was_left_undone_comes_before_another_plan() -> None:
    bureau = Bureau().on("2024-06-05")
    bureau.ledger.left = 1
    with pytest.raises(Dead):
        bureau.apply(plan((replace(DRAFT, title="起草"), ISSUED)))
    bureau.ledger.left = None
    bureau.apply(plan((replace(DRAFT, title="起草办法"), ISSUED)))
    edits = [e.data["edits"]["title"] for e in bureau.ledger.entries("rules") if e.kind is EntryKind.REPLANNED]
    assert edits == [["draft事项", "起草"], ["起草", "起草办法"]]


def test_of_two_who_apply_at_once_one_is_told_to_look_again() -> None:
    bureau = Bureau()
    stale = bureau.service
    bureau.apply(CHANGED)
    with pytest.raises(Conflict, match="apply again"):
        apply(stale, plan((replace(DRAFT, title="起草"), ISSUED)), BY)
    assert len(bureau.ledger.entries(PLAN)) == 2


def test_carrying_on_what_is_done_stores_nothing() -> None:
    bureau = Bureau()
    bureau.apply(CHANGED)
    before = bureau.stored()
    carry_on(bureau.service)
    assert bureau.stored() == before
