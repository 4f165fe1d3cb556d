from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duban.core.deciding.commands import Refused, Verb
from duban.core.deciding.decide import decide
from duban.core.deciding.recheck import Lapse, recheck
from duban.core.deciding.undelivered import DEAD
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.keys import NoticeKey
from duban.core.ledger.notices import Delivery
from duban.core.planning.directory import DirectoryFile
from duban.core.planning.plan import StepRef
from duban.core.planning.policy import LadderFile, Policy
from duban.outbox import deliver_due
from duban.outbox.resending import Revival, revive
from tests.bureau import (
    ADMINISTRATOR,
    COSMETICS,
    DIRECTORY,
    HANDED_OVER,
    HEAD,
    LEADER,
    OFFICER,
    REVIEWER,
    STANDARD,
    STEPS,
    Postbox,
    Story,
    initiative,
    office,
    plain,
)
from tests.slips import changed

SUBMISSION = {"evidence": ("方案送审稿", "起草说明")}


def sent(story: Story) -> Story:
    deliver_due(story.service, Postbox(), plain)
    return story


# Whether a queued notice is still due --------------------------------------------------------------------------------


def test_a_notice_is_due_while_nothing_happened() -> None:
    assert Story().at(1).lapsed("assign") == ""


def moved_on(verb: Verb, actor: str = OFFICER, **said: object) -> Story:
    return sent(Story().at(1)).at(3, 9).act(verb, actor=actor, **said)


LAPSES = {
    "signed for": (lambda: moved_on(Verb.SIGN), "事项已签收"),
    "submitted": (lambda: moved_on(Verb.SUBMIT, **SUBMISSION), "事项已报送审核"),
    "suspended": (lambda: moved_on(Verb.SUSPEND, HEAD, reason="上级文件修订"), "事项已中止"),
    "cancelled": (lambda: moved_on(Verb.CANCEL, LEADER, reason="并入另一事项"), "事项已终止"),
    "closed": (
        lambda: moved_on(Verb.SUBMIT, **SUBMISSION).act(Verb.APPROVE, actor=REVIEWER),
        "事项已办结",
    ),
}


@pytest.mark.parametrize("case", LAPSES)
def test_a_pressing_to_sign_lapses_once_the_step_has_moved_on(case: str) -> None:
    happen, why = LAPSES[case]
    assert happen().lapsed("remind-to-sign") == why


def test_a_pressing_of_a_deadline_lapses_when_it_is_extended() -> None:
    story = sent(Story().at(1)).at(2).act(Verb.SIGN).act(Verb.EXTEND, to="2024-04-30", reason="会期调整")
    story = story.at(15).act(Verb.GRANT, actor=LEADER)
    assert story.lapsed("press") == "时限或者承办人已调整"


def test_a_pressing_lapses_when_the_step_is_handed_over() -> None:
    story = sent(Story().at(1)).at(2).act(Verb.SIGN).at(15)
    story.act(Verb.HAND_OVER, actor=HEAD, to="policy-law", reason="职责调整")
    assert story.lapsed("press") != ""


def test_a_pressing_is_held_back_by_an_answer() -> None:
    story = sent(Story().at(1)).at(2).act(Verb.SIGN).at(15).act(Verb.ACKNOWLEDGE)
    assert story.lapsed("press") == "承办方已有回应，暂缓催办"


def test_a_pressing_waits_when_a_slow_sender_has_only_just_delivered_the_one_before() -> None:
    story = sent(Story().at(1)).at(2).act(Verb.SIGN).at(11)
    warning = story.notice("warn")
    slow = Draft(EntryKind.NOTICE_CLAIMED, "draft", data={"notice": warning.key, "next_try": "2024-04-11T09:10+08:00"})
    story.service.record(COSMETICS, slow)
    story.at(15)
    told = {"notice": warning.key, "slip": "remind", "recipient": OFFICER}
    story.service.record(COSMETICS, Draft(EntryKind.NOTICE_SENT, "draft", data=told))
    assert story.lapsed("press") == "距上次催办不足2个工作日，暂缓催办"
    assert story.at(17).lapsed("press") == ""


