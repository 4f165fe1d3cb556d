"""Where values come from: real files, a real database, a real server on loopback."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from duban.adapters.outside import ask
from duban.adapters.sources import Reading, read
from duban.core.planning.measure_file import MEASURE
from duban.ports import Outside
from tests.http_server import HttpServer

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
    return Reading(tmp_path / "config", tmp_path / "var", {}, VALUES)


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
    return Reading(reading.config, reading.var, urls, VALUES)


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


def test_a_database_is_only_read(database: Reading) -> None:
    said = refused(database, **SQL | {"query": "delete from cases returning 1"})
    assert said == "查询未成功：attempt to write a readonly database"
    assert value(database, **SQL | {"query": "select count(*) from cases"}) == 3


@pytest.mark.postgres
def test_postgresql_is_only_read_too(database: Reading, postgres_url: str) -> None:
    there = Reading(database.config, database.var, {"CASES": postgres_url}, VALUES)
    assert (
        value(there, **SQL | {"query": "select count(*) from pg_class where cast(:today as date) > '2024-01-01'"}) > 0
    )
    assert "read-only transaction" in refused(there, **SQL | {"query": "create table x (a int)"})


def test_a_password_is_not_told(database: Reading) -> None:
    url = f"postgresql+psycopg://duban:{SECRET}@127.0.0.1:1/cases"
    there = Reading(database.config, database.var, {"CASES": url}, VALUES)
    said = refused(there, **SQL | {"query": "select 1"})
    assert said.startswith("查询未成功：")
    assert SECRET not in said


# An address -----------------------------------------------------------------------------------------------------------


def of(http_server: HttpServer, path: str = "data.rows.1.total") -> dict[str, Any]:
    return {"by": "http", "url": f"{http_server.url}/<unit-title>?d=<today>", "path": path}


def test_an_address(reading: Reading, http_server: HttpServer) -> None:
    http_server.says({"data": {"rows": [{"total": 1}, {"total": 48.5}], "text": "x", "yes": True}})
    there = Reading(reading.config, reading.var, {"TOKEN": SECRET}, VALUES)
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
