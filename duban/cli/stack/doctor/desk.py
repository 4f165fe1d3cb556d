"""What `doctor` says of the desk: whom it has turned away, and how people sign in."""

from collections.abc import Iterator
from datetime import timedelta

from duban.cli.opening import Opened
from duban.cli.stack.doctor.health import Finding, Level
from duban.core.texts import english
from duban.settings import Settings

WEEK = timedelta(days=7)
TRIED = frozenset({"unknown-link", "foreign-form", "wrong-pin", "too-many", "from-elsewhere"})
"""Refusals that nobody meets who opens a letter of theirs."""

MANY = 100
"""Of these in a week, that are more than slips of the hand."""


def desk(at: Opened, settings: Settings) -> Iterator[Finding]:
    """Whether anybody tries to come who should not, and whether the office's own proxy can name people."""
    found = at.service.ledger.refused(at.service.clock.now() - WEEK)
    told = [f"{code} {many}" for code, many in sorted(found.items())]
    said = english("nobody was turned away in a week")
    if told:
        said = english("turned away in a week: {told}", told=told)
    if sum(many for code, many in found.items() if code in TRIED) > MANY:
        remedy = english("duban links refusals; who reaches the desk's port? duban links revoke makes links void")
        yield Finding("desk", Level.WARN, said, remedy)
    else:
        yield Finding("desk", Level.OK, said)
    if settings.desk.user_header and not settings.desk.proxies:
        yield Finding(
            "desk",
            Level.WARN,
            english("user_header is set, and nobody is trusted to send it"),
            english("set proxies too"),
        )
