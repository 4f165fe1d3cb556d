"""`--on DAY`: what was done some days ago is entered now, on the office's own ledger, and every reader is told so."""

import pytest

from tests.cli.conftest import Bureau, lines

DRAFT, ISSUE, LECTURE = "cosmetics/draft", "cosmetics/issue", "training/lecture"
OFFICER, HEAD, LEADER = "protection-officer", "protection-head", "deputy-director"
WHY = ("--reason", "系统停机")


def handed_in(bureau: Bureau, *said: str) -> str:
    return bureau.ok("submit", DRAFT, "--as", OFFICER, "--evidence", "送审稿", *said)


def step(bureau: Bureau, name: str) -> dict[str, object]:
    found: dict[str, object] = bureau.json("why", name)
    return found


def test_a_hand_in_entered_late_is_in_time_and_everybody_reads_so(bureau: Bureau) -> None:
    bureau.tick()
    bureau.at("2024-04-16 09:00").tick()
    assert step(bureau, DRAFT)["reason"]["rule"] == "late"  # type: ignore[index]  # JSON
    told = handed_in(bureau, "--on", "2024-04-11", *WHY)
    assert "补录：按2024年4月11日办理，今日录入\n" in told
    approved = bureau.ok("approve", DRAFT, "--as", HEAD, "--on", "2024-04-12", *WHY)
    assert "现为已办结\n" in approved
    why = lines(bureau.ok("why", DRAFT))
    assert any(
        "保护处联络员于2024年4月11日报送办结、签收，2024年4月16日录入，事由：系统停机；按办理之日计" in one
        for one in why
    )
    assert any("保护处处长于2024年4月12日审核通过、办结，2024年4月16日录入" in one for one in why)
    history = bureau.ok("ledger", "show", "cosmetics")
    assert "保护处联络员报送办结：系统停机（补录：于2024年4月11日办理，2024年4月16日录入）" in history.replace("\n", "")
    assert "时限 2024-04-12　办结 2024-04-12（2024-04-16补录）" in bureau.ok("show", DRAFT)
    assert bureau.ok("ledger", "verify")


def test_what_follows_counts_from_the_day_done(bureau: Bureau) -> None:
    bureau.tick()
    bureau.at("2024-04-16 09:00")
    handed_in(bureau, "--on", "2024-04-11", *WHY)
    bureau.ok("approve", DRAFT, "--as", HEAD, "--on", "2024-04-12", *WHY)
    assert step(bureau, "cosmetics/publicity")["forecast"] == "2024-04-22", "ten days from the 12th"
    bureau.at("2024-04-25 09:00").tick()
    assert step(bureau, ISSUE)["limit"]["day"] == "2024-05-06"  # type: ignore[index]  # JSON


def test_whoever_waits_in_another_initiative_counts_from_there_too(bureau: Bureau) -> None:
    file = bureau.config / "plans/small-2024/service/training.yaml"
    text = file.read_text(encoding="utf-8").replace("due: 2024-05-24", "due: 2024-05-13")
    file.write_text(text, encoding="utf-8")
    bureau.tick()
    handed_in(bureau)
    bureau.ok("approve", DRAFT, "--as", HEAD)
    bureau.at("2024-04-12 09:00").tick()
    bureau.at("2024-05-16 09:00").ok("submit", ISSUE, "--as", OFFICER, "--on", "2024-05-10", *WHY)
    bureau.tick()
    lecture = step(bureau, LECTURE)
    assert (lecture["status"], lecture["limit"]["day"]) == ("open", "2024-05-17")  # type: ignore[index]  # JSON
    why = bureau.ok("why", LECTURE).replace("\n", "")
    assert "2024年5月16日才补录前面的办理情况，承办人此前无从得知，时限不早于其后第一个工作日" in why
    history = bureau.ok("ledger", "show", "training").replace("\n", "")
    assert "补录前置事项“保护方案印发”于2024年5月10日办结" in history
    assert "启动（自2024年5月10日）" in history


@pytest.mark.parametrize(
    ("on", "said", "hint"),
    [
        ("2024-04-17", "尚未到来：请填今日或者此前的日期", "--on"),
        ("2024-04-08", "补录以5个工作日为限，实际办理日期最早为2024-04-09", "[acts] back"),
        ("四月", "请写明实际办理日期", "--on 2024-07-15"),
    ],
)
def test_a_day_that_may_not_be_named_is_refused_in_words(bureau: Bureau, on: str, said: str, hint: str) -> None:
    bureau.tick()
    bureau.at("2024-04-16 09:00")
    before = bureau.ok("ledger", "list", "cosmetics")
    result = bureau.run("submit", DRAFT, "--as", OFFICER, "--evidence", "送审稿", "--on", on, *WHY)
    assert (result.exit_code, said in result.stderr, hint in result.stderr) == (4, True, True), result.output
    assert bureau.ok("ledger", "list", "cosmetics") == before


def test_a_reason_is_asked_for(bureau: Bureau) -> None:
    bureau.tick()
    result = bureau.at("2024-04-03 09:00").run("sign", DRAFT, "--as", OFFICER, "--on", "2024-04-02")
    assert (result.exit_code, result.stderr) == (4, "未受理：补录应当说明理由（--reason）\n")


def test_the_settings_say_how_far_back(bureau: Bureau) -> None:
    settings = bureau.config / "duban.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f"{text}[acts]\nback = 8\n", encoding="utf-8")
    bureau.tick()
    bureau.at("2024-04-16 09:00").ok("sign", DRAFT, "--as", OFFICER, "--on", "2024-04-03", *WHY)
    settings.write_text(f"{text}[acts]\nback = 0\n", encoding="utf-8")
    assert "补录以0个工作日为限" in bureau.run("report", DRAFT, "--as", OFFICER, "--on", "2024-04-15", *WHY).stderr


def test_extensions_asked_and_granted_on_paper(bureau: Bureau) -> None:
    bureau.tick()
    bureau.at("2024-04-16 09:00").tick()
    bureau.ok("extend", DRAFT, "--as", OFFICER, "--to", "2024-04-15", "--on", "2024-04-10", *WHY)
    told = bureau.ok("extend", DRAFT, "--as", LEADER, "--grant", "--on", "2024-04-11", *WHY)
    assert "时限2024年4月15日" in told
    handed_in(bureau, "--on", "2024-04-15", *WHY)
    bureau.ok("return", DRAFT, "--as", HEAD, "--reason", "缺附件", "--on", "2024-04-15")
    assert step(bureau, DRAFT)["limit"]["day"] == "2024-04-17", "who hears of it on the 16th"  # type: ignore[index]
