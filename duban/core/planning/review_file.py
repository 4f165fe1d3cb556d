"""Who judges work that is handed in: one unit or post, or several together (会签)."""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, NamedTuple

from pydantic import PlainValidator, WithJsonSchema

from duban.core.planning.when import SLUG
from duban.core.problems import Fault, Invalid, Location, repeated, shown, shown_key
from duban.core.texts import english


class Several(NamedTuple):
    """Those who judge work together, and how many of them must agree before it is done."""

    by: tuple[str, ...]
    agree: int


Review = str | Several
"""The reviewer of work, or several."""

REVIEW_REMEDY = english(
    "write one unit or post, a list of those who must all agree, or {by: [...], agree: 2} where so many of them suffice"
)


def parse_review(value: object) -> Review:
    """Read reviewers as a plan writes them; raises Invalid with a fault at each part that cannot be used."""
    if isinstance(value, str):
        _refuse(_misnamed([(value, ())]))
        return value
    said = value if isinstance(value, dict) else {"by": value}
    place: Location = ("by",) if isinstance(value, dict) else ()
    names = said.get("by")
    if not isinstance(names, list) or len(names) < 2 or not all(isinstance(name, str) for name in names):
        raise Invalid(
            Fault("wrong-type", english("{value} is neither a reviewer nor several", value=shown(value)), REVIEW_REMEDY)
        )
    agree: Any = said.get("agree", len(names))
    at = [(name, (*place, number)) for number, name in enumerate(names)]
    faults = [*_misnamed(at)]
    for name, where in repeated(at):
        faults.append(
            Fault(
                "duplicate-id",
                english("{name!r} is named twice as a reviewer", name=name),
                english("remove one of them"),
                where,
            )
        )
    for key in said.keys() - {"by", "agree"}:
        faults.append(
            Fault("unknown-key", english("unknown key {key}", key=shown_key(str(key))), REVIEW_REMEDY, (key,))
        )
    if type(agree) is not int or not 1 <= agree <= len(names):
        message = english("{agree} of {count} reviewers cannot agree", agree=shown(agree), count=len(names))
        faults.append(
            Fault("out-of-range", message, english("write a number from 1 to {count}", count=len(names)), ("agree",))
        )
    _refuse(faults)
    return Several(tuple(names), agree)


def _misnamed(named: Iterable[tuple[str, Location]]) -> Iterator[Fault]:
    for name, where in named:
        if not re.fullmatch(SLUG, name):
            yield Fault(
                "wrong-form",
                english("{name} is not the name of a unit or post", name=shown(name)),
                REVIEW_REMEDY,
                where,
            )


def _refuse(faults: Iterable[Fault]) -> None:
    if found := tuple(faults):
        raise Invalid(*found)


def reviewers(review: Review | None) -> tuple[str, ...]:
    """All units and posts that judge."""
    return review.by if isinstance(review, Several) else (review,) if review else ()


def review_written(review: Review | None) -> Any:
    """Reviewers as a plan writes them."""
    if not isinstance(review, Several):
        return review
    names = list(review.by)
    return names if review.agree == len(names) else {"by": names, "agree": review.agree}


_ONE = {"type": "string", "pattern": f"^{SLUG}$"}
_MANY = {"type": "array", "items": _ONE, "minItems": 2, "uniqueItems": True}
ReviewText = Annotated[
    Review,
    PlainValidator(parse_review),
    WithJsonSchema(
        {
            "oneOf": [
                _ONE,
                _MANY,
                {
                    "type": "object",
                    "properties": {"by": _MANY, "agree": {"type": "integer", "minimum": 1}},
                    "required": ["by"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
