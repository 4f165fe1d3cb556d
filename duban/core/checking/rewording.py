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
from duban.core.texts import Text, as_described, english, filled, said_elsewhere

Schema = Mapping[str, Any]

_FORMS = {
    SLUG_PATTERN: english("use small letters, digits and hyphens, as in traffic-plan"),
    NEED_PATTERN: english("write own-step, other-initiative/step, step@unit, step@previous or step/begun"),
    SOURCE_PATTERN: english('write section.sentence, as in "2.10" or "3.4a"'),
    FILE_PATTERN: english("name a table below var/ or config/, as in var/exports/cases.csv"),
    VARIABLE_PATTERN: english("name a variable, as in ${CASES_DATABASE}; its value stands in the environment"),
    ADDRESS_PATTERN: english("write an address that begins with http:// or https://"),
    PATH_PATTERN: english("write keys and places with dots between them, as in data.rows.0.total"),
    DEPLOYMENT_PATTERN: english("write flow/deployment, as Prefect names it"),
    FUNCTION_PATTERN: english("write module:name, as in office.tables:count"),
}
_TYPES = {
    "string_type": (english("a text"), english("write a text")),
    "int_type": (english("a whole number"), english("write a whole number, without quotes")),
    "int_from_float": (english("a whole number"), english("write a whole number")),
    "float_type": (english("a number"), english("write a number, without quotes")),
    "bool_type": (english("true or false"), english("write true or false, without quotes")),
    "tuple_type": (english("a list"), english("write a list: [first, second]")),
    "dict_type": (english("a mapping"), english("write keys with values, each on a line of its own")),
    "model_type": (english("a mapping"), english("write keys with values, each on a line of its own")),
    "model_attributes_type": (english("a mapping"), english("write keys with values, each on a line of its own")),
}
_LIMITS = {
    "greater_than_equal": (english("{name} must be {ge:g} or more"), english("correct the figure")),
    "greater_than": (english("{name} must be more than {gt:g}"), english("correct the figure")),
    "less_than_equal": (english("{name} must be {le:g} or less"), english("correct the figure")),
    "string_too_short": (english("{name} is empty"), english("fill it in")),
    "string_too_long": (english("{name} is longer than {max_length} characters"), english("shorten it")),
    "too_short": (english("{name} must have {min_length} or more items"), english("add what is missing")),
    "too_long": (english("{name} must have {max_length} items or fewer"), english("take some out")),
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
    if not location:
        return english("the file")
    *before, last = location
    if isinstance(last, int):
        return english("item {number} of {of}", number=last + 1, of=_label(tuple(before)))
    return shown_key(last)


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
        message = english("{name} has no value", name=place.label)
        return (Fault("no-value", message, english("write one, or remove it if it may be left out")),)
    if isinstance(reason, Invalid):
        return reason.faults
    if kind == "too_short" and len(value) >= context["min_length"]:
        return ()  # pydantic counts only the items that are right; the others have been reported
    return (_fault(kind, value, context, place, written),)


def _says_missing(reason: object) -> bool:
    return isinstance(reason, Invalid) and reason.faults[0].id == "missing-key"


def _unknown_key(key: str | int, place: _Place) -> Fault:
    known = sorted(place.around.get("properties", {}))
    message = english("unknown key {key}", key=shown_key(str(key)))
    return Fault("unknown-key", message, nearest(str(key), known, english("use one of: {known}", known=known)))


def _fault(kind: str, value: object, context: Mapping[str, Any], place: _Place, written: str | None) -> Fault:
    name = place.label
    if kind == "missing":
        about = place.here.get("description")
        remedy = english("add it: {about}", about=as_described(about)) if about else english("add it")
        return Fault("missing-key", english("{name} is missing", name=name), remedy)
    if kind in _TYPES:
        return _wrong_type(kind, value, name, written)
    if kind in ("literal_error", "enum"):
        choice = place.here["enum"]
        remedy = nearest(str(value), choice, english("use one of: {known}", known=choice))
        return Fault("unknown-value", _no_value(value, name), remedy)
    if kind.startswith("union_tag"):
        return _no_kind(context)
    if kind == "string_pattern_mismatch":
        return Fault("wrong-form", _no_value(value, name), _FORMS[context["pattern"]])
    if kind in _LIMITS:
        message, remedy = _LIMITS[kind]
        return Fault("out-of-range", filled(message, name=name, **context), remedy)
    return _other(context.get("error"), value, name)


def _no_value(value: object, name: str) -> Text:
    return english("{value} is no value of {name}", value=shown(value), name=name)


def _no_kind(context: Mapping[str, Any]) -> Fault:
    """What is wrong with a value whose kind stands in one of its keys, and is missing there or unknown."""
    key = context["discriminator"].strip("'")
    if "tag" not in context:
        return Fault("missing-key", english("{name} is missing", name=f"`{key}`"), english("add it"))
    known = re.findall("'(.*?)'", context["expected_tags"])
    remedy = nearest(context["tag"], known, english("use one of: {known}", known=known))
    return Fault("unknown-value", _no_value(context["tag"], f"`{key}`"), remedy, (key,))


def _wrong_type(kind: str, value: object, name: str, written: str | None) -> Fault:
    wanted, remedy = _TYPES[kind]
    if kind == "string_type" and isinstance(value, bool | int | float):
        read_as = _CALLED[bool] if isinstance(value, bool) else english("a number ({value})", value=value)
        message = english("{name} is read as {read_as}", name=name, read_as=read_as)
        return Fault("needs-quotes", message, english('put it in quotes: "{written}"', written=written or value))
    called = _CALLED.get(type(value), english("something else"))
    message = english("{name} is {called}, but must be {wanted}", name=name, called=called, wanted=wanted)
    return Fault("wrong-type", message, remedy)


_CALLED: Mapping[type, Text] = {
    str: english("a text"),
    bool: english("true or false"),
    int: english("a number"),
    float: english("a number"),
    list: english("a list"),
    dict: english("a mapping"),
}


def _other(reason: object, value: object, name: str) -> Fault:
    """A refusal in the words of whoever refused: `what is wrong; what to do`."""
    if not isinstance(reason, ValueError):
        return Fault("invalid-value", _no_value(value, name), english("correct it"))
    text = str(reason)
    message, sign, remedy = text.rpartition("; ") if "; " in text else text.rpartition(": ")
    if not sign:
        return Fault("invalid-value", said_elsewhere(text), english("correct it"))
    return Fault("invalid-value", said_elsewhere(message), said_elsewhere(remedy))
