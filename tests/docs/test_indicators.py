"""docs/indicators.md tells of every way to measure, and of every key."""

import re
from pathlib import Path
from typing import get_args

import pytest

from duban.adapters.sources import Reading, read
from duban.core.planning.measure_file import Measure
from duban.core.planning.placeholders import NAMES
from duban.core.planning.target_file import TargetFile
from duban.settings import load_settings
from duban.wiring import load_office

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "indicators.md").read_text(encoding="utf-8")
KNOWN = {model.model_fields["by"].annotation.__args__[0]: model for model in get_args(get_args(Measure)[0])}


@pytest.mark.parametrize("name", KNOWN)
def test_every_way_to_measure_is_documented(name: str) -> None:
    found = re.search(rf"^### `{name}`.*?(?=^##|\Z)", DOCUMENT, re.M | re.S)
    assert found, f"docs/indicators.md says nothing of {name}"
    told = re.findall(r"^- `([a-z_]+)`:", found[0], re.M)
    assert sorted((*told, "by", "every")) == sorted(KNOWN[name].model_fields)


def test_every_key_of_a_target_and_every_placeholder_is_documented() -> None:
    assert [key for key in TargetFile.model_fields if f"`{key}`" not in DOCUMENT] == []
    assert [name for name in NAMES if f"`<{name}>`" not in DOCUMENT] == []


def test_the_tables_of_the_shipped_plan_can_be_read() -> None:
    office = load_office(load_settings(ROOT / "config" / "duban.toml", {}))
    reading = Reading(ROOT / "config", ROOT / "var", "sqlite://", {}, {})
    plan = office.plan.initiatives.values()
    measures = [one.steps[name].measure for one in plan for name in one.measured]
    assert len(measures) >= 2
    assert all(read(measure, reading) >= 0 for measure in measures if measure)
