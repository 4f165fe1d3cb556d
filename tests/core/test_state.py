"""What entries add up to."""

from datetime import UTC, datetime
from typing import Any

import pytest

from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.keys import NoticeKey
from duban.core.ledger.notices import DELIVERIES, Delivery, NoticeRow
from duban.core.ledger.recording import CHANGES
from duban.core.ledger.state import EMPTY, fold
from duban.core.ledger.steps import NOTHING, Extension, Sent
from tests.core.builders import Story, day, moment, period, review, work

KEY = "draft/2024-06-14/remind/officer"
QUEUED = {
    "notice": KEY,
    "rung": "remind",
    "slip": "remind",
    "post": "officer",
    "recipient": "officer",
    "next_try": "2024-06-11T09:00:00+08:00",
}
AGAIN = "2024-06-11T09:10:00+08:00"


def test_every_kind_of_entry_is_known() -> None:
    assert set(CHANGES) == set(EntryKind)
    assert set(DELIVERIES.values()) == set(Delivery)


def test_nothing_has_happened_to_a_step_without_entries() -> None:
    assert EMPTY.step("draft") is NOTHING
    assert fold([]) == EMPTY
    assert not NOTHING.closed
    assert NOTHING.assigned is None


def test_the_head_is_the_last_entry_and_the_adoption_the_first() -> None:
    story = Story(work("draft")).on("2024-06-05").write(Draft(EntryKind.ADOPTED))
    assert story.state.head == story.entries[-1]
    assert story.state.adopted == moment("2024-06-03")


def test_a_step_as_its_entries_tell_it() -> None:
    story = Story(work("draft", due="2024-06-14", review="law"))
    story.on("2024-06-04").act("officer", "sign", "draft")
    story.on("2024-06-05").act("officer", "extend", "draft", "等批复", to="2024-06-28")
    step = story.step("draft")
    assert (step.opened, step.signed, step.answered) == (day("2024-06-03"), day("2024-06-04"), day("2024-06-05"))
    assert step.asked == Extension("officer", day("2024-06-05"), day("2024-06-28"), late=False, reason="等批复")
    story.on("2024-06-06").act("leader", "grant", "draft")
    story.on("2024-06-07").act("officer", "submit", "draft", evidence=("送审稿",))
    step = story.step("draft")
    assert (step.extended_to, step.granted, step.answer) == (day("2024-06-28"), day("2024-06-06"), day("2024-06-06"))
    assert (step.submitted, step.answered, step.submitter) == (day("2024-06-07"), day("2024-06-07"), "officer")
    assert (step.evidence, step.progress) == (("送审稿",), 100)


def test_a_spell_of_suspension_counts_until_the_day_it_ends() -> None:
    story = Story(work("draft")).on("2024-06-05").act("head", "suspend", "draft", "等意见")
    assert story.step("draft").suspended == day("2024-06-05")
    story.on("2024-06-07").act("head", "resume", "draft")
    assert story.step("draft").suspended is None
    assert story.step("draft").excluded == ((day("2024-06-05"), day("2024-06-07")),)


def test_the_present_owner_was_given_the_step_when_it_was_found_open_or_handed_over() -> None:
    story = Story(work("draft"), period("notice", days=2), work("next", "notice"))
    assert story.step("draft").assigned == day("2024-06-03")
    story.on("2024-06-05").act("leader", "hand-over", "draft", "职责调整", to="law")
    assert story.step("draft").assigned == day("2024-06-05")
    story.on("2024-06-14")
    assert (story.step("next").opened, story.step("next").assigned) == (day("2024-06-05"), day("2024-06-14"))


def test_a_reopened_review_begins_anew() -> None:
    story = Story(work("draft"), review("check", "draft")).act("officer", "submit", "draft")
    story.act("clerk", "extend", "check", "等批复", to="2024-06-28")
    story.act("judge", "return", "check", "补充说明")
    check, draft = story.step("check"), story.step("draft")
    assert (check.opened, check.signed, check.asked, check.rounds) == (None, None, None, 1)
    assert (draft.finished, draft.closed_by, draft.returned, draft.rounds) == (None, "", day("2024-06-03"), 1)


def test_the_tries_of_an_action_are_counted() -> None:
    story = Story(work("x")).write(Draft(EntryKind.ACTION_STARTED, "x"))
    assert (story.step("x").running, story.step("x").tries) == (True, 1)
    story.write(Draft(EntryKind.ACTION_FAILED, "x", data={"final": False}), Draft(EntryKind.ACTION_STARTED, "x"))
    assert (story.step("x").running, story.step("x").tries, story.step("x").failed) == (True, 2, None)
    story.write(Draft(EntryKind.ACTION_FAILED, "x", data={"final": True}))
    assert (story.step("x").running, story.step("x").failed) == (False, day("2024-06-03"))
    story.write(Draft(EntryKind.ACTION_STARTED, "x"), Draft(EntryKind.ACTION_SUCCEEDED, "x"))
    assert (story.step("x").running, story.step("x").succeeded) == (False, day("2024-06-03"))


