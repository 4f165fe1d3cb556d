"""`notices`: what went to whom and when, and what is stuck. Chinese, for coordinators."""

from collections import Counter
from datetime import date, datetime, time
from typing import Annotated

import typer

from duban.cli.account import by_command
from duban.cli.named import day_of
from duban.cli.opening import opened
from duban.cli.output import Csv, Listing, Outlet, Xlsx, as_table, console, outlet, print_json, put_out
from duban.core.deciding.commands import Refused
from duban.core.deciding.office import Office
from duban.core.deciding.undelivered import stuck
from duban.core.ledger.notices import NoticeRow
from duban.core.ledger.state import fold
from duban.core.ledger.summary import RECIPIENT
from duban.core.telling.digest import day_of as day_of_digest
from duban.core.telling.patrol_page import resending
from duban.core.telling.whens import moment_in_digits
from duban.core.titles import DIGEST, delivery_title, perhaps
from duban.outbox.resending import Revival, dead_notice, dead_notices, revive
from duban.service import Service

app = typer.Typer(help="List notices (通知); have undeliverable ones tried again.", invoke_without_command=True)

OFFERED = 3
"""Notices that reached nobody for each of which the command that has it tried again is printed."""


@app.callback()
def notices(
    context: typer.Context,
    *,
    initiative: Annotated[str | None, typer.Option(metavar="INITIATIVE", help="Only about this initiative.")] = None,
    to: Annotated[str | None, typer.Option(metavar="POST", help="Only to this post.")] = None,
    as_of: Annotated[str | None, typer.Option(metavar="DAY", help="As things stood at the end of that day.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
) -> None:
    """List notices: to whom, when, and what became of them (通知)."""
    way = outlet(as_json, as_csv, xlsx)
    if context.invoked_subcommand is None:
        _list(initiative, to, as_of, way)
    elif initiative or to or as_of or any(way):
        raise typer.BadParameter(f"{context.invoked_subcommand} takes no options of the list; give its own after it")


def _list(initiative: str | None, to: str | None, as_of: str | None, way: Outlet) -> None:
    day = day_of(as_of) if as_of else None
    with opened() as at:
        office = at.service.office
        if to is not None and to not in office.directory.posts:
            hint = perhaps(to, office.directory.posts, "请核对岗位编号")
            raise Refused("unknown-person", f"通讯录中没有岗位 {to}：{hint}")
        names = [at.service.initiative(initiative).id] if initiative else _everywhere(at.service)
        now = at.service.clock.now()
        rows = _back_then(at.service, names, day) if day else list(at.service.ledger.notices(initiative))
        dead = [] if day else list(dead_notices(at.service))
    moment = min(now, office.at(day, time.max)) if day else now
    rows = [row for row in rows if to in (None, row.recipient)]
    dead = [row for row in dead if to in (None, row.recipient) and initiative in (None, row.initiative)]
    if way.as_json:
        print_json([_as_json(row, rows, moment) for row in rows])
    elif way.tabular:
        put_out(_listing(office, rows, moment), way)
    elif not rows:
        typer.echo("没有通知")
    else:
        console().print(as_table(_listing(office, rows, moment)))
        held = sum(stuck(row, moment) for row in rows)
        typer.echo(f"共{len(rows)}份" + (f"，其中{held}份受阻，见“情况”" if held else ""))
        for what in _offered(dead, everything=to is None and initiative is None):
            typer.echo(f"排除故障后重新投递：{resending(what, office.coordinator)}")


def _offered(dead: list[NoticeRow], *, everything: bool) -> list[str]:
    """What can be tried again: a few notices by name; more as all that there are, where all are shown."""
    if everything and len(dead) > OFFERED:
        return ["--dead"]
    return [f"{row.initiative}/{row.key}" for row in dead[:OFFERED]]


@app.command()
def resend(
    key: Annotated[
        str | None, typer.Argument(metavar="[KEY]", help="The notice, as initiative/key; --json of the list has both.")
    ] = None,
    *,
    dead: Annotated[bool, typer.Option("--dead", help="All that reached nobody and whose matter goes on.")] = False,
    actor: Annotated[str, typer.Option("--as", metavar="POST", help="The post you act as.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="What was mended.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the notices as JSON.")] = False,
) -> None:
    """Have undeliverable notices tried again (重新投递), once what kept them from arriving is mended."""
    if (key is None) is not dead:
        raise typer.BadParameter("name one notice, or give --dead")
    with opened() as at:
        service = at.service
        rows = (dead_notice(service, key),) if key else dead_notices(service)
        revived = revive(service, rows, Revival(actor, reason, by_command()))
        office = service.office
    if as_json:
        print_json([{"initiative": row.initiative, "key": row.key, "recipient": row.recipient} for row in revived])
        return
    for row in revived:
        way = "即时发送" if row.immediate else "随下一次日报发送"
        typer.echo(f"《{office.directory.name(row.slip)}》送{office.directory.title(row.recipient)}：{way}")
    if not revived:
        typer.echo("没有需要重新投递的通知")


def _as_json(row: NoticeRow, rows: list[NoticeRow], now: datetime) -> dict[str, object]:
    """A notice; a digest with its members, which are notices as well."""
    channels = [said.data() for said in row.channels]
    told = {**row._asdict(), "channels": channels, "stuck": stuck(row, now), "partly": row.partly}
    if row.slip != DIGEST:
        return told
    within = [one for one in rows if (one.recipient, one.digest) == (row.recipient, row.key)]
    return {**told, "members": [{"initiative": one.initiative, "key": one.key} for one in within]}


def _everywhere(service: Service) -> list[str]:
    """The initiatives of the plan, and the ledgers of digests."""
    chains = [name for name in service.ledger.initiatives() if name.startswith(RECIPIENT)]
    return [*service.office.plan.initiatives, *chains]


def _back_then(service: Service, names: list[str], day: date) -> list[NoticeRow]:
    """The notices as they stood at the end of a day, made anew from the entries up to it."""
    rows: list[NoticeRow] = []
    for name in names:
        entries = [entry for entry in service.ledger.entries(name) if entry.day <= day]
        initiative = service.office.plan.initiatives.get(name)
        rows += fold(entries, service.names(initiative, entries) if initiative else {}).notices.values()
    return sorted(rows, key=lambda row: (row.queued_at, row.initiative, row.key))


def _listing(office: Office, rows: list[NoticeRow], now: datetime) -> Listing:
    members = Counter((row.recipient, row.digest) for row in rows)
    lines = tuple(
        (
            f"{(row.ended_at or row.queued_at).astimezone(office.zone):%Y-%m-%d %H:%M}",
            f"《{office.directory.name(row.slip)}》",
            office.directory.title(row.recipient),
            f"共{members[row.recipient, row.key]}项" if row.slip == DIGEST else _title(office, row),
            "" if row.initiative.startswith(RECIPIENT) else f"{row.initiative}/{row.step}",
            ("⚠ " if stuck(row, now) else "") + delivery_title(row),
            _outcome(office, row),
        )
        for row in rows
    )
    return Listing("通知", ("时间", "单据", "送", "事项", "编号", "状态", "情况"), lines)


def _title(office: Office, row: NoticeRow) -> str:
    initiative = office.plan.initiatives.get(row.initiative)
    step = initiative.steps.get(row.step) if initiative else None
    return step.title if step else row.step


def _outcome(office: Office, row: NoticeRow) -> str:
    again = f"下次 {moment_in_digits(row.next_try.astimezone(office.zone), office.calendar)}" if row.next_try else ""
    tries = f"已试{row.tries}次" if row.tries > 1 else ""
    bundle = f"{day_of_digest(row.digest):%m-%d}日报" if row.digest else ""
    return "，".join(filter(None, (bundle, row.outcome, tries, again)))
