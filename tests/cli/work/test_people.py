"""Commands of people: what they store, what they say, and what is refused."""

import json

import pytest

from duban.cli.account import by_command
from duban.core.deciding.commands import RULES, Verb
from tests.cli.conftest import Bureau

DRAFT = "cosmetics/draft"
OFFICER, HEAD, LEADER = "protection-officer", "protection-head", "deputy-director"
NOT_REACHED = "台账已记录；Prefect 服务暂不可达，巡查将补办\n"


def stored(bureau: Bureau, initiative: str = "cosmetics") -> list[tuple[str, str, str]]:
    """What people did: kind, step and actor of each entry."""
    entries = bureau.json("ledger", "list", initiative)
    return [(e["kind"], e["step"], e["actor"]) for e in entries if e["actor"] != "system"]


def test_signing_says_what_was_stored_and_how_the_step_stands(bureau: Bureau) -> None:
    result = bureau.run("sign", DRAFT, "--as", OFFICER)
    assert result.exit_code == 0
    assert result.stdout == "已记入台账：“起草保护方案”签收（保护处联络员）\n现为办理中，时限2024年4月12日\n"
    assert result.stderr == NOT_REACHED
    assert stored(bureau) == [("signed", "draft", OFFICER)]


def test_work_is_reported_handed_in_sent_back_and_approved(bureau: Bureau) -> None:
    bureau.ok("report", DRAFT, "--as", OFFICER, "--progress", "60", "--note", "已完成初稿")
    bureau.at("2024-04-02 10:00").ok("submit", DRAFT, "--as", OFFICER, "--evidence", "送审稿", "--evidence", "说明")
    bureau.ok("return", DRAFT, "--as", HEAD, "--reason", "缺少公众意见")
    bureau.ok("submit", DRAFT, "--as", OFFICER, "--evidence", "送审稿（二）", "--note", "已补充")
    told = bureau.ok("approve", DRAFT, "--as", HEAD)
    assert told.endswith("现为已办结\n")
    assert [kind for kind, _, _ in stored(bureau)] == [
        *("reported", "signed", "submitted", "returned", "submitted"),
        *("approved", "completed"),
    ]
    entries = {entry["kind"]: entry["data"] for entry in reversed(bureau.json("ledger", "list", "cosmetics"))}
    assert entries["reported"] == {"reason": "已完成初稿", "progress": 60, "via": by_command()}
    assert entries["submitted"] == {"evidence": ["送审稿", "说明"], "via": by_command()}


def test_an_indicator_is_done_when_the_value_is_reached(bureau: Bureau) -> None:
    told = bureau.ok("report", "training/attendance", "--as", "service-officer", "--value", "210")
    assert told.endswith("现为已办结\n")


def test_extensions_are_asked_for_granted_and_refused(bureau: Bureau) -> None:
    bureau.ok("extend", DRAFT, "--as", OFFICER, "--to", "2024-04-19", "--reason", "等待批复")
    assert "时限2024年4月19日" in bureau.ok("extend", DRAFT, "--as", LEADER, "--grant")
    bureau.ok("extend", DRAFT, "--as", OFFICER, "--to", "2024-04-30", "--reason", "仍待批复")
    assert "时限2024年4月19日" in bureau.ok("extend", DRAFT, "--as", LEADER, "--refuse", "--reason", "不影响办理")
    assert [kind for kind, _, _ in stored(bureau)] == [
        "extension-asked",
        "extension-granted",
        "extension-asked",
        "extension-refused",
    ]


def test_managers_suspend_resume_hand_over_and_cancel(bureau: Bureau) -> None:
    assert "现为已中止" in bureau.ok("suspend", DRAFT, "--as", HEAD, "--reason", "上级文件即将修订")
    bureau.at("2024-04-08 09:00").ok("resume", DRAFT, "--as", HEAD, "--reason", "文件已印发")
    bureau.ok("hand-over", DRAFT, "--as", HEAD, "--to", "service", "--reason", "职责调整")
    assert "现为已终止" in bureau.ok("cancel", DRAFT, "--as", "coordinator", "--reason", "合并")
    assert [kind for kind, _, _ in stored(bureau)] == ["suspended", "resumed", "handed-over", "cancelled"]


