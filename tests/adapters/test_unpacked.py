"""What is packed in a file of an office program."""

from io import BytesIO
from zipfile import BadZipFile, ZipFile

import pytest

from duban.adapters.workbooks_back import sheets_of, unpacked
from duban.core.problems import BadInput


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
