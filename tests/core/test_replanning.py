"""What an application of a plan says to an initiative under way, and what becomes of its steps."""

from dataclasses import replace
from typing import Any

from duban.core.days.overrides import CalendarOverrides, apply_overrides
from duban.core.deciding.recheck import recheck
from duban.core.deciding.replanning import UnderPlan, former_names, removed_with_history, replans, unjudged
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.histories import about, called_now, names_for_good
from duban.core.ledger.state import State, fold
from duban.core.ledger.steps import Deadline
from duban.core.planning.directory import Directory, DirectoryFile
from duban.core.planning.plan import Initiative, Step
from duban.core.planning.policy import LadderFile
from duban.core.planning.revision import InitiativeRevision, revision
from duban.core.telling.slips import Slip, slip
from tests.core.builders import POSTS, UNITS, Story, action, calendar, day, initiative, milestone, policy, work

BY, WHY = "coordinator", "职责调整"


class Changing(Story):
    """A story whose plan is changed by applications, which are told to it before all else."""

    def __init__(self, *steps: Step, **said: Any) -> None:
        super().__init__(*steps, **said)
        self.applied = 0

    @property
    def state(self) -> State:
        return fold(self.entries, names_for_good(self.entries, self.initiative.renamed))

    def scene(self) -> UnderPlan:
        return UnderPlan(self.look, self.state)

    def drafts(self, *steps: Step, starts: str = "") -> tuple[Draft, ...]:
        """What an application of these steps says."""
        old, before, keys = self.office.plan, self.scene(), {entry.key for entry in self.entries if entry.key}
        self.replanned(*steps)
        if starts:
            self.office = replace(self.office, plan=replace(self.office.plan, starts=day(starts)))
        found = revision(old, self.office.plan).initiatives
        here = old.initiatives["here"], self.initiative
        one = found[0] if found else InitiativeRevision(*here, (), ())
        return replans(one, before, self.look, keys, by=BY, reason=WHY)

    def apply(self, *steps: Step, starts: str = "") -> "Changing":
        drafts = self.drafts(*steps, starts=starts)
        self.applied += 1
        keyed = [draft._replace(key=f"replan/{self.applied}/{number}") for number, draft in enumerate(drafts)]
        self.write(*keyed)
        self.tick()
        return self


DRAFT = work("draft", due="2024-06-14")
GONE = {"title": "draft事项", "owner": "works", "ladder": "standard", "was": None}


def told(drafts: tuple[Draft, ...]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(draft.kind.value, draft.step, {k: v for k, v in draft.data.items() if k != "reason"}) for draft in drafts]


def test_the_same_plan_says_nothing() -> None:
    assert Changing(DRAFT).drafts(DRAFT) == ()


def test_an_initiative_that_has_not_begun_is_told_nothing() -> None:
    scene = replace(Changing(DRAFT).scene(), state=fold([]))
    gone = InitiativeRevision(initiative(DRAFT), None, (), revision_of_removal())
    assert replans(gone, scene, None, (), by=BY, reason=WHY) == ()


def revision_of_removal() -> Any:
    story = Story(DRAFT, work("other"))
    old = story.office.plan
    return revision(old, story.replanned(work("other")).office.plan).initiatives[0].steps


def test_who_and_why_stand_in_every_entry() -> None:
    (draft,) = Changing(DRAFT).drafts(replace(DRAFT, title="起草"))
    assert (draft.actor, draft.data) == (BY, {"reason": WHY, "edits": {"title": ["draft事项", "起草"]}})


# Deadlines -----------------------------------------------------------------------------------------------------------


def dues(story: Story, name: str = "draft") -> tuple[str, str]:
    row = story.row(name)
    return str(row.due), str(row.original_due)


def test_a_moved_deadline_shows_the_first_one_beside_it() -> None:
    story = Changing(DRAFT).on("2024-06-05").apply(work("draft", due="2024-06-28"))
    assert dues(story) == ("2024-06-28", "2024-06-14")
    story.on("2024-06-11").apply(work("draft", due="2024-06-21"))
    assert dues(story) == ("2024-06-21", "2024-06-14")
    assert story.step("draft").moved == day("2024-06-11")


