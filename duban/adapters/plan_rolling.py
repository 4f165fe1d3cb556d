"""A plan's files written for another year: dates moved, what is over left out, all else kept byte for byte."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from duban.adapters.yaml_spans import Items, KeyPath, Scalar, Splice, parts, spliced
from duban.core.days.workdays import WorkCalendar
from duban.core.planning.dates import resolve
from duban.core.planning.plan import StepRef
from duban.core.planning.rolling import DateMove, named_days, rolled, rolled_day, same_date
from duban.core.planning.when import BEGUN, DATE, Relative, WhenWritten, parse_when, parse_written, write_when
from duban.core.problems import Invalid

TEXTS = frozenset({"title", "note", "evidence", "basis", "values", "covers", "tags", "document", "action", "measure"})
"""Keys below which nothing is a date; the year in them is for people to look at."""

WAITED_FOR = frozenset({"needs", "also_needs"})
CHINESE = re.compile("[\u4e00-\u9fff]")
LASTING = "fixed"
"""A comment with this word, or 固定, beside a date keeps it where it is."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value that was written anew. `how` says how it came about: see `rolling.Moved`, `resolved`, `dropped`."""

    file: str
    line: int
    before: str
    after: str
    how: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A text that names the old year, for somebody to look at."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Rolling:
    """How a plan is carried over: by how many years, under which id, and without which initiatives.

    `over` holds the steps of the initiatives left out, each with its last day, on which dates may hang.
    """

    year: int
    years: int
    plan: str
    starts: date
    calendar: WorkCalendar
    left_out: frozenset[str]
    over: Mapping[StepRef, date]


@dataclass(frozen=True, slots=True)
class RolledFile:
    """A file for the new year, what changed in it, and what somebody should look at."""

    text: str
    changes: tuple[Change, ...]
    remarks: tuple[Remark, ...]


def roll_file(name: str, text: str, rolling: Rolling) -> RolledFile:
    """The file of an initiative, or `plan.yaml`, for the new year; `name` is what changes call it."""
    file = _File(name, text, rolling)
    found = list(file.replaced())
    splices = [splice for splice, _ in found]
    changes = tuple(change for _, change in found)
    return RolledFile(spliced(text, splices), changes, tuple(file.remarks(splices)))


class _File:
    """One file on its way to the new year."""

    def __init__(self, name: str, text: str, rolling: Rolling) -> None:
        self.name, self.text, self.rolling = name, text, rolling
        self.parts = parts(text)
        self.fixed = named_days(text)

    def replaced(self) -> Iterator[tuple[Splice, Change]]:
        """What stands in place of what."""
        emptied = [one for one in self.parts if isinstance(one, Items) and self._loses(one)]
        for items in emptied:
            yield self._without(items)
        for part in self.parts:
            if isinstance(part, Scalar) and not any(one.start <= part.start < one.end for one in emptied):
                new = self._new(part)
                if new is not None and new[0] != part.value:
                    yield self._splice(part, *new)

    def remarks(self, splices: list[Splice]) -> Iterator[Remark]:
        """Texts that name the old year and were left as they are."""
        done = {splice.start for splice in splices}
        for part in self.parts:
            if isinstance(part, Scalar) and str(self.rolling.year) in part.value and part.start not in done:
                yield Remark(self.name, part.line, part.value)

    def _new(self, part: Scalar) -> tuple[str, str] | None:
        """What stands for a word, and how it came about; None where it is no date."""
        top = self._of_the_plan(part) if len(part.path) == 1 and not part.key else None
        if top is not None or TEXTS & set(map(str, part.path)):
            return top
        if resolved := self._resolved(part):
            return resolved
        fixed = self.fixed | (self._here(part) if self._kept(part) else frozenset())
        moved = rolled(part.value, self.rolling.years, self.rolling.calendar, fixed)
        return (moved.text, moved.moved.value) if moved else None

    def _of_the_plan(self, part: Scalar) -> tuple[str, str] | None:
        """What holds for the whole plan: its id and title, its last day, and that it covers last year's document."""
        year, new = self.rolling.year, self.rolling.year + self.rolling.years
        match part.path[0]:
            case "id" if self.name == "plan.yaml":
                return self.rolling.plan, "plan"
            case "title" if self.name == "plan.yaml":
                return self._title(part.value, year, new), "plan"
            case "complete":
                return "false", "plan"
            case "starts" | "ends" as edge:
                return self._edge(edge, date.fromisoformat(part.value)).isoformat(), DateMove.DATE.value
            case _:
                return None

    @staticmethod
    def _title(title: str, year: int, new: int) -> str:
        """Of two plans side by side each has its year in its title."""
        if str(year) in title:
            return title.replace(str(year), str(new))
        return f"{title}（{new}年）" if CHINESE.search(title) else f"{title} ({new})"

    def _edge(self, edge: str, day: date) -> date:
        """The first or last day of the plan on its date, or further out, so that what was within it stays so."""
        moved, _ = rolled_day(day, self.rolling.years, self.rolling.calendar)
        same = same_date(day, self.rolling.years)
        return min(same, moved) if edge == "starts" else max(same, moved)

    def _kept(self, part: Scalar) -> bool:
        """Whether the comment beside a date says that it is meant as such."""
        comment = self.text[part.end :].partition("\n")[0].partition("#")[2]
        return "固定" in comment or LASTING in comment

    def _here(self, part: Scalar) -> frozenset[tuple[int, int]]:
        found = re.findall(DATE, part.value)
        return frozenset((int(day[5:7]), int(day[8:])) for day in found)

    # What hangs on steps that are left out

    def _ref(self, word: str) -> StepRef | None:
        """The step a word names, whole or by its beginning, where its initiative is left out."""
        ref = StepRef.parse(word.rpartition(" ")[2].removesuffix(f"/{BEGUN}"))
        return ref if ref.initiative in self.rolling.left_out else None

    def _loses(self, items: Items) -> bool:
        key = items.path[-1] if items.path else ""
        return key in WAITED_FOR and any(self._ref(item.value) for item in items.items)

    def _without(self, items: Items) -> tuple[Splice, Change]:
        """A list of steps without those that are left out."""
        kept = [item for item in items.items if not self._ref(item.value)]
        written = [new[0] if (new := self._new(item)) else item.value for item in kept]
        gone = ", ".join(item.value for item in items.items if self._ref(item.value))
        change = Change(self.name, items.items[0].line, gone, "", "dropped")
        if items.flow or not kept:
            return Splice(items.start, items.end, f"[{', '.join(written)}]"), change
        margin = " " * (items.start - self.text.rfind("\n", 0, items.start) - 1)
        return Splice(items.start, items.end, f"\n{margin}".join(f"- {one}" for one in written)), change

    def _resolved(self, part: Scalar) -> tuple[str, str] | None:
        """The day that stood for a distance from a step that is left out, in the new year."""
        try:
            when = parse_when(part.value)
        except Invalid:
            return None
        ref = self._ref(when.anchor) if isinstance(when, Relative) and isinstance(when.anchor, str) else None
        if ref is None:
            return None
        base = {self.rolling.over[step] for step in self.rolling.over if str(step).partition("@")[0] == str(ref)}
        last = self.rolling.over.get(ref) or max(base)
        calendar = self.rolling.calendar
        day = resolve(when, plan_start=self.rolling.starts, span=None, anchor=last, calendar=calendar, roll=None)
        assert day is not None  # noqa: S101  what it hangs on is over
        return rolled_day(day, self.rolling.years, calendar)[0].isoformat(), "resolved"

    def _splice(self, part: Scalar, new: str, how: str) -> tuple[Splice, Change]:
        splice = Splice(part.start, part.end, f"{part.quote}{new}{part.quote}")
        return splice, Change(self.name, part.line, part.value, new, how)


