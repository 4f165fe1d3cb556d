"""An errand: a letter on its way to one service, and what the service replies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from duban.carrying import Letter
from duban.ports import Clock

SENT = "已送出"


@dataclass(frozen=True, slots=True)
class Errand:
    """A letter to be handed to one service.

    `service` is the address as Apprise reads it, `options` its part after the question mark; `now` is the office's
    time, which a mail is dated by, `clock` the real one, which signatures are made of.
    """

    service: Any
    options: Mapping[str, str]
    letter: Letter
    now: datetime
    clock: Clock


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service said: accepted, or why not; `wait` when it only has too much to do, and for how long.

    `gone` are the marks of what it took now: sheets, or the letter to one of its recipients. There is `more` where it
    may have the next sheet at once; `through` are the matters, from the first on, that it has by then. The letter is
    `held` where some of its recipients have it and others do not.
    """

    accepted: bool
    detail: str
    wait: timedelta | None = None
    gone: tuple[str, ...] = ()
    more: bool = False
    through: int = 0
    held: bool = False


class Unreached(Exception):
    """A service gave no answer; the message says why, in Chinese and without the address."""


class Fault(StrEnum):
    """Why an address cannot be used."""

    UNKNOWN = "unknown"  # there is no such kind of channel
    UNUSABLE = "unusable"  # parts of it are missing or wrong
    SHORTENED = "shortened"  # a part of it would be left out, or read as something else
    INSECURE = "insecure"  # it would carry secrets and letters unencrypted


class Unusable(Exception):
    """An address that cannot be used."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault)


Voice = Callable[[Errand], Reply]
"""How a letter is handed to a kind of service; raises Unreached."""
