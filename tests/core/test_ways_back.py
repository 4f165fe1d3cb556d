"""Closing is no one-way door: what is not answered is withdrawn, what was wrong corrected, what was closed reopened."""

from pathlib import Path

import pytest

from duban.adapters.wording import Wording
from duban.core.deciding.commands import Refused
from duban.core.deciding.recheck import recheck
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.planning.plan import Step, StepRef
from duban.core.planning.review_file import Several
from duban.core.telling.events import in_full
from duban.core.telling.revised import Names
from duban.core.telling.slips import Slip, slip
from tests.core.builders import (
    HERE,
    Story,
    action,
    collection,
    day,
    handing_over,
    indicator,
    milestone,
    period,
    review,
    work,
)

DUE = "2024-06-14"
FILE = ("送审稿.docx",)
BETTER = ("送审稿（改）.docx",)


def refused(story: Story, actor: str, verb: str, step: str = "x", reason: str = "填错", **said: object) -> str:
    before = list(story.entries)
    with pytest.raises(Refused) as refusal:
        story.act(actor, verb, step, reason, **said)
    assert story.entries == before
    return refusal.value.code


def told(story: Story, since: str = "2000-01-01") -> list[str]:
    """Who is told of changes."""
    return [line.removeprefix("change ") for line in story.told(since) if line.startswith("change ")]


def letter(story: Story, recipient: str, step: str = "x") -> Slip:
    """The last notice of a change that waits for somebody."""
    rows = [row for row in story.state.notices.values() if row.slip == "change" and row.step == step and row.next_try]
    last = [row for row in rows if row.recipient == recipient][-1]
    return slip(story.look, recheck(story.look, story.state, last), story.entries)


def last(story: Story, kind: EntryKind) -> str:
    """The last entry of a kind, in words."""
    entry = [entry for entry in story.entries if entry.kind is kind][-1]
    return in_full(Names(story.office.directory, (story.office.plan,)), entry, "件")


# Withdrawing ---------------------------------------------------------------------------------------------------------


def handed_in(**said: object) -> Story:
    """Handed in on the day before, and the reviewers have been written to."""
    story = Story(work("x", due=DUE, **({"review": "law"} | said))).act("officer", "submit", "x", evidence=FILE)
    return story.sent().on("2024-06-04")


def test_a_hand_in_is_withdrawn_until_it_is_answered() -> None:
    story = handed_in().act("officer", "withdraw", "x", "附件有误")
    assert (story.status, story.step("x").evidence, story.row("x").due) == ({"x": "working"}, (), day(DUE))
    assert last(story, EntryKind.WITHDRAWN) == "officer岗撤回报送：附件有误"
    story.act("officer", "submit", "x", evidence=BETTER)
    assert (story.status, story.step("x").evidence) == ({"x": "review"}, BETTER)
    story.act("judge", "approve", "x")
    assert refused(story, "officer", "withdraw") == "answered"


def test_a_reviewer_who_was_asked_hears_of_it_and_is_asked_again() -> None:
    story = handed_in().act("officer", "withdraw", "x", "附件有误")
    assert told(story) == ["judge"]
    assert letter(story, "judge").change == "撤回"
    assert "不必再作答复" in Wording(Path("config/notices"))(letter(story, "judge")).text
    story.sent().on("2024-06-05").act("officer", "submit", "x", evidence=BETTER)
    assert story.told("2024-06-05") == ["review judge"]


def test_who_is_asked_again_at_once_need_not_hear_that_it_was_withdrawn() -> None:
    story = handed_in().act("officer", "withdraw", "x", "附件有误").act("officer", "submit", "x", evidence=BETTER)
    waiting = [row for row in story.state.notices.values() if row.next_try]
    assert [row.slip for row in waiting if recheck(story.look, story.state, row).rung] == ["review"]