def eased(name: str, text: str, step: str, later: Callable[[WhenWritten], WhenWritten]) -> tuple[str, Change] | None:
    """The text with the deadline of a step put off, as `later` says; None where the step has none in it."""
    words = [part for part in parts(text) if isinstance(part, Scalar) and not part.key]
    written: set[KeyPath] = {("dates", step), ("dates", step, "due")}  # beside a pattern, or in a step of its own
    written |= {(*word.path[:-1], "due") for word in words if word.path[-1] == "id" and word.value == step}
    for word in words:
        if word.path in written:
            new = write_when(later(parse_written(word.value)))
            splice = Splice(word.start, word.end, f"{word.quote}{new}{word.quote}")
            return spliced(text, [splice]), Change(name, word.line, word.value, new, "eased")
    return None


def dated(name: str, text: str, step: str, was: WhenWritten, due: WhenWritten) -> tuple[str, Change] | None:
    """The text with a deadline of its own for a step of its pattern, under `dates`; None where it has no pattern."""
    words = [part for part in parts(text) if isinstance(part, Scalar)]
    keys = {(*word.path, word.value): word for word in words if word.key}
    pattern = next((word for word in words if word.path == ("pattern",) and not word.key), None)
    if pattern is None:
        return None
    new = write_when(due)
    if ("dates", step) in keys:
        splice = _first_entry(text, keys, ("dates", step), f"due: {new}")
    elif ("dates",) in keys:
        splice = _first_entry(text, keys, ("dates",), f"{step}: {new}")
    else:
        end = text.find("\n", pattern.end)
        end = len(text) if end < 0 else end
        splice = Splice(end, end, f"\ndates: {{{step}: {new}}}")
    return spliced(text, [splice]), Change(name, pattern.line, write_when(was), new, "eased")


def _first_entry(text: str, keys: Mapping[KeyPath, Scalar], mapping: KeyPath, entry: str) -> Splice:
    """An entry that comes before all others of a mapping, in whichever style that is written."""
    brace = re.compile(r"\s*:\s*\{").match(text, keys[mapping].end)
    if brace:
        return Splice(brace.end(), brace.end(), f"{entry}, ")
    first = next(word for path, word in keys.items() if path[:-1] == mapping)
    margin = " " * (first.start - text.rfind("\n", 0, first.start) - 1)
    return Splice(first.start, first.start, f"{entry}\n{margin}")
