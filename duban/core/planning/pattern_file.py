"""The shape of a pattern's file: steps that many initiatives share, with placeholders for what differs."""

import re

from pydantic import Field

from duban.core.planning.placeholders import texts_within
from duban.core.planning.plan_file import StepFile
from duban.core.planning.values import Many, PlainText, Slug, Strict, Title

PLACEHOLDER = re.compile(r"(?<!\$)\{([^{}]*)\}")  # `${NAME}` is a variable of the environment
LEAD, SUPERVISOR = "lead", "supervisor"
"""Names that stand, as owner or reviewer in a pattern, for the initiative's lead unit and supervising leader."""


class PatternFile(Strict):
    """A pattern: `{name}` in its titles, evidence and texts of actions stands for a value the initiative gives.

    `lead` and `supervisor` stand for those of the initiative, other units, posts and groups for whoever plays that
    role in the directory.
    """

    id: Slug = Field(description="name of the pattern: the name of its file without .yaml")
    title: Title = Field(description="what the pattern is for, in Chinese")
    note: PlainText | None = Field(None, description="when to use it, and where its figures come from")
    assumed: bool = Field(False, description="true when its steps are our reading of how such work goes")
    values: dict[str, PlainText] = Field(
        default_factory=dict, description="what an initiative has to give, by name, each with what it is"
    )
    dates: Many[Slug] = Field((), description="steps whose due date every initiative has to give under `dates`")
    steps: Many[StepFile] = Field(min_length=1, description="steps in the order in which people read them")


def texts(step: StepFile) -> dict[str, tuple[str, ...]]:
    """The texts of a step that may hold placeholders, by key."""
    return {
        "title": (step.title,),
        "evidence": step.evidence,
        "action": tuple(texts_within(step.action.parameters.model_dump())) if step.action else (),
        "measure": tuple(texts_within(step.measure.model_dump())) if step.measure else (),
    }


def placeholders(step: StepFile) -> dict[str, set[str]]:
    """The names in braces in the texts of a step, by key."""
    return {key: {name for text in found for name in PLACEHOLDER.findall(text)} for key, found in texts(step).items()}
