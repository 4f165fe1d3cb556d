"""What was read from the files of a plan, before anything was made of it."""

from dataclasses import dataclass
from typing import NamedTuple

from duban.core.planning.directory import DirectoryFile
from duban.core.planning.document_file import DocumentFile
from duban.core.planning.plan import StepRef
from duban.core.planning.plan_file import InitiativeFile, PlanFile
from duban.core.planning.policy import Policy


class Written(NamedTuple):
    """An initiative as read: the id of the section whose folder it lies in, its content, the name of its file."""

    section: str
    file: InitiativeFile
    name: str


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a plan and their names; None for a file that could not be used.

    `lost` are steps, without `@`, that are written somewhere but could not be used, and initiatives of which nothing
    could: references to them are no mistake.
    """

    plan: PlanFile | None
    plan_name: str
    written: tuple[Written, ...]
    directory: DirectoryFile | None
    directory_name: str
    policy: Policy | None
    policy_name: str
    lost: frozenset[StepRef | str] = frozenset()
    document: DocumentFile | None = None
    document_name: str = ""
