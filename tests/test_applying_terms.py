"""Days, people and rules are in force as they were applied: what they move is shown first, and recorded with a name."""

from dataclasses import replace
from typing import Any

import pytest

from duban.adapters.memory_ledger import MemoryLedger
from duban.applying import apply, differing, in_force, propose, unfinished
from duban.core.days.overrides import CalendarOverrides, apply_overrides
from duban.core.days.workdays import WorkCalendar
from duban.core.deciding.commands import Command, Refused, Verb
from duban.core.deciding.office import Office
from duban.core.ledger.entries import PLAN, SYSTEM, Draft, Entry, EntryKind, chained, first_broken
from duban.core.ledger.summary import StepRow
from duban.core.planning.directory import OfficeUnit
from duban.core.planning.plan import StepRef
from duban.core.planning.snapshot import fingerprint, snapshot
from duban.core.problems import BadInput
from duban.ports import Commit
from duban.service import Service
from tests.core.builders import RUNGS, calendar, day, directory, milestone, moment, policy, post, rung, work
from tests.test_applying import BY, Bureau, Mortal, plan
from tests.test_service import Hand

STEPS = (
    work("late", home="rules", days=3),
    work("open", home="rules", days=8),
    work("dated", home="rules", due="2024-06-14"),
    milestone("issued", "dated", home="rules"),
)


def resting(*days: str) -> WorkCalendar:
    named = tuple(map(day, days))
    return apply_overrides(calendar(), CalendarOverrides(holidays=named))


def files(*days: str, **said: Any) -> Office:
    """The bureau as its files have it: with days off of its own, and more that is changed."""
    return replace(plan(STEPS), calendar=resting(*days), **said)


def under_way() -> Bureau:
    """Three days from the 3rd are over on the 6th: what is closed on the 12th was late by three working days."""
    bureau = Bureau(files())
    bureau.on("2024-06-12").service.act(Command(Verb.SUBMIT, StepRef("rules", "late"), "officer"))
    bureau.tick()
    return bureau


def rows(bureau: Bureau) -> dict[str, StepRow]:
    view = bureau.service.view("rules")
    return {row.step: row for row in bureau.service.foresee(view).decision.summary.steps}


def looks(bureau: Bureau, wanted: Office) -> Service:
    """The service of a process that begins now, and whose files are these."""
    return in_force(Service(wanted, bureau.ledger, bureau.clock))


HOLIDAY = ("2024-06-05", "2024-06-06", "2024-06-13")


# Calendars -----------------------------------------------------------------------------------------------------------


def test_a_holiday_that_is_entered_and_not_applied_moves_nothing() -> None:
    bureau = under_way()
    before = rows(bureau)
    bureau.service = looks(bureau, files(*HOLIDAY))
    assert rows(bureau) == before
    assert bureau.service.office.calendar == calendar()


def test_a_difference_shows_the_days_and_which_open_steps_they_move() -> None:
    bureau = under_way()
    before = bureau.stored()
    proposal = propose(bureau.service, files(*HOLIDAY), BY)
    assert not proposal.empty
    assert [edit.field for edit in proposal.altered] == [f"calendar.{one}" for one in HOLIDAY]
    assert [(str(move.step), move.what, move.before, move.after) for move in proposal.consequences().moves] == [
        ("rules/open", "due", (("2024-06-14",),), (("2024-06-19",),)),
        ("rules/open", "rung", (("2024-06-17", "press", "officer"),), (("2024-06-14", "remind", "officer"),)),
    ]
    assert bureau.stored() == before, "showing stores nothing"


def test_a_calendar_that_is_applied_is_recorded_with_who_and_why_and_every_step_it_moves() -> None:
    bureau = under_way()
    bureau.apply(files(*HOLIDAY))
    entry = bureau.ledger.entries(PLAN)[-1]
    assert (entry.sequence, entry.actor, entry.data["reason"], entry.day) == (
        2,
        "coordinator",
        "职责调整",
        day("2024-06-12"),
    )
    assert [field for field, *_ in entry.data["altered"]] == [f"calendar.{one}" for one in HOLIDAY]
    assert ["rules/open", "due", [["2024-06-14"]], [["2024-06-19"]]] in entry.data["moves"]
    told = [one for one in bureau.ledger.entries("rules") if one.kind is EntryKind.REPLANNED]
    assert [(one.step, one.actor, one.data) for one in told] == [
        ("open", "coordinator", {"reason": "职责调整", "recounted": ["2024-06-14", "2024-06-14", "2024-06-19"]})
    ]
    with bureau.ledger.stream() as entries:
        assert first_broken(entries) is None


