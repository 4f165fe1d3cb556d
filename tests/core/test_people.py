"""Who answers for a step: people and not posts, and whoever is next when somebody is gone."""

from dataclasses import replace

import pytest

from duban.core.deciding.agenda import awaited
from duban.core.deciding.commands import Refused
from duban.core.forecasting.facts import facts_of
from duban.core.forecasting.forecast import forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.forecasting.why import Why, why
from duban.core.ledger.entries import EntryKind
from duban.core.planning.directory import Directory, DirectoryFile, Post
from duban.core.planning.review_file import Several
from tests.core.builders import UNITS, Story, directory, post, review, work


def one_person(*posts: str, deputy: str | None = None) -> tuple[Post, ...]:
    return tuple(Post(id=name, title=f"{name}岗", person="wang", deputy=deputy) for name in posts)


def without(*gone: str, units: tuple[str, ...] = ("works", "law")) -> Directory:
    """The people after a reorganisation; the administrator takes what a unit or a deputy lost."""
    kept = [known for known in directory().posts.values() if known.id not in gone]
    posts = tuple(one.model_copy(update={"deputy": None}) if one.deputy in gone else one for one in kept)
    heads = ({key: "administrator" for key in ("head", "officer") if getattr(one, key) in gone} for one in UNITS)
    there = [one.model_copy(update=changed) for one, changed in zip(UNITS, heads, strict=True) if one.id in units]
    return Directory(DirectoryFile.model_construct(administrator="administrator", posts=posts, units=there, groups=()))


def reorganised(story: Story, people: Directory) -> Story:
    story.office = replace(story.office, directory=people)
    return story


def refused(story: Story, actor: str, verb: str, step: str = "x") -> str:
    with pytest.raises(Refused) as error:
        story.act(actor, verb, step, "理由")
    return error.value.code


def waited_for(story: Story, step: str = "x") -> list[tuple[str | None, tuple[str, ...]]]:
    it = story.initiative.steps[step]
    return [(one.verb, one.posts) for one in awaited(story.look, it, story.state, story.row(step).status)]


def reasons(story: Story, step: str = "x") -> Why:
    seen = story.look, story.decision
    told = forecast(Schedule(story.office.plan, story.office.calendar, facts_of([seen]), story.look.today))
    return why(story.look, story.initiative.steps[step], lambda _: story.decision, told)


# One person, several posts -------------------------------------------------------------------------------------------


def test_officer_and_head_in_one_person_cannot_submit_and_approve() -> None:
    story = Story(work("x", review="works"), people=directory(*one_person("officer", "head")))
    story.act("officer", "submit", "x").tick()
    assert refused(story, "head", "approve") == "own-work"
    assert waited_for(story) == [("approve", ("leader",))]
    assert story.told()[-1] == "review leader"
    assert reasons(story).passed == ("head",)
    assert story.act("leader", "approve", "x").status == {"x": "done"}


def test_a_leader_who_heads_the_unit_does_not_approve_what_he_handed_in() -> None:
    people = directory(*one_person("head", "leader", deputy="vice"))
    story = Story(work("x", review="works"), people=people).act("head", "submit", "x").tick()
    assert refused(story, "leader", "approve") == "own-work"
    assert waited_for(story) == [("approve", ("vice",))]  # along the leader's deputies
    assert story.told()[-1] == "review vice"
    assert story.act("vice", "approve", "x").status == {"x": "done"}


def test_without_a_deputy_the_coordinator_is_next_in_line_then_the_administrator() -> None:
    for posts, next_one in ((("head", "leader"), "coordinator"), (("head", "leader", "coordinator"), "administrator")):
        story = Story(work("x", review="works"), people=directory(*one_person(*posts))).act("head", "submit", "x")
        assert waited_for(story) == [("approve", (next_one,))]
        assert story.act(next_one, "approve", "x").status == {"x": "done"}


def test_the_officers_work_is_still_judged_by_the_head_who_is_somebody_else() -> None:
    story = Story(work("x", review="works"), people=directory(*one_person("head", "leader")))
    assert story.act("officer", "submit", "x").act("leader", "approve", "x").status == {"x": "done"}


