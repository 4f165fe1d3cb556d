"""The workbook that an office is given: 督办台账 and 任务分解表 of the plan in force, as bytes."""

from duban.adapters.workbooks import workbook
from duban.core.deciding.agenda import members
from duban.core.planning.directory import Directory
from duban.core.telling.whens import chinese
from duban.core.workbooks.account import ACCOUNT, Account, account
from duban.core.workbooks.breakdown import BREAKDOWN, breakdown
from duban.service import Service


def plan_workbook(service: Service, unit: str | None = None, *, fold: bool = False, plan_only: bool = False) -> bytes:
    """The plan as it stands at this moment; of one unit, post or group what is with it, else all of it.

    With `fold` the steps of all units of one written step are one row. `plan_only`: without how it stands.
    Raises Refused for a unit that the directory does not have.
    """
    office, now = service.office, service.clock.now()
    units = None if unit is None else members(office.directory, unit)
    told = [
        Account(look, state, entries, service.names(look.initiative, entries))
        for look, state, entries in service.histories()
    ]
    whose = f"{title_of(office.directory, unit)}" if unit else ""
    local = now.astimezone(office.zone)
    at = f"统计时间{chinese(local.date())} {local:%H:%M}"
    sheets = () if plan_only else (account(told, _heading(office.plan.title, ACCOUNT, whose, at), units, fold=fold),)
    plan = breakdown(told, _heading(office.plan.title, BREAKDOWN, whose, at), units, fold=fold)
    return workbook((*sheets, plan))


def title_of(directory: Directory, name: str) -> str:
    """The Chinese title of a unit, a post or a group."""
    return directory.groups[name].title if name in directory.groups else directory.title(name)


def _heading(plan: str, what: str, whose: str, at: str) -> str:
    return f"{plan}{what}（{'，'.join(filter(None, (whose, at)))}）"
