"""A workbook as an office fills it in: by the headings of its columns and the steps of its rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from tests.cli.conftest import Bureau

SHEET = "督办台账"
HEAD = 3


class Table:
    """An exported workbook, opened to be filled in and saved again."""

    def __init__(self, bureau: Bureau, *words: str, name: str = "台账.xlsx") -> None:
        self.bureau, self.file = bureau, bureau.root / name
        bureau.ok("export", "xlsx", "-o", str(self.file), *words)
        self.open()

    def open(self) -> None:
        """Read it again from its file."""
        self.book = load_workbook(self.file)
        self.page = self.book[SHEET]

    def column(self, title: str) -> int:
        """The number of a column."""
        return next(cell.column for cell in self.page[HEAD] if cell.value == title)

    def row(self, step: str) -> int:
        """The number of a step's row."""
        return next(row for row in range(HEAD + 1, self.page.max_row + 1) if self.page.cell(row, 1).value == step)

    def cell(self, step: str, title: str) -> Any:
        """The cell of a step."""
        return self.page.cell(self.row(step), self.column(title))

    def at(self, step: str, title: str) -> str:
        """The address of a cell, as messages have it."""
        return f"{self.page.title}!{self.cell(step, title).coordinate}"

    def fill(self, step: str, **values: Any) -> "Table":
        """Write values into cells, and save."""
        for title, value in values.items():
            self.cell(step, title).value = value
        return self.save()

    def change(self, how: Callable[[Any], None]) -> "Table":
        """Do something to the sheet, and save."""
        how(self.page)
        return self.save()

    def save(self) -> "Table":
        self.book.save(self.file)
        return self

    def take(self, *words: str, code: int = 0) -> str:
        """Import it; what was printed."""
        result = self.bureau.run("import", "xlsx", str(self.file), *words)
        assert result.exit_code == code, result.output
        return result.stdout


def entries(bureau: Bureau, *initiatives: str) -> list[tuple[str, str, str, str]]:
    """What people did: kind, step, actor and what they said."""
    found = []
    for name in initiatives or ("cosmetics", "training"):
        found += [
            (one["kind"], one["step"], one["actor"], one["data"].get("reason", ""))
            for one in bureau.json("ledger", "show", name)
            if one["actor"] != "system"
        ]
    return found


def head(bureau: Bureau) -> str:
    """The whole ledger, as it stands."""
    return "\n".join(bureau.ok("ledger", "list", name) for name in ("cosmetics", "training"))


PLACE = Path("台账.xlsx")
