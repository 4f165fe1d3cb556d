"""The command line: `duban COMMAND`. Every command ends in one of the exit codes of `exits`."""

import gc
import os
import sys
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NoReturn

import typer

from duban import __version__
from duban.adapters.files import OTHERS
from duban.cli.language import Lang, by_settings
from duban.cli.parts import PartsGroup, placed
from duban.settings import PLAN_VARIABLE

UNLOOKED = 50_000
"""Things a command makes before it looks for those nobody holds any more: all that it loads is held."""

ACTS = (
    "sign,report,submit,approve,return,extend,suspend,resume,hand-over,cancel,withdraw,correct,reopen,conclude,ack,"
    "instruct,press,advise,disown"
)
"""What people do about steps, in one module."""


class Guarded(PartsGroup):
    """The commands, as the help has them; what can be foreseen to go wrong ends in a message and an exit code."""

    places: ClassVar[Mapping[str, str]] = {
        **placed(f"{__name__}.plan", "init"),
        **placed(f"{__name__}.stack", "up"),
        **placed(f"{__name__}.plan", "diff apply"),
        **placed(f"{__name__}.stack", "patrol"),
        **placed(f"{__name__}.plan", "check schema workdays draft roll assumptions rehearse"),
        **placed(f"{__name__}.work", f"acts:{ACTS}"),
        **placed(f"{__name__}.look", "show next why forecast paper"),
        **placed(f"{__name__}.stack", "channels:test-channels doctor.doctor backup:backup,restore metrics clock desk"),
        **placed(f"{__name__}.stack", "links"),
        **placed(f"{__name__}.work", "bulletin"),
        **placed(f"{__name__}.look", "notices"),
        **placed(f"{__name__}.exchange", "export imports:import"),
        **placed(__name__, "ledger"),
    }

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words; what is no text in them ends the command before anything is looked at."""
        by_settings()
        if wrong := [word for word in args if not _is_text(word)]:
            _refuse(wrong)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (Exception, KeyboardInterrupt) as error:
            from duban.cli.exits import foreseen  # noqa: PLC0415  what goes well starts sooner
            from duban.cli.output import complain  # noqa: PLC0415  as above

            end = foreseen(error)
            if end is None:
                raise
            code, message = end
            if isinstance(error, BrokenPipeError):
                _silence()
            complain(message)
            raise typer.Exit(code) from None


def _is_text(word: str) -> bool:
    """Whether a word came in the encoding of the terminal: what did not comes as halves of characters."""
    return "\0" not in word and not any("\ud800" <= character <= "\udfff" for character in word)


def _refuse(words: list[str]) -> NoReturn:
    """End the command because of words that are no text."""
    from duban.cli.exits import Exit  # noqa: PLC0415  what goes well starts sooner
    from duban.cli.output import complain  # noqa: PLC0415  as above
    from duban.core.texts import english  # noqa: PLC0415  as above

    complain(english("bytes of another encoding, or a NUL, stand in {words!r}; use a terminal in UTF-8", words=words))
    raise typer.Exit(Exit.BAD_INPUT)


def _silence() -> None:
    """Let what is still to be written go nowhere, so that the interpreter does not complain at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


app = typer.Typer(
    cls=Guarded,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a defect's traceback stays plain, and shows no local values
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"duban {__version__}")
        raise typer.Exit


@app.callback()
def common(
    plan: Annotated[str | None, typer.Option(metavar="PLAN", help="Which plan is meant, where several go on.")] = None,
    lang: Lang = None,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say_version, help="Which duban.")
    ] = False,
) -> None:
    """Sees a bureau's work plan through: deadlines, escalation, an append-only ledger."""
    if plan:
        os.environ[PLAN_VARIABLE] = plan  # noqa: TID251  for this process, and those it starts


def main() -> None:
    """The console script; what it leaves in `var/` is for this account alone, whatever the umask."""
    os.umask(OTHERS)
    gc.set_threshold(UNLOOKED)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # text streams; a GBK terminal has no lights
    app(prog_name="duban")
