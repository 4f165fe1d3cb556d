"""Children, the lock, the watch and PostgreSQL alone; no Prefect."""

import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
import sqlalchemy
from prefect.settings import Settings as PrefectSettings

from deployments.stack import postgres, postgres_folder, postgres_roles, run_folder, server
from deployments.stack.children import MARK, StackError, end_child, end_marked, marked, start_child, tail
from deployments.stack.environment import Addresses, environment, server_environment
from deployments.stack.pulse import Pulse
from deployments.stack.watch import Watch, pause
from duban.adapters.ledger_rules import verify
from duban.adapters.sql_ledger import open_ledger
from duban.ports import Commit
from duban.settings import CLOCK_VARIABLE
from tests.contracts.samples import BRIDGES, NOW, PLAN, append, notice, report, summary
from tests.deployments.earlier import earlier_cluster

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
BASE = {"PATH": os.defpath}


def eventually(true: Callable[[], object], within: float = 20) -> None:
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, "did not come true in time"
        time.sleep(0.05)


def addresses(var: Path) -> Addresses:
    return Addresses("http://127.0.0.1:4200/api", "http://127.0.0.1:4200/v2", "sqlite://", "sqlite://", var)


class TestChildren:
    def test_output_goes_to_the_log_and_the_group_ends(self, tmp_path: Path) -> None:
        log = tmp_path / "child.log"
        command = [sys.executable, "-c", "print('你好', flush=True); import time; time.sleep(60)"]
        process = start_child(command, {**BASE, "PYTHONUTF8": "1"}, log, tmp_path)
        eventually(lambda: "你好" in tail(log))
        end_child(process, grace=5)
        assert process.returncode == -signal.SIGTERM

    def test_a_child_that_will_not_end_is_killed(self, tmp_path: Path) -> None:
        code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
        process = start_child([sys.executable, "-c", code], BASE, tmp_path / "log", tmp_path)
        eventually(lambda: "deaf" in tail(tmp_path / "log"))
        end_child(process, grace=0.2)
        assert process.returncode == -signal.SIGKILL

    @pytest.mark.skipif(sys.platform != "linux", reason="the kernel's leash is Linux's")
    def test_a_child_ends_with_a_parent_killed_outright(self, tmp_path: Path) -> None:
        code = (
            "import sys, time; from pathlib import Path; from deployments.stack.children import start_child\n"
            f"child = start_child({SLEEP!r}, {BASE!r}, Path('log'), Path())\n"
            "print(child.pid, flush=True); time.sleep(60)"
        )
        parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=tmp_path)
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        eventually(lambda: "sleep" in " ".join(psutil.Process(child).cmdline()))
        parent.kill()
        parent.wait()
        parent.stdout.close()
        eventually(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)

    def test_only_our_own_leftovers_are_ended(self, tmp_path: Path) -> None:
        ours = start_child(SLEEP, {**BASE, MARK: str(tmp_path / "a")}, tmp_path / "log", tmp_path)
        other = start_child(SLEEP, {**BASE, MARK: str(tmp_path / "b")}, tmp_path / "log", tmp_path)
        assert [process.pid for process in marked(tmp_path / "a")] == [ours.pid]
        assert end_marked(tmp_path / "a") == [ours.pid]
        assert other.poll() is None
        end_child(other, 5)
        end_child(ours, 5)

    def test_a_long_log_is_set_aside(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("deployments.stack.children.LOG_LIMIT", 3)
        log = tmp_path / "child.log"
        log.write_text("long enough")
        end_child(start_child(SLEEP, BASE, log, tmp_path), 5)
        assert (tmp_path / "child.log.1").read_text() == "long enough"
        assert tail(tmp_path / "nothing.log") == "(no log)"


class TestLock:
    def test_held_once_and_free_again(self, tmp_path: Path) -> None:
        held = run_folder.take_lock(tmp_path)
        with pytest.raises(StackError, match=r"already runs on .* Stop it first"):
            run_folder.take_lock(tmp_path, patience=0)
        held.close()
        run_folder.take_lock(tmp_path, patience=0).close()

    def test_addresses_are_told_only_while_the_stack_lives(self, tmp_path: Path) -> None:
        assert run_folder.running(tmp_path) is None
        held = run_folder.take_lock(tmp_path)
        assert run_folder.running(tmp_path) is None
        run_folder.publish(addresses(tmp_path))
        assert run_folder.running(tmp_path) == addresses(tmp_path)
        held.close()
        assert run_folder.running(tmp_path) is None
        run_folder.withdraw(tmp_path)


class TestWatch:
    def test_pauses_grow_and_are_forgotten(self) -> None:
        alive, started = False, []
        watch = Watch("it", lambda: alive, lambda: started.append(1), born=0)
        assert not watch.look(100)  # died after a long life: one second's pause
        assert watch.again == 101
        assert watch.look(101)
        assert not watch.look(102)  # died at once: two seconds
        assert watch.again == 104
        assert watch.look(104)
        alive = True
        assert not watch.look(105)
        assert len(started) == 2

    def test_a_failed_start_counts_as_a_death(self) -> None:
        def fails() -> None:
            raise StackError("the disk is full")

        watch = Watch("it", lambda: False, fails, born=0, deaths=3, again=1)
        assert not watch.look(1)
        assert not watch.look(1.5)
        assert watch.deaths == 4

    def test_pause(self) -> None:
        assert [pause(n) for n in (1, 2, 3, 7, 50)] == [1, 2, 4, 60, 60]


class Listener:
    """A server that answers when it is told to; connections are taken by the kernel, as those of a hung one are."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(5)
        self.address: tuple[str, int] = self._socket.getsockname()

    def answer(self) -> None:
        """Answer one question and close, which is seen at the other end when this returns."""
        connection, _ = self._socket.accept()
        assert connection.recv(100).startswith(b"GET ")
        connection.sendall(b"HTTP/1.0 401 Unauthorized\r\n\r\n")
        connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


def test_any_answer_is_one_and_a_long_pause_of_whoever_asks_is_no_silence(listener: Listener) -> None:
    pulse = Pulse(listener.address, begins=100)
    assert not pulse.silent(0)
    listener.answer()
    assert not pulse.silent(1)
    assert pulse.heard
    assert not pulse.silent(10_000), "it is asked now"
    listener.answer()
    assert not pulse.silent(20_000), "and it has answered"
    assert pulse.heard


def test_a_server_that_takes_questions_and_answers_none_is_silent_after_a_minute(listener: Listener) -> None:
    pulse = Pulse(listener.address, begins=100)
    pulse.silent(0)
    listener.answer()
    pulse.silent(1)
    assert [moment for moment in range(6, 100) if pulse.silent(moment)][:1] == [67]
    pulse.end()


def test_one_that_starts_is_given_time(listener: Listener) -> None:
    listener.close()
    pulse = Pulse(listener.address, begins=100)
    assert [moment for moment in range(300) if pulse.silent(moment)][:1] == [161]


def test_a_connection_that_is_cut_is_no_answer(listener: Listener) -> None:
    pulse = Pulse(listener.address, begins=0)
    pulse.silent(1)
    connection, _ = listener._socket.accept()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # cut, not closed
    connection.close()
    assert not pulse.silent(2)
    assert not pulse.heard
    pulse.end()


class TestEnvironment:
    BASE: Mapping[str, str] = {"PATH": "/bin", "PREFECT_API_KEY": "mine", "PGHOST": "mine", "NO_PROXY": "intranet"}

    def test_foreign_settings_stay_outside(self, tmp_path: Path) -> None:
        found = environment(addresses(tmp_path), self.BASE)
        assert found["PATH"] == "/bin"
        assert not {"PREFECT_API_KEY", "PGHOST"} & set(found)
        assert found["PREFECT_PROFILES_PATH"].startswith(str(tmp_path))
        assert found["NO_PROXY"] == found["no_proxy"] == "intranet,127.0.0.1,localhost,::1"

    def test_the_page_asks_where_it_came_from(self, tmp_path: Path) -> None:
        assert server_environment(addresses(tmp_path), self.BASE)["PREFECT_UI_API_URL"] == "/api"

    @pytest.mark.parametrize(
        ("clock", "events", "looks"),
        [({}, timedelta(days=7), 3600), ({CLOCK_VARIABLE: "x"}, timedelta(minutes=2), 60)],
    )
    def test_what_prefect_keeps_is_set_and_understood(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: dict[str, str], events: timedelta, looks: float
    ) -> None:
        for name, value in server_environment(addresses(tmp_path), {**self.BASE, **clock}).items():
            monkeypatch.setenv(name, value)
        found = PrefectSettings().server
        assert found.events.retention_period == events
        assert found.services.db_vacuum.enabled_vacuum_types == {"events", "orphans"}
        assert found.services.db_vacuum.loop_seconds == looks
        assert found.services.db_vacuum.orphan_cleanup_loop_seconds == looks


def test_a_taken_port_gives_the_next(tmp_path: Path) -> None:
    wanted = server.free_port("127.0.0.1", 20_000 + os.getpid() % 10_000)
    with server.socket.socket() as taken:
        taken.setsockopt(server.socket.SOL_SOCKET, server.socket.SO_REUSEADDR, 1)  # an ended connection may linger
        taken.bind(("127.0.0.1", wanted))
        taken.listen()
        assert server.free_port("127.0.0.1", wanted) > wanted


def test_no_port_at_all_is_told() -> None:
    with pytest.raises(StackError, match="No free port"):
        server.free_port("192.0.2.1", 65_535)  # an address that is nobody's cannot be bound


@pytest.mark.postgres
class TestPostgres:
    def test_life(self, tmp_path: Path) -> None:
        with postgres.running(tmp_path / "postgres", tmp_path / "log", BASE) as cluster:
            again = postgres.start(tmp_path / "postgres", tmp_path / "log", BASE)
            assert (again.pid, again.process) == (cluster.pid, None)
            assert query(cluster, "SHOW listen_addresses") == ""
            assert query(cluster, "SELECT '10' < '2' AND 'B' < 'a' AND '一' < '二'") is True
            assert not psutil.Process(cluster.pid).net_connections(kind="inet")
        assert not postgres.alive(cluster)
        postgres.stop(again)

    def test_data_outlive_a_crash(self, tmp_path: Path) -> None:
        cluster = postgres.start(tmp_path / "postgres", tmp_path / "log", BASE)
        psutil.Process(cluster.pid).kill()
        eventually(lambda: not postgres.alive(cluster))
        eventually(lambda: not starts_with(tmp_path / "postgres"))
        with postgres.running(tmp_path / "postgres", tmp_path / "log", BASE) as cluster:
            assert query(cluster, "SELECT 1") == 1

    def test_a_path_too_long_for_a_socket_or_strange_to_it(self, tmp_path: Path) -> None:
        for name in ("市级行政裁决" * 12, "空 格,逗号%41"):
            folder = tmp_path / name / "postgres"
            with postgres.running(folder, tmp_path / "log", BASE) as cluster:
                assert query(cluster, "SELECT 1") == 1
                assert cluster.socket != folder
            assert not cluster.socket.exists()

    def test_making_a_cluster_that_was_cut_short_is_begun_again(self, tmp_path: Path) -> None:
        folder = tmp_path / "postgres"
        (folder / "base").mkdir(parents=True)
        (folder / "PG_VERSION").write_text("18\n")
        (tmp_path / "postgres.begun").touch()
        with postgres.running(folder, tmp_path / "log", BASE) as cluster:
            assert query(cluster, "SELECT 1") == 1
        assert not (tmp_path / "postgres.begun").exists()

    def test_data_of_another_version(self, tmp_path: Path) -> None:
        folder = tmp_path / "postgres"
        folder.mkdir()
        (folder / "PG_VERSION").write_text("15\n")
        with pytest.raises(StackError, match=r"PostgreSQL 15; this program is 18.*pg_dumpall"):
            postgres.start(folder, tmp_path / "log", BASE)

    def test_a_folder_that_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "postgres").touch()
        with pytest.raises(StackError, match="cannot be used: File exists"):
            postgres.start(tmp_path / "postgres", tmp_path / "log", BASE)

    def test_no_room(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(postgres_folder, "ROOM", 1 << 60)
        with pytest.raises(StackError, match="MB free, PostgreSQL needs"):
            postgres.start(tmp_path / "postgres", tmp_path / "log", BASE)

    def test_broken_data_show_the_log(self, tmp_path: Path) -> None:
        with postgres.running(tmp_path / "postgres", tmp_path / "log", BASE):
            pass
        (tmp_path / "postgres" / "postgresql.conf").write_text("no such thing = 1\n")
        with pytest.raises(StackError, match=r"does not start in .*(?s:.)*syntax error in file"):
            postgres.start(tmp_path / "postgres", tmp_path / "log", BASE)


@pytest.mark.postgres
class TestRoles:
    def test_nobody_is_more_than_the_owner_of_one_database(self, tmp_path: Path) -> None:
        with postgres.running(tmp_path / "postgres", tmp_path / "log", BASE) as cluster:
            for name in ("prefect",):
                said = "SELECT string_agg(rolname, ',') FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')"
                assert query(cluster, said, name) == f"pg_database_owner,{name}"
                assert query(cluster, "SHOW is_superuser", name) == "off"
                assert query(cluster, "SHOW is_superuser", "ledger") == "off"
                assert query(cluster, "CREATE TABLE t (a int); CREATE EXTENSION pg_trgm; SELECT 1", name) == 1
            for user, database in strangers():
                assert "no pg_hba.conf entry" in refusal(cluster, user, database)

    def test_the_programs_append_entries_and_only_the_owner_can_do_more(self, tmp_path: Path) -> None:
        with postgres.running(tmp_path / "postgres", tmp_path / "log", BASE) as cluster:
            with open_ledger(cluster.psycopg_url("ledger"), PLAN) as ledger:
                append(ledger, report(), report())
                ledger.commit(Commit(BRIDGES, (), summary(sequence=2), (notice(),), wake=(BRIDGES,), at=NOW))
                ledger.forget_derived()
                assert ledger.heads()[BRIDGES].sequence == 2
                assert (ledger.unguarded(), ledger.too_free()) == ((), ())
            for forbidden in FORBIDDEN:
                with pytest.raises(sqlalchemy.exc.ProgrammingError, match=r"permission denied|must be owner"):
                    query(cluster, forbidden)
            with open_ledger(cluster.owner_url("ledger"), PLAN) as ledger:
                assert ledger.too_free() == (
                    "the role ledger_owner owns entry and can take its triggers away",
                    "the role ledger_owner owns head and can take its triggers away",
                )

    def test_a_ledger_that_the_programs_owned_is_brought_over(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As an earlier duban made it, whose one role owned all."""
        folder = tmp_path / "postgres"
        with monkeypatch.context() as earlier:
            earlier.setattr(postgres_roles, "OWNERS", {})
            earlier.setattr(postgres, "_with_ledger", lambda cluster, databases: cluster)
            with (
                postgres.running(folder, tmp_path / "log", BASE) as cluster,
                open_ledger(cluster.psycopg_url("ledger"), PLAN) as ledger,
            ):
                append(ledger, report())
                assert len(ledger.too_free()) == 2
        with (
            postgres.running(folder, tmp_path / "log", BASE) as cluster,
            open_ledger(cluster.psycopg_url("ledger"), PLAN) as ledger,
        ):
            append(ledger, report())
            assert verify(ledger) is None
            assert ledger.too_free() == ()

    def test_what_the_first_duban_made_is_brought_over(self, tmp_path: Path) -> None:
        folder = tmp_path / "postgres"
        with earlier_cluster(folder, BASE) as end:
            with open_ledger(f"postgresql+psycopg://postgres@/ledger{end}", PLAN) as ledger:
                append(ledger, report())
            with psycopg.connect(f"postgresql://postgres@/prefect{end}", autocommit=True) as connection:
                connection.execute(EARLIER)
        with postgres.running(folder, tmp_path / "log", BASE) as cluster:
            with open_ledger(cluster.psycopg_url("ledger"), PLAN) as ledger:
                append(ledger, report())
                assert [entry.sequence for entry in ledger.entries(BRIDGES)] == [1, 2]
                assert verify(ledger) is None
            assert query(cluster, CHANGES, "prefect") == 7
            for user, database in strangers():
                assert "no pg_hba.conf entry" in refusal(cluster, user, database)
        with postgres.running(folder, tmp_path / "log", BASE) as cluster:
            assert query(cluster, "SELECT a FROM t", "prefect") == 7

    def test_one_that_still_runs_is_brought_over_too(self, tmp_path: Path) -> None:
        with earlier_cluster(tmp_path / "postgres", BASE) as end:
            psycopg.connect(f"postgresql://postgres@/ledger{end}").close()
            with postgres.running(tmp_path / "postgres", tmp_path / "log", BASE) as cluster:
                assert query(cluster, "SHOW is_superuser") == "off"


FORBIDDEN = (
    "UPDATE entry SET actor = 'li'; SELECT 1",
    "DELETE FROM entry; SELECT 1",
    "TRUNCATE entry; SELECT 1",
    "UPDATE head SET sequence = 1; SELECT 1",
    "INSERT INTO head VALUES ('p', 'i', 1, ''); SELECT 1",
    "DELETE FROM head; SELECT 1",
    "ALTER TABLE entry DISABLE TRIGGER USER; SELECT 1",
    "DROP TRIGGER entry_seen ON entry; SELECT 1",
    "CREATE TABLE t (a int); SELECT 1",
    "UPDATE ledger_version SET version_num = '0001'; SELECT 1",
)

EARLIER = """
CREATE EXTENSION pg_trgm;
CREATE TYPE kind AS ENUM ('a', 'b');
CREATE TABLE t (id serial, a int, k kind);
INSERT INTO t (a) VALUES (7);
CREATE INDEX trigrams ON t USING gin (cast(a AS text) gin_trgm_ops);
CREATE SEQUENCE s;
CREATE VIEW v AS SELECT * FROM t;
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
"""

CHANGES = """DROP FUNCTION f(int); ALTER TYPE kind ADD VALUE 'c'; ALTER TABLE t ADD b kind; ALTER SEQUENCE s RESTART; \
DROP VIEW v; SELECT a FROM t"""
"""What only the owner may do, and a look at what there was."""


def strangers() -> list[tuple[str, str]]:
    """Who has no business in which database."""
    names = ("postgres", "ledger", "prefect")
    return [(user, database) for user in names for database in names if user != database or user == "postgres"]


def refusal(cluster: postgres.Cluster, user: str, database: str) -> str:
    with pytest.raises(psycopg.OperationalError) as refused:
        psycopg.connect(host=str(cluster.socket), user=user, dbname=database)
    return str(refused.value)


def query(cluster: postgres.Cluster, text: str, database: str = "ledger", url: str = "") -> object:
    engine = sqlalchemy.create_engine(url or cluster.psycopg_url(database), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for statement in text.split("; "):
                result = connection.execute(sqlalchemy.text(statement))
            return result.scalar_one()
    finally:
        engine.dispose()


def starts_with(folder: Path) -> bool:
    """Whether anything of the cluster still runs: its servers outlive a killed postmaster for a moment."""
    try:
        psycopg.connect(host=str(folder), user="ledger", connect_timeout=1).close()
    except psycopg.OperationalError:
        return False
    return True