def test_answers_of_several_lapse_with_the_hand_in() -> None:
    story = handed_in(review=Several(("law", "vice"), 2)).act("judge", "approve", "x")
    story.act("officer", "withdraw", "x", "附件有误").act("officer", "submit", "x", evidence=BETTER)
    assert story.act("vice", "approve", "x").status == {"x": "review"}
    assert story.act("judge", "approve", "x").status == {"x": "done"}


def test_work_judged_by_review_steps_is_withdrawn_until_the_last_has_answered() -> None:
    steps = (work("x"), review("a", "x"), review("b", "x"))
    story = Story(*steps).act("officer", "submit", "x").act("judge", "approve", "a")
    story.act("officer", "withdraw", "x", "附件有误")
    assert story.status == {"x": "working", "a": "waiting", "b": "waiting"}
    story.act("officer", "submit", "x").act("judge", "approve", "a").act("judge", "approve", "b")
    assert refused(story, "officer", "withdraw") == "answered"


def test_a_request_for_an_extension_is_withdrawn_and_made_anew() -> None:
    story = Story(work("x", due=DUE)).act("officer", "extend", "x", "等批复", to="2025-06-28").sent().on("2024-06-04")
    assert refused(story, "officer", "extend", to="2024-06-28") == "asked-already"
    story.act("officer", "withdraw", "x", "日期写错")
    assert last(story, EntryKind.WITHDRAWN) == "officer岗撤回延期申请：日期写错"
    assert (told(story), refused(story, "leader", "grant")) == (["leader"], "not-asked")
    story.act("officer", "extend", "x", "等批复", to="2024-06-28").act("leader", "grant", "x")
    assert story.row("x").due == day("2024-06-28")


def test_a_request_withdrawn_is_not_told_as_answered() -> None:
    story = Story(work("x", due=DUE)).act("officer", "extend", "x", "等批复", to="2024-06-28")
    story.act("leader", "refuse", "x", "时间紧").sent().on("2024-06-05")
    story.act("officer", "extend", "x", "再等", to="2024-06-28").act("officer", "withdraw", "x", "不必了")
    assert [line for line in story.on("2024-06-11").told() if line.startswith("answer")] == ["answer officer"]


def test_there_must_be_something_to_withdraw() -> None:
    assert refused(Story(work("x")), "officer", "withdraw") == "nothing-pending"
    assert refused(Story(work("x")).act("officer", "submit", "x"), "officer", "withdraw") == "answered"
    assert refused(handed_in(), "judge", "withdraw") == "not-yours"
    story = Story(work("x"), review("a", "x"), milestone("m", "x")).act("officer", "submit", "x")
    assert refused(story, "officer", "withdraw") == "built-on"
    with pytest.raises(Refused, match="不能撤回；确需重办的，请head岗、leader岗或者coordinator岗恢复办理"):
        story.act("officer", "withdraw", "x")


def test_a_request_lapses_with_a_hand_over_and_who_was_asked_is_told() -> None:
    story = Story(work("x", due=DUE)).act("officer", "extend", "x", "等批复", to="2024-06-28").sent().on("2024-06-04")
    story.act("head", "hand-over", "x", "职责调整", to="law")
    assert story.step("x").asked is None
    assert told(story) == ["officer", "clerk", "leader"]
    assert refused(story, "leader", "grant") == "not-asked"


def test_a_request_lapses_when_the_plan_names_another_owner() -> None:
    story = Story(work("x", due=DUE)).act("officer", "extend", "x", "等批复", to="2024-06-28").sent()
    data = {"edits": {"owner": ["works", "law"]}, "owner": "law", "from": "works"}
    story.write(Draft(EntryKind.REPLANNED, "x", "coordinator", data)).replanned(work("x", due=DUE, owner="law")).tick()
    assert story.step("x").asked is None


# Correcting ----------------------------------------------------------------------------------------------------------


