"""The Prefect task that measures an indicator, and what placeholders stand for in what is asked outside."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from duban.core.planning.measure_file import Measure
from duban.core.planning.plan import StepRef
from duban.wiring import Gear


@task(
    name="指标取数",
    task_run_name="取数：{title}",
    retries=2,
    retry_delay_seconds=[1, 5],
    timeout_seconds=30,
    cache_policy=NO_CACHE,
)
def measure_value(title: str, measure: Measure, gear: Gear, step: StepRef) -> float:
    """The value of an indicator now; `title` names the task run."""
    from duban.adapters.sources import Reading, read  # noqa: PLC0415  most ticks measure nothing

    settings = gear.settings
    if settings.rehearsed:
        return _known(gear, step)
    tables = settings.store or settings.var
    reading = Reading(settings.file.parent, tables, settings.ledger, settings.variables, placeholder_values(gear, step))
    return read(measure, reading)


def _known(gear: Gear, ref: StepRef) -> float:
    """The value known already: a rehearsal asks nothing of the present, its people report."""
    view = gear.service.view(ref.initiative)
    value, target = view.state.step(ref.step).value, view.look.initiative.steps[ref.step].target
    return value if value is not None else target.baseline if target else 0.0


def placeholder_values(gear: Gear, ref: StepRef) -> dict[str, str]:
    """What the placeholders of a step stand for."""
    office = gear.service.office
    initiative, step = office.plan.initiatives[ref.initiative], office.plan.step(ref)
    return {
        "plan": office.plan.id,
        "initiative": initiative.id,
        "initiative-title": initiative.title,
        "step": step.id,
        "step-title": step.title,
        "unit": step.unit or step.owner,
        "unit-title": office.directory.title(step.unit or step.owner),
        "today": office.day(gear.service.clock.now()).isoformat(),
    }
