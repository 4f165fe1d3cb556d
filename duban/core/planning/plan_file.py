"""The shape of the files of a plan, as a bureau writes them: strict, frozen, and the source of the JSON Schema.

These values still hold shorthand (`each`, `repeat`, dates that hang on steps); `expand` turns them into the plan that
is decided on.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from duban.core.planning.action_file import Action
from duban.core.planning.values import (
    Day,
    DurationText,
    Many,
    PlainText,
    Reference,
    Slug,
    Source,
    Strict,
    Title,
    WhenText,
)
from duban.core.planning.when import LENGTH_REMEDY, WHEN_REMEDY
from duban.core.problems import Fault, Invalid


class Kind(StrEnum):
    """What a step is, and therefore how it ends."""

    WORK = "work"
    REVIEW = "review"
    ACTION = "action"
    PERIOD = "period"
    MILESTONE = "milestone"
    INDICATOR = "indicator"


class Repeat(StrEnum):
    """How often a step comes back within the plan."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class TargetFile(Strict):
    """The value that ends an indicator step."""

    at_least: float = Field(description="the measured value from which on the step is done")
    unit: PlainText = Field(description="what the value is counted in, in Chinese")


class StepFile(Strict):
    """One step as written."""

    id: Slug = Field(description="name of the step within its initiative, as in draft-rules")
    title: Title = Field(description="what is to be done, in Chinese")
    kind: Literal["work", "review", "action", "period", "milestone", "indicator"] = Field(
        description=(
            "work: a person does it; review: a person approves it or sends it back; action: it runs by itself; "
            "period: it elapses on the calendar; milestone: done when its needs are; "
            "indicator: done when a measured value reaches its target"
        )
    )
    needs: Many[Reference] = Field(
        (), description="steps that must be closed first: own-step, other-initiative/step, or one of many: step@unit"
    )
    duration: DurationText | None = Field(None, description=f"how long the step takes: {LENGTH_REMEDY}")
    due: WhenText | None = Field(None, description=f"last day on which the step is in time: {WHEN_REMEDY}")
    earliest: WhenText | None = Field(None, description=f"first day on which the step may start: {WHEN_REMEDY}")
    roll: Literal["forward", "back", "none"] | None = Field(
        None, description="where a due date goes that falls on a day off: the next or the last working day, or nowhere"
    )
    owner: Slug | None = Field(
        None,
        description=(
            "unit or post that answers for the step; when left out the unit itself where `each` is used, "
            "the supervisor for a review, else the lead unit"
        ),
    )
    evidence: Many[PlainText] = Field((), description="deliverables a submission must name")
    review: Slug | None = Field(None, description="unit or post that approves the work or sends it back")
    ladder: Slug | None = Field(None, description="ladder of escalation.yaml; the initiative's when left out")
    action: Action | None = Field(None, description="what an action step runs")
    target: TargetFile | None = Field(None, description="the value that ends an indicator step")
    each: Slug | None = Field(None, description="a group of units: one such step in each")
    repeat: Literal["monthly", "quarterly"] | None = Field(
        None, description="one such step for each month or quarter that ends within the plan"
    )
    was: Slug | None = Field(None, description="the id this step had before it was renamed")
    basis: PlainText | None = Field(None, description="the rule a statutory period comes from")
    assumed: bool = Field(False, description="true when the step is our reading and not in the document")

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        faults = (*self._missing(), *self._meaningless())
        if faults:
            raise Invalid(*faults)
        return self

    def _missing(self) -> Iterator[Fault]:
        needed = {Kind.PERIOD: "duration", Kind.ACTION: "action", Kind.INDICATOR: "target"}.get(Kind(self.kind))
        if needed and getattr(self, needed) is None:
            yield Fault(
                "kind-needs-key", f"a step of kind {self.kind} needs `{needed}`", "add it, or choose another kind"
            )

    def _meaningless(self) -> Iterator[Fault]:
        for name, kinds in _ONLY_FOR.items():
            if getattr(self, name) and self.kind not in kinds:
                yield Fault(
                    "kind-forbids-key",
                    f"`{name}` has no meaning for a step of kind {self.kind}",
                    f"remove it, or use kind {kinds[0]}",
                    (name,),
                )


_ONLY_FOR = {
    "action": ("action",),
    "target": ("indicator",),
    "review": ("work",),
    "evidence": ("work", "review"),
    "duration": ("work", "review", "action", "period", "indicator"),
}


class InitiativeFile(Strict):
    """One initiative file."""

    id: Slug = Field(description="name of the initiative: the name of its file without .yaml")
    title: Title = Field(description="the initiative in a few Chinese words")
    source: Source = Field(description='section.sentence of the document, in quotes: "2.10", "3.4a"')
    lead: Slug = Field(description="unit that leads (牵头单位)")
    support: Many[Slug] = Field((), description="units that support (配合单位)")
    supervisor: Slug = Field(description="post that supervises (分管领导)")
    tags: Many[PlainText] = Field((), description="words to find the initiative by")
    note: PlainText | None = Field(None, description="what a reader should know")
    assumed: bool = Field(False, description="true when the initiative is our reading of the document")
    ladder: Slug | None = Field(None, description="ladder of escalation.yaml for its steps; standard when left out")
    steps: Many[StepFile] = Field(min_length=1, description="steps in the order in which people read them")


class SectionFile(Strict):
    """A section of the document; its number is its place in the list, its id the name of its folder."""

    id: Slug = Field(description="name of the folder of the section")
    title: Title = Field(description="heading of the section, in Chinese")


class PlanFile(Strict):
    """`plan.yaml`: what holds for the whole plan."""

    id: Slug = Field(description="name of the plan")
    title: Title = Field(description="title of the plan, in Chinese")
    document: PlainText = Field(description="the document the plan carries out, with its number")
    starts: Day = Field(description="first day of the plan")
    ends: Day = Field(description="last day of the plan")
    coordinator: Slug = Field(description="post that coordinates the plan (督办)")
    sections: Many[SectionFile] = Field(min_length=1, description="sections in the order of the document")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends <= self.starts:
            message = f"the plan ends on {self.ends}, which is not after its start {self.starts}"
            raise Invalid(Fault("ends-before-start", message, "correct one of the two days", ("ends",)))
        return self
