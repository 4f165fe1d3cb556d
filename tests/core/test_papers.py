"""Papers of slips: what was said when it was sent, whenever it is printed."""

from dataclasses import asdict, replace
from datetime import date

import pytest

from duban.core.deciding.commands import Refused, Verb
from duban.core.planning.plan import StepRef
from duban.core.planning.policy import Policy
from duban.core.telling.digest import digest
from duban.core.telling.papers import SLIPS, Paper, enclosed, of_step
from duban.core.telling.slips import Slip
from duban.outbox import deliver_due
from tests.bureau import COSMETICS, DIRECTORY, IN_DIGESTS, LEADER, OFFICER, STANDARD, Postbox, Story, office, plain
from tests.slips import sent, signed

DRAFT = StepRef(COSMETICS, "draft")


def paper(story: Story, kind: str, ref: StepRef = DRAFT) -> Paper:
    view = story.service.view(ref.initiative)
    return of_step(view.look, view.entries, view.names, kind, ref)


def said(of: Paper | Slip) -> dict[str, object]:
    """What a slip and a paper of it both say."""
    told = asdict(of.matter if isinstance(of, Paper) else of)
    return {name: value for name, value in told.items() if name != "answer"}


def test_a_paper_says_what_its_slip_says() -> None:
    story = Story().at(1)
    assert said(paper(story, "assign")) == said(story.slip("assign"))
    assert paper(story, "assign").file == "工作交办单 沪知督〔2024〕2.04a-5号.docx"


def test_a_paper_says_the_same_whenever_it_is_printed() -> None:
    story = sent(Story().at(1))
    before = paper(story, "assign")
    assert before.matter.history == ()
    story = sent(sent(story.at(2).act(Verb.SIGN).at(11)).at(15))
    assert paper(story, "assign") == before
    pressing = paper(story, "press")
    assert pressing.matter.days_left == -1
    story = story.at(22).act(Verb.SUBMIT, evidence=("方案送审稿", "起草说明")).act(Verb.APPROVE, actor=LEADER).at(25)
    assert paper(story, "press") == pressing
    assert paper(story, "assign") == before


def test_so_does_one_of_a_slip_that_went_with_a_digest() -> None:
    bureau = office(policy=IN_DIGESTS)
    story = sent(sent(Story(bureau).at(1, 10)).at(12))
    story = story.at(15, 8).at(15, 9)
    told = said(paper(story, "press"))
    deliver_due(story.service, Postbox(), plain)
    assert told == said(paper(story.at(15, 16), "press"))


def test_of_several_of_a_kind_the_last_is_meant_and_of_several_at_once_the_owners() -> None:
    story = sent(sent(Story().at(1)).at(2).act(Verb.SIGN).at(15))
    assert paper(story, "press").matter.recipient_title == "保护处联络员"
    story = sent(story.act(Verb.EXTEND, to="2024-04-19", reason="会期调整").act(Verb.GRANT, actor=LEADER).at(22))
    assert paper(story, "press").matter.date == "2024年4月22日"


def test_an_extension_is_a_paper_with_what_was_asked_and_what_was_answered() -> None:
    story = sent(signed().at(9).act(Verb.EXTEND, to="2024-04-26", reason="专家论证会改期").at(9, 11))
    asked = paper(story, "extension")
    assert asked.matter.title == "延期审批单"
    assert (asked.matter.due, asked.matter.wanted) == ("2024年4月12日", "2024年4月26日")
    assert asked.matter.progress == "40%（2024年4月4日反馈）"
    assert "专家论证会改期" in asked.matter.reason
    assert asked.matter.answer == ""
    answered = paper(story.at(10).act(Verb.REFUSE, actor=LEADER, reason="不影响分工推进").at(11), "extension")
    assert answered.matter.answer == "分管副局长不同意延期：不影响分工推进"
    assert replace(answered.matter, answer="") == asked.matter


def test_a_paper_outlives_the_rule_by_which_its_slip_was_sent() -> None:
    story = sent(Story().at(1))
    before = paper(story, "assign")
    rungs = tuple(rung for rung in STANDARD.rungs if rung.id != "assign")
    story.with_office(office(policy=Policy(ladders=(STANDARD.model_copy(update={"rungs": rungs}),))))
    again = paper(story.at(3), "assign").matter
    assert (again.number, again.date, again.title) == (before.matter.number, "2024年4月1日", "工作交办单")


@pytest.mark.parametrize(
    ("kind", "ref", "told"),
    [
        ("press", DRAFT, "没有发出过《工作催办单》；可以出具的有《工作交办单》"),
        ("extension", DRAFT, "没有发出过《延期审批单》；可以出具的有《工作交办单》"),
        ("assign", StepRef(COSMETICS, "adopt"), "没有发出过《工作交办单》；尚无可以出具的文书"),
    ],
)
def test_where_no_slip_was_sent_there_is_no_paper(kind: str, ref: StepRef, told: str) -> None:
    with pytest.raises(Refused, match=told):
        paper(Story().at(1), kind, ref)


def test_a_slip_that_was_dropped_is_no_paper() -> None:
    story = sent(Story().at(1).act(Verb.SIGN).later(30))
    story.tick()
    with pytest.raises(Refused, match="没有发出过《工作催办单》"):
        paper(sent(sent(story.at(15).act(Verb.ACKNOWLEDGE)).at(15, 10)), "press")


def test_an_indicators_progress_is_its_last_value() -> None:
    story = Story().at(2).act(Verb.SIGN, step="cases").act(Verb.REPORT, step="cases", value=12)
    assert paper(story, "assign", StepRef(COSMETICS, "cases")).matter.progress == "2024年4月2日达12件"
    assert paper(story, "assign").matter.progress == "尚未反馈"


def test_papers_go_with_letters_to_whom_the_directory_says() -> None:
    posts = tuple(post.model_copy(update={"papers": post.id == OFFICER}) for post in DIRECTORY.posts)
    bureau = office(directory=DIRECTORY.model_copy(update={"posts": posts}))
    story = sent(sent(Story(bureau).at(1)).at(2).act(Verb.SIGN).at(11)).at(15)
    wanted, unwanted = story.slip("press"), story.slip("press", "protection-deputy")
    (one,) = enclosed(wanted)
    assert (one.kind, said(one)) == ("press", said(wanted))
    assert enclosed(unwanted) == ()
    reminded = Story(bureau).at(1).at(3).slip("remind-to-sign")
    assert enclosed(reminded) == (), "no paper is made of a reminder"
    daily = digest(bureau, OFFICER, date(2024, 4, 15), [wanted, unwanted, reminded, wanted])
    assert enclosed(daily) == (one, one)
    asked = story.act(Verb.EXTEND, to="2024-04-26", reason="专家论证会改期").at(15, 10).slip("ask", LEADER)
    (form,) = enclosed(replace(asked, enclosed="延期审批单"))
    assert (form.kind, form.matter.title, asked.title) == ("extension", "延期审批单", "延期申请审核单")


def test_every_paper_of_a_slip_has_one() -> None:
    assert set(SLIPS.values()) <= {rung.slip for rung in STANDARD.rungs}
