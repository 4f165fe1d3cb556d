"""Calendar, directory and ladders at the command line: nothing of their files counts before it is applied."""

import json
from pathlib import Path
from typing import Any

import pytest

import duban.wiring
from duban.cli.account import by_command
from duban.core.days.overrides import CalendarOverrides, apply_overrides
from duban.core.days.workdays import WorkCalendar
from duban.settings import load_settings
from duban.wiring import at_work, kept_gear, not_in_force
from tests.cli.conftest import DIRECTORY, Bureau, lines, write

CALENDAR = "holidays: [{first: 2024-04-10, last: 2024-04-12, note: 检修}]\n"
BY = ("--by", "coordinator", "--reason", "设备检修")
STEP = "cosmetics/draft"


@pytest.fixture
def closed_late(bureau: Bureau) -> Bureau:
    """The draft is due on 12 April and closed on the 17th, three working days late; what follows it goes on."""
    bureau.ok("apply")
    bureau.tick()
    bureau.at("2024-04-17 09:00").tick()
    bureau.ok("submit", STEP, "--as", "protection-officer", "--evidence", "送审稿")
    bureau.ok("approve", STEP, "--as", "protection-head")
    return bureau


def test_a_holiday_entered_later_changes_nothing_of_what_is_closed(closed_late: Bureau) -> None:
    write(closed_late.config, {"calendar.yaml": CALENDAR})
    before = closed_late.ok("why", STEP)
    assert "时限" in before
    closed_late.ok("apply", *BY)
    assert closed_late.ok("why", STEP) == before


def test_a_holiday_is_shown_applied_and_recorded(closed_late: Bureau) -> None:
    bureau = closed_late.at("2024-04-18 09:00")
    bureau.tick()
    write(bureau.config, {"calendar.yaml": "holidays: [{first: 2024-05-06, note: 检修}]\n"})
    result = bureau.run("diff")
    assert result.exit_code == 1
    assert "~ 工作日历：2024年5月6日改为休息（检修）" in lines(result.stdout)
    bureau.ok("apply", *BY)
    assert lines(bureau.ok("diff"))[1:] == ["计划没有变化"]
    *_, entry = bureau.json("ledger", "show")
    assert (entry["actor"], entry["data"]["reason"], entry["day"]) == ("coordinator", "设备检修", "2024-04-18")
    assert entry["data"]["altered"] == [["calendar.2024-05-06", [True, ""], [False, "检修"]]]
    assert entry["data"]["via"] == by_command()
    assert "terms" not in entry["data"]
    assert "督办专员应用计划及工作日历的调整（涉及" in bureau.ok("ledger", "show")


def test_a_file_that_is_not_applied_is_told_and_not_used(closed_late: Bureau) -> None:
    bureau = closed_late
    assert not_in_force(load_settings(), kept_gear(load_settings()).service) == ()
    write(bureau.config, {"calendar.yaml": CALENDAR, "directory.yaml": DIRECTORY.replace("保护处联络员", "保护处专员")})
    told = [one for one in _findings(bureau) if one["check"] == "applied"]
    assert [(one["level"], one["found"]) for one in told] == [
        ("warn", "the files say something else than application 1: calendar, directory")
    ]
    gear = kept_gear(load_settings())
    assert not_in_force(gear.settings, gear.service) == ("calendar", "directory")
    assert gear.service.office.directory.title("protection-officer") == "保护处联络员"


def _findings(bureau: Bureau) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(bureau.run("doctor", "--json").stdout)["findings"]
    return found


def test_files_that_cannot_be_read_stop_nobody(closed_late: Bureau) -> None:
    bureau = closed_late
    broken = {"calendar.yaml": "holidays: [", "directory.yaml": "posts: [", "escalation.yaml": "lights: ["}
    write(bureau.config, broken)
    bureau.at("2024-05-08 09:00").tick()
    bureau.ok("show")
    gear = kept_gear(load_settings())
    assert not_in_force(gear.settings, gear.service) == ("files",)
    assert dict(gear.service.office.directory.mailing.channels) == {}, "letters wait until the addresses can be read"
    assert "applied" in [one["check"] for one in _findings(bureau) if one["level"] == "warn"]


def test_an_address_counts_at_once(closed_late: Bureau) -> None:
    post = "title: 保护处联络员, channels: [mailto://officer@example.org]"
    write(closed_late.config, {"directory.yaml": DIRECTORY.replace("title: 保护处联络员", post)})
    with at_work(load_settings()) as service:
        assert service.office.directory.mailing.channels["protection-officer"] == ("mailto://officer@example.org",)
    assert closed_late.run("diff").exit_code == 0
    ledger = Path("var/ledger.sqlite").read_bytes()
    assert b"officer@example.org" not in ledger


def test_a_release_of_the_library_is_a_change_like_any_other(
    closed_late: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = duban.wiring.load_calendar

    def released(*args: Any) -> WorkCalendar:
        days = CalendarOverrides.model_validate({"holidays": [{"first": "2024-05-06", "note": "新安排"}]})
        return apply_overrides(known(*args), days)

    monkeypatch.setattr(duban.wiring, "load_calendar", released)
    gear = kept_gear(load_settings())
    assert not_in_force(gear.settings, gear.service) == ("calendar",)
    result = closed_late.run("diff")
    assert (result.exit_code, "~ 工作日历：2024年5月6日改为休息（新安排）" in lines(result.stdout)) == (1, True)
    with at_work(load_settings()) as service:
        assert service.office.calendar.note(service.office.plan.ends.replace(month=5, day=6)) != "新安排"
    closed_late.ok("apply", *BY)
    assert closed_late.run("diff").exit_code == 0
