"""The rules of the ladder, each a row of the table in `duban.core.deciding.ladder`; China's calendar of 2024.

The step of these stories is due on Friday 14 June, so that its rungs are: the reminder on Tuesday 11 June (Monday is
the Dragon Boat Festival), pressing on Monday 17, the head on Wednesday 19, leader and coordinator on Friday 21.
"""

from datetime import timedelta
from typing import Any

import pytest

from duban.core.deciding.recheck import recheck
from duban.core.deciding.undelivered import next_in_line
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.keys import NoticeKey
from duban.core.planning.directory import Directory
from duban.core.planning.policy import Policy
from duban.core.telling.lapses import why_lapsed
from tests.core.builders import Story, action, directory, moment, period, policy, post, review, rung, work

DUE = "2024-06-14"


def draft(**said: object) -> Story:
    """Adopted on Monday 3 June, handed out and signed for, so that nothing but the deadline presses."""
    return Story(work("draft", due=DUE, **said)).sent().act("officer", "sign", "draft")


def calls(story: Story) -> list[str]:
    """Rungs to come, as `day rung recipient`."""
    return [f"{call.moment:%m-%d %H:%M} {call.rung} {call.recipient}" for call in story.decision.rungs]


def test_a_ladder_is_climbed_rung_by_rung() -> None:
    story = draft()
    assert story.told() == ["assign officer"]
    assert calls(story) == [
        "06-11 08:30 remind officer",
        "06-17 08:30 press officer",
        "06-19 08:30 supervise head",
        "06-21 08:30 report leader",
        "06-21 08:30 report coordinator",
    ]


# Rule 1


def test_rule_1_a_rung_fires_once_however_often_one_looks() -> None:
    story = draft()
    for hour in ("08:30", "08:31", "09:00", "17:00", "23:59"):
        story.on(f"2024-06-11 {hour}").sent()
    assert story.told() == ["assign officer", "remind officer"]
    assert story.state.notices.keys() == {
        "draft/opened-2024-06-03/assign/officer",
        "draft/2024-06-14/remind/officer",
    }


def test_rule_1_a_renamed_step_keeps_its_keys() -> None:
    story = draft().on("2024-06-11")
    story.replanned(work("outline", due=DUE, was="draft")).on("2024-06-17")
    assert story.told("2024-06-11") == ["remind officer", "press officer"]
    assert "draft/2024-06-14/press/officer" in story.state.notices


# Rule 2


def test_rule_2_the_key_is_stored_before_anything_is_sent() -> None:
    story = draft().on("2024-06-11")
    queued = [entry for entry in story.entries if entry.kind is EntryKind.NOTICE_QUEUED][-1]
    assert queued.key == "notice/draft/2024-06-14/remind/officer"
    assert story.state.notice("draft/2024-06-14/remind/officer").next_try == moment("2024-06-11 09:00")


# Rule 3


@pytest.mark.parametrize(
    ("actor", "verb", "said"),
    [
        ("officer", "submit", {}),
        ("leader", "suspend", {}),
        ("leader", "hand-over", {"to": "law"}),
        ("leader", "cancel", {}),
    ],
)
def test_rule_3_what_is_overtaken_is_called_for_no_longer(actor: str, verb: str, said: dict[str, str]) -> None:
    story = draft().on("2024-06-10 23:00")
    assert "06-11 08:30 remind officer" in calls(story)
    story.act(actor, verb, "draft", "情况变化", **said)
    assert "06-11 08:30 remind officer" not in calls(story)


def test_rule_3_a_notice_dropped_before_sending_may_fire_again() -> None:
    story = draft().on("2024-06-11 18:00").sent(EntryKind.NOTICE_DROPPED).on("2024-06-12")
    assert story.told("2024-06-11") == ["remind officer", "remind officer"]
    first, again = (e.key for e in story.entries if e.kind is EntryKind.NOTICE_QUEUED and e.data["rung"] == "remind")
    assert first != again


# Rule 4

PATIENT = policy(
    rung("first", "due", -5, "owner", "remind"),
    rung("second", "due", -3, "owner", "remind"),
    rung("stern", "due", -2, "owner", "remind", stops=False),
    rung("press", "due", 1, "owner", "press"),
    rung("head", "due", 2, "owner-head", "supervise"),
    silence=3,
)


def patient() -> Story:
    """Rungs on 6, 11 and 12 June, then 17 and 18; three working days count as silence."""
    return Story(work("draft", due=DUE), rules=PATIENT)


def test_rule_4_without_an_answer_every_rung_fires() -> None:
    story = patient()
    for day in ("06-06", "06-11", "06-12", "06-17", "06-18"):
        story.on(f"2024-{day}")
    assert story.told() == ["first officer", "second officer", "stern officer", "press officer", "head head"]


def test_rule_4_an_answer_holds_higher_rungs_back_until_the_next_silence() -> None:
    story = patient().on("2024-06-06").act("officer", "acknowledge", "draft").on("2024-06-11 08:30")
    assert story.told() == ["first officer"]
    assert calls(story)[0] == "06-12 08:30 second officer"  # 7, 11 and 12 June are three working days
    assert story.on("2024-06-12").told() == ["first officer", "stern officer"]  # rule 12: both are due
    assert story.skipped() == ["second"]


def test_rule_4_an_answer_holds_higher_rungs_back_until_the_deadline_at_the_latest() -> None:
    story = patient().on("2024-06-06").on("2024-06-13").act("officer", "report", "draft", "正在征求意见")
    assert story.told() == ["first officer", "stern officer"]
    assert calls(story) == ["06-17 08:30 press officer", "06-18 08:30 head head"]


def test_rule_4_after_the_deadline_only_silence_counts() -> None:
    story = patient().on("2024-06-17").act("officer", "report", "draft", "本周办结")
    assert calls(story) == ["06-20 08:30 head head"]