def test_a_moved_deadline_is_a_new_version_for_the_ladder() -> None:
    story = Changing(DRAFT).act("officer", "sign", "draft").on("2024-06-11 09:00")
    assert story.told("2024-06-04") == ["remind officer"]
    story.apply(work("draft", due="2024-06-28")).on("2024-06-17 09:00")
    assert story.told("2024-06-12") == []
    assert story.on("2024-06-25 09:00").told("2024-06-12") == ["remind officer"]


def test_a_deadline_moved_into_the_past_does_not_tell_everybody_at_once() -> None:
    story = Changing(work("draft", due="2024-07-31")).act("officer", "sign", "draft").on("2024-06-20 09:00")
    story.apply(work("draft", due="2024-06-14"))
    assert story.told("2024-06-04") == []
    assert story.on("2024-06-21 09:00").told("2024-06-04") == ["press officer"]


def test_a_new_deadline_ends_an_extension() -> None:
    story = Changing(DRAFT).act("officer", "extend", "draft", "等批复", to="2024-07-12").act("leader", "grant", "draft")
    assert dues(story) == ("2024-07-12", "2024-06-14")
    story.on("2024-06-05").apply(work("draft", due="2024-06-28"))
    assert dues(story) == ("2024-06-28", "2024-06-14")


def test_an_extension_stays_where_the_plan_leaves_the_deadline_alone() -> None:
    story = Changing(DRAFT).act("officer", "extend", "draft", "等批复", to="2024-07-12").act("leader", "grant", "draft")
    story.apply(replace(DRAFT, title="起草"))
    assert dues(story) == ("2024-07-12", "2024-06-14")


def test_days_of_suspension_before_the_change_do_not_push_the_new_deadline() -> None:
    story = Changing(DRAFT).on("2024-06-05").act("head", "suspend", "draft", "等意见").on("2024-06-11")
    story.act("head", "resume", "draft").on("2024-06-12").apply(work("draft", due="2024-06-28"))
    assert dues(story) == ("2024-06-28", "2024-06-14")


def test_where_nothing_but_the_first_day_of_the_plan_moves_deadlines_move_with_it() -> None:
    story = Changing(work("draft", due="120 working days after start"), starts="2024-01-02")
    assert dues(story)[0] == "2024-06-26"
    story.apply(work("draft", due="120 working days after start"), starts="2024-01-09")
    assert dues(story) == ("2024-07-03", "2024-06-26")


def test_a_deadline_that_was_not_set_yet_has_no_first_one() -> None:
    story = Changing(DRAFT, work("issue", "draft", due="5 working days after draft"))
    story.apply(DRAFT, work("issue", "draft", due="8 working days after draft"))
    story.on("2024-06-05").act("officer", "submit", "draft")
    assert dues(story, "issue") == ("2024-06-18", "2024-06-18")


def test_a_deadline_by_duration_moves_with_the_duration() -> None:
    story = Changing(work("draft", days=5)).apply(work("draft", days=8))
    assert dues(story) == ("2024-06-14", "2024-06-11")


def test_finished_work_stays_as_it_is() -> None:
    story = Changing(DRAFT).act("officer", "submit", "draft").on("2024-06-20")
    before = story.step("draft")
    story.apply(work("draft", due="2024-07-31", owner="law"))
    assert story.step("draft") == before
    assert story.status == {"draft": "done"}


# Owners and reviewers ------------------------------------------------------------------------------------------------


def test_a_new_owner_gets_what_is_open_and_signs_for_it() -> None:
    story = Changing(DRAFT).act("officer", "sign", "draft").on("2024-06-05").apply(replace(DRAFT, owner="law"))
    assert story.status == {"draft": "open"}
    assert story.told("2024-06-05") == ["assign clerk", "change officer", "change clerk"]
    story.act("clerk", "sign", "draft")


