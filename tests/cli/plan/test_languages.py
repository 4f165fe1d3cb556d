"""Commands speak the language of the option, else of the variable, else of the settings; Chinese as usual."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Bureau

CHINESE = "没有事项“drafts”；是否应为“draft”？"
ENGLISH = "there is no step 'drafts'; did you mean 'draft'?"


@pytest.fixture
def broken(bureau: Bureau) -> Bureau:
    file = bureau.config / "plans" / "small-2024" / "protection" / "cosmetics.yaml"
    file.write_text(file.read_text("utf-8").replace("needs: [draft]", "needs: [drafts]"), encoding="utf-8")
    return bureau


def told(bureau: Bureau, *words: str) -> str:
    result = bureau.run(*words)
    assert result.exit_code == 3
    (line,) = [line for line in result.output.splitlines() if "unknown-need" in line]
    place, _, said = line.partition(" unknown-need: ")
    assert re.search(r"cosmetics\.yaml:\d+:$", place)
    return said


def test_chinese_is_what_is_spoken_where_nobody_says_otherwise(broken: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUBAN_LANG")
    assert told(broken, "check") == CHINESE
    assert "共 1 处问题" in broken.run("check").output


@pytest.mark.parametrize("words", [("check", "--lang", "en"), ("--lang", "en", "check"), ("--lang=en", "check")])
def test_the_option_goes_before_everything(
    words: tuple[str, ...], broken: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUBAN_LANG", "zh_CN")
    assert told(broken, *words) == ENGLISH
    assert told(broken, "check") == CHINESE  # and counts for its own command alone


@pytest.mark.parametrize(
    ("setting", "variable", "said"),
    [
        ("en", None, ENGLISH),
        ("zh_CN", None, CHINESE),
        ("en", "zh_CN", CHINESE),
        ("zh_CN", "en", ENGLISH),
        ("en", "zh", CHINESE),
        ("zh_CN", "en_US.UTF-8", ENGLISH),
        ("en", "zh-CN", CHINESE),
    ],
)
def test_the_variable_goes_before_the_setting(
    setting: str, variable: str | None, said: str, broken: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = broken.config / "duban.toml"
    settings.write_text(f'{settings.read_text("utf-8")}language = "{setting}"\n', encoding="utf-8")
    monkeypatch.delenv("DUBAN_LANG")
    if variable is not None:
        monkeypatch.setenv("DUBAN_LANG", variable)
    assert told(broken, "check") == said


def test_a_language_there_is_not_is_refused(broken: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    assert broken.run("check", "--lang", "fr").exit_code == 2
    monkeypatch.setenv("DUBAN_LANG", "fr")
    result = broken.run("check")
    assert (result.exit_code, result.stderr) == (
        3,
        "DUBAN_LANG: unknown-language: 没有“fr”这种语言的信息；从中选一个：zh_CN、en\n",
    )


def test_settings_that_cannot_be_read_are_complained_of_in_chinese(
    broken: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DUBAN_LANG")
    (broken.config / "duban.toml").write_text('plan = "small-2024"\ncolour = "red"\n')
    assert broken.run("check").stderr == "duban.toml: unknown-key: 不认识的设置 colour；请去掉\n"


def test_json_has_the_same_keys_and_ids_with_messages_in_the_language(broken: Bureau) -> None:
    (one,) = json.loads(broken.run("check", "--json").stdout)["problems"]
    (other,) = json.loads(broken.run("check", "--json", "--lang", "zh").stdout)["problems"]
    assert {key: one[key] for key in ("file", "line", "id")} == {key: other[key] for key in ("file", "line", "id")}
    assert (one["message"], other["message"]) == ("there is no step 'drafts'", "没有事项“drafts”")


def test_what_the_doctor_finds_is_told_in_chinese_with_the_same_levels(
    broken: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DUBAN_LANG")
    output = broken.run("doctor").stdout
    assert output.split()[:3] == ["检查项", "现状", "处理办法"]
    assert re.search(r"^plan +异常 +\S*cosmetics\.yaml:\d+：没有事项“drafts” +是否应为“draft”？ *$", output, re.M)
    (summed,) = output.splitlines()[-1:]
    assert re.fullmatch(r"异常 \d+ 项，注意 \d+ 项", summed)
    told = json.loads(broken.run("doctor", "--json").stdout)
    in_english = json.loads(broken.run("doctor", "--json", "--lang", "en").stdout)
    assert [(one["check"], one["level"]) for one in told["findings"]] == [
        (one["check"], one["level"]) for one in in_english["findings"]
    ]
    assert {one["level"] for one in told["findings"]} <= {"ok", "warn", "bad"}
    assert all(CJK.search(one["found"]) for one in told["findings"] if one["check"] not in {"python", "settings"})
    assert not any(CJK.search(one["found"]) for one in in_english["findings"])


CJK = re.compile("[\u4e00-\u9fff]")


def test_a_difference_is_told_in_english_too_and_what_it_quotes_stays(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DUBAN_LANG")
    assert bureau.run("apply", "--lang", "en").stdout.splitlines()[0] == "first application: 2 initiatives, 6 steps"
    bureau.tick()
    bureau.ok("sign", "cosmetics/draft", "--as", "protection-officer")
    bureau.at("2024-04-09 09:00").tick()
    file = bureau.config / "plans" / "small-2024" / "protection" / "cosmetics.yaml"
    text = (
        file.read_text("utf-8")
        .replace("due: 2024-04-12", "due: 2024-04-26")
        .replace("evidence: [方案", "evidence: [稿")
    )
    file.write_text(text.replace("duration: 5\n", "duration: 15\n"), encoding="utf-8")
    told = bureau.run("diff", "--lang", "en").stdout.splitlines()
    assert told == [
        "plan in force: application 1 (2024-04-01, the system)",
        "~ 1.01 推进化妆品产业知识产权保护 (cosmetics)",
        "  ~ “起草保护方案” (draft): duration: 5 working days becomes 15 working days; "
        "deadline: 2024-04-12 becomes 2024-04-26; evidence: with “稿送审稿”, without “方案送审稿”",
        "      now being worked on, deadline 2024-04-12 becomes 2024-04-26, expected end 2024-04-09 becomes 2024-04-23",
        "      《工作交办单》 waiting to be sent to 保护处联络员: sent as before",
        "      《到期提醒》 waiting to be sent to 保护处联络员: no longer sent (the deadline or the owner has changed)",
        "expected end of “推进化妆品产业知识产权保护”: 2024-04-24 becomes 2024-05-08, 8 working days later",
        "expected end of “开展知识产权培训”: 2024-04-30 becomes 2024-05-14, 8 working days later",
    ]
    assert bureau.run("diff").stdout.splitlines()[0] == "现行计划：第1次应用（2024年4月1日，系统）"
    refused = bureau.run("apply", "--lang", "en")
    assert refused.exit_code == 4


def test_what_a_table_leaves_open_is_asked_in_both_languages(
    bureau: Bureau, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DUBAN_LANG")
    table = tmp_path / "tasks.csv"
    table.write_text("任务,责任单位,完成时限\n修路,保护处,适时\n铺路,,2024年3月底前\n", encoding="utf-8")
    words = ("draft", str(table), "--plan", "tasks", "--year", "2024")
    assert [line for line in bureau.run(*words).stdout.splitlines() if "待答复" in line] == [
        "待答复　C2　“适时”无法落到日期",
        "待答复　B3　责任单位为空",
        "共2处待答复",
    ]
    told = bureau.run(*words, "--lang", "en").stdout.splitlines()
    assert told[1:5] == [
        "　table　任务 → task; 责任单位 → units; 完成时限 → deadline",
        "question　C2　“适时” is no day",
        "question　B3　责任单位 is empty",
        "2 questions are open",
    ]
    assert told[-1].endswith("Nothing is written yet; add --yes to write it")


def test_a_ledger_that_cannot_be_used_is_complained_of_in_both_languages(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DUBAN_LANG")
    monkeypatch.setenv("DUBAN_LEDGER_URL", "mysql://desk:secret@db/ledger")
    told = bureau.run("diff")
    assert (told.exit_code, told.stderr.partition("：")[2].partition("。")[0]) == (5, "不是台账地址")
    assert "not an address of a ledger" in bureau.run("diff", "--lang", "en").stderr
    (line,) = [one for one in bureau.run("check").stdout.splitlines() if one.startswith("没有查看台账：")]
    assert "不是台账地址" in line
    (finding,) = [
        one for one in json.loads(bureau.run("doctor", "--json").stdout)["findings"] if one["check"] == "ledger"
    ]
    assert "不是台账地址" in finding["found"]
    assert finding["remedy"].startswith("在此之前以下各项不明：")


def test_a_plan_that_is_right_is_told_of_in_chinese_throughout(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DUBAN_LANG")
    output = bureau.run("check").output
    head, *_ = output.splitlines()
    assert head.split() == ["序号", "举措", "编号", "事项", "等待其他举措"]
    assert "共 2 项举措" in output
    assert "共 0 处问题" in output