def test_who_reviews_a_step_is_not_who_did_the_work_before_it() -> None:
    people = directory(*one_person("officer", "judge"))
    story = Story(work("x"), review("check", "x"), people=people).act("officer", "submit", "x")
    assert refused(story, "judge", "approve", "check") == "own-work"
    story.act("clerk", "sign", "check")
    assert waited_for(story, "check") == [("approve", ("leader",))]
    assert reasons(story, "check").passed == ("judge",)


def test_nobody_answers_their_own_request_under_another_post() -> None:
    story = Story(work("x", due="2024-06-14"), people=directory(*one_person("officer", "leader", deputy="vice")))
    story.act("officer", "extend", "x", "理由", to="2024-06-20").tick()
    assert refused(story, "leader", "grant") == "own-request"
    assert refused(story, "leader", "refuse") == "own-request"
    assert ("grant", ("vice",)) in waited_for(story)
    assert story.told()[-1] == "ask vice"
    assert reasons(story).passed == ("leader",)
    assert story.act("vice", "grant", "x").step("x").asked is None


def test_who_did_it_is_the_person_who_held_the_post_then() -> None:
    wang, li = (Post(id=name, title=name, person=name2) for name, name2 in (("officer", "wang"), ("head", "li")))
    story = Story(work("x", review="works"), people=directory(wang, li)).act("officer", "submit", "x")
    moved = [Post(id="officer", title="officer", person="zhao"), Post(id="head", title="head", person="wang")]
    reorganised(story, directory(*moved))
    assert refused(story, "head", "approve") == "own-work"
    assert [entry.data["person"] for entry in story.entries if entry.kind is EntryKind.SUBMITTED] == ["wang"]
    assert story.act("leader", "approve", "x").status == {"x": "done"}


def test_a_person_may_act_under_any_of_their_posts() -> None:
    story = Story(work("x"), people=directory(*one_person("officer", "clerk")))
    assert story.act("clerk", "sign", "x").status == {"x": "working"}


def test_a_person_is_written_to_once_in_one_place() -> None:
    story = Story(work("x", due="2024-06-05"), people=directory(*one_person("leader", "coordinator")))
    told = [line for line in story.on("2024-06-14").told() if line.startswith("report")]
    assert told == ["report leader"]


def test_nobody_is_told_of_what_they_did_under_another_post() -> None:
    story = Story(work("x"), people=directory(*one_person("officer", "coordinator"))).sent()
    story.on("2024-06-04").act("coordinator", "suspend", "x", "理由").tick()
    assert [line for line in story.told() if line.startswith("change")] == []


def test_the_deputies_who_get_a_dead_notice_are_other_people() -> None:
    people = directory(
        Post(id="officer", title="o", person="wang", deputy="clerk"),
        Post(id="clerk", title="c", person="wang", deputy="vice"),
    )
    story = Story(work("x"), people=people)
    story.sent(EntryKind.NOTICE_DEAD).on("2024-06-04")
    assert story.told()[-1] == "assign vice"


# Several who judge together ------------------------------------------------------------------------------------------


def test_who_did_the_work_is_not_one_of_several_who_judge_it() -> None:
    """Their seat is nobody's: once the others have agreed, a leader who is none of them decides."""
    story = Story(work("x", review=TOGETHER), people=directory(*one_person("officer", "vice")))
    story.act("officer", "submit", "x").tick()
    assert [line for line in story.told() if line.startswith("review")] == ["review judge", "review leader"]
    assert refused(story, "vice", "approve") == "own-work"
    story.act("judge", "approve", "x")
    assert waited_for(story) == [("approve", ("leader",))]
    assert story.act("leader", "approve", "x").status == {"x": "done"}


def test_a_seat_that_is_gone_is_decided_on_by_one_who_has_not_agreed() -> None:
    story = Story(work("x", review=Several(("leader", "vice"), 2))).act("officer", "submit", "x")
    reorganised(story.act("leader", "approve", "x"), without("vice")).on("2024-06-05")
    assert waited_for(story) == [("approve", ("coordinator",))]
    assert refused(story, "leader", "approve") == "agreed-already"
    assert story.act("coordinator", "approve", "x").status == {"x": "done"}


