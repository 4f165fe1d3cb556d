"""The command line: `duban COMMAND`. Every command ends in one of the exit codes of `exits`."""

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from duban.adapters.files import OTHERS
from duban.cli.exchange import export, imports
from duban.cli.exits import Exit, foreseen
from duban.cli.ledger import list as ledger_list
from duban.cli.ledger import rebuild, roles, seal, since, verify
from duban.cli.ledger import show as ledger_show
from duban.cli.look import forecast, notices, paper, show, why
from duban.cli.look import next as next_due
from duban.cli.output import complain
from duban.cli.plan import apply, assumptions, check, diff, draft, init, rehearse, roll, schema, workdays
from duban.cli.stack import backup, channels, clock, desk, links, patrol, up
from duban.cli.stack.doctor import doctor
from duban.cli.work import acts, bulletin
from duban.settings import PLAN_VARIABLE


class Guarded(TyperGroup):
    """The commands; what can be foreseen to go wrong ends in a message and an exit code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words; what is no text in them ends the command before anything is looked at."""
        if wrong := [word for word in args if not _is_text(word)]:
            shown = ", ".join(repr(word) for word in wrong)
            complain(
                f"bytes of another encoding, or a NUL, stand in {shown}; use a terminal in UTF-8 (终端请用 UTF-8 编码)"
            )
            raise typer.Exit(Exit.BAD_INPUT)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _silence()
            raise typer.Exit(Exit.PIPE_CLOSED) from None
        except (Exception, KeyboardInterrupt) as error:
            end = foreseen(error)
            if end is None:
                raise
            code, message = end
            complain(message)
            raise typer.Exit(code) from None


def _is_text(word: str) -> bool:
    """Whether a word came in the encoding of the terminal: what did not comes as halves of characters."""
    return "\0" not in word and not any("\ud800" <= character <= "\udfff" for character in word)


def _silence() -> None:
    """Let what is still to be written go nowhere, so that the interpreter does not complain at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


app = typer.Typer(
    cls=Guarded,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a defect's traceback stays plain, and shows no local values
    context_settings={"help_option_names": ["-h", "--help"]},
)
PARTS = (
    *(init, up, diff, apply, patrol, check, schema, workdays, draft, roll, assumptions, rehearse),
    *(acts, show, next_due, why, forecast, paper, channels, doctor, backup),
)
for part in PARTS:
    app.add_typer(part.app)
app.add_typer(clock.app, name="clock")
app.add_typer(desk.app, name="desk")
app.add_typer(links.app, name="links")
app.add_typer(bulletin.app, name="bulletin")
app.add_typer(notices.app, name="notices")
app.add_typer(export.app, name="export")
app.add_typer(imports.app, name="import")
entries = typer.Typer(help="Verify the ledger, list its entries, make its derived tables anew.", no_args_is_help=True)
for part in (verify, rebuild, ledger_list, ledger_show, since, seal, roles):
    entries.add_typer(part.app)
app.add_typer(entries, name="ledger")


@app.callback()
def common(
    plan: Annotated[str | None, typer.Option(metavar="PLAN", help="Which plan is meant, where several go on.")] = None,
) -> None:
    """Sees a bureau's work plan through: deadlines, escalation, an append-only ledger."""
    if plan:
        os.environ[PLAN_VARIABLE] = plan  # noqa: TID251  for this process, and those it starts


def main() -> None:
    """The console script; what it leaves in `var/` is for this account alone, whatever the umask."""
    os.umask(OTHERS)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # text streams; a GBK terminal has no lights
    app(prog_name="duban")