def test_rule_4_some_rungs_stop_for_no_answer() -> None:
    story = patient().on("2024-06-11").act("officer", "acknowledge", "draft").on("2024-06-12")
    assert story.told() == ["second officer", "stern officer"]


def test_rule_4_an_answer_before_anybody_was_pressed_holds_nothing_back() -> None:
    story = patient().act("officer", "sign", "draft").on("2024-06-06")
    assert story.told() == ["first officer"]


def test_rule_4_what_the_former_owner_said_does_not_excuse_the_new_one() -> None:
    story = patient().on("2024-06-06").act("officer", "acknowledge", "draft")
    story.on("2024-06-07").act("leader", "hand-over", "draft", "职责调整", to="law").on("2024-06-11")
    assert story.told("2024-06-07") == ["second clerk"]


# Rule 5


def test_rule_5_a_moved_deadline_starts_a_new_version() -> None:
    story = draft().on("2024-06-11").act("officer", "extend", "draft", "等待批复", to="2024-06-28")
    story.act("leader", "grant", "draft").on("2024-06-21")
    assert story.told("2024-06-12") == []
    story.on("2024-06-25").on("2024-07-01")
    assert story.told("2024-06-12") == ["remind officer", "press officer"]
    assert "draft/2024-06-28/remind/officer" in story.state.notices


def test_rule_5_a_deadline_moved_to_and_fro_presses_nobody_twice() -> None:
    story = draft().on("2024-06-11").replanned(work("draft", due="2024-06-28")).on("2024-06-12")
    story.replanned(work("draft", due=DUE)).on("2024-06-13")
    assert story.told("2024-06-11") == ["remind officer"]


# Rule 6


def test_rule_6_the_first_load_is_silent_about_the_past() -> None:
    story = Story(work("late", due="2024-05-20"), on="2024-06-03")
    assert story.told() == ["assign officer"]
    assert story.skipped() == ["remind", "press", "supervise", "report", "report"]
    assert story.on("2024-07-01").told("2024-06-04") == ["unsigned officer"]


def test_rule_6_rungs_of_the_day_of_the_first_load_are_sent() -> None:
    assert Story(work("draft", due=DUE), on="2024-06-11 16:00").told() == ["assign officer", "remind officer"]


def test_rule_6_a_step_that_opens_late_is_pressed_from_then_on_and_not_all_at_once() -> None:
    story = Story(work("first", due="2024-06-28"), work("second", "first", due="2024-06-07"))
    story.act("officer", "sign", "first").on("2024-06-20").act("officer", "submit", "first")
    assert story.told("2024-06-20") == ["assign officer"]
    assert story.skipped() == ["remind"]
    assert [line for line in calls(story) if "unsigned" not in line] == [
        "06-21 08:30 press officer",
        "06-25 08:30 supervise head",
        "06-27 08:30 report leader",
        "06-27 08:30 report coordinator",
    ]


def test_rule_6_a_step_that_is_found_open_late_is_pressed_from_then_on() -> None:
    """The engine was down from 3 to 20 June: nobody had been asked before."""
    story = Story(period("notice", days=2), work("draft", "notice", due="2024-06-14")).on("2024-06-20")
    assert story.told() == ["assign officer"]
    assert calls(story)[:2] == ["06-21 08:30 press officer", "06-24 08:30 unsigned officer"]


def test_rule_6_work_sent_back_after_its_deadline_is_pressed_from_then_on() -> None:
    story = draft(review="law").on("2024-06-13").act("officer", "submit", "draft")
    story.on("2024-06-25").act("judge", "return", "draft", "补充说明")
    assert story.told("2024-06-25") == ["return officer"]
    assert calls(story)[0] == "06-26 08:30 press officer"


def test_rule_6_days_of_rest_count_for_no_rung() -> None:
    story = draft().on("2024-06-11").on("2024-06-18").act("leader", "suspend", "draft", "等待上级意见")
    story.on("2024-06-27").act("leader", "resume", "draft")
    assert story.told("2024-06-12") == ["press officer", "change officer", "change officer"]
    assert calls(story)[0] == "06-28 08:30 supervise head"  # three working days late, the 17th, the 27th and this


def test_rule_6_the_new_owner_is_pressed_from_the_hand_over_on() -> None:
    story = draft().on("2024-06-11").on("2024-06-17").on("2024-06-18")
    story.act("leader", "hand-over", "draft", "职责调整", to="law")
    assert story.told("2024-06-18") == ["assign clerk", "change officer", "change clerk"]
    assert "06-19 08:30 press clerk" in calls(story)
    assert not any("officer" in line for line in calls(story))


# Rule 7


@pytest.mark.parametrize(
    ("due", "looked", "told"),
    [
        ("2024-06-08", "2024-06-09", []),  # a Saturday: pressing would be on Tuesday, Monday is a holiday
        ("2024-06-08", "2024-06-10 12:00", []),
        ("2024-06-08", "2024-06-11 08:29", []),
        ("2024-06-08", "2024-06-11 08:30", ["press officer"]),
        ("2024-05-10", "2024-05-11 08:30", ["press officer"]),  # a Saturday worked for the Labour Day holiday
    ],
)
def test_rule_7_a_rung_on_a_day_off_moves_to_the_next_working_morning(due: str, looked: str, told: list[str]) -> None:
    rules = policy(rung("press", "due", 1, "owner", "press"), rung("head", "due", 2, "owner-head", "supervise"))
    assert Story(work("draft", due=due), on="2024-05-06", rules=rules).on(looked).told() == told


def test_rule_7_no_rung_is_dropped_and_none_spends_the_next() -> None:
    """Two rungs that fall on the same morning both fire, and only then."""
    rules = policy(rung("on-day", "due", 0, "owner", "remind"), rung("press", "due", 1, "owner-head", "press"))
    story = Story(work("draft", due="2024-06-08"), rules=rules).on("2024-06-10 23:59")
    assert story.told() == []
    assert story.on("2024-06-11 08:30").told() == ["on-day officer", "press head"]