def test_480_typed_for_48_and_the_indicator_follows() -> None:
    story = Story(indicator("x", at_least=100, due="2024-12-31"), milestone("m", "x"))
    story.act("officer", "report", "x", value=480.0)
    assert story.status == {"x": "done", "m": "done"}
    story.on("2024-06-05").act("officer", "correct", "x", "多打一个零", value=48.0)
    assert story.status == {"x": "open", "m": "done"}, "what was reached because of it stays"
    assert (story.step("x").value, story.row("x").progress) == (48.0, 48)
    assert story.step("x").values == ((day("2024-06-03"), 48.0),), "it is of the day on which it was reported"
    assert last(story, EntryKind.CORRECTED) == "officer岗更正已达48件：多打一个零"
    assert story.act("officer", "report", "x", value=101.0).status == {"x": "done", "m": "done"}


def test_48_typed_for_480_and_the_indicator_is_done_on_the_day_of_the_report() -> None:
    story = Story(indicator("x", at_least=100)).act("officer", "report", "x", value=48.0)
    story.on("2024-06-05").act("officer", "correct", "x", "漏一个零", value=480.0)
    assert (story.status, story.step("x").finished) == ({"x": "done"}, day("2024-06-03"))


def test_a_corrected_value_that_still_reaches_the_target_leaves_it_done() -> None:
    story = Story(indicator("x", at_least=100)).act("officer", "report", "x", value=480.0)
    story.act("officer", "correct", "x", "重新核对", value=479.0)
    assert (story.status, story.step("x").value) == ({"x": "done"}, 479.0)


def test_a_measured_value_is_corrected_too() -> None:
    story = Story(indicator("x", at_least=100)).happens(EntryKind.MEASURED, "x", value=480.0, period="d1", source="表")
    assert story.act("head", "correct", "x", "数据表有误", value=48.0).status == {"x": "open"}


def test_80_percent_typed_for_8() -> None:
    story = Story(work("x")).act("officer", "report", "x", progress=80).on("2024-06-05")
    assert story.act("officer", "correct", "x", "填错", progress=8).row("x").progress == 8
    assert last(story, EntryKind.CORRECTED) == "officer岗更正进度8%：填错"
    assert story.act("officer", "report", "x", progress=20).row("x").progress == 20


def test_the_wrong_file_on_a_step_without_a_reviewer() -> None:
    story = Story(work("x"), work("after", "x", owner="law")).act("officer", "submit", "x", evidence=FILE).sent()
    story.act("clerk", "sign", "after").on("2024-06-04").act("officer", "correct", "x", "传错文件", evidence=BETTER)
    assert (story.status, story.step("x").evidence) == ({"x": "done", "after": "working"}, BETTER)
    assert (story.step("x").finished, told(story)) == (day("2024-06-03"), ["clerk"])
    assert last(story, EntryKind.CORRECTED) == "officer岗更正成果材料：传错文件（成果：送审稿（改）.docx）"
    assert letter(story, "clerk", "after").reason == "officer岗更正前置事项“x事项”，本事项照常办理：传错文件"
    kept = [entry.data["evidence"] for entry in story.entries if entry.kind is EntryKind.SUBMITTED]
    assert kept == [list(FILE)], "the ledger keeps both"


def test_a_better_file_while_it_is_judged_is_judged_by_all() -> None:
    story = handed_in(review=Several(("law", "vice"), 2)).act("judge", "approve", "x")
    story.act("officer", "correct", "x", "换上定稿", evidence=BETTER)
    assert (story.status, story.step("x").evidence, story.step("x").agreed) == ({"x": "review"}, BETTER, ())
    assert story.told("2024-06-04") == ["review judge", "review vice"]
    story = Story(work("x"), review("a", "x"), review("b", "x")).act("officer", "submit", "x", evidence=FILE)
    story.act("judge", "approve", "a").act("officer", "correct", "x", "换上定稿", evidence=BETTER)
    assert story.status == {"x": "done", "a": "open", "b": "open"}


