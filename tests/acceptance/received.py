"""Whether what people got keeps the rules of writing to them, told from ledger entries and from what arrived alone.

Nothing here asks duban for what it has counted or decided: the rules are read from `escalation.yaml` as plain YAML,
working days come from another library, Shanghai is eight hours ahead of UTC all the year. Each check names what breaks
its rule, one line each; an empty list says that it is kept.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import chinese_calendar
import yaml

from duban.core.ledger.entries import Entry

SHANGHAI = timezone(timedelta(hours=8))
PRESSING = {"remind", "press", "supervise"}
MATTER = re.compile(r"编号：(\S+/\S+)")
"""What a letter calls the step of each of its slips."""

Day = tuple[str, date]
"""A person's day."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Hours within which people may be written to, and working days between two pressings of one person."""

    first: time
    last: time
    interval: int


class Arrival(NamedTuple):
    """A letter that arrived: by which key, with whom, when, and the steps it speaks of."""

    key: str
    recipient: str
    at: datetime
    matters: tuple[str, ...]


class Letter(NamedTuple):
    """A letter as entries tell of it: the chain and the key it was sent under, the person and the moment."""

    chain: str
    key: str
    recipient: str
    at: datetime


def rules_of(escalation: Path) -> Rules:
    """The rules as they are written."""
    said = yaml.safe_load(escalation.read_text("utf-8"))
    first, last = (time.fromisoformat(said["hours"][end]) for end in ("first", "last"))
    return Rules(first, last, said["interval"])


def matters(text: str) -> tuple[str, ...]:
    """The steps a letter speaks of, one for each of its slips, sorted."""
    return tuple(sorted(MATTER.findall(text)))


def day_of(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


# Letters -------------------------------------------------------------------------------------------------------------


def sent(entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.kind == "notice-sent"]


def letters(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Letter | None]]:
    """What was sent, each with the digest it is or went in; None for what went as a letter of its own, at once.

    In a rehearsal in memory nothing is put in digests: what is not immediate and reaches a person at one moment counts
    as one.
    """
    queued = {(e.initiative, e.data["notice"]): e.data for e in entries if e.kind == "notice-queued"}
    for entry in sent(entries):
        data, chain = entry.data, f"@{entry.data['recipient']}"
        if entry.initiative.startswith("@"):
            yield entry, Letter(entry.initiative, data["notice"], data["recipient"], entry.at)
        elif "digest" in data:
            yield entry, Letter(chain, data["digest"], data["recipient"], entry.at)
        elif not queued[entry.initiative, data["notice"]]["immediate"]:
            yield entry, Letter(chain, "", data["recipient"], entry.at)
        else:
            yield entry, None


def digests(entries: Sequence[Entry]) -> set[Letter]:
    """Every digest, known by itself as well as by what went in it."""
    return {digest for _, digest in letters(entries) if digest is not None}


def immediate(entries: Sequence[Entry]) -> list[Entry]:
    """What was sent as a letter of its own, at once."""
    return [entry for entry, digest in letters(entries) if digest is None]


def letters_a_day(entries: Sequence[Entry]) -> Counter[Day]:
    """Letters of every person's day, digests and others."""
    return digests_a_day(entries) + Counter((e.data["recipient"], day_of(e.at)) for e in immediate(entries))


def digests_a_day(entries: Sequence[Entry]) -> Counter[Day]:
    return Counter((letter.recipient, day_of(letter.at)) for letter in digests(entries))


# The rules -----------------------------------------------------------------------------------------------------------


def more_than_one_digest(entries: Sequence[Entry]) -> list[str]:
    """Days on which somebody got more than one digest."""
    return [f"{who}, {day}: {times} digests" for (who, day), times in digests_a_day(entries).items() if times > 1]


