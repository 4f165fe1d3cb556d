"""Forgeries of a ledger: each is named, with the first initiative and entry that differ."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from duban.adapters.ledger_rules import verify
from duban.adapters.ledger_tables import ENTRY, HEAD, REFUSAL
from duban.adapters.seal_folder import seal_folder
from duban.adapters.seal_keys import Keys
from duban.adapters.sealing import Sealing
from duban.adapters.seals import Unsealed
from duban.adapters.sql_ledger import SqlLedger, open_ledger
from duban.adapters.testimony import differing
from duban.core.ledger.entries import LINKS
from duban.ports import Commit, RefusedVisit
from tests.adapters.forging import FORGERIES, at, every_right, hash_anew, nothing
from tests.contracts.samples import BRIDGES, NOW, PLAN, ROADS, append, report, sealed, summary

DAY = timedelta(days=1)
SEALS = ("seal-000001.json", "seal-000002.json")
LAST_YEAR = "shanghai-2023"
NAMED_BY_ITSELF = {"flip", "delete-in-the-middle"}
"""What the ledger names without its seals, when triggers, summaries and heads were seen to as well."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def sealing(tmp_path: Path) -> Sealing:
    return Sealing(seal_folder(str(tmp_path / "seals")), Keys(tmp_path / "secrets"))


@pytest.fixture
def ledger(url: str, sealing: Sealing) -> Iterator[SqlLedger]:
    """Three entries of bridges, sealed on two days, beside another chain of each sort and another plan."""
    with open_ledger(url, LAST_YEAR) as other, open_ledger(url, PLAN) as opened:
        other.commit(Commit(ROADS, sealed(report(5), initiative=ROADS, plan=LAST_YEAR)))
        append(opened, report(1), report(2))
        append(opened, report(4), initiative=ROADS)
        append(opened, report(8), initiative=LINKS)
        opened.note_refused(RefusedVisit(NOW, "unknown-link", "192.0.2.1", ""))
        sealing.seal(opened, NOW)
        append(opened, report(3))
        opened.commit(Commit(BRIDGES, (), summary(sequence=3)))
        sealing.seal(opened, NOW + DAY)
        yield opened


def first(ledger: SqlLedger, sealing: Sealing) -> tuple[str, str, int]:
    """Plan, chain and number of the first entry that the seals show to be another."""
    plan, broken = next(differing(ledger, sealing.told()))
    return plan, broken.initiative, broken.sequence


def test_an_honest_ledger_holds_against_its_seals_and_goes_on(ledger: SqlLedger, sealing: Sealing) -> None:
    append(ledger, report(9), initiative=ROADS)
    told = sealing.told()
    assert (told.fault, [seal.number for seal in told.seals]) == ("", [1, 2])
    assert list(differing(ledger, told)) == []
    assert ledger.unguarded() == ()


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_named_by_the_seals_though_it_left_no_trace_in_the_database(
    ledger: SqlLedger, sealing: Sealing, url: str, name: str
) -> None:
    forge, entry = FORGERIES[name]
    with every_right(url, leave=True) as hand:
        forge(hand)
    assert ledger.unguarded() == ()
    assert (verify(ledger) is not None) == (name in NAMED_BY_ITSELF)
    assert first(ledger, sealing) == (PLAN, BRIDGES, entry)


@pytest.mark.parametrize("name", [name for name in FORGERIES if name not in NAMED_BY_ITSELF])
def test_no_seal_is_made_of_a_forged_ledger(ledger: SqlLedger, sealing: Sealing, url: str, name: str) -> None:
    with every_right(url, leave=True) as hand:
        FORGERIES[name][0](hand)
    with pytest.raises(Unsealed, match=r"not as it was sealed: bridges, at or before entry 3"):
        sealing.seal(ledger, NOW + 2 * DAY)
    assert len(sealing.folder.names()) == 2


def test_triggers_that_are_gone_or_off_are_named(ledger: SqlLedger, url: str) -> None:
    with every_right(url, leave=False) as hand:
        nothing(hand)
    names = " ".join(ledger.unguarded())
    for trigger in ("entry_seen", "head_only_rises", "entry_no_" if "sqlite" in url else "entry_append_only"):
        assert trigger in names


def test_a_chain_of_the_engine_s_own_another_plan_and_refusals_are_sealed_too(
    ledger: SqlLedger, sealing: Sealing, url: str
) -> None:
    with every_right(url, leave=True) as hand:
        for table in (ENTRY, HEAD):
            hand.execute(delete(table).where((table.c.initiative == LINKS) | (table.c.plan == LAST_YEAR)))
        hand.execute(delete(REFUSAL))
    found = [(plan, one.initiative, one.sequence) for plan, one in differing(ledger, sealing.told())]
    assert found == [(LAST_YEAR, ROADS, 1), (PLAN, LINKS, 1), (PLAN, "refusals", 1)]


def test_what_the_database_has_seen_is_neither_lowered_nor_forgotten(ledger: SqlLedger, url: str) -> None:
    with every_right(url, leave=True) as hand:
        hand.execute(delete(ENTRY).where(ENTRY.c.initiative == LINKS))
    found = verify(ledger)
    assert found is not None
    assert (found.initiative, found.reason) == (LINKS, "the ledger has seen 1 entries: the last ones are missing")


