"""The shape of the files of a plan, as a bureau writes them: strict, frozen, and the source of the JSON Schema.

These values still hold shorthand (`each`, `repeat`, dates that hang on steps); `expand` turns them into the plan that
is decided on.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator

from duban.core.when import (
    LENGTH_PATTERN,
    REFERENCE,
    SLUG,
    WHEN_PATTERN,
    Duration,
    When,
    parse_duration,
    parse_when,
)


class Strict(BaseModel):
    """A value read from a file: unknown keys and loose types are refused, and it never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


T = TypeVar("T")
# YAML knows lists only; strict validation would refuse them for tuples.
Many = Annotated[tuple[T, ...], Field(strict=False)]

Slug = Annotated[str, Field(pattern=f"^{SLUG}$", max_length=60)]
Reference = Annotated[str, Field(pattern=f"^{REFERENCE}$", description="own-step, or other-initiative/step")]
Title = Annotated[str, Field(min_length=1, max_length=120)]
Source = Annotated[str, Field(pattern=r"^[1-9]\d*\.[1-9]\d*[a-z]?$", description='section.sentence, quoted: "2.10"')]
PlainText = Annotated[str, Field(min_length=1)]

WhenText = Annotated[
    When,
    PlainValidator(parse_when),
    WithJsonSchema({"type": "string", "pattern": WHEN_PATTERN}),
]
DurationText = Annotated[
    Duration,
    PlainValidator(parse_duration),
    WithJsonSchema(
        {
            "oneOf": [
                {"type": "integer", "minimum": 0},
                {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 3, "maxItems": 3},
                {"type": "string", "pattern": LENGTH_PATTERN},
            ]
        }
    ),
]
Day = Annotated[date, Field(description="YYYY-MM-DD")]


class Kind(StrEnum):
    """What a step is, and therefore how it ends."""

    WORK = "work"
    REVIEW = "review"
    ACTION = "action"
    PERIOD = "period"
    MILESTONE = "milestone"
    INDICATOR = "indicator"


class Roll(StrEnum):
    """Where a limit goes that falls on a day off."""

    FORWARD = "forward"
    BACK = "back"
    NONE = "none"


class Repeat(StrEnum):
    """How often a step comes back within the plan."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class ActionFile(Strict):
    """An action a plan names: a registered action and its parameters."""

    uses: Slug
    parameters: dict[str, str | int | float | bool] = Field(default_factory=dict)


class TargetFile(Strict):
    """The value that ends an indicator step."""

    at_least: float | int
    unit: PlainText


class StepFile(Strict):
    """One step as written."""

    id: Slug
    title: Title
    kind: Literal["work", "review", "action", "period", "milestone", "indicator"]
    needs: Many[Reference] = ()
    duration: DurationText | None = None
    due: WhenText | None = None
    earliest: WhenText | None = None
    roll: Literal["forward", "back", "none"] | None = None
    owner: Slug | None = Field(None, description="unit or post; the lead unit when left out")
    evidence: Many[PlainText] = Field((), description="deliverables a submission must name")
    review: Slug | None = Field(None, description="unit or post that approves the work or sends it back")
    ladder: Slug | None = None
    action: ActionFile | None = None
    target: TargetFile | None = None
    each: Slug | None = Field(None, description="a group of units: one such step in each")
    repeat: Literal["monthly", "quarterly"] | None = None
    was: Slug | None = Field(None, description="the id this step had before it was renamed")
    basis: PlainText | None = Field(None, description="the rule a statutory period comes from")
    assumed: bool = False

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        needed = {Kind.PERIOD: "duration", Kind.ACTION: "action", Kind.INDICATOR: "target"}.get(Kind(self.kind))
        if needed and getattr(self, needed) is None:
            raise ValueError(f"a step of kind {self.kind} needs `{needed}`; add it, or choose another kind")
        for name, kinds in _ONLY_FOR.items():
            if getattr(self, name) and self.kind not in kinds:
                raise ValueError(
                    f"`{name}` has no meaning for a step of kind {self.kind}; remove it, or use kind {kinds[0]}"
                )
        return self


_ONLY_FOR = {
    "action": ("action",),
    "target": ("indicator",),
    "review": ("work",),
    "evidence": ("work", "review"),
    "duration": ("work", "review", "action", "period", "indicator"),
}


class InitiativeFile(Strict):
    """One initiative file."""

    id: Slug
    title: Title
    source: Source
    lead: Slug
    support: Many[Slug] = ()
    supervisor: Slug
    tags: Many[PlainText] = ()
    note: PlainText | None = None
    assumed: bool = False
    ladder: Slug | None = None
    steps: Many[StepFile] = Field(min_length=1)


class SectionFile(Strict):
    """A section of the document; its number is its place in the list, its id the name of its folder."""

    id: Slug
    title: Title


class PlanFile(Strict):
    """`plan.yaml`: what holds for the whole plan."""

    id: Slug
    title: Title
    document: PlainText
    starts: Day
    ends: Day
    coordinator: Slug
    sections: Many[SectionFile] = Field(min_length=1)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends <= self.starts:
            raise ValueError(f"the plan ends on {self.ends}, which is not after its start {self.starts}")
        return self
