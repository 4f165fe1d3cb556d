"""The plan that a table proposes: its files as plain values, each initiative with the row it comes from. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from duban.core.planning.plan import LETTERS
from duban.drafting import words
from duban.drafting.reading import Draft, TaskRow
from duban.drafting.redraft import Drafted, paired
from duban.drafting.steps import LONGEST_TITLE, Plain, pattern_of, steps_of
from duban.drafting.tables import worded
from duban.drafting.task_steps import task_steps
from duban.drafting.units import collective, unnamed

NUMERAL = re.compile(r"^(?:第?[一二三四五六七八九十]+[、.．章部分]+|[（(][一二三四五六七八九十]+[）)]|[\d.、]+)")
SYLLABLES, LONGEST_WORD = 6, 24
"""Of an id, and letters of each; what follows is cut: it is typed, and names a file."""

Spell = Callable[[str], Sequence[str]]
"""The syllables of a text, in letters a to z and digits."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the directory has: ids of units and groups by every title they go by, of posts by title."""

    units: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    posts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the table does not say of the plan, and a person does; days are those of the year where not said."""

    id: str
    title: str
    document: str
    starts: date
    ends: date
    coordinator: str


@dataclass(frozen=True, slots=True)
class ProposedFile:
    """An initiative: where its file lies in the plan, what it holds, its row and what that `was` before.

    `simple` is the same without a pattern, for where a pattern's steps do not fit.
    """

    path: str
    data: Plain
    row: TaskRow
    source: str
    simple: Plain
    was: Drafted | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """All files of a plan, and what the directory lacks for it."""

    plan: Plain
    document: Plain
    initiatives: tuple[ProposedFile, ...]
    units: tuple[Plain, ...]
    posts: tuple[Plain, ...]
    gone: tuple[Drafted, ...] = ()


def propose(draft: Draft, facts: Facts, known: Known, spell: Spell, before: Sequence[Drafted] = ()) -> Proposal:
    """The plan for what was read; what was drafted `before` keeps its id and its place in the document."""
    people, pairing = _People(known, spell), paired(draft.rows, before)
    sections = _sections(draft.rows, facts, spell, before)
    places = _Places(sections, before)
    placed = [_placed(row, was, (sections, places), facts, spell) for row, was in pairing.rows]
    sentences: dict[str, Plain] = {}
    homes = {one.row.home: one.name for one in placed}
    files = list[ProposedFile]()
    for one in placed:
        _say(sentences, one.source, one.row)
        head = _heading(one.row, one.name, one.source, people)
        simple = head | {"steps": _steps(one.row, facts, homes, people)}
        pattern = pattern_of(one.row, facts.starts, facts.ends)
        files.append(
            ProposedFile(one.path, head | pattern if pattern else simple, one.row, one.source, simple, one.was)
        )
    plan: Plain = {
        "id": facts.id,
        "title": facts.title,
        "document": facts.document,
        "starts": facts.starts.isoformat(),
        "ends": facts.ends.isoformat(),
        "coordinator": facts.coordinator,
        "supervisor": facts.coordinator,
        "complete": True,
        "sections": [
            {"id": id, "title": (NUMERAL.sub("", title) or title)[:LONGEST_TITLE]} for title, id in sections.items()
        ],
    }
    ordered = dict(sorted(sentences.items(), key=lambda one: [int(part) for part in one[0].split(".")]))
    return Proposal(plan, {"sentences": ordered}, tuple(files), tuple(people.units), tuple(people.posts), pairing.gone)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row with its place in the document, its name and file, and what it was drafted as."""

    row: TaskRow
    was: Drafted | None
    source: str
    name: str
    path: str


def _placed(
    row: TaskRow, was: Drafted | None, document: tuple[Mapping[str, str], "_Places"], facts: Facts, spell: Spell
) -> _Placed:
    sections, places = document
    if was:
        return _Placed(row, was, was.source, was.path.rpartition("/")[2].removesuffix(".yaml"), was.path)
    heading = _top(row, facts)
    source = places.new(heading, row)
    name = f"{source.replace('.', '-')}-{slug(row.title, spell)}"
    return _Placed(row, None, source, name, f"{sections[heading]}/{name}.yaml")


def _steps(row: TaskRow, facts: Facts, homes: Mapping[str, str], people: "_People") -> list[Plain]:
    if not row.tasks:
        return steps_of(row, facts.starts, facts.ends)
    return [step for task in row.tasks for step in task_steps(task, row, homes, people.owner)]


class _Places:
    """Places in the document, section.sentence: those given before stay, new ones come after them."""

    def __init__(self, sections: Mapping[str, str], before: Sequence[Drafted]) -> None:
        self._sections = list(sections)
        self._last = Counter[int]()
        for one in before:
            section, sentence = map(int, one.source.rstrip(LETTERS).split("."))
            self._last[section] = max(self._last[section], sentence)
        self._before: TaskRow | None = None
        self._part = 0

    def new(self, heading: str, row: TaskRow) -> str:
        """The place of a row; the parts of one sentence share it and bear letters."""
        section = self._sections.index(heading) + 1
        same = self._before is not None and row.sentence is not None and row.cell == self._before.cell
        self._before, self._part = row, self._part + 1 if same else 0
        if not same:
            self._last[section] += 1
        letter = "" if row.sentence is None or row.parts == 1 else LETTERS[self._part % len(LETTERS)]
        return f"{section}.{self._last[section]}{letter}"


