"""What people may do to a step: which verb, where the step stands, who they are; and what comes of it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from duban.core.deciding.commands import RULES, STATUS_TITLES, VERB_TITLES, Command, Refused, Verb, respond
from duban.core.deciding.offers import offers
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.summary import Status
from duban.core.planning.plan import StepRef
from duban.core.telling.events import way
from tests.core.builders import (
    HERE,
    POSTS,
    Story,
    action,
    collection,
    day,
    directory,
    indicator,
    initiative,
    milestone,
    moment,
    period,
    post,
    review,
    work,
)

DUE = "2024-06-14"

SETTINGS: dict[str, Callable[[], Story]] = {
    # A step called x, in every status there is.
    "waiting": lambda: Story(work("before"), work("x", "before", review="law")),
    "open": lambda: Story(work("x", review="law")),
    "working": lambda: Story(work("x", review="law")).act("officer", "sign", "x"),
    "reported": lambda: Story(work("x", review="law")).act("officer", "report", "x", progress=80),
    "asking": lambda: Story(work("x", review="law")).act("officer", "extend", "x", "等批复", to="2024-06-28"),
    "review": lambda: Story(work("x", review="law")).act("officer", "submit", "x"),
    "suspended": lambda: Story(work("x", review="law")).act("leader", "suspend", "x", "等上级意见"),
    "done": lambda: Story(work("x")).act("officer", "submit", "x"),
    "cancelled": lambda: Story(work("x")).act("leader", "cancel", "x", "任务取消"),
    "unreviewed": lambda: Story(work("x")),
    "reviewing": lambda: Story(work("y"), review("x", "y")).act("officer", "submit", "y"),
    "measuring": lambda: Story(indicator("x")),
    "running": lambda: Story(action("x")),
    "failed": lambda: Story(action("x")).happens(EntryKind.ACTION_FAILED, "x", reason="超时", final=True),
    "elapsing": lambda: Story(period("x")),
    "milestone": lambda: Story(work("before"), milestone("x", "before")),
    "acting-later": lambda: Story(work("before"), action("x", "before")),
    "collecting": lambda: Story(*collection("x")),
}
OWNERS = {"officer", "head"}
MANAGERS = {"head", "leader", "coordinator"}
SUPERVISORS = {"leader", "coordinator"}
JUDGES = {"judge", "leader"}
LEADER = {"leader"}
UNDER_WAY = ("open", "working", "reported", "asking", "unreviewed", "measuring")
BY_ITSELF = ("running", "failed", "elapsing", "milestone", "acting-later", "collecting")
ANYTHING = ("waiting", *UNDER_WAY, "review", "reviewing", *BY_ITSELF)
WITH_OWNER = ("waiting", *UNDER_WAY, "review", "suspended")

ALLOWED: dict[str, dict[str, set[str]]] = {
    # For each verb: in which settings, and to whom.
    "sign": {**dict.fromkeys(("open", "unreviewed", "measuring", "asking"), OWNERS), "reviewing": {"clerk", "judge"}},
    "report": {**dict.fromkeys(UNDER_WAY, OWNERS), "reviewing": {"clerk", "judge"}},
    "submit": dict.fromkeys(("open", "working", "reported", "asking", "unreviewed"), OWNERS),
    "approve": {"review": JUDGES, "reviewing": JUDGES},
    "return": {"review": JUDGES, "reviewing": JUDGES},
    "extend": {
        **dict.fromkeys(("open", "working", "reported", "unreviewed", "measuring"), OWNERS),
        "reviewing": {"clerk", "judge"},
    },
    "grant": {"asking": {"leader"}},
    "refuse": {"asking": {"leader"}},
    "suspend": dict.fromkeys(ANYTHING, MANAGERS),
    "resume": dict.fromkeys(("suspended", "failed"), MANAGERS),
    "hand-over": {**dict.fromkeys(WITH_OWNER, MANAGERS), "reviewing": MANAGERS | {"judge"}},
    "cancel": dict.fromkeys((*ANYTHING, "suspended"), SUPERVISORS),
    "withdraw": dict.fromkeys(("asking", "review"), OWNERS),
    "correct": {"reported": OWNERS},
    "reopen": {"done": MANAGERS, "cancelled": SUPERVISORS},
    "conclude": {"collecting": MANAGERS},
    "instruct": dict.fromkeys((*ANYTHING, "suspended"), LEADER),
    "advise": {"reviewing": OWNERS},
    "press": dict.fromkeys((*UNDER_WAY, "reviewing"), SUPERVISORS),
    "acknowledge": {
        **dict.fromkeys((*ANYTHING, "suspended"), OWNERS),
        "review": OWNERS | {"judge"},
        "asking": OWNERS | {"leader"},
        "failed": OWNERS | {"administrator"},
        "reviewing": {"clerk", "judge"},
    },
    "disown": {
        **dict.fromkeys((*ANYTHING, "suspended", "done", "cancelled"), OWNERS),
        "review": OWNERS | {"judge"},
        "asking": OWNERS | {"leader"},
        "failed": OWNERS | {"administrator"},
        "reviewing": {"clerk", "judge"},
    },
}


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("verb", Verb)
def test_who_may_do_what_and_when(verb: Verb, setting: str) -> None:
    story = SETTINGS[setting]()
    to = {Verb.EXTEND: "2024-07-31", Verb.HAND_OVER: "vice"}.get(verb, "")
    allowed = set()
    for known in POSTS:
        command = Command(verb, StepRef(HERE, "x"), known.id, "情况说明", progress=50, to=to)
        try:
            drafts = respond(story.look, story.state, command)
        except Refused:
            continue
        assert {draft.actor for draft in drafts} == {known.id}
        allowed.add(known.id)
    assert allowed == ALLOWED[verb.value].get(setting, set())


def test_every_status_is_tried() -> None:
    tried = {row.status for setting in SETTINGS.values() for row in setting().summary.steps if row.step == "x"}
    assert tried == set(Status)
    assert set(STATUS_TITLES) == set(Status)
    assert set(VERB_TITLES) == set(RULES) == set(Verb)


def refused(story: Story, actor: str, verb: str, step: str = "x", reason: str = "情况说明", **said: Any) -> str:
    """The code and the message of a refusal, after which nothing is stored."""
    before = list(story.entries)
    with pytest.raises(Refused) as refusal:
        story.act(actor, verb, step, reason, **said)
    assert story.entries == before
    return f"{refusal.value.code}: {refusal.value}"


def opened(**said: Any) -> Story:
    return Story(work("x", due=DUE, **said))


REFUSALS = [  # in which setting, who tries what, and what they read
    ("open", "officer", "sign", {"step": "y"}, "unknown-step: “here举措”中没有事项 y：请核对事项编号"),
    ("open", "offcer", "sign", {}, "unknown-person: 通讯录中没有岗位 offcer：是否指 officer？"),
    ("open", "clerk", "sign", {}, "not-yours: clerk岗不能对“x事项”签收，应由officer岗、head岗办理"),
    ("review", "officer", "submit", {}, "not-now: “x事项”待审核，现在不能报送办结；待签收、办理中时方可报送办结"),
    ("open", "judge", "approve", {}, "not-now: “x事项”尚未报送办结，不能审核通过"),
    ("unreviewed", "leader", "approve", {}, "no-reviewer: “x事项”不设审核，报送即办结，无需审核通过"),
    ("elapsing", "officer", "report", {}, "wrong-kind: “x事项”这类事项不能反馈进展"),
    ("measuring", "officer", "submit", {}, "wrong-kind: “x事项”这类事项不能报送办结"),
    ("review", "judge", "return", {"reason": " "}, "reason-missing: 退回应当说明理由"),
    ("done", "officer", "report", {}, "closed: “x事项”已办结（officer岗，2024-06-03），无需再办"),
    (
        "open",
        "officer",
        "report",
        {"reason": ""},
        "nothing-reported: 请填写进度、数值或者情况说明",
    ),
    ("open", "officer", "report", {"progress": 101}, "bad-progress: 进度应为 0 至 100，收到 101"),
    ("open", "officer", "report", {"value": 1.0}, "no-indicator: “x事项”没有指标，不能填写数值"),
    ("measuring", "officer", "report", {"value": float("nan")}, "bad-value: 数值应为有限的数，收到 nan"),
    ("acting-later", "leader", "conclude", {}, "wrong-kind: “x事项”这类事项不能截止收集"),
    (
        "running",
        "leader",
        "conclude",
        {},
        "wrong-kind: “x事项”这类事项不能截止收集",
    ),
    ("open", "officer", "extend", {"to": "下周"}, "bad-day: 请写明延期至哪一天，如 2024-07-15；收到“下周”"),
    ("open", "officer", "extend", {"to": "2027-01-04"}, "bad-day: 延期日期2027-01-04过远：工作日历编至2027-12-31"),
    ("open", "officer", "extend", {"to": "2024-06-11"}, "not-later: 延期日期2024-06-11应在现时限2024-06-11和今日之后"),
    ("asking", "officer", "extend", {"to": "2024-07-31"}, "asked-already: 已申请延期至2024-06-28，正待答复"),
    ("open", "leader", "grant", {}, "not-asked: “x事项”没有待答复的延期申请"),
    ("open", "leader", "hand-over", {"to": "wroks"}, "unknown-person: 通讯录中没有单位或岗位 wroks：是否指 works？"),
    ("open", "leader", "hand-over", {"to": "works"}, "same-owner: “x事项”本就由建设处承办"),
]


@pytest.mark.parametrize(
    ("setting", "actor", "verb", "said", "message"), REFUSALS, ids=[row[4].partition(":")[0] for row in REFUSALS]
)
def test_a_refusal_says_what_is_wrong(setting: str, actor: str, verb: str, said: dict[str, Any], message: str) -> None:
    assert refused(SETTINGS[setting](), actor, verb, **said) == message


# Reporting -----------------------------------------------------------------------------------------------------------


def test_a_report_says_how_far_it_is() -> None:
    story = opened().act("officer", "report", "x", "已起草", progress=40)
    assert story.row("x").progress == 40
    assert story.act("officer", "report", "x", "等批复").row("x").progress == 40


def test_who_reports_or_hands_in_has_signed_for_it() -> None:
    assert opened().act("officer", "report", "x", "已起草").step("x").signed == day("2024-06-03")
    story = opened(review="law").act("officer", "submit", "x").act("judge", "return", "x", "补充说明")
    assert story.status == {"x": "working"}


def test_signing_twice_is_refused() -> None:
    assert refused(opened().act("officer", "sign", "x"), "head", "sign").startswith("not-now")


# Handing in ----------------------------------------------------------------------------------------------------------


def test_deliverables_must_be_named() -> None:
    story = opened(evidence=("送审稿", "起草说明"))
    wanted = "evidence-missing: “x事项”办结须附成果材料：送审稿、起草说明"
    assert refused(story, "officer", "submit") == wanted
    assert refused(story, "officer", "submit", evidence=("  ",)) == wanted
    assert story.act("officer", "submit", "x", evidence=("送审稿.docx", "")).step("x").evidence == ("送审稿.docx",)
    assert story.status == {"x": "done"}


def test_handing_in_twice_is_refused() -> None:
    story = opened(review="law").act("officer", "submit", "x")
    assert refused(story, "head", "submit").startswith("not-now")


def test_work_with_a_reviewer_ends_when_it_is_approved() -> None:
    story = opened(review="law").act("officer", "submit", "x")
    assert story.row("x").finished is None
    story.on("2024-06-05").act("judge", "approve", "x")
    assert story.row("x").finished == day("2024-06-05")
    assert story.step("x").closed_by == "judge"


def test_the_first_to_approve_wins_and_the_other_is_told_who_it_was() -> None:
    story = opened(review="law").act("officer", "submit", "x").act("leader", "approve", "x")
    assert refused(story, "judge", "approve") == "closed: “x事项”已办结（leader岗，2024-06-03），无需再办"


def test_a_collection_can_be_concluded_with_what_is_in() -> None:
    story = Story(*collection("x")).act("officer", "submit", "x@works")
    story.act("leader", "conclude", "x", "时间已到", key="once")
    assert story.status == {"x@works": "done", "x@law": "cancelled", "x": "running"}
    cancelled = [entry for entry in story.entries if entry.kind is EntryKind.CANCELLED]
    assert [(one.step, one.actor, one.data, one.key) for one in cancelled] == [
        ("x@law", "leader", {"reason": "时间已到", "limit": ["2024-06-11", "2024-06-11"]}, "once")
    ]


def test_what_the_system_closed_is_said_to_be_closed_by_it() -> None:
    story = Story(period("x", days=1)).on("2024-06-06")
    assert refused(story, "leader", "cancel") == "closed: “x事项”已办结（系统，2024-06-04），无需再办"


def test_nobody_judges_their_own_work() -> None:
    people = directory(post("judge", "officer", "2024-06-03..2024-06-30"))
    story = Story(work("x", review="law"), review("check", "x"), people=people).act("officer", "submit", "x")
    assert refused(story, "officer", "approve").startswith("own-work")
    story.act("leader", "approve", "x")
    assert refused(story, "officer", "approve", "check").startswith("own-work")
    assert story.act("judge", "approve", "check").status == {"x": "done", "check": "done"}


# Sending back --------------------------------------------------------------------------------------------------------


def test_work_sent_back_goes_on_and_is_not_whole() -> None:
    story = opened(review="law").act("officer", "submit", "x").act("judge", "return", "x", "补充说明")
    assert story.status == {"x": "working"}
    assert (story.row("x").progress, story.step("x").rounds, story.step("x").evidence) == (90, 1, ())
    assert story.act("officer", "submit", "x").act("judge", "approve", "x").status == {"x": "done"}


def test_a_review_that_sends_work_back_waits_until_it_is_handed_in_again() -> None:
    story = Story(work("x"), review("check", "x")).act("officer", "submit", "x")
    story.on("2024-06-05").act("judge", "return", "check", "补充说明")
    assert story.status == {"x": "working", "check": "waiting"}
    story.on("2024-06-07").act("officer", "submit", "x")
    assert story.status == {"x": "done", "check": "open"}
    assert story.step("check").opened == day("2024-06-07")
    assert story.act("judge", "approve", "check").status == {"x": "done", "check": "done"}


def test_a_review_of_several_works_must_say_which_goes_back() -> None:
    story = Story(work("a"), work("b"), review("check", "a b"))
    story.act("officer", "submit", "a").act("officer", "submit", "b")
    assert refused(story, "judge", "return", "check") == "return-what: 请指明退回哪一项：“a事项”（a）、“b事项”（b）"
    assert refused(story, "judge", "return", "check", to="check").startswith("return-what")
    story.act("judge", "return", "check", "补充说明", to="b")
    assert story.status == {"a": "done", "b": "working", "check": "waiting"}


def test_a_review_of_no_work_has_nothing_to_send_back() -> None:
    story = Story(milestone("start"), review("check", "start"))
    message = "return-what: 本审核事项没有可退回的前置事项"
    assert refused(story, "judge", "return", "check") == message


def test_cancelled_work_cannot_be_sent_back() -> None:
    story = Story(work("x"), review("check", "x")).act("leader", "cancel", "x", "任务取消")
    assert refused(story, "judge", "return", "check").startswith("return-what")


WHO_MAY = "确需重办的，请head岗、leader岗或者coordinator岗恢复办理"


def test_work_on_which_others_have_built_cannot_be_sent_back() -> None:
    def built_on() -> Story:
        return Story(work("x"), review("check", "x"), milestone("published", "x")).act("officer", "submit", "x")

    message = "built-on: “x事项”已有后续工作（published事项），不能退回；" + WHO_MAY
    assert refused(built_on(), "judge", "return", "check") == message
    for manager in ("head", "leader", "coordinator"):
        assert not built_on().act(manager, "reopen", "x", "漏项").step("x").closed


def test_work_for_which_other_initiatives_wait_cannot_be_sent_back() -> None:
    there = initiative(work("a", f"{HERE}/x", home="there"), name="there")
    story = Story(work("x"), review("check", "x"), beside=[there]).act("officer", "submit", "x")
    assert refused(story, "judge", "return", "check") == (
        "built-on: “x事项”已有后续工作（there举措），不能退回；" + WHO_MAY
    )


# Extensions ----------------------------------------------------------------------------------------------------------


def test_an_extension_granted_moves_the_deadline_and_shows_the_first_one() -> None:
    story = opened().act("officer", "extend", "x", "等批复", to="2024-06-28")
    assert story.row("x").due == day(DUE)  # unanswered: the old date stands
    story.act("leader", "grant", "x")
    assert (story.row("x").due, story.row("x").original_due) == (day("2024-06-28"), day(DUE))
    assert story.step("x").asked is None


def test_an_unanswered_request_leaves_the_old_date() -> None:
    story = opened().act("officer", "extend", "x", "等批复", to="2024-06-28").on("2024-06-17")
    assert story.row("x").due == day(DUE)
    assert story.reason("x") == "已逾期1个工作日"


def test_the_answer_may_name_another_day() -> None:
    story = opened().act("officer", "extend", "x", "等批复", to="2024-07-31")
    assert refused(story, "leader", "grant", to="2024-06-14").startswith("not-later")
    assert story.act("leader", "grant", "x", to="2024-06-21").row("x").due == day("2024-06-21")


def test_a_request_refused_may_be_made_again() -> None:
    story = opened().act("officer", "extend", "x", "等批复", to="2024-06-28").act("leader", "refuse", "x", "时间紧")
    assert story.row("x").due == day(DUE)
    assert story.act("officer", "extend", "x", "等批复", to="2024-06-21").step("x").asks == 2


@pytest.mark.parametrize(
    ("asked", "late"), [("2024-06-14 23:59:59", False), ("2024-06-15 00:00", True), ("2024-06-17", True)]
)
def test_a_request_after_the_limit_counts_as_late(asked: str, late: bool) -> None:
    story = opened().on(asked).act("officer", "extend", "x", "等批复", to="2024-06-28")
    request = story.step("x").asked
    assert request
    assert request.late is late


def test_a_request_for_a_day_that_is_over_is_refused() -> None:
    assert refused(opened().on("2024-06-20"), "officer", "extend", to="2024-06-19").startswith("not-later")


def test_nobody_answers_their_own_request() -> None:
    people = directory(post("leader", "officer", "2024-06-03..2024-06-30"))
    story = Story(work("x", due=DUE), people=people).act("officer", "extend", "x", "等批复", to="2024-06-28")
    assert refused(story, "officer", "grant").startswith("own-request")
    assert refused(story, "officer", "refuse").startswith("own-request")


def test_a_step_without_a_deadline_needs_no_extension() -> None:
    story = Story(work("a"), work("x", due="5 days after a"))
    assert refused(story, "officer", "extend", to="2024-06-28") == "no-deadline: “x事项”没有时限，无需延期"


def test_handing_in_settles_a_request() -> None:
    story = opened(review="law").act("officer", "extend", "x", "等批复", to="2024-06-28").act("officer", "submit", "x")
    assert story.step("x").asked is None


# Suspending, handing over, cancelling --------------------------------------------------------------------------------


def test_suspended_days_do_not_count() -> None:
    story = opened().on("2024-06-05").act("head", "suspend", "x", "等上级意见")
    assert story.on("2024-06-12").status == {"x": "suspended"}
    story.act("head", "resume", "x")
    assert story.row("x").due == day("2024-06-20")  # 5, 6, 7 and 11 June are given back
    assert story.row("x").original_due == day(DUE)


def test_suspending_twice_is_refused() -> None:
    assert refused(opened().act("head", "suspend", "x", "等意见"), "leader", "suspend").startswith("not-now")


def test_a_failed_action_is_run_again_when_it_is_resumed() -> None:
    story = SETTINGS["failed"]()
    assert story.decision.actions == ()
    assert story.act("leader", "resume", "x").status == {"x": "running"}
    assert story.decision.actions == (StepRef(HERE, "x"),)


def test_after_a_hand_over_the_new_owner_is_asked_and_the_old_one_no_longer() -> None:
    story = opened().act("officer", "sign", "x").act("head", "hand-over", "x", "职责调整", to="law")
    assert story.status == {"x": "open"}
    assert story.told() == ["assign officer", "assign clerk", "change officer", "change clerk"]
    assert refused(story, "officer", "report").startswith("not-yours")
    story.act("clerk", "sign", "x").on("2024-06-11")
    assert story.told("2024-06-11") == ["remind clerk"]


GONE = post("clerk", None, vacant=True), post("judge", None, "2024-06-03..2024-06-28")
"""The unit `law` without anybody: its officer's post is vacant, its head on leave."""


