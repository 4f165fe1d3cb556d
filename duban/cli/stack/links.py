"""`duban links`: links of letters and sessions made void, and whom the desk has turned away."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer

from duban.cli.account import by_command
from duban.cli.opening import Opened, engine, opened
from duban.cli.output import print_json
from duban.core.deciding.commands import Refused
from duban.core.ledger.entries import LINKS, Draft, EntryKind
from duban.core.titles import perhaps

app = typer.Typer(help="Void links of letters and sessions; see whom the desk has turned away.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("revoke")
def revoke(
    post: Annotated[str, typer.Argument(metavar="[POST]", help="Whose links and sessions.")] = "",
    *,
    every: Annotated[bool, typer.Option("--all", help="Those of all posts.")] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why.")],
    actor: Annotated[str, typer.Option("--as", metavar="POST", help="The post you act as.")],
) -> None:
    """Void the links and sessions that a post, or all, have by now (链接作废); later letters bear new links."""
    if bool(post) == every:
        raise typer.BadParameter("name one post, or --all", param_hint="POST")
    if not reason.strip():
        raise Refused("reason-missing", "请说明作废的原因")
    with opened() as at:
        posts = at.service.office.directory.posts
        for name in filter(None, (post, actor)):
            if name not in posts:
                raise Refused("unknown-person", f"通讯录中没有岗位 {name}：{perhaps(name, posts, '请核对岗位编号')}")
        draft = Draft(
            EntryKind.LINKS_REVOKED,
            actor=actor,
            data={"post": post, "reason": reason.strip(), "via": by_command()},
        )
        for folder in at.settings.plans:
            with engine(replace(at.settings, plan=folder), at.stack) as one:
                while not one.service.note(LINKS, draft):
                    pass  # somebody else revoked links at this moment
        whose = posts[post].title if post else "全部岗位"
        typer.echo(f"{whose}此前收到的办理链接、清单链接和登录均已作废，此后的函件带有新链接")


@app.command("refusals")
def refusals(
    days: Annotated[int, typer.Option(min=1, max=366, metavar="N", help="Of how many days.")] = 7,
    as_json: Json = False,
) -> None:
    """Count whom the desk has turned away of late, by reason (谢绝记录)."""
    with opened() as at:
        found = turned_away(at, timedelta(days=days))
    if as_json:
        print_json(found)
        return
    from duban.desk.refusing import told  # noqa: PLC0415  other commands need not load the desk

    for code, many in sorted(found.items(), key=lambda one: (-one[1], one[0])):
        typer.echo(f"{many:>6}　{told(code)}（{code}）")
    if not found:
        typer.echo(f"{days}天内没有谢绝来访")


def turned_away(at: Opened, length: timedelta) -> Mapping[str, int]:
    """How many the desk has turned away lately, by code."""
    return at.service.ledger.refused(at.service.clock.now() - length)
