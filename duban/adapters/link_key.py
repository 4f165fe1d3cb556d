"""The key of the desk's links: in a file of this account alone, or one an office chose for several machines."""

import secrets
from pathlib import Path

from duban.adapters.files import keep_private
from duban.core.problems import BadInput, Problem
from duban.core.texts import english

SHORTEST = 32
"""Characters of a key somebody chose, which nobody may guess."""


def link_key(var: Path, variable: str, chosen: str) -> bytes:
    """The key that `variable` holds, else the one kept under `var`, made where there is none.

    Raises BadInput for one that is too short.
    """
    if chosen and len(chosen) < SHORTEST:
        remedy = english("set at least {shortest} characters that nobody can guess", shortest=SHORTEST)
        raise BadInput([Problem(variable, 0, "short-key", english("the key of the links is too short"), remedy)])
    return (chosen or keep_private(var / "secrets" / "links", secrets.token_urlsafe(SHORTEST))).encode()