@pytest.mark.parametrize("to", ["clerk", "judge", "law"])
def test_a_hand_over_to_where_nobody_is_and_nobody_stands_in_is_refused(to: str) -> None:
    story = Story(work("x", due="2024-06-14"), people=directory(*GONE))
    assert refused(story, "leader", "hand-over", reason="职责调整", to=to).startswith("nobody-there: ")
    assert "hand-over" in {offer.verb for offer in offers(story.look, story.state)}


def test_a_hand_over_to_a_vacant_post_goes_to_its_deputy() -> None:
    story = Story(work("x", due="2024-06-14"), people=directory(post("clerk", "vice", vacant=True)))
    story.act("leader", "hand-over", "x", "职责调整", to="law")
    assert "assign vice" in story.told()
    assert story.act("vice", "sign", "x").status["x"] == "working"


def test_a_hand_over_to_a_unit_one_of_whose_people_is_there_is_taken() -> None:
    story = Story(work("x", due="2024-06-14"), people=directory(GONE[0]))
    assert story.act("leader", "hand-over", "x", "职责调整", to="law").step("x").owner == "law"


def test_what_is_handed_back_is_handed_out_again() -> None:
    story = opened().act("leader", "hand-over", "x", "职责调整", to="law")
    story.act("clerk", "sign", "x").on("2024-06-05").act("leader", "hand-over", "x", "职责调整", to="works")
    assert [line for line in story.told() if "assign" in line] == ["assign officer", "assign clerk", "assign officer"]


