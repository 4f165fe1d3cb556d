"""The round the data goes, on the ledger in memory: read, decide, store."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from duban.adapters.memory_ledger import MemoryLedger
from duban.core.deciding.commands import Command, Refused, Verb
from duban.core.ledger.entries import Draft, EntryKind, first_broken
from duban.core.ledger.summary import StepRow, Upstream
from duban.core.planning.measure_file import CsvMeasure
from duban.core.planning.plan import Initiative, StepRef
from duban.ports import Commit, Conflict
from duban.service import ACTION_TRIES, Service
from duban.turns import LONGEST, SHORTEST, TRIES
from duban.views import Result
from tests.core.builders import action, day, indicator, initiative, milestone, moment, office, period, work

DRAFT, RULES, TRAIN = StepRef("rules", "draft"), StepRef("rules", "issued"), StepRef("training", "train")


@dataclass
class Hand:
    """A clock that is set by hand."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


class Busy(MemoryLedger):
    """A ledger into which somebody else writes just before the next commits."""

    def __init__(self, plan: str) -> None:
        super().__init__(plan)
        self.others: list[Callable[[], object]] = []

    def commit(self, *commits: Commit) -> None:
        if self.others:
            self.others.pop()()
        super().commit(*commits)


class Bureau:
    """A service with the rules that training waits for, or whatever initiatives are given."""

    def __init__(self, *initiatives: Initiative) -> None:
        rules = initiative(
            work("draft", home="rules", due="2024-06-14"), milestone("issued", "draft", home="rules"), name="rules"
        )
        training = initiative(work("train", "rules/issued", home="training", days=5), name="training")
        self.clock, self.ledger = Hand(moment("2024-06-03")), Busy("p")
        self.service = Service(office(*(initiatives or (rules, training))), self.ledger, self.clock)

    def on(self, when: str) -> "Bureau":
        self.clock.moment = moment(when)
        return self

    def tick(self, *names: str) -> "Bureau":
        for name in names:
            self.service.tick(name)
        return self

    def settle(self) -> list[str]:
        """Look at what is due until nothing is; what was looked at, in order."""
        looked: list[str] = []
        while due := self.service.due():
            self.service.tick(due[0])
            looked.append(due[0])
        return looked

    def act(self, verb: str, ref: StepRef = DRAFT, actor: str = "officer", key: str | None = None) -> Result:
        return self.service.act(Command(Verb(verb), ref, actor, "情况说明", key=key))

    def kinds(self, name: str) -> list[str]:
        return [entry.kind.value for entry in self.ledger.entries(name)]

    def row(self, ref: StepRef) -> StepRow:
        summary = next(one for one in self.ledger.summaries() if one.initiative == ref.initiative)
        return next(row for row in summary.steps if row.step == ref.step)


def test_what_people_and_programs_say_is_stored_as_one_line_and_never_too_long() -> None:
    bureau = Bureau().tick("rules")
    with pytest.raises(Refused, match="最长2000字"):
        bureau.service.act(Command(Verb.REPORT, DRAFT, "officer", "长" * 200_000))
    assert bureau.service.act(Command(Verb.REPORT, DRAFT, "officer", "完成\n# 局长批示")).entries[0].data["reason"] == (
        "完成 # 局长批示"
    )
    failed = bureau.service.fail_action(DRAFT, "错误\n" + "长" * 10_000)
    assert failed is not None
    assert failed.entries[0].data["reason"] == "错误 " + "长" * 497 + "…"


# Looking -------------------------------------------------------------------------------------------------------------


def test_a_tick_stores_what_follows_and_the_next_one_adds_nothing() -> None:
    bureau = Bureau()
    first, second = bureau.service.tick("rules"), bureau.service.tick("rules")
    assert [entry.kind for entry in first.entries] == ["adopted", "opened", "notice-queued"]
    assert second.entries == ()
    assert first_broken(bureau.ledger.entries("rules")) is None
    assert [notice.rung for notice in bureau.ledger.notices("rules")] == ["assign"]


def test_what_was_never_looked_at_is_due_first_then_what_was_woken_or_whose_moment_has_come() -> None:
    bureau = Bureau()
    assert bureau.service.due() == ("rules", "training")
    bureau.tick("training", "rules")
    assert bureau.service.due() == ("training",)  # told by the rules when they are expected
    assert bureau.settle() == ["training"]
    assert bureau.service.due() == ()
    assert bureau.on("2024-06-04 00:00").service.due() == ("rules",)


