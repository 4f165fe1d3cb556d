"""What the time is believed to be, as commands tell it, and what was put down from a moment on."""

from contextlib import closing
from datetime import datetime, timedelta

import pytest

from duban.applying import Author, apply
from duban.cli.exits import Exit
from duban.core.ledger.entries import SYSTEM
from duban.settings import CLOCK_FILE, load_settings
from duban.wiring import gear, load_office
from tests.cli.conftest import SHANGHAI, Bureau
from tests.cli.stack.test_doctor import findings
from tests.http_server import HttpServer

MORNING = datetime(2024, 4, 1, 9, tzinfo=SHANGHAI)


class HandClock:
    """A clock that is set by hand."""

    moment = MORNING

    def now(self) -> datetime:
        return HandClock.moment


@pytest.fixture
def office(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    """The bureau under the real clock, which is set by hand; nothing is applied yet."""
    (bureau.var / CLOCK_FILE).unlink()
    monkeypatch.setattr("duban.wiring.SystemClock", HandClock)
    monkeypatch.setattr("duban.cli.stack.doctor.health.kept_right", lambda: True)
    HandClock.moment = MORNING
    return bureau


def put_in_force() -> None:
    with gear(load_settings()) as at:
        apply(at.service, load_office(at.settings), Author(SYSTEM))


def test_doctor_does_not_call_a_clock_of_2099_well(office: Bureau) -> None:
    put_in_force()
    office.tick()
    assert findings(office, code=1)["clock"][0]["level"] == "ok"
    HandClock.moment = datetime(2099, 1, 1, tzinfo=SHANGHAI)
    (found,) = findings(office, code=1)["clock"]
    assert found["level"] == "bad"
    assert "in doubt: the last believed moment was 2024-04-01 09:00" in found["found"]
    assert "duban clock confirm" in found["remedy"]


def test_doctor_says_where_nothing_but_the_machines_own_clock_tells_the_time(
    office: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_force()
    monkeypatch.setattr("duban.cli.stack.doctor.health.kept_right", lambda: False)
    (found,) = findings(office, code=1)["clock"]
    assert (found["level"], "NTP" in found["remedy"]) == ("warn", True)
    assert "nothing but this machine's own clock" in found["found"]


def test_a_clock_that_an_address_does_not_bear_out_is_bad_and_one_it_leaps_past_decides_nothing(
    office: Bureau,
) -> None:
    put_in_force()
    office.tick()
    with closing(HttpServer()) as server:
        said = f'plan = "small-2024"\n[clock]\nwitness = "{server.url}"\n'
        (office.config / "duban.toml").write_text(said, encoding="utf-8")
        (found,) = findings(office, code=1)["clock"]
        assert (found["level"], server.url in found["found"]) == ("bad", True)
        HandClock.moment = MORNING + timedelta(days=365)
        assert "时间存疑" in office.run("show").stderr
        HandClock.moment = MORNING
    (found,) = findings(office, code=1)["clock"]
    assert (found["level"], "does not tell the time" in found["found"]) == ("warn", True)


@pytest.mark.parametrize("witness", ["time.example.org", "ntp://time.example.org", "https://me:word@example.org"])
def test_an_address_that_can_tell_no_time_is_a_problem(office: Bureau, witness: str) -> None:
    said = f'plan = "small-2024"\n[clock]\nwitness = "{witness}"\n'
    (office.config / "duban.toml").write_text(said, encoding="utf-8")
    refused = office.run("show")
    assert (refused.exit_code, "witness" in refused.stderr) == (Exit.BAD_INPUT, True)
    assert "word" not in refused.stderr


def test_nor_one_under_which_the_ledger_began(office: Bureau) -> None:
    HandClock.moment = datetime(2099, 1, 1, tzinfo=SHANGHAI)
    put_in_force()
    (found,) = findings(office, code=1)["clock"]
    assert (found["level"], "no year of the plan's calendar" in found["found"]) == ("bad", True)


def test_how_far_a_clock_may_leap_is_a_setting(office: Bureau) -> None:
    (office.config / "duban.toml").write_text('plan = "small-2024"\n[clock]\nleap = 30\n', encoding="utf-8")
    put_in_force()
    HandClock.moment = MORNING + timedelta(days=20)
    assert office.run("show").stderr == ""
    (office.config / "duban.toml").write_text('plan = "small-2024"\n', encoding="utf-8")
    assert "时间存疑" in office.run("show").stderr


@pytest.mark.parametrize("words", [("apply", "--by", "coordinator", "--reason", "x"), ("sign", "cosmetics/draft")])
def test_what_people_do_under_a_time_in_doubt_is_refused_and_told(office: Bureau, words: tuple[str, ...]) -> None:
    put_in_force()
    office.tick()
    entries = office.json("ledger", "list", "cosmetics")
    HandClock.moment = MORNING + timedelta(days=365)
    file = office.config / "plans" / "small-2024" / "protection" / "cosmetics.yaml"
    file.write_text(file.read_text().replace("推进化妆品产业", "大力推进化妆品产业"))
    actor = () if "--by" in words else ("--as", "protection-officer")
    done = office.run(*words, *actor)
    assert (done.exit_code, "时间存疑，暂停办理" in done.stderr) == (4, True)
    assert office.json("ledger", "list", "cosmetics") == entries


def test_what_was_put_down_since_is_listed_with_its_way_back(bureau: Bureau) -> None:
    bureau.tick()
    bureau.ok("sign", "cosmetics/draft", "--as", "protection-officer")
    bureau.at("2024-04-02 10:00")
    bureau.ok("report", "cosmetics/draft", "--as", "protection-officer", "--progress", "50")
    told = bureau.json("ledger", "since", "2024-04-02T09:30")
    assert [(one["kind"], one["back"]) for one in told["entries"]] == [
        ("reported", "duban correct cosmetics/draft --as protection-officer")
    ]
    said = bureau.ok("ledger", "since", "2024-04-01")
    assert "duban suspend cosmetics/draft --as coordinator --reason TEXT" in said
    assert "另有通知记录" in said
    assert bureau.ok("ledger", "since", "2024-05-01").startswith("共 0 条")
