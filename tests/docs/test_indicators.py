"""docs/indicators.md tells of every way to measure, and of every key."""

import re
from pathlib import Path
from typing import get_args

import pytest

from duban.core.planning.measure_file import Measure
from duban.core.planning.placeholders import NAMES
from duban.core.planning.target_file import TargetFile

DOCUMENT = (Path(__file__).parents[2] / "docs" / "indicators.md").read_text(encoding="utf-8")
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
