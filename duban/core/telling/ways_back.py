"""By which command what an entry put down is taken back: for whoever goes through what a wrong clock has done."""

from collections.abc import Mapping

from duban.core.deciding.office import Office
from duban.core.ledger.entries import Entry, EntryKind

BY_MANAGER: Mapping[EntryKind, str] = {
    EntryKind.COMPLETED: "reopen",
    EntryKind.APPROVED: "reopen",
    EntryKind.CANCELLED: "reopen",
    EntryKind.ACTION_SUCCEEDED: "reopen",
    EntryKind.OPENED: "suspend",  # until the day on which it should have opened
    EntryKind.SUSPENDED: "resume",
    EntryKind.RESUMED: "suspend",
}
BY_OWNER: Mapping[EntryKind, str] = {
    EntryKind.SUBMITTED: "withdraw",
    EntryKind.EXTENSION_ASKED: "withdraw",
    EntryKind.REPORTED: "correct",
    EntryKind.MEASURED: "correct",
}


def way_back(office: Office, entry: Entry) -> str:
    """The command; empty where nothing takes it back: a letter that went out, a rung that was passed over."""
    step = f"{entry.initiative}/{entry.step}"
    if verb := BY_MANAGER.get(entry.kind):
        return f"duban {verb} {step} --as {office.coordinator} --reason TEXT"
    verb = BY_OWNER.get(entry.kind)
    return (
        f"duban {verb} {step} --as {entry.actor if entry.actor in office.directory.posts else 'POST'}" if verb else ""
    )
