"""Prefect's part, played by a small file: runs that are asked for, begun and ended, and what is shown of them.

It does what the real server does for us and no more: it keeps, it starts an initiative when it hears of a milestone,
and gives a run that was begun and has not ended to whoever works next. Talking to it passes points of events and
states; keeping does not, for the server's own faults are tried on the real one.
"""

import json
import pickle
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

import flows.patrol
import flows.tick
import tasks.forecasting
import tasks.patrolling
import tasks.showing
from duban.core.deciding.commands import Command
from duban.core.deciding.office import Office
from duban.core.planning.action_file import Action
from duban.core.planning.plan import Initiative, Plan, StepRef
from duban.service import Service
from duban.settings import Settings
from tasks.actions import ACTIONS, Job, Waiting
from tasks.asking import LOOKING, form_key
from tests.faults.points import around

TABLES = """
CREATE TABLE IF NOT EXISTS run (
    place INTEGER PRIMARY KEY, id TEXT UNIQUE, initiative TEXT, command BLOB, state TEXT, ended TEXT
);
CREATE TABLE IF NOT EXISTS told (what TEXT PRIMARY KEY, said TEXT);
"""


class Server:
    """What is kept; every call is one transaction."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.file, isolation_level=None)
        try:
            connection.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;" + TABLES)
            yield connection
        finally:
            connection.close()

    def ask(self, initiative: str, command: Command | None = None) -> bool:
        """Have an initiative looked at, unless that is under way; or a form taken in, which is there once."""
        run = str(uuid5(NAMESPACE_OID, command.key or "") if command else uuid4())
        with self._open() as kept:
            asked = "SELECT 1 FROM run WHERE initiative = ? AND command IS NULL AND state IN ('scheduled', 'running')"
            if command is None and kept.execute(asked, (initiative,)).fetchone():
                return False
            form = pickle.dumps(command) if command else None
            row = (run, initiative, form)
            kept.execute(
                "INSERT OR IGNORE INTO run (id, initiative, command, state) VALUES (?, ?, ?, 'scheduled')", row
            )
        return True

    def take(self) -> tuple[UUID, str, Command | None] | None:
        """The next run, those that were begun and have not ended first; it is begun now."""
        with self._open() as kept:
            waiting = "SELECT id, initiative, command FROM run WHERE state IN ('scheduled', 'running')"
            found = kept.execute(f"{waiting} ORDER BY state, place").fetchone()
            if found is None:
                return None
            kept.execute("UPDATE run SET state = 'running' WHERE id = ?", (found[0],))
        return UUID(found[0]), found[1], pickle.loads(found[2]) if found[2] else None  # noqa: S301  our own

    def end(self, run: UUID, state: str, said: str) -> None:
        with self._open() as kept:
            kept.execute("UPDATE run SET state = ?, ended = ? WHERE id = ?", (state, said, str(run)))

    def repeat(self, stored: Callable[[str], set[str | None]]) -> int:
        """Have forms taken in again whose run failed before they were stored."""
        with self._open() as kept:
            rows = kept.execute("SELECT id, initiative FROM run WHERE state = 'failed' AND command IS NOT NULL")
            lost = [run for run, name in rows.fetchall() if form_key(UUID(run)) not in stored(name)]
            for run in lost:
                kept.execute("UPDATE run SET state = 'scheduled' WHERE id = ?", (run,))
        return len(lost)

    def tell(self, what: str, said: str) -> None:
        with self._open() as kept:
            kept.execute("INSERT OR REPLACE INTO told VALUES (?, ?)", (what, said))

    def told(self, what: str) -> str | None:
        with self._open() as kept:
            found = kept.execute("SELECT said FROM told WHERE what = ?", (what,)).fetchone()
        return found[0] if found else None

    def unfinished(self, stored: set[str | None]) -> list[str]:
        """Runs that wait or were begun, and forms that failed before they were stored."""
        with self._open() as kept:
            rows = kept.execute("SELECT id, command IS NOT NULL, state FROM run WHERE state != 'ended' ORDER BY place")
            return [
                run for run, form, state in rows if state != "failed" or (form and form_key(UUID(run)) not in stored)
            ]

    def shown(self) -> dict[str, str]:
        """Pages and forms, and how the last run of each initiative ended."""
        with self._open() as kept:
            ends = kept.execute("SELECT initiative, ended FROM run WHERE ended IS NOT NULL ORDER BY place")
            return dict(kept.execute("SELECT what, said FROM told WHERE what NOT LIKE 'run %'")) | dict(ends)


@contextmanager
def playing(server: Server, settings: Settings) -> Iterator[None]:
    """Let ticks and patrols talk to this server."""
    part = {name: around(kind, do) for name, (kind, do) in _part(server).items()}
    with ExitStack() as patches:
        tick = {name: part[name] for name in ("announce", "tell", "name_run", "record_steps", "renew_form")}
        patches.enter_context(
            patch.multiple(
                flows.tick,
                **tick,
                plan_settings=lambda plan: settings,
                command_of=_command_of,
                run_action=SimpleNamespace(with_options=lambda timeout_seconds: _run),
            )
        )
        patches.enter_context(
            patch.multiple(
                flows.patrol,
                ask_for_ticks=part["ask_for_ticks"],
                repeat_reports=lambda service: server.repeat(lambda name: _stored(service, name)),
                keep_few=lambda plan: 0,
            )
        )
        for module in (tasks.patrolling, tasks.forecasting, tasks.showing):
            patches.enter_context(patch.object(module, "publish", part["publish"]))
        for module in (tasks.patrolling, tasks.forecasting):
            patches.enter_context(patch.object(module, "said_last", lambda key: server.told(f"{key} is of")))
        patches.enter_context(patch.object(tasks.showing, "shown_last", server.told))
        yield


def _part(server: Server) -> dict[str, tuple[str, Callable[..., Any]]]:
    def announce(plan: Plan, closed: Iterable[StepRef]) -> None:
        for name in {name for ref in closed for name in plan.downstream.get(ref, ())}:
            server.ask(name)

    def ask_for_ticks(plan: Plan, names: Iterable[str], *, whole: bool = False) -> tuple[str, ...]:
        return tuple(name for name in names if server.ask(name))

    def publish(key: str, markdown: str, description: str) -> None:
        server.tell(key, markdown)
        server.tell(f"{key} is of", description)

    def tell(flow_run: Any, today: date, outcome: str, why: str) -> None:
        server.tell(f"run {flow_run.id}", f"{outcome}{why}")

    def renew_form(flow_run: Any, schema: Mapping[str, Any]) -> None:
        server.tell(f"form of {flow_run.initiative}", json.dumps(schema, ensure_ascii=False, default=str))

    return {
        "announce": ("event", announce),
        "ask_for_ticks": ("event", ask_for_ticks),
        "record_steps": ("event", lambda flow_run, look, decision, now: None),
        "publish": ("state", publish),
        "tell": ("state", tell),
        "name_run": ("state", lambda flow_run, name: server.tell(f"run of {flow_run.initiative}", name)),
        "renew_form": ("state", renew_form),
    }


def _stored(service: Service, name: str) -> set[str | None]:
    return {entry.key for entry in service.ledger.entries(name)}


def _command_of(office: Office, initiative: Initiative, report: Any, key: str) -> Command | None:
    """A form here holds its command."""
    return None if report == LOOKING["report"] else replace(report, key=key)


def _run(title: str, action: Action, job: Job) -> str | Waiting:
    return ACTIONS[action.uses](job, action.parameters)
