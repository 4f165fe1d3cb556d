"""`duban check`: every file of a plan, and what is wrong with it, from what has happened where a ledger tells."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from rich.markup import escape
from rich.table import Table

from duban.adapters.delivery.checked import channel_problems, literal_secrets
from duban.cli.exits import Exit, foreseen
from duban.cli.language import Lang, said
from duban.cli.output import console, print_json
from duban.core.checking.check_answers import check_absences, check_answers
from duban.core.checking.check_force import check_names, check_remarks, check_told
from duban.core.checking.feasibility import UnderWay
from duban.core.deciding.office import Office
from duban.core.planning.coverage import Covered
from duban.core.planning.plan import Initiative
from duban.core.problems import BadInput, Problem
from duban.core.texts import english, listed
from duban.settings import Settings, load_settings

if TYPE_CHECKING:
    from duban.adapters.yaml_files import Loaded

ReadBureau = tuple[Office, Sequence[Covered]]
"""The bureau, and what of its document is covered."""

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def check(
    plan: Annotated[
        Path | None, typer.Argument(metavar="[PLAN_FOLDER]", help="Folder of a plan instead of the settings' one.")
    ] = None,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Read every file of a plan and name all problems, with file and line."""
    from duban.adapters.still_to_say import still_to_say  # noqa: PLC0415  other commands here need not load it
    from duban.adapters.wording_trial import unsaid  # noqa: PLC0415  as above

    settings = load_settings()
    settings = replace(settings, plan=plan) if plan else settings
    asked = _asked(settings, wake=False)
    read, problems = _read_from(settings, asked.begun)
    problems += channel_problems(settings.directory, settings.variables, settings.channels.timeout)
    warnings = [*still_to_say(settings.plan, settings.directory, settings.calendar)]
    warnings += [*literal_secrets(settings.file.parent), *unsaid(settings.notices)]
    if read is not None:
        problems += asked.names
        warnings += check_remarks(read[0].policy)
    if as_json:
        told = {"warnings": _as_data(warnings), "ledger": asked.unasked or None}
        print_json(_report(settings, read, problems) | told)
    else:
        _show(read, asked, problems, warnings)
    raise typer.Exit(Exit.BAD_INPUT if problems else Exit.FINE)


def read_files(settings: Settings) -> tuple[Office | None, list[Problem]]:
    """The bureau where its files can be used, and the problems of all files; a stopped stack is woken to be asked."""
    read, problems = _read_from(settings, _asked(settings, wake=True).begun)
    return (read[0] if read else None), problems


class Asked(NamedTuple):
    """What the ledger told: what has happened, and names that nobody bears any more; `unasked` is why it told nothing.

    Empty where it told what has happened.
    """

    begun: UnderWay | None = None
    names: tuple[Problem, ...] = ()
    unasked: str = ""


ASLEEP = english(
    "the ledger was not looked at, for its stack is stopped, and the files were checked by themselves: start it with "
    "duban up and check again; duban diff wakes it for as long as it looks"
)
UNAPPLIED = english("no plan has been applied yet: the files were checked by themselves, not from what has happened")


def _asked(settings: Settings, *, wake: bool) -> Asked:
    """Ask the ledger, where there is one that can be asked; that of a stopped stack only to `wake` it."""
    from duban.cli.opening import asleep, engine, found  # noqa: PLC0415  other commands here need no ledger
    from duban.wiring import unborn, under_way  # noqa: PLC0415  as above

    try:
        if not wake and asleep(settings):
            return Asked(unasked=ASLEEP)
        with found(settings) as (at, stack):
            if unborn(at):
                return Asked(unasked=UNAPPLIED)
            with engine(at, stack) as opened:
                office, begun = opened.service.office, under_way(opened.service)
                names = check_names(office.plan, office.directory, opened.service.owners())
                return Asked(begun, tuple(names), "" if begun else UNAPPLIED)
    except Exception as error:
        if (end := foreseen(error)) is None:
            raise
        why = english("files that it needs cannot be used") if end[0] is Exit.BAD_INPUT else end[1]
        return Asked(unasked=english("the ledger was not looked at: {why}", why=why))


def _read_from(settings: Settings, begun: UnderWay | None) -> tuple[ReadBureau | None, list[Problem]]:
    from duban.adapters.papers import paper_problems  # noqa: PLC0415  other commands here need not load it
    from duban.adapters.wording import Wording  # noqa: PLC0415  as above
    from duban.adapters.wording_trial import failing  # noqa: PLC0415  as above
    from duban.wiring import load_bureau, load_profile  # noqa: PLC0415  as above

    def with_coverage() -> ReadBureau:
        office, loaded = load_bureau(settings, begun)
        unanswered.extend(_placed(loaded, one) for one in check_answers(office.plan, office.directory))
        unanswered.extend(check_absences(office.plan, office.directory, office.calendar))
        return office, loaded.coverage

    bureau: list[ReadBureau] = []
    problems: list[Problem] = []
    unanswered: list[Problem] = []
    readers: tuple[Callable[[], object], ...] = (
        lambda: bureau.append(with_coverage()),
        lambda: problems.extend(failing(Wording(settings.notices), settings.notices)),
        lambda: load_profile(settings),
    )
    for read in readers:
        try:
            read()
        except BadInput as error:
            problems += error.problems
    problems += paper_problems(settings.papers)
    if bureau:
        problems += [*check_told(bureau[0][0].policy), *unanswered]
    return (bureau[0] if bureau else None), problems


