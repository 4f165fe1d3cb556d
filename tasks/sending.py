"""Sending notices for as long as one flow run has time for it."""

from functools import partial
from time import monotonic

from duban.outbox import deliver_due
from duban.wiring import Desk

AT_ONCE = 10
LONGEST_SENDING = 60.0
"""Seconds in which letters are begun. A mail server that does not answer costs some with every letter; what is left is
for the next patrol."""


def send_due(at: Desk, initiative: str | None = None) -> int:
    """Deliver the notices that are due, of one initiative or of the plan; how many were dealt with."""
    until = monotonic() + LONGEST_SENDING
    deliver = partial(deliver_due, at.service, at.carrier, at.wording, in_time=lambda: monotonic() <= until)
    dealt_with = 0
    while delivered := deliver(AT_ONCE, initiative):
        dealt_with += len(delivered)
    return dealt_with
