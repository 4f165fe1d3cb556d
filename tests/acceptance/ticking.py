"""Ticks and patrols as a stack runs them, with Prefect left out: it is told nothing, all else is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import patch
from uuid import UUID

from prefect.client.schemas.objects import FlowRun

import flows.tick
from duban.core.deciding.office import Office
from duban.core.planning.action_file import Action
from duban.settings import Settings
from duban.wiring import Gear, kept_gear
from tasks.actions import ACTIONS, Job, Waiting
from tasks.asking import LOOKING
from tasks.sending import send_due

RUN = FlowRun(id=UUID(int=0), flow_id=UUID(int=0))
"""The run every tick takes itself for."""


@contextmanager
def without_prefect(settings: Settings, desk: Callable[[Settings, Office], Gear] = kept_gear) -> Iterator[None]:
    """Let ticks work with these settings, at this desk, and tell Prefect nothing."""
    with patch.multiple(
        flows.tick,
        plan_settings=lambda plan: settings,
        kept_gear=desk,
        announce=lambda plan, closed: None,
        run_action=SimpleNamespace(with_options=lambda timeout_seconds: _run),
        tell=lambda flow_run, today, outcome, why: None,
        show=lambda *shown, **news: None,
    ):
        yield


def _run(title: str, action: Action, job: Job) -> str | Waiting:
    return ACTIONS[action.uses](job, action.parameters)


def patrol(at: Gear) -> None:
    """Tick what is due until nothing is, then send the notices that are left."""
    while due := at.service.due():
        for name in due:
            flows.tick.tick(at.service.office, RUN, name, LOOKING["report"])
    send_due(at)
