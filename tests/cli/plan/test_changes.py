"""`diff`, `apply` and `ledger show`: changing the plan during the year."""

import json

import pytest
from rich.cells import cell_len

from deployments.applying import put_in_force
from duban.cli.account import by_command
from duban.core.problems import BadInput
from duban.settings import CLOCK_FILE, load_settings
from duban.wiring import gear
from tests.cli.conftest import COSMETICS, TRAINING, Bureau, lines, write

NO_SERVER = "没有 Prefect 服务（duban up 未运行，也未设置 PREFECT_API_URL）：只涉及台账，部署待启动后再应用"
LATER = COSMETICS.replace("due: 2024-04-12", "due: 2024-04-26")
BY_COMMAND = by_command().replace("command", "命令")
BY_ITSELF = "—".ljust(cell_len(BY_COMMAND))
BY = ("--by", "coordinator", "--reason", "上级要求")


def edit(bureau: Bureau, cosmetics: str) -> None:
    write(bureau.config, {"plans/small-2024/protection/cosmetics.yaml": cosmetics})


def without_draft() -> str:
    start, end = COSMETICS.index("  - id: draft"), COSMETICS.index("  - {id: publicity")
    return (COSMETICS[:start] + COSMETICS[end:]).replace("needs: [draft], ", "")


@pytest.fixture
def applied(bureau: Bureau) -> Bureau:
    """The bureau with its plan in force and under way."""
    bureau.ok("apply")
    bureau.tick()
    bureau.ok("sign", "cosmetics/draft", "--as", "protection-officer")
    return bureau


class TestDiff:
    def test_before_anything_is_applied(self, bureau: Bureau) -> None:
        result = bureau.run("diff")
        assert (result.exit_code, lines(result.stdout)) == (1, ["首次应用：2项举措，6个事项"])
        assert json.loads(bureau.run("diff", "--json").stdout)["first"] is True

    def test_no_difference_exits_0(self, applied: Bureau) -> None:
        assert lines(applied.ok("diff")) == ["现行计划：第1次应用（2024年4月1日，系统）", "计划没有变化"]
        assert applied.json("diff")["same"] is True

    def test_a_difference_with_what_it_touches_and_moves_exits_1(self, applied: Bureau) -> None:
        applied.at("2024-04-09 09:00").tick()
        longer = LATER.replace("duration: 5\n", "duration: 15\n").replace("title: 印发保护方案,", "title: 印发,")
        edit(applied, longer.replace("id: issue, title", "id: print, was: issue, title").replace("[issue]", "[print]"))
        result = applied.run("diff")
        assert result.exit_code == 1
        assert lines(result.stdout) == [
            "现行计划：第1次应用（2024年4月1日，系统）",
            "~ 1.01 推进化妆品产业知识产权保护（cosmetics）",
            "  ~ “起草保护方案”（draft）：用时5个工作日改为15个工作日；时限2024年4月12日改为2024年4月26日",
            "      现为办理中，时限2024年4月12日改为2024年4月26日，预计办结2024年4月9日改为2024年4月23日",
            "      待发《工作交办单》送保护处联络员：照常发送",
            "      待发《到期提醒》送保护处联络员：不再发送（时限或者承办人已调整）",
            "  ~ “印发”（print，原编号issue）：名称“印发保护方案”改为“印发”",
            "      现为待启动，预计办结2024年4月24日改为2024年5月8日",
            "预计办结日：“推进化妆品产业知识产权保护”2024年4月24日改为2024年5月8日，推迟8个工作日",
            "预计办结日：“开展知识产权培训”2024年4月30日改为2024年5月14日，推迟8个工作日",
        ]

    def test_as_json(self, applied: Bureau) -> None:
        edit(applied, LATER)
        result = applied.run("diff", "--json")
        report = json.loads(result.stdout)
        assert result.exit_code == 1
        assert (report["in_force"], report["first"], report["same"], report["unanswered"]) == (1, False, False, [])
        (step,) = report["steps"]
        assert (step["step"], step["change"], step["status"]) == ("cosmetics/draft", "edited", "working")
        assert step["edits"] == [{"field": "due", "before": "2024-04-12", "after": "2024-04-26"}]
        assert step["due"] == ["2024-04-12", "2024-04-26"]
        assert [one["lapses"] for one in step["notices"]] == [None]

    def test_files_with_problems_exit_3(self, applied: Bureau) -> None:
        edit(applied, COSMETICS.replace("needs: [draft]", "needs: [drat]"))
        result = applied.run("diff")
        assert (result.exit_code, result.stdout) == (3, "")
        applied.ok("show", "cosmetics")


