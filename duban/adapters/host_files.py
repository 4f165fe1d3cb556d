"""What a host's own files say, as a mark for each kind: equal marks mean that hosts decide and write alike.

Plan, directory, ladders and calendar in force are in the ledger, one version for all hosts. Each host tells there
whether its files say the same, and the marks of what is read from its own disk: templates, channels, settings.
"""

import json
import platform
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from duban.adapters.kept import Shelf, kept
from duban.ports import Ledger, Round

MARKS = 12
"""Characters of a mark: they tell files apart, and hide nothing."""

HEARD = timedelta(minutes=10)
"""A host that has told nothing for longer is not there; it tells every minute."""

Marks = Mapping[str, str]
_marks: "Shelf[Files, Marks]" = []


class Files(Protocol):
    """Where a host's files are, and what its settings say that all hosts must have in common."""

    @property
    def file(self) -> Path:
        """The settings; `config/` lies around it."""
        ...

    @property
    def notices(self) -> Path:
        """Templates of letters."""
        ...

    @property
    def papers(self) -> Path:
        """Templates of papers."""
        ...

    @property
    def directory(self) -> Path:
        """The directory, with channels."""
        ...

    @property
    def in_common(self) -> str:
        """What settings say."""
        ...


@dataclass(frozen=True, slots=True)
class Host:
    """A host as it has told of itself: the application it goes by, which of its files say otherwise, its marks."""

    name: str
    applied: int
    waiting: Sequence[str]
    marks: Marks


def this_host() -> str:
    """What this machine, or container, is called."""
    return platform.node()


def marks_of(here: Files) -> Marks:
    """The marks of this host's files, read again once one of `config/` has changed."""
    return kept(_marks, here, here.file.parent, lambda: _made(here))


def _made(here: Files) -> Marks:
    places = {"notices": here.notices, "papers": here.papers, "directory": here.directory}
    marks = {kind: _mark(_content(place)) for kind, place in places.items()}
    return {"duban": version("duban"), **marks, "settings": _mark([here.in_common.encode()])}


def _content(place: Path) -> Iterator[bytes]:
    """A file, or each of a folder with its name."""
    for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
        if file.is_file():
            yield file.relative_to(place.parent).as_posix().encode()
            yield file.read_bytes()


def _mark(parts: "Iterator[bytes] | list[bytes]") -> str:
    mark = sha256()
    for part in parts:
        mark.update(sha256(part).digest())
    return mark.hexdigest()[:MARKS]


def tell(ledger: Ledger, host: Host, now: datetime) -> None:
    """Have the ledger know of a host."""
    said = {"applied": host.applied, "waiting": list(host.waiting), "marks": dict(host.marks)}
    ledger.note_host(host.name, Round(now, json.dumps(said)))


def told(ledger: Ledger, now: datetime) -> list[Host]:
    """The hosts that are there, by name."""
    there = sorted((name, one) for name, one in ledger.hosts().items() if now - one.at < HEARD)
    return [Host(name, **json.loads(one.said)) for name, one in there]


def apart(hosts: Sequence[Host]) -> Iterator[str]:
    """In which files hosts differ from one another, a line for each kind."""
    for kind in dict.fromkeys(kind for host in hosts for kind in host.marks):
        groups = defaultdict(list)
        for host in hosts:
            groups[host.marks.get(kind, "")].append(host.name)
        if len(groups) > 1:
            yield f"{kind}: " + " ≠ ".join(", ".join(names) for names in sorted(groups.values(), key=len))
