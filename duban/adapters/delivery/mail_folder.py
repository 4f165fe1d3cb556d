"""A folder of mail files, for people without channels."""

from datetime import datetime
from email.policy import default
from pathlib import Path

from duban.adapters.delivery.mails import DOMAIN, mail, short_hash
from duban.adapters.stored import keep, names
from duban.carrying import Letter, Outcome

READABLE = default.clone(utf8=True, max_line_length=998)
"""Headers and bodies as they are, not encoded; 998 bytes is the longest line mail may have."""


class MailFolder:
    """Writes letters as mail files: `<recipient>/<date>-<recipient>-<hash of key>.eml`, UTF-8, closed to others.

    The folder is a path, or an address for fsspec.
    """

    def __init__(self, folder: Path | str) -> None:
        self._folder = str(folder)

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        """Write one letter, once for its key; `now` is the office's time. Refused when the file cannot be written."""
        folder, short = f"{self._folder}/{letter.recipient}", short_hash(letter.key, 12)
        try:
            there = names(folder, f"*-{short}.eml")
            file = there[0] if there else f"{now:%Y-%m-%d}-{letter.recipient}-{short}.eml"
            if not there:
                keep(f"{folder}/{file}", _written(letter, now))
        except OSError as error:
            return Outcome(False, f"信件未能写入{folder}：{error.strerror or error}")
        return Outcome(True, f"{letter.recipient}/{file}")


def _written(letter: Letter, now: datetime) -> bytes:
    message = mail(letter, now, READABLE, f"督办 <duban@{DOMAIN}>", [f"{letter.recipient}@{DOMAIN}"])
    return message.as_bytes()