def test_what_was_approved_is_not_replaced_behind_the_reviewers_back() -> None:
    story = handed_in().act("judge", "approve", "x")
    assert refused(story, "officer", "correct", evidence=BETTER) == "answered"
    story = Story(work("x"), review("a", "x")).act("officer", "submit", "x").act("judge", "approve", "a")
    assert refused(story, "officer", "correct", evidence=BETTER) == "answered"
    story = Story(work("x"), review("a", "x")).act("officer", "submit", "x").act("leader", "cancel", "a", "不必审")
    assert story.act("officer", "correct", "x", "换上定稿", evidence=BETTER).step("x").evidence == BETTER


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "nothing-corrected"),
        ({"evidence": (" ",)}, "nothing-corrected"),
        ({"progress": 8}, "nothing-reported"),
        ({"value": 8.0}, "no-indicator"),
        ({"evidence": FILE}, "nothing-handed-in"),
        ({"progress": 800}, "bad-progress"),
        ({"reason": "", "progress": 8}, "reason-missing"),
    ],
)
def test_what_cannot_be_corrected(said: dict[str, object], code: str) -> None:
    assert refused(Story(work("x")), "officer", "correct", **said) == code


def test_no_value_and_no_progress_of_what_is_closed() -> None:
    assert refused(Story(indicator("x")), "officer", "correct", value=8.0) == "nothing-reported"
    story = Story(work("x")).act("officer", "report", "x", progress=8).act("officer", "submit", "x")
    assert refused(story, "officer", "correct", progress=80) == "nothing-reported"


# Reopening -----------------------------------------------------------------------------------------------------------


def test_what_was_cancelled_by_mistake_goes_on_and_the_days_between_do_not_count() -> None:
    story = Story(work("x", due=DUE)).act("officer", "sign", "x").on("2024-06-05").act("leader", "cancel", "x", "弄错")
    story.sent().on("2024-06-12").act("coordinator", "reopen", "x", "终止错了")
    assert (story.status, story.row("x").due, story.row("x").original_due) == (
        {"x": "open"},
        day("2024-06-20"),  # 5, 6, 7 and 11 June are given back, as where it is suspended
        day(DUE),
    )
    assert story.told("2024-06-12") == ["assign officer", "change officer"]
    assert letter(story, "officer").change == "恢复办理"
    assert last(story, EntryKind.REOPENED) == "coordinator岗将已终止事项恢复办理：终止错了"
    assert story.act("officer", "submit", "x").status == {"x": "done"}


def test_a_suspension_that_ended_by_cancelling_does_not_count_either() -> None:
    story = Story(work("x", due=DUE)).on("2024-06-05").act("leader", "suspend", "x", "等意见")
    story.on("2024-06-07").act("leader", "cancel", "x", "弄错").on("2024-06-12").act("leader", "reopen", "x", "错了")
    assert story.row("x").due == day("2024-06-20")


def test_what_has_begun_goes_on_and_its_owner_is_told() -> None:
    steps = (work("x"), milestone("m", "x"), work("on", "m", owner="law"), work("over", "x", owner="law"))
    story = Story(*steps, work("later", "x", earliest="2024-07-01")).act("officer", "submit", "x").sent()
    story.act("clerk", "sign", "on").act("clerk", "submit", "over").on("2024-06-05").act("head", "reopen", "x", "漏项")
    assert story.status == {"x": "open", "m": "done", "on": "working", "over": "done", "later": "waiting"}
    assert sorted(told(story)) == ["clerk", "clerk", "officer"]
    assert letter(story, "clerk", "over").reason == "head岗恢复办理前置事项“x事项”，本事项照常办理：漏项"
    assert story.on("2024-07-02").status["later"] == "waiting", "what has not begun waits for it"


def test_a_deadline_that_counts_from_it_stands_until_it_is_closed_again() -> None:
    story = Story(work("x"), work("y", "x", due="10 days after x"), work("z", "x", due="2024-07-31"))
    story.act("officer", "submit", "x").on("2024-06-05")
    assert story.row("y").due == day("2024-06-13")
    story.act("head", "reopen", "x", "漏项")
    assert story.row("y").due == day("2024-06-13")
    story.on("2024-06-12").act("officer", "submit", "x")
    assert story.row("y").due == day("2024-06-24")  # the 22nd is a Saturday


