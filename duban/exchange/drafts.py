"""An office's table on its way to a plan: read with the office's own directory, proposed, tried by `check`, written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from duban.adapters.draft_files import Written, planned, read_record, with_people, write
from duban.adapters.files import READABLE, write_atomically
from duban.adapters.pinyin import spelled
from duban.adapters.plan_folder import load_plan_file
from duban.adapters.project_files import ProjectDays, read_project
from duban.adapters.tables import read_file, read_text
from duban.adapters.workbooks_back import MOST_BYTES
from duban.adapters.yaml_models import load_model
from duban.core.days.workdays import WorkCalendar
from duban.core.planning.directory import DirectoryFile
from duban.core.problems import BadInput, Problem
from duban.core.texts import Text, english, mandarin
from duban.drafting.answers import Answers, read_answers, still_open, with_answers
from duban.drafting.documents import read_document
from duban.drafting.project_lines import TooMuch, find_project
from duban.drafting.projects import read_tasks
from duban.drafting.proposing import Facts, Known, Proposal, propose, slug
from duban.drafting.reading import Draft, NoYear, Question, read_tables
from duban.drafting.tables import Table
from duban.drafting.units import Names
from duban.exchange.fitting import Calendar, Fitted, differing, fitted, on_disk
from duban.settings import Settings
from duban.written import handed_in


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of the plan besides the table; None is taken from the table or assumed."""

    plan: str | None = None
    year: int | None = None
    document: str | None = None
    starts: date | None = None
    answers: Path | None = None


@dataclass(frozen=True, slots=True)
class Drafting:
    """A table read and what it comes to; `work` is what would be done to the files of `folder`."""

    draft: Draft
    facts: Facts
    folder: Path
    proposal: Proposal
    work: tuple[tuple[Written, str], ...]
    simple: int
    """Initiatives whose pattern does not fit, and which have plain steps."""


Check = Callable[[Settings], object]
"""Reads the bureau of settings, as `duban check` does; raises BadInput with its problems."""


def draft_table(settings: Settings, table: Path, said: Said, check: Check, calendar: Calendar) -> Drafting:
    """Read a table and propose its plan; raises BadInput where it cannot be read. Nothing is written."""
    directory = load_model(settings.directory, DirectoryFile)
    answers = (
        read_answers(read_file(said.answers.name, handed_in(said.answers, MOST_BYTES))) if said.answers else Answers()
    )
    draft, days = _read(table, said, answers, directory)
    facts = _facts(settings, table, said, draft, directory)
    folder = settings.plan.parent / facts.id
    proposal = propose(draft, facts, _known(directory), spelled, read_record(folder))
    tried, simple, content = _tried(settings, proposal, check)
    fit = Fitted(tried) if content else fitted(settings, tried, calendar)
    told = (*draft.asides, *fit.asides)
    if days is not None:
        with on_disk(settings, fit.proposal) as at:
            told = (*_other_days(days, calendar(at), facts), *told)
    asked = still_open((*draft.questions, *fit.questions), answers)
    draft = replace(draft, questions=asked, asides=tuple(dict.fromkeys(told)))
    return Drafting(draft, facts, folder, fit.proposal, tuple(planned(folder, fit.proposal)), simple)


def put_down(settings: Settings, drafting: Drafting) -> None:
    """Write the plan, and into the directory whoever it lacks."""
    people = drafting.proposal
    if people.units or people.posts:
        text = settings.directory.read_text(encoding="utf-8")
        write_atomically(
            settings.directory, with_people(text, {"posts": people.posts, "units": people.units}), READABLE
        )
    write(drafting.folder, drafting.proposal, drafting.work)


def _other_days(days: ProjectDays, calendar: WorkCalendar, facts: Facts) -> list[Question]:
    """That a project's calendar is not the bureau's, whose days count."""
    other = differing(days.works, calendar, facts.starts, facts.ends)
    if not other:
        return []
    shown = "、".join(day.isoformat() for day in other[:DAYS_SHOWN])
    why = mandarin("与本单位工作日历有{count}天不同（{shown}等），一律按本单位工作日历", count=len(other), shown=shown)
    return [Question("项目日历", why, days.name)]


DAYS_SHOWN = 5


