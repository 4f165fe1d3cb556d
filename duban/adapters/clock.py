"""The clocks: the real one, and a rehearsal's, kept in a file. Nothing else reads the time of day."""

import ctypes
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkstemp

from duban.written import Unreadable, written_text


class ClockUnusable(Exception):
    """A rehearsal's clock cannot be read; the message says why and what to do."""


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock


STARTED, RUNNING = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/uptime")


def running() -> tuple[str, float] | None:
    """Which start of this machine it is, and the seconds since, asleep or not; None where it does not tell."""
    try:
        return STARTED.read_text().strip(), float(RUNNING.read_text().split()[0])
    except (OSError, ValueError):
        return None


UNKEPT = 5
"""What the kernel answers of a clock that nothing keeps: TIME_ERROR of adjtimex(2)."""


def kept_right() -> bool | None:
    """Whether a time service keeps this machine's clock, by its kernel; None where that does not tell."""
    asked = (ctypes.c_long * 64)()  # struct timex, of which nothing is to be set
    try:
        return int(ctypes.CDLL(None).adjtimex(ctypes.byref(asked))) != UNKEPT
    except (OSError, AttributeError):
        return None


LARGEST = 1000
"""Bytes of a file that holds a moment."""


class FileClock:
    """A rehearsal's time, kept in a small file, so that every process of the rehearsal lives at the same moment."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def now(self) -> datetime:
        """The moment last set, in UTC; raises ClockUnusable when none is there."""
        try:
            moment = datetime.fromisoformat(written_text(self.path, LARGEST).strip())
        except Unreadable as error:
            why = error.fault.message
            raise ClockUnusable(f"{self.path}: no such clock. Set the rehearsal's time first ({why}).") from None
        except ValueError as error:
            raise ClockUnusable(f"{self.path}: holds no moment ({error}). Set the rehearsal's time again.") from error
        if moment.tzinfo is None:
            raise ClockUnusable(f"{self.path}: {moment} has no time zone. Set the rehearsal's time again.")
        return moment.astimezone(UTC)

    def set(self, moment: datetime) -> None:
        """Make it `moment`, for all at once: a reader sees the former moment or this one, and never a part.

        Raises ValueError for a naive moment, OSError when the file cannot be written.
        """
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone")
        handle, name = mkstemp(dir=self.path.parent, prefix=f".{self.path.name}-")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(f"{moment.astimezone(UTC).isoformat()}\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(name).unlink()
            raise
        _sync_folder(self.path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