@pytest.mark.parametrize(
    ("asked", "at_once", "in_the_digest"),
    [
        ("2024-06-11 08:29", "2024-06-11 08:30", "2024-06-11 09:00"),
        ("2024-06-11 09:00", "2024-06-11 09:00", "2024-06-11 09:00"),
        ("2024-06-11 09:01", "2024-06-11 09:01", "2024-06-12 09:00"),
        ("2024-06-11 17:30", "2024-06-12 08:30", "2024-06-12 09:00"),
        ("2024-06-14 20:00", "2024-06-17 08:30", "2024-06-17 09:00"),
        ("2024-06-16 10:00", "2024-06-17 08:30", "2024-06-17 09:00"),
        ("2024-06-08 10:00", "2024-06-11 08:30", "2024-06-11 09:00"),
    ],
)
def test_rule_7_nothing_is_sent_outside_working_hours(asked: str, at_once: str, in_the_digest: str) -> None:
    for immediate, sent in ((True, at_once), (False, in_the_digest)):
        review = rung("review", "submitted", 0, "reviewer", "review").model_copy(update={"immediate": immediate})
        story = Story(work("draft", due=DUE, review="law"), rules=policy(review))
        (notice,) = story.on(asked).act("officer", "submit", "draft").on(at_once).state.notices.values()
        assert (notice.next_try, notice.immediate) == (moment(sent), immediate)


def test_who_gets_a_digest_is_who_is_there_on_its_day() -> None:
    """Handed in on Monday after the digest; the judge leaves on Tuesday."""
    people = directory(post("judge", "clerk", "2024-06-04..2024-06-07"))
    for immediate, recipient in ((True, "judge"), (False, "clerk")):
        review = rung("review", "submitted", 0, "reviewer", "review").model_copy(update={"immediate": immediate})
        story = Story(work("draft", due=DUE, review="law"), rules=policy(review), people=people, on="2024-06-03 10:00")
        (notice,) = story.act("officer", "submit", "draft").state.notices.values()
        assert notice.recipient == recipient


# Rule 8

AWAY = "2024-06-03..2024-06-28"


@pytest.mark.parametrize(
    ("changed", "supervised", "reported"),
    [
        ((), "supervise head", "report leader report coordinator"),
        ((post("head", "vice", AWAY),), "supervise vice", "report leader report coordinator"),
        ((post("head", "vice", vacant=True),), "supervise vice", "report leader report coordinator"),
        (
            (post("head", "vice", AWAY), post("vice", None, AWAY)),
            "supervise leader supervise coordinator",
            "report leader report coordinator",
        ),
        ((post("leader", None, AWAY),), "supervise head", "report coordinator"),
        (
            (post("leader", None, AWAY), post("coordinator", None, AWAY)),
            "supervise head",
            "report administrator",
        ),
        ((post("leader", "coordinator", AWAY),), "supervise head", "report coordinator"),
    ],
    ids=["all there", "deputy", "vacancy", "next rung", "others of the rung", "administrator", "one for two posts"],
)
def test_rule_8_never_silence(changed: tuple, supervised: str, reported: str) -> None:  # type: ignore[type-arg]
    story = Story(work("draft", due=DUE), people=directory(*changed)).act("officer", "sign", "draft")
    assert " ".join(story.on("2024-06-17").on("2024-06-19").told("2024-06-18")) == supervised
    assert " ".join(story.on("2024-06-21").told("2024-06-20")) == reported


def test_rule_8_a_leave_that_begins_later_does_not_make_an_old_rung_fire_anew() -> None:
    people = directory(post("officer", None, "2024-06-12..2024-06-13"), post("head", None, "2024-06-12..2024-06-13"))
    story = Story(work("draft", due=DUE), people=people).act("officer", "sign", "draft").on("2024-06-11")
    assert story.on("2024-06-12").on("2024-06-13").told("2024-06-11") == ["remind officer"]


def test_rule_8_a_rung_noticed_late_goes_to_who_is_there_by_then() -> None:
    people = directory(
        post("officer", "vice", "2024-06-12..2024-06-13"), post("head", "vice", "2024-06-13..2024-06-13")
    )
    story = Story(work("draft", due=DUE), people=people).act("officer", "sign", "draft")
    assert story.on("2024-06-12").told("2024-06-11") == ["remind vice"]
    assert "draft/2024-06-14/remind/officer" in story.state.notices


def test_rule_8_a_rung_noticed_late_goes_to_the_administrator_when_nobody_is_left() -> None:
    people = directory(post("officer", None, "2024-06-12..2024-06-13"))
    story = Story(work("draft", due=DUE), people=people).act("officer", "sign", "draft")
    assert story.on("2024-06-12").told("2024-06-11") == ["remind administrator"]


# Rule 9


def test_rule_9_a_dead_notice_is_told_to_the_administrator_once() -> None:
    story = draft().on("2024-06-11").sent(EntryKind.NOTICE_DEAD)
    story.tick().tick()
    assert story.told("2024-06-11") == ["remind officer", "dead administrator"]


def test_rule_9_one_that_dies_at_night_is_told_of_in_the_morning() -> None:
    story = draft().on("2024-06-11 20:00").sent(EntryKind.NOTICE_DEAD)
    assert story.tick().told("2024-06-11") == ["remind officer"]
    assert story.on("2024-06-12 08:30").told("2024-06-12") == ["dead administrator"]


def test_rule_9_the_death_of_that_notice_is_told_to_nobody() -> None:
    story = draft().on("2024-06-11").sent(EntryKind.NOTICE_DEAD).tick().sent(EntryKind.NOTICE_DEAD)
    assert story.on("2024-06-12").told("2024-06-12") == []