def out_of_hours(moments: Iterable[datetime], rules: Rules) -> list[str]:
    """Moments at which nobody may be written to: on a day off, or outside the hours, of which the last is out."""
    return [f"{moment.astimezone(SHANGHAI):%F %T}" for moment in moments if not _within(moment, rules)]


def _within(moment: datetime, rules: Rules) -> bool:
    there = moment.astimezone(SHANGHAI)
    return chinese_calendar.is_workday(there.date()) and rules.first <= there.time() < rules.last


def misdated(entries: Iterable[Entry]) -> list[str]:
    """What was sent and bears another day than that of its moment."""
    return [f"{one.initiative}: {one.data['notice']}" for one in sent(entries) if one.day != day_of(one.at)]


def pressings(entries: Iterable[Entry]) -> dict[tuple[str, str, str], list[date]]:
    """The days on which somebody was pressed about a step, by initiative, step and person."""
    found = defaultdict(list)
    for entry in sent(entries):
        if entry.data["slip"] in PRESSING:
            found[entry.initiative, entry.step, entry.data["recipient"]].append(day_of(entry.at))
    return {who: sorted(days) for who, days in found.items()}


def pressed_too_soon(entries: Iterable[Entry], rules: Rules) -> list[str]:
    """Pressings of one person about one step between which there are fewer working days than there should be."""
    return [
        f"{initiative}/{step}: {who} on {before} and {after}"
        for (initiative, step, who), days in pressings(entries).items()
        for before, after in pairwise(days)
        if _working_days(before, after) < rules.interval
    ]


def _working_days(before: date, after: date) -> int:
    """Working days after the first day, up to the second one."""
    days = (before + timedelta(days=n) for n in range(1, (after - before).days + 1))
    return sum(map(chinese_calendar.is_workday, days))


def not_just_once(entries: Sequence[Entry], arrivals: Iterable[Arrival]) -> list[str]:
    """Letters that were not sent once and did not arrive once, and notices that are not in the letter they are said to
    be in, or in more than one.
    """
    told = [one for one in sent(entries) if "digest" not in one.data]
    ours = Counter((f"{e.plan}/{e.initiative}/{e.data['notice']}", e.data["recipient"], e.at) for e in told)
    theirs = Counter((one.key, one.recipient, one.at) for one in arrivals)
    return [
        *(f"{key} for {who}: sent, did not arrive" for key, who, _ in (ours - theirs).elements()),
        *(f"{key} for {who}: arrived, is not sent" for key, who, _ in (theirs - ours).elements()),
        *_again("sent", ((e.initiative, e.data["notice"]) for e in sent(entries))),
        *_again("arrived", ((key, "") for key, *_ in theirs.elements())),
        *_told_otherwise(entries, arrivals),
    ]


def _again(what: str, names: Iterable[tuple[str, str]]) -> Iterator[str]:
    for (where, key), times in Counter(names).items():
        if times > 1:
            yield f"{where} {key}: {what} {times} times"


def _told_otherwise(entries: Iterable[Entry], arrivals: Iterable[Arrival]) -> Iterator[str]:
    """Letters that speak of other matters than those whose notices are said to have been sent in them."""
    said: dict[tuple[str, datetime], list[str]] = defaultdict(list)
    for one in sent(entries):
        if not one.initiative.startswith("@"):
            where, key = (f"@{one.data['recipient']}", one.data["digest"]) if "digest" in one.data else _own(one)
            said[f"{one.plan}/{where}/{key}", one.at].append(f"{one.initiative}/{one.step}")
    read: dict[tuple[str, datetime], list[str]] = defaultdict(list)
    for arrival in arrivals:
        read[arrival.key, arrival.at] += arrival.matters
    for letter in said.keys() | read.keys():
        if sorted(said[letter]) != sorted(read[letter]):
            yield f"{letter[0]}: speaks of {sorted(read[letter])}, not of {sorted(said[letter])}"


def _own(entry: Entry) -> tuple[str, str]:
    return entry.initiative, entry.data["notice"]
