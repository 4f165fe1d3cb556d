"""Where the values of indicators come from: tables, databases, addresses that answer with JSON. They are only read."""

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any
from urllib.parse import quote

from duban.adapters.databases import PATIENCE, ask_database
from duban.adapters.messengers import TookTooLong, in_time
from duban.adapters.outside import answered
from duban.adapters.stored import elsewhere, reading_text
from duban.core.planning.measure_file import BOUND, CsvMeasure, HttpMeasure, Measure, SqlMeasure
from duban.core.planning.placeholders import filled
from duban.core.problems import shown
from duban.ports import Outside


@dataclass(frozen=True, slots=True)
class Reading:
    """What a measure is read with: folders, variables of the environment, and what stands for the placeholders.

    Of `var` it is a path, or the address of the store. `ledger` is that of duban's own ledger, which is not asked.
    """

    config: Path
    var: Path | str
    ledger: str
    variables: Mapping[str, str]
    values: Mapping[str, str]


def read(measure: Measure, reading: Reading, seconds: float = PATIENCE) -> float:
    """The value of an indicator now; raises Outside with the reason, in Chinese and without secrets."""
    try:
        return float(in_time(seconds, f"{__name__}:taken", measure, reading))
    except TookTooLong:
        raise Outside(f"{seconds:g}秒内没有取到数") from None


def taken(measure: Measure, reading: Reading) -> float:
    """The same, for as long as it takes."""
    match measure:
        case CsvMeasure():
            return _csv(measure, reading)
        case SqlMeasure():
            return _sql(measure, reading)
        case HttpMeasure():
            return _http(measure, reading)


def _number(value: object, where: str) -> float:
    try:
        number = float(value.replace(",", "")) if isinstance(value, str) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise Outside(f"{where}是{shown(value)}，不是数") from None
    if isinstance(value, bool) or not isfinite(number):
        raise Outside(f"{where}是{shown(value)}，不是数")
    return number


# Tables --------------------------------------------------------------------------------------------------------------


def _csv(measure: CsvMeasure, reading: Reading) -> float:
    where = {heading: filled(value, reading.values) for heading, value in measure.where.items()}
    try:
        with _table(_file(measure, reading)) as table:
            _headings(measure, table.fieldnames or ())
            rows = (row for row in table if all((row[key] or "").strip() == value for key, value in where.items()))
            return _of_rows(measure, rows)
    except OSError as error:
        raise Outside(f"读不到{measure.file}：{error.strerror}") from None
    except (csv.Error, UnicodeDecodeError):
        raise Outside(f"{measure.file}不是 UTF-8 或者 GBK 编码的 CSV 表") from None


def _file(measure: CsvMeasure, reading: Reading) -> str:
    folder, _, name = measure.file.partition("/")
    place = {"var": str(reading.var), "config": str(reading.config)}[folder]
    root = Path("/store" if elsewhere(place) else place).resolve()
    file = (root / name).resolve()
    if not file.is_relative_to(root):
        raise Outside(f"{measure.file}不在{folder}之内")
    return f"{place}/{file.relative_to(root)}" if elsewhere(place) else str(file)


@contextmanager
def _table(file: str) -> Iterator["csv.DictReader[str]"]:
    """The rows of a table, whichever of the two usual encodings it is written in."""
    encoding = "utf-8-sig"
    try:
        with reading_text(file, encoding) as trial:
            for _ in trial:
                pass
    except UnicodeDecodeError:
        encoding = "gb18030"
    with reading_text(file, encoding) as lines:
        yield csv.DictReader(lines)


def _headings(measure: CsvMeasure, known: Any) -> None:
    for heading in (*measure.where, *filter(None, [measure.column])):
        if heading not in known:
            raise Outside(f"{measure.file}没有“{heading}”一栏，只有：{'、'.join(known) or '空表'}")


def _of_rows(measure: CsvMeasure, rows: Iterator[dict[str, Any]]) -> float:
    if measure.take == "count":
        return float(sum(1 for _ in rows))
    column = str(measure.column)
    cells = [cell for row in rows if (cell := (row[column] or "").strip())]
    if measure.take == "sum":
        return sum(_number(cell, f"“{column}”一栏") for cell in cells)
    if not cells:
        raise Outside(f"{measure.file}没有符合条件的行")
    return _number(cells[-1], f"“{column}”一栏")


# Databases -----------------------------------------------------------------------------------------------------------


def _sql(measure: SqlMeasure, reading: Reading) -> float:
    names = {name: reading.values.get(name.replace("_", "-")) for name in BOUND.findall(measure.query)}
    return _number(ask_database(measure.url, measure.query, names, reading.variables, reading.ledger), "查询结果")


# Addresses -----------------------------------------------------------------------------------------------------------


def _http(measure: HttpMeasure, reading: Reading) -> float:
    url = filled(measure.url, reading.values, lambda value: quote(value, safe=""))
    headers = {"Accept": "application/json", **measure.headers}
    answer = answered("GET", url, headers=headers, variables=reading.variables, timeout=PATIENCE)
    if not 200 <= answer.status < 300:
        raise Outside(f"对方答复{answer.status}")
    try:
        found = json.loads(answer.text)
    except ValueError:
        raise Outside("对方的答复不是 JSON") from None
    for part in measure.path.split("."):
        found = _inside(found, part, measure.path)
    return _number(found, f"{measure.path}处")


def _inside(value: Any, part: str, path: str) -> Any:
    try:
        return value[int(part)] if isinstance(value, list) else value[part]
    except (KeyError, IndexError, ValueError, TypeError):
        raise Outside(f"对方的答复里没有{path}（找不到{part}）") from None
