"""The board (看板): how the whole plan stands on one page, made of what is known of it and nothing decided anew.

A light says how grave something is; beside it always stands how much it concerns: one late step of fifty does not make
a red initiative as three of four do.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from duban.core.deciding.office import Office
from duban.core.ledger.summary import AWAITING_OWNER, CLOSED, Light, Status, StepRow, Summary
from duban.core.planning.plan import Initiative, Step, StepRef
from duban.core.telling.lines import title_of_all
from duban.core.telling.reasons import reason_of_all

LIT = (Light.RED, Light.ORANGE, Light.YELLOW, Light.GREEN, Light.OFF)
"""The gravest first."""

SHORT = {Light.RED: "红", Light.ORANGE: "橙", Light.YELLOW: "黄", Light.GREEN: "绿", Light.OFF: "不亮"}

SOON = 14
"""Days, from today on, in which what falls due is listed."""

NEAR = 7
"""Days, from today on, in which what is due is near for its owner."""

Holders = Mapping[StepRef, str]
"""Whom steps were handed over to; of the rest the plan names the owner."""


@dataclass(frozen=True, slots=True)
class Concern:
    """An initiative, its light, why it is lit, and how much of it that concerns: `amiss` of its `total` steps."""

    initiative: Initiative
    light: Light
    reason: str
    amiss: int
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class SectionBoard:
    """One section: how many of its initiatives bear each light, and all of them, the gravest first."""

    id: str
    heading: str
    lights: Mapping[Light, int]
    concerns: tuple[Concern, ...]


@dataclass(frozen=True, slots=True)
class OwnerBoard:
    """A unit or post: how many of its steps that go on bear each light, and in how many initiatives these are.

    `late` are past their deadline and still to be handed in, `soon` due within NEAR days, `review` handed in.
    """

    owner: str
    title: str
    lights: Mapping[Light, int]
    initiatives: int
    late: int
    soon: int
    review: int

    @property
    def going_on(self) -> int:
        """How many go on."""
        return sum(self.lights.values())


@dataclass(frozen=True, slots=True)
class Coming:
    """What falls due on a day: one step, or those of several units of one written step, `owners` by title."""

    due: date
    initiative: Initiative
    title: str
    steps: tuple[StepRef, ...]
    owners: tuple[str, ...]
    light: Light


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole board. `expected_late` counts the steps that are not closed and are expected after their deadline."""

    headline: str
    lights: Mapping[Light, int]
    expected_late: int
    sections: tuple[SectionBoard, ...]
    owners: tuple[OwnerBoard, ...]
    coming: tuple[Coming, ...]


Seen = Sequence[tuple[Initiative, Summary]]
"""Initiatives of the plan, in its order, and how they stand."""


def seen_of(office: Office, summaries: Iterable[Summary]) -> Seen:
    """The plan's initiatives as they stand; a summary may be of one that it no longer has."""
    known = {summary.initiative: summary for summary in summaries}
    return [(one, known[name]) for name, one in office.plan.initiatives.items() if name in known]


def overview(office: Office, summaries: Iterable[Summary], owners: Holders, today: date) -> Overview:
    """The board of a day; of the steps `summaries` need only hold those that go on."""
    seen = seen_of(office, summaries)
    lights = Counter(summary.light for _, summary in seen)
    late = sum(expected_late(row) for _, summary in seen for row in summary.steps)
    unseen = len(office.plan.initiatives) - len(seen)
    lit = lights_in_words(lights) if seen else "", f"尚未巡查{unseen}" if unseen else ""
    return Overview(
        headline=f"{len(office.plan.initiatives)}项举措：{' '.join(filter(None, lit))}；预计误期的事项{late}项",
        lights=lights,
        expected_late=late,
        sections=tuple(_sections(office, seen)),
        owners=tuple(_owners(office, seen, owners, today)),
        coming=tuple(_coming(office, seen, owners, today)),
    )