def test_seals_that_are_missing_changed_or_by_another_key_are_named(ledger: SqlLedger, sealing: Sealing) -> None:
    one, two = map(Path, sealing.folder.names())
    text = two.read_text()
    two.write_text(text.replace('"count":3', '"count":2'))
    assert "seal 2 of 2024-03-02 was changed" in sealing.told().fault
    two.write_text(text)
    kept = one.read_bytes()
    one.unlink()
    assert sealing.told().fault == "seal 1 is missing, or is there twice"
    one.write_bytes(kept)
    assert sealing.told().fault == ""
    assert "by a key that nobody has named: key-1" in sealing.told(frozenset(["00" * 32])).fault


def test_whoever_has_the_database_and_the_folder_but_no_key_makes_no_seals(
    ledger: SqlLedger, sealing: Sealing, url: str, tmp_path: Path
) -> None:
    """All is forged and sealed anew, by a key of the same name."""
    with every_right(url, leave=True) as hand:
        hash_anew(hand)
    for name in sealing.folder.names():
        Path(name).unlink()
    Sealing(sealing.folder, Keys(tmp_path / "other")).seal(ledger, NOW)
    assert "by a key that nobody has named" in sealing.told().fault


class TestRotation:
    def test_old_seals_are_checked_by_their_own_key_and_the_new_one_is_vouched_for(
        self, ledger: SqlLedger, sealing: Sealing
    ) -> None:
        archive = frozenset([sealing.folder.seals()[0].public])
        _, file = sealing.rotate(ledger, NOW + 2 * DAY)
        sealing.seal(ledger, NOW + 3 * DAY)
        assert file.name == "key-2"
        assert [seal.key for seal in sealing.folder.seals()] == ["key-1", "key-1", "key-1", "key-2"]
        assert sealing.told(archive).fault == sealing.told().fault == ""

    def test_the_old_key_makes_no_more_seals(self, ledger: SqlLedger, sealing: Sealing) -> None:
        sealing.rotate(ledger, NOW + 2 * DAY)
        sealing.seal(ledger, NOW + 3 * DAY)
        (sealing.keys.folder / "key-2").unlink()
        with pytest.raises(Unsealed, match="key-2, is not here"):
            sealing.seal(ledger, NOW + 4 * DAY)

    def test_a_lost_key_is_followed_by_one_that_only_people_vouch_for(
        self, ledger: SqlLedger, sealing: Sealing
    ) -> None:
        archive = frozenset([sealing.folder.seals()[0].public])
        (sealing.keys.folder / "key-1").unlink()
        made, _ = sealing.rotate(ledger, NOW + 2 * DAY, lost=True)
        assert made.key == "key-2"
        assert sealing.told().fault == ""
        assert "seal 3 of 2024-03-03 was made by a key that nobody has named" in sealing.told(archive).fault
        assert sealing.told(archive | {made.public}).fault == ""

    def test_a_key_in_a_variable_is_in_no_file(self, ledger: SqlLedger, tmp_path: Path) -> None:
        keys = Keys(tmp_path / "none", "SEAL_KEY", f"archive:{'ab' * 32}")
        made = Sealing(seal_folder(str(tmp_path / "more")), keys).seal(ledger, NOW)
        assert made.key == "archive"
        assert not (tmp_path / "none").exists()
        with pytest.raises(Unsealed, match="the variable SEAL_KEY holds no key of seals"):
            Sealing(seal_folder(str(tmp_path / "third")), Keys(tmp_path, "SEAL_KEY", "short")).seal(ledger, NOW)


def test_seals_may_lie_wherever_fsspec_reaches(ledger: SqlLedger, tmp_path: Path) -> None:
    sealing = Sealing(seal_folder(f"memory://{tmp_path.name}/archive"), Keys(tmp_path / "other-keys"))
    sealing.seal(ledger, NOW)
    sealing.seal(ledger, NOW + DAY)
    told = sealing.told()
    assert (told.fault, [seal.number for seal in told.seals]) == ("", [1, 2])
    assert list(differing(ledger, told)) == []
    assert [Path(name).name for name in sealing.folder.every()] == ["key-1.pub", *SEALS]


def test_a_key_that_cannot_be_read_is_said_to_be_so(ledger: SqlLedger, sealing: Sealing) -> None:
    key = sealing.keys.folder / "key-1"
    key.unlink()
    key.mkdir()
    with pytest.raises(Unsealed, match=r"no seal was made: .*Let this account read") as unsealed:
        sealing.seal(ledger, NOW + 2 * DAY)
    assert unsealed.value.told.startswith("未作存证：密钥或者存证文件无法读写")


def test_a_folder_that_cannot_be_written_is_said_to_be_so(ledger: SqlLedger, sealing: Sealing, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unsealed, match=r"cannot be written .* name another in duban\.toml"):
        Sealing(seal_folder(str(tmp_path / "file" / "seals")), sealing.keys).seal(ledger, NOW)


def test_a_ledger_cut_before_its_first_seal_is_found_by_what_it_has_seen(
    ledger: SqlLedger, tmp_path: Path, url: str
) -> None:
    with every_right(url, leave=True) as hand:
        hand.execute(delete(ENTRY).where(*at(3)))
    with pytest.raises(Unsealed, match="bridges"):
        Sealing(seal_folder(str(tmp_path / "new")), Keys(tmp_path / "new-keys")).seal(ledger, NOW)
