"""Whether a link still holds: it does until something happens to the step that another letter tells of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from duban.core.deciding.office import Look
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.histories import about, called_now
from duban.core.ledger.state import State
from duban.core.planning.plan import Step

LONGEST = 60
"""Working days after its letter for which a link holds at most."""

LONGEST_DECIDING = 10
"""Working days after its letter for which a link decides on the work of others."""

LONGEST_LIST = 10
"""Working days after its digest for which a list opens."""


class LinkLapse(StrEnum):
    """Why a link opens nothing any more."""

    CLOSED = "closed"
    EXTENDED = "extended"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    HANDED_OVER = "handed-over"
    REPLANNED = "replanned"
    REMOVED = "removed"
    NO_DEPUTY = "no-deputy"
    NO_POST = "no-post"
    AGED = "aged"
    REPLACED = "replaced"
    REVOKED = "revoked"


ENDS: Mapping[EntryKind, LinkLapse] = {
    EntryKind.EXTENSION_GRANTED: LinkLapse.EXTENDED,
    EntryKind.SUSPENDED: LinkLapse.SUSPENDED,
    EntryKind.RESUMED: LinkLapse.RESUMED,
    EntryKind.HANDED_OVER: LinkLapse.HANDED_OVER,
    EntryKind.REPLANNED: LinkLapse.REPLANNED,
}
"""What ends every link of an earlier letter about the step; who is concerned gets another letter, with another link."""


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """What the link of a letter opens: a step, for the recipient of the notice. `lapse` where it opens it no more."""

    step: Step | None
    recipient: str
    post: str
    on: date
    lapse: LinkLapse | None = None


def opened(look: Look, state: State, entries: Sequence[Entry], queued: Entry, names: Mapping[str, str]) -> OpenedLink:
    """What the link of the letter that `queued` tells of opens at this look; `names` are former ids of steps."""
    name, steps = called_now(entries, queued, names), look.initiative.steps
    step = steps.get(name) or next((one for one in steps.values() if one.was == name), None)
    recipient, post = queued.data["recipient"], queued.data["post"]
    lapse = _lapse(look, state, step, about(entries, step.id, step.was) if step else (), queued)
    return OpenedLink(step, recipient, post, queued.day, lapse)


def _lapse(look: Look, state: State, step: Step | None, told: Sequence[Entry], queued: Entry) -> LinkLapse | None:
    people, recipient, post = look.office.directory, queued.data["recipient"], queued.data["post"]
    if step is None:
        return LinkLapse.REMOVED
    if recipient not in people.posts:
        return LinkLapse.NO_POST
    if state.step(step.id).closed:
        return LinkLapse.CLOSED
    since = (entry for entry in reversed(told) if entry.sequence > queued.sequence)
    if ended := next(filter(_ends, since), None):
        return ENDS[ended.kind]
    if queued.data.get("slip") == "change" and post not in look.office.owner_side(step, state.step(step.id)):
        return LinkLapse.HANDED_OVER  # it tells whoever had it before, of whom the rest is no business
    if look.office.acts_for(recipient, (post,), look.today) is None:
        return LinkLapse.NO_DEPUTY
    return LinkLapse.AGED if look.calendar.between(queued.day, look.today) > LONGEST else None


def _ends(entry: Entry) -> bool:
    """Whether it ends the links before it: of what an application did, another deadline or another owner alone."""
    replanned = entry.kind is EntryKind.REPLANNED
    return entry.kind in ENDS and (not replanned or not entry.data.keys().isdisjoint({"moved", "recounted", "owner"}))


def list_lapse(today: date, day: date, last: date | None, days: int) -> LinkLapse | None:
    """Whether the list of a digest of `day` still opens, `days` working days later; `last` is the day of the last."""
    if last is not None and last > day:
        return LinkLapse.REPLACED
    return LinkLapse.AGED if days > LONGEST_LIST or day > today else None
