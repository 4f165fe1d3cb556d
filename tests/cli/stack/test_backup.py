"""`backup` and `restore`: an office brought back elsewhere, in either database, has every figure it had."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from duban.adapters.files import wider
from duban.adapters.sql_ledger import open_ledger
from duban.outbox import deliver_due
from duban.ports import Commit, RefusedVisit
from duban.settings import load_settings
from duban.wiring import gear, seals_of
from tests.adapters.forging import every_right
from tests.cli.conftest import Bureau
from tests.contracts.samples import BRIDGES, NOW, PLAN, append, report, summary

OFFICER = "protection-officer"
EVIDENCE = "ab" * 32
POSTGRES = pytest.mark.postgres


@pytest.fixture
def worked(bureau: Bureau) -> Bureau:
    """Some days of work: letters in the folder, a seal on each of two days, evidence, somebody turned away."""
    bureau.tick()
    bureau.ok("report", "cosmetics/draft", "--as", OFFICER, "--progress", "40", "--note", "已完成初稿")
    bureau.ok("ledger", "seal")
    bureau.at("2024-04-03 09:00").tick()
    with gear(load_settings()) as at:
        deliver_due(at.service, at.carrier, at.wording)
        at.service.ledger.note_refused(RefusedVisit(at.service.clock.now(), "unknown-link", "192.0.2.1", ""))
    (bureau.var / "evidence" / "ab").mkdir(parents=True)
    (bureau.var / "evidence" / "ab" / EVIDENCE).write_bytes(b"%PDF-1.7")
    bureau.ok("ledger", "rotate-key")
    bureau.ok("ledger", "seal")
    return bureau


def figures(bureau: Bureau) -> dict[str, Any]:
    """All that is told of the office, and all that its ledger keeps."""
    verified = json.loads(bureau.run("ledger", "verify", "--seals", str(bureau.var / "seals"), "--json").stdout)
    told = {word: bureau.json(word) for word in ("show", "next", "forecast", "notices")}
    with gear(load_settings()) as at:
        ledger = at.service.ledger
        kept = {
            "entries": [ledger.entries(name) for name in ledger.initiatives()],
            "heads": ledger.heads(),
            "summaries": ledger.summaries(),
            "notices": ledger.notices(),
            "wakes": [len(ledger.wakes(name)) for name in ledger.initiatives()],
            "due": ledger.due(at.service.clock.now(), 9),
            "refused": ledger.refused(at.service.clock.now()),
            "look": (ledger.last_look(), ledger.last_at(), ledger.last_sent(), ledger.roster()),
        }
    return {**told, **kept, "verified": {name: verified[name] for name in ("entries", "broken", "seals", "faults")}}


def files(bureau: Bureau) -> dict[str, bytes]:
    """Letters, evidence, seals and what the bureau edits."""
    roots = [bureau.var / name for name in ("mail", "evidence", "seals")] + [bureau.config]
    paths = [path for root in roots for path in root.rglob("*") if path.is_file()]
    return {path.relative_to(bureau.root).as_posix(): path.read_bytes() for path in paths}


@contextmanager
def living_at(root: Path, ledger: str | None) -> Iterator[Bureau]:
    """Another machine, with nothing on it but the program."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUBAN_SETTINGS", str(root / "config" / "duban.toml"))
        if ledger:
            patch.setenv("DUBAN_LEDGER_URL", ledger)
        else:
            patch.delenv("DUBAN_LEDGER_URL", raising=False)
        patch.chdir(root)
        yield Bureau(root)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere"


