"""What leaders instruct and other units advise about a step: recorded, shown, sent to its owner; all else stays."""

from dataclasses import replace
from typing import Any

import pytest

from duban.cli.look.sentences import paragraphs
from duban.cli.look.why import reasons_of
from duban.core.deciding.commands import Refused, Verb
from duban.core.deciding.offers import offers
from duban.core.deciding.recheck import recheck
from duban.core.planning.plan import StepRef
from duban.core.telling.board import page
from duban.outbox import deliver_due
from tests.bureau import COSMETICS, LEADER, OFFICER, REVIEWER, Postbox, plain
from tests.bureau import Story as Office
from tests.core.builders import Story, action, directory, milestone, period, post, review, work
from tests.slips import supported

WORDS = "先报初稿，再征求意见"


def supporting(*steps: Any, **said: Any) -> Story:
    """The unit `law` supports the initiative."""
    story = Story(*steps, **said)
    story.initiative = replace(story.initiative, support=("law",))
    return story


STANDING = {
    "waiting": lambda: supporting(work("y"), work("x", "y")),
    "open": lambda: supporting(work("x", due="2024-06-14")),
    "working": lambda: supporting(work("x")).act("officer", "sign", "x"),
    "review": lambda: supporting(work("x", review="law")).act("officer", "submit", "x"),
    "suspended": lambda: supporting(work("x")).act("leader", "suspend", "x", "待文件"),
    "running": lambda: supporting(action("x")),
    "elapsing": lambda: supporting(period("x")),
    "late": lambda: supporting(work("x", due="2024-06-07")).on("2024-06-12"),
    "a milestone": lambda: supporting(work("y"), milestone("x", "y")),
    "a review": lambda: supporting(work("y"), review("x", "y", owner="works")),
}


@pytest.mark.parametrize("standing", STANDING)
@pytest.mark.parametrize(("verb", "actor"), [("instruct", "leader"), ("advise", "clerk"), ("advise", "judge")])
def test_it_is_on_record_and_sent_to_the_owner_and_changes_nothing(standing: str, verb: str, actor: str) -> None:
    story = STANDING[standing]().sent().tick().sent()
    before, rungs, own = story.summary, story.decision.rungs, story.step("x")
    story.act(actor, verb, "x", WORDS)
    (remark,) = story.step("x").remarks
    assert (remark.by, remark.words, remark.on) == (actor, WORDS, story.look.today)
    assert story.step("x")._replace(remarks=(), notices=own.notices) == own
    assert replace(story.summary, sequence=0) == replace(before, sequence=0)
    told = [row for row in story.state.notices.values() if row.slip == verb]
    assert [row.recipient for row in told] == ["officer"]
    assert recheck(story.look, story.state, told[0]).rung
    assert [rung for rung in story.decision.rungs if rung.slip != verb] == list(rungs)


def test_every_remark_is_sent_once() -> None:
    story = supporting(work("x", due="2024-06-14")).sent()
    story.act("leader", "instruct", "x", WORDS).act("leader", "instruct", "x", "月底前报结果").act(
        "judge", "advise", "x", "可行"
    )
    story.sent().on("2024-06-04").on("2024-07-01")
    assert [one for one in story.told("2024-06-03") if one.split()[0] in ("instruct", "advise")] == [
        "instruct officer",
        "instruct officer",
        "advise officer",
    ]


def test_a_new_owner_has_what_was_said_in_the_last_days_and_not_what_is_old() -> None:
    story = supporting(work("x", due="2024-06-28")).act("leader", "instruct", "x", "旧").sent()
    story.on("2024-06-13").act("leader", "instruct", "x", WORDS).sent()
    story.on("2024-06-14").act("leader", "hand-over", "x", "职责调整", to="law")
    assert story.told("2024-06-14").count("instruct clerk") == 1


def test_whoever_says_it_is_not_told_of_it() -> None:
    story = supporting(work("x", owner="leader")).sent().act("leader", "instruct", "x", WORDS)
    assert story.told("2024-06-04") == []
    assert not [row for row in story.state.notices.values() if row.slip == "instruct"]


