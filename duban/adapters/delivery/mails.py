"""What a letter looks like as mail, and what it is known by wherever it goes."""

from collections.abc import Iterable
from datetime import datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import quote

from duban.carrying import Letter

DOMAIN = "duban.invalid"
"""The domain of addresses that no mail ever leaves to."""

WORD = ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document")
"""The type of a Word file."""

HEADER = "X-Duban-Letter"
"""The header of a mail that holds the letter's key."""


def short_hash(key: str, length: int = 32) -> str:
    """The first characters of a hash of a letter's key."""
    return sha256(key.encode()).hexdigest()[:length]


def message_id(key: str, domain: str = DOMAIN) -> str:
    """The Message-ID of a letter: the same for every try, so that whoever gets it twice can tell."""
    return f"<{short_hash(key)}@{domain}>"


def header_value(key: str) -> str:
    """A letter's key as a header may hold it: ASCII, on one line."""
    return quote(key, safe="/@:+=~")


def mail(
    letter: Letter, now: datetime, policy: "EmailPolicy[EmailMessage]", sender: str, to: Iterable[str]
) -> EmailMessage:
    """The letter as a mail of text and HTML, with what is enclosed, to the byte the same for the same arguments.

    `sender` and `to` are addresses, with names or without; the domain of the sender is that of the Message-ID.
    """
    message = EmailMessage(policy=policy)
    message["From"] = sender
    message["To"] = ", ".join(to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(letter.key, message["From"].addresses[0].domain)
    message[HEADER] = header_value(letter.key)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for name, content in letter.enclosures:
        message.add_attachment(content, maintype=WORD[0], subtype=WORD[1], filename=name)
    for place, part in enumerate(part for part in message.walk() if part.is_multipart()):
        # Not by chance: the same letter is the same mail.
        part.set_boundary(f"=_{short_hash(letter.key)}" + (f"_{place}" if place else ""))
    return message
