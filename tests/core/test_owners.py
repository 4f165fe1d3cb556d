"""Simulated owners: what they do follows from the profile and the step alone."""

from typing import Any

import pytest
from pydantic import ValidationError

from duban.core.deciding.commands import Command, Verb
from duban.core.planning.plan import Target
from duban.core.planning.review_file import Several
from duban.core.rehearsing.owners import Owners
from duban.core.rehearsing.profile import Profile
from tests.core.builders import Story, day, directory, indicator, post, review, work


def profile(**said: Any) -> Profile:
    """Everybody prompt, at once, and never sending back, unless said otherwise."""
    manner = said.pop("manner", "prompt")
    shares = dict.fromkeys(("prompt", "last_minute", "late", "extension", "never_sign"), 0.0) | {manner: 1.0}
    return Profile.model_validate(
        {
            "seed": 1,
            "sign": {"days": [0, 0]},
            "owners": shares,
            "late_by": [2, 2],
            "review": {"days": [said.pop("review", 1)] * 2, "send_back": said.pop("send_back", 0.0)},
            "reports_every": said.pop("reports_every", 2),
            "indicator": {"reach": said.pop("reach", 1.0)},
            "hand_over": {"days": [2, 2]},
            **said,
        }
    )


def acts(story: Story, people: Profile) -> list[Command]:
    """What they do today."""
    return list(Owners(people).conduct(story.look, story.decision.state, story.decision.deadlines))


def live(story: Story, people: Profile, *days: str) -> list[tuple[str, str, str]]:
    """Let them live through days, on each of which notices are sent; (day, verb, actor) of everything done."""
    done = []
    for morning in days:
        story.on(morning).sent()
        for command in acts(story, people):
            story.act(
                command.actor,
                command.verb,
                str(command.step.step),
                command.reason,
                progress=command.progress,
                value=command.value,
                evidence=command.evidence,
                to=command.to,
                key=command.key,
            )
            done.append((morning[5:], command.verb.value, command.actor))
    return done


WEEKS = [f"2024-06-{day:02}" for day in (3, 4, 5, 6, 7, 11, 12, 13, 14, 17, 18, 19, 20, 21)]
MORE_WEEKS = [*WEEKS, *(f"2024-06-{day}" for day in range(24, 29)), *(f"2024-07-{day:02}" for day in range(1, 6))]


def test_a_prompt_owner_signs_reports_and_hands_in_before_the_deadline() -> None:
    done = live(Story(work("draft", due="2024-06-14")), profile(), *WEEKS)
    assert done[0] == ("06-03", "sign", "officer")
    assert [verb for _, verb, _ in done].count("submit") == 1
    assert "report" in {verb for _, verb, _ in done}
    assert done[-1][0] <= "06-14"


def test_a_last_minute_owner_hands_in_on_the_day() -> None:
    done = live(Story(work("draft", due="2024-06-14")), profile(manner="last_minute"), *WEEKS)
    assert done[-1] == ("06-14", "submit", "officer")


def test_a_late_owner_is_late_by_the_days_of_the_profile() -> None:
    done = live(Story(work("draft", due="2024-06-14")), profile(manner="late"), *WEEKS)
    assert done[-1] == ("06-18", "submit", "officer")


def test_one_who_needs_time_asks_for_it_is_granted_it_and_keeps_the_new_day() -> None:
    story = Story(work("draft", due="2024-06-11"))
    done = live(story, profile(manner="extension"), *WEEKS)
    verbs = [verb for _, verb, _ in done]
    assert verbs.index("extend") < verbs.index("grant") < verbs.index("submit")
    assert story.row("draft").light.name == "OFF"


def test_reviewers_take_their_time_and_may_send_back_once() -> None:
    story = Story(work("draft", due="2024-06-14", review="law"))
    done = live(story, profile(send_back=1.0), *WEEKS)
    verbs = [verb for _, verb, actor in done]
    assert verbs.count("return") == 1
    assert verbs.count("submit") == 2
    assert ("approve", "judge") in {(verb, actor) for _, verb, actor in done}


