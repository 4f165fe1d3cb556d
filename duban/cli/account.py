"""Who types a command, as the machine knows them: the account, whatever post they say they act as."""

import os
import pwd


def by_command() -> str:
    """The way of an act by a command, as the ledger keeps it: `command`, and the operating system's account.

    Of the process, not of its environment, which whoever types can set; its number where the account has no name.
    """
    return f"command {_account()}"


def by_workbook() -> str:
    """The way of what a workbook asks for: `workbook`, and the account of whoever took it in."""
    return f"workbook {_account()}"


def _account() -> str:
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
