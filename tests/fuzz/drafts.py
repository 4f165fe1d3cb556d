"""What `duban draft` is given: projects (MS Project's XML, CSV with predecessors), an office's tables, documents."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZipFile

from duban.exchange.drafts import Said, draft_table
from duban.settings import load_settings
from duban.wiring import calendar_of, load_bureau
from tests.fuzz.mutating import bytes_, cell

DATA = Path(__file__).parent.parent / "data"
PROJECTS = ("projects/service-hall.xml", "projects/archive.csv", "projects/roll.csv")
TABLES = ("tables/civil-district.csv", "tables/university.csv", "tables/court.xlsx", "tables/business-county.docx")
CELLS = 0.5
"""How often a cell is changed rather than the bytes around it."""


def drafted(config: Path, names: tuple[str, ...]) -> Callable[[Random], None]:
    """A try: one of these files, mutated, drafted into a plan of the bureau at `config`."""
    settings, given = load_settings(config / "duban.toml", {}), {name: (DATA / name).read_bytes() for name in names}

    def one(draw: Random) -> None:
        name = draw.choice(names)
        table = config.parent / Path(name).name
        table.write_bytes(packed(draw, given[name]) if given[name][:2] == b"PK" else changed(draw, given[name]))
        said = Said(year=draw.choice((None, 2024)))
        draft_table(settings, table, said, load_bureau, calendar_of)

    return one


def changed(draw: Random, text: bytes) -> bytes:
    """A file of cells: some of them changed, or what is around them."""
    return cell(draw, text) if draw.random() < CELLS else bytes_(draw, text)


def packed(draw: Random, given: bytes) -> bytes:
    """A file of packed parts: itself changed now and then, else one of its parts."""
    if draw.random() < 0.1:
        return bytes_(draw, given)
    with ZipFile(BytesIO(given)) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    told = [name for name in parts if "sheet" in name or "document" in name or "Strings" in name]
    into, one = BytesIO(), draw.choice([*parts, *told * 3])
    with ZipFile(into, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, changed(draw, content) if name == one else content)
    return into.getvalue()