def test_a_reminder_lapses_when_a_higher_rung_is_due_as_well() -> None:
    story = sent(Story().at(1)).at(2).act(Verb.SIGN).at(11).at(15)
    assert story.lapsed("warn") == "已有更高层级的通知一并发出"
    assert story.lapsed("press") == ""


def test_a_request_for_review_lapses_when_it_is_answered() -> None:
    story = Story().at(1).act(Verb.SUBMIT, **SUBMISSION).at(1, 10)
    story.act(Verb.RETURN, actor=REVIEWER, reason="缺少说明")
    assert story.lapsed("review", REVIEWER) == "审核已有结果"


def test_a_notice_of_a_rung_the_policy_no_longer_has_lapses() -> None:
    story = Story().at(1)
    rungs = tuple(rung for rung in STANDARD.rungs if rung.id != "assign")
    changed = Policy(ladders=(LadderFile(id="standard", title="常规督办", rungs=rungs),))
    assert story.with_office(office(policy=changed)).lapsed("assign") == "催办规则已调整"


def test_a_notice_of_a_step_the_plan_no_longer_has_lapses() -> None:
    story = Story().at(1)
    assert without_draft(story).lapsed("assign") == "计划中已无此事项"


def without_draft(story: Story) -> Story:
    kept = [replace(step, needs=()) for step in STEPS if step.id != "draft"]
    steps = initiative(COSMETICS, "推进化妆品产业知识产权保护", "2.4a", *kept)
    return story.with_office(office(initiatives={COSMETICS: steps}))


def test_a_notice_whose_recipient_has_left_goes_to_the_deputy_instead() -> None:
    story = Story().at(1)
    posts = [
        post if post.id != OFFICER else post.model_copy(update={"vacant": True, "deputy": HEAD})
        for post in DIRECTORY.posts
    ]
    vacant = DirectoryFile(administrator=ADMINISTRATOR, posts=tuple(posts), units=DIRECTORY.units)
    assert story.with_office(office(directory=vacant)).lapsed("assign") == "改送保护处处长"


def test_a_lapsed_notice_has_no_slip() -> None:
    story = sent(Story().at(1)).at(3).act(Verb.SIGN)
    with pytest.raises(ValueError, match="已签收"):
        story.slip("remind-to-sign")


DEEDS = st.sampled_from(
    [
        (Verb.SIGN, OFFICER, {}),
        (Verb.REPORT, OFFICER, {"progress": 30}),
        (Verb.ACKNOWLEDGE, OFFICER, {}),
        (Verb.SUBMIT, OFFICER, SUBMISSION),
        (Verb.RETURN, REVIEWER, {"reason": "补充"}),
        (Verb.EXTEND, OFFICER, {"to": "2024-05-10", "reason": "会期调整"}),
        (Verb.GRANT, LEADER, {}),
        (Verb.REFUSE, LEADER, {"reason": "不影响"}),
        (Verb.SUSPEND, HEAD, {"reason": "修订"}),
        (Verb.RESUME, HEAD, {}),
        (Verb.HAND_OVER, HEAD, {"to": "policy-law", "reason": "调整"}),
    ]
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(2, 26), DEEDS), max_size=8))
def test_what_is_dropped_is_not_queued_again_at_once(
    deeds: list[tuple[int, tuple[Verb, str, dict[str, object]]]],
) -> None:
    """Otherwise a notice would be queued and dropped for ever; only one redirected to another person is."""
    story = Story().at(1)
    for day, (verb, actor, said) in sorted(deeds, key=lambda deed: deed[0]):
        try:
            story.at(day, 11).act(verb, actor=actor, **said)
        except Refused:
            continue
        view = story.service.view(COSMETICS)
        for notice in view.state.notices.values():
            if notice.next_try is None:
                continue
            again = recheck(view.look, view.state, notice)
            own, key = view.state.step(notice.step), NoticeKey.parse(notice.key)
            dropped = {**own.notices, key: notice._replace(delivery=Delivery.DROPPED)}
            steps = {**view.state.steps, notice.step: own._replace(notices=dropped)}
            after = decide(view.look, replace(view.state, steps=steps))
            queued = [d for d in after.drafts if d.kind is EntryKind.NOTICE_QUEUED and d.data["notice"] == notice.key]
            assert bool(queued) == (
                again.rung is not None or (again.lapsed is not None and again.lapsed.why is Lapse.REDIRECTED)
            )


