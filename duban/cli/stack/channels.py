"""`test-channels`: a letter to try a post's channels with. Chinese, for coordinators and administrators."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import typer

from duban.carrying import Carrier, ChannelOutcome, Letter
from duban.cli.exits import Exit
from duban.cli.output import print_json
from duban.core.deciding.commands import Refused
from duban.core.titles import perhaps
from duban.outbox.sweep import carried
from duban.ports import Clock
from duban.settings import load_settings

app = typer.Typer()

SUBJECT = "【测试】督办系统通知通道测试"
TEXT = "这是督办系统的测试通知，用来核对{title}的通知通道，不需要办理。"


@app.command("test-channels")
def try_channels(
    post: Annotated[str, typer.Argument(metavar="POST", help="The post whose channels are tried.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Send a test letter over each channel of a post, and print what became of each (通道测试)."""
    from duban.wiring import load_office, make_carrier, make_clock  # noqa: PLC0415  other commands start faster

    settings = load_settings()
    directory = load_office(settings).directory
    if post not in directory.posts:
        hint = perhaps(post, directory.posts, "请核对岗位编号")
        raise Refused("unknown-person", f"通讯录中没有岗位 {post}：{hint}")
    letter = _letter(post, directory.title(post), directory.posts[post].channels)
    outcomes = list(_tried(letter, make_carrier(settings), make_clock(settings)))
    if as_json:
        print_json([{"channel": o.channel, "accepted": o.accepted, "detail": o.detail} for o in outcomes])
    else:
        for one in outcomes:
            typer.echo(f"{'送达' if one.accepted else '未送达'}　{one.channel}：{one.detail}")
    raise typer.Exit(Exit.FINE if all(one.accepted for one in outcomes) else Exit.PROBLEMS)


def _letter(post: str, title: str, channels: tuple[str, ...]) -> Letter:
    from duban.adapters.letter_parts import paragraph, words  # noqa: PLC0415  as above

    said = words(SUBJECT, (paragraph(TEXT.format(title=title)),))
    return Letter("test-channels", post, channels, said.subject, said.text, said.html)


def _tried(letter: Letter, carrier: Carrier, clock: Clock) -> Iterator[ChannelOutcome]:
    """What each channel said, asked by itself; the mail folder where there are none."""
    now = clock.now()
    for number, channel in enumerate(letter.to or ()):
        key = f"{letter.key}/{letter.recipient}/{number}/{now.isoformat()}"
        yield from carried(carrier, replace(letter, key=key, to=(channel,)), now).channels
    if not letter.to:
        outcome = carrier.deliver(replace(letter, key=f"{letter.key}/{letter.recipient}/{now.isoformat()}"), now)
        yield ChannelOutcome("信件目录", outcome.accepted, outcome.detail)
