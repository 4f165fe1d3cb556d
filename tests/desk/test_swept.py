"""What was uploaded and never confirmed is swept away after a day; what an entry names never is."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from duban.core.ledger.entries import EntryKind
from duban.desk.uploads import WAITING, digests, keep_swept, store_at
from tests.desk.conftest import Office
from tests.desk.test_mine import entries

PDF = b"%PDF-1.7\n%%EOF\n"
FILE = {"submit.files": ("方案.pdf", PDF, "application/pdf")}
NOW = datetime.now(UTC)


def aged(office: Office) -> list[Path]:
    """All files that were uploaded, two days older than they are."""
    found = [one for one in (office.bureau.var / "evidence").rglob("*") if one.is_file()]
    for one in found:
        os.utime(one, ((NOW - timedelta(days=2)).timestamp(),) * 2)
    return found


def test_what_nobody_confirmed_goes_after_a_day_and_is_asked_for_again(office: Office) -> None:
    link, person = office.links("protection-officer")[0], office.person()
    confirmation = person.check(link, "submit", FILE)
    assert confirmation.status == 200, confirmation.text
    store = store_at(str(office.bureau.var / "evidence"))
    assert store.sweep(datetime.now(UTC)) == 0
    (file,) = aged(office)
    assert store.sweep(datetime.now(UTC)) == 1
    assert not file.exists()
    late = person.send(f"{link}/do", confirmation.hidden)
    assert late.status == 409
    assert "有文件上传后一天内没有确认，已经清除，请重新上传" in late.words
    assert entries(office, EntryKind.SUBMITTED) == []
    again = person.answer(link, "submit", FILE)
    assert again.status == 200, again.text


def test_what_an_entry_names_is_never_swept_and_can_be_fetched(office: Office) -> None:
    link, person = office.links("protection-officer")[0], office.person()
    person.answer(link, "submit", FILE)
    (entry,) = entries(office, EntryKind.SUBMITTED)
    (digest,) = digests(entry.data["evidence"][0])
    store = store_at(str(office.bureau.var / "evidence"))
    person.check("/m/cosmetics/draft", "report")  # somebody else comes by
    store.keep("同一份.pdf", PDF, 1)  # uploaded once more, and never confirmed
    aged(office)
    assert store.sweep(datetime.now(UTC)) == 0
    assert store.read(digest) == PDF
    assert office.signed_in("protection-officer").open(f"/m/cosmetics/draft/file/{digest}").response.content == PDF


def test_a_file_uploaded_again_waits_anew(tmp_path: Path) -> None:
    store = store_at(str(tmp_path))
    (digest,) = digests(store.keep("甲.pdf", PDF, 1))
    old = tmp_path / WAITING / digest
    os.utime(old, ((NOW - timedelta(days=2)).timestamp(),) * 2)
    store.keep("甲.pdf", PDF, 1)
    assert store.sweep(datetime.now(UTC)) == 0
    assert store.read(digest) == PDF
    assert store.settle(digest)
    assert store.settle(digest)
    assert not old.exists()
    assert not store.settle("0" * 64)


def test_a_desk_sweeps_by_itself(tmp_path: Path) -> None:
    store = store_at(str(tmp_path))
    (digest,) = digests(store.keep("甲.pdf", PDF, 1))
    old = tmp_path / WAITING / digest
    os.utime(old, ((NOW - timedelta(days=2)).timestamp(),) * 2)

    ended = Event()
    ended.set()
    keep_swept(store, ended).join(60)
    assert not old.exists()