def reddest(seen: Seen) -> list[Initiative]:
    """The initiatives with red steps, that whose step is late longest first, then that of which most is red."""
    found = []
    for initiative, summary in seen:
        red = [row for row in summary.steps if row.light is Light.RED and row.status not in CLOSED]
        if red:
            late = max(row.reason.days if row.reason else 0 for row in red)
            found.append((-late, -len(red) / summary.total, initiative.number, initiative))
    return [initiative for *_, initiative in sorted(found, key=lambda one: one[:3])]


def lights_in_words(lights: Mapping[Light, int]) -> str:
    """`红2 橙3 绿41`: those that there are."""
    return " ".join(f"{SHORT[light]}{lights[light]}" for light in LIT if lights.get(light)) or "尚未开始"


def expected_late(row: StepRow) -> bool:
    """Whether a step that is not closed is expected after its deadline, or is late already."""
    open_ = row.status not in CLOSED
    return open_ and row.due is not None and row.forecast is not None and row.forecast > row.due


def concern(office: Office, initiative: Initiative, summary: Summary) -> Concern:
    """How an initiative stands; `amiss` are its steps that bear its own light, none where all is well."""
    amiss = sum(row.light is summary.light for row in summary.steps) if summary.light > Light.GREEN else 0
    return Concern(initiative, summary.light, reason_of_all(office, summary), amiss, summary.done, summary.total)


def _sections(office: Office, seen: Seen) -> Iterator[SectionBoard]:
    for section in office.plan.sections:
        here = [concern(office, *pair) for pair in seen if pair[0].section == section.id]
        if here:
            lights = Counter(one.light for one in here)
            gravest = sorted(here, key=lambda one: (-one.light, -one.amiss / one.total))
            yield SectionBoard(section.id, section.heading, lights, tuple(gravest))


def _owners(office: Office, seen: Seen, owners: Holders, today: date) -> Iterator[OwnerBoard]:
    """Those who have work that goes on, the gravest first."""
    found: dict[str, list[tuple[StepRef, StepRow]]] = {}
    for step, row, owner in going_on(seen, owners):
        if row.opened is not None or row.light > Light.OFF:
            found.setdefault(owner, []).append((step.ref, row))
    boards = (_owner(office.directory.title(name), name, some, today) for name, some in found.items())
    yield from sorted(boards, key=lambda board: [-board.lights[light] for light in LIT])


def _owner(title: str, owner: str, some: Sequence[tuple[StepRef, StepRow]], today: date) -> OwnerBoard:
    due = [(row.due - today).days for _, row in some if row.due and row.status in AWAITING_OWNER]
    return OwnerBoard(
        owner=owner,
        title=title,
        lights=Counter(row.light for _, row in some),
        initiatives=len({ref.initiative for ref, _ in some}),
        late=sum(left < 0 for left in due),
        soon=sum(0 <= left <= NEAR for left in due),
        review=sum(row.status is Status.REVIEW for _, row in some),
    )


def going_on(seen: Seen, owners: Holders) -> Iterator[tuple[Step, StepRow, str]]:
    """The steps that go on and that the plan still has, each with whom it is with."""
    for initiative, summary in seen:
        for row in summary.steps:
            step = initiative.steps.get(row.step)
            if step is not None and row.status not in CLOSED:
                yield step, row, owners.get(step.ref, step.owner)


def _coming(office: Office, seen: Seen, owners: Holders, today: date) -> Iterator[Coming]:
    """What falls due from today on, by day; what is written for several units and due on one day as one."""
    found: dict[tuple[date, str, str], list[tuple[Step, StepRow, str]]] = {}
    for step, row, owner in going_on(seen, owners):
        if row.due is not None and 0 <= (row.due - today).days <= SOON:
            written = step.id.partition("@")[0] if step.unit else step.id
            found.setdefault((row.due, step.ref.initiative, written), []).append((step, row, owner))
    for (due, name, _), some in sorted(found.items(), key=lambda item: item[0][0]):
        first = some[0][0]
        yield Coming(
            due=due,
            initiative=office.plan.initiatives[name],
            title=title_of_all(first, office.directory) if len(some) > 1 else first.title,
            steps=tuple(step.ref for step, _, _ in some),
            owners=tuple(dict.fromkeys(office.directory.title(owner) for *_, owner in some)),
            light=max(row.light for _, row, _ in some),
        )