def test_a_hand_over_stays_unless_the_plan_says_otherwise() -> None:
    story = Changing(DRAFT).act("leader", "hand-over", "draft", "职责调整", to="law").act("clerk", "sign", "draft")
    story.apply(replace(DRAFT, title="起草"))
    assert (story.step("draft").owner, story.status) == ("law", {"draft": "working"})
    story.on("2024-06-05").apply(replace(DRAFT, title="起草", owner="leader"))
    assert (story.step("draft").owner, story.status) == (None, {"draft": "open"})


def test_a_plan_that_follows_a_hand_over_changes_nothing_for_its_owner() -> None:
    story = Changing(DRAFT).act("leader", "hand-over", "draft", "职责调整", to="law").act("clerk", "sign", "draft")
    story.apply(replace(DRAFT, owner="law"))
    assert (story.step("draft").owner, story.status) == (None, {"draft": "working"})


def test_a_step_that_has_not_opened_is_simply_another_owners() -> None:
    story = Changing(DRAFT, work("issue", "draft")).apply(DRAFT, work("issue", "draft", owner="law"))
    assert story.step("issue").assigned is None
    assert story.act("officer", "submit", "draft").told()[-1] == "assign clerk"


def test_work_handed_in_for_a_review_that_is_no_longer_asked_for_is_done() -> None:
    story = Changing(replace(DRAFT, review="law")).on("2024-06-05").act("officer", "submit", "draft").on("2024-06-07")
    assert story.status == {"draft": "review"}
    story.apply(DRAFT)
    assert (story.status, story.step("draft").finished) == ({"draft": "done"}, day("2024-06-05"))


# Added and removed ---------------------------------------------------------------------------------------------------


def test_a_new_step_opens_on_the_day_it_is_applied() -> None:
    story = Changing(DRAFT).act("officer", "submit", "draft").on("2024-07-15")
    story.apply(DRAFT, work("train", "draft"))
    assert story.step("train").opened == day("2024-07-15")
    assert story.step("train").assigned == day("2024-07-15")


def test_a_new_milestone_only_states_a_fact() -> None:
    story = Changing(DRAFT).on("2024-06-05").act("officer", "submit", "draft").on("2024-07-15")
    story.apply(DRAFT, milestone("drafted", "draft"))
    assert story.step("drafted").finished == day("2024-06-05")


def test_a_removed_step_is_cancelled_when_it_was_begun() -> None:
    story = Changing(DRAFT, work("other"), work("last", "other"))
    assert told(story.drafts(work("other"))) == [
        ("replanned", "draft", {"removed": True}),
        ("cancelled", "draft", {"removed": True, "gone": GONE}),
        ("replanned", "last", {"removed": True}),
    ]


def test_removed_steps_with_history_are_named() -> None:
    story = Story(DRAFT, work("other"), work("last", "other"))
    old = story.office.plan
    (one,) = revision(old, story.replanned(work("other")).office.plan).initiatives
    assert [step.id for step in removed_with_history(one, story.state)] == ["draft"]


def test_a_removed_initiative_is_told_of_all_its_steps() -> None:
    story = Story(DRAFT)
    gone = InitiativeRevision(story.initiative, None, (), revision_of_all_removed(story.initiative))
    drafts = replans(gone, UnderPlan(story.look, story.state), None, (), by=BY, reason="")
    assert told(drafts) == [
        ("replanned", "draft", {"removed": True}),
        ("cancelled", "draft", {"removed": True, "gone": GONE}),
    ]


def revision_of_all_removed(gone: Initiative) -> Any:
    bare = Story(*gone.steps.values()).office.plan
    return revision(bare, replace(bare, initiatives={})).initiatives[0].steps


def test_a_finished_step_that_is_removed_is_not_cancelled() -> None:
    story = Changing(DRAFT, work("other")).act("officer", "submit", "draft").apply(work("other"))
    assert not story.step("draft").cancelled
    assert story.apply(DRAFT, work("other")).status["draft"] == "done"


