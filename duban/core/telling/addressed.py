"""Letters with the addresses at which they are answered, which no ledger holds."""

from dataclasses import replace
from datetime import date

from duban.core.access.doors import Door, ListLink, MatterLink
from duban.core.telling.bulletin_text import BulletinLetter
from duban.core.telling.papers import Writing
from duban.core.telling.slips import Slip


def addressed(links: Door, matter: Writing) -> Writing:
    """What a letter is written of, with the addresses its reader is led to."""
    if isinstance(matter, Slip):
        return _answered(links, matter)
    if isinstance(matter, BulletinLetter):
        return replace(matter, link=f"{links.home}bulletins/{matter.sequence}")
    items = tuple(replace(item, slip=_answered(links, item.slip)) for item in matter.items)
    address = links.to_list(ListLink(matter.recipient, date.fromisoformat(matter.on)))
    return replace(matter, items=items, link=address)


def _answered(links: Door, slip: Slip) -> Slip:
    return replace(slip, link=links.to_matter(MatterLink(slip.initiative_number, slip.sequence), slip.recipient))
