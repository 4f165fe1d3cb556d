"""Notices that reached nobody: the line of those who were tried, and who is tried next (rule 9 of the ladder)."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from duban.core.ledger.state import State
from duban.core.ledger.summary import Delivery, NoticeRow
from duban.core.planning.directory import Directory

INSTEAD = "/instead/"
"""What stands in the key of a notice to a deputy, between the key of the one that died and the deputy."""

Line = tuple[NoticeRow, ...]
"""A dead notice, then those to deputies that took its place."""


def lines(state: State) -> Mapping[str, Line]:
    """The line of every dead notice, by its key."""
    dead = {key for key, row in state.notices.items() if row.delivery is Delivery.DEAD and INSTEAD not in key}
    found: dict[str, Line] = {}
    if dead:
        for key, row in state.notices.items():
            if (first := first_key(key)) in dead:
                found[first] = (*found.get(first, ()), row)
    return found


def first_key(key: str) -> str:
    """The key of the notice whose place this one takes; its own when it takes none's."""
    return key.partition(INSTEAD)[0]


def instead_key(first: str, recipient: str) -> str:
    """The key of the notice to a deputy."""
    return f"{first}{INSTEAD}{recipient}"


def died(line: Line) -> datetime:
    """The moment at which the last try of a line failed for good."""
    return max(row.ended_at or row.queued_at for row in line if row.delivery is Delivery.DEAD)


def tried(line: Line) -> list[str]:
    """Those who could not be reached."""
    return [row.recipient for row in line if row.delivery is Delivery.DEAD]


def next_in_line(people: Directory, line: Line, day: date, told: Collection[str] = ()) -> str | None:
    """The first deputy along the chain who is there on a day, was not tried and is not `told` anyway; None: nobody."""
    passed = {*tried(line), *told}
    seen: set[str] = set()
    post: str | None = line[0].recipient
    while post is not None and post in people.posts and post not in seen:
        seen.add(post)
        if post not in passed and not people.posts[post].away(day):
            return post
        post = people.posts[post].deputy
    return None
