"""Waiting for what may hang: whoever waits goes on after a while, and what hangs ends with the command."""

from collections.abc import Callable
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")


class Hangs(Exception):
    """What was waited for did not come in its time."""


def at_most(seconds: float, do: Callable[[], T], over: Event | None = None) -> T:
    """What `do` returns or raises; raises Hangs when it has not within so many seconds.

    What hangs goes on hanging in a thread that no command waits for at its end: for commands alone, not for processes
    that live long. Processes begun by `do` end with this thread, which stays until what they are for is `over`.
    """
    came: list[T] = []
    errors: list[BaseException] = []
    tried = Event()

    def try_it() -> None:
        try:
            came.append(do())
        except BaseException as error:  # noqa: BLE001  whoever waits meets it
            errors.append(error)
        tried.set()
        if over is not None:
            over.wait()

    Thread(target=try_it, daemon=True).start()
    tried.wait(seconds)
    if errors:
        raise errors[0]
    if not came:
        raise Hangs
    return came[0]
