"""Calendar files: RFC 5545, read back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from duban.adapters.calendar_files import calendar_file
from duban.core.telling.appointments import Appointment, Appointments
from duban.core.typed import one_line

ONE = Appointment(
    uid="plan/road/draft@duban.invalid",
    day=date(2024, 6, 28),
    summary="▲黄灯 起草“办法”<&>；,\\ 一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十",
    told=("举措：2.04a 推进, 落实；\\n", "承办：保护处"),
    modified=datetime(2024, 6, 3, 1, 30, 5, 999, UTC),
    light="黄灯",
    provisional=False,
)


def written(*each: Appointment, title: str = "某局时限") -> bytes:
    return calendar_file(Appointments(title, each))


def read(file: bytes) -> list[dict[str, object]]:
    """The events of a file, as a calendar program reads them."""
    calendar = Calendar.from_ical(file)
    return [{str(name).lower(): one.get(name) for name in one} for one in calendar.walk("VEVENT")]


def test_an_appointment_is_an_all_day_event_that_reads_as_it_was_written() -> None:
    (event,) = read(written(ONE))
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2024, 6, 28), date(2024, 6, 29))  # type: ignore[attr-defined]
    assert str(event["summary"]) == ONE.summary
    assert str(event["description"]) == "\n".join(ONE.told)
    assert (str(event["uid"]), str(event["status"]), str(event["transp"])) == (ONE.uid, "CONFIRMED", "TRANSPARENT")
    assert event["last-modified"].dt == event["dtstamp"].dt == ONE.modified.replace(microsecond=0)  # type: ignore[attr-defined]


def test_a_provisional_one_is_tentative() -> None:
    (event,) = read(written(replace(ONE, provisional=True)))
    assert str(event["status"]) == "TENTATIVE"


def test_a_later_one_has_a_greater_sequence_that_calendar_programs_can_hold() -> None:
    moments = [ONE.modified + timedelta(seconds=n) for n in (0, 1, 86400 * 365 * 30)]
    sequences = [int(str(read(written(replace(ONE, modified=moment)))[0]["sequence"])) for moment in moments]
    assert sequences == sorted(set(sequences))
    assert sequences[-1] < 2**31


def test_a_file_has_what_programs_that_subscribe_ask_for() -> None:
    calendar = Calendar.from_ical(written(ONE, title="保护处：某局2024年工作要点时限"))
    assert str(calendar["X-WR-CALNAME"]) == "保护处：某局2024年工作要点时限"
    assert (str(calendar["VERSION"]), str(calendar["METHOD"])) == ("2.0", "PUBLISH")
    assert calendar["PRODID"]
    assert Calendar.from_ical(written()).walk("VEVENT") == []


def test_lines_end_and_are_folded_as_the_rule_says_and_nothing_but_change_changes_a_byte() -> None:
    file = written(ONE, replace(ONE, uid="plan/road/issue@duban.invalid"))
    lines = file.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    assert lines[-1] == b""
    assert all(line.decode("utf-8") is not None for line in lines), "no character is parted"
    assert written(ONE, replace(ONE, uid="plan/road/issue@duban.invalid")) == file


@given(st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_whatever_was_typed_is_one_event_that_reads_as_it_was_typed(title: str, told: str) -> None:
    said = replace(ONE, summary=one_line(f"甲{title}乙"), told=(one_line(f"甲{told}乙"),))
    (event,) = read(written(said))
    assert str(event["summary"]) == said.summary
    assert str(event["description"]) == said.told[0]
