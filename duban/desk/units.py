"""Units and posts: a matrix of them all, and of each what it has in hand, what is asked of it, and its letters."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from fastapi import APIRouter, Response

from duban.core.ledger.summary import Light, StepRow
from duban.core.planning.plan import Step
from duban.core.telling.overview import OwnerBoard, going_on, overview, seen_of
from duban.core.telling.reasons import reason_of
from duban.desk.boards import At
from duban.desk.initiatives import LETTERS, letters_of
from duban.desk.places import Place
from duban.desk.refusing import NO_PAGE
from duban.desk.rendering import page
from duban.desk.standing import Stands, stands

router = APIRouter()

STEPS = 60
"""How many of the steps that are with somebody are listed before the rest is only counted."""

FOLDED = 6
"""Groups of so many units or more are one row, which unfolds."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the matrix; `kept` is the share of what was done by its deadline, in percent, None before anything."""

    board: OwnerBoard
    kept: int | None
    done: int


@dataclass(frozen=True, slots=True)
class Holding:
    """A step that is with somebody."""

    step: Step
    row: StepRow
    title: str
    reason: str
    address: str


NOTHING: Mapping[Light, int] = Counter()


def _rows(at: Place, standing: Stands) -> dict[str, Row]:
    """Everybody who has, or had, work, by unit or post."""
    office, plan = at.service.office, at.service.office.plan
    boards = {one.owner: one for one in overview(office, standing.summaries, standing.owners, standing.today).owners}
    done: dict[str, list[bool]] = {}
    for ref, (due, day) in at.service.ledger.closed().items():
        initiative = plan.initiatives.get(ref.initiative)
        step = initiative.steps.get(ref.step) if initiative else None
        if step is not None:
            done.setdefault(standing.owners.get(ref, step.owner), []).append(day <= due)
    return {
        name: Row(
            boards.get(name) or OwnerBoard(name, office.directory.title(name), NOTHING, 0, 0, 0, 0),
            round(100 * sum(kept) / len(kept)) if (kept := done.get(name)) else None,
            len(done.get(name, ())),
        )
        for name in dict.fromkeys((*boards, *done))
    }


@dataclass(frozen=True, slots=True)
class Group:
    """Units addressed together, as one row: the sums, and the least, the middle and the greatest share kept."""

    title: str
    rows: tuple[Row, ...]

    def total(self, figure: str) -> int:
        """The sum of a figure."""
        return sum(getattr(row.board, figure) for row in self.rows)

    @property
    def kept(self) -> str:
        """`80%—100%，中位95%`; empty before anything was done."""
        found = sorted(row.kept for row in self.rows if row.kept is not None)
        return f"{found[0]}%—{found[-1]}%，中位{median(found):g}%" if found else ""


def _grouped(at: Place, rows: Mapping[str, Row]) -> Iterator[Group]:
    """Groups of many units that have work, each unit in the first that it is in."""
    taken: set[str] = set()
    for group in sorted(at.service.office.directory.groups.values(), key=lambda one: -len(one.units)):
        here = [rows[unit] for unit in group.units if unit in rows and unit not in taken]
        if len(here) >= FOLDED:
            taken |= set(group.units)
            yield Group(group.title, tuple(_by_lateness(here)))


def _by_lateness(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row.board.late, -row.board.lights[Light.RED], row.kept or 0, row.board.title))


@router.get("/units")
def units(at: At) -> Response:
    """The matrix of everybody."""
    standing = stands(at.service)
    rows = _rows(at, standing)
    groups = list(_grouped(at, rows))
    folded = {row.board.owner for group in groups for row in group.rows}
    alone = _by_lateness(row for name, row in rows.items() if name not in folded)
    return page("units", **at.told | {"here_now": "units"}, rows=alone, groups=groups, standing=standing)


@router.get("/u/{name}")
def unit(at: At, name: str) -> Response:
    """A unit: its row, its people, what is with it."""
    people = at.service.office.directory
    if name not in people.units:
        raise NO_PAGE
    posts = dict.fromkeys((people.officer(name), people.head(name)))
    return _one(at, name, {"people": [(people.title(one), one) for one in posts if one in people.posts]})


@router.get("/p/{name}")
def post(at: At, name: str) -> Response:
    """A post: what is with it, and its letters."""
    people = at.service.office.directory
    if name not in people.posts:
        raise NO_PAGE
    of = [(one.title, one.id) for one in people.units.values() if name in (one.head, one.officer)]
    today = at.service.office.day(at.service.clock.now())
    stands_in = people.present(name, today)
    away = people.title(stands_in) if people.away(name, today) and stands_in else ""
    return _one(at, name, {"of": of, "away": away})


def _one(at: Place, name: str, more: Mapping[str, Any]) -> Response:
    standing = stands(at.service)
    held = sorted(_held(at, standing, name), key=lambda one: (-one.row.light, one.row.due or standing.today))
    people = at.service.office.directory
    posts = {name, people.officer(name), people.head(name)}
    letters = [row for one in sorted(posts) for row in at.service.ledger.letters_to(one, LETTERS)]
    newest = sorted(letters, key=lambda row: row.queued_at, reverse=True)[:LETTERS]
    row = _rows(at, standing).get(name)
    return page(
        "owner",
        **at.told | {"here_now": "units"},
        **{"people": [], "of": [], "away": "", **more},
        name=name,
        row=row,
        held=held[:STEPS],
        many=len(held),
        letters=letters_of(at, [one for one in newest if not one.initiative.startswith("@")]),
        standing=standing,
        may_hand_over=bool(at.visitor.post),
    )


def _held(at: Place, standing: Stands, name: str) -> Iterator[Holding]:
    office = at.service.office
    for step, row, owner in going_on(seen_of(office, standing.summaries), standing.owners):
        if owner == name:
            initiative = office.plan.initiatives[step.ref.initiative]
            title = f"{initiative.number} {initiative.title}"
            yield Holding(step, row, title, reason_of(office, initiative.id, row), at.matter(step.ref))
