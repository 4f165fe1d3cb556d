"""A whole table read: its tasks with section, units and deadline, and every question that only a person can answer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from duban.core.texts import mandarin
from duban.drafting import words
from duban.drafting.days import DueKind
from duban.drafting.deadlines import Due, read_due
from duban.drafting.headers import Header, Role, find_header
from duban.drafting.naming import Named, left_open, read_units
from duban.drafting.tables import Field, Table, compact, lone, plain, shown, spoken, worded
from duban.drafting.tasks import PlannedTask
from duban.drafting.units import Names, collective, read_names, unnamed

NOBODY = Named((), ())
SAME = ("〃", "同上", "″", "〞", "//", "同前")
FOOT, HEADING = words.expression("headings", "note"), words.expression("headings", "title")
TOTAL = words.expression("headings", "total")
UNTITLED = re.compile(r"^(?:T\d+|[Ss]heet\s?\d*|工作表\s?\d*|)$")
CHAPTER_NUMBER = re.compile(r"[一二三四五六七八九十]+[、.]?|\([一二三四五六七八九十]+\)")
CONTINUED = re.compile(r"[（(]续[表）)]?[）)]?$|[（(]续[）)]")
LONGEST_HEADING = 60
DOCUMENT = re.compile(r"[\u4e00-\u9fff]{1,10}〔20\d\d〕\d+号")
SUB = re.compile(r"^[（(][一二三四五六七八九十]+[）)]")
NUMBERED = re.compile(r"^[（(]?(\d{1,3}(?:\.\d{1,2})*)[）)]?[.、．](?!\d)")
BARE = re.compile(r"(?:率|比例|占比|数量|人数|金额|总额|面积|规模|件数|次数)$")
MEASURED = re.compile(r"\d|[一二三四五六七八九十]成|翻番|倍")
YEAR, BARE_YEAR = re.compile(r"(20\d\d)年"), re.compile(r"(?<!\d)(20[1-4]\d)(?!\d)")
PERIOD = re.compile(r"(?:第?[一二三四]季度|[上下]半年|\d{1,2}月)")
MONTHS = 12
TICK = re.compile(r"^[√✓✔●★○*]$")
FIRST_LEADS = re.compile(
    r"(?:第一位|首位|第一个|首个|排名?第一|排在?最?前)[^。；;]{0,16}牵头|牵头[^。；;]{0,8}(?:第一位|首位)"
)
"""How a note says that of several units the first leads."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person must say, and the cell it is about. `says` is the part of the cell that is meant, or empty."""

    cell: str
    why: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task as in the table: `section` is 上级/下级, `cell` that of its title, `places` the cells of the rest."""

    cell: str
    title: str
    number: str | None
    section: str | None
    leads: tuple[str, ...]
    supports: tuple[str, ...]
    person: str | None
    supervisor: str | None
    due: Due
    result: str | None
    detail: str | None
    table: str
    places: Mapping[Role, str] = field(default_factory=dict)
    sentence: str | None = None
    """The sentence it comes from, in a document that is no table."""
    parts: int = 1
    """What that sentence undertakes in all."""
    tasks: tuple[PlannedTask, ...] = ()
    """Its own tasks, where it is one of a project."""
    home: str = ""
    """By what those of other initiatives wait for its tasks."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was read: the tasks, the questions, the year it is about, the units lists named."""

    year: int
    rows: tuple[TaskRow, ...]
    questions: tuple[Question, ...]
    names: Names
    mapping: Mapping[str, Mapping[Role, tuple[str, ...]]]
    """By table, which headers were taken for what."""
    heading: str = ""
    """What the table is called."""
    document: str = ""
    """The number of the document (文号), where it says one."""
    issued: date | None = None
    """The day of the document (成文日期), where it says one."""
    starts: date | None = None
    ends: date | None = None
    """The first and last day, where it is a project's."""
    asides: tuple[Question, ...] = ()
    """What was read otherwise than it is written, without a question."""


@dataclass(slots=True)
class _Reader:
    """How one document is read: what goes on from table to table."""

    year: int
    names: Names
    notes: str
    chapter: str = ""
    part: str = ""
    header: Header | None = None
    above: dict[Role, Named] = field(default_factory=dict)
    rows: list[TaskRow] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    mapping: dict[str, Mapping[Role, tuple[str, ...]]] = field(default_factory=dict)


