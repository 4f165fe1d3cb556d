"""What pydantic has to say about a file, in words of our own: what is wrong, and what to do about it."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from duban.core.planning.action_file import DEPLOYMENT_PATTERN, FUNCTION_PATTERN
from duban.core.planning.measure_file import FILE_PATTERN, PATH_PATTERN, VARIABLE_PATTERN
from duban.core.planning.values import ADDRESS_PATTERN, SLUG_PATTERN, SOURCE_PATTERN
from duban.core.planning.when import NEED_PATTERN
from duban.core.problems import Fault, Invalid, Location, Problem, nearest, shown, shown_key

Schema = Mapping[str, Any]

_FORMS = {
    SLUG_PATTERN: "use small letters, digits and hyphens, as in traffic-plan",
    NEED_PATTERN: "write own-step, other-initiative/step, step@unit, step@previous or step/begun",
    SOURCE_PATTERN: 'write section.sentence, as in "2.10" or "3.4a"',
    FILE_PATTERN: "name a table below var/ or config/, as in var/exports/cases.csv",
    VARIABLE_PATTERN: "name a variable, as in ${CASES_DATABASE}; its value stands in the environment",
    ADDRESS_PATTERN: "write an address that begins with http:// or https://",
    PATH_PATTERN: "write keys and places with dots between them, as in data.rows.0.total",
    DEPLOYMENT_PATTERN: "write flow/deployment, as Prefect names it",
    FUNCTION_PATTERN: "write module:name, as in office.tables:count",
}
_TYPES = {
    "string_type": ("a text", "write a text"),
    "int_type": ("a whole number", "write a whole number, without quotes"),
    "int_from_float": ("a whole number", "write a whole number"),
    "float_type": ("a number", "write a number, without quotes"),
    "bool_type": ("true or false", "write true or false, without quotes"),
    "tuple_type": ("a list", "write a list: [first, second]"),
    "dict_type": ("a mapping", "write keys with values, each on a line of its own"),
    "model_type": ("a mapping", "write keys with values, each on a line of its own"),
    "model_attributes_type": ("a mapping", "write keys with values, each on a line of its own"),
}
_LIMITS = {
    "greater_than_equal": ("must be {ge:g} or more", "correct the figure"),
    "greater_than": ("must be more than {gt:g}", "correct the figure"),
    "less_than_equal": ("must be {le:g} or less", "correct the figure"),
    "string_too_short": ("is empty", "fill it in"),
    "string_too_long": ("is longer than {max_length} characters", "shorten it"),
    "too_short": ("must have {min_length} or more items", "add what is missing"),
    "too_long": ("must have {max_length} items or fewer", "take some out"),
}


def reword(
    model: type[BaseModel], errors: list[ErrorDetails], file: str, written: Callable[[Location], str | None]
) -> list[Problem]:
    """The errors of a model as problems; `written` gives what stands at a place of the file, when it is one word."""
    schema = _schema(model)
    return [
        Problem(file, 0, fault.id, fault.message, fault.remedy, (*error["loc"], *fault.at))
        for error in errors
        for fault in _faults(error, _Place(schema, error["loc"]), written(error["loc"]))
    ]


@cache
def _schema(model: type[BaseModel]) -> Schema:
    return model.model_json_schema()


class _Place:
    """What the schema says of a place: its name, and what may stand there."""

    def __init__(self, schema: Schema, location: Location) -> None:
        self._root = schema
        self.label = _label(location)
        self.around = self.here = self._plain(schema)
        for part in location:
            self.around = self.here
            self.here = self._plain(_inside(self.here, part))

    def _plain(self, schema: Schema) -> Schema:
        """A schema itself instead of a reference to it, and without the choice of leaving the value out."""
        if "anyOf" in schema:
            return self._plain(schema["anyOf"][0])
        if "oneOf" in schema and schema["oneOf"][-1].get("type") == "object":
            return self._plain(schema["oneOf"][-1])
        if "$ref" in schema:
            meant = self._plain(self._root["$defs"][schema["$ref"].rpartition("/")[2]])
            return {**meant, **{key: said for key, said in schema.items() if key != "$ref"}}  # as `description`
        return schema


def _label(location: Location) -> str:
    """How a message names a place: its key, or its number in a list."""
    *before, last = ("the file", *location)
    if isinstance(last, int):
        return f"item {last + 1} of {_label(tuple(before[1:]))}"
    return shown_key(last) if location else last


def _inside(schema: Schema, part: str | int) -> Schema:
    if "discriminator" in schema:  # pydantic goes on with the kind that was chosen
        return {"$ref": schema["discriminator"]["mapping"][part]}
    others = schema.get("additionalProperties", False)
    named = schema.get("properties", {}).get(part) or (others if isinstance(others, Mapping) else {})
    found: Schema = schema.get("items", {}) if isinstance(part, int) else named
    return found


def _faults(error: ErrorDetails, place: _Place, written: str | None) -> tuple[Fault, ...]:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return (_unknown_key(error["loc"][-1], place),)
    reason = context.get("error")
    if value is None and not _says_missing(reason):
        return (Fault("no-value", f"{place.label} has no value", "write one, or remove it if it may be left out"),)
    if isinstance(reason, Invalid):
        return reason.faults
    if kind == "too_short" and len(value) >= context["min_length"]:
        return ()  # pydantic counts only the items that are right; the others have been reported
    return (_fault(kind, value, context, place, written),)


def _says_missing(reason: object) -> bool:
    return isinstance(reason, Invalid) and reason.faults[0].id == "missing-key"


def _unknown_key(key: str | int, place: _Place) -> Fault:
    known = sorted(place.around.get("properties", {}))
    return Fault(
        "unknown-key", f"unknown key {shown_key(str(key))}", nearest(str(key), known, f"use one of: {', '.join(known)}")
    )


def _fault(kind: str, value: object, context: Mapping[str, Any], place: _Place, written: str | None) -> Fault:
    name = place.label
    if kind == "missing":
        about = place.here.get("description")
        return Fault("missing-key", f"{name} is missing", f"add it: {about}" if about else "add it")
    if kind in _TYPES:
        return _wrong_type(kind, value, name, written)
    if kind in ("literal_error", "enum"):
        choice = place.here["enum"]
        remedy = nearest(str(value), choice, f"use one of: {', '.join(choice)}")
        return Fault("unknown-value", f"{shown(value)} is no value of {name}", remedy)
    if kind.startswith("union_tag"):
        return _no_kind(context)
    if kind == "string_pattern_mismatch":
        return Fault("wrong-form", f"{shown(value)} is no value of {name}", _FORMS[context["pattern"]])
    if kind in _LIMITS:
        message, remedy = _LIMITS[kind]
        return Fault("out-of-range", f"{name} {message.format_map(context)}", remedy)
    return _other(context.get("error"), value, name)


def _no_kind(context: Mapping[str, Any]) -> Fault:
    """What is wrong with a value whose kind stands in one of its keys, and is missing there or unknown."""
    key = context["discriminator"].strip("'")
    if "tag" not in context:
        return Fault("missing-key", f"`{key}` is missing", "add it")
    known = re.findall("'(.*?)'", context["expected_tags"])
    remedy = nearest(context["tag"], known, f"use one of: {', '.join(known)}")
    return Fault("unknown-value", f"{shown(context['tag'])} is no value of `{key}`", remedy, (key,))


def _wrong_type(kind: str, value: object, name: str, written: str | None) -> Fault:
    wanted, remedy = _TYPES[kind]
    if kind == "string_type" and isinstance(value, bool | int | float):
        read_as = f"a number ({value})" if not isinstance(value, bool) else "true or false"
        return Fault("needs-quotes", f"{name} is read as {read_as}", f'put it in quotes: "{written or value}"')
    return Fault("wrong-type", f"{name} is {_called(value)}, but must be {wanted}", remedy)


def _called(value: object) -> str:
    names = {
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "a mapping",
    }
    return names.get(type(value), "something else")


def _other(reason: object, value: object, name: str) -> Fault:
    """A refusal in the words of whoever refused: `what is wrong; what to do`."""
    if not isinstance(reason, ValueError):
        return Fault("invalid-value", f"{shown(value)} is no value of {name}", "correct it")
    text = str(reason)
    message, sign, remedy = text.rpartition("; ") if "; " in text else text.rpartition(": ")
    return Fault("invalid-value", message if sign else text, remedy if sign else "correct it")
