"""`duban desk`: the desk alone, on whichever ledger lies in the settings' var folder."""

import re
from dataclasses import replace
from typing import Annotated

import typer

from duban.adapters.log_lines import log_as_json
from duban.cli.opening import found, opened
from duban.core.deciding.commands import Refused
from duban.core.titles import perhaps
from duban.settings import DESK_VARIABLE, load_settings

app = typer.Typer(invoke_without_command=True)

PIN = re.compile("[0-9]{6,12}")
FEWEST_DIGITS = 4
"""Different ones of a PIN: 111111 is anybody's first guess."""


@app.callback()
def desk(context: typer.Context) -> None:
    """Serve the desk (工作台) alone; Ctrl-C ends it. `duban up` starts one beside its stack."""
    if context.invoked_subcommand is not None:
        return
    from deployments.stack.server import free_port  # noqa: PLC0415  other commands need not load it
    from duban.cli.prefect_server import connect  # noqa: PLC0415  as above
    from duban.desk.serving import serve  # noqa: PLC0415  as above
    from duban.desk.waking import by_prefect, no_waking  # noqa: PLC0415  as above

    with found(load_settings()) as (settings, stack):
        if part := settings.logs_as("desk"):
            log_as_json(part, ["stderr"])
        port = free_port(settings.desk.host, settings.desk.port)
        address = f"http://{settings.desk.host}:{port}"
        told = {DESK_VARIABLE: address, **settings.variables}
        if stack is not None:
            connect(settings, stack)
        typer.echo(f"工作台：{settings.desk.address or address}")
        waking = by_prefect() if stack is not None else no_waking
        serve(replace(settings, variables=told), waking, port)


@app.command("pin")
def pin(
    post: Annotated[str, typer.Argument(metavar="POST", help="Whose PIN.")],
    forget: Annotated[bool, typer.Option("--forget", help="Do away with it instead.")] = False,
) -> None:
    """Choose the PIN (PIN码) by which the holder of a post decides from a shared mailbox; it is asked for twice."""
    from duban.adapters.pins import Pins  # noqa: PLC0415  as above
    from duban.desk.rates import PINS, known_as  # noqa: PLC0415  as above

    with opened() as at:
        posts = at.service.office.directory.posts
        if post not in posts:
            raise Refused("unknown-person", f"通讯录中没有岗位 {post}：{perhaps(post, posts, '请核对岗位编号')}")
        title = posts[post].title
        asked = f"{title}的PIN码（6至12位数字）"
        said = None if forget else typer.prompt(asked, hide_input=True, confirmation_prompt=True)
        if said is not None and (not PIN.fullmatch(said) or len(set(said)) < FEWEST_DIGITS):
            raise Refused("bad-pin", f"PIN码应为6至12位数字，至少{FEWEST_DIGITS}个不同的数字")
        Pins(at.settings.var).choose(post, said)
        at.service.ledger.let_off(PINS, known_as(post))  # wrong ones locked the one before
    typer.echo(f"{title}的PIN码已{'取消' if forget else '设定'}")
