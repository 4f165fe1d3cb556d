"""`duban clock`: a person says that the time is right."""

from dataclasses import replace
from typing import Annotated

import typer

from duban.cli.account import by_command
from duban.cli.opening import opened
from duban.core.deciding.commands import Refused
from duban.core.deciding.doubt import Doubt
from duban.core.deciding.intake import reason_in
from duban.core.ledger.entries import GUARD, Draft, EntryKind
from duban.core.telling.doubtful import stands
from duban.core.titles import perhaps
from duban.service import Service

app = typer.Typer(help="Confirm a time that is in doubt.", no_args_is_help=True)


@app.callback()
def clock() -> None:
    """Confirm a time that is in doubt."""


@app.command("confirm")
def confirm_clock(
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="How you know.")],
    actor: Annotated[str, typer.Option("--as", metavar="POST", help="The post you act as.")],
) -> None:
    """Say that the machine's time is right, though it leaps (确认时间); the ledger keeps who said so, and why."""
    with opened() as at:
        doubt = at.service.doubt()
        if doubt is None:
            typer.echo("时间没有存疑，无须确认")
            return
        _may(at.service, actor)
        if not (said := reason_in(reason)):
            raise Refused("reason-missing", "请说明如何核对的时间")
        _confirm(at.service, actor, said, doubt)
        typer.echo(f"已确认服务器时间无误（{stands(at.service.office, doubt)}），督办恢复")


def _may(service: Service, actor: str) -> None:
    """Administrator and coordinator may, and who stands in for them on the last day that was believed."""
    office, posts = service.office, service.office.directory.posts
    if actor not in posts:
        raise Refused("unknown-person", f"通讯录中没有岗位 {actor}：{perhaps(actor, posts, '请核对岗位编号')}")
    may = (office.directory.administrator, office.coordinator)
    if office.acts_for(actor, may, office.day(service.clock.now())) is None:
        titles = "、".join(map(office.directory.title, may))
        raise Refused("not-yours", f"{office.directory.title(actor)}不能确认时间，应由{titles}办理")


def _confirm(service: Service, by: str, reason: str, doubt: Doubt) -> None:
    """Put it down, and have the time believed; both under that time."""
    assert service.belief is not None  # noqa: S101  else it were not in doubt
    under = replace(service, clock=service.belief.clock)
    data = {"reason": reason, "via": by_command(), "last": doubt.last.isoformat(), "time": doubt.now.isoformat()}
    while not under.note(GUARD, Draft(EntryKind.CLOCK_CONFIRMED, actor=by, data=data)):
        pass  # somebody else wrote there at this moment
    service.belief.confirm()