LINED = directory(post("officer", "vice"), post("vice", "clerk"), post("administrator", "coordinator"))


def dying(people: Directory = LINED, rules: Policy | None = None) -> Story:
    """On 11 June the reminder to the officer reaches nobody."""
    story = Story(work("draft", due=DUE), people=people, rules=rules).act("officer", "sign", "draft").sent()
    return story.on("2024-06-11").sent(EntryKind.NOTICE_DEAD).tick()


def test_rule_9_a_dead_notice_goes_to_the_deputy_and_then_to_the_deputys() -> None:
    story = dying()
    assert story.told("2024-06-11") == ["remind officer", "remind vice"]
    assert "draft/2024-06-14/remind/officer/instead/vice" in story.state.notices
    story.tick().sent(EntryKind.NOTICE_DEAD).tick()
    assert story.told("2024-06-11") == ["remind officer", "remind vice", "remind clerk"]


def test_rule_9_once_a_deputy_has_it_nobody_else_is_told() -> None:
    story = dying().sent().on("2024-06-11 10:00").on("2024-06-12")
    assert story.told("2024-06-11") == ["remind officer", "remind vice"]


def test_rule_9_when_nobody_is_left_to_try_the_administrator_is_told() -> None:
    story = dying().sent(EntryKind.NOTICE_DEAD).tick().sent(EntryKind.NOTICE_DEAD).tick().tick()
    assert story.told("2024-06-11")[2:] == ["remind clerk", "dead administrator"]
    assert "draft/2024-06-14/remind/officer/dead" in story.state.notices


def test_rule_9_a_deputy_who_is_away_is_passed_over() -> None:
    people = directory(post("officer", "vice"), post("vice", "clerk", "2024-06-11..2024-06-11"))
    assert dying(people).told("2024-06-11") == ["remind officer", "remind clerk"]


def test_rule_9_the_deputy_of_the_day_of_the_digest_gets_it() -> None:
    people = directory(post("officer", "vice"), post("vice", "clerk", "2024-06-12..2024-06-12"))
    story = Story(work("draft", due=DUE), people=people).act("officer", "sign", "draft").sent().on("2024-06-11")
    story.on("2024-06-11 11:00").sent(EntryKind.NOTICE_DEAD).tick()  # the next digest is tomorrow's
    assert story.told("2024-06-11") == ["remind officer", "remind clerk"]


def test_rule_9_whom_the_rung_means_anyway_is_no_stand_in() -> None:
    rules = policy(rung("remind", "due", -3, "owner owner-head", "remind"))
    people = directory(post("officer", "head"), post("head", "vice"))
    story = Story(work("draft", due=DUE), people=people, rules=rules).on("2024-06-11")
    told = {"notice": "draft/2024-06-14/remind/officer", "outcome": "拒收"}
    story.happens(EntryKind.NOTICE_DEAD, "draft", **told)
    assert story.told() == ["remind officer", "remind head", "remind vice"]


def test_rule_9_what_is_answered_or_over_is_taken_to_no_deputy() -> None:
    story = Story(work("draft", due=DUE), people=LINED).act("officer", "sign", "draft").sent().on("2024-06-11")
    story.act("officer", "submit", "draft").sent(EntryKind.NOTICE_DEAD).tick()
    assert story.told("2024-06-11") == ["remind officer", "dead administrator"]


def test_rule_9_a_deputy_is_not_pressed_twice_within_the_interval() -> None:
    """The vice stands in for the head as well, and was pressed for the head on the day before."""
    rules = policy(rung("first", "due", -3, "owner-head", "remind"), rung("second", "due", -2, "owner", "remind"))
    people = directory(post("officer", "vice"), post("head", "vice", "2024-06-03..2024-06-28"))
    story = Story(work("draft", due=DUE), people=people, rules=rules).on("2024-06-11").sent()
    story.on("2024-06-12").sent(EntryKind.NOTICE_DEAD).tick()
    assert story.told() == ["first vice", "second officer"]
    assert calls(story)[0] == "06-13 08:30 second vice"


def test_rule_9_what_the_administrator_cannot_be_told_goes_to_his_deputy_and_then_to_nobody() -> None:
    people = directory(post("administrator", "coordinator"))
    story = dying(people).sent(EntryKind.NOTICE_DEAD).tick()
    assert story.told("2024-06-11") == ["remind officer", "dead administrator", "dead coordinator"]
    assert story.sent(EntryKind.NOTICE_DEAD).tick().told("2024-06-12") == []


def test_rule_9_a_notice_to_the_administrator_that_dies_is_told_to_nobody() -> None:
    rules = policy(rung("only", "opened", 0, "administrator", "assign"))
    story = Story(work("draft"), rules=rules).sent(EntryKind.NOTICE_DEAD).tick()
    assert story.told() == ["only administrator"]


def test_rule_9_a_deputy_under_way_stays_the_one() -> None:
    """Though another one is there by now: what is on its way is not taken to two."""
    story = dying().on("2024-06-12 10:00")
    assert story.told("2024-06-11") == ["remind officer", "remind vice"]


def test_rule_9_a_post_the_directory_no_longer_has_has_no_deputies() -> None:
    told = dying(directory()).state.notice("draft/2024-06-14/remind/officer")
    assert next_in_line(LINED, (told._replace(recipient="gone"),), moment("2024-06-11").date()) is None


def test_rule_9_deputies_in_a_circle_end() -> None:
    people = directory(post("officer", "vice"), post("vice", "officer"))
    story = dying(people).sent(EntryKind.NOTICE_DEAD).tick()
    assert story.told("2024-06-11") == ["remind officer", "remind vice", "dead administrator"]


FIRST = "draft/2024-06-14/remind/officer"


