"""What hosts share lies in one store, whichever: a folder, or whatever else fsspec knows."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from duban.adapters.delivery.mail_folder import MailFolder
from duban.adapters.sources import Reading, taken
from duban.adapters.stored import keep, names, reading_text
from duban.core.planning.measure_file import CsvMeasure
from duban.desk.uploads import store_at
from duban.ports import Outside
from duban.settings import CLOCK_FILE, load_settings
from tests.adapters.delivery.letters import LETTER, NOW


@pytest.fixture(params=["folder", "address"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A folder of this machine, and an address of another kind of file system."""
    return str(tmp_path / "store") if request.param == "folder" else f"memory://store-{uuid4()}"


def text(place: str) -> str:
    with reading_text(place, "utf-8") as file:
        return file.read()


def test_a_file_is_kept_whole_and_replaced_whole(store: str) -> None:
    for said in ("一\n", "二\n"):
        keep(f"{store}/bulletins/a.md", said.encode())
    assert names(f"{store}/bulletins", "*") == ["a.md"], "and nothing in parts beside it"
    assert text(f"{store}/bulletins/a.md") == "二\n"
    assert names(f"{store}/nowhere", "*") == []
    with pytest.raises(FileNotFoundError):
        text(f"{store}/bulletins/none.md")


def test_a_letter_that_two_hosts_write_is_one_file(store: str) -> None:
    first, second = MailFolder(f"{store}/mail"), MailFolder(f"{store}/mail")
    outcome = first.deliver(LETTER, NOW)
    assert outcome.accepted
    assert second.deliver(replace(LETTER, text="另一份\n"), NOW.replace(day=16)) == outcome
    assert names(f"{store}/mail/{LETTER.recipient}", "*") == [outcome.detail.partition("/")[2]]
    assert "请抓紧办理" in text(f"{store}/mail/{outcome.detail}")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_table_is_read_from_there_and_nothing_beside_it(store: str, tmp_path: Path, encoding: str) -> None:
    keep(f"{store}/figures/totals.csv", "单位,数量\n道路处,7\n公园处,5\n".encode(encoding))
    said = {"file": "var/figures/totals.csv", "column": "数量", "where": {"单位": "公园处"}, "by": "csv"}
    measure = CsvMeasure.model_validate(said)
    reading = Reading(tmp_path, store, "sqlite://", {}, {})
    assert taken(measure, reading) == 5
    with pytest.raises(Outside, match="不在var之内"):
        taken(measure.model_copy(update={"file": "var/../totals.csv"}), reading)
    with pytest.raises(Outside, match="读不到"):
        taken(measure.model_copy(update={"file": "var/none.csv"}), reading)


def test_settings_name_one_store_for_all_and_a_rehearsals_lies_apart(tmp_path: Path) -> None:
    file = tmp_path / "config" / "duban.toml"
    file.parent.mkdir()

    def places(store: str, *kinds: str) -> list[str]:
        file.write_text(f'plan = "a"\n{store}')
        return [load_settings(file, {}).kept_at(kind) for kind in kinds]

    assert places("", "mail", "evidence") == [f"{tmp_path}/var/mail", f"{tmp_path}/var/evidence"]
    assert places('store = "shared"', "mail") == [f"{tmp_path}/shared/mail"]
    assert places('store = "s3://office/duban/"', "bulletins") == ["s3://office/duban/bulletins"]
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / CLOCK_FILE).touch()
    assert places('store = "s3://office/duban"', "mail") == ["s3://office/duban/rehearsal/mail"]
    assert places("", "mail") == [f"{tmp_path}/var/mail"]


def test_evidence_is_found_by_every_desk(store: str) -> None:
    said = store_at(f"{store}/evidence").keep("方案.pdf", b"%PDF-1.7", 1)
    digest = said.rpartition("SHA-256：")[2]
    assert store_at(f"{store}/evidence").read(digest) == b"%PDF-1.7"
