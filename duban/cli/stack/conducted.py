"""The conductor's process, which ends as commands end: `python -m duban.cli.stack.conducted`, started by `duban up`."""

from deployments.conduct import main
from duban.cli.exits import foreseen
from duban.cli.output import complain


def conducted() -> None:
    """Conduct; what can be foreseen to go wrong ends in a message and an exit code of the table."""
    try:
        main()
    except Exception as error:
        end = foreseen(error)
        if end is None:
            raise
        complain(end[1])
        raise SystemExit(end[0]) from None


if __name__ == "__main__":
    conducted()