def read_tables(tables: Sequence[Table], year: int | None = None, known: Names | None = None) -> Draft:
    """Read the tasks of a workbook or document; `year` where it does not say one itself, `known` the office's units."""
    listed, lists = read_names(tables)
    names = Names({**(known.known if known else {}), **listed.known}, listed.sorts + (known.sorts if known else ()))
    tasks = [table for table in tables if table.name not in lists]
    notes = "\n".join(compact(line) for table in tasks for line in _notes(table))
    reader = _Reader(year or _year_of(tasks, notes), names, notes)
    for table in tasks:
        _read_table(reader, table, several=len(tasks) > 1)
    lines = [spoken(line) for table in tasks for line in _notes(table)]
    document = next((hit[0] for line in lines if (hit := DOCUMENT.search(line))), "")
    rows, questions = tuple(reader.rows), tuple(reader.questions)
    return Draft(reader.year, rows, questions, names, reader.mapping, _called(lines), document)


def _called(lines: Sequence[str]) -> str:
    """What a table is called: the first line that sounds like it, else the first."""
    short = [line for line in lines if len(line) <= LONGEST_HEADING]
    named = [line for line in short if HEADING.fullmatch(re.sub(r"\(.*?\)", "", line))]
    with_year = (line for line in named if BARE_YEAR.search(line))
    return next(with_year, "") or next(iter(named or lines), "")


def _year_of(tables: Sequence[Table], notes: str) -> int:
    """The year that the heading names, else the one named most."""
    named = YEAR.findall(plain(notes)) or BARE_YEAR.findall(notes)
    if named:
        return int(named[0])
    all_named = YEAR.findall("".join(plain(cell.text) for table in tables for row in table.rows for cell in row))
    all_named = all_named or BARE_YEAR.findall(" ".join(c.text for table in tables for row in table.rows for c in row))
    if not all_named:
        raise NoYear
    return int(max(set(all_named), key=lambda one: (all_named.count(one), one)))


class NoYear(ValueError):
    """The table names no year."""


def _notes(table: Table) -> Iterator[str]:
    """The lines above the header, below the tasks and around the table."""
    yield from table.beside
    header = find_header(table)
    for place, row in enumerate(table.rows):
        one = lone(row)
        if one is not None and (header is None or place < header.below or FOOT.match(spoken(one.text))):
            yield one.text


def _read_table(reader: _Reader, table: Table, *, several: bool) -> None:
    if several and not UNTITLED.match(table.name):  # sheets of one workbook, each with its own part
        reader.chapter, reader.part = table.name, ""
    header = find_header(table)
    if header is None:  # a page's continuation, without its header
        if reader.header is None or not table.rows or len(table.rows[0]) != len(reader.header.names):
            return
        header = replace(reader.header, below=0)
    reader.header, reader.above = header, {}
    reader.mapping[table.name] = {
        role: tuple(header.names[column] for column in columns) for role, columns in header.columns.items()
    }
    for row in table.rows[header.below :]:
        _read_row(reader, table, header, row)


def _read_row(reader: _Reader, table: Table, header: Header, row: Sequence[Field]) -> None:
    cells = shown(row)
    if not cells or [spoken(cell.text) for cell in row if cell.text] == [name for name in header.names if name]:
        return
    one = lone(row)
    if one is not None and (one.columns > 1 or one.address == row[0].address or FOOT.match(spoken(one.text))):
        _heading(reader, one.text)
        return
    if chapter := _numbered_chapter(header, row):
        _heading(reader, chapter)
        return
    if any(TOTAL.match(spoken(cell.text)) for cell in row[:2]) or _header_again(header, row):
        return
    _task(reader, table, header, row)


def _numbered_chapter(header: Header, row: Sequence[Field]) -> str:
    """A chapter whose number stands in a column of its own: 一 | 经济发展."""
    own, cells = header.column(Role.NUMBER), shown(row)
    if own is None or len(cells) != 2 or not CHAPTER_NUMBER.fullmatch(plain(row[own].text)):
        return ""
    number, name = (compact(cell.text) for cell in cells)
    return f"{number}{'' if number[-1] in '）)、' else '、'}{name}"


