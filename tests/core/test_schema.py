"""The schemas that editors complete and explain files with."""

from collections.abc import Iterator
from typing import Any

import pytest

from duban.core.planning.schema import schemas

SCHEMAS = schemas()


def properties(schema: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
        for part in schema.values():
            yield from properties(part)


def test_there_is_one_for_each_kind_of_file() -> None:
    assert {name.removesuffix(".schema.json") for name in SCHEMAS} == {
        "plan",
        "initiative",
        "pattern",
        "document",
        "directory",
        "escalation",
    }


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_names_its_draft_and_its_file(name: str) -> None:
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert name.removesuffix(".schema.json") in SCHEMAS[name]["title"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_is_explained(name: str) -> None:
    known = list(properties(SCHEMAS[name]))
    assert known
    assert [key for key, schema in known if not schema.get("description")] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_title_repeats_a_key(name: str) -> None:
    assert [key for key, schema in properties(SCHEMAS[name]) if isinstance(schema.get("title"), str)] == []
    assert SCHEMAS["initiative.schema.json"]["properties"]["title"]["maxLength"] == 120