def test_a_step_that_comes_back_begins_anew() -> None:
    story = Changing(DRAFT, work("other")).act("officer", "sign", "draft").on("2024-06-05").apply(work("other"))
    assert (story.step("draft").removed, story.step("draft").closed_by) == (True, BY)
    story.on("2024-06-11 09:00").apply(DRAFT, work("other"))
    assert story.status["draft"] == "open"
    assert story.step("draft").opened == day("2024-06-11")
    assert story.told("2024-06-11") == ["assign officer", "remind officer"]
    keys = [entry.key for entry in story.entries if entry.key]
    assert len(keys) == len(set(keys))


def test_a_step_cancelled_by_a_person_stays_so_though_the_plan_takes_it_out_and_back() -> None:
    story = Changing(DRAFT, work("other")).act("leader", "cancel", "draft", "合并")
    assert story.apply(work("other")).apply(DRAFT, work("other")).status["draft"] == "cancelled"


# Renamed -------------------------------------------------------------------------------------------------------------


def test_a_chain_of_renames_keeps_the_whole_history() -> None:
    story = Changing(DRAFT).act("officer", "sign", "draft").on("2024-06-11 09:00")
    story.apply(work("write", due="2024-06-14", was="draft")).act("officer", "report", "write", "一半", progress=50)
    story.apply(work("outline", due="2024-06-14", was="write")).apply(work("outline", due="2024-06-14"))
    step = story.step("outline")
    assert (step.signed, step.progress, step.name) == (day("2024-06-03"), 50, "draft")
    assert {notice.step for notice in story.state.notices.values()} == {"outline"}
    assert story.on("2024-06-17 09:00").told("2024-06-11") == ["remind officer", "press officer"]


def test_an_id_may_be_given_to_another_step_once_its_bearer_is_renamed() -> None:
    story = Changing(DRAFT).act("officer", "submit", "draft").on("2024-06-05")
    story.apply(work("write", due="2024-06-14", was="draft"))
    story.apply(work("write", due="2024-06-14"), DRAFT)
    assert story.status == {"write": "done", "draft": "open"}
    keys = [entry.key for entry in story.entries if entry.key]
    assert len(keys) == len(set(keys))
    assert story.on("2024-06-11 09:00").told("2024-06-05") == ["assign officer", "remind officer"]


def test_a_step_may_take_the_id_of_one_that_was_removed() -> None:
    story = Changing(DRAFT, work("other")).on("2024-06-05").apply(work("other"))
    story.apply(work("draft", was="other")).act("officer", "submit", "draft")
    assert story.status == {"draft": "done"}
    keys = [entry.key for entry in story.entries if entry.key]
    assert len(keys) == len(set(keys))


def test_names_from_before_the_first_application_are_kept_for_good() -> None:
    """The files told of the rename, and steps went on under both names, before anything was applied."""
    story = Changing(DRAFT).act("officer", "sign", "draft").replanned(work("write", due="2024-06-14", was="draft"))
    story.act("officer", "report", "write", "一半", progress=50)
    drafts = former_names(story.initiative.steps.values(), {entry.step for entry in story.entries}, BY)
    assert told(drafts) == [("replanned", "write", {"was": "draft", "name": "draft", "always": True})]
    assert former_names(story.initiative.steps.values(), {"other"}, BY) == ()
    story.write(*drafts).apply(work("outline", due="2024-06-14", was="write")).apply(work("outline", due="2024-06-14"))
    step = story.step("outline")
    assert (step.signed, step.progress, step.name) == (day("2024-06-03"), 50, "draft")
    assert [entry.kind.value for entry in about(story.entries, "outline")][:4] == [
        "opened",
        "notice-queued",
        "signed",
        "reported",
    ]


