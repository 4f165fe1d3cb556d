"""Prefect's own command, whose logs and prints are JSON: `python -m deployments.logged prefect server start …`.

The stack starts it so where `[log]` says `json`; the variable names the part as which it logs.
"""

import os
import sys

from duban.adapters.log_lines import log_as_json
from duban.settings import LOG_VARIABLE, logs_as

AS_JSON = {
    "PREFECT_LOGGING_FORMATTERS_JSON_CLASS": "duban.adapters.log_lines.JsonLines",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER": "json",
    "PREFECT_LOGGING_HANDLERS_DEBUG_FORMATTER": "json",
    "PREFECT_LOGGING_COLORS": "false",
    "PREFECT_CLI_COLORS": "false",
}
"""How Prefect is told by whom its lines are written."""


def main() -> None:
    """Become Prefect's command."""
    if sys.argv[1:2] != ["prefect"]:
        raise SystemExit("deployments.logged runs Prefect's command: python -m deployments.logged prefect …")
    part = logs_as() or sys.argv[2]
    os.environ.update({**AS_JSON, LOG_VARIABLE: part})  # noqa: TID251  before Prefect is imported, here and in what it starts
    log_as_json(part)
    del sys.argv[1]
    from prefect.cli import app  # noqa: PLC0415  only now

    app()


if __name__ == "__main__":
    main()
