"""Which entries are about a step, through all the names it has borne.

A rename is told by an entry (REPLANNED with `was`), from which on the new name counts. Of one from before anything was
applied, when the files alone told of it, the entry comes after both names were used: it holds for the whole ledger
(`always`).
"""

from collections.abc import Mapping, Sequence

from duban.core.ledger.entries import Draft, Entry, EntryKind, standing


def about(entries: Sequence[Entry], step: str, was: str | None = None) -> tuple[Entry, ...]:
    """The entries that count about a step of an initiative, in sequence.

    `was` is a former name that no entry tells of yet. An id that was given to another step before, or is now, does not
    mix the two.
    """
    names, found = {step, was or step}, list[Entry]()
    for entry in reversed(standing(entries)):
        if entry.step not in names:
            continue
        found.append(entry)
        if entry.kind is EntryKind.REPLANNED:
            if "was" in entry.data:
                names = {entry.data["was"]} | (names if entry.data.get("always") else set())
            elif entry.data.get("added"):
                break
    return tuple(reversed(found))


def called_now(entries: Sequence[Entry], told: Entry, names: Mapping[str, str]) -> str:
    """What the step that an entry is about is called now; `names` are former ids that hold for the whole ledger."""
    name = told.step
    for entry in entries[told.sequence :]:
        if entry.kind is EntryKind.REPLANNED and entry.data.get("was") == name:
            name = entry.step
    return names.get(name, name)


def names_for_good(entries: Sequence[Entry], renamed: Mapping[str, str], told: Sequence[Draft] = ()) -> dict[str, str]:
    """Former ids that hold for the whole ledger, and the ids these steps bear now.

    Those of the plan, `renamed`, count as long as no entry, nor one `told` before all else, says from when on.
    """
    every: tuple[Draft | Entry, ...] = (*entries, *told)
    said = [one for one in every if one.kind is EntryKind.REPLANNED and "was" in one.data]
    since = {one.data["was"] for one in said if not one.data.get("always")}
    present = {was: name for was, name in renamed.items() if was not in since}
    return {one.data["was"]: present.get(one.step, one.step) for one in said if one.data.get("always")} | present
