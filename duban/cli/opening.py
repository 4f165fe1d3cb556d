"""Opens the engine for the length of one command, on whichever ledger lies in the settings' var folder."""

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING

from duban.cli.output import complain
from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.office import Look
from duban.service import Service
from duban.settings import DESK_VARIABLE, Settings, load_settings

if TYPE_CHECKING:
    from deployments.stack.environment import Addresses

PATIENCE = 30.0
"""Seconds to wait for another command that has started the stack's PostgreSQL, or for a stack that is starting."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The engine, and the stack it belongs to when one runs."""

    settings: Settings
    service: Service
    stack: "Addresses | None"

    def seen(self, names: Iterable[str] | None = None) -> Iterator[tuple[Look, Decision]]:
        """Initiatives (all, or those named) as they stand at this moment, in the document's order."""
        for look, state in self.service.everything(names):
            yield look, decide(look, state)


@contextmanager
def opened(*, to_look: bool = False) -> Iterator[Opened]:
    """Open the engine as the settings say; raises BadInput, LedgerUnusable or StackError.

    What is opened `to_look` is there sooner, and can do the same.
    """
    with found(load_settings()) as (settings, stack), engine(settings, stack, to_look=to_look) as at:
        _say_which(at)
        if doubt := at.service.doubt():
            from duban.core.telling.doubtful import doubtful  # noqa: PLC0415  time is believed nearly always

            complain(doubtful(at.service.office, doubt))
        yield at


def _say_which(at: Opened) -> None:
    """Say which plan is meant, where several go on."""
    others = [folder.name for folder in at.settings.plans if folder != at.settings.plan]
    if others:
        complain(f"计划：{at.service.office.plan.title}（另有 {'、'.join(others)}，用 duban --plan 指定）")


@contextmanager
def engine(settings: Settings, stack: "Addresses | None", *, to_look: bool = False) -> Iterator[Opened]:
    """The engine on the plan in force and the ledger the settings name; templates and carriers stay unread."""
    from duban.wiring import at_work  # noqa: PLC0415  checks of a plan start faster

    with at_work(settings, to_look=to_look) as service:
        yield Opened(settings, service, stack)


@contextmanager
def found(settings: Settings) -> Iterator["tuple[Settings, Addresses | None]"]:
    """The settings with the ledger to use: the one given, the running stack's, a stopped stack's, else SQLite.

    A stopped stack's PostgreSQL runs for the length of the block.
    """
    from deployments.stack.run_folder import running  # noqa: PLC0415  checks of a plan need no stack

    stack = running(settings.var)
    if stack is not None and stack.desk:
        settings = replace(settings, variables={DESK_VARIABLE: stack.desk, **settings.variables})
    if _sleeps(settings, stack):
        with ExitStack() as held:
            url, stack = _woken(settings, held)
            yield replace(settings, ledger=url), stack
    else:
        yield settings if stack is None or _given(settings) else replace(settings, ledger=stack.ledger), stack


@contextmanager
def made_anew(settings: Settings, *, embedded: bool) -> Iterator[Settings]:
    """The settings with the ledger to fill: as `found` has it, in the stack's own PostgreSQL, made if need be, where it
    is to be `embedded` and nobody chose another.
    """
    from deployments.stack.run_folder import running  # noqa: PLC0415  as above

    if not embedded or _given(settings) or running(settings.var) is not None or asleep(settings):
        with found(settings) as (at, _):
            yield at
        return
    with ExitStack() as held:
        url, _ = _woken(settings, held)
        yield replace(settings, ledger=url)


def asleep(settings: Settings) -> bool:
    """Whether the ledger to use is that of a stack that does not run."""
    from deployments.stack.run_folder import running  # noqa: PLC0415  as above

    return _sleeps(settings, running(settings.var))


def _sleeps(settings: Settings, stack: "Addresses | None") -> bool:
    return stack is None and not _given(settings) and (settings.var / "postgres" / "PG_VERSION").exists()


def _given(settings: Settings) -> bool:
    """Whether somebody chose a ledger."""
    return settings.ledger != f"sqlite:///{settings.var / 'ledger.sqlite'}"


def _woken(settings: Settings, held: ExitStack) -> "tuple[str, Addresses | None]":
    """The URL of the ledger of a stack that does not run, or has just started after all."""
    from deployments.stack import postgres, run_folder  # noqa: PLC0415  as above
    from deployments.stack.environment import Addresses  # noqa: PLC0415  as above

    lock = _lock(settings)
    if isinstance(lock, Addresses):
        return lock.ledger, lock
    held.enter_context(lock)  # nobody else starts or ends this PostgreSQL meanwhile
    run_folder.withdraw(settings.var)  # addresses a killed stack left would pass for a living one's while we hold it
    log = settings.var / "log" / "postgres.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    cluster = held.enter_context(postgres.running(settings.var / "postgres", log, settings.variables))
    return cluster.psycopg_url(postgres.LEDGER), None


def _lock(settings: Settings) -> "IO[str] | Addresses":
    """The stack's lock, or the addresses of the stack that holds it; raises StackError when neither comes up."""
    from deployments.stack import run_folder  # noqa: PLC0415  as above
    from deployments.stack.children import StackError  # noqa: PLC0415  as above

    until = time.monotonic() + PATIENCE
    while True:
        try:
            return run_folder.take_lock(settings.var)
        except StackError:
            stack = run_folder.running(settings.var)
            if stack is not None:
                return stack
            if time.monotonic() > until:
                raise