# What a slip says -----------------------------------------------------------------------------------------------------


def test_a_slip_names_plan_step_and_people() -> None:
    told = Story().at(1).slip("assign")
    assert (told.kind, told.date, told.step_ref) == ("assign", "2024年4月1日", "cosmetics/draft")
    assert (told.plan_title, told.document) == ("知识产权局2024年工作要点", "沪知局〔2024〕7号")
    assert (told.initiative_number, told.initiative_title) == ("2.04a", "推进化妆品产业知识产权保护")
    assert (told.owner_title, told.recipient_title, told.acting_for) == ("保护处", "保护处联络员", "")
    assert (told.due, told.original_due, told.days_left) == ("2024年4月12日", "2024年4月12日", 9)
    assert told.evidence == ("方案送审稿", "起草说明")
    assert told.requirement == "办结后报政策法规处审核"


def test_the_number_of_a_slip_is_its_own() -> None:
    story = Story().at(1)
    numbers = {story.slip("assign", step=step).number for step in ("draft", "cases")}
    queued = {entry.sequence for entry in story.ledger.entries(COSMETICS) if entry.kind is EntryKind.NOTICE_QUEUED}
    assert numbers <= {f"沪知督〔2024〕2.04a-{sequence}号" for sequence in queued}
    assert len(numbers) == 2


def test_a_deputy_is_told_whom_he_stands_in_for() -> None:
    told = sent(Story().at(1)).at(2).act(Verb.SIGN).at(15).slip("press", "protection-deputy")
    assert (told.recipient_title, told.acting_for) == ("保护处副处长", "保护处处长")


def test_those_who_wait_are_named_here_and_elsewhere() -> None:
    told = Story().at(1).slip("assign")
    assert told.waiting_for_this == ("合法性审核", "举办方案解读培训（加强知识产权培训）")


def test_those_who_wait_no_longer_are_not_named() -> None:
    story = Story().at(1).act(Verb.CANCEL, "check", LEADER, reason="无需审核")
    assert story.slip("assign").waiting_for_this == ("举办方案解读培训（加强知识产权培训）",)


def test_an_extension_shows_both_deadlines() -> None:
    story = Story().at(1).act(Verb.SIGN).act(Verb.EXTEND, to="2024-04-19", reason="会期调整")
    told = story.act(Verb.GRANT, actor=LEADER).at(2).slip("answer")
    assert (told.due, told.original_due) == ("2024年4月19日", "2024年4月12日")
    assert told.reason == "分管副局长同意延期至2024年4月19日"


def test_a_late_request_says_so() -> None:
    story = sent(Story().at(1)).at(2).act(Verb.SIGN).at(15).act(Verb.EXTEND, to="2024-04-19", reason="会期调整")
    assert story.at(15, 10).slip("ask", LEADER).reason == ("保护处联络员申请延期至2024年4月19日（逾期提出）：会期调整")


@pytest.mark.parametrize(
    ("day", "reason"), [(1, "保护处联络员于2024年4月1日报送"), (4, "保护处联络员于2024年4月1日报送，已待审3个工作日")]
)
def test_a_reviewer_is_told_who_handed_in_and_how_long_ago(day: int, reason: str) -> None:
    story = Story().at(1).act(Verb.SIGN).act(Verb.SUBMIT, **SUBMISSION, reason="已定稿").at(day, 10)
    told = story.slip("review" if day == 1 else "review-again", REVIEWER)
    assert told.reason == reason
    assert told.history[-1] == "2024年4月1日　保护处联络员报送办结：已定稿"


