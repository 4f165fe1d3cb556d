"""What people name on the command line: steps, looked up in the plan, days, and months."""

import re
from datetime import date
from typing import TYPE_CHECKING

import typer

from duban.core.deciding.commands import Refused
from duban.core.deciding.office import Office
from duban.core.planning.plan import StepRef
from duban.core.planning.when import parse_day
from duban.core.problems import Invalid
from duban.core.titles import perhaps
from duban.service import Service

if TYPE_CHECKING:
    from duban.core.telling.bulletin_paper import Spell

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def step_of(text: str) -> StepRef:
    """The step a person names; raises Refused for what cannot be one."""
    ref = StepRef.parse(text)
    if not ref.initiative or not ref.step:
        raise Refused("unknown-step", f"请把事项写成“举措/事项”，如 travel-rules/draft；收到 {text}")
    return ref


def known(service: Service, ref: StepRef) -> StepRef:
    """The step itself when the plan has it; raises Refused with the nearest name."""
    steps = service.initiative(ref.initiative).steps
    if ref.step not in steps:
        hint = perhaps(ref.step, steps, "请核对事项编号")
        raise Refused("unknown-step", f"举措 {ref.initiative} 中没有事项 {ref.step}：{hint}")
    return ref


def day_of(text: str) -> date:
    """A day as 2024-03-25; raises BadParameter for anything else."""
    try:
        return parse_day(text)
    except Invalid as error:
        raise typer.BadParameter(str(error)) from None


def spell_named(office: Office, month: str | None, week: str | None, today: date) -> "Spell":
    """The month, or the week of a day, that somebody names; of neither the month of today."""
    from duban.core.telling.bulletin_paper import month_of, week_of  # noqa: PLC0415  looks start sooner

    if week:
        return week_of(office, day_of(week))
    if month and not MONTH.fullmatch(month):
        raise typer.BadParameter(f"a month is written as 2024-05, not {month}")
    return month_of(office, date.fromisoformat(f"{month}-01") if month else today)
