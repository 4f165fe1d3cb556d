"""A disk that is really full: what was there stays, the message names the file and what to do, and then all goes on."""

import ast
import json
import os
import resource
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from duban.adapters import files
from duban.adapters.seals import Unsealed
from duban.cli.exits import Exit
from duban.core.ledger.notices import Delivery
from duban.desk.uploads import Unfit, store_at
from duban.outbox import deliver_due
from duban.ports import LedgerUnusable
from duban.settings import load_settings
from duban.wiring import gear, seals_of
from tests.cli.conftest import Bureau
from tests.full_disk import Full, small_disk

ROOT = Path(__file__).parent.parent.parent
TABLE = str(ROOT / "tests" / "data" / "tables" / "port.csv")
SIGN = ("sign", "cosmetics/draft", "--as", "protection-officer")


@pytest.fixture
def full(bureau: Bureau) -> Iterator[Full]:
    """Fills the disk that the bureau lives on."""
    places = [path for path in bureau.root.iterdir() if path.name in ("config", "var")]
    with small_disk(bureau.root / "disk") as fill:
        for path in places:
            shutil.move(path, bureau.root / "disk" / path.name)
            path.symlink_to(bureau.root / "disk" / path.name)
        bureau.tick()
        with closing(sqlite3.connect(bureau.var / "ledger.sqlite")) as at_work:
            at_work.execute("SELECT count(*) FROM entry").fetchall()  # as a stack has it open
            yield fill


