"""How a plan stands, as a tree for the terminal: section, initiative, step; and the same steps as a list."""

from rich.markup import escape
from rich.tree import Tree

from duban.cli.output import Listing
from duban.core.days.workdays import WorkCalendar
from duban.core.deciding.office import Office
from duban.core.ledger.summary import Light, StepRow
from duban.core.telling.gauges import in_words
from duban.core.telling.outline import InitiativeLine, SectionLine, StepLine
from duban.core.telling.whens import in_digits
from duban.core.titles import LIGHT_MARKS, STATUS_TITLES


def tree(office: Office, sections: tuple[SectionLine, ...], *, every: bool) -> Tree:
    """The tree; without `every`, of the steps only those that are lit yellow or worse."""
    root = Tree(f"[bold]{escape(office.plan.title)}[/]")
    for section in sections:
        branch = root.add(f"[bold]{escape(section.heading)}[/]")
        for line in section.initiatives:
            twig = branch.add(_initiative(office.calendar, line))
            for step in line.steps:
                if every or step.row.light > Light.GREEN:
                    leaf = twig.add(_step(office.calendar, step))
                    for remark in step.remarks:
                        leaf.add(escape(remark))
    return root


def _initiative(calendar: WorkCalendar, line: InitiativeLine) -> str:
    due = f"　最近时限 {in_digits(line.next_due, calendar)}" if line.next_due else ""
    return (
        f"{LIGHT_MARKS[line.light]} {line.number} [bold]{escape(line.title)}[/]　{line.done}/{line.total}　"
        f"{escape(line.reason)}{due}　[dim]{line.id}　{escape(line.lead_title)}[/]"
    )


def _step(calendar: WorkCalendar, line: StepLine) -> str:
    row = line.row
    told = [STATUS_TITLES[row.status], _limit(calendar, row), _end(calendar, line)]
    told += [f"{row.progress}%"] if 0 < row.progress < 100 else []
    told += [in_words(line.gauge)] if line.gauge and not row.finished else []
    reason = line.reason if row.light > Light.GREEN else ""
    return (
        f"{LIGHT_MARKS[row.light]} {escape(line.title)}　{'　'.join(filter(None, (*told, escape(reason))))}"
        f"　[dim]{line.step.step}　{escape(line.owner_title)}[/]"
    )


def _limit(calendar: WorkCalendar, row: StepRow) -> str:
    if row.due is None:
        return ""
    moved = row.original_due is not None and row.original_due != row.due
    due = f"时限 {in_digits(row.due, calendar)}"
    return due + (f"（原 {in_digits(row.original_due, calendar)}）" if moved else "")


def _end(calendar: WorkCalendar, line: StepLine) -> str:
    row = line.row
    if row.finished:
        return f"办结 {row.finished}" + (f"（{line.entered}补录）" if line.entered else "")
    return f"预计 {in_digits(row.forecast, calendar)}" if row.forecast else ""


HEADER = ("序号", "举措", "灯", "事项", "状态", "时限", "原时限", "预计", "办结", "进度", "说明", "承办", "编号")


def listing(office: Office, sections: tuple[SectionLine, ...], *, every: bool) -> Listing:
    """The steps of the tree, a row each."""
    rows = (
        (line.number, line.title, *_cells(office.calendar, step))
        for section in sections
        for line in section.initiatives
        for step in line.steps
        if every or step.row.light > Light.GREEN
    )
    return Listing("看灯", HEADER, tuple(rows))


def _cells(calendar: WorkCalendar, line: StepLine) -> tuple[str | Light, ...]:
    row = line.row
    moved = row.original_due if row.original_due != row.due else None
    days = [in_digits(day, calendar) if day else "" for day in (row.due, moved, None if row.finished else row.forecast)]
    gauge = in_words(line.gauge) if line.gauge and not row.finished else ""
    reason = line.reason if row.light > Light.GREEN else ""
    return (
        row.light,
        line.title,
        STATUS_TITLES[row.status],
        *days,
        str(row.finished or ""),
        f"{row.progress}%" if row.progress else "",
        "；".join(filter(None, (gauge, reason, *line.remarks))),
        line.owner_title,
        str(line.step),
    )