REQUIREMENTS = {
    "cases": "达到50件以上",
    "adopt": "依据《重大行政决策程序暂行条例》第三十条办理",
    "check": "审核“起草化妆品产业知识产权保护方案”，予以通过或者退回",
}


def worked_through() -> Story:
    """The draft is approved, and so the legal check; every kind of step has opened."""
    story = Story().at(1).act(Verb.SUBMIT, **SUBMISSION).act(Verb.APPROVE, actor=REVIEWER)
    return story.act(Verb.APPROVE, "check", REVIEWER).at(2)


@pytest.mark.parametrize("step", REQUIREMENTS)
def test_what_is_required_depends_on_the_kind_of_step(step: str) -> None:
    story = Story().at(1)
    if step != "cases":
        story.act(Verb.SUBMIT, **SUBMISSION).act(Verb.APPROVE, actor=REVIEWER)
    if step == "adopt":
        story.act(Verb.APPROVE, "check", REVIEWER)
    recipient = "policy-law-officer" if step == "check" else OFFICER
    assert story.at(2).slip("assign", recipient, step).requirement == REQUIREMENTS[step]


def test_the_past_is_told_in_order() -> None:
    story = sent(Story().at(1)).at(2).act(Verb.REPORT, progress=20, reason="已开题")
    assert story.act(Verb.REPORT, progress=40).at(11).slip("warn").history == (
        "2024年4月1日　《工作交办单》送保护处联络员",
        "2024年4月2日　保护处联络员反馈：进度20%，已开题",
        "2024年4月2日　保护处联络员签收",
        "2024年4月2日　保护处联络员反馈：进度40%",
    )


def test_everything_that_can_have_happened_can_be_told() -> None:
    story = sent(Story().at(1)).act(Verb.SIGN).act(Verb.SUSPEND, actor=HEAD, reason="上级文件修订")
    story.at(2).act(Verb.RESUME, actor=HEAD).act(Verb.HAND_OVER, actor=HEAD, to="policy-law", reason="职责调整")
    told = story.at(12).slip("warn", "policy-law-officer")
    for what in ("签收", "中止办理：上级文件修订", "恢复办理", "转由政策法规处承办：职责调整"):
        assert [line for line in told.history if line.endswith(what)]
    assert told.owner_title == "政策法规处"


def test_a_measured_value_is_told_in_its_unit() -> None:
    story = sent(Story().at(1)).act(Verb.REPORT, "cases", value=12, reason="截至一季度")
    told = story.at(23).slip("remind", step="cases")
    assert told.history[-2] == "2024年4月1日　保护处联络员反馈：已达12件，截至一季度"
    assert told.command == f"duban report cosmetics/cases --as {OFFICER} --value 数值 --note 办理情况"


def test_an_indicator_that_cannot_be_measured_is_told_to_the_administrator() -> None:
    story = Story().at(1)
    for _ in range(3):
        story.service.fail_measure(StepRef(COSMETICS, "cases"), "2024-w14", "读不到var/cases.csv")
    told = story.slip("failure", ADMINISTRATOR, "cases")
    assert told.reason == "自2024年4月1日起自动取数未成功：读不到var/cases.csv"


def test_what_comes_next_names_day_and_people() -> None:
    assert Story().at(1).slip("assign").next_rung == "若4月3日前仍未签收，将提醒保护处联络员"
    story = sent(Story().at(1)).at(2).act(Verb.SIGN)
    assert story.at(15).slip("press").next_rung == "若4月17日前仍未办结，将督办至保护处副处长、分管副局长"


def test_at_the_top_of_the_ladder_nothing_comes_next() -> None:
    story = sent(Story().at(1)).at(2).act(Verb.SIGN)
    for day in (5, 11, 15):
        sent(story.at(day))
    assert story.at(17).slip("supervise", LEADER).next_rung == ""


# The line that answers it ---------------------------------------------------------------------------------------------


