"""How a plan stands, as bars for the terminal: a row for each step or initiative, a column for each week."""

from dataclasses import dataclass
from datetime import date, timedelta

from rich.console import Group
from rich.table import Table
from rich.text import Text

from duban.core.deciding.office import Office
from duban.core.ledger.summary import CLOSED, Light
from duban.core.planning.plan_file import Kind
from duban.core.telling.outline import InitiativeLine, SectionLine, StepLine

STYLES = {
    Light.OFF: "bright_black",
    Light.GREEN: "green",
    Light.YELLOW: "yellow",
    Light.ORANGE: "dark_orange",
    Light.RED: "red",
}
DONE, AHEAD, MILESTONE, DUE, TODAY = "█", "░", "◆", "┃", "┊"
LEGEND = f"{DONE} 已进行　{AHEAD} 预计　{MILESTONE} 节点　{DUE} 时限　{TODAY} 今日　每格一周"


@dataclass(frozen=True, slots=True)
class _Weeks:
    """The weeks of a plan; each is one column."""

    first: date
    count: int
    today: date

    def column(self, day: date) -> int:
        """The column of the week a day lies in; days outside the plan go to its edges."""
        return min(self.count - 1, max(0, (day - self.first).days // 7))

    def months(self) -> str:
        """The heading: the number of a month over its first week."""
        cells = [" "] * (self.count + 1)
        month = 0
        for week in range(self.count):
            monday = self.first + timedelta(weeks=week)
            if monday.month != month and cells[week] == " ":
                month = monday.month
                cells[week : week + len(str(month))] = str(month)
        return "".join(cells[: self.count + 1])


def gantt(office: Office, sections: tuple[SectionLine, ...], today: date, *, steps: bool) -> Group:
    """The picture: a row for each initiative, or for each step."""
    plan = office.plan
    monday = plan.starts - timedelta(days=plan.starts.weekday())
    weeks = _Weeks(monday, (plan.ends - monday).days // 7 + 1, today)
    table = Table("", weeks.months(), box=None, pad_edge=False, collapse_padding=True)
    table.columns[0].max_width = 44
    table.columns[0].no_wrap = True
    table.columns[1].no_wrap = True
    for initiative in (line for section in sections for line in section.initiatives):
        if steps:
            table.add_row(Text(f"{initiative.number} {initiative.title}", style="bold"), "")
            for step in initiative.steps:
                table.add_row(Text(step.title), _step(weeks, step))
        else:
            table.add_row(Text(f"{initiative.number} {initiative.title}"), _initiative(weeks, initiative))
    return Group(table, Text(LEGEND))


def _initiative(weeks: _Weeks, line: InitiativeLine) -> Text:
    return _bar(weeks, (line.starts, line.ends), STYLES[line.light], None)


def _step(weeks: _Weeks, line: StepLine) -> Text:
    row = line.row
    style = "green dim" if row.status in CLOSED else STYLES[row.light]
    last = row.finished or row.forecast
    if line.kind is Kind.MILESTONE:
        return _bar(weeks, (last, last), style, None, MILESTONE)
    return _bar(weeks, (line.starts, last), style, row.due)


def _bar(weeks: _Weeks, span: tuple[date | None, date | None], style: str, due: date | None, mark: str = "") -> Text:
    now = weeks.column(weeks.today)
    cells = [(TODAY if column == now else " ", "blue dim") for column in range(weeks.count)]
    first, last = span
    if first is not None and last is not None:
        for column in range(weeks.column(first), weeks.column(last) + 1):
            cells[column] = (mark or (DONE if column <= now else AHEAD), style)
    if due is not None:
        cells[weeks.column(due)] = (DUE, style)
    return Text.assemble(*cells)