def _placed(loaded: "Loaded", problem: Problem) -> Problem:
    file, line = loaded.written[problem.file].place(problem.location)
    return replace(problem, file=file, line=line)


def _report(settings: Settings, read: ReadBureau | None, problems: list[Problem]) -> dict[str, object]:
    office = read[0] if read else None
    initiatives = list(office.plan.initiatives.values()) if office else []
    return {
        "plan": office.plan.id if office else settings.plan.name,
        "initiatives": len(initiatives) if office else None,
        "steps": sum(len(initiative.steps) for initiative in initiatives) if office else None,
        "cross_dependencies": sum(len(initiative.upstream) for initiative in initiatives) if office else None,
        **_covered(read[1] if read else ()),
        "provisional_years": provisional(office) if office else None,
        "problems": _as_data(problems),
    }


def _as_data(problems: Sequence[Problem]) -> list[dict[str, object]]:
    return [
        {"file": p.file, "line": p.line or None, "id": p.id, "message": p.message, "remedy": p.remedy} for p in problems
    ]


def _covered(sentences: Sequence[Covered]) -> dict[str, dict[str, int] | None]:
    """How many sentences and undertakings of the document are covered; null where there is none to judge by."""
    taken = [by for one in sentences for by in one.undertakings.values()]
    return {
        "sentences": _share([one.initiatives for one in sentences]) if sentences else None,
        "undertakings": _share(taken) if sentences else None,
    }


def _share(each: Sequence[Sequence[str]]) -> dict[str, int]:
    return {"covered": sum(map(bool, each)), "total": len(each)}


def provisional(office: Office) -> list[int]:
    """Years of the plan whose holidays are not announced yet."""
    years = range(office.plan.starts.year, office.plan.ends.year + 1)
    return [year for year in years if year in office.calendar.provisional_years]


def _show(read: ReadBureau | None, asked: Asked, problems: list[Problem], warnings: list[Problem]) -> None:
    out = console()
    if read is not None:
        office, sentences = read
        out.print(_table(list(office.plan.initiatives.values())))
        if sentences:
            out.print("", _coverage_table(sentences))
        for year in provisional(office):
            out.print(
                said(english("holidays of {year} are not announced yet: its working days are provisional", year=year))
            )
    lines = [asked.unasked] if asked.unasked else []
    lines += [english("warning: {problem}", problem=warning.told) for warning in warnings]
    lines += [problem.told for problem in problems]
    lines += [english("1 problem") if len(problems) == 1 else english("{count} problems", count=len(problems))]
    for line in lines:
        out.print(escape(said(line)), soft_wrap=True)


def _table(initiatives: list[Initiative]) -> Table:
    """One row for each initiative; the last column counts steps of other initiatives it waits for."""
    steps, waits = sum(len(one.steps) for one in initiatives), sum(len(one.upstream) for one in initiatives)
    heads = map(said, (english("number"), english("initiative"), english("id")))
    table = Table(*heads, box=None, show_footer=True, pad_edge=False)
    table.columns[1].footer = said(english("{count} initiatives", count=len(initiatives)))
    table.add_column(said(english("steps")), str(steps), justify="right")
    table.add_column(said(english("waits for")), str(waits), justify="right")
    for one in initiatives:
        table.add_row(one.number, escape(one.title), one.id, str(len(one.steps)), str(len(one.upstream) or ""))
    return table


_COUNTED = {"sentences": english("sentences"), "undertakings": english("undertakings")}


def _coverage_table(sentences: Sequence[Covered]) -> Table:
    """One row for each sentence of the document; under it each undertaking that nobody covers."""
    counts = {name: share for name, share in _covered(sentences).items() if share}
    table = Table(
        said(english("sentence")), "", said(english("initiatives")), box=None, show_footer=True, pad_edge=False
    )
    told = [english("{what} {covered}/{total}", what=_COUNTED[name], **share) for name, share in counts.items()]
    table.columns[1].footer = said(listed(told))
    for one in sentences:
        table.add_row(
            one.number, escape(one.opening), ", ".join(one.initiatives) or f"[yellow]{said(english('none'))}[/]"
        )
        for phrase, by in one.undertakings.items() if one.initiatives else ():
            if not by:
                table.add_row("", f"[yellow]{escape(said(english('not covered: {phrase}', phrase=phrase)))}[/]")
    return table