def test_a_cancelled_step_lets_those_after_it_go_on() -> None:
    story = Story(work("x"), work("after", "x"), milestone("end", "after"))
    story.act("coordinator", "cancel", "x", "任务取消")
    assert story.status == {"x": "cancelled", "after": "open", "end": "waiting"}
    assert story.act("leader", "cancel", "after", "任务取消").headline == "全部事项已办结"


# Deputies and the clock ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "may"), [("2024-06-04", False), ("2024-06-05", True), ("2024-06-07", True), ("2024-06-08", False)]
)
def test_a_deputy_acts_only_while_the_holder_is_away(today: str, may: bool) -> None:
    people = directory(post("officer", "vice", "2024-06-05..2024-06-07"))
    story = Story(work("x", due=DUE), people=people).on(today)
    if may:
        assert story.act("vice", "sign", "x").entries[-1].actor == "vice"
    else:
        assert refused(story, "vice", "sign").startswith("not-yours")


@pytest.mark.parametrize("host", ["Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati", "UTC"])
def test_an_answer_in_the_last_second_of_the_limit_is_in_time_wherever_the_host_stands(host: str) -> None:
    story = opened()
    story.now = moment("2024-06-14 23:59:59").astimezone(ZoneInfo(host))
    story.act("officer", "submit", "x")
    assert story.row("x").finished == day(DUE)
    assert story.entries[-1].day == day(DUE)


