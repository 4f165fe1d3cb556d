"""The folder of mail files."""

import errno
import os
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from duban.adapters.delivery.mail_folder import MailFolder
from duban.adapters.delivery.mails import message_id
from duban.core.telling.slips import Enclosure
from tests.adapters.delivery.letters import LETTER, NOW


def read(file: Path) -> EmailMessage:
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_file_can_be_read_by_people(tmp_path: Path) -> None:
    outcome = MailFolder(tmp_path).deliver(LETTER, NOW)
    file = tmp_path / outcome.detail
    assert outcome.accepted
    assert file.match("protection-deputy/2024-04-15-protection-deputy-*.eml")
    text = file.read_text(encoding="utf-8")
    assert f"Subject: {LETTER.subject}\n" in text
    assert "下列事项未按时办结，请抓紧办理。\n" in text


def test_a_mail_file_can_be_read_by_mail_programs(tmp_path: Path) -> None:
    mail = read(tmp_path / MailFolder(tmp_path).deliver(LETTER, NOW).detail)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert (plain.get_content(), html.get_content()) == (LETTER.text, LETTER.html)
    assert mail["Subject"] == LETTER.subject
    assert mail["Message-ID"] == message_id(LETTER.key)
    assert mail["Date"].datetime == NOW
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.defects == []


def test_a_line_longer_than_mail_allows_is_encoded(tmp_path: Path) -> None:
    long = replace(LETTER, text="长" * 1000 + "\n")
    file = tmp_path / MailFolder(tmp_path).deliver(long, NOW).detail
    assert max(map(len, file.read_bytes().split(b"\n"))) <= 998
    plain = read(file).get_body(("plain",))
    assert plain is not None
    assert plain.get_content() == long.text


def test_delivering_a_key_again_leaves_one_file_even_a_day_later(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path)
    first = folder.deliver(LETTER, NOW)
    before = (tmp_path / first.detail).read_bytes()
    again = folder.deliver(replace(LETTER, text="另一份\n"), NOW.replace(day=16))
    assert again == first
    assert [path.read_bytes() for path in tmp_path.rglob("*.eml")] == [before]


def test_letters_of_different_keys_are_different_files(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path)
    for key in ("a/1", "a/2", "b/1"):
        folder.deliver(replace(LETTER, key=key), NOW)
    assert len(list(tmp_path.rglob("*.eml"))) == 3


def test_the_same_letter_is_the_same_file_to_the_byte(tmp_path: Path) -> None:
    files = [tmp_path / part / MailFolder(tmp_path / part).deliver(LETTER, NOW).detail for part in ("a", "b")]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_full_disk_refuses_with_the_reason_and_leaves_no_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    outcome = MailFolder(tmp_path).deliver(LETTER, NOW)
    assert not outcome.accepted
    assert "No space left on device" in outcome.detail
    assert list(tmp_path.rglob("*.eml")) == []


def test_a_folder_that_is_a_file_refuses(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("", encoding="utf-8")
    outcome = MailFolder(tmp_path / "mail").deliver(LETTER, NOW)
    assert not outcome.accepted
    assert "信件未能写入" in outcome.detail


def test_what_is_enclosed_lies_in_the_mail_file(tmp_path: Path) -> None:
    paper = Enclosure("工作催办单 沪知督〔2024〕2.04a-26号.docx", bytes(range(256)))
    mail = read(tmp_path / MailFolder(tmp_path).deliver(replace(LETTER, enclosures=(paper,)), NOW).detail)
    assert [(one.get_filename(), one.get_content()) for one in mail.iter_attachments()] == [tuple(paper)]
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert plain.get_content() == LETTER.text
    assert mail.defects == []