def test_rule_9_one_revived_is_not_queued_again_and_nobody_else_is_told_meanwhile() -> None:
    story = dying().sent(EntryKind.NOTICE_DEAD).revive(FIRST).tick().on("2024-06-12")
    assert story.told("2024-06-11") == ["remind officer", "remind vice"]
    assert story.state.notice(FIRST).next_try == moment("2024-06-11")
    assert story.sent().tick().told("2024-06-11") == ["remind officer", "remind vice"]


def test_rule_9_one_revived_that_dies_again_goes_to_those_who_were_not_tried_yet() -> None:
    story = dying().sent(EntryKind.NOTICE_DEAD).revive(FIRST).sent(EntryKind.NOTICE_DEAD).tick()
    assert story.told("2024-06-11") == ["remind officer", "remind vice", "remind clerk"]


def test_rule_9_whoever_got_it_in_place_of_one_revived_gets_it_once() -> None:
    story = dying().sent().on("2024-06-12").revive(FIRST).sent(EntryKind.NOTICE_DEAD).tick()
    assert story.told("2024-06-11") == ["remind officer", "remind vice"]


def test_rule_9_of_one_revived_that_dies_again_the_administrator_is_told_again() -> None:
    story = draft().on("2024-06-11").sent(EntryKind.NOTICE_DEAD).tick().sent()
    story.on("2024-06-12").revive(FIRST).sent(EntryKind.NOTICE_DEAD).tick().sent().tick()
    story.on("2024-06-13").revive(FIRST).sent(EntryKind.NOTICE_DEAD).tick().tick()
    assert story.told("2024-06-11") == ["remind officer", *["dead administrator"] * 3]
    assert [key for key in story.state.notices if "/dead" in key] == [
        f"{FIRST}/dead{day}" for day in ("", "~2024-06-12", "~2024-06-13")
    ]


def test_rule_9_one_revived_whose_matter_is_over_is_told_to_nobody() -> None:
    story = draft().on("2024-06-11").act("officer", "submit", "draft").sent(EntryKind.NOTICE_DEAD).revive(FIRST)
    assert story.sent(EntryKind.NOTICE_DROPPED).tick().told("2024-06-11") == ["remind officer"]


def test_rule_9_a_notice_to_a_deputy_can_be_revived_as_well() -> None:
    story = dying().sent(EntryKind.NOTICE_DEAD).revive(f"{FIRST}/instead/vice").tick()
    assert story.told("2024-06-11") == ["remind officer", "remind vice"]
    assert story.sent().tick().told("2024-06-11") == ["remind officer", "remind vice"]


def test_rule_9_a_refused_notice_is_tried_again_and_not_queued_again() -> None:
    story = draft().on("2024-06-11")
    key = "draft/2024-06-14/remind/officer"
    later = moment("2024-06-11 09:05").isoformat()
    story.write(Draft(EntryKind.NOTICE_CLAIMED, "draft", data={"notice": key, "next_try": later}))
    refused = {"notice": key, "next_try": later, "outcome": "拒收"}
    story.happens(EntryKind.NOTICE_REFUSED, "draft", **refused)
    notice = story.state.notice(key)
    assert (notice.delivery, notice.tries, notice.outcome) == ("retrying", 1, "拒收")
    assert story.told("2024-06-11") == ["remind officer"]


# Rule 10


def test_rule_10_time_that_runs_out_approves_fails_and_closes_nothing() -> None:
    story = Story(work("draft", due=DUE, review="law"), review("check", "draft"))
    story.act("officer", "submit", "draft").on("2025-06-14")
    assert story.status == {"draft": "review", "check": "waiting"}
    story.act("judge", "approve", "draft").on("2026-06-14")
    assert story.status == {"draft": "done", "check": "open"}


# Rule 11

CLOSE = policy(
    rung("first", "due", -3, "owner", "remind"),
    rung("second", "due", -2, "owner owner-head", "press"),
    rung("third", "due", -1, "owner-head", "supervise"),
)


def close(rules: Policy = CLOSE) -> Story:
    """Rungs on 11, 12 and 13 June, a day apart; signed for and told of before."""
    return Story(work("draft", due=DUE), rules=rules).act("officer", "sign", "draft").sent()


def test_rule_11_pressing_somebody_again_waits_for_the_end_of_the_interval() -> None:
    story = close().on("2024-06-11").sent().on("2024-06-12").sent()
    assert story.told() == ["first officer", "second head"]
    assert "06-13 08:30 second officer" in calls(story)
    assert story.on("2024-06-13").told("2024-06-13") == ["second officer"]


def test_rule_11_an_interval_counts_working_days() -> None:
    rules = policy(rung("first", "due", -5, "owner", "remind"), rung("second", "due", -4, "owner", "remind"))
    story = close(rules).on("2024-06-06").sent().on("2024-06-07 08:30")  # the festival's Monday is off
    assert calls(story) == ["06-11 08:30 second officer"]


def test_rule_11_without_an_interval_every_rung_has_its_day() -> None:
    rules = policy(*CLOSE.ladders[0].rungs, interval=0)
    story = close(rules).on("2024-06-11").sent().on("2024-06-12").sent().on("2024-06-13")
    assert story.told() == ["first officer", "second officer", "second head", "third head"]


def test_rule_11_what_moved_spends_no_rung_and_another_person_does_not_wait() -> None:
    """The second rung reaches the head on the day after the owner; the third waits for the head's own interval."""
    story = close().on("2024-06-11").sent().on("2024-06-12").sent().on("2024-06-13").sent().on("2024-06-14")
    assert story.told() == ["first officer", "second head", "second officer", "third head"]
    assert story.skipped() == []


def test_rule_11_other_slips_keep_no_distance() -> None:
    story = draft(review="law").on("2024-06-11").sent().act("officer", "submit", "draft")
    assert story.act("judge", "return", "draft", "补充说明").told("2024-06-11")[-1] == "return officer"


