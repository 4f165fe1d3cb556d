"""Where values come from: real files, a real database, a real server on loopback."""

import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from duban.adapters.outside import ask
from duban.adapters.sources import Reading, read
from duban.adapters.sql_ledger import open_ledger
from duban.core.planning.measure_file import MEASURE
from duban.ports import Outside
from tests.http_server import HttpServer
from tests.receivers import How, Tap

SECRET = "geheim-9f3a"  # noqa: S105  of these tests alone
VALUES = {"unit": "pudong", "unit-title": "浦东 新区", "today": "2024-06-28", "step": "cases", "initiative": "road"}
TABLE = """日期,区,件数
2024-05-01,浦东 新区,12
2024-06-01,浦东 新区,"1,030.5"
2024-06-01,徐汇区,7
2024-06-02,浦东 新区,
"""


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    (tmp_path / "config").mkdir()
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "cases.csv").write_text(TABLE, "utf-8")
    return Reading(tmp_path / "config", tmp_path / "var", f"sqlite:///{tmp_path / 'ledger.sqlite'}", {}, VALUES)


def value(reading: Reading, **measure: Any) -> float:
    return read(MEASURE.validate_python(measure), reading)


def refused(reading: Reading, **measure: Any) -> str:
    with pytest.raises(Outside) as raised:
        value(reading, **measure)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None, "nothing else is told in a traceback"
    return str(raised.value)


CSV = {"by": "csv", "file": "var/cases.csv", "column": "件数"}
PUDONG = {"where": {"区": "<unit-title>"}}


@pytest.mark.parametrize(
    ("measure", "found"),
    [
        (PUDONG, 1030.5),
        (PUDONG | {"take": "sum"}, 1042.5),
        (PUDONG | {"take": "count"}, 3),
        ({}, 7),
        ({"take": "sum"}, 1049.5),
    ],
)
def test_a_table(reading: Reading, measure: dict[str, Any], found: float) -> None:
    assert value(reading, **CSV | measure) == found


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
def test_tables_as_spreadsheets_write_them(reading: Reading, encoding: str) -> None:
    (reading.var / "cases.csv").write_text(TABLE.replace("\n", "\r\n"), encoding, newline="")
    assert value(reading, **CSV | PUDONG) == 1030.5


def test_tables_that_do_not_say(reading: Reading) -> None:
    assert refused(reading, **CSV | {"file": "var/none.csv"}) == "读不到var/none.csv：No such file or directory"
    assert refused(reading, **CSV | {"column": "数量"}) == "var/cases.csv没有“数量”一栏，只有：日期、区、件数"
    assert refused(reading, **CSV | {"where": {"区": "崇明区"}}) == "var/cases.csv没有符合条件的行"
    assert refused(reading, **CSV | {"column": "区"}) == "“区”一栏是'浦东 新区'，不是数"
    assert value(reading, **CSV | {"where": {"区": "崇明区"}, "take": "sum"}) == 0
    (reading.config / "table.csv").write_bytes(b"\xff\xfe\x00,")
    assert refused(reading, **CSV | {"file": "config/table.csv"}).startswith("config/table.csv")
    (reading.config / "empty.csv").write_text("")
    assert refused(reading, **CSV | {"file": "config/empty.csv"}) == "config/empty.csv没有“件数”一栏，只有：空表"


def test_a_table_elsewhere_is_not_read(reading: Reading, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(TABLE)
    (reading.var / "link.csv").symlink_to(tmp_path / "cases.csv")
    assert refused(reading, **CSV | {"file": "var/link.csv"}) == "var/link.csv不在var之内"


# A database -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def database(reading: Reading, tmp_path: Path) -> Reading:
    file = tmp_path / "cases.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("create table cases (unit text, day text, amount real)")
        connection.executemany(
            "insert into cases values (?, ?, ?)",
            [("pudong", "2024-06-01", 3.5), ("pudong", "2024-07-01", 9), ("xuhui", "2024-06-01", 1)],
        )
    connection.close()
    urls = {"CASES": f"sqlite:///{file}", "NOWHERE": f"sqlite:///{tmp_path / 'none'}", "BROKEN": "nonsense"}
    return replace(reading, variables=urls)


SQL = {"by": "sql", "url": "${CASES}"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("select count(*) from cases", 3),
        ("select sum(amount) from cases where unit = :unit", 12.5),
        ("select sum(amount) from cases where unit = :unit and day <= :today", 3.5),
        ("select '42'", 42),
    ],
)
def test_a_query(database: Reading, query: str, found: float) -> None:
    assert value(database, **SQL | {"query": query}) == found


