"""Appointments as a calendar file (.ics, RFC 5545): all-day events, so that no time zone is needed. Bytes out."""

from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from duban.core.telling.appointments import Appointment, Appointments

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
"""Whence an event's SEQUENCE counts seconds: it grows with every change, and holds in 32 bits until 2088."""

REFRESHED = timedelta(hours=1)
"""How often a program that subscribes is asked to look again."""


def calendar_file(told: Appointments) -> bytes:
    """The file of a calendar: to the byte the same as long as nothing in it changes."""
    calendar = Calendar()
    calendar.add("prodid", "-//duban//deadlines//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", told.title)
    calendar.add("x-wr-calname", told.title)
    calendar.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    for one in told.each:
        calendar.add_component(_event(one))
    return bytes(calendar.to_ical())


def _event(one: Appointment) -> Event:
    event, modified = Event(), one.modified.astimezone(UTC).replace(microsecond=0)
    event.add("uid", one.uid)
    event.add("dtstamp", modified)
    event.add("last-modified", modified)
    event.add("sequence", int((modified - EPOCH).total_seconds()))
    event.add("dtstart", one.day)
    event.add("dtend", one.day + timedelta(days=1))
    event.add("summary", one.summary)
    event.add("description", "\n".join(one.told))
    event.add("categories", [one.light] if one.light else ["不亮灯"])
    event.add("status", "TENTATIVE" if one.provisional else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # a deadline takes no time
    return event