def test_a_review_of_it_begins_anew() -> None:
    story = Story(work("x"), review("a", "x"), work("y", "a", owner="law"))
    story.act("officer", "submit", "x").act("judge", "approve", "a").act("clerk", "sign", "y")
    story.act("leader", "reopen", "x", "漏项")
    assert story.status == {"x": "open", "a": "waiting", "y": "working"}
    assert story.act("officer", "submit", "x").status == {"x": "done", "a": "open", "y": "working"}


def test_a_review_itself_is_reopened() -> None:
    story = Story(work("x"), review("a", "x")).act("officer", "submit", "x").act("judge", "approve", "a").sent()
    story.act("leader", "reopen", "a", "审漏了")
    assert story.status == {"x": "done", "a": "open"}
    assert [line for line in story.told() if line.startswith("assign")][-2:] == ["assign clerk", "assign clerk"]
    story.act("judge", "return", "a", "缺附件").act("leader", "cancel", "a", "不审了").act(
        "leader", "reopen", "a", "要审"
    )
    assert story.status == {"x": "working", "a": "waiting"}


def test_who_may_reopen_depends_on_how_it_was_closed() -> None:
    done = Story(work("x")).act("officer", "submit", "x")
    assert refused(done, "officer", "reopen") == "not-yours"
    assert done.act("head", "reopen", "x", "漏项").status == {"x": "open"}
    gone = Story(work("x")).act("leader", "cancel", "x", "不办")
    assert refused(gone, "head", "reopen") == "not-yours"
    assert refused(gone, "leader", "reopen", reason="") == "reason-missing"
    assert refused(Story(work("x")), "leader", "reopen") == "not-now"


def test_what_would_end_at_once_again_is_not_reopened() -> None:
    story = Story(indicator("x"), milestone("m", "x")).act("officer", "report", "x", value=480.0)
    assert refused(story, "head", "reopen") == "ends-again"
    assert refused(story, "head", "reopen", "m") == "ends-again"
    story.act("officer", "correct", "x", "填错", value=4.0).act("head", "reopen", "m", "并未达到")
    assert story.status == {"x": "open", "m": "waiting"}


def test_what_needs_nobody_begins_anew_once_it_was_done() -> None:
    story = Story(period("p", days=3), action("a")).happens(EntryKind.ACTION_STARTED, "a")
    story.happens(EntryKind.ACTION_SUCCEEDED, "a").on("2024-06-11")
    assert story.status == {"p": "done", "a": "done"}
    story.act("head", "reopen", "p", "公示重来").act("head", "reopen", "a", "再发一次")
    assert (story.status, story.decision.actions) == ({"p": "elapsing", "a": "running"}, (StepRef(HERE, "a"),))
    assert story.step("p").opened == day("2024-06-11")
    assert story.on("2024-06-17").status["p"] == "done"


def test_a_period_cancelled_by_mistake_goes_on_where_it_was() -> None:
    story = Story(period("p", days=5)).on("2024-06-05").act("leader", "cancel", "p", "弄错")
    story.on("2024-06-07").act("leader", "reopen", "p", "错了")
    assert story.on("2024-06-13 23:00").status == {"p": "elapsing"}
    assert story.on("2024-06-14").status == {"p": "done"}


def test_what_had_not_opened_waits_again_and_what_is_done_by_signing_is_signed_for_anew() -> None:
    story = Story(work("a"), work("x", "a")).act("leader", "cancel", "x", "弄错").act("leader", "reopen", "x", "错了")
    assert (story.status, told(story)) == ({"a": "open", "x": "waiting"}, [])
    story = Story(*handing_over("over")).happens(EntryKind.ACTION_STARTED, "over")
    story.happens(EntryKind.ACTION_SUCCEEDED, "over").act("officer", "sign", "over@works")
    assert story.act("head", "reopen", "over@works", "签错").status["over@works"] == "open"
    assert story.act("officer", "sign", "over@works").status["over@works"] == "done"