def test_rule_11_a_letter_that_is_on_its_way_counts_until_its_sender_must_have_ended() -> None:
    story = close().on("2024-06-11 09:00")
    until = moment("2024-06-12 09:10")
    told = {"notice": "draft/2024-06-14/first/officer", "next_try": until.isoformat()}
    story.on("2024-06-12 08:00").write(Draft(EntryKind.NOTICE_CLAIMED, "draft", data=told)).on("2024-06-12 09:00")
    assert story.told("2024-06-12") == ["second head"]
    assert "06-12 09:10 second officer" in calls(story)


def test_rule_11_who_is_there_when_the_interval_ends_is_written_to() -> None:
    people = directory(post("officer", "vice", "2024-06-13..2024-06-14"))
    story = Story(work("draft", due=DUE), rules=CLOSE, people=people).act("officer", "sign", "draft")
    assert "06-13 08:30 second vice" in calls(story.sent().on("2024-06-11").sent().on("2024-06-12"))


# Rule 12


def test_rule_12_of_several_that_fall_due_together_the_highest_is_sent() -> None:
    story = close().on("2024-06-13")
    assert story.told() == ["second officer", "third head"]
    assert story.skipped() == ["first", "second"]
    assert story.on("2024-06-18").told("2024-06-14") == []


def test_rule_12_one_that_still_lies_in_the_outbox_gives_way() -> None:
    story = close().on("2024-06-11").on("2024-06-12")
    lower, higher = "draft/2024-06-14/first/officer", "draft/2024-06-14/second/officer"
    assert {lower, higher} <= story.state.notices.keys()
    told = {"notice": lower, "outcome": ""}
    story.happens(EntryKind.NOTICE_DROPPED, "draft", **told).on("2024-06-14")
    assert NoticeKey.parse(lower) in story.step("draft").skipped
    assert story.told().count("first officer") == 1


def test_rule_12_the_same_slip_again_makes_the_one_before_needless() -> None:
    rules = policy(
        rung("review", "submitted", 0, "reviewer", "review", stops=False),
        rung("review-again", "submitted", 3, "reviewer", "review", stops=False),
    )
    story = Story(work("draft", due=DUE, review="law"), rules=rules).act("officer", "submit", "draft")
    assert story.told() == ["review judge"]
    story = Story(work("draft", due=DUE, review="law"), rules=rules)
    story.tick().write(*respond_late(story)).on("2024-06-11")
    assert (story.told(), story.skipped()) == (["review-again judge"], ["review"])


def respond_late(story: Story) -> tuple[Draft, ...]:
    """What was handed in while nothing looked."""
    return (Draft(EntryKind.SUBMITTED, "draft", "officer", {"evidence": []}),)


# Other anchors


def test_an_unsigned_step_is_asked_for_until_somebody_signs() -> None:
    story = Story(work("draft", due=DUE)).on("2024-06-05 08:30")
    assert story.told() == ["assign officer", "unsigned officer"]
    assert not any("unsigned" in line for line in calls(draft()))


def test_handing_in_sending_back_and_handing_in_again_are_each_told_of() -> None:
    story = draft(review="law").act("officer", "submit", "draft").act("judge", "return", "draft", "补充说明")
    story.act("officer", "submit", "draft")
    assert story.told() == ["assign officer", "review judge", "return officer", "review judge"]


def test_a_request_and_its_answer_are_told_of() -> None:
    story = draft().act("officer", "extend", "draft", "等待批复", to="2024-06-28")
    assert story.told()[1:] == ["ask leader"]
    assert story.act("leader", "refuse", "draft", "时间紧").told()[2:] == ["answer officer"]


def test_a_failed_action_is_told_of() -> None:
    story = Story(action("publish")).happens(EntryKind.ACTION_STARTED, "publish")
    story.happens(EntryKind.ACTION_FAILED, "publish", reason="超时", final=True)
    assert story.told() == ["failure administrator"]


@pytest.mark.parametrize(
    ("role", "people"),
    [
        ("owner", "officer"),
        ("owner-head", "head"),
        ("lead-head", "head"),
        ("supervisor", "leader"),
        ("coordinator", "coordinator"),
        ("reviewer", "judge"),
        ("administrator", "administrator"),
    ],
)
def test_whom_a_role_means(role: str, people: str) -> None:
    story = Story(work("draft", review="law"), rules=policy(rung("only", "opened", 0, role, "assign")))
    assert story.told() == [f"only {people}"]


def test_rule_9_of_a_deputy_who_gets_a_higher_rung_instead_the_administrator_is_not_told() -> None:
    people = directory(post("officer", "vice"), post("head", "vice"))
    story = Story(work("draft", due="2024-06-05"), people=people).on("2024-06-11").sent(EntryKind.NOTICE_DEAD).tick()
    queued = [notice.key for notice in story.state.notices.values() if notice.recipient == "vice"]
    assert "draft/2024-06-05/supervise/head/instead/vice" in queued
    assert NoticeKey.parse("draft/2024-06-05/press/officer/instead/vice") in story.step("draft").skipped
    assert story.decision.drafts == ()


# Rule 4: 知悉


def acknowledged_twice_a_week(rules: Policy) -> list[str]:
    """Nobody signs for a step due on 14 June; somebody acknowledges whatever comes, twice a week, for 58 days."""
    story, day = Story(work("draft", due=DUE), rules=rules), moment("2024-06-03 09:00")
    for place in range(90):
        story.on(day + timedelta(days=place)).sent()
        if place % 7 in (1, 4) and story.told():
            story.act("officer", "acknowledge", "draft")
    return [f"{n.queued_at:%m-%d} {n.rung} {n.recipient}" for n in story.state.notices.values() if n.rung != "assign"]


