"""The patterns of a bureau: a file for each in one folder; and initiatives with their pattern written out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from duban.adapters.plan_folder import ReadInitiative
from duban.adapters.yaml_models import Read, read_model
from duban.core.checking.check_pattern import check_pattern
from duban.core.planning.pattern_file import PatternFile
from duban.core.planning.patterns import StepPlace, apply_pattern, own_steps
from duban.core.planning.plan import StepRef
from duban.core.planning.plan_file import InitiativeFile
from duban.core.problems import Fault, Location, Problem, nearest
from duban.core.texts import english

Patterns = Mapping[str, Read[PatternFile]]
"""What was read of each pattern, by the name of its file; the value is None where there is a mistake in it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An initiative with all its steps, and where each of them is written.

    `file` is None when the initiative cannot be used; `problems` are those of the file and of how it uses its pattern.
    """

    read: ReadInitiative
    file: InitiativeFile | None
    origins: tuple[StepPlace, ...] = ()
    pattern: Read[PatternFile] | None = None
    problems: tuple[Problem, ...] = ()
    lost: frozenset[StepRef | str] = field(default_factory=frozenset)

    @property
    def name(self) -> str:
        """The initiative's file, as messages name it."""
        return self.read.read.name

    @property
    def section(self) -> str:
        """The section whose folder the file lies in."""
        return self.read.section

    def place(self, location: Location) -> tuple[str, int]:
        """The file and the line of a place in the initiative: in its own file, or in that of its pattern."""
        if len(location) < 2 or location[0] != "steps":
            return self.name, self.read.line(location)
        origin, within = self.origins[int(location[1])], location[2:]
        if within and within[0] in origin.said:
            return self.name, self.read.line((*origin.said[str(within[0])], *within[1:]))
        own = ("steps", origin.number, *within)
        return self.pattern.place(own) if origin.pattern and self.pattern else (self.name, self.read.line(own))


def read_patterns(folder: Path | None) -> Patterns:
    """Read all patterns of a folder, by the names of their files."""
    if folder is None or not folder.is_dir():
        return {}
    files = sorted(file for file in folder.glob("*.yaml") if not file.name.startswith("."))
    return {file.stem: _read_pattern(file) for file in files}


def _read_pattern(file: Path) -> Read[PatternFile]:
    read = read_model(file, PatternFile)
    if read.value is None:
        return read
    faults = check_pattern(read.value)
    if read.value.id != file.stem:
        message = english("the file is named {stem!r} but its pattern {id!r}", stem=file.stem, id=read.value.id)
        faults.append(Fault("file-name", message, english("give both the same name"), ("id",)))
    problems = (*read.problems, *(_problem(fault, read.name, read.line(fault.at)) for fault in faults))
    return replace(read, value=None if problems else read.value, problems=problems)


def written_out(one: ReadInitiative, patterns: Patterns, roles: Mapping[str, str]) -> Placed:
    """An initiative with the steps of its pattern, whose `roles` are played as the directory says.

    Where the pattern cannot be used only its own steps are there, and nothing is said of references to others.
    """
    file = one.read.value
    if file is None:
        return Placed(one, None, problems=one.read.problems, lost=one.lost)
    pattern = patterns.get(file.pattern) if file.pattern else None
    out = apply_pattern(file, pattern.value, roles) if pattern and pattern.value else own_steps(file)
    faults = [*out.faults, *_unknown(file, patterns)]
    return Placed(
        one,
        file.model_copy(update={"steps": out.steps}),
        out.origins,
        pattern,
        (*one.read.problems, *(_problem(fault, one.read.name, one.line(fault.at)) for fault in faults)),
        one.lost | _lost(file, pattern),
    )


def _unknown(file: InitiativeFile, patterns: Patterns) -> list[Fault]:
    if file.pattern is None or file.pattern in patterns:
        return []
    otherwise = english("use one of: {known}", known=list(patterns)) if patterns else english("add its file")
    message = english("there is no pattern {pattern!r}", pattern=file.pattern)
    return [Fault("unknown-pattern", message, nearest(file.pattern, patterns, otherwise), ("pattern",))]


def _lost(file: InitiativeFile, pattern: Read[PatternFile] | None) -> set[StepRef | str]:
    usable = file.pattern is None or (pattern is not None and pattern.value is not None)
    return set() if usable else {file.id}


def _problem(fault: Fault, file: str, line: int) -> Problem:
    return Problem(file, line, fault.id, fault.message, fault.remedy)
