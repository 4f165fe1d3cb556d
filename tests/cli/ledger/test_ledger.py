"""`ledger verify | rebuild | list`."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, update

from duban.adapters.clock import SystemClock
from duban.adapters.files import wider
from duban.adapters.ledger_tables import ENTRY, HEAD, SUMMARY
from duban.adapters.sql_ledger import open_ledger
from duban.core.ledger.notices import NoticeRow
from duban.core.ledger.summary import Summary
from duban.outbox import deliver_due
from duban.settings import CLOCK_FILE, load_settings
from duban.wiring import gear
from tests.adapters.forging import every_right
from tests.cli.conftest import Bureau, write

OFFICER = "protection-officer"


@contextmanager
def by_other_hands(bureau: Bureau) -> Iterator[sqlite3.Connection]:
    """Write to the database past the engine, its triggers gone."""
    connection = sqlite3.connect(bureau.var / "ledger.sqlite")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    yield connection
    connection.commit()
    connection.close()


def worked_on(bureau: Bureau) -> None:
    """A ledger with some entries in both initiatives."""
    bureau.tick()
    bureau.ok("report", "cosmetics/draft", "--as", OFFICER, "--progress", "40", "--note", "已完成初稿")
    bureau.at("2024-04-03 09:00").tick()


class TestVerify:
    def test_a_whole_ledger(self, bureau: Bureau) -> None:
        worked_on(bureau)
        entries = len(bureau.json("ledger", "list", "cosmetics")) + len(bureau.json("ledger", "list", "training"))
        assert bureau.json("ledger", "verify") == {
            "whole": True,
            "entries": entries,
            "broken": None,
            "seals": 0,
            "faults": [],
            "rights": [],
        }
        assert f"whole: {entries} entries" in bureau.ok("ledger", "verify")

    def test_the_first_broken_entry_is_named_and_exits_1(self, bureau: Bureau) -> None:
        worked_on(bureau)
        with by_other_hands(bureau) as database:
            database.execute("UPDATE entry SET actor = 'someone' WHERE initiative = 'cosmetics' AND kind = 'reported'")
        result = bureau.run("ledger", "verify")
        assert result.exit_code == 1
        assert result.stdout.startswith(
            "the ledger is broken at cosmetics, entry 4: its content does not match its hash"
        )
        assert "the database does not guard its entries: the trigger entry_no_update is gone" in result.stdout
        report = json.loads(bureau.run("ledger", "verify", "--json").stdout)
        assert (report["whole"], report["broken"]["initiative"], report["broken"]["sequence"]) == (
            *(False, "cosmetics"),
            4,
        )

    def test_a_ledger_that_cannot_be_read_exits_5(self, bureau: Bureau) -> None:
        (bureau.var / "ledger.sqlite").write_text("no database " * 100, encoding="utf-8")
        result = bureau.run("ledger", "verify")
        assert (result.exit_code, result.stdout) == (5, "")
        assert "not a SQLite database" in result.stderr


@contextmanager
def forging(bureau: Bureau) -> Iterator[Connection]:
    """The same, and the triggers are put back."""
    with every_right(f"sqlite:///{bureau.var / 'ledger.sqlite'}", leave=True) as hand:
        yield hand


class TestSeals:
    """The forgeries that a sealed ledger meets, by whoever puts the triggers back."""

    def sealed(self, bureau: Bureau) -> None:
        worked_on(bureau)
        assert bureau.json("ledger", "seal")["number"] == 1
        bureau.ok("report", "cosmetics/draft", "--as", OFFICER, "--progress", "60", "--note", "已征求意见")
        assert "seal 2 of 2024-04-03, by key-1: fingerprint " in bureau.ok("ledger", "seal")

    def test_an_honest_ledger(self, bureau: Bureau) -> None:
        self.sealed(bureau)
        told = bureau.ok("ledger", "verify", "--seals", str(bureau.var / "seals"))
        assert ", as 2 seals tell of them, the last seal 2 of 2024-04-03, by key-1 (public key " in told
        public = (bureau.var / "seals" / "key-1.pub").read_text()
        bureau.ok("ledger", "verify", "--key", public)
        bureau.ok("ledger", "verify", "--key", str(bureau.var / "seals" / "key-1.pub"))
        strange = bureau.run("ledger", "verify", "--key", "00" * 32)
        assert strange.exit_code == 1
        assert "was made by a key that nobody has named: key-1" in strange.stdout

    def test_a_tail_that_was_cut_is_named_and_not_laundered_by_rebuild(self, bureau: Bureau) -> None:
        self.sealed(bureau)
        length = len(bureau.json("ledger", "list", "cosmetics"))
        with forging(bureau) as hand:
            for table in (ENTRY, HEAD):
                hand.execute(delete(table).filter_by(initiative="cosmetics", sequence=length))
            hand.execute(update(SUMMARY).filter_by(initiative="cosmetics").values(sequence=length - 1))
        for command in ("verify", "rebuild"):
            result = bureau.run("ledger", command)
            assert result.exit_code == 1
            where = f"the ledger is broken at cosmetics, entry {length}: seal 2 of 2024-04-03 counts {length} entries"
            assert where in result.output
        elsewhere = bureau.run("ledger", "verify", "--seals", str(bureau.root / "nowhere"))
        assert elsewhere.stdout.startswith(f"there are no seals in {bureau.root / 'nowhere'}")

    @pytest.mark.postgres
    def test_nor_on_postgresql(self, bureau: Bureau, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DUBAN_LEDGER_URL", postgres_url)
        self.sealed(bureau)
        length = len(bureau.json("ledger", "list", "cosmetics"))
        with every_right(postgres_url, leave=True) as hand:
            for table in (ENTRY, HEAD):
                hand.execute(delete(table).filter_by(initiative="cosmetics", sequence=length))
            hand.execute(update(SUMMARY).filter_by(initiative="cosmetics").values(sequence=length - 1))
        for command in ("verify", "rebuild"):
            result = bureau.run("ledger", command)
            assert result.exit_code == 1
            assert f"cosmetics, entry {length}: seal 2 of 2024-04-03 counts {length} entries" in result.output
        assert (
            "to watch: the role postgres owns entry and can take its triggers away"
            in bureau.run("ledger", "verify").stdout
        )

    def test_what_the_ledger_has_seen_is_not_laundered_either_without_any_seal(self, bureau: Bureau) -> None:
        worked_on(bureau)
        length = len(bureau.json("ledger", "list", "cosmetics"))
        with forging(bureau) as hand:
            hand.execute(delete(ENTRY).filter_by(initiative="cosmetics", sequence=length))
            hand.execute(update(SUMMARY).filter_by(initiative="cosmetics").values(sequence=length - 1))
        result = bureau.run("ledger", "rebuild")
        assert result.exit_code == 1
        assert f"cosmetics, entry {length}: the ledger has seen {length} entries" in result.stderr

    def test_a_chain_deleted_with_its_summary(self, bureau: Bureau) -> None:
        self.sealed(bureau)
        with forging(bureau) as hand:
            for table in (ENTRY, HEAD, SUMMARY):
                hand.execute(delete(table).filter_by(initiative="training"))
        result = bureau.run("ledger", "verify")
        assert result.exit_code == 1
        assert "the ledger is broken at training, entry 1: seal 1 of 2024-04-03 counts" in result.stdout

    def test_seals_that_were_taken_away_are_missed(self, bureau: Bureau) -> None:
        self.sealed(bureau)
        (bureau.var / "seals" / "seal-000002.json").unlink()
        result = bureau.run("ledger", "verify")
        assert result.exit_code == 1
        assert "seal 2 was made, and the folder of seals ends with 1: some were taken away" in result.stdout

    def test_no_seal_is_made_of_what_was_forged(self, bureau: Bureau) -> None:
        self.sealed(bureau)
        with forging(bureau) as hand:
            for table in (ENTRY, HEAD):
                hand.execute(delete(table).filter_by(initiative="training"))
        result = bureau.run("ledger", "seal")
        assert result.exit_code == 5
        assert "no seal was made: the ledger is not as it was sealed: training" in result.stderr

    def test_the_key_lies_in_a_file_of_this_account_alone_and_can_be_changed(self, bureau: Bureau) -> None:
        self.sealed(bureau)
        secrets = bureau.var / "secrets" / "seals"
        assert {file.name: file.stat().st_mode & 0o777 for file in secrets.iterdir()}["key-1"] == 0o600
        assert "from now on seals are made with key-2" in bureau.ok("ledger", "rotate-key")
        assert bureau.json("ledger", "seal")["key"] == "key-2"
        bureau.ok("ledger", "verify", "--key", (bureau.var / "seals" / "key-1.pub").read_text())
        for file in secrets.glob("key-2*"):
            file.unlink()
        assert "the key of seal 4 of 2024-04-03, key-2, is not here" in bureau.run("ledger", "seal").stderr
        assert "no seal vouches for it: give " in bureau.ok("ledger", "rotate-key", "--lost")

    def test_the_key_may_be_in_a_variable_that_the_settings_name(
        self, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with (bureau.config / "duban.toml").open("a") as settings:
            settings.write('[seals]\nfolder = "archive"\nkey = "${DUBAN_SEAL_KEY}"\n')
        worked_on(bureau)
        assert bureau.run("ledger", "seal").exit_code == 5, "the variable is not set"
        monkeypatch.setenv("DUBAN_SEAL_KEY", f"office:{'0a' * 32}")
        (bureau.var / CLOCK_FILE).unlink()
        made = bureau.json("ledger", "seal")
        assert (made["key"], made["folder"]) == ("office", str(bureau.root / "archive"))
        assert not (bureau.var / "secrets" / "seals").exists()


class TestRebuild:
    def test_derived_tables_are_made_anew_and_no_entry_is_added(self, bureau: Bureau) -> None:
        worked_on(bureau)
        with gear(load_settings()) as at:
            deliver_due(at.service, at.carrier, at.wording)
        before = self.tables()
        assert "@protection-officer" in {row.initiative for row in before[1]}
        entries = bureau.json("ledger", "verify")["entries"]
        with by_other_hands(bureau) as database:
            database.execute("UPDATE step_row SET forecast = '2030-01-01'")
            database.execute("DELETE FROM notice")
        assert self.tables() != before
        assert bureau.json("ledger", "rebuild") == {
            "initiatives": 2,
            "steps": 6,
            "notices": len(before[1]),
            "left_out": [],
        }
        assert self.tables() == before
        assert json.loads(bureau.run("ledger", "verify", "--json").stdout)["entries"] == entries

    def test_forecasts_are_carried_from_one_initiative_to_the_next(self, bureau: Bureau) -> None:
        """Training is made anew before cosmetics' forecast is known when their names are the other way round."""
        plan = bureau.config / "plans/small-2024"
        cosmetics, training = plan / "protection/cosmetics.yaml", plan / "service/training.yaml"
        write(plan, {"protection/zz.yaml": cosmetics.read_text("utf-8").replace("id: cosmetics", "id: zz")})
        write(plan, {"service/training.yaml": training.read_text("utf-8").replace("cosmetics/issued", "zz/issued")})
        cosmetics.unlink()
        bureau.tick("zz", "training")
        before = self.tables()
        bureau.ok("ledger", "rebuild")
        assert self.tables() == before

    def tables(self) -> tuple[Sequence[Summary], Sequence[NoticeRow]]:
        with gear(load_settings()) as at:
            return at.service.ledger.summaries(), at.service.ledger.notices()

    def test_an_empty_ledger(self, bureau: Bureau) -> None:
        assert bureau.ok("ledger", "rebuild") == "made anew: 0 initiatives, 0 steps, 0 notices\n"

    def test_initiatives_the_plan_no_longer_has_are_left_out_and_named(self, bureau: Bureau) -> None:
        bureau.tick()
        (bureau.config / "plans/small-2024/service/training.yaml").unlink()
        assert bureau.ok("ledger", "rebuild").splitlines() == [
            "made anew: 1 initiatives, 4 steps, 2 notices",
            "left out: training, which the plan no longer has",
        ]

    def test_a_broken_ledger_is_left_as_it_is(self, bureau: Bureau) -> None:
        worked_on(bureau)
        before = self.tables()
        with by_other_hands(bureau) as database:
            database.execute("DELETE FROM entry WHERE initiative = 'cosmetics' AND sequence = 2")
        result = bureau.run("ledger", "rebuild")
        assert result.exit_code == 1
        assert "cosmetics, entry 3" in result.stderr
        assert "nothing was made anew" in result.stderr
        assert self.tables() == before