def test_one_second_later_it_is_late() -> None:
    story = opened()
    story.now = datetime(2024, 6, 14, 16, 0, 0, tzinfo=ZoneInfo("UTC"))
    assert story.reason("x").startswith("已逾期")
    assert story.act("officer", "submit", "x").row("x").finished == day("2024-06-15")


# Acknowledging -------------------------------------------------------------------------------------------------------


def test_who_was_written_to_may_acknowledge() -> None:
    story = opened().on("2024-06-21")
    assert story.act("leader", "acknowledge", "x").step("x").answered == day("2024-06-21")
    assert refused(story, "judge", "acknowledge").startswith("not-yours")


# Keys ----------------------------------------------------------------------------------------------------------------


def test_every_entry_of_an_act_tells_by_which_way_it_came() -> None:
    story = Story(work("x"))
    command = Command(Verb.SUBMIT, StepRef(HERE, "x"), "officer", "办完", key="k", via="form 7f3a")
    drafts = respond(story.look, story.state, command)
    assert [draft.kind.value for draft in drafts] == ["submitted", "signed", "completed"]
    assert [draft.data["via"] for draft in drafts] == ["form 7f3a"] * 3
    story.write(*drafts)
    assert {way(entry) for entry in story.entries[-3:]} == {"表单 7f3a"}
    assert [way(entry) for entry in story.entries[:1]] == [""]


def test_the_first_entry_of_a_command_bears_its_key() -> None:
    story = opened()
    command = Command(Verb.SUBMIT, StepRef(HERE, "x"), "officer", key="form/1")
    drafts = respond(story.look, story.state, command)
    assert [draft.key for draft in drafts] == ["form/1", None, "completed/x/0"]
    assert [draft.kind for draft in drafts] == [EntryKind.SUBMITTED, EntryKind.SIGNED, EntryKind.COMPLETED]


def test_measured_values_end_an_indicator() -> None:
    story = Story(indicator("x", at_least=10)).act("officer", "report", "x", value=9.5)
    assert story.status == {"x": "working"}
    story.on("2024-06-06").act("officer", "report", "x", value=10.0)
    assert (story.status, story.row("x").finished) == ({"x": "done"}, date(2024, 6, 6))