def test_what_is_told_of_a_step_is_about_it_alone() -> None:
    story = Changing(DRAFT).act("officer", "sign", "draft").apply(work("write", due="2024-06-14", was="draft"))
    story.apply(work("write", due="2024-06-14"), DRAFT).act("officer", "report", "draft", "开始", progress=5)
    assert [entry.kind.value for entry in about(story.entries, "write") if entry.actor == "officer"] == ["signed"]
    assert [e.kind.value for e in about(story.entries, "draft") if e.actor == "officer"] == ["reported", "signed"]
    assert about(story.entries, "draft", was="nothing") == about(story.entries, "draft")
    story.apply(work("write", due="2024-06-28"), DRAFT)
    assert [e.kind.value for e in about(story.entries, "write")][-1] == "replanned"


def test_an_action_that_comes_back_runs_again_unless_it_was_over() -> None:
    story = Changing(action("publish"), work("other")).apply(work("other")).apply(action("publish"), work("other"))
    assert (story.status["publish"], story.step("publish").rounds) == ("running", 1)
    story.happens(EntryKind.ACTION_STARTED, "publish").happens(EntryKind.ACTION_SUCCEEDED, "publish")
    assert story.status["publish"] == "done"
    story.apply(work("other")).apply(action("publish"), work("other"))
    assert story.status["publish"] == "done"


# Who hears of it ------------------------------------------------------------------------------------------------------


def under_way(*steps: Step, **said: Any) -> Changing:
    """The draft was handed to the officer of the unit `works` on the day before."""
    story = Changing(DRAFT, *steps, **said)
    story.sent().on("2024-06-04 10:00")
    return story


def changes(story: Story) -> list[str]:
    return [line.removeprefix("change ") for line in story.told() if line.startswith("change ")]


def letter(story: Story, to: str) -> Slip:
    """What is written to somebody about the change."""
    row = next(row for row in story.state.notices.values() if (row.slip, row.recipient) == ("change", to))
    return slip(story.look, recheck(story.look, story.state, row), story.entries)


def test_the_owner_of_a_removed_step_is_told_once_that_it_is_over() -> None:
    story = under_way(work("other")).apply(work("other"))
    assert changes(story) == ["officer"]
    written = letter(story, "officer")
    assert (written.change, written.step_title, written.due, written.light) == ("终止", "draft事项", "", "")
    assert written.owner_title == story.office.directory.title("works")
    assert written.reason == "coordinator岗调整计划，终止此事项：职责调整"
    assert changes(story.sent().on("2024-06-20")) == ["officer"]


def test_both_owners_are_told_of_a_step_that_the_plan_gives_to_another() -> None:
    story = under_way().apply(replace(DRAFT, owner="law"))
    assert changes(story) == ["officer", "clerk"]
    written = letter(story, "officer")
    assert (written.change, written.requirement) == ("转办", "")
    assert written.reason.startswith("coordinator岗调整计划（承办单位")
    assert letter(story, "clerk").due
    assert changes(story.sent().on("2024-06-20")) == ["officer", "clerk"]


def test_whoever_it_had_been_handed_over_to_is_told_in_the_owners_place() -> None:
    story = under_way().act("leader", "hand-over", "draft", "职责调整", to="law").sent().on("2024-06-05 10:00")
    before = len(changes(story))
    story.apply(replace(DRAFT, owner="leader"))
    assert changes(story)[before:] == ["clerk", "leader"]
    story.sent().on("2024-06-06 10:00")
    before = len(changes(story))
    story.apply(work("other"))
    assert changes(story)[before:] == ["leader"]


def test_nobody_is_told_who_was_asked_for_nothing_or_did_it() -> None:
    silent = Changing(DRAFT, work("other"), work("later", "other"), action("run")).apply(work("other"))
    assert changes(silent) == []
    mine = under_way(work("other"))
    mine.write(*(draft._replace(actor="officer") for draft in mine.drafts(work("other")))).tick()
    assert changes(mine) == []


