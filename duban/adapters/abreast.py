"""A rehearsal in two processes, abreast: the same as one process gives, in little more than half the time.

The initiatives that others wait for live in a child, ahead of the others, and send what these go by: after the people
have acted on a morning, and again when the day is over.
"""

import os
import signal
import sys
from contextlib import suppress
from datetime import date
from multiprocessing import get_context
from multiprocessing.connection import Connection
from traceback import format_exc
from typing import TypeVar

from duban.core.deciding.office import Office
from duban.core.rehearsing.bureau import Bureau, Diary, News
from duban.core.rehearsing.day import halves
from duban.core.rehearsing.owners import Owners
from duban.core.rehearsing.profile import Profile
from duban.core.rehearsing.rehearse import Rehearsal, concluded, mornings, rehearse

Told = TypeVar("Told", News, Diary)


def rehearse_abreast(office: Office, profile: Profile, until: date | None = None) -> Rehearsal:
    """As `rehearse`, which it leaves to one process where there is one processor, or a plan that cannot be parted."""
    parts = halves(office.plan) if _two_may_run() else None
    if parts is None:
        return rehearse(office, profile, until)
    context = get_context("fork")  # what the child needs it has, and nothing of it must be sent
    here, there = context.Pipe(duplex=False)
    ahead, behind = (Bureau(office, Owners(profile), part) for part in parts)
    child = context.Process(target=_ahead, args=(ahead, until, here, there), daemon=True)
    child.start()
    there.close()
    try:
        return _behind(behind, profile, until, here)
    finally:
        here.close()
        child.join()


def _two_may_run() -> bool:
    """Whether there are two processors, and a system on which a process may fork without harm."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _ahead(bureau: Bureau, until: date | None, parents: Connection, pipe: Connection) -> None:
    """Live ahead of the others, in the child; what goes wrong is raised in the parent."""
    parents.close()  # while anybody holds that end, one would not see the parent hang up
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted, and hangs up
    try:
        for morning in mornings(bureau.office, until):
            bureau.act(morning)
            pipe.send(bureau.news())
            bureau.settle()
            pipe.send(bureau.news())
            if bureau.closed:
                break
        pipe.send(bureau.diary())
    except BrokenPipeError:
        return  # the parent has hung up
    except Exception as error:  # noqa: BLE001  whatever it is, the parent raises it
        error.add_note(format_exc())
        with suppress(BrokenPipeError):  # the parent has something of its own to raise
            pipe.send(error)


def _behind(bureau: Bureau, profile: Profile, until: date | None, pipe: Connection) -> Rehearsal:
    """Live on what the child has told."""
    alone = False
    for morning in mornings(bureau.office, until):
        if not alone:
            bureau.hear(_told(pipe, News))
        bureau.act(morning)
        if not alone:
            news = _told(pipe, News)
            bureau.hear(news)
            alone = news.closed
        bureau.settle()
        if alone and bureau.closed:
            break
    bureau.join(_told(pipe, Diary))
    return concluded(bureau, profile)


def _told(pipe: Connection, kind: type[Told]) -> Told:
    try:
        told = pipe.recv()
    except EOFError as error:
        raise RuntimeError("the other process of the rehearsal ended before its time; rehearse again") from error
    if isinstance(told, Exception):
        raise told
    if not isinstance(told, kind):
        raise TypeError(f"{kind.__name__} was to be told, and not {type(told).__name__}")
    return told
