"""Whatever is typed into a form, and whatever comes with it: said in words, never an error of the desk's own.

The ledger holds what was right alone, and nothing goes wrong in the log.
"""

import io
import logging
import zipfile
from collections.abc import Iterator
from unicodedata import category

import pytest

from duban.core.ledger.entries import EntryKind
from tests.desk.conftest import Office

DRAFT, ATTENDANCE = "/m/cosmetics/draft", "/m/training/attendance"

STRINGS = {
    "nul": "甲\x00乙",
    "controls": "\x01\x02\x07\x08\x0b\x0c\x1b[31m\x7f",
    "right-to-left": "\u202e\u2066证\u2069\u200f",
    "zero-width": "\u200b\ufeff\u2060",
    "astral": "𠮷" * 50,
    "combining": "a" + "\u0301" * 2000,
    "line ends": "甲\r\n乙\u2028丙\u2029丁\x85",
    "markup": "<script>alert(1)</script>{{ 7*7 }}{% raw %}",
    "formula": '=HYPERLINK("http://evil.example")',
    "sql": "'; DROP TABLE entry; --",
    "path": "../../../etc/passwd",
    "header": "x\r\nSet-Cookie: a=b",
    "long": "长" * 20_000,
    "huge": "a" * 2**20,
    "number": "9" * 400,
    "minus": "-1",
    "exponent": "1e400",
    "arabic": "١٢",
    "fraction": "½",
    "infinite": "inf",
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "beyond days": "10000-01-01",
    "no day": "2024-02-30",
    "digits": "00010101",
}
FORMS = (
    ("protection-officer", DRAFT, "report", ("progress", "remaining", "reason")),
    ("protection-officer", DRAFT, "submit", ("evidence", "reason")),
    ("protection-officer", DRAFT, "extend", ("until", "reason")),
    ("service-officer", ATTENDANCE, "report", ("value", "reason")),
    ("coordinator", DRAFT, "hand-over", ("to", "reason")),
    ("coordinator", DRAFT, "press", ("reason",)),
)


@pytest.fixture
def amiss() -> Iterator[list[str]]:
    """What the log says went wrong."""
    lines: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in ("uvicorn.error", "duban", "asyncio")]
    for logger in loggers:
        logger.addHandler(handler)
    yield lines
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.mark.parametrize("form_of", FORMS)
def test_whatever_is_typed_is_answered_in_words(
    office: Office, amiss: list[str], form_of: tuple[str, str, str, tuple[str, ...]]
) -> None:
    post, address, act, fields = form_of
    person, before = office.signed_in(post), [office.entries(name) for name in ("cosmetics", "training")]
    form = person.open(address).hidden
    for field in (*fields, "name", "act", "version", "nonce", "stored"):
        for name, text in STRINGS.items():
            typed = {**dict(form), "act": act, "name": "王小明"}
            typed[f"{act}.{field}" if field in fields else field] = text
            page = person.send(address, list(typed.items()))
            assert page.status < 500, f"{field}: {name}"
            assert "<script>alert" not in page.response.text
    assert [office.entries(name) for name in ("cosmetics", "training")] == before
    assert amiss == []


@pytest.mark.parametrize("name", STRINGS)
def test_what_is_stored_of_it_is_one_line_that_is_seen(office: Office, amiss: list[str], name: str) -> None:
    person = office.signed_in("protection-officer")
    read = person.check(DRAFT, "report", progress="40", reason=STRINGS[name])
    if read.status == 200:
        assert person.confirm(DRAFT, read).status < 500
    for entry in office.entries("cosmetics"):
        if entry.kind is EntryKind.REPORTED:
            assert [one for one in entry.data.get("reason", "") if category(one) in {"Cc", "Zl", "Zp", "Cs"}] == []
    assert amiss == []


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"\x00" * 50_000_000)
    return made.getvalue()


UPLOADS = {
    "bomb as a workbook": ("台账.xlsx", bomb),
    "bomb as a document": ("报告.docx", bomb),
    "page within a PDF": ("方案.pdf", lambda: b"%PDF-1.7\n<html><script>alert(1)</script></html>"),
    "page called a PDF": ("方案.pdf", lambda: b"<html><script>alert(1)</script></html>"),
    "nothing": ("方案.pdf", lambda: b""),
    "name of dots": ("....pdf", lambda: b"%PDF-1.7"),
    "name of a path": ("../../etc/cron.d/x.pdf", lambda: b"%PDF-1.7"),
    "name right to left": ("案\u202efdp.exe", lambda: b"MZ"),
    "name of controls": ("a\x01\x1b[2Jb.pdf", lambda: b"%PDF-1.7"),
    "name too long": ("长" * 3000 + ".pdf", lambda: b"%PDF-1.7"),
    "name of markup": ("<img src=x onerror=alert(1)>.pdf", lambda: b"%PDF-1.7"),
}


@pytest.mark.parametrize("kind", UPLOADS)
def test_whatever_is_uploaded_is_kept_whole_as_an_attachment_or_refused(
    office: Office, amiss: list[str], kind: str
) -> None:
    name, content = UPLOADS[kind][0], UPLOADS[kind][1]()
    person = office.signed_in("protection-officer")
    read = person.check(DRAFT, "submit", {"submit.files": (name, content)}, evidence="方案送审稿")
    assert read.status in {200, 400, 422}  # a head too long is no whole form
    assert "尚未记入台账" in read.text or read.status != 400
    assert "<img src=x" not in read.response.text
    if read.status == 200:
        done = person.confirm(DRAFT, read)
        assert "已记入台账" in done.text
        (entry,) = [one for one in office.entries("cosmetics") if one.kind is EntryKind.SUBMITTED]
        line = entry.data["evidence"][0]
        assert not [one for one in line if category(one)[0] == "C" or one in "/\\"]
        given = person.client.get(f"{DRAFT}/file/{line[-64:]}")
        assert given.content == content
        assert given.headers["content-disposition"].startswith("attachment")
        assert given.headers["x-content-type-options"] == "nosniff"
        assert "html" not in given.headers["content-type"]
    stored = [one for one in office.bureau.var.rglob("*") if one.is_file() and one.suffix in {".pdf", ".exe"}]
    assert stored == []
    assert amiss == []