def test_queries_that_give_no_number(database: Reading, tmp_path: Path) -> None:
    assert refused(database, **SQL | {"query": "select amount from cases"}) == "查询应当只得一个数"
    assert refused(database, **SQL | {"query": "select 1, 2"}) == "查询应当只得一个数"
    assert refused(database, **SQL | {"query": "select max(unit) from cases"}) == "查询结果是'xuhui'，不是数"
    assert refused(database, **SQL | {"query": "select null"}) == "查询结果是None，不是数"
    assert refused(database, **SQL | {"query": "select 1e999"}) == "查询结果是inf，不是数"
    assert refused(database, **SQL | {"query": "select n from missing"}) == "查询未成功：no such table: missing"
    assert refused(database, **SQL | {"url": "${NOWHERE}", "query": "select 1"}) == "数据库文件不存在"
    assert not (tmp_path / "none").exists()
    assert refused(database, **SQL | {"url": "${BROKEN}", "query": "select 1"}) == "${BROKEN}不是数据库地址"
    assert refused(database, **SQL | {"url": "${UNSET}", "query": "select 1"}) == "没有设置环境变量：UNSET"


ATTACKS_ON_SQLITE = [
    "delete from cases returning 1",
    "update cases set amount = 0 returning 1",
    "pragma query_only = off",
    "attach database '{folder}/made.sqlite' as made",
    "vacuum into '{folder}/made.sqlite'",
    "select load_extension('{folder}/made.so')",
    "create temp table made as select 1",
    "begin immediate",
]


@pytest.mark.parametrize("query", ATTACKS_ON_SQLITE)
def test_a_file_is_only_read(database: Reading, tmp_path: Path, query: str) -> None:
    before = (tmp_path / "cases.sqlite").read_bytes()
    said = refused(database, **SQL | {"query": query.format(folder=tmp_path)})
    assert said.startswith(("查询未成功：not authorized", "查询未成功：authorization denied"))
    assert (tmp_path / "cases.sqlite").read_bytes() == before
    assert not list(tmp_path.glob("made*"))


def test_a_query_is_one_statement(database: Reading) -> None:
    assert refused(database, **SQL | {"query": "select 1; delete from cases"}) == "查询未成功：只能是一条语句"
    assert value(database, **SQL | {"query": "select count(*) from cases;"}) == 3


def late(reading: Reading, **measure: Any) -> str:
    with pytest.raises(Outside) as raised:
        read(MEASURE.validate_python(measure), reading, seconds=0.5)
    return str(raised.value)


TOO_LATE = "0.5秒内没有取到数"


def test_a_query_without_end_is_ended(database: Reading) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    assert late(database, **SQL | {"query": endless}) == TOO_LATE


def test_a_server_that_never_comes_to_its_answer_is_not_waited_for(reading: Reading) -> None:
    with Tap(How.SILENT) as tap:
        there = replace(reading, variables={"CASES": f"postgresql+psycopg://duban@127.0.0.1:{tap.port}/cases"})
        assert late(there, **SQL | {"query": "select 1"}) == TOO_LATE


def test_a_table_that_is_a_pipe_is_not_waited_for(reading: Reading) -> None:
    os.mkfifo(reading.var / "pipe.csv")
    assert late(reading, **CSV | {"file": "var/pipe.csv"}) == TOO_LATE


@pytest.mark.parametrize("how", [How.DRIP, How.SILENT])
def test_an_address_that_never_comes_to_its_answer_is_not_waited_for(reading: Reading, how: How) -> None:
    with Tap(how) as tap:
        url = f"http://127.0.0.1:{tap.port}/"
        assert late(reading, by="http", url=url, path="a") == TOO_LATE
        with pytest.raises(Outside, match=r"0\.5秒内没有答复"):
            ask("POST", url, headers={}, variables={}, timeout=0.5, body={"a": 1})