def test_what_comes_into_the_plan_is_found_though_names_are_compared_once_only() -> None:
    bureau = Bureau().tick("rules", "training")
    bureau.settle()
    assert bureau.ledger.roster() != ""
    bureau.ledger.initiatives = lambda: pytest.fail("names are compared again")  # type: ignore[method-assign]
    assert bureau.service.due() == ()
    del bureau.ledger.initiatives
    more = [*bureau.service.office.plan.initiatives.values(), initiative(work("a", home="new"), name="new")]
    bureau.service = replace(bureau.service, office=office(*more))
    assert bureau.service.due() == ("new",)
    assert bureau.settle() == ["new"]


def test_everything_is_seen_as_each_initiative_is() -> None:
    bureau = Bureau().tick("rules", "training")
    bureau.on("2024-06-14").act("submit")
    for look, state in bureau.service.everything():
        view = bureau.service.view(look.initiative.id)
        assert (look.now, state) == (view.look.now, view.state)
        assert look.upstream == {ref: view.look.upstream[ref] for ref in look.initiative.upstream}


def test_what_the_plan_no_longer_has_is_not_due() -> None:
    bureau = Bureau().tick("rules", "training")
    smaller = office(initiative(work("draft", home="rules"), name="rules"))
    bureau.service = replace(bureau.service, office=smaller)
    assert "training" not in bureau.on("2024-07-01").service.due()


def test_an_unknown_initiative_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(Refused, match="没有举措 rulse：是否指 rules？") as refusal:
        Bureau().service.tick("rulse")
    assert refusal.value.code == "unknown-initiative"


def test_a_renamed_step_goes_on() -> None:
    bureau = Bureau(initiative(work("draft", home="rules"), name="rules")).tick("rules")
    bureau.act("sign")
    renamed = office(initiative(work("outline", home="rules", was="draft"), name="rules"))
    bureau.service = replace(bureau.service, office=renamed)
    assert bureau.service.view("rules").state.step("outline").signed == day("2024-06-03")
    assert bureau.service.tick("rules").entries == ()


# Acting --------------------------------------------------------------------------------------------------------------


def test_a_command_and_what_follows_from_it_are_stored_as_one() -> None:
    bureau = Bureau()
    result = bureau.act("submit")
    assert bureau.kinds("rules")[2:] == ["submitted", "signed", "completed", "opened", "completed"]
    assert result.closed == (DRAFT, RULES)
    assert result.woken == ("training",)
    assert result.decision.summary.done == 2
    assert result.decision.state.head == bureau.ledger.entries("rules")[-1]


def test_a_command_with_the_same_key_is_one_command() -> None:
    bureau = Bureau()
    assert bureau.act("report", key="form/1").entries
    assert bureau.act("report", key="form/1").entries == ()
    assert bureau.kinds("rules").count("reported") == 1
    bureau.act("report", key="form/2")
    bureau.act("report")
    bureau.act("report")
    assert bureau.kinds("rules").count("reported") == 4


def test_a_refused_command_stores_nothing() -> None:
    bureau = Bureau().tick("rules")
    before = bureau.ledger.entries("rules")
    with pytest.raises(Refused, match="不能对"):
        bureau.act("submit", actor="clerk")
    assert bureau.ledger.entries("rules") == before


def test_after_a_command_the_initiative_itself_is_due_for_a_tick() -> None:
    bureau = Bureau().tick("rules")
    assert bureau.settle() == ["training"]
    bureau.act("sign")
    assert bureau.settle() == ["rules"]


# Others who write ----------------------------------------------------------------------------------------------------


def test_who_was_slower_reads_again_and_decides_again() -> None:
    bureau = Bureau().tick("rules")
    bureau.ledger.others = [lambda: bureau.act("report")]
    bureau.act("submit")
    assert bureau.kinds("rules")[3:] == ["reported", "signed", "submitted", "completed", "opened", "completed"]


def test_the_first_stored_wins_and_the_other_is_told() -> None:
    bureau = Bureau().tick("rules")
    bureau.ledger.others = [lambda: bureau.act("submit", actor="head")]
    with pytest.raises(Refused, match="“draft事项”已办结（head岗，2024-06-03），无需再办"):
        bureau.act("submit")


def overtaken() -> None:
    raise Conflict("somebody else was quicker")


def test_who_is_always_slower_waits_between_tries_and_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("duban.turns.sleep", waits.append)
    monkeypatch.setattr("duban.turns.random", lambda: 1.0)
    bureau = Bureau().tick("rules")
    bureau.ledger.others = [overtaken] * TRIES
    with pytest.raises(Conflict, match=f"rules: others wrote {TRIES} times"):
        bureau.service.tick("rules")
    assert waits[:3] == [SHORTEST, 2 * SHORTEST, 4 * SHORTEST]
    assert waits[-1] == LONGEST


def test_many_at_once_lose_nothing() -> None:
    bureau = Bureau()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: bureau.act("report", key=f"form/{number % 4}"), range(16)))
    assert bureau.kinds("rules").count("reported") == 4
    assert bureau.kinds("rules").count("notice-queued") == 1
    assert first_broken(bureau.ledger.entries("rules")) is None


