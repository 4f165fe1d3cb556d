"""`duban ledger …`: the ledger itself, for administrators."""

from collections.abc import Mapping
from typing import ClassVar

import typer

from duban.cli.parts import PartsGroup, placed


class _Entries(PartsGroup):
    """The commands, as the help has them."""

    places: ClassVar[Mapping[str, str]] = placed(
        __name__, "verify rebuild list show since take_back:take-back seal seal:rotate-key roles"
    )


app = typer.Typer(
    cls=_Entries, help="Verify the ledger, list its entries, make its derived tables anew.", no_args_is_help=True
)
