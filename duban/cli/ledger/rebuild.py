"""`duban ledger rebuild`: the derived tables made anew from the entries."""

from dataclasses import dataclass, replace
from typing import Annotated

import typer

from duban.adapters.ledger_rules import verify
from duban.cli.exits import Exit
from duban.cli.ledger.verify import said
from duban.cli.opening import opened
from duban.cli.output import complain, print_json
from duban.core.deciding.decide import decide
from duban.core.ledger.state import fold
from duban.core.ledger.summary import RECIPIENT, Summary
from duban.ports import Commit, Conflict
from duban.service import Service
from duban.turns import TRIES, turns

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How much was made anew; `left_out` are initiatives of the ledger that the plan no longer has."""

    initiatives: int
    steps: int
    notices: int
    left_out: tuple[str, ...]


@app.command()
def rebuild(as_json: Json = False) -> None:
    """Make the derived tables (lights, forecasts, notices) anew from the entries; no entry is added or changed."""
    from duban.wiring import seals_of  # noqa: PLC0415  other commands start faster

    with opened() as at:
        plan = at.service.office.plan.id
        broken = verify(at.service.ledger, seals_of(at.settings).told().plans.get(plan, {}))
        if broken is not None:
            complain(f"{said(broken)}\nnothing was made anew")
            raise typer.Exit(Exit.PROBLEMS)
        rebuilt = rebuild_derived(at.service)
    if as_json:
        print_json(rebuilt)
        return
    typer.echo(f"made anew: {rebuilt.initiatives} initiatives, {rebuilt.steps} steps, {rebuilt.notices} notices")
    for name in rebuilt.left_out:
        typer.echo(f"left out: {name}, which the plan no longer has")


def rebuild_derived(service: Service) -> Rebuilt:
    """Empty the derived tables and fill them again; what the time has brought meanwhile is left to the next tick."""
    every = service.ledger.initiatives()
    names = [name for name in every if not name.startswith(RECIPIENT)]
    known = [name for name in names if name in service.office.plan.initiatives]
    service.ledger.forget_derived()
    # A forecast may hang on one elsewhere that is not made anew yet: once more round, until nothing changes.
    before: list[Summary] = []
    for _ in known:
        notices = sum([_make_anew(service, name) for name in known])
        after = list(service.ledger.summaries())
        if after == before:
            break
        before = after
    digests = sum([_notices_anew(service, name) for name in every if name not in known])
    steps = sum(len(summary.steps) for summary in before)
    return Rebuilt(len(before), steps, (notices if known else 0) + digests, tuple(set(names) - set(known)))


def _notices_anew(service: Service, name: str) -> int:
    """Store digests of a recipient, or notices of what the plan no longer has, as entries tell them; their number."""
    for _ in turns():
        entries = service.ledger.entries(name)
        rows = tuple(fold(entries).notices.values())
        service.ledger.commit(Commit(name, (), notices=rows))
        if len(service.ledger.entries(name)) == len(entries):
            return len(rows)
    raise Conflict(f"{name}: others wrote {TRIES} times while this was being made anew; try again")


def _make_anew(service: Service, name: str) -> int:
    """Store the summary and the notices of an initiative as its entries tell them; the number of notices."""
    for _ in turns():
        view = service.view(name)
        head = view.state.head
        summary = decide(view.look, view.state).summary
        commit = Commit(
            initiative=name,
            entries=(),
            summary=replace(summary, sequence=head.sequence if head else 0),
            notices=tuple(view.state.notices.values()),
        )
        try:
            service.ledger.commit(commit)
        except Conflict:
            continue
        return len(commit.notices)
    raise Conflict(f"{name}: others wrote {TRIES} times while this was being made anew; try again")