# Waiting for one another ---------------------------------------------------------------------------------------------


def test_a_milestone_wakes_who_waits_for_it_and_they_open_on_its_day() -> None:
    bureau = Bureau().tick("rules", "training")
    bureau.on("2024-06-05").act("submit")
    assert "training" in bureau.on("2024-06-12").service.due()
    bureau.settle()
    assert bureau.row(TRAIN).opened == day("2024-06-05")
    assert bureau.row(TRAIN).due == day("2024-06-13")


def test_a_wake_is_answered_by_a_tick_and_by_nothing_else() -> None:
    bureau = Bureau().tick("rules", "training")
    bureau.settle()
    bureau.act("submit")
    bureau.service.record("training", Draft(EntryKind.ACKNOWLEDGED, "train"))
    assert set(bureau.service.due()) == {"rules", "training"}
    bureau.act("sign", TRAIN)
    assert "training" in bureau.service.due()
    bureau.tick("training", "rules")
    assert bureau.service.due() == ()


def test_a_moved_forecast_wakes_who_waits() -> None:
    bureau = Bureau().tick("rules", "training")
    assert bureau.row(TRAIN).forecast == day("2024-06-18")
    bureau.on("2024-06-14").tick("rules")
    assert "training" in bureau.service.due()
    bureau.settle()
    assert bureau.row(TRAIN).forecast == day("2024-06-21")
    assert bureau.service.view("training").known == {
        RULES: Upstream(None, day("2024-06-14"), StepRef("rules", "draft"))
    }


def test_derived_rows_can_be_made_anew_from_the_entries() -> None:
    bureau = Bureau().tick("rules", "training")
    bureau.on("2024-06-05").act("submit")
    bureau.settle()
    before = bureau.ledger.summaries()
    bureau.ledger.forget_derived()
    assert bureau.ledger.summaries() == []
    bureau.settle()
    assert bureau.ledger.summaries() == before


def test_an_engine_that_was_down_catches_up() -> None:
    steps = (period("notice", home="rules", days=3), milestone("over", "notice", home="rules"))
    bureau = Bureau(
        initiative(*steps, name="rules"),
        initiative(work("train", "rules/over", home="training", days=5), name="training"),
    )
    bureau.settle()
    bureau.on("2024-06-14").settle()
    assert bureau.row(StepRef("rules", "over")).finished == day("2024-06-06")
    assert bureau.row(TRAIN).opened == day("2024-06-06")


# Recording -----------------------------------------------------------------------------------------------------------


def test_what_was_done_outside_is_recorded_once() -> None:
    bureau = Bureau()
    said = Draft(EntryKind.ACKNOWLEDGED, "draft", "officer", key="ack/1")
    result = bureau.service.record("rules", said)
    assert result
    assert [entry.kind for entry in result.entries][:1] == ["adopted"]  # what follows by itself comes first
    assert bureau.service.record("rules", said) is None
    assert bureau.kinds("rules").count("acknowledged") == 1


def test_what_bears_no_key_is_recorded_each_time() -> None:
    bureau = Bureau()
    said = Draft(EntryKind.ACKNOWLEDGED, "draft", "officer")
    assert bureau.service.record("rules", said)
    assert bureau.service.record("rules", said)
    assert bureau.kinds("rules").count("acknowledged") == 2


# Actions -------------------------------------------------------------------------------------------------------------

PUBLISH = StepRef("rules", "publish")


def publishing() -> Bureau:
    return Bureau(initiative(action("publish", home="rules"), name="rules")).tick("rules")


def test_an_action_is_run_and_ends_its_step() -> None:
    bureau = publishing()
    assert bureau.service.tick("rules").decision.actions == (PUBLISH,)
    assert bureau.service.start_action(PUBLISH) == "p/rules/publish"
    ended = bureau.service.end_action(PUBLISH, "已发布")
    assert ended
    assert ended.closed == (PUBLISH,)
    assert bureau.row(PUBLISH).status == "done"
    assert bureau.service.end_action(PUBLISH, "已发布") is None


def test_an_action_begun_and_not_ended_is_due_again_and_bears_the_same_key() -> None:
    bureau = publishing()
    keys = {bureau.service.start_action(PUBLISH) for _ in range(2)}
    assert keys == {"p/rules/publish"}
    assert bureau.service.due() == ("rules",)
    assert bureau.service.tick("rules").decision.actions == (PUBLISH,)


