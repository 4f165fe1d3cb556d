"""JSON Schemas of the files a bureau writes, so that editors complete and explain them."""

from typing import Any

from duban.core.planning.directory import DirectoryFile
from duban.core.planning.document_file import DocumentFile
from duban.core.planning.pattern_file import PatternFile
from duban.core.planning.plan_file import InitiativeFile, PlanFile
from duban.core.planning.policy import Policy
from duban.core.planning.values import Strict

_MODELS: dict[str, tuple[type[Strict], str]] = {
    "plan.schema.json": (PlanFile, "plan.yaml: what holds for the whole plan"),
    "document.schema.json": (DocumentFile, "document.yaml: the document's sentences"),
    "initiative.schema.json": (InitiativeFile, "an initiative and its steps"),
    "pattern.schema.json": (PatternFile, "a pattern: steps that initiatives share"),
    "directory.schema.json": (DirectoryFile, "directory.yaml: units, posts and groups"),
    "escalation.schema.json": (Policy, "escalation.yaml: lights, hours and ladders"),
}


def schemas() -> dict[str, dict[str, Any]]:
    """The schemas (draft 2020-12) by the names of their files."""
    return {
        name: {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": title,
            **_untitled(model.model_json_schema()),
        }
        for name, (model, title) in _MODELS.items()
    }


def _untitled(schema: Any) -> Any:
    """A schema without the titles made up from the names of keys, which only repeat them."""
    if isinstance(schema, list):
        return [_untitled(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _untitled(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