def test_a_unit_and_a_ladder_that_went_with_the_step_stop_nothing() -> None:
    """The step was the law unit's, under a ladder of its own; the bureau has neither any more."""
    rules = policy()
    urgent = LadderFile(id="urgent", title="紧急督办", rungs=rules.ladders[0].rungs)
    rules = rules.model_copy(update={"ladders": (*rules.ladders, urgent)})
    story = Changing(replace(DRAFT, owner="law", ladder="urgent"), work("other"), rules=rules)
    story.sent().on("2024-06-04 10:00")
    story.write(*story.drafts(work("other")))
    story.office = replace(story.office, policy=policy())
    assert [call.recipient for call in story.decision.rungs if call.slip == "change"] == ["clerk"]
    known = DirectoryFile(administrator="administrator", posts=POSTS, units=[one for one in UNITS if one.id != "law"])
    story.office = replace(story.office, directory=Directory(known))
    assert not [call for call in story.decision.rungs if call.slip == "change"]


def test_ledgers_that_did_not_tell_yet_what_was_removed_or_from_whom_are_read_as_before() -> None:
    story = under_way(work("other")).act("leader", "suspend", "draft", "暂缓").sent().on("2024-06-05 10:00")
    before = changes(story)
    drafts = story.drafts(work("other"))
    story.write(*(draft._replace(data={k: v for k, v in draft.data.items() if k != "gone"}) for draft in drafts))
    assert changes(story.tick()) == before
    given = under_way()
    drafts = given.drafts(replace(DRAFT, owner="law"))
    given.write(*(draft._replace(data={k: v for k, v in draft.data.items() if k != "from"}) for draft in drafts))
    assert given.tick().told("2024-06-04") == ["assign clerk"]


def test_an_entry_is_about_its_step_by_whatever_name_this_bears_now() -> None:
    story = Changing(DRAFT).act("officer", "sign", "draft")
    first = next(entry for entry in story.entries if entry.step == "draft")
    assert called_now(story.entries, first, {}) == "draft"
    story.apply(work("write", due="2024-06-14", was="draft")).apply(work("outline", due="2024-06-14", was="write"))
    story.apply(work("outline", due="2024-06-14"), work("draft", due="2024-06-21"))
    assert called_now(story.entries, first, {}) == "outline"
    last = [entry for entry in story.entries if entry.step == "draft"][-1]
    assert called_now(story.entries, last, {}) == "draft"
    assert called_now(story.entries, first, {"outline": "paper"}) == "paper"


# Working days --------------------------------------------------------------------------------------------------------


def test_other_working_days_recount_a_deadline_and_nothing_that_is_closed() -> None:
    steps = work("draft", days=8), work("over", days=3), work("dated", due="2024-06-14")
    story = Changing(*steps).act("officer", "submit", "over")
    before = story.scene()
    resting = apply_overrides(calendar(), CalendarOverrides(holidays=tuple(map(day, ("2024-06-05", "2024-06-06")))))
    story.office = replace(story.office, calendar=resting)
    same = InitiativeRevision(story.initiative, story.initiative, (), ())
    drafts = replans(same, before, story.look, (), by=BY, reason=WHY)
    assert told(drafts) == [("replanned", "draft", {"recounted": ["2024-06-14", "2024-06-14", "2024-06-18"]})]
    story.write(*drafts).tick()
    assert dues(story) == ("2024-06-18", "2024-06-14")
    assert (story.step("draft").recounted, story.step("over").recounted) == (day("2024-06-03"), None)


def test_by_what_a_closed_step_of_an_older_ledger_is_judged_is_put_down_once() -> None:
    story = Changing(DRAFT, work("open")).happens(EntryKind.COMPLETED, "draft", day="2024-06-03")
    drafts = unjudged(story.look, story.state, BY)
    assert [(draft.step, draft.data) for draft in drafts] == [("draft", {"limit": ["2024-06-14", "2024-06-14"]})]
    story.write(*drafts).tick()
    assert story.step("draft").judged == Deadline(day("2024-06-14"), day("2024-06-14"))
    assert unjudged(story.look, story.state, BY) == ()
