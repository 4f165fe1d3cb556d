"""Letters that hold a link of the desk and nothing else: to sign in by, or in the place of one that has lapsed."""

import logging
from dataclasses import dataclass

from duban.adapters.letter_parts import Part, PartKind, words
from duban.carrying import Letter
from duban.desk.engine import Here
from duban.outbox.sweep import carried

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LinkLetter:
    """What such a letter says: its heading and what its subject names, why it comes, the link, and whom it warns."""

    heading: str
    subject: str
    why: str
    link: str
    address: str
    warning: str


def send_link(here: Here, letter: LinkLetter, *, post: str, to: str, key: str) -> None:
    """Send a link that a post asked for to the mailbox it is read at; a failure is told in the log alone."""
    people, now = here.service.office.directory, here.service.clock.now()
    parts = (
        Part(PartKind.HEADING, letter.heading),
        Part(PartKind.PARAGRAPH, lines=(f"{people.title(post)}：",)),
        Part(PartKind.PARAGRAPH, lines=(letter.why,)),
        Part(PartKind.LINK, letter.link, letter.address),
        Part(PartKind.PARAGRAPH, lines=(letter.warning,)),
    )
    told = words(f"【督办工作台】{'（推演）' if here.settings.clock else ''}{letter.subject}", parts)
    sent = Letter(key, to, people.channels(to), told.subject, told.text, told.html, links=told.links)
    outcome = carried(here.carrier, sent, now)
    if not outcome.accepted:
        log.error("a link of the desk (%s) did not reach %s: %s", key.partition("/")[0], to, outcome.detail)