def test_a_person_agrees_once_for_all_their_posts() -> None:
    story = Story(work("x", review=TOGETHER), people=directory(*one_person("judge", "vice")))
    assert story.act("officer", "submit", "x").act("judge", "approve", "x").status == {"x": "done"}


TOGETHER = Several(("law", "vice"), 2)


# Names that are gone -------------------------------------------------------------------------------------------------


def test_what_a_post_that_is_gone_had_taken_over_climbs_to_the_units_head() -> None:
    story = Story(work("x", due="2024-06-14")).act("head", "hand-over", "x", "理由", to="vice").tick()
    assert "assign vice" in story.told()
    reorganised(story, without("vice")).on("2024-06-05")
    assert story.office.owner(story.initiative.steps["x"], story.step("x")) == "head"
    assert story.told()[-1].endswith(" head")
    assert waited_for(story) == [("sign", ("head",))]
    told = reasons(story)
    assert (told.owner, told.instead_of) == ("head", "vice")
    assert story.act("head", "submit", "x", evidence=("x",)).status == {"x": "done"}


def test_it_can_be_handed_back() -> None:
    story = Story(work("x")).act("head", "hand-over", "x", "理由", to="vice")
    reorganised(story, without("vice")).act("head", "hand-over", "x", "理由", to="works")
    assert reasons(story).instead_of == ""
    assert waited_for(story) == [("sign", ("officer", "head"))]


@pytest.mark.parametrize(
    ("gone", "units", "owner"),
    [
        (("vice", "clerk"), ("works", "law"), "head"),  # the lead's head, where the plan's owner is gone too
        (("vice", "clerk"), ("law",), "leader"),
        (("vice", "clerk", "leader"), ("law",), "coordinator"),
        (("vice", "clerk", "leader", "coordinator"), ("law",), "administrator"),
    ],
)
def test_it_climbs_on_where_more_is_gone(gone: tuple[str, ...], units: tuple[str, ...], owner: str) -> None:
    story = Story(work("x", owner="clerk")).act("head", "hand-over", "x", "理由", to="vice")
    reorganised(story, without(*gone, units=units)).on("2024-06-05")
    assert waited_for(story) == [("sign", (owner,))]
    assert story.act(owner, "sign", "x").status == {"x": "working"}


def test_a_post_that_nobody_holds_any_more_is_like_one_that_is_gone() -> None:
    story = Story(work("x")).act("head", "hand-over", "x", "理由", to="clerk")
    reorganised(story, directory(post("clerk", vacant=True))).on("2024-06-05")
    assert waited_for(story) == [("sign", ("head",))]


def test_a_pending_review_goes_to_the_leader_and_on_along_the_line() -> None:
    for gone, judge in ((("judge",), "leader"), (("judge", "leader"), "coordinator")):
        story = Story(work("x", review="judge")).act("officer", "submit", "x").tick()
        reorganised(story, without(*gone)).on("2024-06-05")
        assert story.told()[-1] == f"review {judge}"
        assert waited_for(story) == [("approve", (judge,))]
        assert story.act(judge, "approve", "x").status == {"x": "done"}


def test_a_request_is_answered_though_its_supervisor_is_gone() -> None:
    story = Story(work("x", due="2024-06-14")).act("officer", "extend", "x", "理由", to="2024-06-20").tick()
    reorganised(story, without("leader")).on("2024-06-05")
    assert "ask coordinator" in story.told()
    assert story.act("coordinator", "grant", "x").step("x").extended_to is not None


def test_whom_a_notice_was_for_is_gone_when_it_is_to_be_sent() -> None:
    story = Story(work("x")).act("head", "hand-over", "x", "理由", to="vice").tick()
    reorganised(story, without("vice"))
    assert story.tick().told()[-1] == "assign head"


def test_a_plan_without_its_coordinator_is_managed_by_the_administrator() -> None:
    story = reorganised(Story(work("x")), without("coordinator"))
    assert story.act("administrator", "suspend", "x", "理由").status == {"x": "suspended"}


def test_who_asked_and_who_handed_in_may_be_gone() -> None:
    story = Story(work("x", review="law")).act("officer", "submit", "x")
    reorganised(story, without("officer")).on("2024-06-05")
    assert story.act("judge", "approve", "x").status == {"x": "done"}
