"""What other terms move of the steps that go on: deadlines, people, and whom they are written to about next."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.deciding.rungs import DueRung
from duban.core.ledger.summary import CLOSED, StepRow
from duban.core.planning.plan import HUMAN, StepRef

Decisions = Mapping[str, tuple[Look, Decision]]
"""Initiatives as they stand, by id."""

Side = tuple[tuple[str, ...], ...]
"""A day; posts; or the letters of a rung, each by its day, slip and recipient. As texts, for the ledger keeps them."""


class Move(NamedTuple):
    """What other terms move of a step that goes on.

    `what` is its deadline (`due`), those who act on it or answer for it (`people`), or the next rung of its ladder
    (`rung`).
    """

    step: StepRef
    what: str
    before: Side
    after: Side


def moves(before: Decisions, after: Decisions) -> tuple[Move, ...]:
    """What is another one of the steps that both plans have and that go on."""
    found = list[Move]()
    for name, (look, decision) in before.items():
        if name not in after:
            continue
        then, now = _standings(look, decision), _standings(*after[name])
        for ref, standing in then.items():
            for what, value in standing.items():
                if ref in now and now[ref][what] != value:
                    found.append(Move(ref, what, value, now[ref][what]))
    return tuple(found)


def _standings(look: Look, decision: Decision) -> Mapping[StepRef, Mapping[str, Side]]:
    next_rungs: dict[str, list[DueRung]] = {}
    for rung in decision.rungs:
        known = next_rungs.setdefault(rung.step, [])
        if not known or known[0].rung == rung.rung:
            known.append(rung)
    return {
        StepRef(look.initiative.id, row.step): _standing(look, decision, row, next_rungs.get(row.step, ()))
        for row in decision.rows.values()
        if row.status not in CLOSED
    }


def _standing(look: Look, decision: Decision, row: StepRow, rungs: Sequence[DueRung]) -> Mapping[str, Side]:
    step, own, office = look.initiative.steps[row.step], decision.state.step(row.step), look.office
    people = (
        (*office.owner_side(step, own), *office.reviewers(look.initiative, step, own)) if step.kind in HUMAN else ()
    )
    present = [(office.directory.present(post, look.today) or post,) for post in people]
    told = [(str(rung.moment.date()), rung.slip, rung.recipient) for rung in rungs]
    return {
        "due": ((row.due.isoformat(),),) if row.due else (),
        "people": tuple(dict.fromkeys(present)),
        "rung": tuple(dict.fromkeys(told)),
    }
