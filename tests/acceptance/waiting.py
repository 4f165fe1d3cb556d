"""Waiting for what comes by itself, past what is down for a while, and saying what it was when it does not come."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from httpx import HTTPError
from sqlalchemy.exc import SQLAlchemyError

from deployments.stack.children import StackError
from duban.ports import LedgerUnusable

T = TypeVar("T")
DOWN = (HTTPError, OSError, SQLAlchemyError, StackError, LedgerUnusable)
"""What asking raises while the server, PostgreSQL or the whole stack is not there."""


def until(what: str, found: Callable[[], T | None], within: float) -> T:
    """Wait until something is there; what it is. Whoever is asked may be down meanwhile."""
    last, end = "", monotonic() + within
    while True:
        try:
            if value := found():
                return value
        except DOWN as error:
            last = f"; the last answer was {error!r}"
        assert monotonic() < end, f"{what}: did not come true within {within:.0f} seconds{last}"
        sleep(0.2)