class TestList:
    def test_entries_are_listed_in_order(self, bureau: Bureau) -> None:
        worked_on(bureau)
        listed = bureau.ok("ledger", "list", "cosmetics", "--step", "draft").splitlines()
        assert listed[0].split() == ["sequence", "moment", "kind", "step", "actor", "data"]
        assert listed[1].split()[:5] == ["2", "2024-04-01", "09:00:00", "opened", "draft"]
        assert '{"reason": "已完成初稿", "progress": 40, "via": "command ' in "".join(listed)
        assert listed[-1] == f"{len(listed) - 2} entries"

    def test_as_json(self, bureau: Bureau) -> None:
        worked_on(bureau)
        entries = bureau.json("ledger", "list", "cosmetics")
        assert [entry["sequence"] for entry in entries] == list(range(1, len(entries) + 1))
        assert (entries[0]["kind"], entries[0]["at"], entries[0]["day"]) == (
            "adopted",
            "2024-04-01T01:00:00+00:00",
            "2024-04-01",
        )

    def test_of_an_initiative_the_plan_no_longer_has(self, bureau: Bureau) -> None:
        bureau.tick()
        (bureau.config / "plans/small-2024/service/training.yaml").unlink()
        assert bureau.json("ledger", "list", "training")

    def test_an_unknown_initiative_is_refused(self, bureau: Bureau) -> None:
        assert bureau.run("ledger", "list", "nothing").exit_code == 4


