"""The shape of the files of a plan, as a bureau writes them: strict, frozen, and the source of the JSON Schema.

These values still hold shorthand (`each`, `repeat`, dates that hang on steps); `expand` turns them into the plan that
is decided on.
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from duban.core.planning.action_file import SHARED, Action, CollectAction
from duban.core.planning.measure_file import Measure
from duban.core.planning.review_file import REVIEW_REMEDY, ReviewText
from duban.core.planning.target_file import TargetFile
from duban.core.planning.values import (
    DateName,
    Day,
    DurationText,
    Many,
    Numeral,
    OneOrMany,
    PlainText,
    Reference,
    Slug,
    Source,
    Strict,
    T,
    Title,
    WhenText,
)
from duban.core.planning.when import LENGTH_REMEDY, RESERVED, WHEN_REMEDY, WRITTEN_PATTERN
from duban.core.problems import Fault, Invalid
from duban.core.texts import as_described, english


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

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half-yearly"
    YEARLY = "yearly"


DUE = f"last day on which the step is in time: {WHEN_REMEDY}"
EARLIEST = f"first day on which the step may start: {WHEN_REMEDY}"


USUAL_DURATION = 5
"""Likely working days of work, a review or an indicator for which none is written: a week."""
USUAL = f"when left out {USUAL_DURATION} working days for work, a review or an indicator, and none for an action"


class _Changeable(Strict):
    """What an initiative may change in a step of its pattern."""

    needs: Many[Reference] = Field(
        (),
        description=(
            "steps that must be closed first: own-step, other-initiative/step, one of many: step@unit, or of a step "
            "that is repeated, also of this one, that of the period before: step@previous; or that must have begun: "
            "step/begun, 5 working days after step/begun"
        ),
    )
    duration: DurationText | None = Field(None, description=f"how long the step takes: {LENGTH_REMEDY}; {USUAL}")
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
    review: ReviewText | None = Field(None, description=f"who approves the work or sends it back: {REVIEW_REMEDY}")
    ladder: Slug | None = Field(None, description="ladder of escalation.yaml; the initiative's when left out")
    action: Action | None = Field(None, description="what an action step runs")
    target: TargetFile | None = Field(None, description="the value that ends an indicator step")
    measure: Measure | None = Field(None, description="how an indicator is measured; its value is reported without it")
    each: Slug | None = Field(None, description="a group of units: one such step in each")
    repeat: Literal["weekly", "monthly", "quarterly", "half-yearly", "yearly"] | None = Field(
        None, description="one such step for each week, month, quarter, half-year or year that ends within the plan"
    )
    was: Slug | None = Field(None, description="the id this step had before it was renamed")
    basis: PlainText | None = Field(None, description="the rule a statutory period comes from")
    assumed: bool = Field(False, description="true when the step is our reading and not in the document")


class StepFile(_Changeable):
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
    due: WhenText | None = Field(None, description=DUE)
    earliest: WhenText | None = Field(None, description=EARLIEST)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if faults := self.misfits():
            raise Invalid(*faults)
        return self

    def misfits(self) -> tuple[Fault, ...]:
        """What its kind needs and is not there, and what has no meaning for its kind."""
        return (*self._missing(), *self._meaningless())

    def _missing(self) -> Iterator[Fault]:
        needed = {Kind.PERIOD: "duration", Kind.ACTION: "action", Kind.INDICATOR: "target"}.get(Kind(self.kind))
        if needed and getattr(self, needed) is None:
            yield Fault(
                "kind-needs-key",
                english("a step of kind {kind} needs `{needed}`", kind=self.kind, needed=needed),
                english("add it, or choose another kind"),
            )

    def _meaningless(self) -> Iterator[Fault]:
        collected = COLLECTED if isinstance(self.action, CollectAction) else ()
        for name, kinds in _ONLY_FOR.items():
            if getattr(self, name) and self.kind not in kinds and name not in collected:
                yield Fault(
                    "kind-forbids-key",
                    english("`{name}` has no meaning for a step of kind {kind}", name=name, kind=self.kind),
                    english("remove it, or use kind {kind}", kind=kinds[0]),
                    (name,),
                )

        if self.each and isinstance(self.action, SHARED):
            message = english(
                "`each` has no meaning for {uses}, which has a step for each of its own units", uses=self.action.uses
            )
            yield Fault("kind-forbids-key", message, english("write the group as one of its `units`"), ("each",))


COLLECTED = ("evidence", "review")
"""What an action that collects may say of the steps of its units."""

_ONLY_FOR = {
    "action": ("action",),
    "target": ("indicator",),
    "measure": ("indicator",),
    "review": ("work",),
    "evidence": ("work", "review"),
    "duration": ("work", "review", "action", "period", "indicator"),
}


class StepChange(_Changeable):
    """What an initiative changes in a step of its pattern; what is left out stays as the pattern has it."""

    title: Title = Field("", description="what is to be done, in Chinese")
    also_needs: Many[Reference] = Field((), description="steps that must be closed first besides those of the pattern")

    @model_validator(mode="before")
    @classmethod
    def _no_dates(cls, value: object) -> object:
        keys = [key for key in ("due", "earliest") if isinstance(value, dict) and key in value]
        if keys:
            remedy = english("move it there: `dates: {step: {due: ..., earliest: ...}}`")
            raise Invalid(
                *(
                    Fault("date-in-change", english("`{key}` is given under `dates`", key=key), remedy, (key,))
                    for key in keys
                )
            )
        return value

    @model_validator(mode="after")
    def _needs_once(self) -> Self:
        if {"needs", "also_needs"} <= self.model_fields_set:
            message = english("`needs` takes the place of the pattern's needs, so that `also_needs` has no meaning")
            raise Invalid(Fault("needs-twice", message, english("write all of them under `needs`"), ("also_needs",)))
        return self


class StepDates(Strict):
    """The dates of a step of the pattern: a date alone is its `due`."""

    due: WhenText | None = Field(None, description=DUE)
    earliest: WhenText | None = Field(None, description=EARLIEST)


def _dates(value: object) -> object:
    return {"due": value} if isinstance(value, str) else value


_WHEN = {"type": "string", "pattern": WRITTEN_PATTERN}
_DUE, _EARLIEST = {**_WHEN, "description": DUE}, {**_WHEN, "description": EARLIEST}
DatesOfStep = Annotated[
    StepDates,
    BeforeValidator(_dates),
    WithJsonSchema(
        {
            "oneOf": [
                _DUE,
                {
                    "type": "object",
                    "properties": {"due": _DUE, "earliest": _EARLIEST},
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
STEPS = "steps in the order in which people read them"
AS_WRITTEN = "as the document writes it, by which letters cite it"
_OF_A_PATTERN = ("values", "dates", "change", "without")


class InitiativeFile(Strict):
    """One initiative file."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"not": {"required": ["pattern"]}},
            "then": {"required": ["steps"]},
            "dependentRequired": {key: ["pattern"] for key in _OF_A_PATTERN},
        }
    )

    id: Slug = Field(description="name of the initiative: the name of its file without .yaml")
    title: Title = Field(description="the initiative in a few Chinese words")
    source: Source = Field(description='section.sentence of the document, in quotes: "2.10", "3.4a"')
    covers: Many[PlainText] = Field(
        (),
        description="undertakings of the sentence, as the document's file has them, where several initiatives share it",
    )
    number: Numeral | None = Field(None, description=f"number of the initiative {AS_WRITTEN}: （三）, 第12条")
    lead: OneOrMany = Field(description="unit that leads (牵头单位), or several (并列牵头): the first answers for it")
    support: Many[Slug] = Field((), description="units that support (配合单位); a group stands for its units")
    supervisor: Slug = Field(
        default_factory=str, description="post that supervises (分管领导); the plan's when left out"
    )
    tags: Many[PlainText] = Field((), description="words to find the initiative by")
    note: PlainText | None = Field(None, description="what a reader should know")
    assumed: bool = Field(False, description="true when the initiative is our reading of the document")
    ladder: Slug | None = Field(None, description="ladder of escalation.yaml for its steps; standard when left out")
    steps: Many[StepFile] = Field((), min_length=1, description=STEPS)
    pattern: Slug | None = Field(
        None, validate_default=True, description="pattern whose steps the initiative has, besides `steps` of its own"
    )
    values: dict[str, PlainText] = Field(
        default_factory=dict, description="what the pattern asks for, by name: what stands for {name} in its texts"
    )
    dates: dict[str, DatesOfStep] = Field(
        default_factory=dict, description="dates of the pattern's steps, by id: a due date, or due and earliest"
    )
    change: dict[str, StepChange] = Field(
        default_factory=dict, description="what is different in the pattern's steps, by id"
    )
    without: Many[Slug] = Field(
        (), description="steps of the pattern that are left out; what needs them needs what they need"
    )

    @field_validator("pattern")
    @classmethod
    def _steps_from_somewhere(cls, pattern: str | None, info: ValidationInfo) -> str | None:
        if pattern is None and info.data.get("steps") == ():
            raise Invalid(
                Fault(
                    "missing-key", english("`steps` is missing"), english("add it: {about}", about=as_described(STEPS))
                )
            )
        return pattern

    @field_validator(*_OF_A_PATTERN)
    @classmethod
    def _belongs_to_a_pattern(cls, value: T, info: ValidationInfo) -> T:
        if value and info.data.get("pattern", "unusable") is None:
            message = english(
                "`{field_name}` is about the steps of a pattern, but the initiative names none",
                field_name=info.field_name,
            )
            raise Invalid(
                Fault("needs-a-pattern", message, english("add `pattern`, or write it in the steps themselves"))
            )
        return value


