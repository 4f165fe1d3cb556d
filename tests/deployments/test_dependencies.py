"""What duban leans on is away for an hour, or takes nothing: doctor names it meanwhile, and it ends true by itself."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url
from typer.testing import CliRunner, Result

from deployments.guard.guard import Guard
from deployments.stack import postgres
from duban.adapters import sql_ledger
from duban.adapters.ledger_engine import ledger_engine
from duban.adapters.ledger_rules import verify
from duban.applying import Author, apply
from duban.cli import app
from duban.core.ledger.entries import SYSTEM
from duban.core.ledger.notices import Delivery
from duban.settings import LEDGER_VARIABLE, load_settings
from duban.wiring import gear, load_office
from tests.bureau_folder import BureauFolder
from tests.deployments.test_guard import NOON, HandClock, alarms, bureau, look

__all__ = ["bureau"]  # a fixture, found by its name

HOUR = 60
SIGN = ("sign", "new-road/draft", "--as", "roads-officer")


@pytest.fixture
def office(bureau: BureauFolder) -> BureauFolder:
    """A bureau whose plan is in force, with nobody at the address of Prefect's server."""
    HandClock.moment = NOON
    return bureau


def put_in_force() -> None:
    with gear(load_settings()) as at:
        apply(at.service, load_office(at.settings), Author(SYSTEM))


def duban(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def named(check: str) -> list[str]:
    """What doctor says of a part."""
    return [line for line in duban("doctor").stdout.splitlines() if line.split()[:1] == [check]]


def true_again(bureau: BureauFolder, guard: Guard, minutes: int) -> None:
    """Some minutes later all that was due is done, once, and what people do is stored."""
    for minute in range(minutes, minutes + 4):
        look(guard, minute)
    assert duban(*SIGN).exit_code == 0
    with gear(load_settings()) as at:
        assert verify(at.service.ledger) is None
        entries = at.service.ledger.entries("new-road")
        sent = [row for row in at.service.ledger.notices() if row.delivery is Delivery.SENT]
    assert [str(entry.kind) for entry in entries].count("opened") == 1
    assert [str(entry.kind) for entry in entries].count("signed") == 1
    letters = [mail for mail in bureau.mails if "巡查" not in mail.name and mail.name.startswith("20")]
    assert len(letters) >= len(sent) > 0


def test_prefect_away_for_an_hour(office: BureauFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard goes its rounds without it; what comes back finds nothing left behind."""
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    put_in_force()
    guard = Guard(load_settings(), NOON)
    for minutes in range(3, HOUR, 5):
        look(guard, minutes)
    assert "bad" in named("server")[0]
    with gear(load_settings()) as at:
        assert set(at.service.due()) <= {"toll-system"}, "its action runs through Prefect"
    true_again(office, guard, HOUR)


class TestDatabase:
    """PostgreSQL."""

    @pytest.fixture
    def folder(self) -> Iterator[Path]:
        with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as name:
            yield Path(name)

    @pytest.fixture
    def start(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], postgres.Cluster]]:
        """Starts the cluster of the ledger, again after it was stopped."""
        clusters: list[postgres.Cluster] = []

        def begin() -> postgres.Cluster:
            clusters.append(postgres.start(folder / "postgres", folder / "log", {"PATH": os.defpath}))
            monkeypatch.setenv(LEDGER_VARIABLE, clusters[-1].psycopg_url(postgres.LEDGER))
            return clusters[-1]

        yield begin
        for url, plan in list(sql_ledger._kept):
            sql_ledger._kept.pop((url, plan)).close()
        postgres.stop(clusters[-1])

    @pytest.mark.postgres
    def test_away_for_an_hour(self, office: BureauFolder, start: Callable[[], postgres.Cluster]) -> None:
        cluster = start()
        put_in_force()
        guard = Guard(load_settings(), NOON)
        look(guard, 3)
        postgres.stop(cluster)
        for minutes in range(4, HOUR + 4, 5):
            look(guard, minutes)
        assert [subject for _, subject in alarms(office)].count("巡查中断") >= 2
        assert "bad" in named("ledger")[0]
        assert duban(*SIGN).exit_code == 5
        start()
        true_again(office, guard, HOUR + 5)
        assert "whole" in named("ledger")[0]

    @pytest.mark.postgres
    def test_read_only(self, office: BureauFolder, start: Callable[[], postgres.Cluster]) -> None:
        cluster = start()
        put_in_force()
        guard = Guard(load_settings(), NOON)
        look(guard, 3)
        _read_only(cluster, "on")
        for minutes in (4, 30, HOUR):
            look(guard, minutes)
        assert duban(*SIGN).exit_code == 5
        assert any("does not let it be written" in line for line in named("ledger"))
        _read_only(cluster, "off")
        true_again(office, guard, HOUR + 5)
        assert any("it can be written" in line for line in named("ledger"))


def _read_only(cluster: postgres.Cluster, whether: str) -> None:
    """As a standby is, or a server whose disk went read-only; those connected already are cut off."""
    url = make_url(cluster.psycopg_url(postgres.LEDGER)).set(drivername="postgresql").render_as_string()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f"ALTER ROLE ledger SET default_transaction_read_only = {whether}")
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        connection.execute(f"{others} AND usename = 'ledger'")


def test_a_full_disk(office: BureauFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in_force()
    guard = Guard(load_settings(), NOON)
    look(guard, 3)

    def full(url: str) -> Engine:
        engine = ledger_engine(url)
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 1").close())
        return engine

    for url, plan in list(sql_ledger._kept):
        sql_ledger._kept.pop((url, plan)).close()
    with monkeypatch.context() as patched:
        patched.setattr(sql_ledger, "ledger_engine", full)
        for minutes in (4, 30, HOUR):
            look(guard, minutes)
        answers = [duban("report", *SIGN[1:], "--progress", "1", "--note", "文" * 2000) for _ in range(60)]
        assert 5 in {answer.exit_code for answer in answers}, "until the last page is full"
        for url, plan in list(sql_ledger._kept):
            sql_ledger._kept.pop((url, plan)).close()
    look(guard, HOUR + 5)
    assert duban("ledger", "verify").exit_code == 0
    assert duban("report", *SIGN[1:], "--progress", "50", "--note", "有空间了").exit_code == 0
