"""`doctor` under the real clock: when the last patrol, look, letter and backup were, and when that is too long ago."""

import os
from datetime import timedelta

import pytest

from duban.adapters.clock import SystemClock
from duban.applying import Author, apply
from duban.core.ledger.entries import SYSTEM
from duban.ports import Round, Rounder
from duban.settings import CLOCK_FILE, load_settings
from duban.wiring import gear, load_office
from tests.cli.conftest import Bureau
from tests.cli.stack.test_doctor import findings


@pytest.fixture
def office(bureau: Bureau) -> Bureau:
    """The bureau under the real clock, its plan applied, patrolled every minute."""
    (bureau.var / CLOCK_FILE).unlink()
    (bureau.config / "duban.toml").write_text('plan = "small-2024"\nbackups = "backups"\n[patrol]\nevery = 60\n')
    (bureau.root / "backups").mkdir()
    (bureau.root / "backups" / "ledger.dump").touch()
    with gear(load_settings()) as at:
        apply(at.service, load_office(at.settings), Author(SYSTEM))
    bureau.tick()
    bureau.ok("ledger", "seal")
    return bureau


def patrolled(minutes: float, by: Rounder = Rounder.PATROL) -> None:
    """A round made so many minutes ago."""
    with gear(load_settings()) as at:
        at.service.ledger.note_round(by, Round(SystemClock().now() - timedelta(minutes=minutes)))


def test_a_patrol_within_three_intervals_is_well(office: Bureau) -> None:
    patrolled(2.5)
    found = findings(office)
    assert found["patrol"][0]["level"] == "ok"
    assert found["patrol"][0]["found"].startswith("the last was 20")
    assert found["backup"][0]["level"] == "ok"
    assert found["look"][0]["found"].startswith("the last was 20")
    assert found["letter"][0]["found"] == "the last was never"


def test_none_for_longer_is_bad_whatever_the_guard_does(office: Bureau) -> None:
    patrolled(3.5)
    patrolled(0.1, Rounder.GUARD)
    (found,) = findings(office, code=1)["patrol"]
    assert found["level"] == "bad"
    assert "the guard has stood in, last 20" in found["found"]
    assert found["found"].endswith("more than 3 min ago")


def test_none_ever_is_bad_once_the_plan_is_applied(office: Bureau) -> None:
    assert findings(office, code=1)["patrol"][0]["level"] == "bad"


def test_before_the_plan_is_applied_there_is_nothing_to_patrol(bureau: Bureau) -> None:
    (bureau.var / CLOCK_FILE).unlink()
    bureau.tick()
    assert findings(bureau)["patrol"][0]["level"] == "warn"


def test_an_initiative_that_waits_for_three_intervals_is_bad(office: Bureau) -> None:
    patrolled(0)
    with gear(load_settings()) as at:
        at.service.ledger.wake(("cosmetics",), SystemClock().now() - timedelta(minutes=4))
    (found,) = findings(office, code=1)["waiting"]
    assert found["found"] == "1 initiatives have waited for a look for more than 3 min"


def test_a_seal_that_is_missing_or_old_is_bad(office: Bureau) -> None:
    patrolled(0)
    assert "number and fingerprint 1 " in findings(office)["seal"][0]["found"]
    with gear(load_settings()) as at:
        at.service.ledger.note_round(Rounder.SEAL, Round(SystemClock().now() - timedelta(days=14), "1 00"))
    assert findings(office, code=1)["seal"][0]["found"].endswith("more than 2 working days ago")


def test_a_backup_that_is_old_or_missing_is_bad(office: Bureau) -> None:
    patrolled(0)
    dump = office.root / "backups" / "ledger.dump"
    old = SystemClock().now() - timedelta(days=4)
    os.utime(dump, (old.timestamp(), old.timestamp()))
    assert findings(office, code=1)["backup"][0]["found"].endswith("more than 3 days ago")
    dump.unlink()
    assert findings(office, code=1)["backup"][0]["found"].startswith("none was made, and none is in ")
    office.ok("backup", str(office.root / "copy"))
    assert findings(office)["backup"][0]["level"] == "ok"


def test_without_a_folder_of_backups_that_is_said(office: Bureau) -> None:
    (office.config / "duban.toml").write_text('plan = "small-2024"\n[patrol]\nevery = 60\n')
    patrolled(0)
    assert findings(office)["backup"][0]["level"] == "warn"