def test_the_owner_signs_then_reports() -> None:
    story = sent(Story().at(1)).at(3)
    assert story.slip("remind-to-sign").command == f"duban sign cosmetics/draft --as {OFFICER}"
    story.act(Verb.SIGN)
    assert sent(story).at(15).slip("press").command == (
        f"duban report cosmetics/draft --as {OFFICER} --progress 百分数 --note 办理情况"
    )


def test_what_is_only_to_be_signed_for_says_so() -> None:
    bureau = office(initiatives={COSMETICS: initiative(COSMETICS, "推进化妆品产业知识产权保护", "2.4a", *HANDED_OVER)})
    story = Story(bureau).at(1)
    story.service.end_action(StepRef(COSMETICS, "over"), "已生成")
    told = story.at(1).slip("assign", step="over@protection")
    assert (told.requirement, told.command) == (
        "按月报送进展；签收即办结",
        f"duban sign cosmetics/over@protection --as {OFFICER}",
    )
    assert sent(story).at(8).slip("press", step="over@protection").command == told.command


def test_the_supervisor_takes_note() -> None:
    story = sent(Story().at(1)).at(2).act(Verb.SIGN)
    assert sent(story.at(15)).at(17).slip("supervise", LEADER).command == f"duban ack cosmetics/draft --as {LEADER}"


def test_who_sent_work_back_names_what_is_to_be_handed_in() -> None:
    story = Story().at(1).act(Verb.SUBMIT, **SUBMISSION).act(Verb.RETURN, actor=REVIEWER, reason="缺少说明")
    told = story.at(2).slip("return")
    assert told.reason == "缺少说明"
    assert told.command == f"duban submit cosmetics/draft --as {OFFICER} --evidence '方案送审稿' --evidence '起草说明'"


# Notices that tell of others ------------------------------------------------------------------------------------------


def undelivered() -> Story:
    story = Story().at(1)
    for _ in range(4):
        deliver_due(story.service, Postbox(refusing="550 no such user"), plain)
        story.later(144)
    return story.at(2)


def test_an_undelivered_notice_is_told_to_the_administrator() -> None:
    told = undelivered().slip(DEAD, ADMINISTRATOR)
    assert told.reason == "发给保护处联络员的《工作交办单》送达4次均未成功：550 no such user"
    assert told.command == "duban show cosmetics"


def test_an_undelivered_notice_is_told_even_when_its_step_is_gone() -> None:
    told = without_draft(undelivered()).slip(DEAD, ADMINISTRATOR)
    assert (told.step_title, told.owner_title, told.light, told.due) == ("draft", "保护处", "", "")
    assert told.days_left is None
    assert told.next_rung == ""


def test_it_lapses_when_the_notice_was_delivered_after_all() -> None:
    story = undelivered()
    told = {"notice": story.notice("assign").key, "slip": "assign", "recipient": OFFICER}
    story.service.record(COSMETICS, Draft(EntryKind.NOTICE_SENT, "draft", data=told))
    assert story.lapsed(DEAD, ADMINISTRATOR) == "已另行送达"


def test_it_lapses_when_the_notice_is_revived() -> None:
    story = undelivered()
    revive(story.service, [story.notice("assign")], Revival("coordinator", "地址已更正"))
    assert story.lapsed(DEAD, ADMINISTRATOR) == "原通知已重新投递"


def with_deputy() -> DirectoryFile:
    """The deputy head stands in for the officer."""
    lined = [
        post if post.id != OFFICER else post.model_copy(update={"deputy": "protection-deputy"})
        for post in DIRECTORY.posts
    ]
    return DirectoryFile(administrator=ADMINISTRATOR, posts=tuple(lined), units=DIRECTORY.units)


def test_all_who_could_not_be_reached_are_told_of() -> None:
    story, post = Story(office(directory=with_deputy())).at(1), Postbox(refusing="550 no such user")
    for day in (1, 2):
        for hour in (9, 11, 13, 16):
            deliver_due(story.at(day, hour).service, post, plain)
    assert story.at(3).slip(DEAD, ADMINISTRATOR).reason == (
        "发给保护处联络员的《工作交办单》送达4次均未成功：550 no such user；"
        "改送保护处副处长，仍未成功：550 no such user"
    )