def _header_again(header: Header, row: Sequence[Field]) -> bool:
    """Whether the row repeats most of the header, as at the top of a page."""
    same = sum(spoken(cell.text) == name for cell, name in zip(row, header.names, strict=True) if name)
    return same * 2 > sum(1 for name in header.names if name)


def _heading(reader: _Reader, text: str) -> None:
    """A row that is no task: a chapter, a part of one, or a note."""
    name = CONTINUED.sub("", worded(text))
    if FOOT.match(spoken(name)) or TOTAL.match(name):
        return
    if SUB.match(name) and reader.chapter and not SUB.match(reader.chapter):
        reader.part = name
    else:
        reader.chapter, reader.part = name, ""


def _task(reader: _Reader, table: Table, header: Header, row: Sequence[Field]) -> None:
    column, own = header.columns[Role.TITLE][0], header.column(Role.NUMBER)
    number, title = _numbered(row[column].text)
    above = reader.rows[-1] if reader.rows else None
    if not title and above is None:
        return
    if not title and above is not None:
        number, title = above.number, above.title
        reader.questions.append(Question(row[column].place, mandarin("任务名称为空，暂按上一行“{title}”", title=title)))
    elif own is not None:
        number = compact(row[own].text) or None
    places = {role: row[columns[0]].place for role, columns in header.columns.items()}
    leads, supports = _units(reader, header, row)
    due = _due(reader, header, row, title)
    task = TaskRow(
        row[column].place,
        title,
        number,
        _section(reader, header, row),
        leads,
        supports,
        _joined(header, row, Role.PERSON),
        _joined(header, row, Role.SUPERVISOR),
        due,
        _joined(header, row, Role.RESULT),
        _joined(header, row, Role.DETAIL),
        table.name,
        places,
    )
    reader.rows.append(task)
    reader.questions += dict.fromkeys(_questions(reader, header, row, task))


def _numbered(text: str) -> tuple[str | None, str]:
    """The number that stands in the cell of the task itself, and the task without it."""
    title = worded(text).rstrip("。；;")
    hit = NUMBERED.match(plain(title))
    return (hit[1], NUMBERED.sub("", title, count=1)) if hit else (None, title)


def _section(reader: _Reader, header: Header, row: Sequence[Field]) -> str | None:
    column = header.column(Role.SECTION)
    if column is not None:
        reader.chapter, reader.part = CONTINUED.sub("", worded(row[column].text)) or reader.chapter, ""
    return "/".join(filter(None, (reader.chapter, reader.part))) or None


def _joined(header: Header, row: Sequence[Field], role: Role) -> str | None:
    texts = [worded(row[column].text).rstrip("。；;") for column in header.columns.get(role, ())]
    return "".join(text for text in dict.fromkeys(texts) if text not in ("", "—", "-", "/", "无")) or None