class SectionFile(Strict):
    """A section of the document; sources name it by its place in the list, its id is the name of its folder."""

    id: Slug = Field(description="name of the folder of the section")
    title: Title = Field(description="heading of the section, in Chinese")
    number: Numeral | None = Field(None, description=f"number of the section {AS_WRITTEN}: 二、, 第二部分")


class PlanFile(Strict):
    """`plan.yaml`: what holds for the whole plan."""

    id: Slug = Field(description="name of the plan")
    title: Title = Field(description="title of the plan, in Chinese")
    document: PlainText = Field(description="the document the plan carries out, with its number")
    starts: Day = Field(description="first day of the plan")
    ends: Day = Field(description="last day of the plan")
    coordinator: Slug = Field(description="post that coordinates the plan (督办)")
    supervisor: Slug = Field(
        default_factory=str, description="post that supervises each initiative that names none (分管领导)"
    )
    dates: dict[DateName, Day] = Field(
        default_factory=dict, description="days that dates of steps may name: `due: opening`, `10 days before opening`"
    )
    sections: Many[SectionFile] = Field(min_length=1, description="sections in the order of the document")
    complete: bool = Field(
        False, description="true when the initiatives cover the whole document; what they leave out is then a problem"
    )

    @field_validator("dates")
    @classmethod
    def _names_of_their_own(cls, dates: dict[str, date]) -> dict[str, date]:
        if taken := [name for name in RESERVED if name in dates]:
            message = english(
                "{taken!r} is a word of plans ({use}) and cannot name a day",
                taken=taken[0],
                use=RESERVED[taken[0]],
            )
            raise Invalid(Fault("reserved-id", message, english("choose another name"), (taken[0],)))
        return dates

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends <= self.starts:
            message = english(
                "the plan ends on {ends}, which is not after its start {starts}", ends=self.ends, starts=self.starts
            )
            raise Invalid(Fault("ends-before-start", message, english("correct one of the two days"), ("ends",)))
        return self
