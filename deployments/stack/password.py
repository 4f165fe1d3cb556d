"""The password of the stack's server, in a file that nobody but its owner may read from the first instant.

The file holds what the server asks for, whoever chose it: so the stack's processes and commands find it by themselves.
"""

import secrets
from base64 import b64encode
from pathlib import Path

from deployments.stack.children import StackError
from duban.adapters.files import write_private

SERVER_VARIABLE = "PREFECT_SERVER_API_AUTH_STRING"
"""Where an office says a password of its own, as Prefect calls it."""

CLIENT_VARIABLE = "PREFECT_API_AUTH_STRING"
"""Where Prefect's clients are told it."""


def password_file(var: Path) -> Path:
    """Where the password lies."""
    return var / "secrets" / "password"


def keep_password(var: Path, own: str | None) -> None:
    """Have the file hold a password: the office's `own`, else the one it holds, else a new one; raises StackError."""
    file = password_file(var)
    if own and not (own.isascii() and own.isprintable()):
        raise StackError(
            f"{SERVER_VARIABLE} holds what Prefect cannot compare: use letters, digits and signs of ASCII."
        )
    if own or not file.exists() or not read_password(var):
        write_private(file, own or secrets.token_urlsafe(24))


def read_password(var: Path) -> str:
    """The password; raises StackError where this account may not know it."""
    file = password_file(var)
    try:
        return file.read_text(encoding="ascii")
    except OSError as error:
        reason = f"{file} cannot be read: {error.strerror}."
        raise StackError(f"{reason} Run this as the account that runs the stack.") from None


def authorization(password: str) -> dict[str, str]:
    """The header of a request that knows the password; none without one."""
    return {"Authorization": f"Basic {b64encode(password.encode()).decode()}"} if password else {}
