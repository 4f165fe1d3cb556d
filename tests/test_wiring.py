"""What a process that lives long keeps, and when it reads or looks anew."""

import sqlite3
from pathlib import Path

import pytest

from duban.adapters.sql_ledger import SqlLedger
from duban.applying import apply
from duban.applying.proposals import Author
from duban.core.ledger.entries import PLAN, Entry
from duban.core.problems import BadInput
from duban.ports import LedgerUnusable
from duban.settings import Settings, load_settings
from duban.wiring import at_work, current_office, kept_gear, load_office
from tests.bureau_folder import BureauFolder, make_bureau


@pytest.fixture
def bureau(tmp_path: Path) -> BureauFolder:
    return make_bureau(tmp_path, "flows")


@pytest.fixture
def settings(bureau: BureauFolder) -> Settings:
    return load_settings(bureau.settings, {})


def test_an_office_is_read_once(settings: Settings) -> None:
    assert current_office(settings) is current_office(settings)


def test_a_file_that_changes_a_new_one_and_one_that_goes_are_seen(bureau: BureauFolder, settings: Settings) -> None:
    before = current_office(settings)
    file = bureau.file("toll-system")
    text = file.read_text()
    file.write_text(text.replace("更新收费系统", "改造收费系统"))
    assert current_office(settings).plan.initiatives["toll-system"].title == "改造收费系统"
    other = file.with_name("other.yaml")
    other.write_text(text.replace("id: toll-system", "id: other").replace('source: "1.2"', 'source: "1.3"'))
    assert "other" in current_office(settings).plan.initiatives
    other.unlink()
    file.write_text(text)
    assert current_office(settings).plan == before.plan


def test_files_that_cannot_be_used_are_told_until_they_can(bureau: BureauFolder, settings: Settings) -> None:
    current_office(settings)
    file = bureau.file("toll-system")
    text = file.read_text()
    file.write_text(text.replace("title: 更新收费系统", "titel: 更新收费系统"))
    for _ in range(2):
        with pytest.raises(BadInput, match="titel"):
            current_office(settings)
    file.write_text(text)
    assert "toll-system" in current_office(settings).plan.initiatives


def test_a_desk_is_kept_with_its_ledger(settings: Settings) -> None:
    first = kept_gear(settings)
    first.service.tick("new-road")
    again = kept_gear(settings)
    assert again.service.ledger is first.service.ledger
    assert again.service.ledger.initiatives() == ["new-road"]


def test_a_kept_ledger_that_is_newer_by_now_is_not_touched(settings: Settings) -> None:
    kept_gear(settings)
    with sqlite3.connect(settings.var / "ledger.sqlite") as connection:
        connection.execute("UPDATE ledger_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(LedgerUnusable, match="its schema is version 9999"):
        kept_gear(settings)


def test_what_was_applied_is_read_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a whole plan."""
    with at_work(settings) as service:
        apply(service, load_office(settings), Author("supervision-officer", "启用"))
    read, last = list[str](), SqlLedger.last

    def reading(ledger: SqlLedger, initiative: str) -> Entry | None:
        read.append(initiative)
        return last(ledger, initiative)

    monkeypatch.setattr(SqlLedger, "last", reading)
    with at_work(settings) as service:
        assert service.office.applied == 1
    assert read.count(PLAN) == 1