def test_the_ledgers_own_file_is_not_asked(database: Reading, tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes((tmp_path / "cases.sqlite").read_bytes())
    (tmp_path / "link.sqlite").symlink_to(tmp_path / "ledger.sqlite")
    (tmp_path / "again.sqlite").hardlink_to(tmp_path / "ledger.sqlite")
    for name in ("ledger", "link", "again"):
        there = replace(database, variables={"CASES": f"sqlite:///{tmp_path / name}.sqlite"})
        assert refused(there, **SQL | {"query": "select 1"}) == "这是督办系统自己的台账，指标不从这里取数"


@dataclass(frozen=True)
class Cases:
    """A database of cases, with its owner's connection and an account that may read it."""

    reading: Reading
    owner: psycopg.Connection[Any]
    account: str

    def value(self, query: str) -> float:
        return value(self.reading, **SQL | {"query": query})

    def refused(self, query: str = "select 1") -> str:
        return refused(self.reading, **SQL | {"query": query})


@pytest.fixture
def cases(reading: Reading, postgres_url: str) -> Iterator[Cases]:
    url = make_url(postgres_url)
    name = f"reader_{url.database}"
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(False), autocommit=True) as owner:
        owner.execute("CREATE TABLE cases (amount int); INSERT INTO cases VALUES (1), (2); CREATE SEQUENCE counted")
        owner.execute(f"CREATE ROLE {name} LOGIN; GRANT SELECT ON cases TO {name}")
        there = url.set(username=name).render_as_string(False)
        yield Cases(replace(reading, variables={"CASES": there}), owner, name)
        owner.execute(f"DROP OWNED BY {name}")
        owner.execute(f"DROP ROLE {name}")


ATTACKS_ON_POSTGRESQL = {
    "COMMIT; BEGIN READ WRITE; UPDATE cases SET amount = 9; SELECT 1": "查询未成功：只能是一条语句",
    "SELECT 1; SELECT 2": "查询未成功：只能是一条语句",
    "CREATE TABLE made (a int)": "read-only transaction",
    "DELETE FROM cases RETURNING 1": "read-only transaction",
    "DO $$ BEGIN COMMIT; END $$": "invalid transaction termination",
    "SELECT set_config('transaction_read_only', 'off', false)": "must be set before any query",
    "COPY cases TO PROGRAM 'touch {folder}/made'": "permission denied to COPY to or from an external program",
    "COPY cases TO '{folder}/made'": "permission denied to COPY to a file",
    "SELECT pg_read_file('/etc/hostname')": "permission denied",
    "SELECT lo_import('/etc/hostname')": "permission denied",
}


@pytest.mark.postgres
@pytest.mark.parametrize(("query", "said"), ATTACKS_ON_POSTGRESQL.items())
def test_postgresql_is_only_read(cases: Cases, tmp_path: Path, query: str, said: str) -> None:
    assert said in cases.refused(query.format(folder=tmp_path))
    assert cases.value("select sum(amount) from cases where cast(:today as date) > '2024-01-01'") == 3
    assert not (tmp_path / "made").exists()


RIGHTS = {
    "ALTER ROLE {name} SUPERUSER": "能管理数据库或者读写服务器上的文件",
    "ALTER ROLE {name} CREATEROLE": "能管理数据库或者读写服务器上的文件（{name}）",
    "GRANT pg_write_all_data TO {name}": "能管理数据库或者读写服务器上的文件（pg_write_all_data）",
    "GRANT pg_execute_server_program TO {name}": "能管理数据库或者读写服务器上的文件（pg_execute_server_program）",
    "GRANT pg_read_server_files TO {name}": "能管理数据库或者读写服务器上的文件（pg_read_server_files）",
    "GRANT UPDATE ON cases TO {name}": "能改数据（cases）",
    "GRANT INSERT (amount) ON cases TO PUBLIC": "能改数据（cases）",
    "GRANT USAGE ON SEQUENCE counted TO {name}": "能改数据（counted）",
}


@pytest.mark.postgres
@pytest.mark.parametrize(("right", "said"), RIGHTS.items())
def test_an_account_that_can_do_more_than_read_is_not_used(cases: Cases, right: str, said: str) -> None:
    cases.owner.execute(right.format(name=cases.account))
    told = cases.refused()
    assert told.startswith(f"数据库账户{said.format(name=cases.account)}")
    assert told.endswith("：请另建一个只授 SELECT 的账户")


