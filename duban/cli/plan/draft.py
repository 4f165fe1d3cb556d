"""`duban draft`: from an office's own table (任务分解表) to a plan, and the questions that are left."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from duban.adapters.yaml_models import file_name
from duban.cli.language import Lang, said
from duban.cli.output import print_json
from duban.core.texts import Text, joined, mandarin
from duban.settings import load_settings

if TYPE_CHECKING:
    from duban.drafting.reading import TaskRow
    from duban.exchange.drafts import Drafting

app = typer.Typer()

HOW = {
    "new": mandarin("新增"),
    "changed": mandarin("变更"),
    "kept": mandarin("表中有变动，但文件已由人改过，未动"),
    "gone": mandarin("表中已无此项，文件请自行删除"),
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
    lang: Lang = None,
) -> None:
    """Make a plan of an office's own table of tasks, and ask about whatever it leaves open (由任务分解表编制计划)."""
    from duban.adapters.files import READABLE, write_bytes_atomically  # noqa: PLC0415  other commands start faster
    from duban.adapters.workbooks import list_workbook  # noqa: PLC0415  as above
    from duban.drafting.answers import EXPLAINED, HEADER, asked  # noqa: PLC0415  as above
    from duban.exchange.drafts import Said, draft_table, put_down  # noqa: PLC0415  as above
    from duban.wiring import calendar_of, load_bureau  # noqa: PLC0415  as above

    wanted = Said(plan, year, document, starts.date() if starts else None, answers)
    drafting = draft_table(load_settings(), table, wanted, load_bureau, calendar_of)
    if yes:
        put_down(load_settings(), drafting)
    if ask:
        write_bytes_atomically(ask, list_workbook("待答复", HEADER, [*asked(drafting.draft)]), READABLE)
    if as_json:
        print_json(_data(drafting) | {"written": yes})
        return
    for line in (*_read(drafting), *_open(drafting), *_work(drafting, yes)):
        typer.echo(said(line))
    if ask:
        told = {"file": file_name(ask), "explained": EXPLAINED, "name": ask.name}
        typer.echo(said(mandarin("问题已写入{file}：{explained}填好后加 --answers {name} 再执行", **told)))


def _read(drafting: "Drafting") -> Iterator[Text]:
    draft = drafting.draft
    sections = len({row.section for row in draft.rows})
    told = {"title": drafting.facts.title, "year": draft.year, "sections": sections, "rows": len(draft.rows)}
    yield mandarin("{title}：{year}年，{sections}个部分，{rows}项任务", **told)
    for table, columns in draft.mapping.items():
        heads = [(names, ROLES[role]) for role, names in columns.items() if role in ROLES]
        taken = [mandarin("{names}→{role}", names=list(names), role=role) for names, role in heads]
        yield mandarin("　{table}　{taken}", table=table or mandarin("表"), taken=joined(mandarin("；"), *taken))
    if drafting.simple:
        yield mandarin(
            "　{count}项套用流程模板有问题（时限排不开，或模板中的单位本单位没有），改按时限直接列步骤",
            count=drafting.simple,
        )


ROLES = {
    "number": mandarin("序号"),
    "section": mandarin("部分"),
    "title": mandarin("任务"),
    "detail": mandarin("措施"),
    "result": mandarin("成果"),
    "lead": mandarin("牵头单位"),
    "units": mandarin("责任单位"),
    "support": mandarin("配合单位"),
    "supervisor": mandarin("分管领导"),
    "person": mandarin("责任岗位"),
    "due": mandarin("时限"),
    "remark": mandarin("备注"),
}
"""What a column was taken for, in the words of offices."""


def _open(drafting: "Drafting") -> Iterator[Text]:
    from duban.drafting.answers import asked  # noqa: PLC0415  as above

    for cells, _, why, _ in asked(drafting.draft):
        yield mandarin("待答复　{cells}　{why}", cells=cells, why=why)
    for why, places in _asides(drafting).items():
        shown: object = places[:FEW]
        if len(places) > FEW:
            shown = mandarin("{places}等{count}处", places=places[:FEW], count=len(places))
        yield mandarin("附注　{places}　{why}", places=shown, why=why)
    count = len(drafting.draft.questions)
    yield mandarin("共{count}处待答复", count=count) if count else mandarin("没有待答复的问题")


def _asides(drafting: "Drafting") -> dict[str, list[str]]:
    """The cells of what was read otherwise than written, by what was done."""
    found: dict[str, list[str]] = {}
    for one in drafting.draft.asides:
        found.setdefault(one.why, []).append(f"{one.cell}（{one.says}）" if one.says else one.cell)
    return found


def _work(drafting: "Drafting", done: bool) -> Iterator[Text]:
    counted = Counter(what.how for what, _ in drafting.work)
    for what, _ in drafting.work:
        if what.how in HOW and (what.how != "new" or counted["new"] <= FEW):
            place = mandarin("　表中{cell}", cell=what.cell) if what.cell else ""
            yield mandarin("{how}　{path}{place}", how=HOW[what.how], path=what.path, place=place)
    people = drafting.proposal
    files = {"new": counted["new"], "changed": counted["changed"], "same": counted["same"]}
    told = mandarin("新增{new}个文件，变更{changed}个，未变{same}个", **files)
    if people.units or people.posts:
        units, posts = len(people.units), len(people.posts)
        told = mandarin("{told}；通讯录补充{units}个单位、{posts}个岗位", told=told, units=units, posts=posts)
    folder = file_name(drafting.folder)
    if done:
        yield mandarin(
            "已写入{folder}：{told}。凡系推断的均标有 assumed: true，请逐项核对后执行 duban check {folder}",
            folder=folder,
            told=told,
        )
    else:
        yield mandarin("拟写入{folder}：{told}。以上尚未写入，确认后加 --yes 再执行一次", folder=folder, told=told)


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
