"""What a process that lives long keeps, and when it reads or looks anew."""

import sqlite3
from pathlib import Path

import pytest

from duban.core.problems import BadInput
from duban.ports import LedgerUnusable
from duban.settings import Settings, load_settings
from duban.wiring import current_office, kept_gear
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
