"""A post that took steps over is deleted in a reorganisation: what is said of it, and that all has an answer."""

import json

import pytest

from duban.adapters.delivery.mail_folder import MailFolder
from duban.outbox import deliver_due
from duban.settings import load_settings
from tests.cli.conftest import COSMETICS, DIRECTORY, PLAN, Bureau

DRAFT, ISSUE = "cosmetics/draft", "cosmetics/issue"
HEAD, OFFICER = "protection-head", "protection-officer"
CLERK = "  - {id: protection-clerk, title: 保护处科员}\n"
ACT = ("--as", "coordinator", "--reason", "机构改革")


def write(bureau: Bureau, name: str, text: str) -> None:
    (bureau.config / name).write_text(text, encoding="utf-8")


def hired(bureau: Bureau) -> Bureau:
    """The bureau with one post more, which takes a step over."""
    write(bureau, "directory.yaml", DIRECTORY.replace("units:", f"{CLERK}units:"))
    bureau.tick()
    for step in (DRAFT, ISSUE):
        bureau.ok("hand-over", step, "--as", HEAD, "--to", "protection-clerk", "--reason", "分工调整")
    return bureau


@pytest.fixture
def lost(bureau: Bureau) -> Bureau:
    """The bureau once that post is gone."""
    write(hired(bureau), "directory.yaml", DIRECTORY)
    return bureau


def deliver() -> None:
    from duban.wiring import gear  # noqa: PLC0415  most tests of commands need not load it

    with gear(load_settings()) as at:
        deliver_due(at.service, at.carrier, at.wording)
        assert isinstance(at.carrier, MailFolder)


def test_check_names_the_steps_and_what_to_do(lost: Bureau) -> None:
    result = lost.run("check")
    assert result.exit_code == 3
    assert "there is no unit or post 'protection-clerk' any more, which holds cosmetics/draft, cosmetics/issue" in (
        result.stdout
    )
    assert "duban hand-over --all-of protection-clerk --to UNIT|POST" in result.stdout
    assert result.stdout.endswith("1 problem\n")


def test_doctor_names_them_too(lost: Bureau) -> None:
    result = lost.run("doctor", "--json")
    assert result.exit_code == 1
    assert "'protection-clerk' any more, which holds cosmetics/draft, cosmetics/issue" in result.stdout


def test_before_and_after_all_is_well(bureau: Bureau) -> None:
    assert "0 problems" in bureau.ok("check")  # there is no ledger yet
    assert "0 problems" in hired(bureau).ok("check")
    found = {one["check"]: one["level"] for one in json.loads(bureau.run("doctor", "--json").stdout)["findings"]}
    assert found["people"] == "ok"


@pytest.mark.parametrize(
    "words",
    [
        ("show",),
        ("show", "--all"),
        ("show", DRAFT),
        ("show", "--gantt"),
        ("next",),
        ("next", "--post", HEAD),
        ("forecast",),
        ("why", DRAFT),
        ("why", ISSUE),
        ("notices",),
        ("ledger", "list", "cosmetics"),
        ("ledger", "show", "cosmetics"),
        ("ledger", "verify"),
        ("ledger", "rebuild"),
        ("apply", "--dry-run"),
        ("assumptions",),
    ],
)
def test_every_command_has_an_answer(lost: Bureau, words: tuple[str, ...]) -> None:
    lost.ok(*words)


def test_why_says_who_answers_now(lost: Bureau) -> None:
    told = lost.ok("why", DRAFT)
    assert "由保护处处长承办，等保护处处长办理" in told
    assert "原承办protection-clerk已撤销" in told


def test_ticks_and_digests_go_on_and_the_head_hears_of_it(lost: Bureau) -> None:
    lost.at("2024-04-03 09:30").tick()
    deliver()
    lost.at("2024-04-08 09:30").tick()
    deliver()
    letters = [file.name for file in (lost.var / "mail" / HEAD).iterdir()]
    assert letters
    assert not (lost.var / "mail" / "protection-clerk").exists()


def test_it_can_be_handed_back(lost: Bureau) -> None:
    lost.ok("hand-over", DRAFT, "--to", "protection", *ACT)
    assert lost.json("show", DRAFT)["sections"][0]["initiatives"][0]["steps"][0]["owner_title"] == "保护处"


def test_all_of_it_is_shown_first_and_moved_when_somebody_says_so(lost: Bureau) -> None:
    over = ("hand-over", "--all-of", "protection-clerk", "--to", OFFICER, *ACT)
    before = lost.json("ledger", "list", "cosmetics")
    told = lost.ok(*over)
    assert told == (
        "拟将protection-clerk承办的2项转由保护处联络员承办，理由：机构改革\n"
        "  cosmetics/draft　起草保护方案\n"
        "  cosmetics/issue　印发保护方案\n"
        "以上尚未办理；确认后加 --yes 再执行一次\n"
    )
    assert lost.json("ledger", "list", "cosmetics") == before
    assert lost.ok(*over, "--yes").startswith("已将protection-clerk承办的2项转由保护处联络员承办")
    acts = [e for e in lost.json("ledger", "list", "cosmetics") if e["kind"] == "handed-over"]
    moved = [(e["step"], e["data"]["to"], e["data"]["reason"]) for e in acts[2:]]
    assert moved == [("draft", OFFICER, "机构改革"), ("issue", OFFICER, "机构改革")]
    assert "0 problems" in lost.ok("check")


