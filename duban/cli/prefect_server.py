"""This process as a client of Prefect's server: the running stack's, or the office's own that PREFECT_API_URL names."""

import os
from collections.abc import Sequence
from http import HTTPStatus
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from deployments.environment import Addresses, environment
from duban.cli.exits import ServerUnreachable, from_server
from duban.core.planning.plan import Plan
from duban.settings import Settings

API_VARIABLE = "PREFECT_API_URL"
PATIENCE = 3.0
"""Seconds a server may take to say that it is well."""

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
}
"""What an office's own settings need beside them: Prefect must neither count its users nor start a server here."""


def address(settings: Settings, stack: Addresses | None) -> str | None:
    """The address of the server: the stack's, or the one the environment names; None where there is none."""
    return stack.api if stack else settings.variables.get(API_VARIABLE) or None


def connect(settings: Settings, stack: Addresses | None) -> str:
    """Make this process a client of the server, before Prefect is first imported; the server's address.

    Raises ServerUnreachable when no server is known or the one that is does not answer.
    """
    api = address(settings, stack)
    if not api:
        raise ServerUnreachable(f"no Prefect server: none runs on {settings.var}, and {API_VARIABLE} is not set")
    if not _answers(api):
        raise ServerUnreachable(f"the Prefect server at {api} does not answer: start it, or correct {API_VARIABLE}")
    told = environment(stack, settings.variables) if stack else QUIET
    os.environ.update(told)  # noqa: TID251  Prefect reads its settings from there, once, when it is imported
    return api


def ask(settings: Settings, stack: Addresses | None, plan: Plan, initiatives: Sequence[str]) -> tuple[str, ...]:
    """Ask for a tick of each initiative; those a run was made for. Raises ServerUnreachable."""
    connect(settings, stack)
    from tasks.asking import ask_for_ticks  # noqa: PLC0415  slow to import, and needed only once something is stored

    try:
        return ask_for_ticks(plan, initiatives)
    except Exception as error:
        if not from_server(error):
            raise
        raise ServerUnreachable(f"the Prefect server did not take the request: {error}") from error


def _answers(api: str) -> bool:
    """Whether the server is well; asked past any proxy, as it is ours."""
    try:
        with build_opener(ProxyHandler({})).open(f"{api}/health", timeout=PATIENCE) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (URLError, OSError, ValueError):
        return False