class TestApply:
    def test_the_first_time_and_again(self, bureau: Bureau) -> None:
        assert lines(bureau.ok("apply")) == ["首次应用：2项举措，6个事项", NO_SERVER]
        assert lines(bureau.ok("apply")) == ["计划没有变化", NO_SERVER]
        assert len(bureau.json("ledger", "show")) == 1

    def test_a_dry_run_changes_nothing(self, applied: Bureau) -> None:
        edit(applied, LATER)
        assert "时限2024年4月12日改为2024年4月26日" in applied.ok("apply", "--dry-run")
        assert applied.run("diff").exit_code == 1

    def test_until_it_is_applied_nothing_goes_by_the_files(self, applied: Bureau) -> None:
        edit(applied, LATER)
        assert "时限 2024-04-12" in applied.ok("show", "cosmetics")
        report = json.loads(applied.ok("apply", *BY, "--json"))
        assert (report["applied"], report["server"], report["create"]) == (True, False, [])
        assert "时限 2024-04-26（原 2024-04-12）" in applied.ok("show", "cosmetics")
        why = applied.ok("why", "cosmetics/draft")
        assert "原时限2024年4月12日" in why
        assert "2024年4月1日计划调整时改定" in why
        applied.ok("diff")

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ((), "应当写明由谁调整（--by 岗位）"),
            (("--by", "coordinator"), "应当说明理由（--reason）"),
            (("--by", "nobody", "--reason", "x"), "通讯录中没有岗位 nobody"),
            (
                ("--by", "protection-officer", "--reason", "x"),
                "保护处联络员不能调整计划，应由督办专员、系统管理员、分管副局长办理",
            ),
        ],
    )
    def test_who_and_why_must_be_said(self, applied: Bureau, words: tuple[str, ...], said: str) -> None:
        edit(applied, LATER)
        result = applied.run("apply", *words)
        assert result.exit_code == 4
        assert said in result.stderr
        assert len(applied.json("ledger", "show")) == 1

    def test_a_removed_step_with_history_asks_to_be_named(self, applied: Bureau) -> None:
        edit(applied, without_draft())
        assert "须写明 --cancel cosmetics/draft" in applied.run("diff").stdout
        refused = applied.run("apply", *BY)
        assert refused.exit_code == 4
        assert "cosmetics/draft" in refused.stderr
        assert applied.run("apply", *BY, "--cancel", "cosmetics/issue").exit_code == 4
        assert "按要求终止，记录保留" in applied.ok("apply", *BY, "--cancel", "cosmetics/draft")
        assert "督办专员调整计划，终止此事项：上级要求" in applied.ok("ledger", "show", "cosmetics", "--step", "draft")

    def test_all_removed_steps_may_go_at_once(self, applied: Bureau) -> None:
        edit(applied, without_draft())
        applied.ok("apply", *BY, "--cancel-all-removed")

    def test_a_server_that_does_not_answer_exits_6_and_the_ledger_is_done(
        self, applied: Bureau, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
        edit(applied, LATER)
        result = applied.run("apply", *BY)
        assert result.exit_code == 6
        assert "时限2024年4月12日改为2024年4月26日" in result.stdout
        assert "部署请重新应用" in result.stderr
        assert len(applied.json("ledger", "show")) == 2

    def test_added_and_removed_initiatives_and_what_holds_for_the_plan(self, applied: Bureau) -> None:
        (applied.config / "plans/small-2024/service/training.yaml").unlink()
        new = TRAINING.replace("id: training", "id: lectures").replace("lead: service", "lead: protection")
        plan = applied.config / "plans/small-2024/plan.yaml"
        plan.write_text(plan.read_text("utf-8").replace("ends: 2024-06-28", "ends: 2024-07-31"), "utf-8")
        write(applied.config, {"plans/small-2024/service/lectures.yaml": new})
        assert lines(applied.ok("apply", *BY, "--cancel-all-removed"))[:7] == [
            "~ 计划：截止日2024年6月28日改为2024年7月31日",
            "+ 2.01 开展知识产权培训（lectures）：新增，2个事项",
            "  + “举办方案解读培训”（lecture）：新增，保护处承办，时限2024年5月24日",
            "  + “培训人次”（attendance）：新增，保护处承办，时限2024年6月28日",
            "- 2.01 开展知识产权培训（training）：删去",
            "  - “举办方案解读培训”（lecture）：删去",
            "  - “培训人次”（attendance）：删去，按要求终止，记录保留",
        ]
        assert applied.ok("ledger", "show", "training").splitlines()[-1] == (
            f"2024年4月1日　{BY_COMMAND}　“培训人次”：督办专员调整计划，终止此事项：上级要求"
        )


class TestLedgerShow:
    def test_what_happened_in_words(self, applied: Bureau) -> None:
        assert lines(applied.ok("ledger", "show", "cosmetics")) == [
            f"2024年4月1日　{BY_ITSELF}　纳入督办",
            f"2024年4月1日　{BY_ITSELF}　“起草保护方案”：启动",
            f"2024年4月1日　{BY_COMMAND}　“起草保护方案”：保护处联络员签收",
        ]
        assert "《工作交办单》待发保护处联络员" in applied.ok("ledger", "show", "cosmetics", "--notices")

    def test_of_the_plan_itself(self, applied: Bureau) -> None:
        edit(applied, LATER)
        applied.ok("apply", *BY)
        assert lines(applied.ok("ledger", "show")) == [
            f"2024年4月1日　{BY_COMMAND}　系统应用计划",
            f"2024年4月1日　{BY_COMMAND}　督办专员应用计划：上级要求",
        ]

    def test_a_renamed_step_is_told_of_under_all_its_names(self, applied: Bureau) -> None:
        edit(applied, COSMETICS.replace("id: draft", "id: write\n    was: draft").replace("[draft]", "[write]"))
        applied.ok("apply", *BY)
        told = applied.ok("ledger", "show", "cosmetics", "--step", "write")
        assert lines(told)[1:] == [
            f"2024年4月1日　{BY_COMMAND}　“起草保护方案”：保护处联络员签收",
            f"2024年4月1日　{BY_COMMAND}　“起草保护方案”：督办专员调整计划（原编号draft）：上级要求",
        ]

    def test_as_json(self, applied: Bureau) -> None:
        first, *_, last = applied.json("ledger", "show", "cosmetics")
        assert (first["kind"], first["said"]) == ("adopted", "纳入督办")
        assert (last["kind"], last["step"], last["actor"]) == ("signed", "draft", "protection-officer")
        assert (first["via"], last["via"]) == ("", by_command())
        (application,) = applied.json("ledger", "show")
        assert sorted(application["data"]) == ["hash", "reason", "via"]

    def test_nothing_and_an_unknown_name(self, bureau: Bureau) -> None:
        assert bureau.ok("ledger", "show", "cosmetics") == "台账中没有记录\n"
        assert bureau.run("ledger", "show", "cosmetic").exit_code == 4


class TestUp:
    """What `duban up` does with the plan before it runs it."""

    def put(self, *, rehearsal: bool) -> None:
        with gear(load_settings()) as at:
            put_in_force(at, rehearsal=rehearsal)

    def applications(self, bureau: Bureau) -> list[str]:
        return [one["said"] for one in bureau.json("ledger", "show")]

    def test_a_rehearsal_applies_whatever_the_files_say(self, bureau: Bureau) -> None:
        self.put(rehearsal=True)
        bureau.tick()
        edit(bureau, without_draft())
        self.put(rehearsal=True)
        self.put(rehearsal=True)
        assert self.applications(bureau) == ["系统应用计划：推演", "系统应用计划：推演"]

    def test_a_new_rehearsal_begins_with_the_plan(self, bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DUBAN_CLOCK", str(bureau.var / CLOCK_FILE))
        (bureau.var / CLOCK_FILE).unlink()
        self.put(rehearsal=True)
        assert bureau.json("ledger", "show")[0]["moment"] == "2024-04-01T00:30:00+00:00"

    def test_an_office_applies_the_first_plan_and_leaves_changes_to_people(
        self, bureau: Bureau, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.put(rehearsal=False)
        self.put(rehearsal=False)
        assert capsys.readouterr().out == ""
        edit(bureau, LATER)
        self.put(rehearsal=False)
        edit(bureau, "what")
        self.put(rehearsal=False)
        assert capsys.readouterr().out.count("仍按现行计划运行") == 2
        assert self.applications(bureau) == ["系统应用计划"]

    def test_files_with_problems_begin_nothing(self, bureau: Bureau) -> None:
        edit(bureau, "what")
        with pytest.raises(BadInput):
            self.put(rehearsal=False)
