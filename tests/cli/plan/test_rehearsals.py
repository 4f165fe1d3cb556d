"""`duban rehearse`: a year of a small plan, and what a change to it does."""

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG, Bureau, lines, write


@pytest.fixture
def perfect() -> str:
    return str(CONFIG / "rehearsal-perfect.yaml")


def test_a_rehearsal_tells_months_people_and_rungs(bureau: Bureau) -> None:
    told = bureau.ok("rehearse")
    assert told.startswith("小局2024年工作要点 · 推演　2024-04-01 至 2024-")
    assert "2项举措、6个事项，全部办结于2024-" in told
    assert any(line.startswith("2024-04") for line in lines(told))
    assert "《工作交办单》" in told
    assert "最忙的日子：" in told


def test_nothing_is_stored_and_the_same_comes_out_twice(bureau: Bureau) -> None:
    assert bureau.ok("rehearse", "--json") == bureau.ok("rehearse", "--json")
    assert [file.name for file in bureau.var.iterdir()] == ["rehearsal-clock"]


def test_people_without_a_fault_miss_nothing(bureau: Bureau, perfect: str) -> None:
    told = bureau.json("rehearse", "--profile", perfect)
    assert (told["missed"], told["unfinished"]) == ([], [])
    assert "误期事项" not in bureau.ok("rehearse", "--profile", perfect)


def test_another_seed_is_another_year(bureau: Bureau) -> None:
    years = [bureau.json("rehearse", "--seed", str(seed)) for seed in (1, 2)]
    assert [year["seed"] for year in years] == [1, 2]
    assert years[0]["people"] != years[1]["people"]


def test_it_stops_where_it_is_told_to(bureau: Bureau) -> None:
    told = bureau.json("rehearse", "--until", "2024-04-10")
    assert (told["last"], told["ended"]) == ("2024-04-10", None)
    assert "始终未办结" in bureau.ok("rehearse", "--until", "2024-04-10")
    result = bureau.run("rehearse", "--until", "2024-03-01")
    assert result.exit_code == 2
    assert "before the first working day" in result.stderr


def test_a_change_of_the_plan_is_shown_with_what_differs_first(bureau: Bureau, tmp_path: Path, perfect: str) -> None:
    other = tmp_path / "other"
    shutil.copytree(bureau.config / "plans" / "small-2024", other)
    file = other / "protection" / "cosmetics.yaml"
    write(other, {"protection/cosmetics.yaml": file.read_text(encoding="utf-8").replace("10 days", "16 days")})
    told = bureau.ok("rehearse", "--compare", str(other), "--profile", perfect)
    assert "完成日期　有变化2项，无变化0项" in told
    moved = [line.split()[1:] for line in lines(told) if line.startswith(("1.01", "2.01"))]
    assert [(words[0], words[-1]) for words in moved] == [
        ("开展知识产权培训", "+9天"),  # it waits for the other
        ("推进化妆品产业知识产权保护", "+5天"),
    ]
    both = bureau.json("rehearse", "--compare", str(other), "--profile", perfect)
    assert [one["id"] for one in both["moved"]] == ["training", "cosmetics"]


def test_a_page_is_written_where_it_is_wanted(bureau: Bureau, tmp_path: Path) -> None:
    page = tmp_path / "shown" / "year.html"
    result = bureau.run("rehearse", "--json", "--html", str(page))
    assert result.stderr == f"页面已写入 {page}\n"
    assert "小局2024年工作要点 · 推演报告" in page.read_text(encoding="utf-8")


def test_long_lists_are_cut_and_say_so(bureau: Bureau, tmp_path: Path) -> None:
    steps = "".join(f"  - {{id: s{n}, title: 事项{n}, kind: work, duration: 5, due: 2024-04-09}}\n" for n in range(20))
    head = 'id: training\ntitle: 培训\nsource: "2.1"\nlead: service\nsupervisor: deputy-director\nsteps:\n'
    late = (CONFIG / "rehearsal.yaml").read_text(encoding="utf-8").replace("prompt: 0.58", "prompt: 0.0")
    late = late.replace("late: 0.12", "late: 0.70")
    write(bureau.config, {"plans/small-2024/service/training.yaml": head + steps, "rehearsal.yaml": late})
    told = bureau.ok("rehearse")
    assert "列出前15项，其余见 --json 或 --html" in told
    write(tmp_path, {"empty/plan.yaml": (bureau.config / "plans" / "small-2024" / "plan.yaml").read_text("utf-8")})
    only = (bureau.config / "plans" / "small-2024" / "protection" / "cosmetics.yaml").read_text("utf-8")
    write(tmp_path, {"empty/protection/cosmetics.yaml": only})
    told = bureau.ok("rehearse", "--compare", str(tmp_path / "empty"))
    assert "……另有" in told


def test_a_plan_that_writes_to_nobody(bureau: Bureau) -> None:
    period = 'id: training\ntitle: 培训\nsource: "2.1"\nlead: service\nsupervisor: deputy-director\nsteps:\n'
    period += "  - {id: p, title: 公示, kind: period, duration: 7 days, assumed: true}\n"
    write(bureau.config, {"plans/small-2024/service/training.yaml": period})
    (bureau.config / "plans" / "small-2024" / "protection" / "cosmetics.yaml").unlink()
    assert "没有通知" in bureau.ok("rehearse")
