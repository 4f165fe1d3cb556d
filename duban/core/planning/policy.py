"""`escalation.yaml`: lights, ladders, hours. Figures are a bureau's to choose; the rules that use them are not."""

import re
from datetime import time, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Self

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator

from duban.core.planning.anchors import TOLD_ONCE, Anchor
from duban.core.planning.letterhead import SlipName
from duban.core.planning.lights import Lights
from duban.core.planning.values import Many, PlainText, Slug, Strict
from duban.core.planning.when import LONGEST
from duban.core.problems import Fault, Invalid, refuse_repeated, shown
from duban.core.texts import english

SPREAD = 0.2
"""The share of a wait by which it may be longer than written."""

TIME_PATTERN = r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$"


def _time(text: object) -> time:
    if isinstance(text, str) and re.fullmatch(TIME_PATTERN, text):
        return time.fromisoformat(text)
    raise Invalid(
        Fault(
            "bad-time",
            english("{text} is not a time of day", text=shown(text)),
            english('write hours and minutes, as "08:30"'),
        )
    )


TimeText = Annotated[
    time,
    PlainValidator(_time),
    PlainSerializer(lambda hour: f"{hour:%H:%M}", when_used="json"),
    WithJsonSchema({"type": "string", "pattern": TIME_PATTERN}),
]


class Hours(Strict):
    """Hours of a working day in which people may be written to."""

    first: TimeText = Field(
        time(8, 30), description="time from which people are written to", json_schema_extra={"default": "08:30"}
    )
    last: TimeText = Field(
        time(17, 30), description="time from which they no longer are", json_schema_extra={"default": "17:30"}
    )

    @model_validator(mode="after")
    def _first_before_last(self) -> Self:
        if self.first >= self.last:
            message = english(
                "the hours end at {last:%H:%M}, which is not after they begin at {first:%H:%M}",
                last=self.last,
                first=self.first,
            )
            raise Invalid(Fault("ends-before-start", message, english("correct one of the two times"), ("last",)))
        return self


class Role(StrEnum):
    """Who is told."""

    OWNER = "owner"
    OWNER_HEAD = "owner-head"
    LEAD_HEAD = "lead-head"
    SUPERVISOR = "supervisor"
    COORDINATOR = "coordinator"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class Rung(Strict):
    """One rung: who is told, in which slip, `offset` working days (negative: before) from the anchor."""

    id: Slug = Field(description="name of the rung within its ladder")
    anchor: Anchor = Field(strict=False, description="what the rung counts from")
    offset: int = Field(0, ge=-LONGEST, le=LONGEST, description="working days after the anchor; negative: before it")
    to: Many[Annotated[Role, Field(strict=False)]] = Field(min_length=1, description="who is told")
    repeat: int = Field(
        0, ge=0, le=LONGEST, description="working days after which it is sent again, until somebody acts; 0: never"
    )
    slip: SlipName = Field(description="in which words")
    immediate: bool = Field(
        False, description="whether it is sent at once, within the hours, rather than with the recipient's next digest"
    )
    stops_on_answer: bool = Field(
        True, description="whether an acknowledgement or a report keeps this rung back until the next silence"
    )

    @property
    def presses_owner_late(self) -> bool:
        """Whether it tells the owner of what is late."""
        return self.anchor is Anchor.DUE and self.offset > 0 and Role.OWNER in self.to

    @model_validator(mode="after")
    def _told_once(self) -> Self:
        if self.repeat and self.anchor in TOLD_ONCE:
            message = english(
                "a rung that counts from {anchor} is sent once, not again after {repeat} days",
                anchor=self.anchor,
                repeat=self.repeat,
            )
            raise Invalid(Fault("told-once", message, english("leave out repeat"), ("repeat",)))
        return self


class LadderFile(Strict):
    """Rungs, lowest first."""

    id: Slug = Field(description="name of the ladder; `standard` is used where a plan names none")
    title: PlainText = Field(description="the ladder in Chinese")
    rungs: Many[Rung] = Field(min_length=1, description="rungs, lowest first")

    @model_validator(mode="after")
    def _rungs_are_unique(self) -> Self:
        refuse_repeated(english("rung"), ((rung.id, ("rungs", place, "id")) for place, rung in enumerate(self.rungs)))
        return self


class Retry(Strict):
    """Minutes to wait before each new try of a delivery; after the last one it is dead."""

    minutes: Many[Annotated[int, Field(ge=1)]] = Field((5, 30, 120), description="minutes before each new try")

    def after(self, tries: int, key: str) -> timedelta | None:
        """How long to wait after so many tries, the first being 1; None after the last one.

        Up to a fifth longer than written, by the notice's key, so that letters refused together do not all come back
        together; by the key and not by chance, so that the same ledger has the same moments.
        """
        if tries > len(self.minutes):
            return None
        dice = int.from_bytes(sha256(f"{key}/{tries}".encode()).digest()[:2], "big")
        return timedelta(minutes=self.minutes[tries - 1]) * (1 + SPREAD * dice / 2**16)


class Policy(Strict):
    """`escalation.yaml`: everything about lights and ladders."""

    lights: Lights = Field(default_factory=Lights, description="which rules light a step")
    hours: Hours = Field(default_factory=Hours, description="when people may be written to")
    digest: TimeText = Field(
        time(9),
        description="time at which everybody gets, in one message, what is not immediate",
        json_schema_extra={"default": "09:00"},
    )
    silence: int = Field(5, ge=1, description="working days after an answer that count as the next silence")
    interval: int = Field(
        2,
        ge=0,
        description="working days between two notices that remind, press or supervise one person about one step",
    )
    retry: Retry = Field(default_factory=Retry, description="how a refused delivery is tried again")
    ladders: Many[LadderFile] = Field(min_length=1, description="ladders a plan may name")

    @model_validator(mode="after")
    def _ladders_are_unique(self) -> Self:
        refuse_repeated(
            english("ladder"), ((ladder.id, ("ladders", place, "id")) for place, ladder in enumerate(self.ladders))
        )
        return self

    @model_validator(mode="after")
    def _digest_within_hours(self) -> Self:
        if not self.hours.first <= self.digest < self.hours.last:
            message = english(
                "the digest at {digest:%H:%M} is outside the hours, {first:%H:%M} to {last:%H:%M}",
                digest=self.digest,
                first=self.hours.first,
                last=self.hours.last,
            )
            raise Invalid(Fault("digest-outside-hours", message, english("choose a time within them"), ("digest",)))
        return self

    def ladder(self, name: str) -> LadderFile:
        """The ladder of that id; KeyError when there is none."""
        for ladder in self.ladders:
            if ladder.id == name:
                return ladder
        raise KeyError(name)
