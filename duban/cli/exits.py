"""How commands end: exit codes, and what foreseeable errors say. No traceback is for them."""

from enum import IntEnum

from duban.adapters.clock import ClockUnusable
from duban.cli.hints import refusal
from duban.core.days.workdays import CalendarRange
from duban.core.deciding.commands import Refused
from duban.core.problems import BadInput
from duban.core.texts import Text, english
from duban.ports import Conflict, LedgerUnusable


class Exit(IntEnum):
    """Every exit code; each phase of a command that can fail has its own. Documented in docs/commands.md.

    What the stack starts ends by the same table; what a signal ended is begun again and is nobody's exit code.
    """

    FINE = 0
    PROBLEMS = 1  # the command did its work and found something wrong; or a defect, with its traceback
    USAGE = 2
    BAD_INPUT = 3  # settings, plan, directory, escalation, calendar, templates
    REFUSED = 4  # a person's command the rules do not allow; nothing was stored
    LEDGER = 5
    SERVER = 6
    ENVIRONMENT = 7  # the stack, the disk, the clock
    INTERRUPTED = 130
    PIPE_CLOSED = 141  # whoever read the output stopped reading, as after `| head`


class ServerUnreachable(Exception):
    """Prefect's server does not answer, or answers with an error; the message says which and what to do."""

    def __init__(self, told: Text) -> None:
        self.told = told
        super().__init__(told)


def foreseen(error: BaseException) -> tuple[Exit, str] | None:
    """The exit code and the message of an error that a user can do something about; None for a defect."""
    match error:
        case BadInput() | CalendarRange():
            return Exit.BAD_INPUT, error.told
        case Refused():
            return Exit.REFUSED, refusal(error)
        case LedgerUnusable() | Conflict():
            return Exit.LEDGER, _message(error)
        case ServerUnreachable():
            return Exit.SERVER, error.told
        case KeyboardInterrupt():
            return Exit.INTERRUPTED, english("interrupted")
        case BrokenPipeError():
            return Exit.PIPE_CLOSED, ""
        case ClockUnusable() | OSError():
            return Exit.ENVIRONMENT, _message(error)
        case _ if from_server(error):
            return Exit.SERVER, not_taken(error)
        case _:
            return (Exit.ENVIRONMENT, _message(error)) if _of_the_stack(error) else None


def _message(error: BaseException) -> str:
    """What an error says, as it was put, so that it can be said in another language."""
    put = error.args[0] if len(error.args) == 1 else None
    return put if isinstance(put, Text) else str(error)


def not_taken(error: BaseException) -> Text:
    """What the server, or the way there, said."""
    from duban.adapters.delivery.addresses import without_logins  # noqa: PLC0415  what goes well starts sooner

    return english("the Prefect server did not take the request: {error}", error=without_logins(str(error)))


def from_server(error: BaseException) -> bool:
    """Whether Prefect's client raised an error; told by names, for Prefect is slow to import and seldom needed."""
    modules = {base.__module__ for base in type(error).__mro__}
    return "prefect.exceptions" in modules or any(name.partition(".")[0] == "httpx" for name in modules)


def _of_the_stack(error: BaseException) -> bool:
    from deployments.stack.children import StackError  # noqa: PLC0415  as above
    from duban.core.rehearsing.day import Stuck  # noqa: PLC0415  as above

    return isinstance(error, StackError | Stuck)
