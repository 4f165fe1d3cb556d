"""What was done in a post's name by the links of its letters: told to whoever reads for it, who may say: not we.

A link proves the mailbox and not the person, and letters are passed on to whoever does the work.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from duban.core.deciding.commands import RULES
from duban.core.deciding.office import Office
from duban.core.ledger.entries import Entry
from duban.core.telling.events import in_full, title_of
from duban.core.telling.revised import Names
from duban.core.telling.whens import short
from duban.core.typed import one_line

ACTS = frozenset(rule.on for rule in RULES.values())
"""Entries of what people do."""

BY_LINK = ("函件", "日报")
"""What the way of an act begins with that came by the link of a letter, or of a digest's list."""


def by_link(entry: Entry) -> tuple[str, str] | None:
    """The name stated and the address from where an act by a link came; None for any other act."""
    desk, way, name, host, *_ = (*str(entry.data.get("via", "")).split(" "), "", "", "")
    return (name, host) if desk == "desk" and way.startswith(BY_LINK) else None


def linked(office: Office, entries: Iterable[Entry], recipient: str, since: datetime, now: datetime) -> tuple[str, ...]:
    """Acts by links, after a moment, of the posts for which a recipient reads: a line each, the first one first."""
    today = office.day(now)
    mine = (one for one in entries if one.at > since and office.acts_for(recipient, (one.actor,), today) is not None)
    return tuple(_lines(office, sorted(mine, key=lambda one: one.at)))


def _lines(office: Office, entries: Iterable[Entry]) -> Iterator[str]:
    names = Names(office.directory, (office.plan,), office.calendar)
    told = set[tuple[str, datetime]]()
    for entry in entries:
        came, act = by_link(entry), (entry.initiative, entry.at)
        if came is None or act in told:
            continue  # one act may come to several entries
        told.add(act)
        when = f"{short(office.day(entry.at))}{entry.at.astimezone(office.zone):%H:%M}"
        yield one_line(f"{when}　{title_of(names, entry)}：{in_full(names, entry)}（办理人{came[0]}，来自{came[1]}）")
