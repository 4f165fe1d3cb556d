"""`notices`: what went to whom and when, and what is stuck. Chinese, for coordinators."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from duban.cli.opening import opened
from duban.cli.output import console, print_json
from duban.cli.plans import day_of
from duban.core.deciding.commands import Refused
from duban.core.deciding.office import Office
from duban.core.ledger.state import fold
from duban.core.ledger.summary import Delivery, NoticeRow
from duban.core.titles import SLIP_TITLES, perhaps
from duban.service import Service

app = typer.Typer()

TITLES: Mapping[Delivery, str] = {
    Delivery.QUEUED: "待送",
    Delivery.SENDING: "送达中",
    Delivery.RETRYING: "再送",
    Delivery.SENT: "已送达",
    Delivery.DROPPED: "不再需要",
    Delivery.DEAD: "送达失败",
}
PATIENCE = timedelta(hours=1)
"""How long a notice may lie beyond the moment it was to be sent before it counts as stuck: several patrols."""


@app.command()
def notices(
    initiative: Annotated[str | None, typer.Option(metavar="INITIATIVE", help="Only about this initiative.")] = None,
    to: Annotated[str | None, typer.Option(metavar="POST", help="Only to this post.")] = None,
    as_of: Annotated[str | None, typer.Option(metavar="DAY", help="As things stood at the end of that day.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List notices: to whom, when, and what became of them (通知)."""
    day = day_of(as_of) if as_of else None
    with opened() as at:
        office = at.service.office
        if to is not None and to not in office.directory.posts:
            hint = perhaps(to, office.directory.posts, "请核对 config/directory.yaml 中的岗位编号")
            raise Refused("unknown-person", f"通讯录中没有岗位 {to}：{hint}")
        names = [at.service.initiative(initiative).id] if initiative else list(office.plan.initiatives)
        now = at.service.clock.now()
        rows = _back_then(at.service, names, day) if day else _present(at.service, initiative)
    moment = min(now, office.at(day, time.max)) if day else now
    rows = [row for row in rows if to in (None, row.recipient)]
    if as_json:
        print_json([{**asdict(row), "stuck": stuck(row, moment)} for row in rows])
    elif not rows:
        typer.echo("没有通知")
    else:
        console().print(_table(office, rows, moment))
        held = sum(stuck(row, moment) for row in rows)
        typer.echo(f"共{len(rows)}份" + (f"，其中{held}份受阻，见“情况”" if held else ""))


def stuck(row: NoticeRow, now: datetime) -> bool:
    """Whether a notice has not reached its recipient and somebody should see to it."""
    waits = row.next_try is not None and row.next_try + PATIENCE < now
    return row.delivery in (Delivery.DEAD, Delivery.RETRYING) or waits


def _present(service: Service, initiative: str | None) -> list[NoticeRow]:
    return list(service.ledger.notices(initiative))


def _back_then(service: Service, names: list[str], day: date) -> list[NoticeRow]:
    """The notices as they stood at the end of a day, made anew from the entries up to it."""
    rows: list[NoticeRow] = []
    for name in names:
        entries = [entry for entry in service.ledger.entries(name) if entry.day <= day]
        rows += fold(entries, service.names(service.initiative(name), entries)).notices.values()
    return sorted(rows, key=lambda row: (row.queued_at, row.initiative, row.key))


def _table(office: Office, rows: list[NoticeRow], now: datetime) -> Table:
    table = Table("时间", "单据", "送", "事项", "状态", "情况", box=None, pad_edge=False)
    for row in rows:
        moment = (row.ended_at or row.queued_at).astimezone(office.zone)
        table.add_row(
            f"{moment:%Y-%m-%d %H:%M}",
            f"《{SLIP_TITLES[row.slip]}》",
            escape(office.directory.known_title(row.recipient)),
            f"{escape(_title(office, row))}　[dim]{row.initiative}/{row.step}[/]",
            ("⚠ " if stuck(row, now) else "") + TITLES[row.delivery],
            escape(_outcome(office, row)),
        )
    return table


def _title(office: Office, row: NoticeRow) -> str:
    initiative = office.plan.initiatives.get(row.initiative)
    step = initiative.steps.get(row.step) if initiative else None
    return step.title if step else row.step


def _outcome(office: Office, row: NoticeRow) -> str:
    again = f"下次 {row.next_try.astimezone(office.zone):%m-%d %H:%M}" if row.next_try else ""
    tries = f"已试{row.tries}次" if row.tries > 1 else ""
    return "，".join(filter(None, (row.outcome, tries, again)))
