"""What people have to do next, asked of a small bureau as its story goes on."""

from dataclasses import replace
from datetime import date

import pytest

from duban.core.deciding.agenda import Duty, agenda, of_post, of_unit, urgent_first
from duban.core.deciding.commands import Refused, Verb
from duban.core.deciding.decide import decide
from duban.core.ledger.summary import Light, Status
from duban.core.planning.directory import Directory, Group
from duban.core.planning.plan import StepRef
from tests.bureau import ADMINISTRATOR, COSMETICS, HEAD, LEADER, OFFICER, REVIEWER, Story


def duties(story: Story, days: int = 250) -> list[Duty]:
    view = story.service.view(COSMETICS)
    return list(agenda(view.look, decide(view.look, view.state), days))


def told(story: Story, days: int = 250) -> list[tuple[str, Verb | None, tuple[str, ...]]]:
    return [(duty.step.step, duty.verb, duty.posts) for duty in duties(story, days)]


def test_owners_sign_then_hand_in_or_report_and_reviewers_judge() -> None:
    story = Story().at(1)
    assert told(story) == [("draft", Verb.SIGN, (OFFICER, HEAD)), ("cases", Verb.SIGN, (OFFICER, HEAD))]
    story.act(Verb.SIGN).act(Verb.SIGN, "cases")
    assert told(story) == [("draft", Verb.SUBMIT, (OFFICER, HEAD)), ("cases", Verb.REPORT, (OFFICER, HEAD))]
    story.act(Verb.SUBMIT, evidence=("稿",))
    assert told(story)[0] == ("draft", Verb.APPROVE, (REVIEWER, LEADER))


def test_a_review_is_signed_for_and_then_judged() -> None:
    story = Story().at(1).act(Verb.SUBMIT, evidence=("稿",)).act(Verb.APPROVE, actor=REVIEWER)
    assert ("check", Verb.SIGN, ("policy-law-officer", REVIEWER)) in told(story)
    story.act(Verb.SIGN, "check", REVIEWER)
    assert ("check", Verb.APPROVE, (REVIEWER, LEADER)) in told(story)


def test_a_request_for_an_extension_is_a_duty_beside_the_work() -> None:
    story = Story().at(1).act(Verb.SIGN).act(Verb.EXTEND, to="2024-04-19", reason="等待批复")
    assert told(story)[:2] == [("draft", Verb.SUBMIT, (OFFICER, HEAD)), ("draft", Verb.GRANT, (LEADER,))]


def test_waiting_steps_count_once_they_have_a_deadline() -> None:
    duty = next(duty for duty in duties(Story().at(1)) if duty.step.step == "draft")
    assert (duty.due, duty.days_left, duty.status) == (date(2024, 4, 12), 9, Status.OPEN)
    assert "check" not in [name for name, _, _ in told(Story().at(1))]


def test_a_failed_action_is_the_administrators_now() -> None:
    story = Story().at(1)
    for _ in range(3):
        story.service.start_action(StepRef(COSMETICS, "bulletin"))
        story.service.fail_action(StepRef(COSMETICS, "bulletin"), "磁盘已满")
    assert ("bulletin", None, (ADMINISTRATOR,)) in told(story)


def _draft(story: Story) -> Story:
    return story.act(Verb.SUBMIT, evidence=("稿",))


def _failing(story: Story) -> Story:
    for _ in range(3):
        story.service.start_action(StepRef(COSMETICS, "bulletin"))
        story.service.fail_action(StepRef(COSMETICS, "bulletin"), "磁盘已满")
    return story


ASKED = {
    "an answer to a draft": ("draft", Verb.APPROVE, _draft),
    "an answer to a request": (
        *("draft", Verb.GRANT),
        lambda story: story.act(Verb.EXTEND, to="2024-04-19", reason="等待批复"),
    ),
    "a review": (
        *("check", Verb.APPROVE),
        lambda story: _draft(story).act(Verb.APPROVE, actor=REVIEWER).act(Verb.SIGN, "check", REVIEWER),
    ),
    "a signature": ("check", Verb.SIGN, lambda story: _draft(story).act(Verb.APPROVE, actor=REVIEWER)),
    "a signature after a hand-over": (
        *("draft", Verb.SIGN),
        lambda story: story.act(Verb.HAND_OVER, actor=LEADER, to="policy-law", reason="职责调整"),
    ),
    "a correction": (
        *("draft", Verb.SUBMIT),
        lambda story: _draft(story).act(Verb.RETURN, actor=REVIEWER, reason="缺少说明"),
    ),
    "a repair": ("bulletin", None, _failing),
}


