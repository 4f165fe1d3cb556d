"""Which ledger a command uses: the one named, the running stack's, the stopped stack's, else SQLite."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.stack import postgres, run_folder
from deployments.stack.environment import Addresses
from duban.cli import opening
from duban.cli.opening import found
from duban.settings import load_settings
from tests.cli.conftest import Bureau


def addresses(var: Path, ledger: str = "sqlite:////ledger-of-the-stack") -> Addresses:
    return Addresses(api="http://127.0.0.1:9/api", ui="http://127.0.0.1:9", ledger=ledger, database="", var=var)


@pytest.fixture
def running(bureau: Bureau) -> Iterator[Addresses]:
    """A stack that lives on the bureau's var folder, as far as others can tell."""
    lock = run_folder.take_lock(bureau.var)
    run_folder.publish(addresses(bureau.var))
    yield addresses(bureau.var)
    lock.close()


def test_sqlite_where_no_stack_ever_ran(bureau: Bureau) -> None:
    with found(load_settings()) as (settings, stack):
        assert (settings.ledger, stack) == (f"sqlite:///{bureau.var / 'ledger.sqlite'}", None)


def test_the_running_stacks(bureau: Bureau, running: Addresses) -> None:
    with found(load_settings()) as (settings, stack):
        assert (settings.ledger, stack) == (running.ledger, running)


def test_what_the_settings_or_a_variable_name_goes_first(
    bureau: Bureau, running: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUBAN_LEDGER_URL", "sqlite:////named")
    with found(load_settings()) as (settings, stack):
        assert (settings.ledger, stack) == ("sqlite:////named", running)


@pytest.mark.postgres
def test_a_stopped_stacks_for_the_length_of_the_command(bureau: Bureau) -> None:
    (bureau.var / "log").mkdir()
    log = bureau.var / "log" / "postgres.log"
    with postgres.running(bureau.var / "postgres", log, load_settings().variables):
        pass
    leftover = bureau.var / "run" / "addresses.json"
    run_folder.take_lock(bureau.var).close()
    run_folder.publish(addresses(bureau.var))  # of a stack that was killed

    bureau.ok("sign", "cosmetics/draft", "--as", "protection-officer")
    assert "办理中" in bureau.ok("show", "cosmetics")

    bureau.ok("apply")
    for _ in ("applied", "and stopped again"):
        assert bureau.json("check")["ledger"].startswith("the ledger was not looked at, for its stack is stopped")
        assert not (bureau.var / "postgres" / "postmaster.pid").exists()
        bureau.ok("diff")  # it wakes it

    looked = json.loads(bureau.run("doctor", "--json").stdout)
    assert {one["check"]: one["level"] for one in looked["findings"]}["ledger"] == "ok"
    assert not (bureau.var / "ledger.sqlite").exists()
    assert not leftover.exists()
    assert not (bureau.var / "postgres" / "postmaster.pid").exists()
    run_folder.take_lock(bureau.var, patience=0).close()


def test_a_stack_that_is_starting_is_waited_for(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    (bureau.var / "postgres").mkdir()
    (bureau.var / "postgres" / "PG_VERSION").write_text("18\n", encoding="ascii")
    lock = run_folder.take_lock(bureau.var)
    seen: list[None] = []

    def starts(var: Path) -> Addresses | None:
        seen.append(None)
        return addresses(var) if len(seen) > 1 else None

    monkeypatch.setattr(run_folder, "running", starts)
    monkeypatch.setattr(run_folder, "PATIENCE", 0)
    with found(load_settings()) as (settings, stack):
        assert settings.ledger == "sqlite:////ledger-of-the-stack"
        assert stack == addresses(bureau.var)
    lock.close()


def test_one_that_never_comes_up_exits_7(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    (bureau.var / "postgres").mkdir()
    (bureau.var / "postgres" / "PG_VERSION").write_text("18\n", encoding="ascii")
    monkeypatch.setattr(opening, "PATIENCE", 0.0)
    lock = run_folder.take_lock(bureau.var)
    result = bureau.run("show")
    lock.close()
    assert result.exit_code == 7
    assert "already runs" in result.stderr


def test_json_goes_to_the_output_alone(bureau: Bureau) -> None:
    result = bureau.run("sign", "cosmetics/draft", "--as", "protection-officer", "--json")
    assert json.loads(result.stdout)
    assert result.stderr