class TestRoles:
    def test_the_rights_of_programs_are_printed(self, bureau: Bureau) -> None:
        told = bureau.ok("ledger", "roles", "--programs", "office")
        assert "GRANT INSERT ON entry TO office;\n" in told
        assert "UPDATE, DELETE ON initiative_summary" in told
        assert not [line for line in told.splitlines() if "UPDATE" in line and "entry" in line.split()]

    def test_of_a_file_there_are_none(self, bureau: Bureau) -> None:
        bureau.tick()
        refused = bureau.run("ledger", "roles", "--apply")
        assert refused.exit_code == 3
        assert "the ledger is a file" in refused.stderr


def test_what_a_command_leaves_in_var_is_for_this_account_alone_whatever_the_umask(bureau: Bureau) -> None:
    """The ledger, its keys and its seals."""
    bureau.tick()
    (bureau.var / "ledger.sqlite").unlink()
    program = "from duban.cli import main; main()"
    for words in (["ledger", "seal"], ["rehearse", "--html", str(bureau.root / "page.html")]):
        subprocess.run([sys.executable, "-c", program, *words], check=True, umask=0, stdout=subprocess.DEVNULL)
    assert {path.relative_to(bureau.var).as_posix() for path in wider(bureau.var)} == set()
    assert (bureau.var / "seals" / "seal-000001.json").exists()
    assert stat.S_IMODE((bureau.root / "page.html").stat().st_mode) == 0o644, "what people name is theirs to share"


def test_the_files_sqlite_puts_beside_a_new_ledger_are_closed_to_others_too(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}", "plan") as ledger:
            ledger.wake(("here",), SystemClock().now())
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("ledger.db", "ledger.db-wal", "ledger.db-shm"), 0o600)
