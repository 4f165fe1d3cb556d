"""A plan from its folder: every file read, every problem of all of them found at once."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from duban.adapters.files import READABLE, write_atomically
from duban.adapters.pattern_folder import Placed, read_patterns, written_out
from duban.adapters.plan_folder import DOCUMENT, read_initiatives, read_plan
from duban.adapters.yaml_models import Read, read_model
from duban.core.checking.check import check
from duban.core.checking.check_office import check_office
from duban.core.checking.feasibility import Infeasible, UnderWay, feasibility
from duban.core.days.workdays import WorkCalendar
from duban.core.planning.coverage import Covered, coverage
from duban.core.planning.directory import Directory, DirectoryFile
from duban.core.planning.document_file import DocumentFile
from duban.core.planning.expand import expand
from duban.core.planning.files import Files, Written
from duban.core.planning.plan import Plan, Step
from duban.core.planning.plan_file import PlanFile
from duban.core.planning.policy import Policy
from duban.core.planning.schema import schemas
from duban.core.problems import BadInput, Location, Problem


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plan without problems, and the people and rules it is carried out with.

    `coverage` is of the document's sentences, empty where the plan has no `document.yaml`; `written` are the
    initiatives as written, by id.
    """

    plan: Plan
    directory: Directory
    policy: Policy
    coverage: tuple[Covered, ...]
    written: Mapping[str, Placed]


def load_plan(
    folder: Path,
    *,
    directory: Path,
    escalation: Path,
    calendar: WorkCalendar,
    patterns: Path | None = None,
    under_way: UnderWay | None = None,
) -> Loaded:
    """Read `plan.yaml` and the initiatives in the folder, a folder for each section, and check them with the rest.

    `patterns` is the folder of the patterns that initiatives may name; `under_way` is what has happened to the plan,
    from where its checks begin. Raises BadInput with all problems of all files, in the order of files and lines. Files
    are named as seen from the working directory when they lie in it, else as given.
    """
    gathered = _gather(folder, directory, escalation, patterns)
    files, placed = gathered.files, gathered.placed
    places: dict[str, Callable[[Location], tuple[str, int]]] = {one.name: one.place for one in gathered.whole}
    places |= {one.name: one.place for one in placed}
    found = check(files, calendar=calendar, under_way=under_way)
    problems = [
        *gathered.misplaced,
        *(problem for one in gathered.whole for problem in one.problems),
        *(problem for one in placed for problem in one.problems),
        *(_placed(problem, places[problem.file]) for problem in found),
    ]
    if problems or files.plan is None or files.directory is None or files.policy is None:
        raise BadInput(problems)
    named = Directory(files.directory)
    return Loaded(
        expand(files.plan, files.written, named),
        named,
        files.policy,
        coverage(files.document, files.written) if files.document else (),
        {one.file.id: one for one in placed if one.file},
    )


@dataclass(frozen=True, slots=True)
class _Gathered:
    """All files of a plan as read: the initiatives with their patterns filled in, and the other ones."""

    files: Files
    placed: list[Placed]
    whole: list[Read[Any]]
    misplaced: list[Problem]


def _gather(folder: Path, directory: Path, escalation: Path, patterns: Path | None) -> _Gathered:
    plan = read_plan(folder)
    people, policy = read_model(directory, DirectoryFile), read_model(escalation, Policy)
    document = read_model(folder / DOCUMENT, DocumentFile) if (folder / DOCUMENT).exists() else None
    initiatives, misplaced = read_initiatives(folder, plan.value)
    known = read_patterns(patterns)
    roles = people.value.roles if people.value else {}
    placed = [written_out(one, known, roles) for one in initiatives]
    whole: list[Read[Any]] = [plan, people, policy, *([document] if document else ()), *known.values()]
    return _Gathered(_files(plan, people, policy, document, placed), placed, whole, misplaced)


def unmeetable(
    folder: Path, *, directory: Path, escalation: Path, calendar: WorkCalendar, patterns: Path | None = None
) -> dict[tuple[str, str], tuple[Infeasible, Step]]:
    """Deadlines of a plan that cannot be met, by the initiative's file and the step as written, and the step.

    Of steps written once for many units and periods the one that is latest. What cannot be read is left out.
    """
    gathered = _gather(folder, directory, escalation, patterns)
    if gathered.files.plan is None or gathered.files.directory is None:
        return {}
    plan = expand(gathered.files.plan, gathered.files.written, Directory(gathered.files.directory))
    late = sorted(feasibility(plan, calendar).infeasible, key=lambda one: one.finish - one.due)
    return {
        (plan.initiatives[one.step.initiative].file, one.step.step.partition("@")[0]): (one, plan.step(one.step))
        for one in late  # the latest counts
    }


def _placed(problem: Problem, place: Callable[[Location], tuple[str, int]]) -> Problem:
    """A problem with the file and the line where what is wrong is written."""
    file, line = place(problem.location)
    return replace(problem, file=file, line=line)


def load_rules(directory: Path, escalation: Path) -> tuple[Directory, Policy]:
    """The people and rules alone, whatever the files of the plan are like; raises BadInput with all their problems."""
    people, policy = read_model(directory, DirectoryFile), read_model(escalation, Policy)
    files = Files(None, "", (), people.value, people.name, policy.value, policy.name)
    places = {one.name: one.place for one in (people, policy)}
    found = [_placed(problem, places[problem.file]) for problem in check_office(files)]
    problems = [*people.problems, *policy.problems, *found]
    if problems or people.value is None or policy.value is None:
        raise BadInput(problems)
    return Directory(people.value), policy.value


def write_schemas(folder: Path) -> None:
    """Write the JSON Schemas of the files a bureau writes."""
    for name, schema in schemas().items():
        write_atomically(folder / name, json.dumps(schema, ensure_ascii=False, indent=2) + "\n", READABLE)


def _files(
    plan: Read[PlanFile],
    people: Read[DirectoryFile],
    policy: Read[Policy],
    document: Read[DocumentFile] | None,
    initiatives: list[Placed],
) -> Files:
    return Files(
        plan=plan.value,
        plan_name=plan.name,
        written=tuple(Written(one.section, one.file, one.name) for one in initiatives if one.file),
        directory=people.value,
        directory_name=people.name,
        policy=policy.value,
        policy_name=policy.name,
        document=document.value if document else None,
        document_name=document.name if document else "",
        lost=frozenset(lost for one in initiatives for lost in one.lost),
    )
