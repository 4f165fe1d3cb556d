"""The steps of an initiative as its page lists them: those of the units of one written step are one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.ledger.summary import CLOSED, Light, Status, StepRow
from duban.core.planning.directory import Directory
from duban.core.planning.plan import Step
from duban.core.planning.plan_file import Kind


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One step, or the steps of all units of one written step (`each`), and how they stand."""

    title: str
    steps: tuple[Step, ...]
    rows: tuple[StepRow, ...]
    starts: date
    """The day the first of them opened, else the one it is expected to."""

    @property
    def folded(self) -> bool:
        """Whether it stands for the steps of units."""
        return self.steps[0].unit is not None

    @property
    def milestone(self) -> bool:
        """Whether it is a day rather than a time."""
        return self.steps[0].kind is Kind.MILESTONE

    @property
    def open(self) -> tuple[StepRow, ...]:
        """The rows that are not closed."""
        return tuple(row for row in self.rows if row.status not in CLOSED)

    @property
    def done(self) -> int:
        """How many of its steps are done."""
        return sum(row.status is Status.DONE for row in self.rows)

    @property
    def worst(self) -> StepRow:
        """The row it is shown by: the gravest of those still open, and of these the one due first."""
        return min(self.open or self.rows, key=lambda row: (-row.light, row.due or date.max))

    @property
    def light(self) -> Light:
        """The gravest light."""
        return self.worst.light

    @property
    def ends(self) -> date | None:
        """The day the last of them ended or is expected to."""
        return max((day for row in self.rows if (day := row.finished or row.forecast)), default=None)

    @property
    def pressing(self) -> date | None:
        """The day by which open lines are listed: the first deadline, else the expected end."""
        return min((row.due for row in self.open if row.due), default=self.ends)

    @property
    def waiting(self) -> bool:
        """Whether nothing of it has begun, and nothing is amiss."""
        return not self.amiss and all(row.status is Status.WAITING for row in self.rows)

    @property
    def amiss(self) -> tuple[StepRow, ...]:
        """The open rows that are yellow, orange or red, the gravest first."""
        return tuple(sorted((row for row in self.open if row.light > Light.GREEN), key=lambda row: -row.light))


def lines(look: Look, decision: Decision) -> list[BoardLine]:
    """All lines of an initiative, in the order of its steps."""
    together: dict[object, list[StepRow]] = {}
    for row in decision.summary.steps:
        step = look.initiative.steps[row.step]
        key = (step.id.partition("@")[0], step.span) if step.unit else step.id
        together.setdefault(key, []).append(row)
    return [_line(look, tuple(rows)) for rows in together.values()]


def _line(look: Look, rows: tuple[StepRow, ...]) -> BoardLine:
    steps = tuple(look.initiative.steps[row.step] for row in rows)
    starts = min(_start(look, step, row) for step, row in zip(steps, rows, strict=True))
    return BoardLine(title_of_all(steps[0], look.office.directory), steps, rows, starts)


def title_of_all(step: Step, people: Directory) -> str:
    """The title that the steps of all units share."""
    if step.unit is None:
        return step.title
    unit = people.title(step.unit)
    return step.title.replace(f"（{unit}）", "").replace(f"（{unit}，", "（")


def _start(look: Look, step: Step, row: StepRow) -> date:
    last = row.finished or row.forecast or look.today
    expected = max(look.office.plan.starts, last - timedelta(days=round(step.duration.likely * 1.4)))
    return min(last, row.opened or expected)


def group_title(line: BoardLine, people: Directory) -> str:
    """What the units of a line are called together."""
    units = {step.unit for step in line.steps}
    return next((group.title for group in people.groups.values() if set(group.units) == units), "各单位")


def by_date(found: Iterable[BoardLine]) -> list[BoardLine]:
    """Lines that are open, the one due first before all others."""
    return sorted((line for line in found if line.open), key=_first)


def gravest(found: Iterable[BoardLine]) -> list[BoardLine]:
    """Lines at which something is amiss, the gravest first, then the one due first."""
    return sorted((line for line in found if line.amiss), key=lambda line: (-line.light, _first(line)))


def _first(line: BoardLine) -> date:
    return line.pressing or date.max


def closed(found: Iterable[BoardLine]) -> list[BoardLine]:
    """Lines that are over, the last one first."""
    return sorted((line for line in found if not line.open), key=lambda line: line.ends or date.min, reverse=True)
