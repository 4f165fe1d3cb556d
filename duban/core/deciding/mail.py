"""What the notices of an initiative mean for deciding: who is being pressed, who has been, and what reached nobody."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from duban.core.deciding.ladder import being_sent
from duban.core.deciding.office import Office
from duban.core.deciding.undelivered import Line, lines
from duban.core.ledger.state import State
from duban.core.ledger.summary import Delivery

WANTING_ANSWER = frozenset({"press", "supervise"})


class Mail(NamedTuple):
    """By step: the last day on which anybody was pressed about it, and `sending` and `lines` as the ladder has them."""

    pressed: Mapping[str, date]
    sending: Mapping[str, Mapping[str, datetime]]
    lines: Mapping[str, Line]


def read_mail(office: Office, state: State) -> Mail:
    """Go through the notices of an initiative."""
    return Mail(_pressed(office, state), being_sent(state), lines(state))


def _pressed(office: Office, state: State) -> Mapping[str, date]:
    pressed: dict[str, date] = {}
    for notice in state.notices.values():
        if notice.slip in WANTING_ANSWER and notice.delivery is Delivery.SENT:
            day = office.day(notice.queued_at)
            pressed[notice.step] = max(day, pressed.get(notice.step, day))
    return pressed
