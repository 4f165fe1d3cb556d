"""`duban extend --dry-run`: what a later deadline would move, in words and as data. Nothing is stored."""

from rich.markup import escape
from rich.table import Table

from duban.cli.output import console, print_json
from duban.core.deciding.commands import Refused
from duban.core.forecasting.effects import bearing_on
from duban.core.planning.plan import StepRef
from duban.core.telling.extensions import SHIFTED, Rows, effects_in_words, effects_of
from duban.service import Service


def show_effects(service: Service, step: StepRef, to: str, *, asked: bool, as_json: bool) -> None:
    """Say what moves when a step is extended to a day, or to the day that was asked for.

    Raises Refused where there is nothing to extend.
    """
    day = _asked(service, step) if asked and not to else to
    seen, effects = effects_of(service.office, service.schedule(bearing_on(service.office.plan, step)), step, day)
    if as_json:
        print_json(effects)
        return
    for part in effects_in_words(seen, effects):
        console().print(escape(part) if isinstance(part, str) else _table(part), soft_wrap=isinstance(part, str))


def _asked(service: Service, step: StepRef) -> str:
    """The day that was asked for."""
    own = service.view(step.initiative).state.step(step.step)
    if own.asked is None:
        raise Refused("not-asked", f"“{service.office.plan.step(step).title}”没有待答复的延期申请")
    return own.asked.to.isoformat()


def _table(rows: Rows) -> Table:
    table = Table(*SHIFTED, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(escape, row))
    return table
