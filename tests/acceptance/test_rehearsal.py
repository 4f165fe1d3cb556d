"""The shipped plan, a whole year of it in memory: it ends, it is the same again, and faultless people see no red."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from duban.cli.output import plain
from duban.core.deciding.office import Office
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.summary import Light
from duban.core.rehearsing.profile import Profile
from duban.core.rehearsing.rehearse import Rehearsal, rehearse
from duban.settings import Settings, load_settings
from duban.wiring import load_office, load_profile

ROOT = Path(__file__).parent.parent.parent
FAULTLESS = ROOT / "config" / "rehearsal-perfect.yaml"
SPRING = timedelta(days=60)


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(ROOT / "config" / "duban.toml", {})


@pytest.fixture(scope="module")
def office(settings: Settings) -> Office:
    return load_office(settings)


@pytest.fixture(scope="module")
def profile(settings: Settings) -> Profile:
    return load_profile(settings)


@pytest.fixture(scope="module")
def year(office: Office, profile: Profile) -> Rehearsal:
    return rehearse(office, profile)


@pytest.fixture(scope="module")
def faultless(office: Office, settings: Settings) -> Rehearsal:
    return rehearse(office, load_profile(replace(settings, rehearsal=FAULTLESS)))


def test_every_step_ends(year: Rehearsal) -> None:
    assert year.report.unfinished == ()
    assert year.report.done == year.report.steps > 100
    assert year.report.ended


@pytest.mark.slow
def test_the_same_seed_gives_the_same_year_byte_for_byte(year: Rehearsal, office: Office, profile: Profile) -> None:
    assert printed(rehearse(office, profile)) == printed(year)


def test_the_same_seed_gives_the_same_spring_byte_for_byte(office: Office, profile: Profile) -> None:
    first, second = (rehearse(office, profile, office.plan.starts + SPRING) for _ in range(2))
    assert printed(first) == printed(second)


def printed(done: Rehearsal) -> str:
    return json.dumps(plain(done.report), ensure_ascii=False)


def test_every_rung_of_the_ladders_in_use_fires(year: Rehearsal) -> None:
    silent = {one.rung for one in year.report.rungs if one.times == 0}
    assert silent == {"instruct", "advise", "press-by-hand", "disown"}  # nobody does in a rehearsal
    assert {one.ladder for one in year.report.rungs} == {"standard", "urgent"}


def test_people_without_a_fault_miss_nothing_see_no_red_and_are_not_pressed(faultless: Rehearsal) -> None:
    assert [late.reason for late in faultless.report.missed] == []
    trails = faultless.bureau.trails.values()
    assert [trail.initiative.id for trail in trails if Light.RED in {light for _, light in trail.lights}] == []
    slips = {entry.data["slip"] for trail in trails for entry in trail.entries if entry.kind is EntryKind.NOTICE_SENT}
    assert not slips & {"press", "supervise"}
    assert faultless.report.unfinished == ()