# Notices -------------------------------------------------------------------------------------------------------------


def notice(*drafts: tuple[EntryKind, dict[str, Any]]) -> NoticeRow:
    """The notice after entries about it, the first of which queues it."""
    story = Story(work("draft"), on="2024-06-11")
    story.write(Draft(EntryKind.NOTICE_QUEUED, "draft", data=QUEUED))
    story.write(*(Draft(kind, "draft", data={"notice": KEY, **data}) for kind, data in drafts))
    return story.state.notice(KEY)


CLAIMED = (EntryKind.NOTICE_CLAIMED, {"next_try": AGAIN})
DIED = (EntryKind.NOTICE_DEAD, {"outcome": "拒收"})
PUT_BACK = (EntryKind.NOTICE_REVIVED, {"next_try": AGAIN, "tries": 0, "digest": "", "reason": "地址已更正"})
SENT = (EntryKind.NOTICE_SENT, {"slip": "remind", "recipient": "officer", "outcome": "已入信箱"})


@pytest.mark.parametrize(
    ("drafts", "delivery", "tries", "waits", "outcome"),
    [
        ([], Delivery.QUEUED, 0, True, ""),
        ([CLAIMED], Delivery.SENDING, 1, True, ""),
        ([CLAIMED, SENT], Delivery.SENT, 1, False, "已入信箱"),
        ([CLAIMED, (EntryKind.NOTICE_REFUSED, {"next_try": AGAIN, "outcome": "拒收"})], "retrying", 1, True, "拒收"),
        ([CLAIMED, CLAIMED], Delivery.SENDING, 2, True, ""),
        ([CLAIMED, DIED], Delivery.DEAD, 1, False, "拒收"),
        ([CLAIMED, (EntryKind.NOTICE_DROPPED, {"outcome": "已办结"})], Delivery.DROPPED, 1, False, "已办结"),
        ([CLAIMED, (EntryKind.NOTICE_DROPPED, {}), (EntryKind.NOTICE_QUEUED, QUEUED)], Delivery.QUEUED, 1, True, ""),
        ([CLAIMED, (EntryKind.NOTICE_POSTPONED, {"next_try": AGAIN, "outcome": "忙"})], "queued", 0, True, "忙"),
        ([(EntryKind.NOTICE_POSTPONED, {"next_try": AGAIN, "outcome": "晚到"})], "queued", 0, True, "晚到"),
        ([CLAIMED, DIED, PUT_BACK], Delivery.QUEUED, 0, True, "拒收"),
        ([CLAIMED, DIED, PUT_BACK, CLAIMED], Delivery.SENDING, 1, True, "拒收"),
        ([CLAIMED, DIED, PUT_BACK, CLAIMED, DIED], Delivery.DEAD, 1, False, "拒收"),
    ],
    ids=[
        *("queued", "claimed", "sent", "refused", "claimed again", "dead", "dropped", "queued again"),
        *("put off", "put off unclaimed", "revived", "revived and claimed", "revived and dead again"),
    ],
)
def test_how_far_a_notice_has_come(
    drafts: list[tuple[EntryKind, dict[str, Any]]], delivery: Delivery, tries: int, waits: bool, outcome: str
) -> None:
    row = notice(*drafts)
    assert (row.delivery, row.tries, row.next_try is not None, row.outcome) == (delivery, tries, waits, outcome)
    assert (row.ended_at is None) == waits
    assert (row.step, row.rung, row.slip, row.recipient) == ("draft", "remind", "remind", "officer")


def test_a_letter_that_was_sent_is_part_of_the_history_of_its_step() -> None:
    story = Story(work("draft")).sent()
    assert story.step("draft").history == (Sent(day("2024-06-03"), "assign", "officer"),)
    assert story.state.notice("draft/opened-2024-06-03/assign/officer").ended_at == datetime(2024, 6, 3, 1, tzinfo=UTC)


def test_skipped_rungs_are_remembered() -> None:
    story = Story(work("draft", due="2024-05-31"))
    assert story.step("draft").skipped == {NoticeKey.parse("draft/2024-05-31/remind/officer")}


def test_a_renamed_step_keeps_what_happened_to_it() -> None:
    story = Story(work("draft")).act("officer", "report", "draft", "已起草", progress=40)
    story.replanned(work("outline", was="draft"))
    assert story.step("outline").progress == 40
    assert story.tick().kinds().count("opened") == 1
    assert {row.step for row in story.state.notices.values()} == {"outline"}


def test_folding_goes_on_from_a_state() -> None:
    story = Story(work("draft")).act("officer", "sign", "draft").sent()
    for cut in range(len(story.entries) + 1):
        assert fold(story.entries[cut:], start=fold(story.entries[:cut])) == story.state


def test_a_notice_that_nothing_tells_of_is_unknown() -> None:
    with pytest.raises(KeyError, match="draft/2024-05-31/press/officer"):
        Story(work("draft")).state.notice("draft/2024-05-31/press/officer")