def _say(sentences: dict[str, Plain], source: str, row: TaskRow) -> None:
    """Put a row's sentence down, once, with all it undertakes."""
    number = source.rstrip(LETTERS)
    said = sentences.setdefault(number, {"text": row.sentence or row.title, "cell": row.cell})
    if row.sentence is not None:
        said["undertakings"] = [*cast("list[str]", said.get("undertakings", [])), row.title]


def _untold(heading: str) -> str:
    """A heading without its number."""
    return (NUMERAL.sub("", heading) or heading)[:LONGEST_TITLE]


def slug(text: str, spell: Spell) -> str:
    """An id of the first syllables of a text."""
    return "-".join(part[:LONGEST_WORD] for part in spell(NUMERAL.sub("", text))[:SYLLABLES]) or "x"


def _top(row: TaskRow, facts: Facts) -> str:
    return _chapter(row.section, facts)


def _chapter(section: str | None, facts: Facts) -> str:
    return (section or facts.title).partition("/")[0]


def _sections(rows: Sequence[TaskRow], facts: Facts, spell: Spell, before: Sequence[Drafted]) -> dict[str, str]:
    """The ids of sections by their headings: those of before in their order, then new ones in that of the table.

    A section keeps its number so, by which the document's sentences are told.
    """
    ordered = sorted(before, key=lambda one: int(one.source.partition(".")[0]))
    found = {_chapter(one.section, facts): one.path.partition("/")[0] for one in ordered}
    ids = _Ids(tuple(found.values()))
    for heading in dict.fromkeys(_top(row, facts) for row in rows):
        if heading not in found:
            found[heading] = ids.new(slug(heading, spell))
    return found


class _Ids:
    """Names given so far; one that is taken gets a number."""

    def __init__(self, taken: Sequence[str] = ()) -> None:
        self._taken = set(taken)

    def new(self, name: str) -> str:
        free = next(one for one in self._numbered(name[:56].strip("-")) if one not in self._taken)
        self._taken.add(free)
        return free

    @staticmethod
    def _numbered(name: str) -> Iterator[str]:
        yield name
        number = 2
        while True:
            yield f"{name}-{number}"
            number += 1


class _People:
    """Who the rows name: ids of the directory, and new units and posts where it has none."""

    def __init__(self, known: Known, spell: Spell) -> None:
        self._known, self._spell = known, spell
        self._units, self._posts = dict(known.units), dict(known.posts)
        self._ids = _Ids((*known.units.values(), *known.groups.values(), *known.posts.values()))
        self.units: list[Plain] = []
        self.posts: list[Plain] = []

    def unit(self, name: str) -> str | None:
        """The unit or group of that name; None for one nobody can be asked under, as 有关部门."""
        found = self._units.get(name) or self._known.groups.get(name)
        if found or unnamed(name) or collective(name):
            return found
        id = self._ids.new(slug(name, self._spell))
        head, officer = f"{id}-head", f"{id}-officer"
        self.units.append({"id": id, "title": name, "head": head, "officer": officer})
        self.posts.append({"id": head, "title": words.text("head", name, unit=name), "deputy": officer})
        self.posts.append({"id": officer, "title": words.text("officer", name, unit=name), "deputy": head})
        self._units[name] = id
        return id

    def owner(self, name: str) -> str | None:
        """Who does a step: the post or the unit of that name."""
        return self._posts.get(name) or self.unit(name)

    def post(self, title: str) -> str:
        """The post of that title."""
        if title not in self._posts:
            self._posts[title] = self._ids.new(slug(title, self._spell))
            self.posts.append({"id": self._posts[title], "title": title})
        return self._posts[title]


def _heading(row: TaskRow, id: str, source: str, people: _People) -> Plain:
    """The keys of an initiative but its steps. Whoever cannot be written to stands in the note."""
    leads = [unit for name in row.leads if (unit := people.unit(name))]
    named = [(name, people.unit(name)) for name in row.supports]
    supports = list(dict.fromkeys(unit for _, unit in named if unit and unit not in leads))
    outside = [name for name, unit in named if unit is None] + [name for name in row.leads if not people.unit(name)]
    if not leads:
        nobody = people.unit(words.text("nobody", row.title)) or ""
        leads, supports = (supports[:1], supports[1:]) if supports else ([nobody], [])
    notes = [
        words.text("due", row.title, text=worded(row.due.text)) if row.due.text else "",
        words.text("outside", row.title, names="、".join(outside)) if outside else "",
        words.text("person", row.title, name=row.person) if row.person else "",
        row.title if len(row.title) > LONGEST_TITLE else "",
    ]
    heading: Plain = {"id": id, "title": row.title[:LONGEST_TITLE], "source": source}
    heading |= {"number": row.number[:20]} if row.number else {}
    heading |= {"covers": [row.title]} if row.sentence is not None and row.parts > 1 else {}
    heading["lead"] = leads[0] if len(leads) == 1 else leads
    heading |= {"support": supports} if supports else {}
    heading |= {"supervisor": people.post(row.supervisor)} if row.supervisor else {}
    heading |= {"note": "；".join(filter(None, notes))} if any(notes) else {}
    return heading | {"assumed": True}
