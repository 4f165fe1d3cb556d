"""`roll`: next year's plan of this year's."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG, COSMETICS, PLAN, TRAINING, Bureau, lines, write

OTHER = """\
id: report
title: 报送季度进展
source: "2.2"
lead: service
supervisor: deputy-director
steps:
  - {id: sum, title: 报送季度进展, kind: work, repeat: quarterly, duration: 2, due: 1 working day before period}
"""


def folder(bureau: Bureau, year: int) -> Path:
    return bureau.config / f"plans/small-{year}"


def finish(bureau: Bureau) -> None:
    """The cosmetics are over; the training goes on."""
    bureau.tick()
    for step in ("draft", "publicity", "issue"):
        bureau.ok("cancel", f"cosmetics/{step}", "--as", "coordinator", "--reason", "已完成")


def test_a_plan_for_another_year_passes_its_check(bureau: Bureau) -> None:
    told = bureau.ok("roll", "small-2024", "--year", "2025")
    assert lines(told)[0] == f"已生成 {folder(bureau, 2025)}：保留2项举措，0项已全部办结，不再列入"
    bureau.ok("check", "config/plans/small-2025")
    plan = (folder(bureau, 2025) / "plan.yaml").read_text("utf-8")
    assert "id: small-2025\ntitle: 小局2025年工作要点\n" in plan
    assert "starts: 2025-04-01\nends: 2025-06-30\n" in plan
    text = (folder(bureau, 2025) / "protection/cosmetics.yaml").read_text("utf-8")
    assert text == COSMETICS.replace("2024-04-12", "2025-04-14").replace("2024-05-17", "2025-05-20")


def test_a_rolled_plan_may_be_rolled_again_and_keeps_its_counts(bureau: Bureau) -> None:
    bureau.ok("roll", "small-2024", "--year", "2025")
    bureau.ok("roll", "small-2025", "--year", "2026")
    counts = [
        {key: bureau.json("check", f"config/plans/small-{year}")[key] for key in ("initiatives", "steps")}
        for year in (2024, 2025, 2026)
    ]
    assert counts[0] == counts[1] == counts[2]


def test_finished_work_is_left_out_and_what_waited_for_it_goes_on(bureau: Bureau) -> None:
    finish(bureau)
    report = bureau.json("roll", "small-2024", "--year", "2025")
    assert (report["carried"], report["left_out"]) == (["training"], ["cosmetics"])
    bureau.ok("check", "config/plans/small-2025")
    text = (folder(bureau, 2025) / "service/training.yaml").read_text("utf-8")
    assert "needs: []" in text
    assert not (folder(bureau, 2025) / "protection").exists()


def test_work_that_comes_back_is_carried_though_it_is_over(bureau: Bureau) -> None:
    plan = PLAN.replace("ends: 2024-06-28", "ends: 2024-06-30")
    write(bureau.config, {"plans/small-2024/service/report.yaml": OTHER, "plans/small-2024/plan.yaml": plan})
    bureau.tick()
    bureau.ok("cancel", "report/sum@2024-q2", "--as", "coordinator", "--reason", "已完成")
    assert "report" in bureau.json("roll", "small-2024", "--year", "2025")["carried"]


def test_texts_that_name_the_year_and_years_not_announced_are_told_of(bureau: Bureau) -> None:
    titled = TRAINING.replace("title: 培训人次", "title: 2024年培训人次")
    write(bureau.config, {"plans/small-2024/service/training.yaml": titled})
    told = bureau.ok("roll", "small-2024", "--year", "2039")
    assert "工作日为暂定" in told
    assert "service/training.yaml:9　2024年培训人次" in told
    assert "Holidays of 2039 are not announced yet" in (folder(bureau, 2039) / "plan.yaml").read_text("utf-8")


def test_a_deadline_the_new_year_has_too_few_days_for_is_put_off(bureau: Bureau) -> None:
    """Seven working days after 1 April end on the 11th in 2024, when a Sunday was worked, and on the 13th in 2026."""
    tight = COSMETICS.replace("2024-04-12", "2024-04-11  # 11 April is meant").replace("duration: 5\n", "duration: 7\n")
    write(bureau.config, {"plans/small-2024/protection/cosmetics.yaml": tight})
    report = bureau.json("roll", "small-2024", "--year", "2026")
    eased = [one for one in report["changes"] if one["how"] == "eased"]
    assert [(one["file"], one["line"], one["before"], one["after"]) for one in eased] == [
        ("protection/cosmetics.yaml", 11, "2026-04-11", "2026-04-13")
    ]
    bureau.ok("check", "config/plans/small-2026")


@pytest.mark.parametrize(
    ("due", "after"),
    [
        ("1 working day before 2024-04-12", "1 working day before 2026-04-14"),
        ("3 working days before 2024-04-16", "3 working days before 2026-04-16"),
        ("0 working days before 2024-04-11", "0 working days before 2026-04-13"),
        ("3 working days after 2024-04-08", "3 working days after 2026-04-08"),
        ("8 working days after start", "8 working days after start"),
        ("7 working days after start", "7 working days after start"),
    ],
)
def test_a_distance_from_a_day_is_put_off_as_a_day_is(bureau: Bureau, due: str, after: str) -> None:
    """Each is 11 April 2024 or later, the first day on which the draft can end, and in 2026 that is the 13th."""
    tight = COSMETICS.replace("due: 2024-04-12", f"due: {due}").replace("duration: 5\n", "duration: 7\n")
    write(bureau.config, {"plans/small-2024/protection/cosmetics.yaml": tight})
    bureau.ok("check")
    bureau.ok("roll", "small-2024", "--year", "2026")
    bureau.ok("check", "config/plans/small-2026")
    text = (folder(bureau, 2026) / "protection/cosmetics.yaml").read_text("utf-8")
    assert f"due: {after}\n" in text


def test_a_plan_lands_on_the_working_days_of_the_bureau_s_own_country(bureau: Bureau) -> None:
    """Germans work on 1 October, rest on 3 October, and make nothing up on Saturdays."""
    plan = PLAN.replace("ends: 2024-06-28", "ends: 2024-12-31")
    draft = COSMETICS.replace("due: 2024-04-12", "due: 2024-10-01").replace("2024-05-17", "2024-12-13")
    write(
        bureau.config,
        {
            "calendar.yaml": "country: DE\nweekend: [friday, saturday, sunday]\n",
            "plans/small-2024/plan.yaml": plan,
            "plans/small-2024/protection/cosmetics.yaml": draft,
        },
    )
    assert bureau.json("roll", "small-2024", "--year", "2027")["provisional"] is False
    bureau.ok("check", "config/plans/small-2027")
    text = (folder(bureau, 2027) / "protection/cosmetics.yaml").read_text("utf-8")
    assert "due: 2027-10-04\n" in text  # a Monday, the first working day of October; 1 October is a Friday
    assert "due: 2027-12-13" in text


def test_what_is_there_is_never_overwritten(bureau: Bureau) -> None:
    bureau.ok("roll", "small-2024", "--year", "2025")
    result = bureau.run("roll", "small-2024", "--year", "2025")
    assert result.exit_code == 4
    assert "已经存在" in result.stderr


@pytest.mark.parametrize(("plan", "year", "code"), [("small-2024", "2024", 4), ("nothing", "2025", 3)])
def test_what_cannot_be_rolled_is_refused(bureau: Bureau, plan: str, year: str, code: int) -> None:
    result = bureau.run("roll", plan, "--year", year)
    assert (result.exit_code, result.stdout) == (code, "")
    assert sorted(one.name for one in (bureau.config / "plans").iterdir()) == ["small-2024"]


def test_a_plan_without_a_year_in_its_name_gets_one(bureau: Bureau) -> None:
    folder(bureau, 2024).rename(bureau.config / "plans/small")
    plan = bureau.config / "plans/small/plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace("id: small-2024", "id: small"), "utf-8")
    assert bureau.json("roll", "small", "--year", "2025")["plan"] == "small-2025"


@pytest.mark.parametrize("year", ["2025", "2027"])
def test_the_shipped_plan_can_be_carried_over(bureau: Bureau, year: str) -> None:
    shutil.rmtree(bureau.config)
    shutil.copytree(CONFIG, bureau.config)
    report = bureau.json("roll", "shanghai-2024", "--year", year)
    old, new = (bureau.json("check", f"config/plans/shanghai-{one}") for one in ("2024", year))
    assert {key: new[key] for key in ("initiatives", "steps", "problems")} == {
        key: old[key] for key in ("initiatives", "steps", "problems")
    }
    week = (bureau.config / f"plans/shanghai-{year}/support/ip-publicity-week.yaml").read_text("utf-8")
    assert f"hold: {{earliest: {year}-04-20, due: {year}-04-2" in week, "the week stays on its date"
    assert report["provisional"] is (year == "2027")


def test_what_a_death_left_is_no_hindrance(bureau: Bureau) -> None:
    write(bureau.config, {"plans/.small-2025.part/plan.yaml": "half"})
    bureau.ok("roll", "small-2024", "--year", "2025")
    assert sorted(one.name for one in (bureau.config / "plans").iterdir()) == ["small-2024", "small-2025"]


TIGHT = """\
id: tight
title: 限期办理
steps:
  - {id: do, title: 限期办理, kind: work, duration: 7, due: 10 days after start, roll: none}
"""
SHORT = 'id: short\ntitle: 限期工作\nsource: "2.3"\nlead: service\nsupervisor: deputy-director\npattern: tight\n'


def test_a_deadline_of_a_pattern_is_put_off_in_the_initiative_and_the_pattern_stays(bureau: Bureau) -> None:
    """Ten days after 1 April are a Thursday in 2024; in 2026 a Saturday, and the work cannot end before Monday."""
    write(bureau.config, {"patterns/tight.yaml": TIGHT, "plans/small-2024/service/short.yaml": SHORT})
    bureau.ok("check")
    report = bureau.json("roll", "small-2024", "--year", "2026")
    eased = [one for one in report["changes"] if one["how"] == "eased"]
    assert [(one["file"], one["before"], one["after"]) for one in eased] == [
        ("service/short.yaml", "10 days after start", "12 days after start")
    ]
    bureau.ok("check", "config/plans/small-2026")
    text = (folder(bureau, 2026) / "service/short.yaml").read_text("utf-8")
    assert text == SHORT + "dates: {do: 12 days after start}\n"
    assert (bureau.config / "patterns/tight.yaml").read_text("utf-8") == TIGHT