def test_an_action_fails_for_good_after_its_last_try_and_runs_again_when_resumed() -> None:
    bureau = publishing()
    for number in range(1, ACTION_TRIES + 1):
        assert bureau.row(PUBLISH).status == "running"
        bureau.service.start_action(PUBLISH)
        assert bureau.service.fail_action(PUBLISH, f"超时{number}")
        assert bureau.service.fail_action(PUBLISH, "再次报告") is None
    assert bureau.row(PUBLISH).status == "failed"
    assert [notice.rung for notice in bureau.ledger.notices("rules")] == ["failure"]
    bureau.act("resume", PUBLISH, "leader")
    assert bureau.service.tick("rules").decision.actions == (PUBLISH,)
    bureau.service.start_action(PUBLISH)
    bureau.service.fail_action(PUBLISH, "又超时")
    assert [notice.rung for notice in bureau.ledger.notices("rules")] == ["failure", "failure"]


# Indicators ----------------------------------------------------------------------------------------------------------

CASES = StepRef("rules", "cases")
WEEKLY = CsvMeasure(by="csv", file="var/cases.csv", take="count")


def counting() -> Bureau:
    return Bureau(initiative(indicator("cases", home="rules", measure=WEEKLY), name="rules")).tick("rules")


def test_an_indicator_is_measured_once_for_a_period_and_ends_at_its_target() -> None:
    bureau = counting()
    assert bureau.service.tick("rules").decision.measures == ((CASES, "2024-w23"),)
    assert bureau.service.due() == ("rules",), "until it has been measured"
    assert bureau.service.end_measure(CASES, "2024-w23", 4, "csv")
    assert bureau.service.end_measure(CASES, "2024-w23", 5, "csv") is None
    bureau.tick("rules")
    assert bureau.service.due() == ()
    assert bureau.row(CASES).progress == 40
    ended = bureau.on("2024-06-11").service.end_measure(CASES, "2024-w24", 10, "csv")
    assert ended
    assert ended.closed == (CASES,)


def test_measuring_fails_for_a_period_after_its_last_try() -> None:
    bureau = counting()
    for number in range(ACTION_TRIES):
        assert bureau.service.tick("rules").decision.measures == ((CASES, "2024-w23"),)
        assert bureau.service.fail_measure(CASES, "2024-w23", f"没有表{number}")
    assert bureau.service.tick("rules").decision.measures == ()
    assert bureau.service.due() == ()
    assert bureau.row(CASES).status == "open"
    assert sorted(notice.rung for notice in bureau.ledger.notices("rules")) == ["assign", "failure"]
    assert bureau.on("2024-06-10").service.tick("rules").decision.measures == ((CASES, "2024-w24"),)


# What is taken back --------------------------------------------------------------------------------------------------


def far_and_wide() -> Bureau:
    """The rules, what trains by them, and what goes on from a milestone of the training's."""
    rules = initiative(
        work("draft", home="rules"), milestone("issued", "draft", home="rules"), work("print", "issued", home="rules"),
        name="rules",
    )  # fmt: skip
    training = initiative(
        work("train", "rules/issued", home="training", owner="law"),
        milestone("ready", "rules/issued", home="training"), work("later", "train", home="training"), name="training",
    )  # fmt: skip
    exam = initiative(work("hold", "training/ready", home="exam", owner="law"), work("alone", home="exam"), name="exam")
    bureau = Bureau(rules, training, exam)
    bureau.settle()
    bureau.act("submit")
    bureau.settle()
    return bureau


def test_whoever_has_begun_elsewhere_is_told_in_the_same_transaction() -> None:
    bureau = far_and_wide()
    bureau.service.act(Command(Verb.SIGN, TRAIN, "clerk"))
    bureau.act("reopen", actor="head")
    told = {
        name: [
            (one.step, one.data["upstream"], one.actor) for one in bureau.ledger.entries(name) if one.kind == "upset"
        ]
        for name in ("rules", "training", "exam")
    }
    assert told == {
        "rules": [("print", "rules/draft", "head")],
        "training": [("train", "rules/draft", "head")],
        "exam": [("hold", "rules/draft", "head")],
    }
    assert {"training", "exam"} <= set(bureau.settle()), "their pictures are made anew, and their letters sent"
    bureau.on("2024-06-04").settle()
    letters = [row for row in bureau.service.view("training").state.notices.values() if row.slip == "change"]
    assert [row.recipient for row in letters] == ["clerk"]
    assert bureau.row(TRAIN).status == "working"
    assert all(first_broken(bureau.ledger.entries(name)) is None for name in told)


def test_when_somebody_else_writes_there_meanwhile_it_is_all_done_again() -> None:
    bureau = far_and_wide()
    bureau.ledger.others = [lambda: bureau.service.act(Command(Verb.SIGN, TRAIN, "clerk"))]
    bureau.act("reopen", actor="head")
    assert bureau.kinds("training").count("upset") == 1
    assert bureau.kinds("rules").count("reopened") == 1
