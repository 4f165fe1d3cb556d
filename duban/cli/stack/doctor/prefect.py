"""What `doctor` looks at on Prefect's side: the stack, the server, the deployments, the worker."""

from collections.abc import Iterator
from http import HTTPStatus

from deployments.stack.environment import Addresses
from deployments.stack.password import SERVER_VARIABLE, password_file
from duban.adapters.delivery.addresses import located
from duban.cli.exits import ServerUnreachable
from duban.cli.prefect_server import API_VARIABLE, address, asked, connect
from duban.cli.stack.doctor.health import SHOWN, Finding, Level
from duban.core.texts import english
from duban.service import Service
from duban.settings import Settings


def stack(settings: Settings, running: Addresses | None) -> Finding:
    """Whether the embedded stack runs."""
    if running is not None:
        return Finding("stack", Level.OK, english("runs on {var}: {ui}", var=running.var, ui=running.ui))
    if settings.variables.get(API_VARIABLE):
        return Finding("stack", Level.OK, english("none here; {variable} names the server", variable=API_VARIABLE))
    return Finding("stack", Level.WARN, english("none runs on {var}", var=settings.var), english("duban up"))


def server(settings: Settings, running: Addresses | None) -> Iterator[Finding]:
    """The server and its worker; nothing where none is meant to run."""
    if running is None and not settings.variables.get(API_VARIABLE):
        return
    try:
        api = connect(settings, running)
    except ServerUnreachable as error:
        yield Finding("server", Level.BAD, error.told, english("see the log of the server"))
        return
    yield Finding("server", Level.OK, english("{api} answers", api=located(api)))
    if settings.clock is None:
        yield closed(api)
    yield from _worker(settings)


def closed(api: str) -> Finding:
    """Whether an office's server lets nobody in who does not know the password."""
    if asked(api, "") == HTTPStatus.OK:
        remedy = english(
            "duban up --clock real; a server of your own: start it with {variable}",
            variable=SERVER_VARIABLE,
        )
        return Finding(
            "password", Level.BAD, english("{api} answers anybody: it asks for no password", api=located(api)), remedy
        )
    return Finding("password", Level.OK, english("{api} asks for a password", api=located(api)))


def password(settings: Settings) -> Iterator[Finding]:
    """Whether others can read the password; nothing where there is none."""
    file = password_file(settings.var)
    if file.exists() and file.stat().st_mode & 0o077:
        remedy = english("remove {file}, then start the stack anew, which makes another", file=file)
        yield Finding("password", Level.BAD, english("{file} can be read by others", file=file), remedy)


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
        yield Finding(
            "worker",
            Level.BAD,
            english("the server has no work pool {pool!r}", pool=pool),
            english("duban up, or duban apply"),
        )
        return
    alive = [worker.name for worker in workers if worker.status == "ONLINE"]
    found = english("{count} in the work pool {pool!r}", count=len(alive), pool=pool)
    if waiting:
        when = since.astimezone(settings.zone) if since else ""
        found = english(
            "{found}; {count} runs wait to be taken up, the first since {when:%Y-%m-%d %H:%M:%S}",
            found=found,
            count=waiting,
            when=when,
        )
        yield Finding("worker", Level.BAD, found, english("see the log of the worker, and start it again"))
    elif alive:
        yield Finding("worker", Level.OK, english("{found}, and nothing waits for it", found=found))
    else:
        found = english("none lives in the work pool {pool!r}", pool=pool)
        yield Finding("worker", Level.BAD, found, english("prefect worker start --pool {pool}", pool=pool))


def events(settings: Settings, running: Addresses | None) -> Iterator[Finding]:
    """Whether the server takes events, by which runs are begun: of several servers they go through one Redis."""
    from httpx import HTTPError  # noqa: PLC0415  as below
    from prefect.events import Event  # noqa: PLC0415  Prefect is slow to import

    from tasks.server import report  # noqa: PLC0415  as above

    try:
        report([Event(event=ASKED, resource={"prefect.resource.id": ASKED})])
    except HTTPError:
        found = english("{api} takes no events: nothing can be begun", api=located(address(settings, running) or ""))
        remedy = english("start what its servers have in common: Redis; the guard patrols meanwhile, nothing is lost")
        yield Finding("events", Level.BAD, found, remedy)
    else:
        yield Finding("events", Level.OK, english("events are taken"))


ASKED = "duban.doctor.asked"


def deployments(service: Service, settings: Settings) -> Iterator[Finding]:
    """Whether the server is as the plan in force has it: what keeps work from being done, and what else differs."""
    from flows.wanted import amiss  # noqa: PLC0415  Prefect is slow to import

    found = amiss(service, settings)
    for line in found.grave[:SHOWN]:
        yield Finding("deployments", Level.BAD, line, english("duban apply; the patrol mends it too"))
    if len(found.grave) > SHOWN:
        yield Finding(
            "deployments",
            Level.BAD,
            english("{count} more of the kind", count=len(found.grave) - SHOWN),
            english("duban apply"),
        )
    told = english(
        "{missing} missing, {amiss} amiss, {superfluous} superfluous",
        missing=len(found.create),
        amiss=len(found.update),
        superfluous=len(found.remove),
    )
    if found.empty:
        yield Finding("deployments", Level.OK, english("{same}, all as the plan has them", same=found.same))
    elif not found.grave:
        yield Finding("deployments", Level.WARN, told, english("duban apply; the patrol mends it too"))