def test_what_cannot_be_moved_is_told_and_the_rest_goes(bureau: Bureau) -> None:
    """The head of the service unit may hand over what its initiative leads, and nothing else."""
    write(bureau, "directory.yaml", DIRECTORY.replace("units:", f"{CLERK}units:"))
    bureau.tick()
    for step in (DRAFT, "training/lecture"):
        bureau.ok("hand-over", step, "--as", "coordinator", "--to", "protection-clerk", "--reason", "分工调整")
    over = ("hand-over", "--all-of", "protection-clerk", "--to", "service", "--reason", "调整", "--as", "service-head")
    result = bureau.run(*over, "--yes", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)["steps"]
    assert [(one["step"], bool(one["refused"])) for one in found] == [(DRAFT, True), ("training/lecture", False)]
    assert found[0]["refused"].startswith("服务处处长不能对“起草保护方案”转办")


def test_what_the_plan_gives_to_somebody_besides_is_told(bureau: Bureau) -> None:
    reviewed = COSMETICS.replace("review: protection", f"review: {OFFICER}")
    write(bureau, "plans/small-2024/protection/cosmetics.yaml", reviewed)
    bureau.ok("hand-over", ISSUE, "--as", HEAD, "--to", OFFICER, "--reason", "分工调整")
    told = bureau.ok("hand-over", "--all-of", OFFICER, "--to", "protection", *ACT)
    assert "另：计划写明由其审核的1项（cosmetics/draft）不因转办变动，须调整计划" in told


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--all-of", "nobody", "--to", OFFICER, *ACT), "没有由 nobody 承办的未办结事项"),
        (("--all-of", "protection-clerc", "--to", OFFICER, *ACT), "是否指 protection-clerk？"),
        (("--all-of", "protection-clerk", "--to", OFFICER, "--as", "coordinator"), "转办应当说明理由"),
        (("--all-of", "protection-clerk", "--to", "nobody", *ACT), "没有单位或岗位 nobody"),
    ],
)
def test_what_is_refused_for_all_alike_is_refused(lost: Bureau, words: tuple[str, ...], message: str) -> None:
    result = lost.run("hand-over", *words, "--yes")
    assert (result.exit_code, result.stdout) == (4, "")
    assert message in result.stderr


def test_a_step_or_everything_but_not_both(lost: Bureau) -> None:
    assert lost.run("hand-over", DRAFT, "--all-of", HEAD, "--to", OFFICER, *ACT).exit_code == 2
    assert lost.run("hand-over", "--to", OFFICER, *ACT).exit_code == 2


# What the plan in force names ----------------------------------------------------------------------------------------


def test_what_the_plan_in_force_names_may_be_gone_as_well(bureau: Bureau) -> None:
    bureau.tick()
    bureau.ok("apply", "--by", "coordinator")
    gone = DIRECTORY.replace("  - {id: deputy-director, title: 分管副局长}\n", "")
    write(bureau, "directory.yaml", gone)
    for words in (("show",), ("next",), ("forecast",), ("why", DRAFT), ("ledger", "rebuild")):
        bureau.ok(*words)
    bureau.tick()
    findings = json.loads(bureau.run("doctor", "--json").stdout)["findings"]
    found = [one["found"] for one in findings]
    assert sum("the supervisor is 'deputy-director', but there is no such post" in one for one in found) == 2
    assert "the files say something else than application 1" in found
    assert bureau.run("apply", "--by", "coordinator").exit_code == 3  # until then the directory in force has the post


# One supervisor for all, and groups that support ---------------------------------------------------------------------


def test_the_plan_may_name_one_supervisor_for_all(bureau: Bureau) -> None:
    write(bureau, "plans/small-2024/protection/cosmetics.yaml", COSMETICS.replace("supervisor: deputy-director\n", ""))
    result = bureau.run("check")
    assert "cosmetics.yaml:1: missing-key: `supervisor` is missing, and the plan names none for all" in result.stdout
    write(bureau, "plans/small-2024/plan.yaml", f"{PLAN}supervisor: service-head\n")
    assert "0 problems" in bureau.ok("check")
    bureau.ok("extend", DRAFT, "--as", OFFICER, "--to", "2024-04-19", "--reason", "等待批复")
    assert "时限2024年4月19日" in bureau.ok("extend", DRAFT, "--as", "service-head", "--grant")


# Plans in which nobody may answer ------------------------------------------------------------------------------------


def test_a_deputy_director_who_heads_the_lead_unit_is_a_problem_with_its_line(bureau: Bureau) -> None:
    write(bureau, "directory.yaml", DIRECTORY.replace("head: protection-head", "head: deputy-director"))
    result = bureau.run("check")
    assert result.exit_code == 3
    (line,) = [line for line in result.stdout.splitlines() if "own-judge" in line]
    assert line.startswith("config/plans/small-2024/protection/cosmetics.yaml:13: own-judge: 'draft' may be handed in")
    assert "'coordinator' answers, who is next in line; name another reviewer or supervisor" in line
    bureau.ok("submit", DRAFT, "--as", "deputy-director", "--evidence", "送审稿")  # and work goes on
    refused = bureau.run("approve", DRAFT, "--as", "deputy-director")
    assert "不能审核本人报送的事项，应由督办专员审核" in refused.stderr
    assert "不由分管副局长答复" in bureau.ok("why", DRAFT)
    assert "现为已办结" in bureau.ok("approve", DRAFT, "--as", "coordinator")
