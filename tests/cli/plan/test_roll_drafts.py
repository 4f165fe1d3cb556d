"""Next year's plan of drafted ones: tables, documents, projects; what is finished, what goes on, what recurs."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from duban.cli.exits import Exit
from duban.settings import PLAN_VARIABLE
from tests.cli.conftest import CONFIG, Bureau, write

DATA = Path(__file__).parent.parent.parent / "data"
POINTS = (
    "某局2024年工作要点\n\n一、加强保护\n\n制定保护方案，建立协作机制。每季度通报进展。\n\n二、优化服务\n\n举办培训。"
)
NAMES = (
    "tables/port.csv",
    "tables/water-city.docx",
    "tables/elections.xlsx",
    "projects/service-hall.xml",
    "points.txt",
)


def drafted(bureau: Bureau, source: str) -> Path:
    """The plan drafted-2024 of a file, in force on its first morning."""
    write(bureau.root, {"points.txt": POINTS})
    file = DATA / source if (DATA / source).exists() else bureau.root / source
    bureau.ok("draft", str(file), "--plan", "drafted-2024", "--yes")
    folder = bureau.config / "plans" / "drafted-2024"
    write(bureau.config, {"duban.toml": 'plan = "drafted-2024"\n'})
    plan = (folder / "plan.yaml").read_text("utf-8")
    bureau.at(f"{plan.split('starts: ')[1][:10]} 09:00")
    bureau.ok("apply", "--by", "administrator", "--reason", "启用")
    bureau.tick()
    return folder


def initiatives(shown: Any) -> list[Any]:
    return [one for section in shown["sections"] for one in section["initiatives"]]


def names(shown: Any) -> list[str]:
    return [one["id"] for one in initiatives(shown)]


def close(bureau: Bureau, *ids: str) -> None:
    """Put all steps of initiatives to rest."""
    for name in ids:
        (shown,) = initiatives(bureau.json("show", name))
        for step in shown["steps"]:
            result = bureau.run("cancel", step["step"], "--as", "coordinator", "--reason", "已完成")
            assert result.exit_code == 0 or "无需再办" in result.output, result.output


@pytest.mark.parametrize("source", NAMES)
def test_a_drafted_plan_is_rehearsed_rolled_and_goes_on_beside_the_old_ones_rest(
    bureau: Bureau, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PLAN_VARIABLE, "")
    drafted(bureau, source)
    assert bureau.json("rehearse", "config/plans/drafted-2024")["unfinished"] == []
    finished, *others = names(bureau.json("show"))
    close(bureau, finished)
    report = bureau.json("roll", "drafted-2024", "--year", "2025", "--rest-beside")
    recurs = finished in report["recurring"]
    assert report["left_out"] == ([] if recurs else [finished])
    assert sorted(report["carried"]) == sorted(others + [finished] * recurs)
    checked = bureau.json("check", "config/plans/drafted-2025")
    assert checked["problems"] == []
    assert bureau.json("rehearse", "config/plans/drafted-2025")["unfinished"] == []
    write(bureau.config, {"duban.toml": 'plan = "drafted-2025"\nbeside = ["drafted-2024"]\n'})
    bureau.at("2025-01-06 09:00").ok("apply", "--by", "administrator", "--reason", "启用")
    bureau.tick()
    new, old = bureau.json("show"), bureau.json("--plan", "drafted-2024", "show")
    assert set(names(new)) == set(report["carried"])
    assert set(names(old)) == {finished, *others}


def test_what_is_under_way_goes_on_in_the_old_plan_alone_where_that_is_asked(bureau: Bureau) -> None:
    drafted(bureau, "projects/service-hall.xml")
    first = "1-1-li-xiang"
    bureau.ok("sign", f"{first}/task-4", "--as", "protection-officer")
    told = bureau.ok("roll", "drafted-2024", "--year", "2025")
    assert f"已启动、尚未办结：{first}（新计划按原样列入" in told
    shutil.rmtree(bureau.config / "plans" / "drafted-2025")
    told = bureau.ok("roll", "drafted-2024", "--year", "2025", "--rest-beside")
    assert f"已启动、尚未办结：{first}（余下事项在原计划中续办" in told
    text = next((bureau.config / "plans" / "drafted-2025").rglob("1-2-*.yaml")).read_text("utf-8")
    assert "needs: []" in text, "what waited for it waits for nothing in the new plan"
    assert bureau.json("check", "config/plans/drafted-2025")["problems"] == []


def test_where_nothing_is_left_there_is_no_new_plan(bureau: Bureau) -> None:
    folder = drafted(bureau, "projects/archive.csv")
    close(bureau, *names(bureau.json("show")))
    result = bureau.run("roll", "drafted-2024", "--year", "2025")
    assert result.exit_code == Exit.REFUSED
    assert "没有可以结转的举措" in result.output
    assert [one.name for one in folder.parent.iterdir() if "2025" in one.name] == []


def test_next_years_table_read_onto_the_rolled_plan_keeps_names_and_touches_only_what_changed(
    bureau: Bureau, tmp_path: Path
) -> None:
    folder = drafted(bureau, "tables/port.csv")
    by_hand = next(folder.rglob("1-1-*.yaml"))
    by_hand.write_text(by_hand.read_text("utf-8") + "# looked at\n", "utf-8")
    bureau.ok("roll", "drafted-2024", "--year", "2025")
    new = bureau.config / "plans" / "drafted-2025"
    rolled = {one.relative_to(new).as_posix() for one in new.rglob("*/*.yaml")}
    table = tmp_path / "port.csv"
    table.write_text((DATA / "tables/port.csv").read_text("utf-8-sig").replace("2024年", "2025年"), "utf-8")
    told = bureau.json("draft", str(table), "--plan", "drafted-2025", "--yes")
    hows = {one["path"]: one["how"] for one in told["files"]}
    assert rolled == {path for path in hows if "/" in path}
    assert hows[by_hand.relative_to(folder).as_posix()] == "kept"
    assert set(hows.values()) == {"same", "changed", "kept"}
    assert bureau.json("check", "config/plans/drafted-2025")["problems"] == []
    record = json.loads((new / ".draft.json").read_text("utf-8"))
    assert len(record["rows"]) == len(rolled)


def test_a_day_of_every_quarter_that_comes_too_soon_is_put_off_in_every_quarter(bureau: Bureau) -> None:
    """The 10th of a quarter's first month is the second day after the holidays in October 2025."""
    step = "{id: sum, title: 报送进展, kind: work, repeat: quarterly, duration: 3, due: day 10 of month 1 of period}"
    text = f'id: sums\ntitle: 报送进展\nsource: "2.2"\nlead: service\nsupervisor: deputy-director\nsteps:\n  - {step}\n'
    plan = bureau.config / "plans/small-2024/plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace("2024-06-28", "2024-12-31"), "utf-8")
    write(bureau.config, {"plans/small-2024/service/sums.yaml": text})
    bureau.ok("check")
    report = bureau.json("roll", "small-2024", "--year", "2025")
    assert [(one["before"], one["after"]) for one in report["changes"] if one["how"] == "eased"] == [
        ("day 10 of month 1 of period", "day 11 of month 1 of period")
    ]
    bureau.ok("check", "config/plans/small-2025")


def test_two_years_of_a_plan_are_told_apart_by_their_titles(bureau: Bureau) -> None:
    drafted(bureau, "projects/service-hall.xml")
    bureau.ok("roll", "drafted-2024", "--year", "2025")
    plan = (bureau.config / "plans/drafted-2025/plan.yaml").read_text("utf-8")
    assert "title: 知识产权服务大厅建设（2025年）" in plan


def test_the_shipped_plan_goes_on_beside_its_rest(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLAN_VARIABLE, "")
    shutil.rmtree(bureau.config)
    shutil.copytree(CONFIG, bureau.config)
    bureau.at("2024-12-20 09:00").ok("apply", "--by", "system-administrator", "--reason", "启用")
    bureau.tick()
    bureau.ok("cancel", "special-funds-measures/budget-draft", "--as", "supervision-officer", "--reason", "已完成")
    report = bureau.json("roll", "shanghai-2024", "--year", "2025", "--rest-beside")
    assert "special-funds-measures" in report["under_way"]
    assert "special-funds-measures" in report["left_out"]
    assert bureau.json("check", "config/plans/shanghai-2025")["problems"] == []
