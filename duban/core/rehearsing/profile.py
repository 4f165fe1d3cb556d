"""`rehearsal.yaml`: how the simulated people of a rehearsal behave. All days are working days."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from duban.core.planning.values import Many, Share, Strict
from duban.core.planning.when import LONGEST
from duban.core.problems import Fault, Invalid
from duban.core.texts import english


def _in_order(pair: tuple[float, ...]) -> tuple[float, ...]:
    if pair[0] > pair[1]:
        raise Invalid(
            Fault(
                "range-backwards",
                english("[{first}, {last}] runs backwards", first=pair[0], last=pair[1]),
                english("exchange the two figures"),
            )
        )
    return pair


Days = Annotated[
    Many[Annotated[int, Field(ge=0, le=LONGEST)]],
    Field(min_length=2, max_length=2, description="from, to: working days"),
    AfterValidator(_in_order),
]
Paces = Annotated[
    Many[Annotated[float, Field(gt=0, le=10)]],
    Field(min_length=2, max_length=2, description="from, to: share of the likely duration"),
    AfterValidator(_in_order),
]
Manner = Literal["prompt", "last_minute", "late", "extension", "never_sign"]


class Signing(Strict):
    """How many working days people take to sign for a step; 0 is the next morning on which they look."""

    days: Days


class Manners(Strict):
    """Shares of the ways in which people meet a deadline."""

    prompt: Share
    last_minute: Share
    late: Share
    extension: Share
    never_sign: Share = 0.0

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = self.prompt + self.last_minute + self.late + self.extension + self.never_sign
        if abs(total - 1) > 1e-9:
            raise Invalid(
                Fault(
                    "bad-shares",
                    english("the shares of owners add up to {total:g}", total=total),
                    english("make them add up to 1"),
                )
            )
        return self


class Reviewing(Strict):
    """How many working days reviewers take (0: the day it is handed in), and the share of work they send back once."""

    days: Days
    send_back: Share


class Answering(Strict):
    """How many working days the supervisor takes to answer a request for an extension."""

    days: Days = (1, 1)


class Relieving(Strict):
    """How many working days leaders take, once told, to hand over what nobody signs for."""

    days: Days = (1, 6)


class Measuring(Strict):
    """The share of its target that an indicator reaches by itself; what falls short is made up once leaders ask."""

    reach: float = Field(gt=0)


class Acting(Strict):
    """The share of actions that fail for good at first, and how many working days pass until that is mended."""

    fail: Share = 0.0
    mended: Days = (1, 3)


class Profile(Strict):
    """`rehearsal.yaml`: how the people of a rehearsal behave."""

    seed: int
    sign: Signing
    owners: Manners
    pace: Paces = (0.7, 1.0)
    late_by: Days
    hand_over: Relieving = Relieving()
    gives_in: int = Field(15, ge=0, description="working days after the deadline at which one who never signs does")
    review: Reviewing
    answer: Answering = Answering()
    actions: Acting = Acting()
    reports_every: int = Field(ge=1, description="working days between two reports")
    indicator: Measuring
