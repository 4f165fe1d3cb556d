"""A part of `make faults`; and services that are broken on purpose, of which it must tell what they do."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from duban.adapters.sql_ledger import SqlLedger
from duban.carrying import Letter, Outcome
from duban.outbox.sweep import Sweep
from duban.ports import Commit
from tests.acceptance.topology import Lived, Seen
from tests.bureau_folder import SHANGHAI
from tests.faults.comparing import Difference, difference, outcome
from tests.faults.comparing import Outcome as Weeks
from tests.faults.parts import did_by_part
from tests.faults.points import Point
from tests.faults.prefects_part import Server
from tests.faults.stores import OWN, postgres
from tests.faults.trying import Fault, Moment, met, table, trials, weeks
from tests.faults.weeks import live, return_to

SEED = 2024


def test_whatever_goes_wrong_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    with weeks(tmp_path, days=3) as (bureau, lived):
        faults = trials(bureau, lived, 48, SEED)
        untold = [met(bureau, lived, *one, "error", to_the_end=False) for one in points(lived, "state", "before")]
    told = table(lived, [*faults, *untold], SEED)
    assert not any(one.did for one in untold), f"Prefect is told later what it could not be told\n{told}"
    assert not any(one.did for one in faults), told
    assert lived[-1].whole.letters.total() >= 6
    assert Counter(one.mode for one in faults) == {"crash": 24, "kill -9": 12, "error": 12}
    assert set(Counter(one.point[:2] for one in faults).values()) == {4}, told
    assert {one.point[:2] for one in faults if one.did.repeated} >= {("send", "after")}


@pytest.mark.postgres
def test_whatever_befalls_postgresql_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    with (
        TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as at,
        postgres(Path(at)) as store,
        weeks(tmp_path, days=1, store=store) as (bureau, lived),
    ):
        faults = trials(bureau, lived, 12, SEED, tuple(OWN))
    assert not any(one.did for one in faults), table(lived, faults, SEED)
    assert set(Counter((one.mode, one.point.place) for one in faults).values()) == {1}, "each around and in a commit"


def test_what_is_amiss_on_machines_is_told_by_the_part_disturbed_before() -> None:
    befell = {
        "redis": datetime(2024, 4, 1, 9, tzinfo=SHANGHAI),
        "host-1": datetime(2024, 4, 2, 9, tzinfo=SHANGHAI),
        "api-1": datetime(2024, 5, 20, 9, tzinfo=SHANGHAI),
    }
    amiss = {"entries lost": [("a", "opened", "draft", "2024-04-03", "", "")], "hanging": ["x: Pending"], "due": ["a"]}
    did = did_by_part(Lived(Seen({}, Counter()), amiss, {}, befell), Counter(["2024-04-01-officer-1.eml"]))
    assert [one.repeated for one in did.values()] == [("repeated: 2024-04-01-officer-1.eml",), (), ()]
    assert [len(one.lost) for one in did.values()] == [0, 1, 0]
    assert did["api-1"].otherwise == ("hanging: x: Pending", "due: a")
    assert not did["redis"], "a letter may have to come again under its key"


def test_hosts_in_other_time_zones_come_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six hours before the office, and fifteen behind it: whose days these are."""
    with weeks(tmp_path, days=2) as (bureau, lived):
        for zone in ("Pacific/Kiritimati", "America/Los_Angeles"):
            with monkeypatch.context() as host:
                host.setenv("TZ", zone)
                time.tzset()
                return_to(bureau, lived[0].before)
                for moment in lived:
                    live(bureau, moment.at)
                    assert difference(moment.whole, outcome(bureau), "") == Difference()
            time.tzset()


# Services that are broken on purpose ----------------------------------------------------------------------------------


@contextmanager
def recorded_before_it_is_sent() -> Iterator[None]:
    """The ledger says that a letter was sent before it is."""
    waiting: list[tuple[Letter, Any]] = []
    commit = SqlLedger.commit

    def carry(sweep: Sweep, mine: Any, words: Any, after: int = 0) -> Outcome:
        letter = Letter(f"{mine.initiative}/{mine.key}", mine.recipient, None, words.subject, words.text, words.html)
        waiting.append((letter, sweep))
        return Outcome(True, "已入信箱")

    def stored(ledger: SqlLedger, *commits: Commit) -> None:
        commit(ledger, *commits)
        while waiting:
            letter, sweep = waiting.pop()
            sweep.carrier.deliver(letter, sweep.now)

    with patch.object(Sweep, "carry", carry), patch.object(SqlLedger, "commit", stored):
        yield


@contextmanager
def another_key_each_time() -> Iterator[None]:
    """A letter that is sent again bears another key, so that whoever receives it takes it for another one."""
    carry = Sweep.carry

    def carried(sweep: Sweep, *given: Any) -> Outcome:
        def deliver(letter: Letter, now: Any) -> Outcome:
            return sweep.carrier.deliver(replace(letter, key=f"{letter.key}/{now:%H:%M}"), now)

        return carry(replace(sweep, carrier=SimpleNamespace(deliver=deliver)), *given)

    with patch.object(Sweep, "carry", carried):
        yield


