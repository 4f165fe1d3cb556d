"""What weeks came to, and what was lost or doubled on the way to it."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from duban.core.ledger.entries import Entry, EntryKind, first_broken
from duban.wiring import kept_gear
from tests.faults.weeks import Bureau

PASSING = {
    EntryKind.NOTICE_CLAIMED,
    EntryKind.NOTICE_REFUSED,
    EntryKind.ACTION_STARTED,
    EntryKind.ACTION_FAILED,
}
"""Entries of tries: of what is tried again there may be some more. Those that were the last ones count."""

TRIED = {"next_try", "tries", "channels"}
"""What an entry holds of when, and how often, something was tried."""


@dataclass(frozen=True)
class Outcome:
    """What is stored and was received, without the times that may shift.

    `chains` are the lasting entries of each ledger, in sequence, what became of each notice apart, for a letter that is
    tried again goes out later; `letters` counts what the receiver took, by key; `standing`
    is everything else: what is derived, due and waited for, files, and what Prefect shows.
    """

    chains: Mapping[str, tuple[str, ...]]
    letters: Counter[str]
    standing: Mapping[str, Any]


def outcome(bureau: Bureau) -> Outcome:
    """What a bureau has come to by now."""
    ledger = kept_gear(bureau.settings).service.ledger
    with ledger.stream() as stored:
        entries = tuple(stored)
    assert first_broken(entries) is None
    chains: dict[str, list[str]] = {}
    for entry in filter(_lasts, entries):
        chains.setdefault(f"{entry.initiative} {_key(entry.data.get('notice'))}".strip(), []).append(_told(entry))
    standing = {
        "summaries": [repr(replace(one, sequence=0)) for one in ledger.summaries()],
        "notices": sorted((n.initiative, _key(n.key), n.recipient, n.delivery, n.digest) for n in ledger.notices()),
        "due": kept_gear(bureau.settings).service.due(),
        "files": {file.name: _page(file.read_text("utf-8")) for file in bureau.var.rglob("*.md")}
        | {file.name: "" for file in bureau.var.rglob("*.eml")},
        "unfinished": bureau.server.unfinished({entry.key for entry in entries}),
        "shown": {what: _page(said) for what, said in bureau.server.shown().items()},
    }
    letters = Counter(bureau.received.read_text("utf-8").splitlines())
    return Outcome({name: tuple(told) for name, told in chains.items()}, letters, standing)


def _lasts(entry: Entry) -> bool:
    return entry.kind not in PASSING or bool(entry.data.get("final"))


def _told(entry: Entry) -> str:
    tried = TRIED | ({"reason"} if entry.kind is EntryKind.ACTION_FAILED else set())
    data = {name: value for name, value in sorted(entry.data.items()) if name not in tried}
    return f"{entry.kind} {entry.step} {entry.day} {entry.actor} {_key(entry.key)} {data}"


def _page(said: str) -> str:
    """What is shown, without what may shift: times of day and prints of them, papers' numbers, whose form was last."""
    return re.sub(r"\d\d:\d\d|存证第.*|编号：\S*|已受理：.*?；", "", said)


def _key(key: str | None) -> str:
    """A key, without the number of the last try and when that was."""
    return re.sub(r"/try-\d|/\d+/[\d-]+ [\d:+]+$", "/try", key or "")


@dataclass(frozen=True)
class Difference:
    """What a fault did that it must not; `repeated` are letters sent again by their key, which it may have to.

    `unsaid` are notices that were written because somebody's answer was taken in later, and dropped as it came: nobody
    has been told.
    """

    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    letters_lost: tuple[str, ...] = ()
    letters_doubled: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.lost, self.doubled, self.letters_lost, self.letters_doubled, self.otherwise))


def difference(whole: Outcome, found: Outcome, unnoted: str) -> Difference:
    """What one outcome lacks of another, and has beside it. One letter may be repeated: the one that was `unnoted`."""
    unsaid = {
        name
        for name in found.chains.keys() - whole.chains.keys()
        if found.chains[name][-1].startswith(EntryKind.NOTICE_DROPPED)
    }
    names = sorted((whole.chains.keys() | found.chains.keys()) - unsaid)
    entries, others = (
        Counter(f"{name} {told}" for name in names for told in one.chains.get(name, ())) for one in (whole, found)
    )
    again = found.letters - whole.letters
    repeated = Counter({unnoted: 1}) & again
    in_order = _by_whom if unsaid else tuple  # what was taken in later stands behind what others did
    chains = [(name, whole.chains.get(name, ()), found.chains.get(name, ())) for name in names]
    mixed = [name for name, one, other in chains if in_order(one) != in_order(other)] if entries == others else []
    said = [one for one in found.standing.get("notices", ()) if f"{one[0]} {one[1]}" not in unsaid]
    now = {**found.standing, "notices": said}
    standing = [name for name, value in whole.standing.items() if now[name] != value]
    return Difference(
        lost=tuple((entries - others).elements()),
        doubled=tuple((others - entries).elements()),
        letters_lost=tuple((whole.letters - found.letters).elements()),
        letters_doubled=tuple((again - repeated).elements()),
        repeated=tuple(repeated),
        unsaid=tuple(sorted(unsaid)),
        otherwise=(*(f"{name}: in another order" for name in mixed), *standing),
    )


def _by_whom(chain: tuple[str, ...]) -> tuple[str, ...]:
    """What came about by itself, and what each of the people did, in sequence."""
    return tuple(sorted(chain, key=lambda told: told.split(" ")[3]))
