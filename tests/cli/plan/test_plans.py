"""`check`, `schema`, `workdays`."""

import json
import re
from pathlib import Path
from unittest.mock import Mock

import pytest

from deployments.stack import postgres
from duban.cli.plan.check import ASLEEP, UNAPPLIED
from tests.cli.conftest import COSMETICS, TRAINING, Bureau, lines, write

DOCUMENT = """\
sentences:
  "1.1": {text: 推进化妆品产业知识产权保护，健全机制。, undertakings: [推进化妆品产业知识产权保护]}
  "2.1": {text: 开展知识产权培训，编写适合中小企业使用的教材和案例。, undertakings: [培训, 编写]}
  "2.2": {text: 改进服务。, undertakings: [改进]}
"""
CYCLE = COSMETICS.replace("    due: 2024-04-12\n", "    needs: [issue]\n")


class TestCheck:
    def test_a_good_plan_is_listed_and_exits_0(self, bureau: Bureau) -> None:
        assert lines(bureau.ok("check")) == [
            "number  initiative                  id         steps  waits for",
            "1.01    推进化妆品产业知识产权保护  cosmetics      4",
            "2.01    开展知识产权培训            training       2          1",
            "        2 initiatives                              6          1",
            UNAPPLIED,
            "0 problems",
        ]

    def test_it_opens_no_ledger(self, bureau: Bureau) -> None:
        bureau.ok("check")
        assert [file.name for file in bureau.var.iterdir()] == ["rehearsal-clock"]

    def test_as_json(self, bureau: Bureau) -> None:
        assert bureau.json("check") == {
            "plan": "small-2024",
            "initiatives": 2,
            "steps": 6,
            "cross_dependencies": 1,
            "sentences": None,
            "undertakings": None,
            "provisional_years": [],
            "problems": [],
            "warnings": [],
            "ledger": UNAPPLIED,
        }

    def test_a_ledger_that_nothing_was_applied_to_is_said_to_have_told_nothing(self, bureau: Bureau) -> None:
        bureau.tick()
        assert bureau.json("check")["ledger"] == UNAPPLIED
        bureau.ok("apply")
        assert bureau.json("check")["ledger"] is None
        assert lines(bureau.ok("check"))[4:] == ["0 problems"]

    def test_a_ledger_that_cannot_be_read_is_said_not_to_have_been_looked_at(self, bureau: Bureau) -> None:
        bureau.ok("apply")
        (bureau.var / "ledger.sqlite").write_bytes(b"no ledger at all" * 300)
        assert lines(bureau.ok("check"))[4].startswith("the ledger was not looked at: ")

    def test_the_ledger_of_a_stopped_stack_is_left_alone_and_it_says_how_to_have_it_asked(
        self, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (bureau.var / "postgres").mkdir()
        (bureau.var / "postgres" / "PG_VERSION").write_text("18\n", encoding="ascii")
        monkeypatch.setattr(postgres, "running", Mock(side_effect=AssertionError("PostgreSQL is started")))
        assert lines(bureau.ok("check"))[4:] == [ASLEEP, "0 problems"]
        assert bureau.json("check")["ledger"] == ASLEEP

    def test_what_of_the_document_is_covered(self, bureau: Bureau) -> None:
        training = TRAINING.replace('"2.1"', '"2.1"\ncovers: [培训]')
        files = {"document.yaml": DOCUMENT, "service/training.yaml": training}
        write(bureau.config / "plans" / "small-2024", files)
        report = bureau.json("check")
        assert report["sentences"] == {"covered": 2, "total": 3}
        assert report["undertakings"] == {"covered": 2, "total": 4}
        assert [" ".join(line.split()) for line in lines(bureau.ok("check"))[5:]] == [
            "sentence initiatives",
            "1.1 推进化妆品产业知识产权保护，健全机制。 cosmetics",
            "2.1 开展知识产权培训，编写适合中小企业使用的教材和案… training",
            "not covered: 编写",
            "2.2 改进服务。 none",
            "sentences 2/3, undertakings 2/4",
            UNAPPLIED,
            "0 problems",
        ]

    def test_problems_are_told_with_file_and_line_and_exit_3(self, bureau: Bureau) -> None:
        write(bureau.config, {"plans/small-2024/protection/cosmetics.yaml": CYCLE})
        result = bureau.run("check")
        assert result.exit_code == 3
        assert "config/plans/small-2024/protection/cosmetics.yaml:11: cycle: " in result.stdout
        assert result.stdout.endswith("1 problem\n")

    def test_ladders_older_than_notices_of_changes_are_named_and_stop_no_work(self, bureau: Bureau) -> None:
        file = bureau.config / "escalation.yaml"
        file.write_text(re.sub(r"\n +- \{id: change,.*", "", file.read_text("utf-8")), "utf-8")
        result = bureau.run("check")
        assert result.exit_code == 3
        told = [line for line in lines(result.stdout) if "untold-changes" in line]
        assert [line.split("'")[1] for line in told] == ["standard", "urgent"]
        assert all("add to its rungs {id: change, anchor: changed," in line for line in told)
        bureau.ok("sign", "cosmetics/draft", "--as", "protection-officer")

    def test_problems_as_json(self, bureau: Bureau) -> None:
        write(bureau.config, {"plans/small-2024/protection/cosmetics.yaml": CYCLE})
        result = bureau.run("check", "--json")
        report = json.loads(result.stdout)
        assert result.exit_code == 3
        assert (report["plan"], report["steps"]) == ("small-2024", None)
        (problem,) = report["problems"]
        assert (problem["line"], problem["id"]) == (11, "cycle")
        assert problem["remedy"]

    def test_every_file_is_read_before_anything_is_said(self, bureau: Bureau) -> None:
        write(bureau.config, {"plans/small-2024/protection/cosmetics.yaml": CYCLE, "rehearsal.yaml": "seed: x\n"})
        (bureau.config / "notices" / "assign.txt.j2").unlink()
        ids = {problem["id"] for problem in json.loads(bureau.run("check", "--json").stdout)["problems"]}
        assert {"cycle", "missing-template"} < ids

    def test_another_plan_can_be_named(self, bureau: Bureau) -> None:
        elsewhere = bureau.run("check", "elsewhere", "--json")
        assert elsewhere.exit_code == 3
        assert all(problem["file"].startswith("elsewhere") for problem in json.loads(elsewhere.stdout)["problems"])
        bureau.ok("check", "config/plans/small-2024")

    def test_years_whose_holidays_are_not_announced_are_named(self, bureau: Bureau) -> None:
        plan = bureau.config / "plans/small-2024/plan.yaml"
        plan.write_text(plan.read_text("utf-8").replace("ends: 2024-06-28", "ends: 2039-06-28"), "utf-8")
        assert 2039 in bureau.json("check")["provisional_years"]
        assert "holidays of 2039 are not announced yet" in bureau.ok("check")

    def test_without_settings_it_says_where_to_be(self, bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DUBAN_SETTINGS", "nowhere/duban.toml")
        result = bureau.run("check")
        assert (result.exit_code, result.stdout) == (3, "")
        assert "run in the project's folder" in result.stderr


class TestSchema:
    def test_schemas_are_printed(self, bureau: Bureau) -> None:
        schemas = json.loads(bureau.ok("schema"))
        assert "initiative.schema.json" in schemas

    def test_or_written(self, bureau: Bureau, tmp_path: Path) -> None:
        folder = tmp_path / "schema"
        told = bureau.ok("schema", "--write", str(folder))
        written = sorted(file.name for file in folder.iterdir())
        assert told == f"{len(written)} schemas written to {folder}\n"
        assert all(json.loads((folder / name).read_text("utf-8"))["$schema"] for name in written)


class TestWorkdays:
    @pytest.mark.parametrize(
        ("words", "printed"),
        [
            (("2024-03-25", "60"), "2024-06-20"),
            (("2024-03-25", "-5"), "2024-03-18"),
            (("2024-04-26", "1"), "2024-04-28"),  # a Sunday worked for the May holiday
            (("2024-03-25", "2024-06-20"), "60"),
            (("2024-06-20", "2024-03-25"), "-60"),
            (("2024-05-01", "0"), "2024-05-06"),
        ],
    )
    def test_counts(self, bureau: Bureau, words: tuple[str, str], printed: str) -> None:
        assert bureau.ok("workdays", *words) == f"{printed}\n"

    def test_days_off_are_listed_with_their_reasons(self, bureau: Bureau) -> None:
        printed = bureau.ok("workdays", "2024-04-26", "2", "--list")
        assert lines(printed)[1:] == [
            "2024-04-26  五",
            "2024-04-27  六  off",
            "2024-04-28  日       调休上班",
            "2024-04-29  一",
            "2024-04-29",
        ]

    def test_the_bureaus_own_days_count(self, bureau: Bureau) -> None:
        write(bureau.config, {"calendar.yaml": "holidays: [{first: 2024-04-29, last: 2024-04-30, note: 检修}]\n"})
        assert bureau.ok("workdays", "2024-04-26", "2") == "2024-05-06\n"
        assert "检修" in bureau.ok("workdays", "2024-04-26", "2", "--list")
        bureau.ok("workdays", "2019-04-26", "2")

    def test_as_json(self, bureau: Bureau) -> None:
        report = bureau.json("workdays", "2024-05-01", "0", "--list")
        days = report.pop("days")
        assert report == {"from": "2024-05-01", "to": "2024-05-06", "working_days": 1, "provisional_years": []}
        assert [(day["day"][-2:], day["working"]) for day in days] == [(f"0{n}", n == 6) for n in range(1, 7)]
        assert days[0]["note"] == "劳动节"
        assert "days" not in bureau.json("workdays", "2024-05-01", "0")

    def test_years_not_announced_are_said_apart_from_the_answer(self, bureau: Bureau) -> None:
        result = bureau.run("workdays", "2039-01-03", "5")
        assert (result.exit_code, result.stdout) == (0, "2039-01-10\n")
        assert "holidays of 2039 are not announced yet" in result.stderr
        assert bureau.json("workdays", "2039-01-03", "5")["provisional_years"] == [2039]

    @pytest.mark.parametrize(
        "words", [("2024-3-25", "5"), ("2024-03-25", "soon"), ("2024-03-25", "--lst"), ("2024-03-25",)]
    )
    def test_what_is_no_day_is_a_mistake_of_usage(self, bureau: Bureau, words: tuple[str, ...]) -> None:
        assert bureau.run("workdays", *words).exit_code == 2

    def test_a_day_of_no_plan_is_a_mistake_of_usage(self, bureau: Bureau) -> None:
        assert bureau.run("workdays", "0001-01-05", "-9").exit_code == 2
