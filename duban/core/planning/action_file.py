"""The actions a plan may name, each with the parameters it is called with: what `tasks.actions` runs."""

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, TypeAdapter, model_validator

from duban.core.planning.placeholders import texts_within, unknown_placeholders
from duban.core.planning.values import ADDRESS_PATTERN, Many, Parameter, PlainText, Slug, Strict, Title
from duban.core.problems import Fault, Invalid, shown
from duban.core.texts import english

LONGEST_ACTION = 60
"""Seconds that an action may take at most: with its retries it must fit into one run of an initiative."""

DEPLOYMENT_PATTERN = r"^[^/]+/[^/]+$"
"""How Prefect names a deployment."""

VARIABLE = re.compile(r"\$\{\w+\}")
IN_HEADERS = english("put secrets into `headers`, where they are neither logged nor stored")

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


class HttpParameters(Strict):
    """What is sent where."""

    url: Annotated[str, Field(pattern=ADDRESS_PATTERN)] = Field(
        description="the address; it may hold <initiative>, <unit> and the like"
    )
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field("POST", description="how it is asked")
    headers: dict[str, PlainText] = Field(
        default_factory=dict, description="headers of the request; secrets only as ${VARIABLE}"
    )
    body: JsonValue = Field(None, description="sent as JSON; its texts may hold <initiative>, <step> and the like")
    expect: Many[Annotated[int, Field(ge=100, le=599)]] = Field(
        (), description="statuses that count as success; any from 200 to 299 when left out"
    )

    @model_validator(mode="after")
    def _can_be_filled_in(self) -> Self:
        faults = [*unknown_placeholders(self.url, ("url",)), *_body_faults(self.body)]
        if VARIABLE.search(self.url):
            faults.append(Fault("secret-in-the-open", english("`url` holds a variable"), IN_HEADERS, ("url",)))
        if faults:
            raise Invalid(*faults)
        return self


def _body_faults(body: JsonValue) -> Iterator[Fault]:
    for text in texts_within(body):
        yield from unknown_placeholders(text, ("body",))
        if VARIABLE.search(text):
            yield Fault(
                "secret-in-the-open", english("{text} holds a variable", text=shown(text)), IN_HEADERS, ("body",)
            )


class DeploymentParameters(Strict):
    """Which deployment of Prefect is run."""

    deployment: Annotated[str, Field(pattern=DEPLOYMENT_PATTERN)] = Field(
        description="the deployment, as flow/deployment"
    )
    parameters: dict[str, JsonValue] = Field(
        default_factory=dict, description="parameters of its flow; texts may hold <initiative>, <step> and the like"
    )
    hours: int = Field(24, ge=1, le=720, description="hours after which a run that has not ended has failed")

    @model_validator(mode="after")
    def _can_be_filled_in(self) -> Self:
        faults = [
            fault
            for name, value in self.parameters.items()
            for text in texts_within(value)
            for fault in unknown_placeholders(text, ("parameters", name))
        ]
        if faults:
            raise Invalid(*faults)
        return self


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
            message = english(
                "`key` is what duban tells every function: the name of this action, the same on every try"
            )
            raise Invalid(Fault("reserved-id", message, english("name the parameter otherwise"), ("key",)))
        return self

    @property
    def others(self) -> dict[str, str | int | float | bool]:
        """The parameters that are passed on."""
        return self.__pydantic_extra__


USES = "name of the action"


class _ActionBase(Strict):
    timeout: int = Field(
        LONGEST_ACTION, ge=1, le=LONGEST_ACTION, description="seconds after which a try that is not over has failed"
    )


class BulletinAction(_ActionBase):
    """bulletin (通报): writes how the initiative stands to `var/bulletins/`."""

    uses: Literal["bulletin"] = Field(description=USES)
    parameters: BulletinParameters = Field(description="what the bulletin is written with")


class CollectAction(_ActionBase):
    """collect (收集): a step for every unit that hands something in; when all are in, a table of what came."""

    uses: Literal["collect"] = Field(description=USES)
    parameters: CollectParameters = Field(description="from whom it is collected")


class AssignAction(_ActionBase):
    """assign (交办): writes the 《工作交办单》 to `var/assigned/`, and has every unit sign for it."""

    uses: Literal["assign"] = Field(description=USES)
    parameters: AssignParameters = Field(description="what is handed to whom")


class HttpAction(_ActionBase):
    """http: asks an address, and looks at the status of the answer."""

    uses: Literal["http"] = Field(description=USES)
    parameters: HttpParameters = Field(description="what is sent where")


class DeploymentAction(_ActionBase):
    """deployment: runs another deployment of Prefect, and waits for the end of that run."""

    uses: Literal["deployment"] = Field(description=USES)
    parameters: DeploymentParameters = Field(description="which deployment is run, and with what")


class PythonAction(_ActionBase):
    """python: calls a function of the office's own."""

    uses: Literal["python"] = Field(description=USES)
    parameters: PythonParameters = Field(description="the function, and what it is called with")


SHARED = (CollectAction, AssignAction)
"""Actions in which every unit has a step of its own."""

Action = Annotated[
    BulletinAction | CollectAction | AssignAction | HttpAction | DeploymentAction | PythonAction,
    Field(discriminator="uses"),
]
"""An action of a plan: its name, its parameters, its time-out."""

ACTION: Final[TypeAdapter[Action]] = TypeAdapter(Action)
"""Reads an action from plain values."""
