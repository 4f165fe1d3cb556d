"""The environment variables of the stack's processes and of whoever talks to them.

Government networks have no way out, and a request that waits for one is a stall. Tried with a server whose sockets were
watched: with these variables nothing leaves the machine. What each is for stands beside it.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deployments.stack.password import CLIENT_VARIABLE, SERVER_VARIABLE, read_password
from duban.settings import CLOCK_VARIABLE, DESK_VARIABLE, LEDGER_VARIABLE

IN_COMMON = (
    "PREFECT_MESSAGING_",
    "PREFECT_REDIS_MESSAGING_",
    "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING",
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE",
    "PREFECT_SERVER_DOCKET_URL",
)
"""How variables begin by which several servers are one."""

FOREIGN = ("PREFECT_", "PG")  # a user's own Prefect and PostgreSQL settings must not reach the stack

GUARDED = {
    "PREFECT_API_REQUEST_TIMEOUT": "20",  # seconds; a server that does not answer is what the guard is for
    "PREFECT_CLIENT_MAX_RETRIES": "0",
    "PREFECT_LOGGING_LEVEL": "WARNING",
}
"""What the guard and the desk need on top: they do not wait for Prefect."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a running stack is found: HTTP addresses, SQLAlchemy URLs (psycopg, asyncpg), its var folder.

    Its server asks for a password where it is `locked`; the password itself is not told here. `desk` is where the desk
    answers, empty where there is none.
    """

    api: str
    ui: str
    ledger: str
    database: str
    var: Path
    locked: bool = False
    desk: str = ""

    def password(self) -> str:
        """The password its server asks for, empty where it asks for none; raises StackError."""
        return read_password(self.var) if self.locked else ""


def environment(addresses: Addresses, base_env: Mapping[str, str]) -> dict[str, str]:
    """The variables a client, a worker or a flow run needs: `base_env` without foreign settings, plus the stack's.

    Relative paths in `base_env` are the caller's to make absolute: children run in another folder.
    """
    home = addresses.var / "prefect"
    host = addresses.api.split("//")[1].rsplit(":", 1)[0]
    return {
        **{name: value for name, value in base_env.items() if not name.startswith(FOREIGN)},
        LEDGER_VARIABLE: addresses.ledger,
        **({DESK_VARIABLE: addresses.desk} if addresses.desk else {}),
        "PREFECT_API_URL": addresses.api,
        "PREFECT_UI_URL": addresses.ui,
        **({CLIENT_VARIABLE: addresses.password()} if addresses.locked else {}),
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",  # a client without its server must say so, not start another
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",  # one call less; they are installed together
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",  # a logger outside a run is no fault
        "PREFECT_LOGGING_COLORS": "false",  # logs are files
        "PREFECT_CLI_COLORS": "false",
        "PREFECT_CLI_PROMPT": "false",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        **_no_way_out(base_env, host),
    }


def pages_folder(var: Path) -> Path:
    """Where the server's copy of Prefect's pages lies."""
    return var / "prefect" / "ui"


def server_environment(addresses: Addresses, base_env: Mapping[str, str]) -> dict[str, str]:
    """What the server needs on top: its database and its page."""
    return {
        **environment(addresses, base_env),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": addresses.database,
        **({SERVER_VARIABLE: addresses.password()} if addresses.locked else {}),
        # Its own page's alone; empty would mean everybody's.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": addresses.api.removesuffix("/api"),
        "PREFECT_UI_API_URL": "/api",  # wherever the page came from: another port, a tunnel, the machine's name
        "PREFECT_UI_STATIC_DIRECTORY": str(pages_folder(addresses.var)),  # else it is written among the packages
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "50",  # a tick's steps in one: a third of the CPU
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",  # seconds, whole ones
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
        # Nothing of ours is paused, nor limited: what looks for that every few seconds need not.
        "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_LOOP_SECONDS": "60",
        "PREFECT_SERVER_SERVICES_REPOSSESSOR_LOOP_SECONDS": "60",
        **_kept(base_env),
        **_in_common(base_env),
    }


def _in_common(base_env: Mapping[str, str]) -> dict[str, str]:
    """What an office says of Redis, by which this server is one with others; a rehearsal's is alone."""
    if CLOCK_VARIABLE in base_env:
        return {}
    return {name: value for name, value in base_env.items() if name.startswith(IN_COMMON)}


def _kept(base_env: Mapping[str, str]) -> dict[str, str]:
    """What the server clears away by age: events, and the logs and pages of runs that are gone.

    Runs themselves are kept by number (`tasks.keeping`): by age, an initiative that rests would lose its picture. A
    rehearsal lives a year in half an hour of the server's time.
    """
    events, every = ("PT2M", "60") if CLOCK_VARIABLE in base_env else ("P7D", "3600")  # every so many seconds
    return {
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": events,
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,orphans",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS": every,
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ORPHAN_CLEANUP_LOOP_SECONDS": every,
        "PREFECT_SERVER_SERVICES_DB_VACUUM_BATCH_SIZE": "2000",
    }


def worker_environment(addresses: Addresses, base_env: Mapping[str, str], worker_type: str) -> dict[str, str]:
    """What the worker needs on top. One that hears of what is scheduled asks seldom; Prefect's own, every second.

    That runs what deployments name, which is `python` on whatever machine: here the one that runs this.
    """
    seconds = "1" if worker_type == "process" else "10"
    path = os.pathsep.join([str(Path(sys.executable).parent), base_env.get("PATH", os.defpath)])
    return {
        **environment(addresses, base_env),
        "PATH": path,
        "PREFECT_WORKER_QUERY_SECONDS": seconds,
        "PREFECT_WORKER_PREFETCH_SECONDS": "1",
    }


def _no_way_out(base_env: Mapping[str, str], host: str) -> dict[str, str]:
    local = ",".join(dict.fromkeys([*filter(None, [base_env.get("NO_PROXY")]), "127.0.0.1", "localhost", "::1", host]))
    return {
        "DO_NOT_TRACK": "1",  # Prefect's count of its users, begun by every import
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # the server's heartbeat to its makers
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "NO_PROXY": local,  # an office proxy must not be asked for our own machine
        "no_proxy": local,
    }
