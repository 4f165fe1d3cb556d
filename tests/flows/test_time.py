"""A clock that leaps, on the real server and ledger: a patrol decides nothing, says so, and goes on once it is well."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from prefect.client.schemas.filters import DeploymentFilter
from prefect.client.schemas.objects import FlowRun
from typer.testing import CliRunner, Result

from duban.adapters.clock import SystemClock
from duban.applying import Author, apply
from duban.cli import app
from duban.core.ledger.entries import GUARD, SYSTEM, Entry, EntryKind
from duban.settings import CLOCK_FILE, load_settings
from duban.wiring import gear, load_office
from flows.patrol import patrol
from flows.wanted import heal
from tasks.asking import AHEAD
from tests.bureau_folder import SHANGHAI
from tests.flows.server import IDLE, Server

pytestmark = [pytest.mark.prefect, pytest.mark.worker, pytest.mark.postgres]

MORNING = datetime(2024, 4, 1, 9, tzinfo=SHANGHAI)


class HandClock:
    """A clock that is set by hand."""

    moment = MORNING

    def now(self) -> datetime:
        return HandClock.moment


@pytest.fixture
def office(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The bureau under the real clock, its plan in force; patrols and commands are this process's."""
    (server.bureau.var / CLOCK_FILE).unlink()
    server.bureau.settings.write_text(f'plan = "{server.bureau.plan}"\n[stack]\npool = "{IDLE}"\n')
    monkeypatch.setattr("duban.wiring.SystemClock", HandClock)
    HandClock.moment = MORNING
    with gear(load_settings()) as at:
        apply(at.service, load_office(at.settings), Author(SYSTEM))
    return server


def patrolled() -> tuple[str, str]:
    """A patrol and the looks it asks for; its colour, and what it says."""
    with gear(load_settings()) as at:
        state = patrol(at)
        if not at.service.doubt():
            for name in at.service.due():
                at.service.tick(name)
    return str(state.type.value), str(state.message)


def stored() -> list[Entry]:
    with gear(load_settings()) as at, at.service.ledger.stream() as entries:
        return [entry for entry in entries if entry.initiative != GUARD]


def mails(server: Server, subject: str) -> list[str]:
    """To whom letters of such a subject came."""
    letters = [(mail, message_from_bytes(mail.read_bytes(), policy=policy.default)) for mail in server.bureau.mails]
    return [mail.parent.name for mail, letter in letters if subject in str(letter["Subject"])]


def duban(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def test_a_patrol_a_year_ahead_decides_nothing_and_all_goes_on_as_though_it_had_not_been(office: Server) -> None:
    assert [patrolled()[0] for _ in range(2)] == ["COMPLETED"] * 2, "the second sends what the first has brought"
    before = stored()
    HandClock.moment = MORNING + timedelta(days=365)
    for _ in range(3):
        kind, said = patrolled()
        assert kind == "FAILED"
        assert "时间存疑，暂停办理：服务器时间为2025-04-01 09:00，上次可信的时间为2024-04-01 09:00" in said
    assert stored() == before
    assert mails(office, "时间存疑") == ["system-administrator"], "once a day"
    HandClock.moment += timedelta(days=1)
    patrolled()
    assert mails(office, "时间存疑") == ["system-administrator"] * 2
    refused = duban("sign", "new-road/draft", "--as", "roads-officer")
    assert (refused.exit_code, "时间存疑" in refused.stderr) == (4, True)
    assert "时间存疑" in duban("show").stderr
    clock = next(line for line in duban("doctor").stdout.splitlines() if line.startswith("clock"))
    assert "bad" in clock
    assert "duban clock confirm" in clock
    assert stored() == before
    HandClock.moment = MORNING + timedelta(hours=1)
    assert patrolled()[0] == "COMPLETED"
    assert stored() == before, "an hour later nothing was due"
    assert duban("sign", "new-road/draft", "--as", "roads-officer").exit_code == 0


def test_what_a_person_confirms_is_acted_on_and_put_down(office: Server) -> None:
    patrolled()
    HandClock.moment = MORNING + timedelta(days=30)
    assert patrolled()[0] == "FAILED"
    words = ("clock", "confirm", "--reason", "与北京时间核对一致")
    for actor in ("roads-officer", "nobody"):
        assert duban(*words, "--as", actor).exit_code == 4
    assert duban("clock", "confirm", "--reason", " ", "--as", "system-administrator").exit_code == 4
    done = duban(*words, "--as", "system-administrator")
    assert (done.exit_code, "督办恢复" in done.stdout) == (0, True)
    assert "没有存疑" in duban(*words, "--as", "system-administrator").stdout
    assert patrolled()[0] == "COMPLETED"
    with gear(load_settings()) as at:
        kept = [one for one in at.service.ledger.entries(GUARD) if one.kind is EntryKind.CLOCK_CONFIRMED]
    assert [(one.actor, one.data["reason"]) for one in kept] == [("system-administrator", "与北京时间核对一致")]
    listed = duban("ledger", "since", "2024-05-01")
    assert "确认服务器时间无误" in listed.stdout


def test_patrols_that_a_wrong_clock_has_scheduled_keep_no_others_from_being(office: Server) -> None:
    with gear(load_settings()) as at:
        heal(at.service, at.settings)
    deployment = office.deployment("0.00")

    def ahead(since: datetime) -> list[FlowRun]:
        runs = office.client.read_flow_runs(deployment_filter=DeploymentFilter(id={"any_": [deployment.id]}))
        return [run for run in runs if run.next_scheduled_start_time and run.next_scheduled_start_time > since]

    later = SystemClock().now() + timedelta(days=365)
    asked = {"start_time": later.isoformat(), "min_runs": 3}
    office.client.request("POST", f"/deployments/{deployment.id}/schedule", json=asked)
    assert len(ahead(later)) >= 3
    patrolled()
    assert ahead(SystemClock().now() + AHEAD) == []
    with gear(load_settings()) as at:
        assert any("时间有误时排定的巡查" in line for line in at.service.mended_today())