def test_what_is_closed_stays_as_it_was_judged_and_what_is_open_is_counted_anew() -> None:
    bureau = under_way()
    before = rows(bureau)
    bureau.apply(files(*HOLIDAY))
    after = rows(bureau)
    assert after["late"] == before["late"]
    assert (after["late"].due, after["late"].original_due) == (day("2024-06-06"), day("2024-06-06"))
    assert (after["open"].due, after["open"].original_due) == (day("2024-06-19"), day("2024-06-14"))
    assert (after["dated"].due, after["dated"].original_due) == (day("2024-06-14"), day("2024-06-14"))
    assert propose(bureau.service, files(*HOLIDAY), BY).empty
    assert looks(bureau, files()).office.calendar == resting(*HOLIDAY)


def test_an_extension_and_a_suspension_outlast_another_calendar() -> None:
    bureau = Bureau(files())
    act = [
        (Verb.SUSPEND, "dated", "head", {"reason": "停电"}),
        (Verb.EXTEND, "open", "officer", {"reason": "等批复", "to": "2024-06-21"}),
        (Verb.GRANT, "open", "leader", {}),
    ]
    for verb, step, actor, said in act:
        bureau.service.act(Command(verb, StepRef("rules", step), actor, **said))
    bureau.on("2024-06-05").service.act(Command(Verb.RESUME, StepRef("rules", "dated"), "head"))
    assert (rows(bureau)["dated"].due, rows(bureau)["open"].due) == (day("2024-06-18"), day("2024-06-21"))
    bureau.apply(files("2024-06-04", "2024-06-17"))
    after = rows(bureau)
    assert after["open"].due == day("2024-06-21"), "a day that was granted is a day"
    assert after["open"].original_due == day("2024-06-14")
    assert after["dated"].due == day("2024-06-18"), "one day of rest was none of work, one more is to come"
    assert (after["late"].due, after["late"].original_due) == (day("2024-06-07"), day("2024-06-06"))


def test_a_release_that_knows_other_days_is_such_a_change() -> None:
    bureau = under_way()
    released = replace(files(), calendar=resting("2024-06-13"))
    assert differing(bureau.service, released) == ("calendar",)
    assert looks(bureau, released).office.calendar == calendar()
    bureau.apply(released)
    assert rows(bureau)["open"].due == day("2024-06-17")


def test_a_title_is_edited_and_a_calendar_altered_at_once_without_ending_an_extension() -> None:
    bureau = Bureau(files())
    for verb, actor, said in (
        (Verb.EXTEND, "officer", {"reason": "等", "to": "2024-06-21"}),
        (Verb.GRANT, "leader", {}),
    ):
        bureau.service.act(Command(verb, StepRef("rules", "open"), actor, **said))
    steps = (STEPS[0], replace(STEPS[1], title="另名"), work("dated", home="rules", due="2024-06-28"), STEPS[3])
    bureau.apply(replace(plan(steps), calendar=resting("2024-06-05")))
    after = rows(bureau)
    assert (after["open"].due, after["open"].original_due) == (day("2024-06-21"), day("2024-06-14"))
    assert (after["dated"].due, after["dated"].original_due) == (day("2024-06-28"), day("2024-06-14"))


# People and rules ----------------------------------------------------------------------------------------------------


def reorganised() -> Office:
    people = directory(post("chief"))
    people.file = people.file.model_copy(
        update={"units": (OfficeUnit(id="works", title="建设处", head="head", officer="chief"), people.file.units[1])}
    )
    return replace(files(), directory=type(people)(people.file))


def test_people_who_are_not_applied_are_not_asked() -> None:
    bureau = under_way()
    service = looks(bureau, reorganised())
    with pytest.raises(Refused, match="没有岗位 chief"):
        service.act(Command(Verb.SIGN, StepRef("rules", "open"), "chief"))
    proposal = propose(service, reorganised(), BY)
    moved = [move for move in proposal.consequences().moves if move.what == "people"]
    assert [(str(move.step), move.before, move.after) for move in moved] == [
        ("rules/open", (("officer",), ("head",), ("leader",)), (("chief",), ("head",), ("leader",))),
        ("rules/dated", (("officer",), ("head",), ("leader",)), (("chief",), ("head",), ("leader",))),
        ("training/train", (("officer",), ("head",), ("leader",)), (("chief",), ("head",), ("leader",))),
    ]
    bureau.apply(reorganised())
    bureau.service.act(Command(Verb.SIGN, StepRef("rules", "open"), "chief"))


def test_a_ladder_counts_once_it_is_applied_and_is_looked_at_by_everybody_then() -> None:
    bureau = under_way()
    sooner = replace(files(), policy=policy(*RUNGS[:3], rung("press", "due", 2, "owner", "press"), *RUNGS[4:]))
    service = looks(bureau, sooner)
    assert service.office.policy == files().policy
    assert differing(service, sooner) == ("escalation",)
    assert {move.what for move in propose(service, sooner, BY).consequences().moves} == {"rung"}
    bureau.apply(sooner)
    assert bureau.service.due() == ("rules", "training"), "rungs may come sooner now"
    assert [one.kind for one in bureau.ledger.entries("rules")][-1] is not EntryKind.REPLANNED