def test_a_reviewer_without_delay_judges_on_the_same_day() -> None:
    done = live(Story(work("draft", due="2024-06-14", review="law")), profile(manner="last_minute", review=0), *WEEKS)
    assert done[-2:] == [("06-14", "submit", "officer"), ("06-14", "approve", "judge")]


def test_of_several_reviewers_one_agrees_after_another() -> None:
    step = work("draft", due="2024-06-14", review=Several(("law", "works", "vice"), 3))
    done = live(Story(step), profile(manner="last_minute", review=0), *WEEKS)
    assert [actor for _, verb, actor in done if verb == "approve"] == ["judge", "head", "vice"]


def test_nobody_judges_what_he_or_she_handed_in() -> None:
    away = directory(post("officer", "judge", vacant=True))  # the judge stands in, and the leader approves
    done = live(Story(work("draft", days=2, review="law"), people=away), profile(), *WEEKS)
    assert [(verb, actor) for _, verb, actor in done][-2:] == [("submit", "judge"), ("approve", "leader")]
    steps = (work("draft", days=2), review("check", "draft", days=2))
    done = live(Story(*steps, people=away), profile(), *WEEKS)
    assert done[-1][1:] == ("approve", "leader")


def test_nobody_is_quicker_than_the_work_allows() -> None:
    story = Story(work("draft", days=8, due="2024-06-05"))
    done = live(story, profile(manner="last_minute", pace=[1.0, 1.0]), *WEEKS)
    assert done[-1][:2] == ("06-14", "submit")


def test_work_counted_in_calendar_days_takes_them() -> None:
    done = live(Story(work("draft", days="10 days")), profile(pace=[1.0, 1.0]), *WEEKS)
    assert done[-1][:2] == ("06-13", "submit")


def test_who_has_something_to_report_signs_by_doing_so() -> None:
    done = live(Story(work("draft", days=8)), profile(sign={"days": [2, 2]}), *WEEKS)
    assert done[0][:2] == ("06-05", "report")
    done = live(Story(work("draft", days=1)), profile(sign={"days": [2, 2]}), *WEEKS)
    assert done[0][:2] == ("06-05", "submit")


def test_what_is_ended_by_signing_is_signed_for() -> None:
    done = live(Story(work("take-note", days=1, by_signing=True)), profile(), *WEEKS)
    assert done == [("06-03", "sign", "officer")]


def test_what_nobody_signs_for_is_handed_over_by_leaders_who_were_told() -> None:
    story = Story(work("draft", due="2024-06-07"))
    done = live(story, profile(manner="never_sign"), *MORE_WEEKS)
    assert done[0] == ("06-17", "hand-over", "leader")  # told on the 13th
    assert [verb for _, verb, _ in done[1:]].count("submit") == 1
    assert {actor for _, _, actor in done[1:]} == {"head"}


def test_what_nobody_is_there_to_take_waits_for_its_owner_to_give_in() -> None:
    nobody = directory(post("leader", vacant=True), post("head", "vice", vacant=True), post("vice", vacant=True))
    done = live(
        Story(work("draft", due="2024-06-07"), people=nobody), profile(manner="never_sign", gives_in=12), *WEEKS
    )
    assert done == []
    done = live(Story(work("draft", due="2024-06-07"), people=nobody), profile(manner="never_sign", gives_in=8), *WEEKS)
    assert done[0] == ("06-20", "submit", "officer")


def test_while_there_is_no_deadline_who_never_signs_waits() -> None:
    story = Story(work("other", days=30), work("draft", due="3 working days after other"))
    assert [command for command in acts(story, profile(manner="never_sign")) if command.step.step == "draft"] == []


