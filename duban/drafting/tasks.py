"""Tasks of a project as a plan could hold them: what each waits for, how long it takes, by when it ends."""

from dataclasses import dataclass
from datetime import date

from duban.drafting.links import Length


@dataclass(frozen=True, slots=True)
class Need:
    """Another task that is waited for: its initiative, id and title; its beginning alone, a lag after it."""

    home: str
    id: str
    title: str
    begun: bool = False
    lag: Length | None = None


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """One task; `firm` says that its deadline was set, and not only counted by the program."""

    id: str
    cell: str
    title: str
    milestone: bool
    length: Length
    starts: date | None
    earliest: date | None
    due: date | None
    firm: bool
    owner: str
    others: tuple[str, ...]
    needs: tuple[Need, ...]
