"""Who types a command, as the machine knows them: the account, whatever post they say they act as."""

import os
import pwd


def by_command() -> str:
    """The way of an act by a command, as the ledger keeps it: `command`, and the operating system's account.

    Of the process, not of its environment, which whoever types can set; its number where the account has no name.
    """
    number = os.getuid()
    try:
        return f"command {pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"command {number}"