def test_an_unanswered_request_does_not_stop_the_work() -> None:
    nobody = directory(post("leader", None, "2024-06-01..2024-12-31"))
    done = live(Story(work("draft", due="2024-06-11"), people=nobody), profile(manner="extension"), *WEEKS)
    assert [verb for _, verb, _ in done][-2:] == ["extend", "submit"]
    assert done[-1][0] == "06-18"


def test_a_request_made_late_asks_for_a_day_to_come() -> None:
    story = Story(work("draft", days=9, due="2024-06-05"))
    done = live(story, profile(manner="extension", sign={"days": [6, 6]}), *WEEKS)
    assert "extend" in {verb for _, verb, _ in done}
    assert story.step("draft").extended_to == day("2024-06-20")


def test_an_indicator_that_falls_short_is_made_up_when_leaders_ask() -> None:
    story = Story(indicator("cases", due="2024-06-07", days=3))
    done = live(story, profile(reach=0.5), *WEEKS)
    assert done[-1][0] == "06-12"
    assert story.step("cases").value == 10


def test_what_is_to_come_down_comes_down() -> None:
    for reach in (0.5, 1.0):
        story = Story(indicator("days", target=Target(10, "天", 20.0, at_most=True), due="2024-06-07", days=3))
        live(story, profile(reach=reach), *WEEKS)
        assert story.step("days").value == 10


def test_a_ceiling_is_told_of_on_its_last_day() -> None:
    story = Story(indicator("accidents", target=Target(0, "起", at_most=True), due="2024-06-14", days=3))
    done = live(story, profile(), *WEEKS)
    assert (done[-1][0], story.step("accidents").finished) == ("06-14", day("2024-06-14"))


def test_a_review_step_is_approved_by_its_head() -> None:
    done = live(Story(work("draft"), review("check", "draft")), profile(), *WEEKS)
    assert done[-1][1:] == ("approve", "judge")


def test_an_indicator_grows_until_its_target() -> None:
    story = Story(indicator("cases", due="2024-06-14"))
    done = live(story, profile(manner="last_minute"), *WEEKS)
    assert done[-1][:2] == ("06-14", "report")
    assert story.row("cases").finished is not None


def test_without_a_deadline_the_duration_counts() -> None:
    done = live(Story(work("draft", days=3)), profile(manner="last_minute"), *WEEKS)
    assert done[-1][:2] == ("06-06", "submit")


def test_nobody_does_anything_on_a_day_off() -> None:
    assert acts(Story(work("draft"), on="2024-06-08"), profile()) == []


def test_where_nobody_is_there_nothing_is_done() -> None:
    away = "2024-06-03..2024-06-07"
    nobody = directory(post("officer", None, away), post("head", None, away))
    assert acts(Story(work("draft"), people=nobody), profile()) == []


def test_they_wait_before_they_sign() -> None:
    slow = profile(sign={"days": [2, 2]}, reports_every=5)
    story = Story(work("draft"))
    assert acts(story, slow) == []
    assert [c.verb for c in acts(story.on("2024-06-05"), slow)] == [Verb.SIGN]


def test_an_answer_to_a_request_takes_a_day() -> None:
    story = Story(work("draft", due="2024-06-14")).act("officer", "sign", "draft")
    story.act("officer", "extend", "draft", "需时", to="2024-06-28")
    assert acts(story, profile()) == []


def test_the_same_seed_does_the_same() -> None:
    people = profile(manner="late", late_by=[1, 9])
    assert live(Story(work("a"), work("b")), people, *WEEKS) == live(Story(work("a"), work("b")), people, *WEEKS)


def test_shares_must_add_up() -> None:
    with pytest.raises(ValidationError, match=r"add up to 1\.5"):
        profile(owners={"prompt": 1, "last_minute": 0.5, "late": 0, "extension": 0})


def test_ranges_run_forwards() -> None:
    with pytest.raises(ValidationError, match=r"\[6, 1\] runs backwards; exchange the two figures"):
        profile(late_by=[6, 1])