def test_a_notice_is_acknowledged(bureau: Bureau) -> None:
    bureau.ok("ack", DRAFT, "--as", OFFICER)
    assert stored(bureau) == [("acknowledged", "draft", OFFICER)]


def test_every_verb_of_the_rules_has_been_given_above() -> None:
    """Refusing and granting are one command with two options; every other verb is a command."""
    given = {verb for verb in Verb if verb not in (Verb.GRANT, Verb.REFUSE)}
    assert given | {Verb.GRANT, Verb.REFUSE} == set(RULES)


def test_what_follows_elsewhere_is_said(bureau: Bureau) -> None:
    bureau.tick()
    bureau.ok("cancel", "cosmetics/draft", "--as", "coordinator", "--reason", "合并")
    bureau.ok("cancel", "cosmetics/publicity", "--as", "coordinator", "--reason", "合并")
    told = bureau.ok("cancel", "cosmetics/issue", "--as", "coordinator", "--reason", "合并")
    assert "“保护方案印发”已办结，等待它的举措随即启动" in told


def test_the_stored_entries_as_json(bureau: Bureau) -> None:
    result = bureau.run("sign", DRAFT, "--as", OFFICER, "--json")
    entries = json.loads(result.stdout)
    (signed,) = [entry for entry in entries if entry["kind"] == "signed"]
    assert (signed["plan"], signed["step"], signed["day"]) == ("small-2024", "draft", "2024-04-01")
    assert result.stderr == NOT_REACHED


def test_the_same_key_twice_stores_once_and_says_so(bureau: Bureau) -> None:
    bureau.ok("report", DRAFT, "--as", OFFICER, "--progress", "30", "--key", "week-14")
    told = bureau.ok("report", DRAFT, "--as", OFFICER, "--progress", "30", "--key", "week-14")
    assert told.startswith("此前已记入台账，没有重复记录：“起草保护方案”反馈进展\n")
    assert [kind for kind, _, _ in stored(bureau)] == ["reported", "signed"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("sign", DRAFT, "--as", "service-officer"), "应由保护处联络员、保护处处长办理"),
        (("sign", "cosmetics/draf", "--as", OFFICER), "是否指 draft？"),
        (("sign", "cosmetic/draft", "--as", OFFICER), "是否指 cosmetics？"),
        (("sign", "draft", "--as", OFFICER), "请把事项写成“举措/事项”"),
        (("sign", DRAFT, "--as", "protection-oficer"), "是否指 protection-officer？"),
        (("report", DRAFT, "--as", OFFICER), "请填写进度"),
        (("submit", DRAFT, "--as", OFFICER), "办结须附成果材料：方案送审稿"),
        (("approve", DRAFT, "--as", HEAD), "尚未报送办结"),
        (("extend", DRAFT, "--as", OFFICER, "--reason", "等待批复"), "请写明延期至哪一天"),
        (("extend", DRAFT, "--as", LEADER, "--grant"), "没有待答复的延期申请"),
        (("hand-over", DRAFT, "--as", HEAD, "--to", "nobody", "--reason", "调整"), "没有单位或岗位 nobody"),
        (("cancel", DRAFT, "--as", "coordinator"), "应当说明理由（--reason）"),
    ],
)
def test_refusals_say_why_exit_4_and_store_nothing(bureau: Bureau, words: tuple[str, ...], message: str) -> None:
    result = bureau.run(*words)
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith("未受理：")
    assert message in result.stderr
    assert bureau.json("ledger", "list", "cosmetics") == []


@pytest.mark.parametrize(
    "words",
    [("sign", DRAFT), ("report", DRAFT, "--as", OFFICER, "--progress", "half"), ("sign",), ("sing", DRAFT)],
)
def test_mistakes_of_usage_exit_2(bureau: Bureau, words: tuple[str, ...]) -> None:
    assert bureau.run(*words).exit_code == 2


def test_the_step_to_send_back_may_be_named_in_full(bureau: Bureau) -> None:
    """A person copies it from a notice, where steps stand in full."""
    bureau.ok("submit", DRAFT, "--as", OFFICER, "--evidence", "送审稿")
    bureau.ok("return", DRAFT, "--as", HEAD, "--reason", "补充材料", "--to", DRAFT)
