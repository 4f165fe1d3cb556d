"""`duban withdraw`, `correct` and `reopen` on a ledger of the office's own, and what `duban why` says of them."""

import pytest

from tests.cli.conftest import Bureau, lines
from tests.cli.work.test_people import stored

DRAFT, ISSUE, ATTENDANCE = "cosmetics/draft", "cosmetics/issue", "training/attendance"
OFFICER, HEAD, LEADER = "protection-officer", "protection-head", "deputy-director"
SERVICE = "service-officer"


def why(bureau: Bureau, step: str) -> str:
    """All that is said of a step, on one line."""
    return "".join(line.strip() for line in lines(bureau.ok("why", step)))


def refused(bureau: Bureau, *words: str) -> str:
    result = bureau.run(*words)
    assert result.exit_code == 4, result.output
    return result.stderr


def handed_in(bureau: Bureau, evidence: str = "送审稿") -> None:
    bureau.ok("submit", DRAFT, "--as", OFFICER, "--evidence", evidence)


def test_a_hand_in_is_withdrawn_and_made_anew(bureau: Bureau) -> None:
    handed_in(bureau)
    told = bureau.at("2024-04-02 09:00").ok("withdraw", DRAFT, "--as", OFFICER, "--reason", "附件有误")
    assert told == "已记入台账：“起草保护方案”撤回（保护处联络员）\n现为办理中，时限2024年4月12日\n"
    assert "2024年4月2日保护处联络员撤回" in why(bureau, DRAFT)
    handed_in(bureau, "送审稿（改）")
    bureau.ok("approve", DRAFT, "--as", HEAD)
    assert "不能撤回" in refused(bureau, "withdraw", DRAFT, "--as", OFFICER, "--reason", "再看")
    assert [kind for kind, *_ in stored(bureau)][:4] == ["submitted", "signed", "withdrawn", "submitted"]
    assert "（已办结）" not in why(bureau, DRAFT)
    assert bureau.ok("ledger", "verify")


def test_a_request_is_withdrawn(bureau: Bureau) -> None:
    bureau.ok("extend", DRAFT, "--as", OFFICER, "--to", "2024-05-26", "--reason", "等批复")
    bureau.ok("withdraw", DRAFT, "--as", OFFICER, "--reason", "日期写错")
    assert "没有待答复的延期申请" in refused(bureau, "extend", DRAFT, "--as", LEADER, "--grant")
    said = why(bureau, DRAFT)
    assert "保护处联络员撤回" in said
    assert "失效" not in said
    assert "没有尚待答复的" in refused(bureau, "withdraw", DRAFT, "--as", OFFICER, "--reason", "再撤")


def test_a_value_is_corrected_and_the_indicator_goes_on(bureau: Bureau) -> None:
    bureau.ok("report", ATTENDANCE, "--as", SERVICE, "--value", "480")
    assert "已办结" in why(bureau, ATTENDANCE)
    told = bureau.at("2024-04-02 09:00").ok(
        *("correct", ATTENDANCE, "--as", SERVICE, "--value", "48", "--reason", "多打一个零")
    )
    assert "现为待签收，时限2024年7月1日\n" in told
    said = why(bureau, ATTENDANCE)
    assert "2024年4月2日服务处联络员更正" in said
    assert "48" in said
    assert bureau.ok("ledger", "verify")


def test_progress_and_what_remains_are_corrected(bureau: Bureau) -> None:
    bureau.ok("report", DRAFT, "--as", OFFICER, "--progress", "80", "--remaining", "1")
    bureau.ok("correct", DRAFT, "--as", OFFICER, "--progress", "8", "--remaining", "9", "--reason", "填错")
    assert bureau.json("why", DRAFT)["forecast"] == "2024-04-15", "nine working days from the 1st, over Qingming"
    history = bureau.ok("ledger", "show", "cosmetics").replace("\n", "")
    assert "保护处联络员更正进度8%，预计还需9天：填错" in history
    assert "“起草保护方案”更正" in bureau.ok(
        *("correct", DRAFT, "--as", OFFICER, "--remaining", "3", "--reason", "又填错")
    )
    assert bureau.json("why", DRAFT)["forecast"] == "2024-04-07", "the 7th is worked for the holiday"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--remaining", "3", "--reason", "填错"), "没有可更正的剩余用时"),
        (("--remaining", "-1", "--reason", "填错"), "剩余用时应为 0 至 9999 天"),
        (("--reason", "填错"), "请填写更正后的进度、剩余用时、数值或者成果材料"),
        (("--progress", "8"), "更正应当说明理由"),
    ],
)
def test_what_cannot_be_corrected_is_said(bureau: Bureau, words: tuple[str, ...], said: str) -> None:
    bureau.ok("sign", DRAFT, "--as", OFFICER)
    assert said in refused(bureau, "correct", DRAFT, "--as", OFFICER, *words)


