"""The actions a plan may name, each with the parameters it is called with: what `tasks.actions` runs."""

from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, model_validator

from duban.core.planning.values import Many, Parameter, PlainText, Slug, Strict, Title
from duban.core.problems import Fault, Invalid

LONGEST_ACTION = 60
"""Seconds that an action may take at most: with its retries it must fit into one run of an initiative."""

FUNCTION_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*$"
"""Where a function of Python is found: `office.tables:count`."""


class BulletinParameters(Strict):
    """What a bulletin is written with."""

    title: PlainText = Field(description="heading of the bulletin, in Chinese")


class CollectParameters(Strict):
    """From whom something is collected."""

    units: Annotated[Many[Slug], Field(min_length=1)] = Field(
        description="units that hand something in; a group stands for its units"
    )
    title: Title | None = Field(
        None, description="what each unit is asked to do, in Chinese; the title of the step when left out"
    )


class AssignParameters(Strict):
    """What is handed to whom."""

    requirement: PlainText = Field(description="what is asked of the units, in Chinese")
    units: Many[Slug] = Field(
        (), description="units that sign for it; a group stands for its units; lead and support when left out"
    )


class PythonParameters(Strict):
    """The function to call; all other parameters are passed on to it by name."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Parameter]

    function: Annotated[str, Field(pattern=FUNCTION_PATTERN)] = Field(
        description="a function of the office's own, as module:name"
    )

    @model_validator(mode="after")
    def _leaves_the_key_alone(self) -> Self:
        if "key" in self.others:
            message = "`key` is what duban tells every function: the name of this action, the same on every try"
            raise Invalid(Fault("reserved-id", message, "name the parameter otherwise", ("key",)))
        return self

    @property
    def others(self) -> dict[str, str | int | float | bool]:
        """The parameters that are passed on."""
        return self.__pydantic_extra__


USES = "name of the action"


class _Action(Strict):
    timeout: int = Field(
        LONGEST_ACTION, ge=1, le=LONGEST_ACTION, description="seconds after which a try that is not over has failed"
    )


class BulletinAction(_Action):
    """bulletin (通报): writes how the initiative stands to `var/bulletins/`."""

    uses: Literal["bulletin"] = Field(description=USES)
    parameters: BulletinParameters = Field(description="what the bulletin is written with")


class CollectAction(_Action):
    """collect (收集): a step for every unit that hands something in; when all are in, a table of what came."""

    uses: Literal["collect"] = Field(description=USES)
    parameters: CollectParameters = Field(description="from whom it is collected")


class AssignAction(_Action):
    """assign (交办): writes the 《工作交办单》 to `var/assigned/`, and has every unit sign for it."""

    uses: Literal["assign"] = Field(description=USES)
    parameters: AssignParameters = Field(description="what is handed to whom")


class PythonAction(_Action):
    """python: calls a function of the office's own."""

    uses: Literal["python"] = Field(description=USES)
    parameters: PythonParameters = Field(description="the function, and what it is called with")


SHARED = (CollectAction, AssignAction)
"""Actions in which every unit has a step of its own."""

Action = Annotated[
    BulletinAction | CollectAction | AssignAction | PythonAction,
    Field(discriminator="uses"),
]
"""An action of a plan: its name, its parameters, its time-out."""

ACTION: Final[TypeAdapter[Action]] = TypeAdapter(Action)
"""Reads an action from plain values."""
