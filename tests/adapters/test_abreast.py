"""Two processes that rehearse together: as one, whatever happens to either."""

import os
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing import active_children
from pathlib import Path

import pytest

from duban.adapters import abreast
from duban.adapters.abreast import rehearse_abreast
from duban.core.days.workdays import CalendarRange
from duban.core.deciding.office import Office
from duban.core.rehearsing.bureau import Bureau
from duban.core.rehearsing.day import halves
from duban.core.rehearsing.profile import Profile
from duban.core.rehearsing.rehearse import Rehearsal, rehearse
from duban.settings import load_settings
from duban.wiring import load_office, load_profile

SETTINGS = load_settings(Path(__file__).parents[2] / "config" / "duban.toml", {})
OFFICE, PEOPLE = load_office(SETTINGS), load_profile(SETTINGS)
UNTIL = OFFICE.plan.starts + timedelta(days=45)


@pytest.fixture(autouse=True)
def two(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(abreast, "_two_may_run", lambda: True)
    yield
    assert active_children() == []


def pages(done: Rehearsal) -> object:
    desks = done.bureau.desks.items()
    return [(name, desk.state.steps, desk.entries, desk.lights) for name, desk in desks], done.bureau.looks


@pytest.mark.slow
def test_two_processes_rehearse_as_one() -> None:
    assert halves(OFFICE.plan)
    one, two = rehearse(OFFICE, PEOPLE, UNTIL), rehearse_abreast(OFFICE, PEOPLE, UNTIL)
    assert two.report == one.report
    assert pages(two) == pages(one)


def part(bureau: Bureau) -> str:
    """Which of the two parts a bureau has."""
    first, _ = halves(OFFICE.plan) or ((), ())
    return "ahead" if set(bureau.desks) == set(first) else "behind"


def when(place: str, happens: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let something happen in one of the processes after some days."""
    settle, days = Bureau.settle, iter(range(100))

    def then(bureau: Bureau) -> None:
        if part(bureau) == place and next(days) == 5:
            assert callable(happens)
            happens()
        settle(bureau)

    monkeypatch.setattr(Bureau, "settle", then)


def fail() -> None:
    raise CalendarRange("2031-01-01 is outside the calendar")


@pytest.mark.parametrize("place", ["ahead", "behind"])
def test_what_goes_wrong_in_either_is_raised(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    when(place, fail, monkeypatch)
    with pytest.raises(CalendarRange, match="2031-01-01 is outside"):
        rehearse_abreast(OFFICE, PEOPLE, UNTIL)


def test_a_child_that_dies_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    when("ahead", lambda: os._exit(1), monkeypatch)
    with pytest.raises(RuntimeError, match="ended before its time"):
        rehearse_abreast(OFFICE, PEOPLE, UNTIL)


def test_an_interruption_ends_both(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    when("behind", interrupt, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        rehearse_abreast(OFFICE, PEOPLE, UNTIL)


def test_one_processor_rehearses_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    alone: list[Profile] = []

    def counted(office: Office, people: Profile, until: object) -> None:
        alone.append(people)

    monkeypatch.setattr(abreast, "_two_may_run", lambda: False)
    monkeypatch.setattr(abreast, "rehearse", counted)
    rehearse_abreast(OFFICE, PEOPLE, UNTIL)
    assert alone == [PEOPLE]