def _read(table: Path, said: Said, answers: Answers, directory: DirectoryFile) -> tuple[Draft, ProjectDays | None]:
    content, draft, days = handed_in(table, MOST_BYTES), None, None
    try:
        if table.suffix.lower() == ".xml":
            tasks, days = read_project(table.name, content)
            draft = _of_table((tasks,), said.year, answers, directory)
        elif table.suffix.lower() != ".txt":
            draft = _of_table(read_file(table.name, content), said.year, answers, directory)
        if (draft is None or not draft.rows) and table.suffix.lower() in (".txt", ".docx"):
            draft = read_document(read_text(table.name, content), said.year, answers.texts)
    except TooMuch as error:
        raise _bad(table, "too-large", error.message, english("part it into several projects")) from None
    except NoYear:
        raise _bad(table, "no-year", english("it names no year"), english("say it: --year 2024")) from None
    if draft is None or not draft.rows:
        message = english("no header of a table of tasks was found")
        raise _bad(table, "no-tasks", message, english("see docs/commands.md for its words"))
    return draft, days


def _of_table(tables: Sequence[Table], year: int | None, answers: Answers, directory: DirectoryFile) -> Draft:
    tables = with_answers(tables, answers)
    project = next((one for one in tables if find_project(one)), None)

    def read(known: Names | None) -> Draft:
        return read_tasks(project, known or Names()) if project else read_tables(tables, year, known)

    draft = read(None)
    if _own(directory, draft):
        titles = [one.title for one in directory.units] + [one.title for one in directory.posts if project]
        draft = read(Names({title: title for title in titles}))
    return draft


def _own(directory: DirectoryFile, draft: Draft) -> bool:
    """Whether the directory is that of the office whose table it is: it knows a third of those who lead."""
    units = {unit.title for unit in directory.units}
    leads = {name for row in draft.rows for name in row.leads}
    return len(leads & units) * 3 >= len(leads)


def _bad(table: Path, id: str, message: Text, remedy: Text) -> BadInput:
    return BadInput([Problem(table.name, 0, id, message, remedy)])


def _facts(settings: Settings, table: Path, said: Said, draft: Draft, directory: DirectoryFile) -> Facts:
    heading = draft.heading[:60] or table.stem
    return Facts(
        id=said.plan or f"{slug(table.stem, spelled)}-{draft.year}",
        title=heading,
        document=said.document or draft.document or heading,
        starts=said.starts or draft.starts or draft.issued or date(draft.year, 1, 1),
        ends=draft.ends or date(draft.year, 12, 31),
        coordinator=_coordinator(settings, directory),
    )


def _coordinator(settings: Settings, directory: DirectoryFile) -> str:
    """Who coordinates the plan of the settings; the administrator where there is none yet."""
    try:
        who = load_plan_file(settings.plan).coordinator
    except BadInput:
        return directory.administrator
    return who if who in {post.id for post in directory.posts} else directory.administrator


def _known(directory: DirectoryFile) -> Known:
    return Known(
        {unit.title: unit.id for unit in directory.units},
        {group.title: group.id for group in directory.groups},
        {post.title: post.id for post in directory.posts},
    )


def _tried(settings: Settings, proposal: Proposal, check: Check) -> tuple[Proposal, int, bool]:
    """The proposal, with plain steps where a pattern is at fault; how many, and whether `check` is content."""
    faulty = set[str]()
    for _ in range(3):
        tried = _without(proposal, faulty)
        problems = _problems(settings, tried, check)
        found = _paths(problems, proposal) - faulty
        if not found:
            return tried, len(faulty), not problems
        faulty |= found
    return tried, len(faulty), False


def _without(proposal: Proposal, faulty: set[str]) -> Proposal:
    files = (replace(one, data=one.simple) if one.path in faulty else one for one in proposal.initiatives)
    return replace(proposal, initiatives=tuple(files))


def _problems(settings: Settings, proposal: Proposal, check: Check) -> Sequence[Problem]:
    with on_disk(settings, proposal) as at:
        try:
            check(at)
        except BadInput as error:
            return error.problems
    return ()


def _paths(problems: Sequence[Problem], proposal: Proposal) -> set[str]:
    """The files with a pattern that are at fault themselves, or whose pattern is: its units are not this bureau's."""
    patterns = {one.path: f"/{one.data['pattern']}.yaml" for one in proposal.initiatives if "pattern" in one.data}
    return {
        path
        for path, pattern in patterns.items()
        for problem in problems
        if problem.file.endswith(path) or f"/{problem.file}".endswith(f"patterns{pattern}")
    }
