"""Logs as JSON, for whoever collects them: one object a line, whatever a process says and by whichever way.

What is logged has its moment, level, part and logger, and the run and initiative where Prefect knows them. What is
printed, a traceback say, is an object a line as well. Logins in addresses are left out of all of it.
"""

import json
import logging
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from io import TextIOBase
from types import TracebackType
from typing import Any, Literal, TextIO

from duban.adapters.clock import SystemClock
from duban.adapters.delivery.addresses import without_logins

MOMENT = '{"time":'
"""How our lines begin, and nobody else's."""

OF_RUNS = {"run": "flow_run_id", "initiative": "flow_name"}
"""What Prefect's loggers say of the run under way; its flow bears the plan and the number of the initiative."""

_part: list[str] = ["prefect"]
"""The part this process is, which the formatters that Prefect makes are not told."""


class JsonLines(logging.Formatter):
    """A record as one line of JSON; made by Prefect as well, which gives what formatters are given."""

    def __init__(self, fmt: str | None = None, datefmt: str | None = None, style: Any = "%") -> None:
        super().__init__()

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        found = {key: str(value) for key, name in OF_RUNS.items() if (value := getattr(record, name, None))}
        at = datetime.fromtimestamp(record.created, UTC)
        return line(at, record.levelname, text, logger=record.name, **found)


def line(at: datetime, level: str, message: str, **more: str) -> str:
    """One object, without the end of its line."""
    told = {"time": at.isoformat(timespec="milliseconds"), "level": level, "part": _part[0], **more}
    return json.dumps({**told, "message": without_logins(message)}, ensure_ascii=False)


class Lines(TextIOBase):
    """A stream that passes lines of ours on, and makes one of every other."""

    def __init__(self, to: TextIO, level: Literal["INFO", "ERROR"]) -> None:
        self._to, self._level, self._rest = to, level, ""

    def write(self, text: str) -> int:
        """Take a text; what has no end yet waits for it."""
        *whole, self._rest = (self._rest + text).split("\n")
        for one in filter(str.strip, whole):
            ours = one.startswith(MOMENT)
            self._to.write((one if ours else line(SystemClock().now(), self._level, one)) + "\n")
        self._to.flush()
        return len(text)

    def flush(self) -> None:
        """Nothing is held back but what has no end."""

    def fileno(self) -> int:
        """Where it goes."""
        return self._to.fileno()

    def isatty(self) -> bool:
        """Nobody watches it."""
        return False


def log_as_json(part: str, streams: Sequence[str] = ("stdout", "stderr")) -> None:
    """Have this process say all it says as JSON from now on, by its streams and by its loggers."""
    _part[0] = part
    for name in streams:
        setattr(sys, name, Lines(getattr(sys, name), "INFO" if name == "stdout" else "ERROR"))
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _told


def logging_json() -> bool:
    """Whether this process does."""
    return isinstance(sys.stderr, Lines)


def _told(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    """Log what ends the process, as one object."""
    logging.getLogger("duban").critical("ended by an error", exc_info=(kind, error, at))
