"""`duban draft`: from an office's own table (任务分解表) to a plan, and the questions that are left."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duban.adapters.yaml_models import file_name
from duban.cli.output import print_json
from duban.settings import load_settings

if TYPE_CHECKING:
    from duban.drafting.reading import TaskRow
    from duban.exchange.drafts import Drafting

app = typer.Typer()

HOW = {
    "new": "新增",
    "changed": "变更",
    "kept": "表中有变动，但文件已由人改过，未动",
    "gone": "表中已无此项，文件请自行删除",
}
DAY = ["%Y-%m-%d"]


@app.command()
def draft(  # noqa: PLR0917  typer gives options by name
    table: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE", help="The office's table (.xlsx, .docx, .csv), document or project (.xml, .csv)."
        ),
    ],
    plan: Annotated[str | None, typer.Option(metavar="PLAN", help="The folder in config/plans it becomes.")] = None,
    year: Annotated[int | None, typer.Option(min=2000, max=2100, help="The year, where the table names none.")] = None,
    document: Annotated[str | None, typer.Option(help="The document the plan carries out, with its number.")] = None,
    starts: Annotated[datetime | None, typer.Option(formats=DAY, help="First day of the plan.")] = None,
    ask: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the questions into this workbook.")] = None,
    answers: Annotated[Path | None, typer.Option(metavar="FILE", help="That workbook, filled in.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write the plan; nothing is written without.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make a plan of an office's own table of tasks, and ask about whatever it leaves open (由任务分解表编制计划)."""
    from duban.adapters.workbooks import list_workbook  # noqa: PLC0415  other commands start faster
    from duban.drafting.answers import EXPLAINED, HEADER, asked  # noqa: PLC0415  as above
    from duban.exchange.drafts import Said, draft_table, put_down  # noqa: PLC0415  as above
    from duban.wiring import calendar_of, load_bureau  # noqa: PLC0415  as above

    said = Said(plan, year, document, starts.date() if starts else None, answers)
    drafting = draft_table(load_settings(), table, said, load_bureau, calendar_of)
    if yes:
        put_down(load_settings(), drafting)
    if ask:
        ask.write_bytes(list_workbook("待答复", HEADER, [*asked(drafting.draft)]))
    if as_json:
        print_json(_data(drafting) | {"written": yes})
        return
    for line in (*_read(drafting), *_open(drafting), *_work(drafting, yes)):
        typer.echo(line)
    if ask:
        typer.echo(f"问题已写入{file_name(ask)}：{EXPLAINED}填好后加 --answers {ask.name} 再执行")


def _read(drafting: "Drafting") -> Iterator[str]:
    draft = drafting.draft
    sections = len({row.section for row in draft.rows})
    yield f"{drafting.facts.title}：{draft.year}年，{sections}个部分，{len(draft.rows)}项任务"
    for table, columns in draft.mapping.items():
        told = "；".join(f"{'、'.join(names)}→{ROLES[role]}" for role, names in columns.items() if role in ROLES)
        yield f"　{table or '表'}　{told}"
    if drafting.simple:
        yield f"　{drafting.simple}项套用流程模板有问题（时限排不开，或模板中的单位本单位没有），改按时限直接列步骤"


ROLES = {
    "number": "序号",
    "section": "部分",
    "title": "任务",
    "detail": "措施",
    "result": "成果",
    "lead": "牵头单位",
    "units": "责任单位",
    "support": "配合单位",
    "supervisor": "分管领导",
    "person": "责任岗位",
    "due": "时限",
    "remark": "备注",
}
"""What a column was taken for, in the words of offices."""


def _open(drafting: "Drafting") -> Iterator[str]:
    from duban.drafting.answers import asked  # noqa: PLC0415  as above

    for cells, _, why, _ in asked(drafting.draft):
        yield f"待答复　{cells}　{why}"
    for why, places in _asides(drafting).items():
        yield f"附注　{'、'.join(places[:FEW])}{f'等{len(places)}处' if len(places) > FEW else ''}　{why}"
    yield f"共{len(drafting.draft.questions)}处待答复" if drafting.draft.questions else "没有待答复的问题"


def _asides(drafting: "Drafting") -> dict[str, list[str]]:
    """The cells of what was read otherwise than written, by what was done."""
    found: dict[str, list[str]] = {}
    for one in drafting.draft.asides:
        found.setdefault(one.why, []).append(f"{one.cell}（{one.says}）" if one.says else one.cell)
    return found


def _work(drafting: "Drafting", done: bool) -> Iterator[str]:
    counted = Counter(what.how for what, _ in drafting.work)
    for what, _ in drafting.work:
        if what.how in HOW and (what.how != "new" or counted["new"] <= FEW):
            yield f"{HOW[what.how]}　{what.path}{f'　表中{what.cell}' if what.cell else ''}"
    people = drafting.proposal
    told = f"新增{counted['new']}个文件，变更{counted['changed']}个，未变{counted['same']}个"
    if people.units or people.posts:
        told += f"；通讯录补充{len(people.units)}个单位、{len(people.posts)}个岗位"
    folder = file_name(drafting.folder)
    if done:
        yield f"已写入{folder}：{told}。凡系推断的均标有 assumed: true，请逐项核对后执行 duban check {folder}"
    else:
        yield f"拟写入{folder}：{told}。以上尚未写入，确认后加 --yes 再执行一次"


FEW = 10
"""New files that are listed one by one."""


def _data(drafting: "Drafting") -> dict[str, Any]:
    draft = drafting.draft
    return {
        "year": draft.year,
        "folder": file_name(drafting.folder),
        "columns": {
            table: {role: list(names) for role, names in columns.items()} for table, columns in draft.mapping.items()
        },
        "rows": [_row(row) for row in draft.rows],
        "questions": [asdict(one) for one in draft.questions],
        "asides": [asdict(one) for one in draft.asides],
        "files": [asdict(what) for what, _ in drafting.work],
    }


def _row(row: "TaskRow") -> dict[str, Any]:
    """A task as the table has it."""
    return {
        "number": row.number,
        "section": row.section,
        "title": row.title,
        "leads": list(row.leads),
        "supports": list(row.supports),
        "person": row.person or row.supervisor,
        "deadline": {
            "text": row.due.text or None,
            "kind": row.due.kind.value,
            "dates": [day.isoformat() for day in row.due.dates],
        },
        "result": row.result,
        "cell": row.cell,
    }