def test_from_a_file_to_a_file(worked: Bureau, elsewhere: Path, tmp_path: Path) -> None:
    had, lay = figures(worked), files(worked)
    worked.ok("backup", str(tmp_path / "copy"))
    with living_at(elsewhere, None) as there:
        told = there.ok("restore", str(tmp_path / "copy"))
        assert "as 3 seals tell of them" in told
        assert (figures(there), files(there)) == (had, lay)
        assert wider(there.var) == wider(tmp_path / "copy") == []
        assert there.run("restore", str(tmp_path / "copy")).exit_code == 7
        there.at("2024-04-08 09:00").tick()
        assert there.run("ledger", "verify").exit_code == 0


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=POSTGRES)])
def test_while_others_write_and_seal(
    bureau: Bureau,
    elsewhere: Path,
    database: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is copied is of one moment, and has all that its seals tell of."""
    address = f"sqlite:///{bureau.var / 'ledger.sqlite'}"
    if database == "postgres":
        address = str(request.getfixturevalue("postgres_url"))
        monkeypatch.setenv("DUBAN_LEDGER_URL", address)
    bureau.tick()
    over, begun = Event(), Event()

    def write() -> int:
        with open_ledger(address, PLAN) as ledger:
            for number in count(1):
                append(ledger, report(number), report("文" * 50))
                ledger.commit(Commit(BRIDGES, (), summary(sequence=2 * number)))
                if number % 5 == 0:
                    seals_of(load_settings()).seal(ledger, NOW)
                    begun.set()
                if over.is_set():
                    return number
        raise AssertionError

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write)
        begun.wait(60)
        for name in ("one", "two", "three"):
            bureau.ok("backup", str(elsewhere.parent / name))
        over.set()
        written = writer.result()
    for name in ("one", "two", "three"):
        (elsewhere / name).mkdir()
        with living_at(elsewhere / name, f"sqlite:///{elsewhere / name / 'ledger.db'}") as there:
            assert "seals tell of them" in there.ok("restore", str(elsewhere.parent / name))
        with open_ledger(f"sqlite:///{elsewhere / name / 'ledger.db'}", PLAN) as copy:
            kept = copy.entries(BRIDGES)
            assert 10 <= len(kept) <= 2 * written
            assert len(kept) % 2 == 0, "each commit whole"


@POSTGRES
def test_from_a_file_to_postgresql_and_back(worked: Bureau, elsewhere: Path, tmp_path: Path, postgres_url: str) -> None:
    had, lay = figures(worked), files(worked)
    worked.ok("backup", str(tmp_path / "copy"))
    with living_at(elsewhere, postgres_url) as there:
        there.ok("restore", str(tmp_path / "copy"))
        assert (figures(there), files(there)) == (had, lay)
        there.ok("backup", str(tmp_path / "again"))
    (tmp_path / "third").mkdir()
    with living_at(tmp_path / "third", f"sqlite:///{tmp_path / 'third' / 'ledger.db'}") as back:
        back.ok("restore", str(tmp_path / "again"))
        assert (figures(back), files(back)) == (had, lay)


@POSTGRES
def test_what_was_in_postgresql_goes_into_the_stack_s_own_where_none_is_named(
    bureau: Bureau, elsewhere: Path, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUBAN_LEDGER_URL", postgres_url)
    bureau.tick()
    bureau.ok("ledger", "seal")
    had = bureau.json("show")
    bureau.ok("backup", str(tmp_path / "copy"))
    with living_at(elsewhere, None) as there:
        there.ok("restore", str(tmp_path / "copy"))
        assert (there.var / "postgres" / "PG_VERSION").exists()
        assert there.json("show") == had
        assert there.run("ledger", "verify").exit_code == 0


class TestKeys:
    def test_they_stay_unless_they_are_asked_for(self, worked: Bureau, elsewhere: Path, tmp_path: Path) -> None:
        worked.ok("backup", str(tmp_path / "copy"))
        held = [path.name for path in (tmp_path / "copy" / "var" / "secrets" / "seals").iterdir()]
        assert sorted(held) == ["key-1.pub", "key-2.pub"]
        with living_at(elsewhere, None) as there:
            there.ok("restore", str(tmp_path / "copy"))
            assert "key-2, is not here" in there.run("ledger", "seal").stderr

    def test_asked_for_they_go_along(self, worked: Bureau, elsewhere: Path, tmp_path: Path) -> None:
        assert worked.json("backup", str(tmp_path / "copy"), "--keys")["keys"] is True
        with living_at(elsewhere, None) as there:
            there.ok("restore", str(tmp_path / "copy"))
            assert there.json("ledger", "seal")["key"] == "key-2"


class TestRefused:
    def test_a_backup_that_was_changed_or_lost_a_file(self, worked: Bureau, elsewhere: Path, tmp_path: Path) -> None:
        copy = tmp_path / "copy"
        worked.ok("backup", str(copy))
        with (copy / "ledger" / "entry.jsonl").open("a") as rows:
            rows.write("{}\n")
        (copy / "var" / "evidence" / "ab" / EVIDENCE).unlink()
        with living_at(elsewhere, None) as there:
            refused = there.run("restore", str(copy))
            assert refused.exit_code == 7
            assert f"is not as it was made: ledger/entry.jsonl, var/evidence/ab/{EVIDENCE}" in refused.stderr
            assert not there.var.exists()

    def test_what_is_no_backup(self, bureau: Bureau, tmp_path: Path) -> None:
        refused = bureau.run("restore", str(tmp_path))
        assert refused.exit_code == 7
        assert "is no backup: manifest.json cannot be read" in refused.stderr

    def test_a_place_where_something_is(self, worked: Bureau, tmp_path: Path) -> None:
        worked.ok("backup", str(tmp_path / "copy"))
        had = figures(worked)
        refused = worked.run("restore", str(tmp_path / "copy"))
        assert refused.exit_code == 7
        assert "there is something already. Restore into an empty place." in refused.stderr
        for name in ("mail", "evidence", "seals", "secrets", "rehearsal-clock"):
            (worked.var / name).rename(tmp_path / name)
        assert "the ledger is not empty" in worked.run("restore", str(tmp_path / "copy")).stderr
        for name in ("mail", "evidence", "seals", "secrets", "rehearsal-clock"):
            (tmp_path / name).rename(worked.var / name)
        assert figures(worked) == had

    def test_a_folder_that_is_not_empty_or_inside_what_is_kept(self, bureau: Bureau, tmp_path: Path) -> None:
        bureau.tick()
        assert "is not empty" in bureau.run("backup", str(tmp_path)).stderr
        assert "is inside what is to be kept" in bureau.run("backup", str(bureau.config / "copy")).stderr

    def test_a_newer_duban_s(self, worked: Bureau, elsewhere: Path, tmp_path: Path) -> None:
        worked.ok("backup", str(tmp_path / "copy"))
        manifest = tmp_path / "copy" / "manifest.json"
        manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "schema": "0999"}))
        with living_at(elsewhere, None) as there:
            assert "was made by a newer duban (schema 0999" in there.run("restore", str(tmp_path / "copy")).stderr


def test_a_forged_backup_is_restored_and_named(worked: Bureau, elsewhere: Path, tmp_path: Path) -> None:
    with every_right(f"sqlite:///{worked.var / 'ledger.sqlite'}", leave=True) as hand:
        hand.exec_driver_sql("UPDATE entry SET actor = 'li' WHERE initiative = 'cosmetics' AND sequence = 2")
    worked.ok("backup", str(tmp_path / "copy"))
    with living_at(elsewhere, None) as there:
        result = there.run("restore", str(tmp_path / "copy"))
        assert result.exit_code == 1
        assert "small-2024: cosmetics, entry 2: its content does not match its hash" in result.stdout


def test_a_configuration_that_is_there_is_left_and_what_differs_is_named(
    worked: Bureau, elsewhere: Path, tmp_path: Path
) -> None:
    worked.ok("backup", str(tmp_path / "copy"))
    (elsewhere / "config").mkdir()
    (elsewhere / "config" / "duban.toml").write_text('plan = "other"\n')
    with living_at(elsewhere, None) as there:
        told = there.ok("restore", str(tmp_path / "copy"))
        assert f"left as it is: {elsewhere / 'config' / 'duban.toml'}" in told
        assert (elsewhere / "config" / "duban.toml").read_text() == 'plan = "other"\n'