def test_rule_4_acknowledging_twice_a_week_keeps_nobody_from_hearing_of_an_unsigned_step() -> None:
    told = acknowledged_twice_a_week(policy())
    assert told == [
        "06-05 unsigned officer",
        "06-11 remind officer",
        "06-17 press officer",
        "06-19 supervise head",
        "06-21 report leader",
        "06-21 report coordinator",
    ]


def test_rule_4_an_acknowledgement_rests_a_rung_once() -> None:
    story = patient().on("2024-06-17").act("officer", "acknowledge", "draft")
    assert calls(story) == ["06-20 08:30 head head"]
    assert calls(story.on("2024-06-18").act("officer", "acknowledge", "draft")) == ["06-20 08:30 head head"]
    assert calls(story.on("2024-06-19").act("head", "acknowledge", "draft")) == ["06-20 08:30 head head"]


def test_rule_4_another_deadline_may_be_acknowledged_anew() -> None:
    story = patient().on("2024-06-06").act("officer", "acknowledge", "draft")
    story.replanned(work("draft", due="2024-06-28")).on("2024-06-20").on("2024-07-01")
    assert calls(story.act("officer", "acknowledge", "draft")) == ["07-04 08:30 head head"]


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ({"progress": 40}, True),
        ({"progress": 20}, True),  # a setback is news as well
        ({"progress": 30}, False),
        ({"reason": "等待批复"}, True),
        ({"reason": "正在起草"}, False),
        ({"progress": 30, "reason": "正在起草"}, False),
        ({"progress": 30, "reason": "已送会签"}, True),
    ],
)
def test_rule_4_only_what_says_something_new_of_the_work_rests_a_rung_again(said: dict[str, Any], held: bool) -> None:
    story = patient().on("2024-06-17").act("officer", "report", "draft", "正在起草", progress=30)
    assert calls(story) == ["06-20 08:30 head head"]
    story.on("2024-06-19").act("officer", "report", "draft", **said)
    assert calls(story) == ["06-24 08:30 head head" if held else "06-20 08:30 head head"]


def test_rule_4_what_was_said_before_the_last_report_is_nothing_new_either() -> None:
    story = patient().on("2024-06-17").act("officer", "report", "draft", progress=30)
    story.act("officer", "report", "draft", progress=40).on("2024-06-18").act("officer", "report", "draft", progress=30)
    assert calls(story) == ["06-20 08:30 head head"]


def test_rule_4_the_same_request_for_an_extension_is_nothing_new() -> None:
    story = patient().on("2024-06-17").act("officer", "extend", "draft", "等待批复", to="2024-06-28")
    story.act("leader", "refuse", "draft", "不影响办理").on("2024-06-18")
    story.act("officer", "extend", "draft", "等待批复", to="2024-06-28")
    assert "06-20 08:30 head head" in calls(story)


# Rule 13

AGAIN = policy(
    rung("press", "due", 1, "owner owner-head", "press", stops=False, repeat=5),
    rung("report", "due", 7, "coordinator", "supervise", repeat=5),
    rung("review", "submitted", 0, "reviewer", "review", repeat=3),
    rung("ask", "asked", 0, "supervisor", "ask", repeat=2),
)


def again(**said: Any) -> Story:
    """Signed for, and late from 17 June on: officer and head are pressed on the 17th and 24th, 1 July, the 8th …"""
    return Story(work("draft", due=DUE, **said), rules=AGAIN).act("officer", "sign", "draft")


def days(story: Story, until: str) -> list[str]:
    """Notices sent on each day until one, as `day rung recipient`."""
    while story.now < moment(until):
        story.on(story.now + timedelta(days=1)).sent()
    return [f"{n.queued_at:%m-%d} {n.rung} {n.recipient}" for n in story.state.notices.values()]


def test_rule_13_what_is_late_is_told_again_until_it_is_closed() -> None:
    story = again()
    assert days(story, "2024-07-12") == [
        "06-17 press officer",
        "06-17 press head",
        "06-24 press officer",
        "06-24 press head",
        "06-25 report coordinator",
        "07-01 press officer",
        "07-01 press head",
        "07-02 report coordinator",
        "07-08 press officer",
        "07-08 press head",
        "07-09 report coordinator",
    ]
    assert calls(story) == ["07-15 08:30 press officer", "07-15 08:30 press head", "07-16 08:30 report coordinator"]
    assert calls(story.act("officer", "submit", "draft")) == []


def test_rule_13_each_time_has_a_key_of_its_own_however_often_one_looks() -> None:
    story = again().on("2024-06-17").sent().on("2024-06-24")
    story.on("2024-06-24 10:00").on("2024-06-24 23:00").tick()
    assert story.told("2024-06-18") == ["press officer", "press head"]
    assert [key for key in story.state.notices if key.endswith("/officer")] == [
        "draft/2024-06-14/press/officer",
        "draft/2024-06-14/press~2024-06-24/officer",
    ]


def test_rule_13_however_long_nobody_looked_it_is_told_once() -> None:
    story = again().on("2024-06-17").sent().on("2024-08-09 08:30")
    assert story.told("2024-06-18") == ["press officer", "press head", "report coordinator"]
    assert calls(story)[:2] == ["08-16 08:30 press officer", "08-16 08:30 press head"]


def test_rule_13_a_report_keeps_back_what_stops_for_one() -> None:
    story = again()
    days(story, "2024-06-28")
    story.act("officer", "report", "draft", "等待批复").on("2024-07-01").sent()
    assert calls(story)[0] == "07-05 08:30 report coordinator"
    assert story.told("2024-07-01") == ["press officer", "press head"]


def test_rule_13_a_moved_deadline_ends_it() -> None:
    story = again()
    days(story, "2024-06-25")
    story.act("officer", "extend", "draft", "等待批复", to="2024-07-12").act("leader", "grant", "draft")
    assert [line for line in days(story, "2024-07-22") if line > "06-26" and "press" in line] == [
        "07-15 press officer",
        "07-15 press head",
        "07-22 press officer",
        "07-22 press head",
    ]


