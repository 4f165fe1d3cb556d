"""A project's tasks as initiatives with steps: summary tasks are sections and initiatives, all others their steps.

What has no counterpart in a plan is left out and named by its cell: as a question where a person must say what is meant
as an aside where what was done instead is all there is to know.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from duban.core.texts import english, mandarin
from duban.drafting import words
from duban.drafting.deadlines import Due
from duban.drafting.links import WORKING, Length, Link, month_first, read_day, read_length, read_links, read_share
from duban.drafting.naming import split_units
from duban.drafting.project_lines import Line, TooMuch, find_project, nested
from duban.drafting.reading import Draft, NoYear, Question, TaskRow
from duban.drafting.tables import Field, Table, compact, plain
from duban.drafting.tasks import Need, PlannedTask
from duban.drafting.units import Names, collective, unnamed

MOST_LINKS = 50_000
CONSTRAINTS = {key: words.expression("constraints", key) for key in words.keys("constraints")}
LOAD = re.compile(r"\[(\d+)%?\]")
TRUE = re.compile(r"是|√|true|yes|y|1|里程碑", re.IGNORECASE)
UNSAID = {
    "ALAP": mandarin("限制“越晚越好”没有对应，按前置任务排定"),
    "MSO": mandarin("限制“必须开始于”按最早启动日处理，不限制最晚开始"),
    "SNLT": mandarin("限制“不得晚于某日开始”没有对应，未列入"),
    "FNET": mandarin("限制“不得早于某日完成”没有对应，未列入"),
}


def read_tasks(table: Table, names: Names) -> Draft:
    """The tasks of a project as rows, each an initiative with the tasks below it; raises NoYear without any day."""
    found = find_project(table)
    assert found is not None, table  # noqa: S101  who calls it has looked
    return _Reader(table, *found, names).draft()


class _Reader:
    """How one project is read."""

    def __init__(self, table: Table, below: int, columns: Mapping[str, int], names: Names) -> None:
        self._names = names
        self._questions = list[Question]()
        self._asides = list[Question]()
        self._above = [plain(cell.text) for row in table.rows[: below - 1] for cell in row] + list(table.beside)
        rows = [{key: row[place] for key, place in columns.items()} for row in table.rows[below:]]
        rows = [row for row in rows if compact(row["title"].text)]
        days = (row[key].text for row in rows for key in ("starts", "finishes", "deadline") if key in row)
        self._month_first = month_first(days)
        self._lines = list(nested([row for row in rows if not self._left_out(row)]))
        self._all = [self._lines[0]] if self._rooted() else []
        self._by_id = {line.text("uid") or str(line.place): line for line in reversed(self._lines)}
        self._by_wbs = {line.text("wbs"): line for line in reversed(self._lines) if line.text("wbs")}
        self._by_title = {compact(line.title): line for line in reversed(self._lines)}
        self._name()
        for line in self._lines:
            line.links = tuple(self._known_links(line))
        self._leaves = {line.place: list(line.leaves()) for line in self._lines}
        self._waited: dict[int, list[Line]] = {}
        self._open_circles()
        self._homes: dict[int, str] = {}

    def draft(self) -> Draft:
        """What was read."""
        groups = self._groups()
        for home, (_, _, lines) in groups.items():
            self._homes |= {line.place: home for line in lines}
        rows = [self._initiative(home, *group) for home, group in groups.items()]
        days = [day for row in rows for task in row.tasks for day in (task.starts, task.due) if day]
        if not days:
            raise NoYear
        return Draft(
            min(days).year,
            tuple(rows),
            tuple(dict.fromkeys(self._questions)),
            self._names,
            {},
            self._heading(),
            starts=min(days),
            ends=max(days),
            asides=tuple(dict.fromkeys(self._asides)),
        )

    def _heading(self) -> str:
        tops = [line for line in self._lines if line.above is None]
        if len(tops) == 1 and tops[0].parts:
            return tops[0].title
        return next((text for text in self._above if text), "")

    # Lines and their nesting

    def _left_out(self, row: Mapping[str, Field]) -> bool:
        out = "out" in row and bool(TRUE.fullmatch(compact(row["out"].text)))
        if out:
            self._asides.append(Question(row["title"].place, mandarin("任务已停用，未列入")))
        return out

    def _rooted(self) -> bool:
        """Whether the first line stands for the whole project."""
        tops = [line for line in self._lines if line.above is None]
        return len(tops) == 1 and bool(tops[0].parts) and any(part.parts for part in tops[0].parts)

    def _path(self, line: Line) -> list[Line]:
        """The summary tasks above it, from the top, without that of the whole project."""
        path = list[Line]()
        above = line.above
        while above is not None and above not in self._all:
            path.insert(0, above)
            above = above.above
        return path

    def _groups(self) -> dict[str, tuple[str, Line, list[Line]]]:
        """Initiatives by section and title: the section, the line they are called by, and their own tasks."""
        leaves = [line for line in self._lines if not line.parts]
        deep = any(len(self._path(line)) > 1 for line in leaves)
        found: dict[tuple[int, ...], tuple[list[Line], list[Line]]] = {}
        for line in leaves:
            path = self._path(line)
            own = path[: 2 if deep else 1] if path else [line]
            found.setdefault(tuple(one.place for one in own), (own, []))[1].append(line)
        names: Counter[str] = Counter()
        groups = {}
        for path, lines in found.values():
            section = path[0].title.replace("/", "／") if deep and path[0].parts else ""
            home = f"{section}/{path[-1].title}"
            names[home] += 1
            groups[f"{home}#{names[home]}" if names[home] > 1 else home] = (section, path[-1], lines)
        return groups

    def _name(self) -> None:
        """Ids of steps by the program's own numbers, so that they stay when a task is moved or renamed."""
        taken: Counter[str] = Counter()
        for line in self._lines:
            number = re.sub("[^a-z0-9]+", "-", line.text("uid").lower()).strip("-")[:40]
            taken[number] += 1
            if number and taken[number] > 1:
                self._ask(line, "uid", mandarin("标识号重复，前置任务按第一个理解"), line.text("uid"))
            line.id = f"task-{number}" if number and taken[number] == 1 else f"row-{line.place}"

    # Links

    def _ask(self, line: Line, key: str, why: str, says: str = "") -> None:
        self._questions.append(Question(line.cell(key), why, says))

    def _note(self, line: Line, key: str, why: str, says: str = "") -> None:
        self._asides.append(Question(line.cell(key), why, says))

    def _other(self, who: str) -> Line | None:
        return self._by_id.get(who) or self._by_wbs.get(who) or self._by_title.get(who)

    def _known_links(self, line: Line) -> Iterator[Link]:
        """The links that have a counterpart here."""
        for link in read_links(line.row["links"].text):
            other = self._other(link.who)
            if other is None:
                self._ask(line, "links", mandarin("前置任务不在本文件内，未列入"), link.says)
            elif line in (other, *self._path(other)) or other in self._path(line):
                self._ask(line, "links", mandarin("前置任务是本身或其上下级，未列入"), link.says)
            elif link.kind in ("FF", "SF"):
                self._ask(line, "links", mandarin("{link}没有对应写法，未列为前置", link=LINKED[link.kind]), link.says)
            else:
                yield self._counted(line, link)

    def _counted(self, line: Line, link: Link) -> Link:
        """The link with a lag that has a counterpart."""
        if link.kind == "SS":
            self._note(line, "links", mandarin("开始—开始（SS）关联按“前置启动后即可启动”处理"), link.says)
        if link.ahead:
            self._ask(line, "links", mandarin("提前量（负延隔）没有对应写法，按无提前处理"), link.says)
            return replace(link, lag=None)
        if link.share:
            self._ask(line, "links", mandarin("按百分比的延隔没有对应写法，按无延隔处理"), link.says)
        return link

    def _ends(self, line: Line) -> list[Line]:
        """What must be over for a task to be over: of a summary task those that no other one within it waits for."""
        if line.place not in self._waited:
            self._waited[line.place] = self._last(line)
        return self._waited[line.place]

    def _last(self, line: Line) -> list[Line]:
        leaves = self._leaves[line.place]
        inside = {one.place for one in leaves}
        waited = {end.place for one in leaves for link in one.links for end in self._within(link, inside)}
        return [one for one in leaves if one.place not in waited] or leaves

    def _within(self, link: Link, inside: set[int]) -> Iterator[Line]:
        other = self._other(link.who)
        if other is not None:
            yield from (one for one in self._leaves[other.place] if one.place in inside)

    def _links_of(self, line: Line) -> Iterator[Link]:
        """The links of a task, and of the summary tasks above it in which it waits for no other."""
        yield from line.links
        waited = {
            one.place for link in line.links if (other := self._other(link.who)) for one in self._leaves[other.place]
        }
        above = line.above
        while above is not None and not waited & {one.place for one in self._leaves[above.place]}:
            yield from above.links
            above = above.above

    def _open_circles(self) -> None:
        """Leave out every link that closes a circle, and ask about it; raises TooMuch."""
        if sum(len(self._before(line)) for line in self._lines if not line.parts) > MOST_LINKS:
            raise TooMuch(english("its tasks wait for more than {count} others in all", count=MOST_LINKS))
        done: set[int] = set()
        for line in self._lines:
            if not line.parts:
                self._walk(line, done)

    def _walk(self, first: Line, done: set[int]) -> None:
        """Depth first without recursion; what is on the way must not be reached again."""
        way = {first.place: iter(self._before(first))} if first.place not in done else {}
        while way:
            place = next(reversed(way))
            step = next(way[place], None)
            if step is None:
                done.add(place)
                del way[place]
                continue
            holder, link, other = step
            if other.place in way and link in holder.links:
                holder.links = tuple(one for one in holder.links if one is not link)
                self._ask(holder, "links", mandarin("前置任务互为循环，未列入"), link.says)
            elif other.place not in done and other.place not in way:
                way[other.place] = iter(self._before(other))

    def _before(self, line: Line) -> list[tuple[Line, Link, Line]]:
        found, above = list[tuple[Line, Link, Line]](), line
        while True:
            for link in above.links:
                other = self._other(link.who)
                found += [(above, link, one) for one in self._leaves[other.place]] if other else []
            if above.above is None:
                return found
            above = above.above

    # Tasks and initiatives

    def _initiative(self, home: str, section: str, head: Line, lines: list[Line]) -> TaskRow:
        tasks = tuple(self._task(line) for line in lines)
        owners = Counter(task.owner for task in tasks if task.owner)
        own = self._who(head) if head.parts else []
        leads = own[:1] or [name for name, _ in owners.most_common(1)]
        if not leads:
            self._ask(head, "who" if "who" in head.row else "title", mandarin("没有写明由谁负责"), "")
        elif not own:
            self._note(head, "title", mandarin("按其下任务最多的单位定牵头：{leads}", leads=leads[0]))
        others = [*own[1:], *owners, *(name for task in tasks for name in task.others)]
        return TaskRow(
            cell=head.cell(),
            title=head.title,
            number=head.text("wbs") or None,
            section=section or None,
            leads=tuple(leads),
            supports=tuple(name for name in dict.fromkeys(others) if name not in leads),
            person=None,
            supervisor=None,
            due=Due(""),
            result=None,
            detail=None,
            table="",
            tasks=tasks,
            home=home,
        )

    def _task(self, line: Line) -> PlannedTask:
        who = self._who(line)
        self._set_aside(line)
        needs = tuple(self._needs(line))
        length = self._counted_from(needs, self._length(line))
        milestone = bool(TRUE.fullmatch(line.text("milestone"))) or (length is not None and length.days == 0)
        if milestone and not needs:
            self._note(line, "title", mandarin("里程碑没有前置任务，按办理事项处理"))
        finishes, deadline = self._day(line, "finishes"), self._deadline(line)
        title = "：".join([*(one.title for one in self._path(line)[2:]), line.title])
        return PlannedTask(
            id=line.id,
            cell=line.cell(),
            title=title,
            milestone=milestone and bool(needs),
            length=length or Length(1),
            starts=self._day(line, "starts"),
            earliest=self._earliest(line, needs),
            due=deadline or finishes,
            firm=deadline is not None,
            owner=who[0] if who else "",
            others=tuple(who[1:]),
            needs=needs,
        )

    def _set_aside(self, line: Line) -> None:
        """What a task says that a plan does not hold."""
        if share := read_share(line.text("percent")):
            self._note(line, "percent", mandarin("已有完成进度，计划不记进度：启用后请按实际补录"), f"{share}%")
        if calendar := line.text("calendar"):
            self._note(line, "calendar", mandarin("任务另有日历，未采用，按本单位工作日历"), calendar)
        for load in LOAD.finditer(line.text("who")):
            if load[1] != "100":
                self._note(line, "who", mandarin("资源投入比例没有对应，未列入"), load[0])

    def _length(self, line: Line) -> Length | None:
        text = line.text("duration")
        length = read_length(text) if text else None
        if text and length is None:
            self._ask(line, "duration", mandarin("工期读不出，暂按1个工作日"), text)
        if length is not None or text:
            return length
        starts, finishes = self._day(line, "starts"), self._day(line, "finishes")
        if starts and finishes and starts <= finishes:
            days = sum((starts.toordinal() + n) % 7 not in (6, 0) for n in range((finishes - starts).days + 1))
            self._note(line, "title", mandarin("没有工期，按起止日期之间的周一至周五计"))
            return Length(max(days, 1), WORKING)
        self._ask(line, "title", mandarin("没有工期，暂按1个工作日"))
        return None

    def _counted_from(self, needs: Sequence[Need], length: Length | None) -> Length | None:
        """The length as it is counted here: the day a task opens on counts for none, one it follows on has ended."""
        follows = any(not need.begun for need in needs)
        return length if length is None or follows or length.days < 2 else replace(length, days=length.days - 1)

    def _day(self, line: Line, key: str) -> date | None:
        text = line.text(key)
        if not text or text.upper() in ("NA", "N/A", "不详", "无"):
            return None
        day = read_day(line.row[key].text, month_first=self._month_first)
        if day is None:
            self._ask(line, key, mandarin("日期读不出或有歧义，请写成2024-06-30的样子"), text)
        return day

    def _constraint(self, line: Line) -> str:
        text = line.text("constraint")
        return next((key for key, said in CONSTRAINTS.items() if text == key or said.fullmatch(text)), "")

    def _deadline(self, line: Line) -> date | None:
        constraint = self._constraint(line)
        if constraint in UNSAID:
            self._note(line, "constraint", UNSAID[constraint])
        set_on = self._day(line, "constrained") if constraint in ("MFO", "FNLT") else None
        days = [day for day in (self._day(line, "deadline"), set_on) if day]
        return min(days, default=None)

    def _earliest(self, line: Line, needs: Sequence[Need]) -> date | None:
        """The day it may not start before: what waits for nothing starts as planned."""
        if self._constraint(line) in ("SNET", "MSO"):
            return self._day(line, "constrained")
        return None if needs else self._day(line, "starts")

    def _needs(self, line: Line) -> Iterator[Need]:
        for link in dict.fromkeys(self._links_of(line)):
            other = self._other(link.who)
            if other is None or link.kind not in ("FS", "SS"):
                continue
            for end in self._ends(other) if link.kind == "FS" else self._leaves[other.place][:1]:
                yield Need(self._homes[end.place], end.id, end.title, begun=link.kind == "SS", lag=link.lag)

    def _who(self, line: Line) -> list[str]:
        """Who does a task; whoever the office does not know is asked about."""
        names = list(split_units(LOAD.sub("", line.row["who"].text))) if "who" in line.row else []
        for name in names:
            if unnamed(name) or collective(name):
                self._ask(line, "who", mandarin("“{name}”未点名", name=name), name)
            elif self._names.known and name not in self._names.known:
                self._ask(line, "who", mandarin("“{name}”不在单位名录内", name=name), name)
        return names


LINKED = {"FF": mandarin("完成—完成（FF）关联"), "SF": mandarin("开始—完成（SF）关联")}
