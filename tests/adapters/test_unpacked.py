"""What is packed in a file of an office program."""

from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import pytest

from duban.adapters.tables import read_file
from duban.adapters.workbooks_back import sheets_of, unpacked
from duban.core.problems import BadInput

TABLES = Path(__file__).parent.parent / "data" / "tables"


def packed() -> bytes:
    """A packed file that says it is of a version of packing from far ahead."""
    file = BytesIO()
    with ZipFile(file, "w") as made:
        made.writestr("one", "two")
    content = bytearray(file.getvalue())
    content[content.index(b"PK\x01\x02") + 6] = 104
    return bytes(content)


def test_a_version_of_packing_that_nobody_writes_is_no_packed_file() -> None:
    with pytest.raises(BadZipFile, match="version"):
        unpacked(packed())


def test_a_workbook_so_damaged_is_refused_with_its_name() -> None:
    with pytest.raises(BadInput, match=r"台账\.xlsx"):
        sheets_of(packed(), "台账.xlsx")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("court.xlsx", "xl/worksheets/sheet1.xml"),
        ("court.xlsx", "xl/styles.xml"),
        ("water-city.docx", "word/document.xml"),
    ],
)
def test_a_table_in_a_file_whose_parts_are_damaged_is_refused_with_its_name(name: str, part: str) -> None:
    kept, damaged = BytesIO((TABLES / name).read_bytes()), BytesIO()
    with ZipFile(kept) as whole, ZipFile(damaged, "w") as made:
        for one in whole.namelist():
            made.writestr(one, whole.read(one)[:-40] + b"\x00" if one == part else whole.read(one))
    with pytest.raises(BadInput, match=name):
        read_file(name, damaged.getvalue())
