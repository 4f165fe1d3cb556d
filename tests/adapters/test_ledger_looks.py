"""A ledger that is looked at answers as the whole one does, and leaves to it what it does not answer itself."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from duban.adapters.ledger_looks import LedgerLooks, look_at
from duban.adapters.ledger_version import VERSION_TABLE
from duban.adapters.sql_ledger import SqlLedger, open_ledger
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.keys import StepRef
from duban.core.ledger.summary import Status
from duban.ports import Commit, Ledger, LedgerUnusable, Mark, Round, Rounder
from tests.contracts.samples import BRIDGES, NOW, PLAN, ROADS, SCHOOLS, append, report, step, summary

SAID = {"说明": ["按期", 1.5, None, {"深": True}], "quoted": "'\"\0\\"[:3], "many": 10**20}
ELSEWHERE = StepRef(BRIDGES, "draft")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[SqlLedger, Ledger]]:
    """A ledger in which something has happened, whole and looked at."""
    here = f"sqlite:///{tmp_path / 'ledger.db'}"
    url = here if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with open_ledger(url, PLAN) as whole:
        _fill(whole)
        looked = look_at(url, PLAN)
        assert looked is not None
        with closing(looked):
            yield whole, looked


def _fill(ledger: SqlLedger) -> None:
    append(ledger, Draft(EntryKind.ADOPTED, key="adopted"), report(SAID), at=NOW)
    append(ledger, Draft(EntryKind.SIGNED, "起草", "张三"), at=NOW + timedelta(microseconds=1))
    append(ledger, *(report(number) for number in range(3)), initiative=ROADS, at=NOW - timedelta(days=1))
    over = step("over", status=Status.DONE, reason=None, due=None, finished=NOW.date(), held_by=StepRef(ROADS, "plan"))
    ledger.commit(Commit(BRIDGES, (), summary(sequence=3, steps=(over, step("draft"))), at=NOW))
    ledger.commit(Commit(ROADS, (), summary(ROADS, 3, look_again=None, next_due=None), wake=(ROADS, ROADS), at=NOW))
    ledger.note_round(Rounder.PATROL, Round(NOW, "巡查"))
    ledger.note_round(Mark.BELIEVED, Round(NOW - timedelta(hours=1)))


def streamed(ledger: Ledger) -> list[Any]:
    with ledger.stream() as entries:
        return list(entries)


ASKED: dict[str, Callable[[Ledger], Any]] = {
    "stored": lambda ledger: [ledger.stored(BRIDGES, {ELSEWHERE}, 2), ledger.stored(ROADS, ())],
    "entries": lambda ledger: [ledger.entries(name) for name in (BRIDGES, ROADS, SCHOOLS)],
    "last": lambda ledger: [ledger.last(name) for name in (BRIDGES, SCHOOLS)],
    "stream": streamed,
    "summaries": lambda ledger: ledger.summaries(),
    "upstream": lambda ledger: ledger.upstream({ELSEWHERE, StepRef(ROADS, "publish"), StepRef(SCHOOLS, "x")}),
    "nothing upstream": lambda ledger: ledger.upstream(()),
    "wakes": lambda ledger: [ledger.wakes(name) for name in (BRIDGES, ROADS)],
    "rounds": lambda ledger: ledger.rounds(),
    "marks": lambda ledger: ledger.marks(),
    "last_at": lambda ledger: ledger.last_at(),
    "horizon": lambda ledger: ledger.horizon(),
    "what looks do not ask": lambda ledger: [ledger.notices(), ledger.initiatives(), ledger.readings(NOW).entries],
}


def test_the_same_is_answered_by_either(both: tuple[SqlLedger, Ledger]) -> None:
    whole, looked = both
    told = {name: asked(looked) for name, asked in ASKED.items()}
    assert told == {name: asked(whole) for name, asked in ASKED.items()}
    assert told["entries"][0][1].data == {"value": SAID}
    assert str(told["last_at"].tzinfo) == str(told["entries"][0][0].at.tzinfo) == "UTC"


def test_of_an_empty_plan_nothing_is_answered(both: tuple[SqlLedger, Ledger]) -> None:
    _, looked = both
    assert isinstance(looked, LedgerLooks)
    with open_ledger(looked._url, "other") as other, closing(look_at(looked._url, "other")) as seen:
        assert seen is not None
        assert {name: ask(seen) for name, ask in ASKED.items()} == {name: ask(other) for name, ask in ASKED.items()}


def test_the_clock_is_the_servers(both: tuple[SqlLedger, Ledger]) -> None:
    whole, looked = both
    one, other = whole.clock(), looked.clock()
    assert (one is None) == (other is None) == (whole.engine.name == "sqlite")
    assert one is None or other is None or abs(one - other) < timedelta(minutes=1)


def test_what_is_stored_through_it_is_seen_at_once(both: tuple[SqlLedger, Ledger]) -> None:
    whole, looked = both
    append(looked, report("stored"))
    assert looked.entries(BRIDGES) == whole.entries(BRIDGES)
    assert len(looked.entries(BRIDGES)) == 4


def test_a_stream_sees_one_moment(both: tuple[SqlLedger, Ledger]) -> None:
    whole, looked = both
    with looked.stream() as entries:
        first = next(entries)
        append(whole, report("later"), initiative=SCHOOLS)
        assert len([first, *entries]) == 6
    assert len(streamed(looked)) == 7


def test_a_failure_is_told_as_the_whole_ledger_tells_it(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    with open_ledger(f"sqlite:///{file}", PLAN) as whole:
        _fill(whole)
    with closing(look_at(f"sqlite:///{file}", PLAN)) as looked:
        assert looked is not None
        file.write_bytes(b"\0" * file.stat().st_size)
        for asked in (looked.summaries, lambda: looked.entries(BRIDGES), looked.horizon):
            with pytest.raises(LedgerUnusable, match=r"is not a SQLite database|damaged"):
                asked()


def test_an_entry_changed_by_other_hands_is_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with open_ledger(url, PLAN) as whole:
        _fill(whole)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        for trigger in [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("UPDATE entry SET day = 'yesterday' WHERE sequence = 2")
        connection.commit()
    with closing(look_at(url, PLAN)) as looked:
        assert looked is not None
        with pytest.raises(LedgerUnusable, match="cannot be read"):
            looked.entries(BRIDGES)


def test_what_it_cannot_take_as_it_is_is_left_to_the_whole_ledger(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    assert look_at(f"sqlite:///{file}", PLAN) is None  # there is none yet, and looking makes none
    assert not file.exists()
    file.write_text("no database")
    assert look_at(f"sqlite:///{file}", PLAN) is None
    file.unlink()
    open_ledger(f"sqlite:///{file}", PLAN).close()
    assert look_at(f"sqlite:///{file}?timeout=1", PLAN) is None
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '0001'")  # noqa: S608  a constant
        connection.commit()
    assert look_at(f"sqlite:///{file}", PLAN) is None
    assert look_at("postgresql+psycopg://nobody@127.0.0.1:9/none", PLAN) is None
    assert look_at("mysql://nobody@127.0.0.1/none", PLAN) is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_not_be_written_is_left_to_it_too(tmp_path: Path) -> None:
    open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}", PLAN).close()
    (tmp_path / "ledger.db").chmod(0o400)
    assert look_at(f"sqlite:///{tmp_path / 'ledger.db'}", PLAN) is None


def test_it_is_there_without_sqlalchemy(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    open_ledger(url, PLAN).close()
    program = f"import sys; from duban.adapters.ledger_looks import look_at; print(look_at({url!r}, 'x').summaries())"
    told = f"{program}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, env=dict(os.environ))
    assert run.stdout.startswith("[]")
    assert "sqlalchemy" not in run.stdout.split()
