"""Answers of several people about one draft: each belongs to the version it judged, and one no is a no."""

from pathlib import Path

import pytest

from duban.adapters.wording import Wording
from duban.core.deciding.agenda import awaited
from duban.core.deciding.commands import Refused, Verb
from duban.core.deciding.offers import offers
from duban.core.deciding.recheck import recheck
from duban.core.ledger.entries import EntryKind
from duban.core.planning.plan import StepRef
from duban.core.planning.plan_file import StepFile
from duban.core.planning.review_file import Several, parse_review, review_written, reviewers
from duban.core.planning.revision import revision
from duban.core.planning.snapshot import restored, snapshot
from duban.core.problems import Invalid
from duban.core.telling.events import event
from duban.core.telling.revised import Names, edit_in_words, reviewers_in_words
from duban.core.telling.slips import Slip, slip
from tests.core.builders import Story, directory, initiative, milestone, period, plan, post, review, work

ALL = Several(("law", "works", "vice"), 3)
TWO = Several(("law", "works", "vice"), 2)


def refused(story: Story, actor: str, verb: str, step: str = "x", **said: str) -> str:
    with pytest.raises(Refused) as refusal:
        story.act(actor, verb, step, "情况说明", **said)
    return f"{refusal.value.code}: {refusal.value}"


def letter(story: Story, step: str, kind: str) -> Slip:
    """The slip about a step that waits to be sent."""
    rows = [row for row in story.state.notices.values() if (row.step, row.slip) == (step, kind) and row.next_try]
    return slip(story.look, recheck(story.look, story.state, rows[0]), story.entries)


# Reviews as steps of their own ---------------------------------------------------------------------------------------


def three_reviews() -> Story:
    """A draft that three judge side by side: the clerk's unit twice, and the works'."""
    steps = (review("a", "x"), review("b", "x"), review("c", "x", owner="works"), work("after", "a b c"))
    return Story(work("x"), *steps).act("officer", "submit", "x").sent()


def test_once_one_has_agreed_another_can_still_say_no() -> None:
    story = three_reviews().act("judge", "approve", "a").act("leader", "return", "b", "缺附件")
    assert story.status == {"x": "working", "a": "waiting", "b": "waiting", "c": "waiting", "after": "waiting"}


def test_an_answer_to_the_first_draft_does_not_count_for_the_second() -> None:
    story = three_reviews().act("judge", "approve", "a").act("leader", "return", "b", "缺附件")
    assert refused(story, "judge", "approve", "a").startswith("not-now")
    assert refused(story, "leader", "approve", "c").startswith("not-now"), "there is nothing to judge"
    story.on("2024-06-05").act("officer", "submit", "x")
    assert story.status == {"x": "done", "a": "open", "b": "open", "c": "open", "after": "waiting"}
    for name in "abc":
        story.act("leader", "approve", name)
    assert story.status["after"] == "open"


def test_who_had_agreed_is_told_that_it_no_longer_counts() -> None:
    story = three_reviews().act("judge", "approve", "a").act("leader", "return", "b", "缺附件")
    assert [line for line in story.told() if line.startswith("change")] == ["change clerk", "change officer"]
    upset = [entry for entry in story.entries if entry.kind is EntryKind.UPSET]
    assert [(one.step, one.data["upstream"], one.data["how"]) for one in upset] == [
        ("a", "here/x", "returned"),
        ("c", "here/x", "returned"),
    ]
    assert event(Names(story.office.directory, (story.office.plan,)), upset[0]) == (
        "leader岗退回前置事项“x事项”，须重新审核：缺附件"
    )
    told = letter(story, "a", "change")
    assert (told.change, told.recipient_title) == ("前置变动", "clerk岗")
    assert "前置事项有变动" in Wording(Path("config/notices"))(told).text


def test_reviews_one_after_another_can_all_say_no() -> None:
    story = Story(work("x"), review("a", "x"), review("b", "a"), review("c", "b x")).act("officer", "submit", "x")
    story.act("judge", "approve", "a").act("judge", "approve", "b").act("judge", "return", "c", "缺附件")
    assert story.status == {"x": "working", "a": "waiting", "b": "waiting", "c": "waiting"}
    story.act("officer", "submit", "x").act("judge", "approve", "a").act("judge", "return", "b", "再改")
    assert story.status["x"] == "working"