@pytest.mark.parametrize("what", ASKED)
def test_what_is_asked_is_dated_from_when_it_was_however_far_the_deadline(what: str) -> None:
    step, verb, asking = ASKED[what]
    story = asking(Story().at(1).act(Verb.SIGN).act(Verb.SIGN, "cases").at(2)).at(3)
    found = [one for one in duties(story, 0) if one.due and one.due > date(2024, 4, 3)]
    assert [(one.step.step, one.verb, one.asked, one.waited) for one in found] == [(step, verb, date(2024, 4, 2), 1)]


def test_corrected_and_handed_in_again_it_is_the_reviewer_who_is_asked() -> None:
    story = _draft(Story().at(1).act(Verb.SIGN).act(Verb.SIGN, "cases")).at(2)
    story.act(Verb.RETURN, actor=REVIEWER, reason="缺少说明").at(3).act(Verb.SUBMIT, evidence=("二稿",))
    assert [(one.verb, one.asked) for one in duties(story, 0)] == [(Verb.APPROVE, date(2024, 4, 3))]


def test_what_waits_for_me_is_listed_before_my_own_work_that_is_late() -> None:
    story = Story().at(1).act(Verb.SIGN).at(17)
    assert [(one.step.step, one.verb, one.asked) for one in urgent_first(duties(story, 0), date(2024, 4, 17))] == [
        ("cases", Verb.SIGN, date(2024, 4, 1)),
        ("draft", Verb.SUBMIT, None),
    ]


def test_what_is_asked_is_listed_first_the_longest_waited_for_before_the_others() -> None:
    def duty(name: str, due: date, asked: date | None = None) -> Duty:
        ref = StepRef(COSMETICS, name)
        return Duty(ref, "", "", "", Status.REVIEW, Light.GREEN, None, Verb.APPROVE, (), due, None, asked)

    mixed = [
        duty("late", date(2024, 3, 1)),
        duty("asked", date(2024, 5, 6), date(2024, 4, 1)),
        duty("asked-before", date(2024, 5, 31), date(2024, 3, 29)),
    ]
    order = [duty.step.step for duty in urgent_first(mixed, date(2024, 4, 1))]
    assert order == ["asked-before", "asked", "late"]


def test_only_what_falls_due_within_so_many_working_days_is_listed() -> None:
    story = Story().at(1).act(Verb.SIGN).act(Verb.SIGN, "cases")
    assert [name for name, _, _ in told(story, 9)] == ["draft"]
    assert told(story, 8) == []


def test_late_comes_first_then_the_graver_light() -> None:
    def duty(name: str, due: date | None, light: Light) -> Duty:
        ref = StepRef(COSMETICS, name)
        return Duty(ref, "", "", "", Status.OPEN, light, "", Verb.SIGN, (), due, None)

    mixed = [
        duty("later", date(2024, 4, 3), Light.RED),
        duty("green", date(2024, 4, 2), Light.GREEN),
        duty("yellow", date(2024, 4, 2), Light.YELLOW),
        duty("now", None, Light.RED),
        duty("late", date(2024, 3, 1), Light.RED),
    ]
    order = [duty.step.step for duty in urgent_first(mixed, date(2024, 4, 1))]
    assert order == ["late", "now", "yellow", "green", "later"]


def test_a_deputy_sees_the_duties_of_an_absent_colleague() -> None:
    story = Story().at(1).at(15)
    bureau, found = story.service.office, duties(story)
    assert [duty.step.step for duty in of_post(found, bureau, "protection-deputy", date(2024, 4, 15))] == [
        "draft",
        "cases",
    ]
    assert of_post(found, bureau, "protection-deputy", date(2024, 4, 18)) == []


def test_a_unit_a_group_and_a_post_see_what_their_people_may_do() -> None:
    story = Story().at(1).act(Verb.SUBMIT, evidence=("稿",))
    groups = (Group(id="both", title="两处", units=("protection", "policy-law")),)
    file = story.service.office.directory.file.model_copy(update={"groups": groups})
    bureau, found = replace(story.service.office, directory=Directory(file)), duties(story)

    def seen(name: str) -> list[tuple[str, Verb | None]]:
        return [(duty.step.step, duty.verb) for duty in of_unit(found, bureau, name)]

    assert seen("protection") == [("cases", Verb.SIGN)]
    assert seen("policy-law") == seen(REVIEWER) == [("draft", Verb.APPROVE)]
    assert seen("both") == [("draft", Verb.APPROVE), ("cases", Verb.SIGN)]
    with pytest.raises(Refused, match="没有单位 protecton：是否指 protection？"):
        seen("protecton")
