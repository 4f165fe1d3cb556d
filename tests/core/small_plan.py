"""The files of a small plan, as values, for tests of what is made of them."""

from datetime import date
from typing import Any

from duban.core.days.workdays import WorkCalendar
from duban.core.planning.directory import DirectoryFile
from duban.core.planning.files import Files, Written
from duban.core.planning.plan_file import InitiativeFile, PlanFile
from duban.core.planning.policy import Policy

CALENDAR = WorkCalendar.build(date(2023, 1, 1), date(2025, 12, 31), lambda day: day.weekday() < 5)

DIRECTORY = {
    "administrator": "head",
    "posts": [{"id": "head", "title": "处长"}, {"id": "officer", "title": "联络员"}],
    "units": [
        {"id": unit, "title": title, "head": "head", "officer": "officer"}
        for unit, title in {"roads": "道路处", "pudong": "浦东新区", "xuhui": "徐汇区"}.items()
    ],
    "groups": [
        {"id": "districts", "title": "各区", "units": ["pudong", "xuhui"]},
        {"id": "others", "title": "其他", "units": ["xuhui", "roads"]},
    ],
}
BULLETIN = {"uses": "bulletin", "parameters": {"title": "通报"}}
POLICY = {
    "ladders": [
        {
            "id": "standard",
            "title": "常规",
            "rungs": [{"id": "press", "anchor": "due", "to": ["owner"], "slip": "press"}],
        }
    ]
}


def plan_file(**changes: Any) -> PlanFile:
    return PlanFile.model_validate(
        {
            "id": "tiny",
            "title": "小计划",
            "document": "试字〔2024〕1号",
            "starts": "2024-01-02",
            "ends": "2024-12-31",
            "coordinator": "officer",
            "sections": [{"id": "roads", "title": "道路"}, {"id": "parks", "title": "公园"}],
        }
        | changes
    )


def directory_file(**changes: Any) -> DirectoryFile:
    return DirectoryFile.model_validate(DIRECTORY | changes)


def policy() -> Policy:
    return Policy.model_validate(POLICY)


def step(name: str, kind: str = "work", **more: Any) -> dict[str, Any]:
    return {"id": name, "title": f"事项{name}", "kind": kind} | more


def written(
    name: str, *steps: dict[str, Any], source: str = "1.1", section: str = "roads", file: str = "", **more: Any
) -> Written:
    content = {"id": name, "title": f"举措{name}", "source": source, "lead": "roads", "supervisor": "head", **more}
    return Written(section, InitiativeFile.model_validate({**content, "steps": steps}), file or f"plan/{name}.yaml")


def files(*initiatives: Written, **changes: Any) -> Files:
    known: dict[str, Any] = {
        "plan": plan_file(),
        "plan_name": "plan.yaml",
        "written": initiatives,
        "directory": directory_file(),
        "directory_name": "directory.yaml",
        "policy": policy(),
        "policy_name": "escalation.yaml",
    }
    return Files(**known | changes)
