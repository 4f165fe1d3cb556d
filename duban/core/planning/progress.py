"""How far a step has come, in percent, and how far it is planned to have by which day."""

from datetime import date
from math import floor

from duban.core.ledger.steps import StepState
from duban.core.planning.plan import Step, Target

Knot = tuple[date, float]
"""By the end of that day so many percent are planned; evenly by working days from one knot to the next."""

Course = tuple[Knot, ...]

ROUNDING = 1e-9
"""What binary fractions may make of a whole number."""


def points(percent: float) -> int:
    """Percent in whole points, as people compare them."""
    return floor(percent + ROUNDING)


def share(target: Target, value: float) -> float:
    """Percent of the way from the baseline to the target, whatever the value; 0 or 100 where there is no way."""
    whole = target.value - target.baseline
    if whole >= 0 if target.at_most else whole <= 0:
        return 100.0 if target.met(value) else 0.0
    return 100 * (value - target.baseline) / whole


def progress(step: Step, own: StepState) -> int:
    """Percent of a step that is done: of an indicator with a value its share, else, as of a ceiling, what was said."""
    if step.target is None or own.value is None or own.closed or step.target.ceiling:
        return own.progress
    return max(0, min(100, points(share(step.target, own.value))))


def path(step: Step) -> Course:
    """What is planned on the way to an indicator's target, in percent; nothing of other steps."""
    target = step.target
    return tuple((day, share(target, value)) for day, value in target.path) if target else ()
