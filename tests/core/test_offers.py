"""What may be done now: the most urgent first; everything offered is accepted, and little that nobody would do."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duban.core.deciding.commands import Command, Refused, Verb, respond
from duban.core.deciding.offers import MANAGING, OWNING, REMARKING, Offer, offered_to, offers
from duban.core.ledger.entries import EntryKind
from duban.core.planning.plan import StepRef
from duban.core.planning.plan_file import Kind
from duban.core.telling.offered import choices, deed, named, owner_words, post_words, step_words, understood
from tests.core.builders import HERE, Story, action, collection, directory, indicator, milestone, post, review, work
from tests.core.test_decide_properties import stories

OWNERS = [f"officer {what}" for what in ("sign", "report", "submit", "extend")]
MANAGED = [f"coordinator {what}" for what in ("suspend", "hand-over", "cancel")]
LEADS = "leader instruct"
PRESSES = "coordinator press"

BACK = ["officer withdraw", "officer correct"]


def offered(story: Story) -> list[str]:
    """`who what` of a step called x."""
    return [f"{one.actor} {one.verb}" for one in offers(story.look, story.state) if one.step.step == "x"]


SEEN = {
    "an open step": (lambda: Story(work("x", due="2024-06-14")), [*OWNERS, *MANAGED, LEADS, PRESSES]),
    "a step without a deadline of its own": (lambda: Story(work("x")), [*OWNERS, *MANAGED, LEADS, PRESSES]),
    "one signed for": (lambda: Story(work("x")).act("officer", "sign", "x"), [*OWNERS[1:], *MANAGED, LEADS, PRESSES]),
    "one handed in": (
        lambda: Story(work("x", review="law")).act("officer", "submit", "x"),
        [
            *("judge approve", "leader approve", "judge return", "leader return"),
            *(*MANAGED, *BACK, "judge acknowledge", LEADS),
        ],
    ),
    "an extension asked for": (
        lambda: Story(work("x")).act("officer", "sign", "x").act("officer", "extend", "x", "等批复", to="2024-06-28"),
        [
            *OWNERS[1:3],
            "leader grant",
            "leader refuse",
            *MANAGED,
            "officer withdraw",
            "leader acknowledge",
            LEADS,
            PRESSES,
        ],
    ),
    "one reported on": (
        lambda: Story(work("x")).act("officer", "report", "x", progress=80),
        [*OWNERS[1:], *MANAGED, "officer correct", LEADS, PRESSES],
    ),
    "a review": (
        lambda: Story(work("y"), review("x", "y")).act("officer", "submit", "y").act("clerk", "sign", "x"),
        [
            *("clerk report", "judge approve", "leader approve", "judge return", "leader return", "clerk extend"),
            *MANAGED,
            LEADS,
            PRESSES,
        ],
    ),
    "a suspended step": (
        lambda: Story(work("x")).act("leader", "suspend", "x", "等上级意见"),
        ["coordinator resume", "coordinator hand-over", "coordinator cancel", LEADS],
    ),
    "an action": (lambda: Story(action("x")), ["coordinator suspend", "coordinator cancel"]),
    "a failed action": (
        lambda: Story(action("x")).happens(EntryKind.ACTION_FAILED, "x", reason="超时", final=True),
        ["coordinator suspend", "coordinator resume", "coordinator cancel", "administrator acknowledge"],
    ),
    "a collection": (lambda: Story(*collection("x")), ["coordinator conclude"]),
    "a step that waits": (lambda: Story(work("y"), work("x", "y")), []),
    "a milestone": (lambda: Story(work("y"), milestone("x", "y")), []),
    "a closed step": (
        lambda: Story(work("x")).act("officer", "submit", "x"),
        ["officer correct", "coordinator reopen"],
    ),
    "one closed long ago": (lambda: Story(work("x")).act("officer", "submit", "x").on("2024-06-19"), []),
    "a cancelled step": (lambda: Story(work("x")).act("leader", "cancel", "x", "不办"), ["coordinator reopen"]),
    "a milestone reached": (lambda: Story(milestone("x")), []),
    "one the leader was told of": (
        lambda: Story(work("x", due="2024-06-07")).on("2024-06-21").sent(),
        [*OWNERS, *MANAGED, "leader acknowledge", "coordinator acknowledge", LEADS, PRESSES],
    ),
}


@pytest.mark.parametrize("what", SEEN)
def test_what_is_offered(what: str) -> None:
    made, expected = SEEN[what]
    assert offered(made()) == expected


def test_a_deputy_is_offered_what_is_to_be_done_only_while_the_post_is_empty() -> None:
    away = directory(post("officer", "clerk", "2024-06-03..2024-06-04"), post("head", vacant=True))
    story = Story(work("x"), people=away)
    assert [one for one in offered(story) if "sign" in one] == ["clerk sign"]
    assert [one for one in offered(story.on("2024-06-05")) if "sign" in one] == ["officer sign"]


def test_the_head_is_asked_where_there_is_no_officer_and_the_leader_where_there_is_neither() -> None:
    story = Story(work("x"), people=directory(post("officer", vacant=True)))
    assert [one for one in offered(story) if "sign" in one] == ["head sign"]
    story = Story(work("x"), people=directory(post("officer", vacant=True), post("head", vacant=True)))
    assert [one for one in offered(story) if "sign" in one] == ["leader sign"]


def test_the_most_urgent_step_comes_first_and_one_without_a_deadline_last() -> None:
    story = Story(work("later", due="2024-06-28"), action("never"), work("soon", due="2024-06-14"))
    assert list(dict.fromkeys(one.step.step for one in offers(story.look, story.state))) == ["soon", "later", "never"]


def test_a_review_sends_back_what_nobody_has_built_on() -> None:
    story = Story(work("a"), work("b"), review("x", "a b"), milestone("m", "b"))
    story.act("officer", "submit", "a").act("officer", "submit", "b").tick()
    (back, _) = (one for one in offers(story.look, story.state) if one.verb is Verb.RETURN)
    assert back == Offer(Verb.RETURN, StepRef(HERE, "x"), "judge", ("a",))


@pytest.mark.parametrize(("values", "reported"), [(True, True), (False, True)])
def test_an_indicator_is_reported_on_and_not_handed_in(values: bool, reported: bool) -> None:
    story = Story(indicator("x") if values else work("x"))
    assert ("officer report" in offered(story)) is reported
    assert ("officer submit" in offered(story)) is not values


def filled_in(story: Story, offer: Offer) -> Command:
    """An offer with everything a person might add."""
    step = story.initiative.steps[offer.step.step]
    said: dict[str, Any] = {"reason": "情况说明", "evidence": ("材料",)}
    match offer.verb:
        case Verb.REPORT:
            said |= {"progress": 0, "value": 0.0 if step.target else None}
        case Verb.CORRECT if story.step(step.id).submitted is None:
            said |= {"evidence": (), "value": 0.0} if story.step(step.id).values else {"evidence": (), "progress": 7}
        case Verb.EXTEND:
            said |= {"to": str(story.look.calendar.last.replace(month=1, day=1).replace(year=2026))}
        case Verb.HAND_OVER:
            owner = story.office.owner(step, story.step(step.id))
            said |= {"to": "law" if owner != "law" else "works"}
        case Verb.RETURN if offer.returns:
            said |= {"to": offer.returns[-1]}
        case _:
            pass
    return Command(offer.verb, offer.step, offer.actor, **said)


TO_BE_FILLED_IN = {
    None,
    "reason-missing",
    "nothing-reported",
    "evidence-missing",
    "bad-day",
    "return-what",
    "unknown-person",
    "nothing-corrected",
}


def answer(story: Story, command: Command) -> str | None:
    """Why it is refused; None when it is not."""
    try:
        respond(story.look, story.state, command)
    except Refused as refusal:
        return refusal.code
    return None


@given(stories)
@settings(max_examples=3 * settings().max_examples // 2)
def test_every_offer_is_accepted_once_the_rest_is_filled_in(story: Story) -> None:
    story.tick()
    for offer in offers(story.look, story.state):
        assert respond(story.look, story.state, filled_in(story, offer))
        assert answer(story, Command(offer.verb, offer.step, offer.actor)) in TO_BE_FILLED_IN


@given(stories, st.sampled_from(Verb))
@settings(max_examples=3 * settings().max_examples // 2)
def test_what_is_not_offered_of_an_open_step_is_refused(story: Story, verb: Verb) -> None:
    """Of what is offered to all who may do it."""
    if verb in MANAGING | OWNING | REMARKING | {Verb.ACKNOWLEDGE}:
        return
    story.tick()
    made = {(one.step, one.actor) for one in offers(story.look, story.state) if one.verb is verb}
    for step in story.initiative.steps.values():
        for actor in (*story.office.owner_side(step, story.step(step.id)), "judge", "leader"):
            if actor != story.office.directory.present(actor, story.look.today) or (step.ref, actor) in made:
                continue
            tries = ["", *story.initiative.steps] if step.kind is Kind.REVIEW else [""]
            for to in tries:
                command = replace(filled_in(story, Offer(verb, step.ref, actor)), **({"to": to} if to else {}))
                assert answer(story, command)


# In words ------------------------------------------------------------------------------------------------------------


def test_a_choice_says_who_does_what_with_which_step_and_is_understood() -> None:
    story = Story(work("x"), indicator("y"))
    made = offers(story.look, story.state)
    words = choices(story.office, story.initiative, made)
    assert words[:2] == ["officer岗 签收：x事项", "officer岗 反馈进展：x事项"]
    assert len(set(words)) == len(words)
    assert [understood(story.office, story.initiative, said) for said in words] == [replace(one) for one in made]


def test_titles_that_stand_twice_are_told_apart_by_their_ids() -> None:
    twins = replace(work("x"), title="起草"), replace(work("y"), title="起草"), work("z")
    people = directory(post("judge").model_copy(update={"title": "officer岗"}))
    story = Story(*twins, people=people)
    assert list(step_words(story.initiative).values()) == ["起草 [x]", "起草 [y]", "z事项"]
    assert post_words(people)["judge"] == "officer岗 [judge]"
    assert post_words(people)["head"] == "head岗"
    (said,) = choices(story.office, story.initiative, [Offer(Verb.SIGN, StepRef(HERE, "y"), "officer")])
    assert said == "officer岗 [officer] 签收：起草 [y]"
    assert understood(story.office, story.initiative, said).step.step == "y"
    assert named(owner_words(people), "建设处") == "works"
    assert named(owner_words(people), "财政处") is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "没有选择办理事项"),
        ("  ", "没有选择办理事项"),
        ("办了", "没有这样的办理事项：办了"),
        ("厅长 签收：x事项", "没有这样的办理事项：厅长 签收：x事项；岗位或事项的名称可能已经改变，请重新打开表单"),
        (
            "officer岗 签收：z事项",
            "没有这样的办理事项：officer岗 签收：z事项；岗位或事项的名称可能已经改变，请重新打开表单",
        ),
    ],
)
def test_what_is_no_choice_is_refused(said: str, told: str) -> None:
    story = Story(work("x"))
    with pytest.raises(Refused) as refused:
        understood(story.office, story.initiative, said)
    assert str(refused.value) == told


def test_a_title_that_reads_like_a_choice_does_no_harm() -> None:
    story = Story(replace(work("x"), title="督促 签收：回执"))
    (said,) = choices(story.office, story.initiative, [Offer(Verb.SUBMIT, StepRef(HERE, "x"), "officer")])
    assert said == "officer岗 报送办结：督促 签收：回执"
    assert understood(story.office, story.initiative, said).verb is Verb.SUBMIT


def test_a_deed_reads_as_a_sentence() -> None:
    story = Story(work("x"))
    command = Command(Verb.SUBMIT, StepRef(HERE, "x"), "officer")
    assert deed(story.office, command) == "officer岗报送办结“x事项”"


def test_one_post_is_offered_what_it_may_do_with_one_step_and_of_one_that_waits_nothing_but_to_conclude() -> None:
    story = Story(work("x", due="2024-06-14"), work("later", needs="x"))
    steps = story.look.initiative.steps
    verbs = [one.verb for one in offered_to(story.look, story.state, steps["x"], "officer")]
    assert verbs == [Verb.SIGN, Verb.REPORT, Verb.SUBMIT, Verb.EXTEND, Verb.DISOWN]
    assert offered_to(story.look, story.state, steps["later"], "officer") == ()
