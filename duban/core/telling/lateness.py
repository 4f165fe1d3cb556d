"""What is to be said of a forecast, in Chinese: why a step will be late, where to act first, and what it moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from duban.core.deciding.office import Office
from duban.core.forecasting.chances import Chances
from duban.core.forecasting.forecast import Forecast, Late
from duban.core.forecasting.schedule import Schedule
from duban.core.planning.plan import StepRef
from duban.core.telling.whens import short

NAMED = 3
"""How many steps are named before the rest is only counted."""


@dataclass(frozen=True, slots=True)
class PlanForecast:
    """The forecast of a plan and what it was made of; `chances` where they were asked for."""

    office: Office
    schedule: Schedule
    forecast: Forecast
    chances: Chances | None = None

    def titled(self, step: StepRef, beside: StepRef | None = None) -> str:
        """The title of a step, with that of its initiative where `beside` is not of the same."""
        plan = self.office.plan
        near = beside is not None and beside.initiative == step.initiative
        return f"“{plan.step(step).title}”" + ("" if near else f"（{plan.initiatives[step.initiative].title}）")

    def owner(self, step: StepRef) -> str:
        """The title of the unit or post that answers for a step now."""
        fact = self.schedule.facts[self.schedule.place[step]]
        return self.office.directory.title(fact.owner if fact else self.office.plan.step(step).owner)


def lateness(seen: PlanForecast, late: Late) -> str:
    """`因“起草”未完，预计9月30日完成，晚4个工作日；宜先抓“起草”（承办保护处，时限9月20日）`, and what it moves."""
    because = f"因{seen.titled(late.cause, late.step)}未完，" if late.cause else ""
    found = f"{because}预计{short(late.finish, seen.office.calendar)}完成，晚{late.days}个工作日"
    return f"{found}；{_first(seen, late)}{moved(seen, late.moves)}"


def _first(seen: PlanForecast, late: Late) -> str:
    if late.act_on is None:
        return "须待期间届满，没有可以先抓的事项"
    limit = seen.forecast.due.get(late.act_on)
    due = f"，时限{short(limit, seen.office.calendar)}" if limit else ""
    what = "本事项" if late.act_on == late.step else seen.titled(late.act_on, late.step)
    return f"宜先抓{what}（承办{seen.owner(late.act_on)}{due}）"


def moved(seen: PlanForecast, moves: Mapping[StepRef, int]) -> str:
    """Which steps of other initiatives a late step puts off; empty for none."""
    if not moves:
        return ""
    worst = sorted(moves.items(), key=lambda pair: -pair[1])
    named = "、".join(f"{seen.titled(step)}推迟{days}个工作日" for step, days in worst[:NAMED])
    return f"；牵动{named}" + (f"，等{len(moves)}项" if len(moves) > NAMED else "")


def chain_of(seen: PlanForecast, chain: Sequence[StepRef]) -> str:
    """A critical chain as titles, from its beginning to the step itself; initiatives are named where they change."""
    before = (chain[-1], *chain)
    return " → ".join(seen.titled(step, beside) for beside, step in zip(before, chain, strict=False))
