"""A folder of mail files, for people without channels."""

from datetime import datetime
from email.policy import default
from pathlib import Path

from duban.adapters.delivery.mails import DOMAIN, mail, short_hash
from duban.adapters.files import PRIVATE, write_atomically
from duban.ports import Letter, Outcome

READABLE = default.clone(utf8=True, max_line_length=998)
"""Headers and bodies as they are, not encoded; 998 bytes is the longest line mail may have."""


class MailFolder:
    """Writes letters as mail files: `<recipient>/<date>-<recipient>-<hash of key>.eml`, UTF-8, closed to others."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        """Write one letter, once for its key; `now` is the office's time. Refused when the file cannot be written."""
        folder, short = self._folder / letter.recipient, short_hash(letter.key, 12)
        try:
            there = sorted(folder.glob(f"*-{short}.eml"))
            file = there[0] if there else folder / f"{now:%Y-%m-%d}-{letter.recipient}-{short}.eml"
            if not there:
                write_atomically(file, _written(letter, now), PRIVATE)
        except OSError as error:
            return Outcome(False, f"信件未能写入{folder}：{error.strerror or error}")
        return Outcome(True, file.relative_to(self._folder).as_posix())


def _written(letter: Letter, now: datetime) -> str:
    message = mail(letter, now, READABLE, f"督办 <duban@{DOMAIN}>", [f"{letter.recipient}@{DOMAIN}"])
    return message.as_bytes().decode()
