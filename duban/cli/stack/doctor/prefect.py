"""What `doctor` looks at on Prefect's side: the stack, the server, the deployments, the worker."""

from collections.abc import Iterator
from http import HTTPStatus

from deployments.stack.environment import Addresses
from deployments.stack.password import SERVER_VARIABLE, password_file
from duban.adapters.delivery.addresses import located
from duban.cli.exits import ServerUnreachable
from duban.cli.prefect_server import API_VARIABLE, asked, connect
from duban.cli.stack.doctor.health import SHOWN, Finding, Level
from duban.service import Service
from duban.settings import Settings


def stack(settings: Settings, running: Addresses | None) -> Finding:
    """Whether the embedded stack runs."""
    if running is not None:
        return Finding("stack", Level.OK, f"runs on {running.var}: {running.ui}")
    if settings.variables.get(API_VARIABLE):
        return Finding("stack", Level.OK, f"none here; {API_VARIABLE} names the server")
    return Finding("stack", Level.WARN, f"none runs on {settings.var}", "duban up")


def server(settings: Settings, running: Addresses | None) -> Iterator[Finding]:
    """The server and its worker; nothing where none is meant to run."""
    if running is None and not settings.variables.get(API_VARIABLE):
        return
    try:
        api = connect(settings, running)
    except ServerUnreachable as error:
        yield Finding("server", Level.BAD, str(error), "see the log of the server")
        return
    yield Finding("server", Level.OK, f"{located(api)} answers")
    if settings.clock is None:
        yield closed(api)
    yield from _worker(settings)


def closed(api: str) -> Finding:
    """Whether an office's server lets nobody in who does not know the password."""
    if asked(api, "") == HTTPStatus.OK:
        remedy = f"duban up --clock real; a server of your own: start it with {SERVER_VARIABLE}"
        return Finding("password", Level.BAD, f"{located(api)} answers anybody: it asks for no password", remedy)
    return Finding("password", Level.OK, f"{located(api)} asks for a password")


def password(settings: Settings) -> Iterator[Finding]:
    """Whether others can read the password; nothing where there is none."""
    file = password_file(settings.var)
    if file.exists() and file.stat().st_mode & 0o077:
        remedy = f"remove {file}, then start the stack anew, which makes another"
        yield Finding("password", Level.BAD, f"{file} can be read by others", remedy)


def _worker(settings: Settings) -> Iterator[Finding]:
    """Whether somebody carries out what is scheduled: by what was taken up, for one that lives need not work."""
    from prefect.client.orchestration import get_client  # noqa: PLC0415  Prefect is slow to import
    from prefect.exceptions import ObjectNotFound  # noqa: PLC0415  as above

    from tasks.asking import not_taken_up  # noqa: PLC0415  as above

    pool = settings.stack.pool
    try:
        with get_client(sync_client=True) as client:
            workers = client.read_workers_for_work_pool(pool)
            waiting, since = not_taken_up(client, pool)
    except ObjectNotFound:
        yield Finding("worker", Level.BAD, f"the server has no work pool {pool!r}", "duban up, or duban apply")
        return
    alive = [worker.name for worker in workers if worker.status == "ONLINE"]
    found = f"{len(alive)} in the work pool {pool!r}"
    if waiting:
        when = since.astimezone(settings.zone) if since else ""
        found += f"; {waiting} runs wait to be taken up, the first since {when:%Y-%m-%d %H:%M:%S}"
        yield Finding("worker", Level.BAD, found, "see the log of the worker, and start it again")
    elif alive:
        yield Finding("worker", Level.OK, f"{found}, and nothing waits for it")
    else:
        found = f"none lives in the work pool {pool!r}"
        yield Finding("worker", Level.BAD, found, f"prefect worker start --pool {pool}")


def deployments(service: Service, settings: Settings) -> Iterator[Finding]:
    """Whether the server is as the plan in force has it: what keeps work from being done, and what else differs."""
    from flows.wanted import amiss  # noqa: PLC0415  Prefect is slow to import

    found = amiss(service, settings)
    for line in found.grave[:SHOWN]:
        yield Finding("deployments", Level.BAD, line, "duban apply; the patrol mends it too")
    if len(found.grave) > SHOWN:
        yield Finding("deployments", Level.BAD, f"{len(found.grave) - SHOWN} more of the kind", "duban apply")
    told = f"{len(found.create)} missing, {len(found.update)} amiss, {len(found.remove)} superfluous"
    if found.empty:
        yield Finding("deployments", Level.OK, f"{found.same}, all as the plan has them")
    elif not found.grave:
        yield Finding("deployments", Level.WARN, told, "duban apply; the patrol mends it too")