def test_another_calendar_needs_a_name_and_a_reason_as_another_plan_does() -> None:
    bureau = under_way()
    for author, code in ((replace(BY, by=""), "by-missing"), (replace(BY, reason=""), "reason-missing")):
        with pytest.raises(Refused) as refused:
            bureau.apply(files(*HOLIDAY), author)
        assert refused.value.code == code
    assert len(bureau.ledger.entries(PLAN)) == 1


def test_where_nothing_was_applied_the_files_hold() -> None:
    service = in_force(Service(files(*HOLIDAY), MemoryLedger("p"), Hand(moment("2024-06-03"))))
    assert service.office.calendar == resting(*HOLIDAY)


# Ledgers from before -------------------------------------------------------------------------------------------------


class Older:
    """A ledger whose applications hold plans alone, and whose closed steps tell no deadline."""

    def __init__(self) -> None:
        self.clock, self.ledger = Hand(moment("2024-06-03")), Mortal("p")
        bureau = files().plan
        data = {"reason": "", "hash": fingerprint(snapshot(bureau)), "plan": snapshot(bureau), "replans": {}}
        self.write(PLAN, Draft(EntryKind.PLAN_APPLIED, data=data))
        self.write("rules", Draft(EntryKind.ADOPTED, key="adopted"), *map(opened, ("late", "open", "dated")))
        self.clock.moment = moment("2024-06-12")
        self.write("rules", Draft(EntryKind.COMPLETED, "late", "officer", {"day": "2024-06-12"}))

    def write(self, chain: str, *drafts: Draft) -> None:
        now, last = self.clock.now(), self.ledger.last(chain)
        entries = chained(drafts, plan="p", initiative=chain, after=last, at=now, day=now.date())
        self.ledger.commit(Commit(chain, entries))

    def entries(self, chain: str) -> list[Entry]:
        return list(self.ledger.entries(chain))


def opened(step: str) -> Draft:
    return Draft(EntryKind.OPENED, step, data={"day": "2024-06-03"}, key=f"opened/{step}/0")


def test_the_first_look_at_a_ledger_of_old_records_its_terms_and_what_is_closed() -> None:
    older = Older()
    service = in_force(Service(files(), older.ledger, older.clock))
    first, second = older.entries(PLAN)
    assert "terms" not in first.data
    assert (second.actor, second.data["plan"], service.office.applied) == (SYSTEM, first.data["plan"], 2)
    assert unfinished(service) == ("rules",)
    service.tick("rules")
    (told,) = [one for one in older.entries("rules") if one.kind is EntryKind.REPLANNED]
    assert (told.step, told.data) == ("late", {"limit": ["2024-06-06", "2024-06-06"]})
    again = in_force(Service(files(*HOLIDAY), older.ledger, older.clock))
    assert (again.office.applied, again.office.calendar) == (2, calendar())
    _, changed = apply(again, files(*HOLIDAY), BY)
    due = {row.step: row.due for row in changed.foresee(changed.view("rules")).decision.summary.steps}
    assert due == {"late": day("2024-06-06"), "open": day("2024-06-19"), "dated": day("2024-06-14"), "issued": None}


def test_what_an_older_application_left_undone_is_taken_in_first() -> None:
    older = Older()
    said = {"rules": [["replanned", "open", {"edits": {"title": ["甲", "乙"]}}]]}
    before = older.entries(PLAN)[0].data
    older.write(PLAN, Draft(EntryKind.PLAN_APPLIED, "", "coordinator", {**before, "replans": said}))
    service = in_force(Service(files(), older.ledger, older.clock))
    assert [one.data for one in older.entries("rules") if one.kind is EntryKind.REPLANNED] == [said["rules"][0][2]]
    assert service.office.applied == 3


def test_of_two_that_look_first_at_once_one_records() -> None:
    older = Older()
    ledger, clock = older.ledger, older.clock

    real = ledger.commit

    def overtaken(*commits: Commit) -> None:
        ledger.commit = real  # type: ignore[method-assign]
        in_force(Service(files(), ledger, clock))
        real(*commits)

    ledger.commit = overtaken  # type: ignore[method-assign]
    service = in_force(Service(files("2024-06-05"), ledger, clock))
    assert len(older.entries(PLAN)) == 2
    assert service.office.calendar == calendar()


def test_a_ladder_that_an_older_application_names_and_is_gone_stops_work() -> None:
    older = Older()
    without = policy().model_copy(update={"ladders": (policy().ladders[0].model_copy(update={"id": "other"}),)})
    with pytest.raises(BadInput, match="unknown-ladder: the plan in force names the ladder 'standard'"):
        in_force(Service(replace(files(), policy=without), older.ledger, older.clock))
    assert len(older.entries(PLAN)) == 1
