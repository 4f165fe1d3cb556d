"""Terms (办理依据): what an office decides by besides its plan: days, people, rules. As JSON values, and made again.

They are in force as they were applied, with the plan. How people are written to is left out (`Mailing`): it is no input
of a decision, and an address may hold what a ledger must not.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from duban.core.days.workdays import WorkCalendar, changes
from duban.core.planning.directory import Directory, DirectoryFile, Mailing
from duban.core.planning.policy import Policy
from duban.core.planning.revision import Edit
from duban.core.planning.snapshot import Json

CALENDAR, DIRECTORY, ESCALATION = "calendar", "directory", "escalation"
"""What terms are made of, by the files of a bureau."""

MAILING: dict[str, Any] = {
    "letterhead": True,
    "bulletins": True,
    "roles": True,
    "posts": {"__all__": {"channels", "personal", "papers"}},
}
"""What of a directory says how people are written to, or is in the plan already, as who plays the roles of patterns."""

SATURDAY = 5
DAY = timedelta(days=1)


class Terms(NamedTuple):
    """Days, people and rules."""

    calendar: WorkCalendar
    directory: Directory
    policy: Policy


def terms_values(terms: Terms) -> dict[str, Any]:
    """Terms as JSON values: of two that are equal everything is decided in the same way."""
    return {
        CALENDAR: _days(terms.calendar),
        DIRECTORY: terms.directory.file.model_dump(mode="json", exclude=MAILING),
        ESCALATION: terms.policy.model_dump(mode="json"),
    }


def _days(calendar: WorkCalendar) -> dict[str, Any]:
    """A calendar: of its days those that are not worked as a week from Monday to Friday would be, and all notes."""
    days = [calendar.first + DAY * n for n in range((calendar.last - calendar.first).days + 1)]
    return {
        "first": calendar.first.isoformat(),
        "last": calendar.last.isoformat(),
        "provisional": sorted(calendar.provisional_years),
        "other": [day.isoformat() for day in days if calendar.is_working(day) != _in_week(day)],
        "notes": {day.isoformat(): note for day in days if (note := calendar.note(day))},
    }


def _in_week(day: date) -> bool:
    return day.weekday() < SATURDAY


def restored_terms(values: Json, mailing: Mailing) -> Terms:
    """The terms of such values; `mailing` is how people are written to now."""
    days = values[CALENDAR]
    other = set(map(date.fromisoformat, days["other"]))
    calendar = WorkCalendar.build(
        date.fromisoformat(days["first"]),
        date.fromisoformat(days["last"]),
        lambda day: _in_week(day) != (day in other),
        provisional_years=days["provisional"],
        notes={date.fromisoformat(day): note for day, note in days["notes"].items()},
    )
    people = DirectoryFile.model_validate(values[DIRECTORY])
    return Terms(calendar, Directory(people, mailing), Policy.model_validate(values[ESCALATION]))


# What differs --------------------------------------------------------------------------------------------------------


def alterations(old: Terms, new: Terms) -> tuple[Edit, ...]:
    """What differs, by paths such as `directory.posts.clerk.deputy`; an item of a list is named by its id.

    Of days those that only one of two calendars works, as `[worked, note]`; a note alone decides nothing.
    """
    before, after = terms_values(old), terms_values(new)
    days = before.pop(CALENDAR), after.pop(CALENDAR)
    return (*_days_altered(*days), *_each_day(old.calendar, new.calendar), *_altered("", before, after))


def _days_altered(before: Json, after: Json) -> Iterator[Edit]:
    """From when to when calendars reach, and their years that are not announced."""
    for key in ("first", "last", "provisional"):
        yield from _altered(f"{CALENDAR}.{key}", before[key], after[key])


def _each_day(old: WorkCalendar, new: WorkCalendar) -> Iterator[Edit]:
    for one in changes(old, new):
        yield Edit(f"{CALENDAR}.{one.day}", [not one.working, one.note_before], [one.working, one.note_after])


def _altered(path: str, before: Any, after: Any) -> Iterator[Edit]:
    if before == after:
        return
    if _listed(before) or _listed(after):
        before, after = _by_id(before), _by_id(after)
        if before.keys() == after.keys() and path.endswith(".rungs") and list(before) != list(after):
            yield Edit(path, list(before), list(after))  # of rungs the order counts
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from _altered(f"{path}.{key}".lstrip("."), before.get(key), after.get(key))
    else:
        yield Edit(path, before, after)


def _listed(value: Any) -> bool:
    """Whether it is a list of things that have ids."""
    return isinstance(value, list) and any(isinstance(one, dict) and "id" in one for one in value)


def _by_id(value: Any) -> dict[str, Any]:
    return {one["id"]: one for one in value or ()}