def left(folder: Path) -> dict[str, bytes]:
    """All files of a folder, temporary ones among them."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != ".filler"}


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (("draft", TABLE, "--plan", "port", "--ask", "disk/questions.xlsx"), "questions.xlsx"),
        (("draft", TABLE, "--plan", "port", "--yes"), ""),
        (("roll", "small-2024", "--year", "2025"), "small-2025"),
        (("export", "xlsx", "--output", "disk/plan.xlsx"), "plan.xlsx"),
        (("next", "--xlsx", "disk/next.xlsx"), "next.xlsx"),
        (("schema", "--write", "disk/schema"), "schema"),
        (("rehearse", "--html", "disk/year.html"), "year.html"),
    ],
    ids=lambda one: one[0] if isinstance(one, tuple) else "",
)
def test_what_is_there_stays_and_the_message_says_what_to_do(
    bureau: Bureau, full: Full, words: tuple[str, ...], file: str
) -> None:
    (bureau.root / "disk" / "questions.xlsx").write_bytes(b"an older one")
    before = left(bureau.root / "disk" / "config") | left(bureau.root / "disk")
    with full():
        result = bureau.run(*words)
        told = " ".join(result.output.split())
        assert result.exit_code == Exit.ENVIRONMENT, told
        assert left(bureau.root / "disk") == before
    assert file in told
    assert "Make room on that disk, and do it again." in told
    bureau.ok(*words)


def test_a_backup_without_room_leaves_nothing_and_is_made_again(bureau: Bureau, full: Full) -> None:
    with full():
        result = bureau.run("backup", "disk/backup")
        assert result.exit_code == Exit.ENVIRONMENT
        assert "backup: not written" in " ".join(result.output.split())
        assert not (bureau.root / "disk" / "backup").exists()
    bureau.ok("backup", "disk/backup")


def test_the_ledger_takes_nothing_in_part_and_goes_on(bureau: Bureau, full: Full) -> None:
    with full():
        result = bureau.run(*SIGN, "--note", "字" * 1900)
        assert result.exit_code == Exit.LEDGER, result.output
        assert "its disk is full" in result.output
        told = {one["check"]: one for one in json.loads(bureau.run("doctor", "--json").stdout)["findings"]}
        assert told["disk"]["level"] == "bad"
    bureau.ok(*SIGN, "--note", "字" * 1900)
    bureau.ok("ledger", "verify")


def test_letters_wait_until_there_is_room(bureau: Bureau, full: Full) -> None:
    with gear(load_settings()) as at:
        at.service.tick("cosmetics")
        with full():
            try:
                deliver_due(at.service, at.carrier, at.wording)
            except LedgerUnusable as error:
                assert "disk" in str(error)  # noqa: PT017  which of the two is met first is the disk's to say
            assert not list(at.settings.mail.rglob("*.eml"))
            assert not list(at.settings.mail.rglob(".*.part"))
    with gear(load_settings()) as at:
        bureau.at("2024-04-01 09:20")
        while deliver_due(at.service, at.carrier, at.wording):
            pass
        sent = [row for row in at.service.ledger.notices("cosmetics") if row.delivery is Delivery.SENT]
        assert len(sent) == len({row.key for row in sent}) > 0
        assert len(list(at.settings.mail.rglob("*protection-officer*.eml"))) == 1


def test_seals_and_files_handed_in_are_whole_or_not_there(bureau: Bureau, full: Full) -> None:
    content = b"%PDF-" + os.urandom(200_000)
    store = store_at(str(bureau.root / "disk" / "evidence"))
    with gear(load_settings()) as at:
        with full():
            with pytest.raises(Unsealed) as unsealed:
                seals_of(at.settings).seal(at.service.ledger, at.service.clock.now())
            with pytest.raises(Unfit, match="暂时存不下"):
                store.keep("方案.pdf", content, 20)
            assert "磁盘" in unsealed.value.told or "写" in unsealed.value.told
        assert not left(bureau.root / "disk" / "evidence")
        assert store.keep("方案.pdf", content, 20)
        assert seals_of(at.settings).seal(at.service.ledger, at.service.clock.now()).number == 1


def test_any_account_meets_a_file_without_room(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        for write in (
            files.write_atomically,
            files.write_private,
            lambda one, text: files.keep_private(one.with_name("key"), text),
        ):
            with pytest.raises(files.Unwritten, match=r"not written, and as it was before .*Make room on that disk"):
                write(file, "x" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("plan.yaml", "old")]
    with pytest.raises(files.Unwritten, match="Let this account write there"):
        files.write_atomically(file / "below.yaml", "new")


def test_a_file_that_people_name_keeps_its_rights_and_a_link_stays_one(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    files.write_atomically(link, "new", files.READABLE)
    assert (link.is_symlink(), real.read_text(), rights(real)) == (True, "new", 0o640)


def test_what_is_written_is_for_its_owner_alone_unless_said_otherwise(tmp_path: Path) -> None:
    """Also where an earlier one lay open, and whatever the umask; the folder of a file that people name stays open."""
    (old := tmp_path / "old").write_text("old")
    old.chmod(0o644)
    tmp_path.chmod(0o755)
    before = os.umask(0)
    try:
        files.write_atomically(old, "new")
        files.write_atomically(tmp_path / "run" / "addresses.json", "new")
        files.write_atomically(tmp_path / "named.xlsx", "new", files.READABLE)
    finally:
        os.umask(before)
    assert [rights(path) for path in (old, tmp_path / "run" / "addresses.json", tmp_path / "run")] == [
        0o600,
        0o600,
        0o700,
    ]
    assert (rights(tmp_path / "named.xlsx"), rights(tmp_path)) == (0o644, 0o755)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


PLAIN = {"write_text", "write_bytes", "mkstemp", "fdopen", "NamedTemporaryFile"}
ELSEWHERE = {
    "duban/adapters/files.py": "the one writer",
    "duban/adapters/clock.py": "a rehearsal's clock, which all its processes read",
    "duban/written.py": "reads",
    "duban/adapters/ledger_engine.py": "a lock",
    "deployments/stack/postgres_roles.py": "a part that takes its place",
}


def test_there_is_one_way_to_write_files() -> None:
    """Whatever else opens a file to write it says why it may."""
    found = set()
    for source in (one for room in ("duban", "deployments", "flows", "tasks") for one in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node) in PLAIN:
                found.add(source.relative_to(ROOT).as_posix())
    assert found == ELSEWHERE.keys()


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
