"""What a plan says of targets and of measuring."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from duban.core.planning.measure_file import MEASURE
from duban.core.planning.placeholders import filled, filled_in
from duban.core.planning.target_file import TargetFile
from duban.core.problems import Invalid

CSV = {"by": "csv", "file": "var/exports/cases.csv", "column": "件数"}
SQL = {
    "by": "sql",
    "url": "${CASES}",
    "query": "select count(*) from cases where unit = :unit and day <= cast(:today as date)",
}
HTTP = {"by": "http", "url": "https://data.example/<unit>/cases?d=<today>", "path": "data.rows.0.total"}
TARGET = {"at_least": 200, "unit": "件"}


def told(read: Any, data: dict[str, Any]) -> list[tuple[str, Any]]:
    """Ids and places of what is wrong."""
    with pytest.raises(ValidationError) as raised:
        read(data)
    found: list[tuple[str, Any]] = []
    for error in raised.value.errors():
        reason, otherwise = error.get("ctx", {}).get("error"), [(error["type"], error["loc"])]
        found += [(fault.id, fault.at) for fault in reason.faults] if isinstance(reason, Invalid) else otherwise
    return found


COUNT = CSV | {"take": "count", "column": None, "where": {"区": "<unit-title>"}}


@pytest.mark.parametrize("measure", [CSV, COUNT, SQL, HTTP])
def test_measures(measure: dict[str, Any]) -> None:
    assert MEASURE.validate_python(measure).every == "week"


@pytest.mark.parametrize(
    ("measure", "faults"),
    [
        (CSV | {"file": "/etc/cases.csv"}, [("string_pattern_mismatch", ("csv", "file"))]),
        (CSV | {"file": "var/../../cases.csv"}, [("wrong-form", ("file",))]),
        (CSV | {"column": None}, [("missing-key", ("take",))]),
        (CSV | {"where": {"区": "<untis>"}}, [("unknown-placeholder", ("where", "区"))]),
        (SQL | {"url": "postgresql://user:secret@host/db"}, [("string_pattern_mismatch", ("sql", "url"))]),
        (SQL | {"query": "select :units, :n"}, [("unknown-name", ("query",))] * 2),
        (SQL | {"query": "select :today::date"}, [("wrong-form", ("query",))]),
        (HTTP | {"url": "ftp://data.example"}, [("string_pattern_mismatch", ("http", "url"))]),
        (HTTP | {"url": "https://data.example/<x>"}, [("unknown-placeholder", ("url",))]),
        (HTTP | {"path": "data..total"}, [("string_pattern_mismatch", ("http", "path"))]),
    ],
)
def test_measures_that_cannot_be_taken(measure: dict[str, Any], faults: list[Any]) -> None:
    assert told(MEASURE.validate_python, measure) == faults


def test_a_path_goes_by_days_months_and_quarters() -> None:
    path = {"2024-09-15": 150, "2024-Q2": 80, "2024-04": 20.5}
    target = TargetFile.model_validate(TARGET | {"baseline": 10, "path": path})
    assert target.path == ((date(2024, 4, 30), 20.5), (date(2024, 6, 30), 80.0), (date(2024, 9, 15), 150.0))


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"path": [20]}, [("wrong-type", ())]),
        (
            {"path": {"June": 20, "5 days after x": 1, "2024-07": "30", "2024-08": True, "2024-09": float("inf")}},
            [("bad-date", ("June",)), ("bad-date", ("5 days after x",))]
            + [("wrong-type", (month,)) for month in ("2024-07", "2024-08", "2024-09")],
        ),
        ({"path": {"2024-05": 30, "2024-06": 20}}, [("path-falls", ("path",))]),
        ({"path": {"2024-05": 300}}, [("path-falls", ("path",))]),
        ({"baseline": 200}, [("out-of-range", ("baseline",))]),
        ({"baseline": 30, "path": {"2024-05": 20}}, [("path-falls", ("path",))]),
    ],
)
def test_targets_nobody_can_walk_to(change: dict[str, Any], faults: list[Any]) -> None:
    assert told(TargetFile.model_validate, TARGET | change) == faults


def test_placeholders_are_filled_in_wherever_they_stand() -> None:
    values = {"unit": "浦东 新区", "step": "a"}
    assert filled("<unit>/<step>/<day>", values) == "浦东 新区/a/<day>"
    assert filled("/<unit>", values, lambda text: text.replace(" ", "%20")) == "/浦东%20新区"
    body = {"<step>": ["<unit>", 3, None, {"x": ("<step>",)}]}
    assert filled_in(body, values) == {"<step>": ["浦东 新区", 3, None, {"x": ["a"]}]}