def test_a_unit_left_out_of_a_collection_may_still_hand_in() -> None:
    story = Story(*collection("x")).act("officer", "submit", "x@works").act("leader", "conclude", "x", "时间已到")
    story.act("leader", "reopen", "x@law", "补报").act("clerk", "submit", "x@law")
    assert story.status["x@law"] == "done"


# What is left, and requests that lapse -------------------------------------------------------------------------------


def test_6_days_typed_for_60() -> None:
    story = Story(work("x", days=90)).act("officer", "report", "x", remaining=6)
    story.on("2024-06-04").act("officer", "correct", "x", "漏一个零", remaining=60)
    assert (story.step("x").remaining, story.step("x").reported) == (60, day("2024-06-03"))
    assert last(story, EntryKind.CORRECTED) == "officer岗更正预计还需60天：漏一个零"
    assert refused(Story(work("x")).act("officer", "report", "x", "困难"), "officer", "correct", remaining=6) == (
        "nothing-reported"
    )
    assert refused(story.act("officer", "submit", "x"), "officer", "correct", remaining=6) == "nothing-reported"
    assert refused(Story(work("x", review="law")).act("officer", "submit", "x"), "officer", "correct", remaining=6) == (
        "nothing-reported"
    )


def asking(*steps: Step) -> Story:
    """The first of the steps has an extension asked for by its owner, and not answered."""
    story, first = Story(*steps), steps[0].id
    owner = "officer" if steps[0].owner == "works" else "clerk"
    return story.act(owner, "extend", first, "等批复", to="2024-06-28").on("2024-06-04")


LAPSING = [
    ("head", "hand-over", {"to": "law"}, EntryKind.HANDED_OVER),
    ("officer", "submit", {}, EntryKind.SUBMITTED),
    ("leader", "cancel", {}, EntryKind.CANCELLED),
]


@pytest.mark.parametrize(("actor", "verb", "said", "kind"), LAPSING, ids=[verb for _, verb, *_ in LAPSING])
def test_a_request_that_lapses_is_kept_and_told(actor: str, verb: str, said: dict[str, str], kind: EntryKind) -> None:
    story = asking(work("x", due=DUE)).act(actor, verb, "x", "理由", **said)
    lapsed = story.step("x").lapsed
    assert lapsed is not None
    assert (lapsed.request.to, lapsed.by, lapsed.on) == (day("2024-06-28"), kind, day("2024-06-04"))
    assert last(story, kind).endswith("（至2024年6月28日的延期申请未及答复，随之失效）")
    assert [entry.kind for entry in story.entries if "lapsed" in entry.data] == [kind]


def test_a_review_that_asked_for_time_and_answers_lets_that_lapse() -> None:
    story = Story(work("w"), review("x", "w", due=DUE)).act("officer", "submit", "w")
    story.act("clerk", "extend", "x", "等批复", to="2024-06-28")
    back = Story(*story.initiative.steps.values())
    back.entries = list(story.entries)
    story.act("judge", "approve", "x")
    assert last(story, EntryKind.APPROVED).endswith("延期申请未及答复，随之失效）")
    assert story.step("x").lapsed is not None
    back.act("judge", "return", "x", "补充")
    told = [entry for entry in back.entries if "lapsed" in entry.data]
    assert [(entry.kind, entry.step) for entry in told] == [(EntryKind.RETURNED, "x")]
    assert back.step("x").lapsed is not None


def test_what_was_answered_or_withdrawn_or_asked_anew_has_not_lapsed() -> None:
    assert asking(work("x", due=DUE)).act("leader", "grant", "x").step("x").lapsed is None
    assert asking(work("x", due=DUE)).act("leader", "refuse", "x", "不宜").step("x").lapsed is None
    assert asking(work("x", due=DUE)).act("officer", "withdraw", "x", "不必").step("x").lapsed is None
    story = asking(work("x", due=DUE)).act("head", "hand-over", "x", "调整", to="law")
    assert story.act("clerk", "extend", "x", "接手", to="2024-06-28").step("x").lapsed is None