def test_a_deputy_is_told_for_whom_and_that_it_did_not_arrive_there() -> None:
    story = Story(office(directory=with_deputy())).at(1)
    for hour in (9, 11, 13, 16):
        deliver_due(story.at(1, hour).service, Postbox(refusing="550 no such user"), plain)
    told = story.at(1, 16).slip("assign", "protection-deputy")
    assert (told.recipient_title, told.acting_for) == ("保护处副处长", "保护处联络员")
    assert told.history == ("2024年4月1日　《工作交办单》未能送达保护处联络员：550 no such user",)


@pytest.mark.parametrize(("arrived", "why"), [(False, "原通知已重新投递"), (True, "已另行送达")])
def test_what_was_to_go_to_a_deputy_lapses_when_the_notice_is_revived(arrived: bool, why: str) -> None:
    story = Story(office(directory=with_deputy())).at(1)
    for hour in (9, 11, 13, 16):
        deliver_due(story.at(1, hour).service, Postbox(refusing="550 no such user"), plain)
    story.at(1, 16)
    revive(story.service, [story.notice("assign")], Revival("coordinator", "地址已更正"))
    if arrived:
        told = {"notice": story.notice("assign").key, "slip": "assign", "recipient": OFFICER}
        story.service.record(COSMETICS, Draft(EntryKind.NOTICE_SENT, "draft", data=told))
    assert story.lapsed("assign", "protection-deputy") == why


def test_of_one_that_dies_again_the_administrator_is_told_again_with_its_reason() -> None:
    story = undelivered()
    deliver_due(story.service, Postbox(), plain)
    revive(story.service, [story.notice("assign")], Revival("coordinator", "地址已更正"))
    for hour in (9, 11, 13, 16):
        deliver_due(story.at(2, hour).service, Postbox(refusing="554 mailbox full"), plain)
    told = story.at(3)
    assert told.notice(DEAD, ADMINISTRATOR).key.endswith("/dead~2024-04-02")
    assert told.slip(DEAD, ADMINISTRATOR).reason == "发给保护处联络员的《工作交办单》送达4次均未成功：554 mailbox full"


def test_a_failed_action_is_told_with_its_reason() -> None:
    story, ref = Story().at(2), StepRef(COSMETICS, "bulletin")
    for _ in range(3):
        story.service.start_action(ref)
        story.service.fail_action(ref, "模板文件缺失")
    told = story.at(2, 10).slip("failure", ADMINISTRATOR, "bulletin")
    assert told.reason == "执行3次均未成功：模板文件缺失"
    assert told.light == "红灯（自动事项执行失败，需人工处理）"


# Changes -------------------------------------------------------------------------------------------------------------


def test_a_change_tells_who_did_what_and_why_and_asks_only_whom_it_concerns() -> None:
    given = changed(Verb.HAND_OVER, to="policy-law", reason="职责调整")
    taken = changed(Verb.HAND_OVER, "policy-law-officer", to="policy-law", reason="职责调整")
    assert (given.change, given.reason) == ("转办", "分管副局长转由政策法规处承办：职责调整")
    assert (given.due, given.evidence, given.requirement, given.next_rung) == ("", (), "", "")
    assert (taken.due, taken.evidence) == ("2024年4月12日", ("方案送审稿", "起草说明"))
    assert taken.next_rung.endswith("将提醒政策法规处联络员")


@pytest.mark.parametrize(
    ("verb", "said", "word", "due"),
    [
        (Verb.SUSPEND, {"reason": "等待批复"}, "中止", ""),
        (Verb.RESUME, {}, "恢复", "2024年4月16日"),
        (Verb.CANCEL, {"reason": "并入"}, "终止", ""),
    ],
)
def test_what_is_stopped_has_no_deadline_to_tell(verb: Verb, said: dict[str, str], word: str, due: str) -> None:
    told = changed(verb, **said)
    assert (told.change, told.due) == (word, due)
