"""The guard where Prefect is gone: it makes the round itself, and tells people over their channels."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, PREFECT_SERVER_ALLOW_EPHEMERAL_MODE, temporary_settings

from deployments.guard.guard import Guard
from duban.adapters import host_files
from duban.core.ledger.entries import GUARD, EntryKind
from duban.ports import Round, Rounder
from duban.settings import LEDGER_VARIABLE, SETTINGS_VARIABLE, load_settings
from duban.wiring import gear
from tests.bureau_folder import SHANGHAI, BureauFolder, make_bureau

NOON = datetime(2024, 4, 10, 12, tzinfo=SHANGHAI)


class HandClock:
    """A clock that is set by hand."""

    moment = NOON

    def now(self) -> datetime:
        return HandClock.moment


@pytest.fixture
def bureau(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BureauFolder]:
    """A bureau under the real clock, patrolled every minute; at the address of Prefect's server nobody answers."""
    made = make_bureau(tmp_path / "guarded", "guarded").all_at_once()
    (made.var / "rehearsal-clock").unlink()
    made.settings.write_text('plan = "guarded"\n[patrol]\nevery = 60\n')
    monkeypatch.setenv(SETTINGS_VARIABLE, str(made.settings))
    monkeypatch.setattr("duban.wiring.SystemClock", HandClock)
    monkeypatch.delenv(LEDGER_VARIABLE, raising=False)
    nobody = {PREFECT_API_URL: "http://127.0.0.1:9/api", PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False}
    with temporary_settings(nobody):
        yield made


def alarms(bureau: BureauFolder) -> list[tuple[str, str]]:
    """The alarms that arrived: to whom, and their subjects' first words."""
    letters = [
        (mail.parent.name, message_from_bytes(mail.read_bytes(), policy=policy.default)) for mail in bureau.mails
    ]
    return sorted((to, str(mail["Subject"])[:4]) for to, mail in letters if str(mail["Subject"]).startswith("巡查"))


def patrol_at(moment: datetime) -> None:
    """What a patrol leaves behind."""
    with gear(load_settings()) as at:
        at.service.ledger.note_round(Rounder.PATROL, Round(moment, ""))


def look(guard: Guard, minutes: int) -> None:
    HandClock.moment = NOON + timedelta(minutes=minutes)
    guard.look(HandClock.moment)


def test_it_makes_the_round_itself_and_people_are_told_once_and_when_it_is_well(bureau: BureauFolder) -> None:
    guard = Guard(load_settings(), NOON)
    look(guard, 1)
    assert (bureau.mails, alarms(bureau)) == ([], [])
    look(guard, 3)
    with gear(load_settings()) as at:
        assert set(at.service.ledger.rounds()) == {Rounder.GUARD}
        assert {"new-road", "toll-system", "green-belt"} <= set(at.service.ledger.initiatives())
    assert bureau.mails, "letters go out without Prefect"
    assert alarms(bureau) == []
    look(guard, 4)
    look(guard, 5)
    told = alarms(bureau)
    assert {subject for _, subject in told} == {"巡查中断"}
    assert len(told) == 2
    patrol_at(NOON + timedelta(minutes=6))
    look(guard, 6)
    look(guard, 7)
    assert sorted(subject for _, subject in alarms(bureau)) == ["巡查中断"] * 2 + ["巡查恢复"] * 2
    with gear(load_settings()) as at:
        kinds = [entry.kind for entry in at.service.ledger.entries(GUARD)]
        assert kinds == [EntryKind.ALARM_BEGUN, EntryKind.ALARM_ENDED] * 4


def test_at_night_nobody_is_told(bureau: BureauFolder) -> None:
    night = NOON.replace(hour=23)
    guard = Guard(load_settings(), night)
    guard.look(night + timedelta(minutes=10))
    assert alarms(bureau) == []


def test_patrols_that_come_leave_it_nothing_to_do(bureau: BureauFolder) -> None:
    guard = Guard(load_settings(), NOON)
    for minutes in range(10):
        patrol_at(NOON + timedelta(minutes=minutes))
        look(guard, minutes)
    with gear(load_settings()) as at:
        assert set(at.service.ledger.rounds()) == {Rounder.PATROL}
    assert bureau.mails == []


def test_a_seal_is_none_of_the_rounds_it_prints(bureau: BureauFolder, capsys: pytest.CaptureFixture[str]) -> None:
    guard = Guard(load_settings(), NOON)
    patrol_at(NOON)
    look(guard, 0)
    with gear(load_settings()) as at:
        at.service.ledger.note_round(Rounder.SEAL, Round(NOON, "1 0123456789abcdef"))
        at.service.ledger.note_round(Rounder.PATROL, Round(NOON + timedelta(minutes=1), "启动1项举措"))
    look(guard, 1)
    assert [line for line in capsys.readouterr().out.splitlines() if "巡查：启动1项举措" in line]


def test_a_ledger_that_is_gone_is_told_of_even_so(bureau: BureauFolder) -> None:
    guard = Guard(load_settings(), NOON)
    patrol_at(NOON)
    look(guard, 0)
    (bureau.var / "ledger.sqlite").write_bytes(b"not a database, not any more")
    for minutes in (1, 5, 6, 9):
        look(guard, minutes)
    assert [subject for _, subject in alarms(bureau)] == ["巡查中断"] * 2


def test_while_the_time_is_in_doubt_it_decides_nothing_and_says_so_once_a_day(bureau: BureauFolder) -> None:
    guard = Guard(load_settings(), NOON)
    look(guard, 3)
    with gear(load_settings()) as at:
        before = at.service.ledger.entries("new-road")
    year = 365 * 24 * 60
    for minutes in (year, year + 1, year + 60):
        look(guard, minutes)
    with gear(load_settings()) as at:
        assert at.service.ledger.entries("new-road") == before
    assert alarms(bureau) == []
    doubts = [mail.parent.name for mail in bureau.mails if "时间存疑" in subject(mail)]
    assert doubts == ["system-administrator"]
    look(guard, 4)
    assert alarms(bureau) == [], "it counts from the moment at which time is believed again"


def subject(mail: Path) -> str:
    return str(message_from_bytes(mail.read_bytes(), policy=policy.default)["Subject"])


def test_the_guard_has_others_know_its_hosts_files_and_logs_that_anothers_differ(
    bureau: BureauFolder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    names = iter(["office-1", "office-2", "office-2"])
    monkeypatch.setattr("duban.adapters.host_files.platform.node", lambda: next(names))
    patrol_at(NOON)
    first, second = Guard(load_settings(), NOON), Guard(load_settings(), NOON)
    look(first, 0)
    look(first, 0)
    with gear(load_settings()) as at:
        assert [one.name for one in host_files.told(at.service.ledger, NOON)] == ["office-1"], "once a minute"
    assert "differ" not in caplog.text
    template = next((bureau.root / "config" / "notices").iterdir())
    template.write_text(template.read_text("utf-8") + "\n", "utf-8")
    look(second, 0)
    look(second, 1)
    assert caplog.text.count("notices: office-1 ≠ office-2") == 1, "told once, and not each minute"