def _units(reader: _Reader, header: Header, row: Sequence[Field]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who leads and who supports; of a single column of units the first leads where a note says so, else all do."""
    own = _named(reader, header, row, Role.UNITS)
    first, others = _named(reader, header, row, Role.LEAD), _named(reader, header, row, Role.SUPPORT)
    supports = others.leads + others.others
    if Role.UNITS not in header.columns:
        leads = first.leads or first.others
        rest = first.others if first.leads else ()
    elif own.leads or not FIRST_LEADS.search(plain(reader.notes + "".join(header.texts))):
        leads, rest = own.leads or own.others, own.others if own.leads else ()
    else:
        leads, rest = own.others[:1], own.others[1:]
    return leads, tuple(name for name in dict.fromkeys(rest + supports) if name not in leads)


def _named(reader: _Reader, header: Header, row: Sequence[Field], role: Role) -> Named:
    """Who the cells of a role name; 同上, and a blank where a note says so, mean who was named above."""
    leads, others = list[str](), list[str]()
    for column in header.columns.get(role, ()):
        text = row[column].text
        again = compact(text) in SAME or (not compact(text) and _blank_is_same(reader.notes))
        named = reader.above.get(role, NOBODY) if again else read_units(text)
        leads += named.leads
        others += named.others
    named = Named(tuple(dict.fromkeys(leads)), tuple(dict.fromkeys(others)))
    reader.above[role] = named
    return named


def _blank_is_same(notes: str) -> bool:
    return bool(re.search(r"(?:空白|空格|未填|空着)[^。；;]{0,10}(?:同上|与上|上一)", plain(notes)))


def _due(reader: _Reader, header: Header, row: Sequence[Field], title: str) -> Due:
    """The deadline: of its column, of columns for quarters or months, else of the task itself."""
    columns = header.columns.get(Role.DUE, ())
    if not columns:
        return read_due(title, reader.year, within=True)
    told = [(header.names[column], row[column].text.strip()) for column in columns if row[column].text.strip()]
    periods = [(PERIOD.search(name), text) for name, text in told]
    if len(columns) > 1 and any(period for period, _ in periods):
        if len(periods) == MONTHS and all(period and TICK.match(text) for period, text in periods):
            return read_due("每月", reader.year)
        marked = "；".join(f"{period[0]}{TICK.sub('', text)}" for period, text in periods if period)
        return read_due(marked, reader.year)
    return read_due("\n".join(text for _, text in told), reader.year)


def _questions(reader: _Reader, header: Header, row: Sequence[Field], task: TaskRow) -> Iterator[Question]:
    due_cell = task.places.get(Role.DUE, task.cell)
    yield from (Question(due_cell, doubt, task.due.text) for doubt in task.due.doubts)
    yield from _about_leads(reader, header, task)
    cell = task.places.get(Role.SUPPORT) or task.places.get(Role.UNITS, task.cell)
    for role in (Role.LEAD, Role.UNITS, Role.SUPPORT):
        open_cells = (row[column] for column in header.columns.get(role, ()) if left_open(row[column].text))
        yield from (Question(one.place, mandarin("“等”之后未列全")) for one in open_cells)
    yield from (Question(cell, why, name) for name in task.supports if (why := _doubt(reader, name)))
    if BARE.search(task.title) and not MEASURED.search(plain(task.title)) and not task.result:
        yield Question(task.cell, mandarin("只有指标名，没有目标值"))
    yield from _conflicts(reader, header, row, task)


def _about_leads(reader: _Reader, header: Header, task: TaskRow) -> Iterator[Question]:
    role = Role.LEAD if Role.LEAD in header.columns else Role.UNITS
    cell, column = task.places.get(role, task.cell), header.column(role)
    if not task.leads:
        yield Question(
            cell,
            mandarin("没有责任单位一栏") if column is None else mandarin("{column}为空", column=header.names[column]),
        )
    for name in task.leads:
        why = mandarin("牵头的是“{name}”，不是一个单位", name=name) if collective(name) else _doubt(reader, name)
        if why:
            yield Question(cell, why, name)


def _doubt(reader: _Reader, name: str) -> str:
    """Why a person should say who that is; empty where it is known."""
    if unnamed(name):
        return mandarin("“{name}”未点名", name=name)
    if not reader.names.unknown(name):
        return ""
    near = reader.names.nearest(name)
    if collective(name):
        return mandarin("“{name}”不在单位名录内，需明确由谁代表", name=name)
    if near:
        return mandarin("“{name}”不在单位名录内，疑为{near}", name=name, near=near)
    return mandarin("“{name}”不在单位名录内", name=name)


def _conflicts(reader: _Reader, header: Header, row: Sequence[Field], task: TaskRow) -> Iterator[Question]:
    """Days that a remark or the measures name, and that the deadline contradicts."""
    if not task.due.dates or task.due.kind in (DueKind.MONTHLY, DueKind.QUARTERLY) or Role.DUE not in header.columns:
        return
    last = task.due.dates[-1]
    for role in (Role.REMARK, Role.DETAIL):
        for column in header.columns.get(role, ()):
            said = read_due(row[column].text, reader.year, within=True)
            if said.kind in (DueKind.MONTHLY, DueKind.QUARTERLY) or not said.dates:
                continue
            if said.dates[-1] > last or (role is Role.REMARK and said.dates[-1] not in task.due.dates):
                why = mandarin("写“{text}”，与完成时限“{due}”不一致", text=said.text, due=task.due.text)
                yield Question(row[column].place, why, said.text)
