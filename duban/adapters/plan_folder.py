"""The initiatives of a plan: a file for each, in a folder for each section.

Of a file with mistakes the steps that are right are used all the same, so that the other checks can go on; what could
not be used is remembered, so that no reference to it is taken for a mistake.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from duban.adapters.yaml_models import Read, file_name, read_model, usable, validated
from duban.adapters.yaml_text import Document
from duban.core.planning.plan import StepRef
from duban.core.planning.plan_file import InitiativeFile, PlanFile
from duban.core.problems import Location, Problem, nearest
from duban.core.texts import Text, english
from duban.written import LARGEST_FOLDER

PLAN = "plan.yaml"
DOCUMENT = "document.yaml"

_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class ReadInitiative:
    """The file of an initiative in the folder of a section.

    `kept` are the places in the file of the steps that `read.value` holds; `lost` what exists but could not be used.
    """

    section: str
    read: Read[InitiativeFile]
    kept: tuple[int, ...] = ()
    lost: frozenset[StepRef | str] = frozenset()

    def line(self, location: Location) -> int:
        """The line of a place in the value."""
        if len(location) > 1 and location[0] == "steps":
            location = ("steps", self.kept[int(location[1])], *location[2:])
        return self.read.line(location)


def load_plan_file(folder: Path) -> PlanFile:
    """`plan.yaml` of a plan's folder alone; raises BadInput."""
    return usable(read_plan(folder))


def read_plan(folder: Path) -> Read[PlanFile]:
    """Read `plan.yaml`; a folder without one is a problem of its own."""
    if (folder / PLAN).exists():
        return read_model(folder / PLAN, PlanFile)
    name = file_name(folder)
    what = english("this folder has no {file}", file=PLAN) if folder.is_dir() else english("there is no such folder")
    return Read(name, None, (Problem(name, 0, "no-plan", what, english("name the folder of a plan")),))


def read_initiatives(folder: Path, plan: PlanFile | None) -> tuple[list[ReadInitiative], list[Problem]]:
    """Read all initiatives; the problems are those of files and folders that lie in the wrong place."""
    sections = None if plan is None else [section.id for section in plan.sections]
    initiatives: list[ReadInitiative] = []
    problems: list[Problem] = []
    if _size(folder) > LARGEST_FOLDER:
        what = english("its files are larger than {size} MiB together", size=LARGEST_FOLDER // 2**20)
        return [], [_problem(folder, "too-large", what, english("part the plan, or see what has got into it"))]
    for entry in _entries(folder):
        if entry.is_dir():
            files = [file for file in _entries(entry) if file.suffix in _ENDINGS]
            read = (_read_initiative(file, entry.name) for file in files if not file.is_dir())
            initiatives += [_supervised(one, plan) for one in read]
            problems += _misplaced(entry, sections)
        elif entry.suffix in _ENDINGS and entry.name not in (PLAN, DOCUMENT):
            remedy = english("move it into the folder of its section")
            message = english("an initiative does not lie beside plan.yaml")
            problems.append(_problem(entry, "misplaced-file", message, remedy))
    return initiatives, problems


def _size(folder: Path) -> int:
    """Bytes of all files of a plan; what is none, or cannot be looked at, is told when it is read."""
    found = (entry.lstat() for ending in _ENDINGS for entry in folder.rglob(f"*{ending}"))
    return sum(entry.st_size for entry in found)


def _entries(folder: Path) -> list[Path]:
    """What lies in a folder, by name; hidden files are no business of a plan."""
    if not folder.is_dir():
        return []
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def _misplaced(folder: Path, sections: list[str] | None) -> Iterator[Problem]:
    files = [file for ending in _ENDINGS for file in folder.rglob(f"*{ending}")]
    if files and sections is not None and folder.name not in sections:
        otherwise = english("name the folder after a section: {sections}", sections=sections)
        remedy = nearest(folder.name, sections, otherwise)
        yield _problem(folder, "unknown-section", english("the plan has no section {name!r}", name=folder.name), remedy)
    for file in files:
        if file.parent != folder:
            remedy = english("move it up into the folder of the section")
            message = english("an initiative lies right in the folder of its section")
            yield _problem(file, "misplaced-file", message, remedy)
        elif file.suffix != ".yaml":
            remedy = english("name it {name}", name=f"{file.stem}.yaml")
            yield _problem(file, "file-name", english("the files of a plan end in .yaml"), remedy)


def _problem(path: Path, kind: str, message: Text, remedy: Text) -> Problem:
    return Problem(file_name(path), 0, kind, message, remedy)


def _read_initiative(file: Path, section: str) -> ReadInitiative:
    read = read_model(file, InitiativeFile)
    if read.value is not None:
        return ReadInitiative(section, read, tuple(range(len(read.value.steps))))
    if read.document is None:
        return ReadInitiative(section, read, lost=frozenset({file.stem}))
    data, kept = _usable(read.document.data, read.problems)
    value, _ = validated(read.document, data, InitiativeFile, read.name)
    lost = _lost(read.document, kept) if value is not None else {file.stem, str(data.get("id"))}
    return ReadInitiative(section, replace(read, value=value), kept, frozenset(lost))


def _supervised(one: ReadInitiative, plan: PlanFile | None) -> ReadInitiative:
    """The initiative, under the plan's supervisor where it names none."""
    if plan is None or one.read.value is None or one.read.value.supervisor:
        return one
    value = one.read.value.model_copy(update={"supervisor": plan.supervisor})
    return replace(one, read=replace(one.read, value=value))


def _usable(data: dict[str, Any], problems: tuple[Problem, ...]) -> tuple[dict[str, Any], tuple[int, ...]]:
    """An initiative without what has mistakes and may be missing, and the places of the steps that are right.

    What may be missing: unknown keys, steps, and what is said of single steps of a pattern.
    """
    wrong = {problem.location[1] for problem in problems if problem.location[:1] == ("steps",) and problem.location[1:]}
    unknown = {one.location[0] for one in problems if one.id == "unknown-key" and len(one.location) == 1}
    steps: Any = data.get("steps")
    kept = tuple(place for place in range(len(steps) if isinstance(steps, list) else 0) if place not in wrong)
    right: dict[str, Any] = {"steps": [steps[place] for place in kept]} if kept else {}
    for key in ("values", "dates", "change"):
        marred = {one.location[1] for one in problems if one.location[:1] == (key,) and one.location[1:]}
        if marred:
            right[key] = {name: said for name, said in data[key].items() if name not in marred}
    dropped = unknown | ({"steps"} if isinstance(steps, list) else set())
    return {key: value for key, value in data.items() if key not in dropped} | right, kept


def _lost(document: Document, kept: tuple[int, ...]) -> set[StepRef | str]:
    """The steps that were left out; the whole initiative when one of them has no usable id."""
    initiative = document.data["id"]
    left_out = [step for place, step in enumerate(document.data.get("steps", ())) if place not in kept]
    ids = [step.get("id") if isinstance(step, dict) else None for step in left_out]
    return {StepRef(initiative, name) if isinstance(name, str) else initiative for name in ids}