@pytest.mark.postgres
def test_reading_all_is_reading(cases: Cases) -> None:
    cases.owner.execute(f"REVOKE ALL ON cases FROM {cases.account}; GRANT pg_read_all_data TO {cases.account}")
    assert cases.value("select count(*) from cases") == 2


@pytest.mark.postgres
def test_the_ledgers_own_database_is_not_asked(cases: Cases, postgres_url: str) -> None:
    with open_ledger(postgres_url, "plan"):
        pass
    assert cases.refused() == "这是督办系统自己的数据库，指标不从这里取数"


def test_a_password_is_not_told(database: Reading) -> None:
    url = f"postgresql+psycopg://duban:{SECRET}@127.0.0.1:1/cases"
    there = replace(database, variables={"CASES": url})
    said = refused(there, **SQL | {"query": "select 1"})
    assert said.startswith("查询未成功：")
    assert SECRET not in said


# An address -----------------------------------------------------------------------------------------------------------


def of(http_server: HttpServer, path: str = "data.rows.1.total") -> dict[str, Any]:
    return {"by": "http", "url": f"{http_server.url}/<unit-title>?d=<today>", "path": path}


def test_an_address(reading: Reading, http_server: HttpServer) -> None:
    http_server.says({"data": {"rows": [{"total": 1}, {"total": 48.5}], "text": "x", "yes": True}})
    there = replace(reading, variables={"TOKEN": SECRET})
    assert value(there, **of(http_server) | {"headers": {"Authorization": "Bearer ${TOKEN}"}}) == 48.5
    asked, headers, _ = http_server.asked[0]
    assert asked == "GET /%E6%B5%A6%E4%B8%9C%20%E6%96%B0%E5%8C%BA?d=2024-06-28"
    assert headers["Authorization"] == f"Bearer {SECRET}"
    assert refused(reading, **of(http_server, "data.rows.7.total")) == "对方的答复里没有data.rows.7.total（找不到7）"
    assert refused(reading, **of(http_server, "data.text.total")) == "对方的答复里没有data.text.total（找不到total）"
    assert refused(reading, **of(http_server, "data.text")) == "data.text处是'x'，不是数"
    assert refused(reading, **of(http_server, "data.yes")) == "data.yes处是True，不是数"


def test_an_address_that_does_not_say(reading: Reading, http_server: HttpServer) -> None:
    assert refused(reading, **of(http_server.says({}, 503))) == "对方答复503"
    http_server.status, http_server.body = 200, b"<html>"
    assert refused(reading, **of(http_server)) == "对方的答复不是 JSON"
    http_server.status, http_server.headers = 302, {"Location": "http://127.0.0.1:1/"}
    assert refused(reading, **of(http_server)) == "对方答复302"
    assert refused(reading, by="http", url="http://127.0.0.1:1/", path="a") == "连接不上：Connection refused"
    headers = {"headers": {"X": "${UNSET}"}}
    assert refused(reading, **of(http_server) | headers) == "没有设置环境变量：UNSET"


def test_a_secret_is_not_told_by_what_comes_back(http_server: HttpServer) -> None:
    http_server.says({"said": f"Bearer {SECRET}"}, 401)
    told = {"X-Key": "${KEY}"}
    answer = ask("POST", http_server.url, headers=told, variables={"KEY": SECRET}, timeout=5, body={"a": "乙"})
    assert (answer.status, answer.text) == (401, '{"said": "Bearer ***"}')
    assert http_server.asked[0][0] == "POST /"
    assert json.loads(http_server.asked[0][2]) == {"a": "乙"}


def test_an_answer_without_end_is_cut(http_server: HttpServer) -> None:
    http_server.body = b"x" * 3_000_000
    assert len(ask("GET", http_server.url, headers={}, variables={}, timeout=5).text) == 1024 * 1024


def test_a_header_nobody_can_send(http_server: HttpServer) -> None:
    for value in ("a\r\nb", "密钥"):
        with pytest.raises(Outside) as raised:
            ask("GET", http_server.url, headers={"X": "${KEY}"}, variables={"KEY": value}, timeout=5)
        assert value not in str(raised.value)
