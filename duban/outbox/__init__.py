"""The outbox: queued notices become letters. Claim, decide again, write, carry, store what became of it.

A claim is stored before anything is carried, so that of two senders one carries; it lapses after LEASE, so that what a
sender that died had claimed is carried by another. What was carried is stored at once; between the two lies the only
moment in which a letter can go out twice, and carriers know letters by their key.

Notices that are not immediate go in their recipient's digest. That is the patrol's business, which sees the whole plan;
a tick sends the immediate ones of its own initiative.

Whoever calls may have little time, and a letter to a server that does not answer takes long: so the time is looked at
before each letter is claimed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile

from duban.carrying import Carrier
from duban.core.ledger.summary import RECIPIENT
from duban.core.telling.digest import by_recipient
from duban.core.titles import BULLETIN
from duban.outbox import bulletins, digests, immediate
from duban.outbox.sweep import LEASE, Delivered, Sweep, Wording
from duban.ports import LedgerUnusable
from duban.service import Service

__all__ = ["LEASE", "Delivered", "Wording", "deliver_due"]


@dataclass(frozen=True, slots=True)
class _Round:
    """Turns, one after another, of which none stops the others."""

    done: list[Delivered] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def take(self, what: str, turn: Callable[[], Delivered | None]) -> None:
        try:
            delivered = turn()
        except LedgerUnusable:
            raise  # nothing can be put down any more, so nothing more is begun
        except Exception as error:  # noqa: BLE001  one notice never stops the others; all errors are raised in the end
            error.add_note(f"while delivering {what}")
            self.errors.append(error)
        else:
            self.done.extend([delivered] if delivered else [])


def deliver_due(
    service: Service,
    carrier: Carrier,
    wording: Wording,
    limit: int = 1000,
    initiative: str | None = None,
    *,
    in_time: Callable[[], bool] = lambda: True,
) -> tuple[Delivered, ...]:
    """Deliver the notices that are due, of one initiative or of the plan, at most `limit`; outside working hours none.

    Only for the plan are digests composed, of at most `limit` people, and sent. Before each letter `in_time` is asked
    whether it may still be begun; if not, the rest stays queued. A notice that fails never stops the others: what a
    carrier refuses is tried again later. Errors of the program are raised together, as an ExceptionGroup, after every
    notice has had its turn. Raises LedgerUnusable at once: what was carried then comes again after its LEASE.
    """
    sweep, turns = Sweep(service, carrier, wording), _Round()
    if service.office.working_moment(sweep.now) > sweep.now:
        return ()
    if initiative is None:
        _compose(sweep, turns, limit)
    for row in takewhile(lambda _: in_time(), service.ledger.pending_notices(sweep.now, limit, initiative)):
        own = bulletins if row.slip == BULLETIN else digests
        way = own if row.initiative.startswith(RECIPIENT) else immediate
        turns.take(f"{row.initiative}: {row.key}", partial(way.deliver, sweep, row))
    if turns.errors:
        message = f"{len(turns.errors)} notices met an error; {len(turns.done)} others were dealt with"
        raise ExceptionGroup(message, turns.errors)
    return tuple(turns.done)


def _compose(sweep: Sweep, turns: _Round, people: int) -> None:
    """Compose the digests that are due; before their moment none is, however long something has waited."""
    if sweep.now.time() < sweep.office.policy.digest:
        return
    waiting = by_recipient(sweep.service.ledger.waiting_notices(sweep.now, people))
    for recipient, rows in waiting.items():
        turns.take(f"the digest of {recipient}", partial(digests.compose, sweep, recipient, rows))