@contextmanager
def ended_before_it_is_stored() -> Iterator[None]:
    """The run of a form has ended, for Prefect, before the ledger has what it says."""
    take = Server.take

    def taken(server: Server) -> Any:
        run = take(server)
        if run is not None:
            server.end(run[0], "ended", "")
        return run

    with patch.object(Server, "take", taken):
        yield


@pytest.mark.parametrize(
    ("broken", "kind", "place", "harm"),
    [
        (recorded_before_it_is_sent, "send", "before", "letters_lost"),
        (another_key_each_time, "send", "after", "letters_doubled"),
        (ended_before_it_is_stored, "commit", "before", "lost"),
    ],
)
def test_a_broken_service_is_found_out(
    tmp_path: Path, broken: Callable[[], Any], kind: str, place: str, harm: str
) -> None:
    with broken(), weeks(tmp_path, days=2) as (bureau, lived):
        faults = [
            met(bureau, lived, start, fatal, "crash", to_the_end=True) for start, fatal in points(lived, kind, place)
        ]
    assert any(getattr(one.did, harm) for one in faults), table(lived, faults, SEED)
    assert "HARM crash" in table(lived, faults, SEED)


def points(lived: list[Moment], kind: str, place: str) -> Iterator[tuple[int, int]]:
    """Some points of a kind and place in the last day's moments."""
    for start, moment in list(enumerate(lived))[-4:]:
        yield from [(start, fatal) for fatal, one in enumerate(moment.points) if one[:2] == (kind, place)][:8]


def test_what_is_missing_and_what_is_there_twice_is_counted() -> None:
    whole = Weeks({"a": ("opened", "signed")}, Counter(["x", "y"]), {"due": ()})
    found = Weeks({"a": ("opened", "opened")}, Counter(["x", "x", "z", "z"]), {"due": ("a",)})
    did = difference(whole, found, "z")
    assert (did.lost, did.doubled) == (("a signed",), ("a opened",))
    assert (did.letters_lost, did.letters_doubled, did.repeated) == (("y",), ("x", "z"), ("z",))
    assert did.otherwise == ("due",)
    turned = difference(whole, replace(whole, chains={"a": ("signed", "opened")}), "")
    assert turned.otherwise == ("a: in another order",)
    assert not difference(whole, whole, "")
    assert not difference(whole, replace(whole, letters=Counter(["x", "y", "y"])), "y"), "it may have to be sent again"


def test_what_is_written_and_dropped_because_an_answer_was_late_is_counted_apart() -> None:
    signed, reported = "signed draft 2024-04-01 officer key {}", "reported plan 2024-04-01 clerk key {}"
    whole = Weeks({"a": (signed, reported)}, Counter(), {"notices": []})
    dropped = ("notice-queued draft 2024-04-01 system", "notice-dropped draft 2024-04-01 system")
    found = Weeks({"a": (reported, signed), "a key": dropped}, Counter(), {"notices": [("a", "key")]})
    did = difference(whole, found, "")
    assert (did.unsaid, bool(did)) == (("a key",), False)
    assert difference(whole, replace(found, letters=Counter(["a/key"])), "").letters_doubled == ("a/key",)
    assert difference(whole, replace(found, chains={"a": (reported, signed)}), "").otherwise == (
        "a: in another order",
        "notices",
    )


def test_the_table_tells_each_kind_and_every_harm() -> None:
    whole = Weeks({"a": ("opened",)}, Counter(["x"]), {})
    did = difference(whole, Weeks({}, Counter(["x", "x"]), {}), "x")
    point = Point("send", "after", "x")
    lived = [Moment(None, Path(), (point,), whole)]  # type: ignore[arg-type]
    faults = [Fault("kill -9", point, "04-01", did), Fault("cut off", point, "04-01", Difference(), "PostgreSQL")]
    lines = table(lived, faults, SEED).splitlines()
    assert lines[1].split() == ["PostgreSQL", "cut", "off", "0", "0", "0", "1", "0", "0", "0", "0", "0", "0", "0"]
    assert lines[2].split() == ["SQLite,", "after", "send", "0", "1", "0", "0", "1", "0", "0", "0", "0", "1", "0"]
    assert lines[3].split() == ["all", "0", "1", "0", "1", "1", "0", "0", "0", "0", "1", "0"]
    assert lines[4] == "2 faults, of 1 points of weeks with 1 entries and 1 letters; seed 2024"
    assert lines[5] == "repeated with its key: x"
    assert lines[6].startswith("HARM kill -9 04-01 (after send, SQLite): Difference(lost=('a opened',)")