def test_an_instruction_rests_no_rung() -> None:
    story = supporting(work("x", due="2024-06-14")).act("officer", "sign", "x").on("2024-06-17").sent()
    ahead = [rung for rung in story.decision.rungs if rung.slip == "supervise"]
    story.act("leader", "instruct", "x", WORDS)
    assert [rung for rung in story.decision.rungs if rung.slip == "supervise"] == ahead


def refused(story: Story, actor: str, verb: str, words: str = WORDS) -> str:
    with pytest.raises(Refused) as refusal:
        story.act(actor, verb, "x", words)
    return f"{refusal.value.code}: {refusal.value}"


def test_leaders_instruct_and_supporting_units_advise() -> None:
    story = supporting(work("x"))
    assert refused(story, "officer", "instruct") == "not-yours: officer岗不能对“x事项”批示，应由leader岗办理"
    assert refused(story, "officer", "advise").startswith("not-yours")
    assert refused(story, "leader", "instruct", " ") == "reason-missing: 批示应当写明内容"
    assert refused(Story(work("x")), "judge", "advise").startswith("no-reviewer: “x事项”没有配合单位")
    story.act("officer", "submit", "x")
    assert refused(story, "leader", "instruct").startswith("closed")


def test_the_lead_advises_where_another_unit_owns_the_step() -> None:
    story = Story(work("x", owner="law")).sent().act("officer", "advise", "x", WORDS)
    assert story.told()[-1] == "advise clerk"


def test_a_leader_of_another_initiative_may_instruct_and_a_deputy_for_an_absent_one() -> None:
    people = directory(post("leader", "vice", "2024-06-03..2024-06-07"))
    story = Story(work("x"), people=people).act("vice", "instruct", "x", WORDS)
    assert [remark.by for remark in story.step("x").remarks] == ["vice"]


def test_the_form_offers_it_to_the_supervisor_and_to_officers_of_supporting_units() -> None:
    story = supporting(work("x"))
    made = [(one.actor, one.verb) for one in offers(story.look, story.state)]
    assert [pair for pair in made if pair[1] in (Verb.INSTRUCT, Verb.ADVISE)] == [
        ("leader", Verb.INSTRUCT),
        ("clerk", Verb.ADVISE),
    ]


def test_it_is_shown_with_the_step() -> None:
    story = Office().at(1).act(Verb.SIGN)
    story.service = supported(story.service)
    story.at(2).act(Verb.INSTRUCT, actor=LEADER, reason=WORDS).act(Verb.ADVISE, actor=REVIEWER, reason="可行")
    view = story.service.view(COSMETICS)
    shown = page(view.look, story.service.foresee(view).decision)
    assert f"## 批示、意见和催办\n\n- 4月2日　分管副局长批示“起草化妆品产业知识产权保护方案”：{WORDS}\n" in shown
    reasons = reasons_of(story.service, StepRef(COSMETICS, "draft"))
    assert dict(paragraphs(reasons, story.service.office))["批示意见"] == [
        f"2024年4月2日分管副局长批示：{WORDS}",
        "2024年4月2日政策法规处处长提出意见：可行",
    ]
    assert story.slip("advise").remarks == (f"2024年4月2日分管副局长批示：{WORDS}",)  # its own is why it is sent
    assert story.at(8).slip("remind").remarks == (
        f"2024年4月2日分管副局长批示：{WORDS}",
        "2024年4月2日政策法规处处长提出意见：可行",
    )


def test_it_reaches_the_owner_as_a_letter() -> None:
    story = Office().at(1).act(Verb.SIGN).at(2).act(Verb.INSTRUCT, actor=LEADER, reason=WORDS)
    postbox = Postbox()
    deliver_due(story.service, postbox, plain)
    assert [letter.recipient for key, letter in postbox.letters.items() if "instruct" in key] == [OFFICER]
