"""A PostgreSQL folder as the first duban made it: one superuser, who owns everything and whom all are trusted to be."""

import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from deployments.stack import postgres_folder
from deployments.stack.children import end_child, start_child


@contextmanager
def earlier_cluster(folder: Path, env: Mapping[str, str]) -> Iterator[str]:
    """It at work, with its two databases; what addresses of SQLAlchemy's end with, but for the database's name."""
    owner = postgres_folder.account(folder)
    postgres_folder.prepare(folder, owner)
    program = postgres_folder.program
    made = [program("initdb"), "-D", folder, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]
    assert postgres_folder.run_program(made, folder, owner, env).returncode == 0
    socket = postgres_folder.socket_folder(folder, owner)
    command = [program("postgres"), "-D", folder, "-k", socket, "-c", "listen_addresses="]
    told = postgres_folder.bare_environment(env)
    process = start_child(command, told, folder / "log", folder, death_signal=signal.SIGINT, account=owner)
    try:
        with _connected(socket) as connection:
            connection.execute("CREATE DATABASE prefect")
            connection.execute("CREATE DATABASE ledger")
        yield f"?host={quote(str(socket))}"
    finally:
        end_child(process, 30, signal.SIGINT)


def _connected(socket: Path) -> psycopg.Connection[tuple[object, ...]]:
    until = time.monotonic() + 60
    while True:
        try:
            return psycopg.connect(host=str(socket), user="postgres", dbname="postgres", autocommit=True)
        except psycopg.OperationalError:
            assert time.monotonic() < until, "did not start"
            time.sleep(0.05)
