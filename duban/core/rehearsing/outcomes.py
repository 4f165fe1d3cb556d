"""What comes of what a rehearsed bureau sends, runs and measures: everything comes to its end at once."""

from datetime import datetime

from duban.core.ledger.entries import Draft, EntryKind
from duban.core.planning.plan import StepRef

SAID = "推演"
"""What came of a delivery or an action."""


def moment_of(queued: Draft) -> datetime:
    """The moment for which a notice is queued."""
    return datetime.fromisoformat(queued.data["next_try"])


def sent(queued: Draft) -> Draft:
    """The entry that a queued notice has arrived."""
    told = {key: queued.data[key] for key in ("notice", "slip", "recipient")}
    return Draft(EntryKind.NOTICE_SENT, queued.step, data={**told, "outcome": SAID})


def measured(ref: StepRef, period: str, value: float) -> Draft:
    """The entry that an indicator was measured for a period."""
    data = {"value": value, "source": SAID, "period": period}
    return Draft(EntryKind.MEASURED, ref.step, data=data, key=f"measured/{ref.step}/{period}")


def failing(ref: StepRef) -> tuple[Draft, Draft]:
    """The entries of an action that starts and fails for good."""
    return (
        Draft(EntryKind.ACTION_STARTED, ref.step),
        Draft(EntryKind.ACTION_FAILED, ref.step, data={"reason": SAID, "final": True}, key=f"failed/{ref.step}"),
    )


def succeeding(ref: StepRef) -> tuple[Draft, Draft]:
    """The entries of an action that starts and succeeds."""
    return (
        Draft(EntryKind.ACTION_STARTED, ref.step),
        Draft(EntryKind.ACTION_SUCCEEDED, ref.step, data={"outcome": SAID}, key=f"succeeded/{ref.step}"),
    )