def test_nobody_judges_their_own_work_through_another_review() -> None:
    people = directory(post("judge", "officer", "2024-06-03..2024-06-30"))
    story = Story(work("x"), review("a", "x"), review("b", "a"), people=people).act("officer", "submit", "x")
    story.act("leader", "approve", "a")
    assert refused(story, "officer", "approve", "b").startswith("own-work")


def test_what_was_done_beside_the_review_goes_on_and_is_told() -> None:
    """As the budget beside the review of special-funds-measures."""
    beside = (work("open", "x", owner="law"), work("done", "x", owner="law"), period("wait", "x"), work("z", "wait"))
    story = Story(work("x"), review("a", "x"), *beside).act("officer", "submit", "x").sent()
    story.act("clerk", "sign", "open").act("clerk", "submit", "done").act("judge", "return", "a", "缺附件")
    assert story.status == {
        "x": "working", "a": "waiting", "open": "working", "done": "done", "wait": "elapsing", "z": "waiting"
    }  # fmt: skip
    told = {entry.step for entry in story.entries if entry.kind is EntryKind.UPSET}
    assert told == {"open", "done"}
    assert story.told()[-3:] == ["return officer", "change clerk", "change clerk"]


def test_who_went_on_from_what_is_nobodys_is_told_in_its_place() -> None:
    story = Story(work("x"), review("a", "x"), period("wait", "x", days=1), work("z", "wait", owner="law"))
    story.act("officer", "submit", "x").on("2024-06-06").act("clerk", "sign", "z").act("judge", "return", "a", "缺附件")
    assert [entry.step for entry in story.entries if entry.kind is EntryKind.UPSET] == ["z"]


def test_what_was_cancelled_or_has_not_begun_hears_nothing() -> None:
    later = work("later", "x", earliest="2024-07-01")
    story = Story(work("x"), review("a", "x"), review("b", "x"), work("off", "x"), later).act("officer", "submit", "x")
    for name in ("b", "off"):
        story.act("leader", "cancel", name, "不再需要")
    story.act("judge", "return", "a", "缺附件")
    assert story.status == {"x": "working", "a": "waiting", "b": "cancelled", "off": "cancelled", "later": "waiting"}
    assert EntryKind.UPSET.value not in story.kinds()


def test_a_suspended_review_waits_for_the_next_draft_too() -> None:
    story = three_reviews().act("leader", "suspend", "a", "等意见").act("judge", "return", "b", "缺附件")
    assert story.act("leader", "resume", "a").status["a"] == "waiting"


def test_what_a_milestone_made_known_is_not_sent_back_in_passing() -> None:
    story = Story(work("x"), review("a", "x"), milestone("m", "x")).act("officer", "submit", "x")
    assert refused(story, "judge", "return", "a").startswith("built-on: “x事项”已有后续工作（m事项）")
    there = initiative(work("a", "here/x", home="there"), name="there")
    story = Story(work("x"), review("a", "x"), beside=[there]).act("officer", "submit", "x")
    assert refused(story, "judge", "return", "a").startswith("built-on")


# Several reviewers of one step ---------------------------------------------------------------------------------------


def cosigned(review: Several) -> Story:
    return Story(work("x", review=review)).act("officer", "submit", "x")


def test_work_is_done_once_all_have_agreed() -> None:
    story = cosigned(ALL).act("judge", "approve", "x").act("vice", "approve", "x")
    assert (story.status, story.step("x").agreed) == ({"x": "review"}, ("law", "vice"))
    assert story.act("head", "approve", "x").status == {"x": "done"}


def test_work_is_done_once_so_many_have_agreed() -> None:
    assert cosigned(TWO).act("vice", "approve", "x").act("judge", "approve", "x").status == {"x": "done"}


def test_one_no_is_a_no_and_the_next_draft_is_judged_by_all() -> None:
    story = cosigned(ALL).act("judge", "approve", "x").act("vice", "approve", "x").act("head", "return", "x", "补充")
    assert (story.status, story.step("x").agreed) == ({"x": "working"}, ())
    story.act("officer", "submit", "x").act("head", "approve", "x")
    assert story.status == {"x": "review"}
    assert story.act("judge", "return", "x", "再补充").status == {"x": "working"}


