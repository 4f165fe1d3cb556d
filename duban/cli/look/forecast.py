"""`duban forecast`: what will be late, through the whole plan, where acting helps, and how likely each date is."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from duban.cli.named import known, step_of
from duban.cli.opening import opened
from duban.cli.output import Csv, Listing, Xlsx, as_table, console, outlet, print_json, put_out
from duban.core.forecasting.chances import SAMPLES, SEED, Chance, Chances, chances
from duban.core.forecasting.forecast import Late, forecast
from duban.core.planning.plan import StepRef
from duban.core.telling.lateness import PlanForecast, chain_of, lateness
from duban.core.telling.whens import in_digits
from duban.service import Service

app = typer.Typer()

UNSURE = 0.8
"""Deadlines that are kept in fewer samples than this are listed."""

FOREMOST = 10
"""How many of the most critical steps are listed."""

Part = Table | str


@app.command("forecast")
def forecast_command(
    what: Annotated[
        str | None, typer.Argument(metavar="[INITIATIVE|STEP]", help="One initiative, or one step as initiative/step.")
    ] = None,
    *,
    with_chances: Annotated[bool, typer.Option("--chances", help="Say how likely each date is.")] = False,
    samples: Annotated[
        int, typer.Option(min=1, max=100_000, metavar="N", help="How often durations are drawn for that.")
    ] = SAMPLES,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Which draws; the same number, the same ones.")] = SEED,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
) -> None:
    """Forecast the whole plan from how it stands: what will miss its deadline, and why (预计)."""
    to = outlet(as_json, as_csv, xlsx)
    with opened(to_look=True) as at:
        asked = None if what is None else set(_asked(at.service, what))
        schedule = at.service.schedule()
        drawn = chances(schedule, samples, seed) if with_chances else None
        seen = PlanForecast(at.service.office, schedule, forecast(schedule), drawn)
    steps = [ref for ref in seen.forecast.finish if asked is None or ref in asked]
    if to.as_json:
        print_json(_data(seen, steps))
    elif to.tabular:
        put_out(_listing(seen, steps, whole=asked is None), to)
    else:
        for part in _whole(seen) if asked is None else _narrow(seen, steps):
            console().print(part, soft_wrap=isinstance(part, str))


def _asked(service: Service, what: str) -> Iterator[StepRef]:
    """The steps of the initiative, or the step, that is named; raises Refused for an unknown one."""
    initiative, _, step = what.partition("/")
    if step:
        yield known(service, step_of(what))
    else:
        yield from (one.ref for one in service.initiative(initiative).steps.values())


# For programs --------------------------------------------------------------------------------------------------------


def _data(seen: PlanForecast, steps: list[StepRef]) -> dict[str, object]:
    told, wanted, homes = seen.forecast, set(steps), {ref.initiative for ref in steps}
    found: dict[str, object] = {
        "as_of": seen.schedule.today,
        "provisional_years": sorted(seen.office.calendar.provisional_years),
        "late": [{**_fields(late), "said": lateness(seen, late)} for late in told.late if late.step in wanted],
        "finish": {ref: told.finish[ref] for ref in steps},
        "slack": {ref: told.slack[ref] for ref in steps},
        "due": {ref: told.due[ref] for ref in steps if ref in told.due},
        "chain": {ref: told.chain(ref) for ref in steps},
        "ends": {name: day for name, day in told.ends.items() if name in homes},
    }
    if seen.chances is not None:
        found["chances"] = {
            "samples": seen.chances.samples,
            "seed": seen.chances.seed,
            "steps": [one for one in seen.chances.steps if one.step in wanted],
            "initiatives": [one for one in seen.chances.initiatives if one.initiative in homes],
        }
    return found


def _fields(late: Late) -> dict[str, object]:
    return {field.name: getattr(late, field.name) for field in fields(late)}


# For people ----------------------------------------------------------------------------------------------------------


def _listing(seen: PlanForecast, steps: list[StepRef], *, whole: bool) -> Listing:
    """What a file holds: how likely the dates are, where that is asked for, else the table that is printed."""
    if seen.chances is not None:
        return _chances(seen, [seen.chances.of[ref] for ref in steps])
    return _late(seen) if whole else _dates(seen, steps)


def _whole(seen: PlanForecast) -> Iterator[Part]:
    yield as_table(_late(seen)) if seen.forecast.late else "预计全部事项都能按时办结"
    if seen.chances is not None:
        yield from _unsure(seen, seen.chances)


def _late(seen: PlanForecast) -> Listing:
    late = sorted(seen.forecast.late, key=lambda one: (-one.days, one.step))
    rows = (
        (
            f"{one.days}天",
            _day(seen, one.due),
            _day(seen, one.finish),
            seen.office.plan.step(one.step).title,
            str(one.step),
            lateness(seen, one),
        )
        for one in late
    )
    return Listing("预计误期", ("晚", "时限", "预计", "事项", "编号", "说明"), tuple(rows))


def _unsure(seen: PlanForecast, drawn: Chances) -> Iterator[Part]:
    """The deadlines that may well be missed, then what most of it hangs on."""
    unsure = [one for one in drawn.steps if one.kept is not None and one.kept < UNSURE]
    yield ""
    if unsure:
        yield f"按期把握不足八成的时限（抽样{drawn.samples}次）："
        yield as_table(_chances(seen, sorted(unsure, key=lambda one: (one.kept, one.step))))
    else:
        yield f"各项时限都有八成以上把握（抽样{drawn.samples}次）"
    yield ""
    yield "最关键的事项："
    yield as_table(_chances(seen, drawn.steps[:FOREMOST]))


def _narrow(seen: PlanForecast, steps: list[StepRef]) -> Iterator[Part]:
    """One initiative or one step: its dates, the chain to its end, what will be late."""
    if not steps:
        yield "已全部办结，无须预计"
        return
    told = seen.forecast
    yield as_table(_dates(seen, steps))
    last = max(steps, key=lambda ref: told.finish[ref])
    yield escape(f"关键链：{chain_of(seen, told.chain(last))}")
    for late in told.late:
        if late.step in steps:
            yield escape(f"{seen.titled(late.step, late.step)}{lateness(seen, late)}")
    if seen.chances is not None:
        yield as_table(_chances(seen, [seen.chances.of[ref] for ref in steps]))


def _dates(seen: PlanForecast, steps: list[StepRef]) -> Listing:
    told = seen.forecast
    rows = (
        (
            _day(seen, told.due.get(ref)),
            _day(seen, told.finish[ref]),
            f"{told.slack[ref]}天",
            seen.office.plan.step(ref).title,
            seen.owner(ref),
            str(ref),
        )
        for ref in steps
    )
    return Listing("预计", ("时限", "预计", "机动", "事项", "承办", "编号"), tuple(rows))


def _chances(seen: PlanForecast, drawn: Iterable[Chance]) -> Listing:
    rows = (
        (
            "—" if one.kept is None else f"{one.kept:.0%}",
            *(_day(seen, day) for day in (one.due, one.p50, one.p80)),
            f"{one.critical:.0%}",
            seen.office.plan.step(one.step).title,
            str(one.step),
        )
        for one in drawn
    )
    return Listing("把握", ("按期", "时限", "五成把握", "八成把握", "关键度", "事项", "编号"), tuple(rows))


def _day(seen: PlanForecast, day: date | None) -> str:
    return in_digits(day, seen.office.calendar)
