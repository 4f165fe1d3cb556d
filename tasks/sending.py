"""Sending notices for as long as one flow run has time for it."""

import logging
from functools import partial
from time import monotonic

from duban.outbox import deliver_due
from duban.wiring import Gear

AT_ONCE, EVERYTHING = 10, 1000
LONGEST_SENDING = 60.0
"""Seconds in which letters are begun. A mail server that does not answer costs some with every letter; what is left is
for the next patrol."""

LOG = logging.getLogger(__name__)


def send_due(at: Gear, initiative: str | None = None) -> int:
    """Deliver the notices that are due, of one initiative or of the plan; how many were dealt with.

    An error of the program stops neither the other notices nor the round they are sent in: it is logged, and what met
    it is tried again as though refused.
    """
    until = monotonic() + LONGEST_SENDING
    deliver = partial(deliver_due, at.service, at.carrier, at.wording, in_time=lambda: monotonic() <= until)
    dealt_with, at_once = 0, AT_ONCE
    while True:
        try:
            delivered = deliver(at_once, initiative)
        except ExceptionGroup as met:
            LOG.error("%s: %s", met.message, "; ".join(map(_told, met.exceptions)))
            if at_once == EVERYTHING:
                return dealt_with
            at_once = EVERYTHING  # those before the others would meet it again and again
            continue
        if not delivered:
            return dealt_with
        dealt_with += len(delivered)


def _told(error: Exception) -> str:
    """An error by its kind and by what it stopped: its own words may hold secrets."""
    return " ".join((type(error).__name__, *getattr(error, "__notes__", ())))
