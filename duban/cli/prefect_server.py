"""This process as a client of Prefect's server: the running stack's, or the office's own that PREFECT_API_URL names."""

import os
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from deployments.stack.environment import Addresses, environment
from deployments.stack.password import CLIENT_VARIABLE, authorization, password_file
from duban.adapters.delivery.addresses import located
from duban.cli.exits import ServerUnreachable, from_server, not_taken
from duban.cli.output import complain
from duban.cli.waiting import Hangs, at_most
from duban.core.planning.plan import Plan
from duban.core.texts import english
from duban.settings import Settings

API_VARIABLE = "PREFECT_API_URL"
PATIENCE = 3.0
"""Seconds a server may take to say that it is well."""

HASTY = {"PREFECT_API_REQUEST_TIMEOUT": "20", "PREFECT_CLIENT_MAX_RETRIES": "2"}
"""For a person at a terminal, unless the office says otherwise: a server that hangs is waited for a minute, not six."""

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

    Raises ServerUnreachable when no server is known, or the one that is does not answer or asks for another password.
    """
    api = address(settings, stack)
    if not api:
        var, variable = settings.var, API_VARIABLE
        message = english(
            "no Prefect server: none runs on {var}, and {variable} is not set", var=var, variable=variable
        )
        raise ServerUnreachable(message)
    answered = asked(api, stack.password() if stack else settings.variables.get(CLIENT_VARIABLE, ""))
    if answered == HTTPStatus.UNAUTHORIZED:
        remedy = english("set {variable}", variable=CLIENT_VARIABLE)
        if stack:
            remedy = english("start the stack anew: {file}", file=password_file(stack.var))
        message = english("the Prefect server at {api} asks for another password", api=located(api))
        raise ServerUnreachable(english("{message}; {remedy}", message=message, remedy=remedy))
    if answered != HTTPStatus.OK:
        message = english("the Prefect server at {api} does not answer", api=located(api))
        remedy = english("start it, or correct {variable}", variable=API_VARIABLE)
        raise ServerUnreachable(english("{message}: {remedy}", message=message, remedy=remedy))
    told = environment(stack, settings.variables) if stack else QUIET
    hasty = {name: value for name, value in HASTY.items() if name not in settings.variables}
    os.environ.update({**hasty, **told})  # noqa: TID251  Prefect reads its settings from there, once, when it is imported
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
        raise ServerUnreachable(not_taken(error)) from error


def wake(settings: Settings, stack: Addresses | None, plan: Plan, initiatives: Iterable[str]) -> None:
    """Ask for ticks once something is stored; where no server answers, say who sees to it instead."""
    try:
        ask(settings, stack, plan, tuple(dict.fromkeys(initiatives)))
    except ServerUnreachable:
        complain("台账已记录；Prefect 服务暂不可达，巡查将补办")


def asked(api: str, password: str) -> int | None:
    """The status a server answers with to whoever says this password, past any proxy, as it is ours; None without one.

    Not by its `health`, which anybody may ask for.
    """
    try:
        return at_most(PATIENCE, lambda: _status(f"{api}/admin/version", password))
    except (URLError, HTTPException, OSError, ValueError, Hangs):
        return None


def _status(url: str, password: str) -> int:
    request = Request(url, headers=authorization(password))  # noqa: S310  an office's own
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code
