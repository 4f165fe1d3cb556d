"""任务分解表: the plan in force as offices are given it, a row a step: who, by when, what is handed in. Chinese."""

from collections.abc import Collection, Iterable, Iterator

from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.office import Look
from duban.core.planning.plan import HUMAN, Step
from duban.core.telling.lines import BoardLine, group_title, lines
from duban.core.telling.revised import reviewers_in_words
from duban.core.telling.whens import duration_in_words, when_in_words
from duban.core.workbooks.account import Account
from duban.core.workbooks.columns import DataSheet, Holds, TableColumn, TableRow

BREAKDOWN = "任务分解表"
NOTE = "本表只供分解任务、核对分工，不导入；分工、时限有变动的，由督办专员调整计划。"
ASSUMED = "假定，待核实"
BREAKDOWN_COLUMNS = (
    TableColumn("number", "序号", 8),
    TableColumn("section", "板块", 18),
    TableColumn("initiative", "重点任务", 30),
    TableColumn("step", "事项", 30),
    TableColumn("supervisor", "分管领导", 18),
    TableColumn("lead", "牵头单位", 16),
    TableColumn("support", "配合单位", 18),
    TableColumn("owner", "责任单位", 16),
    TableColumn("evidence", "成果形式", 22),
    TableColumn("review", "审核", 18),
    TableColumn("needs", "前置事项", 26),
    TableColumn("duration", "计划用时", 16),
    TableColumn("wording", "时限要求", 22),
    TableColumn("due", "完成时限", 16, Holds.DAY),
    TableColumn("basis", "依据", 20),
    TableColumn("remark", "备注", 14),
)


def breakdown(told: Iterable[Account], heading: str, units: Collection[str] | None = None, *, fold: bool) -> DataSheet:
    """The sheet, in the plan's order; as `account` does it, by the owners the plan names."""
    rows, provisional = list[TableRow](), frozenset[int]()
    for one in told:
        provisional = one.look.calendar.provisional_years
        rows += _rows(one.look, decide(one.look, one.state), units, fold=fold)
    return DataSheet(BREAKDOWN, heading, NOTE, BREAKDOWN_COLUMNS, tuple(rows), provisional, still=4)


def _rows(look: Look, decision: Decision, units: Collection[str] | None, *, fold: bool) -> Iterator[TableRow]:
    for line in lines(look, decision):
        asked = [step for step in line.steps if units is None or any(owner in units for owner in _owners(look, step))]
        if fold and line.folded and len(asked) > 1:
            yield _row(look, decision, asked[0], title=line.title, owner=_group(look, line))
        else:
            for step in asked:
                owner = look.office.directory.titles(_owners(look, step))
                yield _row(look, decision, step, title=step.title, owner=owner)


def _owners(look: Look, step: Step) -> tuple[str, ...]:
    return look.initiative.standing_for(step.owner, step.unit)


def _group(look: Look, line: BoardLine) -> str:
    return f"{group_title(line, look.office.directory)}（{len(line.steps)}家）"


def _row(look: Look, decision: Decision, step: Step, *, title: str, owner: str) -> TableRow:
    office, initiative = look.office, look.initiative
    titled = office.directory.title
    sections = {one.id: one.heading for one in office.plan.sections}
    return TableRow(
        {
            "number": initiative.number,
            "section": sections.get(initiative.section),
            "initiative": initiative.title,
            "step": title,
            "supervisor": titled(initiative.supervisor),
            "lead": office.directory.titles(initiative.leads),
            "support": "、".join(map(titled, initiative.support)),
            "owner": owner if step.kind in HUMAN else "（自动）",
            "evidence": "、".join(step.evidence),
            "review": reviewers_in_words(titled, step.review),
            "needs": "、".join(dict.fromkeys(office.plan.step(need).title for need in step.needs)),
            "duration": duration_in_words(step.duration),
            "wording": _wording(look, step),
            "due": decision.rows[step.id].original_due,
            "basis": step.basis,
            "remark": ASSUMED if step.assumed or initiative.assumed else None,
        }
    )


def _wording(look: Look, step: Step) -> str:
    """The deadline as the plan has it; what it counts from by its title."""
    if step.due is None:
        return ""
    hung = "、".join(dict.fromkeys(f"“{look.office.plan.step(ref).title}”" for ref in step.due_anchor))
    return when_in_words(step.due, f"{hung}办结", look.calendar)
