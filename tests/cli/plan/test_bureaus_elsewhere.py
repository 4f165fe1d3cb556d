"""Two bureaus unlike the shipped one, with files in config/ alone: begun, drafted, rehearsed, in force, rolled."""

from datetime import datetime
from pathlib import Path

import pytest

from duban.adapters.clock import FileClock
from duban.settings import CLOCK_FILE, PLAN_VARIABLE, load_settings
from duban.wiring import load_office
from tests.cli.conftest import VARIABLES, Bureau

DATA = Path(__file__).parent.parent.parent / "data"
COMMISSION = (
    *("--name", "Independent Election Commission", "--country", "JO", "--weekend", "friday,saturday"),
    *("--timezone", "Asia/Amman", "--number", "IEC/{year}/{initiative}/{sequence}"),
)
HARBOUR = (
    *("--name", "Harbour Authority of Saint John", "--country", "CA", "--subdivision", "NB"),
    *("--timezone", "America/Halifax", "--number", "HA-{year}-{initiative}-{sequence}"),
)


@pytest.mark.parametrize(
    ("said", "source", "zone"),
    [(COMMISSION, "tables/elections.xlsx", "Asia/Amman"), (HARBOUR, "projects/roll.csv", "America/Halifax")],
)
def test_a_bureau_elsewhere_needs_no_file_outside_its_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: tuple[str, ...], source: str, zone: str
) -> None:
    for name in (*VARIABLES, "DUBAN_SETTINGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(PLAN_VARIABLE, "")
    monkeypatch.chdir(tmp_path)
    place = Bureau(tmp_path)
    place.ok("init", ".", *said, "--year", "2024")
    place.ok("draft", str(DATA / source), "--plan", "own-2024", "--yes")
    settings = place.config / "duban.toml"
    written = settings.read_text("utf-8")
    settings.write_text(written.replace('plan = "plan-2024"', 'plan = "own-2024"'), "utf-8")
    assert place.json("check")["problems"] == []
    office = load_office(load_settings(settings, {}))
    assert office.zone.key == zone
    friday, sunday = (office.calendar.is_working(datetime(2024, 7, day).date()) for day in (12, 14))  # noqa: DTZ001  a day
    assert (friday, sunday) == ((False, True) if zone == "Asia/Amman" else (True, False))
    assert place.json("rehearse")["unfinished"] == []
    place.var.mkdir()
    FileClock(place.var / CLOCK_FILE).set(datetime(2024, 7, 2, 9, tzinfo=office.zone))
    place.ok("apply", "--by", "administrator", "--reason", "in force")
    place.tick()
    place.ok("roll", "own-2024", "--year", "2025", "--rest-beside")
    written = settings.read_text("utf-8").replace("beside = []", 'beside = ["own-2024"]')
    settings.write_text(written.replace('plan = "own-2024"', 'plan = "own-2025"'), "utf-8")
    assert place.json("check")["problems"] == []
    FileClock(place.var / CLOCK_FILE).set(datetime(2025, 7, 2, 9, tzinfo=office.zone))
    place.ok("apply", "--by", "administrator", "--reason", "in force")
    place.tick()
    assert {one["plan"] for one in (place.json("show"), place.json("--plan", "own-2024", "show"))} == {
        "own-2024",
        "own-2025",
    }
