"""`escalation.yaml`: lights, ladders, hours. Figures are a bureau's to choose; the rules that use them are not."""

from datetime import time
from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from duban.core.plan_file import Many, PlainText, Slug, Strict


def _time(text: object) -> time:
    if isinstance(text, time):
        return text
    try:
        return time.fromisoformat(str(text))
    except ValueError:
        raise ValueError(f'{text!r} is not a time of day; write it quoted, as "08:30"') from None


TimeText = Annotated[time, PlainValidator(_time), WithJsonSchema({"type": "string", "pattern": r"^\d{2}:\d{2}$"})]
Share = Annotated[float, Field(ge=0, le=1)]


class DaysLeft(Strict):
    """Yellow from this many working days before the deadline."""

    yellow: int = Field(3, ge=0)


class TimeShare(Strict):
    """Yellow, then orange, at this share of time left without progress."""

    yellow: Share = 0.30
    orange: Share = 0.15


class Pace(Strict):
    """序时进度: points that actual progress may lag behind elapsed time before yellow and before red."""

    yellow: int = Field(10, ge=0, le=100)
    red: int = Field(30, ge=0, le=100)


class Lights(Strict):
    """Which rules light a step; a rule left out is off. Late is always red."""

    days_left: DaysLeft | None = None
    time_share: TimeShare | None = None
    pace: Pace | None = None
    forecast: bool = False
    unanswered: bool = Field(False, description="orange when the last pressing was not answered")


class Hours(Strict):
    """Hours of a working day in which people may be written to."""

    first: TimeText = time(8, 30)
    last: TimeText = time(17, 30)

    @model_validator(mode="after")
    def _first_before_last(self) -> Self:
        if self.first >= self.last:
            raise ValueError(f"hours run from {self.first} to {self.last}; the first must be earlier")
        return self


class Rung(Strict):
    """One rung: who is told, in which slip, `offset` working days (negative: before) from the anchor.

    Anchors: `opened` (the step opened), `unsigned` (opened and not signed for), `due` (its deadline), `submitted`
    (handed in for review), `returned` (sent back), `asked` (an extension was asked for), `answered` (it was answered),
    `failed` (an action failed for good).
    """

    id: Slug
    anchor: Literal["opened", "unsigned", "due", "submitted", "returned", "asked", "answered", "failed"]
    offset: int = 0
    to: Many[Literal["owner", "owner-head", "lead-head", "supervisor", "coordinator", "reviewer", "administrator"]] = (
        Field(min_length=1)
    )
    slip: Literal["assign", "remind", "press", "supervise", "review", "return", "ask", "answer", "failure"]
    stops_on_answer: bool = Field(
        True, description="whether an acknowledgement or a report keeps this rung back until the next silence"
    )


class Ladder(Strict):
    """Rungs, lowest first."""

    id: Slug
    title: PlainText
    rungs: Many[Rung] = Field(min_length=1)

    @model_validator(mode="after")
    def _rungs_are_unique(self) -> Self:
        names = [rung.id for rung in self.rungs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"ladder {self.id} uses a rung id twice: {', '.join(twice)}; rename one")
        return self


class Retry(Strict):
    """Minutes to wait before each new try of a delivery; after the last one it is dead."""

    minutes: Many[int] = (5, 30, 120)


class Policy(Strict):
    """Everything about lights and ladders."""

    lights: Lights = Lights()
    hours: Hours = Hours()
    silence: int = Field(5, ge=1, description="working days after an answer that count as the next silence")
    retry: Retry = Retry()
    ladders: Many[Ladder] = Field(min_length=1)

    def ladder(self, name: str) -> Ladder:
        """The ladder of that id; KeyError when there is none."""
        for ladder in self.ladders:
            if ladder.id == name:
                return ladder
        raise KeyError(name)
