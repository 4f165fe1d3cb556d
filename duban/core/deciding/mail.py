"""What the notices of an initiative mean for deciding: who is being pressed, who has been, and what reached nobody."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from duban.core.deciding.office import Office
from duban.core.deciding.undelivered import Line, lines
from duban.core.ledger.state import State
from duban.core.ledger.summary import Delivery

PRESSINGS = frozenset({"remind", "press", "supervise"})
"""Slips that press: two of them keep their distance."""

WANTING_ANSWER = frozenset({"press", "supervise"})


class Mail(NamedTuple):
    """By step the last day on which anybody was `pressed` about it, and those who are now, each with until when.

    `lines` are those of dead notices, by the key of the first.
    """

    pressed: Mapping[str, date]
    sending: Mapping[str, Mapping[str, datetime]]
    lines: Mapping[str, Line]


def read_mail(office: Office, state: State) -> Mail:
    """Go through the notices of an initiative."""
    return Mail(_pressed(office, state), _being_sent(state), lines(state))


def _pressed(office: Office, state: State) -> Mapping[str, date]:
    pressed: dict[str, date] = {}
    for notice in state.notices.values():
        if notice.slip in WANTING_ANSWER and notice.delivery is Delivery.SENT:
            day = office.day(notice.queued_at)
            pressed[notice.step] = max(day, pressed.get(notice.step, day))
    return pressed


def _being_sent(state: State) -> Mapping[str, Mapping[str, datetime]]:
    """By step and recipient: when a pressing that a sender has in hand will have come to an outcome at the latest."""
    found: dict[str, dict[str, datetime]] = {}
    for notice in state.notices.values():
        if notice.delivery is Delivery.SENDING and notice.slip in PRESSINGS and notice.next_try is not None:
            found.setdefault(notice.step, {})[notice.recipient] = notice.next_try
    return found