def test_rule_13_a_new_owner_is_pressed_by_the_same_rhythm_from_the_hand_over_on() -> None:
    story = again()
    days(story, "2024-06-24")
    story.on("2024-06-26").act("leader", "hand-over", "draft", "职责调整", to="law")
    assert [line for line in days(story, "2024-07-11") if line > "06-26" and "press" in line] == [
        "06-27 press clerk",
        "06-27 press judge",
        "07-04 press clerk",
        "07-04 press judge",
        "07-11 press clerk",
        "07-11 press judge",
    ]


def test_rule_13_reviewers_and_leaders_are_asked_again_until_they_answer() -> None:
    story = again(review="law").on("2024-06-05 08:30").act("officer", "extend", "draft", "等待批复", to="2024-06-28")
    assert days(story, "2024-06-12")[:3] == ["06-05 ask leader", "06-07 ask leader", "06-12 ask leader"]
    story = again(review="law").on("2024-06-05 08:30").act("officer", "submit", "draft")
    assert days(story, "2024-06-18") == [
        "06-05 review judge",
        "06-11 review judge",
        "06-14 review judge",
        "06-19 review judge",
    ]


def test_rule_13_what_the_first_load_is_silent_about_is_told_from_then_on() -> None:
    story = Story(work("late", due="2024-05-20"), on="2024-06-03", rules=AGAIN)
    assert (story.told(), story.skipped()) == ([], ["press", "press", "report"])
    assert days(story, "2024-06-19")[:3] == ["06-11 press officer", "06-11 press head", "06-11 report coordinator"]


def test_rule_13_one_that_was_answered_before_it_was_sent_comes_again_with_its_key() -> None:
    story = again()
    days(story, "2024-06-24")
    story.on("2024-06-25 08:30").act("officer", "report", "draft", "等待批复").sent(EntryKind.NOTICE_DROPPED)
    assert story.on("2024-07-02").sent().told("2024-06-26") == ["press officer", "press head", "report coordinator"]
    assert days(story, "2024-07-10")[-1] == "07-09 report coordinator"


def test_rule_13_of_two_that_repeat_together_the_higher_one_is_sent() -> None:
    rules = policy(
        rung("press", "due", 1, "owner-head", "press", repeat=5),
        rung("report", "due", 6, "lead-head", "supervise", repeat=5),
    )
    story = Story(work("draft", due=DUE), rules=rules)
    assert days(story, "2024-07-09") == [
        "06-17 press head",
        "06-24 report head",
        "07-01 report head",
        "07-08 report head",
    ]
    assert story.skipped() == ["press~2024-06-24", "press~2024-07-01", "press~2024-07-08"]


def test_rule_13_one_that_could_not_be_sent_gives_way_to_the_next() -> None:
    story = again().on("2024-06-17").sent().on("2024-06-24").on("2024-07-01")
    row = story.state.notice("draft/2024-06-14/press~2024-06-24/officer")
    assert why_lapsed(story.office, recheck(story.look, story.state, row).lapsed) == "已有更高层级的通知一并发出"
    row = story.state.notice("draft/2024-06-14/press~2024-07-01/officer")
    assert recheck(story.look, story.state, row).rung


def test_rule_13_deciding_again_has_nothing_to_add() -> None:
    story = again()
    for place in range(60):
        story.on(moment("2024-06-10 12:00") + timedelta(days=place))
        assert story.decision.drafts == ()


# Rule 14


@pytest.mark.parametrize("deputy", ["vice", None], ids=["a deputy had it", "nobody had it"])
@pytest.mark.parametrize("repeat", [0, 5])
def test_rule_14_an_owner_back_from_leave_is_pressed_for_what_is_late(deputy: str | None, repeat: int) -> None:
    people = directory(post("officer", deputy, "2024-06-11..2024-06-20"))
    rules = policy(
        rung("press", "due", 1, "owner", "press", repeat=repeat), rung("report", "due", 7, "coordinator", "supervise")
    )
    story = Story(work("draft", due=DUE), people=people, rules=rules).act("officer", "sign", "draft")
    told = [line for line in days(story, "2024-06-27") if "officer" in line]
    assert told == ["06-21 press officer", *["06-25 press officer"][: repeat // 5]]  # rule 11: two days apart


def test_rule_14_who_is_back_on_a_day_off_hears_on_the_next_working_day() -> None:
    people = directory(post("officer", "vice", "2024-06-11..2024-06-21"))
    story = Story(work("draft", due=DUE), people=people).act("officer", "sign", "draft")
    assert [line for line in days(story, "2024-06-30") if "press" in line] == [
        "06-17 press vice",
        "06-24 press officer",
    ]


def test_rule_14_a_second_leave_after_the_first_counts_as_one() -> None:
    people = directory(post("officer", "vice", "2024-06-11..2024-06-18", "2024-06-19..2024-06-20"))
    story = Story(work("draft", due=DUE), people=people).act("officer", "sign", "draft")
    assert "06-21 press officer" in days(story, "2024-06-30")


def test_rule_14_nothing_of_what_was_done_meanwhile() -> None:
    people = directory(post("officer", "vice", "2024-06-11..2024-06-20"))
    story = Story(work("draft", due=DUE), people=people).act("officer", "sign", "draft")
    days(story, "2024-06-19")
    story.act("vice", "submit", "draft")
    assert not [line for line in days(story, "2024-06-30") if "press officer" in line]


def test_rule_14_a_vacant_post_comes_back_on_no_day() -> None:
    people = directory(post("officer", "vice", vacant=True), post("head", "vice", "2024-06-03..2024-06-04"))
    story = Story(work("draft", due=DUE), people=people)
    assert [line for line in days(story, "2024-06-30") if "press" in line] == ["06-17 press vice"]