def test_who_has_agreed_is_not_asked_again_and_may_still_say_no() -> None:
    story = cosigned(ALL).act("judge", "approve", "x")
    assert refused(story, "judge", "approve") == "agreed-already: 对“x事项”已审核通过，尚待head岗、vice岗审核"
    assert story.act("judge", "return", "x", "又看出问题").status == {"x": "working"}


def test_a_leader_who_is_none_of_them_decides_for_all_and_one_who_is_for_himself() -> None:
    assert cosigned(ALL).act("leader", "approve", "x").status == {"x": "done"}
    story = cosigned(Several(("law", "leader"), 2)).act("leader", "approve", "x")
    assert (story.status, story.step("x").agreed) == ({"x": "review"}, ("leader",))
    assert refused(story, "leader", "approve").startswith("agreed-already")


def test_who_stands_in_for_two_answers_for_both() -> None:
    people = directory(post("judge", "vice", "2024-06-03..2024-06-30"))
    story = Story(work("x", review=ALL), people=people).act("officer", "submit", "x").act("vice", "approve", "x")
    assert story.step("x").agreed == ("law", "vice")
    assert [entry.data["for"] for entry in story.entries if entry.kind is EntryKind.APPROVED] == [["law", "vice"]]


def test_everybody_whose_answer_is_wanted_is_asked_and_asked_again() -> None:
    story = cosigned(ALL)
    assert [line for line in story.told() if line.startswith("review")] == [
        "review judge",
        "review head",
        "review vice",
    ]
    assert letter(story, "x", "review").requirement == "办结后报法规处、建设处、vice岗会签"
    story.act("judge", "approve", "x")
    (duty,) = awaited(story.look, story.initiative.steps["x"], story.state, story.row("x").status)
    assert (duty.verb, duty.posts) == (Verb.APPROVE, ("head", "vice", "leader"))
    acts = {offer.actor for offer in offers(story.look, story.state) if offer.verb is Verb.APPROVE}
    assert acts == {"head", "vice", "leader"}


def test_fewer_reviewers_in_a_new_plan_may_already_have_agreed() -> None:
    story = cosigned(ALL).act("judge", "approve", "x").act("vice", "approve", "x").on("2024-06-05")
    story.replanned(work("x", review=Several(("law", "vice"), 2))).tick()
    assert (story.status, str(story.step("x").finished)) == ({"x": "done"}, "2024-06-03")


# As plans write it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read", "words"),
    [
        ("law", "law", "法规处"),
        (["law", "works"], Several(("law", "works"), 2), "法规处、建设处会签"),
        ({"by": ["law", "works"], "agree": 1}, Several(("law", "works"), 1), "法规处、建设处会签（1家同意即可）"),
    ],
)
def test_reviewers_as_written(written: object, read: object, words: str) -> None:
    step = StepFile.model_validate({"id": "x", "title": "起草", "kind": "work", "review": written})
    assert step.review == read
    assert review_written(step.review) == written
    assert reviewers_in_words(directory().title, step.review) == words
    assert reviewers(None) == ()


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Law", [("wrong-form", ())]),
        (7, [("wrong-type", ())]),
        (["law"], [("wrong-type", ())]),
        (["law", 7], [("wrong-type", ())]),
        ({"agree": 1}, [("wrong-type", ())]),
        (["law", "law", "L"], [("wrong-form", (2,)), ("duplicate-id", (1,))]),
        ({"by": ["law", "works"], "agree": 3}, [("out-of-range", ("agree",))]),
        ({"by": ["law", "works"], "agree": True}, [("out-of-range", ("agree",))]),
        ({"by": ["law", "works"], "needed": 1}, [("unknown-key", ("needed",))]),
    ],
)
def test_reviewers_that_cannot_be_used(written: object, found: list[tuple[str, tuple[object, ...]]]) -> None:
    with pytest.raises(Invalid) as raised:
        parse_review(written)
    assert [(fault.id, fault.at) for fault in raised.value.faults] == found


def test_a_plan_in_the_ledger_keeps_them_and_tells_what_changed() -> None:
    before, after = (plan(initiative(work("x", review=names))) for names in ("law", ALL))
    assert restored(snapshot(after)).step(StepRef("here", "x")).review == ALL
    (edit,) = next(iter(revision(before, after).steps())).edits
    names = Names(directory(), (after,))
    assert edit_in_words(names, "here", edit) == "审核人法规处改为法规处、建设处、vice岗会签"