def test_evidence_is_corrected_while_it_is_judged(bureau: Bureau) -> None:
    handed_in(bureau)
    bureau.ok("correct", DRAFT, "--as", OFFICER, "--evidence", "送审稿（定）", "--reason", "传错文件")
    assert "保护处联络员更正" in why(bureau, DRAFT)
    bureau.ok("approve", DRAFT, "--as", HEAD)
    told = refused(bureau, "correct", DRAFT, "--as", OFFICER, "--evidence", "另一稿", "--reason", "再换")
    assert "已办结，不能更正" in told


def test_what_is_done_is_reopened_and_what_began_goes_on(bureau: Bureau) -> None:
    handed_in(bureau)
    bureau.ok("approve", DRAFT, "--as", HEAD)
    bureau.at("2024-04-08 09:00")
    assert "不能对“起草保护方案”恢复办理" in refused(bureau, "reopen", DRAFT, "--as", OFFICER, "--reason", "重办")
    told = bureau.ok("reopen", DRAFT, "--as", HEAD, "--reason", "须补充听证")
    assert "现为待签收" in told
    said = why(bureau, DRAFT)
    assert "2024年4月8日保护处处长恢复办理" in said
    assert "2024年4月1日起办结或者终止，2024年4月8日恢复办理，其间的工作日不计时限" in said
    assert bureau.json("why", "cosmetics/publicity")["status"] == "elapsing"
    assert bureau.ok("ledger", "verify")


def test_what_was_cancelled_by_mistake_is_reopened(bureau: Bureau) -> None:
    bureau.ok("cancel", DRAFT, "--as", LEADER, "--reason", "合并办理")
    assert "2024年4月1日分管副局长终止" in why(bureau, DRAFT)
    bureau.at("2024-04-03 09:00").ok("reopen", DRAFT, "--as", LEADER, "--reason", "终止错了")
    assert "2024年4月3日分管副局长恢复办理" in why(bureau, DRAFT)


@pytest.mark.parametrize(
    ("words", "how"),
    [
        (("hand-over", DRAFT, "--as", HEAD, "--to", "service", "--reason", "职责调整"), "转办"),
        (("submit", DRAFT, "--as", OFFICER, "--evidence", "送审稿"), "报送办结"),
        (("cancel", DRAFT, "--as", LEADER, "--reason", "合并办理"), "终止"),
    ],
)
def test_a_request_that_lapsed_is_said(bureau: Bureau, words: tuple[str, ...], how: str) -> None:
    """By whoever's act it lapsed: to them at once, in the ledger, and by why."""
    bureau.ok("extend", DRAFT, "--as", OFFICER, "--to", "2024-05-24", "--reason", "等批复")
    told = bureau.at("2024-04-02 09:00").ok(*words)
    assert "至2024年5月24日的延期申请未及答复，随之失效\n" in told
    history = bureau.ok("ledger", "show", "cosmetics").replace("\n", "")
    assert history.count("（至2024年5月24日的延期申请未及答复，随之失效）") == 1
    said = why(bureau, DRAFT)
    lapsed = f"保护处联络员2024年4月1日申请延期至2024年5月24日，未及答复，2024年4月2日{how}后失效"
    assert lapsed in said
    assert f"{lapsed}；仍需延期的请重新申请" in said


def test_a_request_made_anew_is_no_longer_told_as_lapsed(bureau: Bureau) -> None:
    bureau.ok("extend", DRAFT, "--as", OFFICER, "--to", "2024-05-24", "--reason", "等批复")
    bureau.ok("hand-over", DRAFT, "--as", HEAD, "--to", "service", "--reason", "职责调整")
    bureau.ok("extend", DRAFT, "--as", SERVICE, "--to", "2024-05-20", "--reason", "接手")
    said = why(bureau, DRAFT)
    assert "失效" not in said
    assert "尚待答复" in said
