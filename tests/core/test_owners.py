"""Simulated owners: what they do follows from the profile and the step alone."""

from typing import Any

import pytest
from pydantic import ValidationError

from duban.core.deciding.commands import Command, Verb
from duban.core.deciding.owners import Profile, conduct
from tests.core.builders import Story, directory, indicator, post, review, work


def profile(**said: Any) -> Profile:
    """Everybody prompt, at once, and never sending back, unless said otherwise."""
    manner = said.pop("manner", "prompt")
    shares = {"prompt": 0.0, "last_minute": 0.0, "late": 0.0, "extension": 0.0, manner: 1.0}
    return Profile.model_validate(
        {
            "seed": 1,
            "sign": {"days": [0, 0]},
            "owners": shares,
            "late_by": [2, 2],
            "review": {"days": [1, 1], "send_back": said.pop("send_back", 0.0)},
            "reports_every": said.pop("reports_every", 2),
            "indicator": {"reach": 1.0},
            **said,
        }
    )


def acts(story: Story, people: Profile) -> list[Command]:
    """What they do today."""
    return list(conduct(story.look, story.decision, people))


def live(story: Story, people: Profile, *days: str) -> list[tuple[str, str, str]]:
    """Let them live through days; (day, verb, actor) of everything done."""
    done = []
    for day in days:
        story.on(day)
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
            done.append((day[5:], command.verb.value, command.actor))
    return done


WEEKS = [f"2024-06-{day:02}" for day in (3, 4, 5, 6, 7, 11, 12, 13, 14, 17, 18, 19, 20, 21)]


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
    nobody = directory(post("officer", vacant=True), post("head", vacant=True))
    assert acts(Story(work("draft"), people=nobody), profile()) == []


def test_they_wait_before_they_sign() -> None:
    slow = profile(sign={"days": [2, 2]})
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
