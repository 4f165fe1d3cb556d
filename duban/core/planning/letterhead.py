"""Whose letters and papers these are: the name at their head, what each slip is called, the form of their numbers.

All of it is a bureau's own, in `directory.yaml`; without it slips bear their usual names, and numbers name nobody.
"""

from collections.abc import Collection, Mapping
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from duban.core.planning.values import PlainText, Strict
from duban.core.problems import Fault, Invalid, nearest
from duban.core.texts import Text, english
from duban.core.titles import PAPER_TITLES

NUMBERED: Mapping[str, str | int] = {"year": 2024, "initiative": "2.04a", "sequence": 17}
"""What the number of a slip may be made of: its year, the initiative's number, and its place in that one's ledger."""

ISSUED: Mapping[str, str | int] = {"year": 2024, "rhythm": "月", "issue": 5}
"""What the number of a bulletin may be made of: its year, 周 or 月, and which of these it is."""


def _form(said: str, known: Mapping[str, str | int], needed: Collection[str]) -> str:
    """A form of numbers, checked; raises Invalid. Without the `needed` words two papers would bear one number."""
    try:
        asked = {name for _, name, _, _ in Formatter().parse(said) if name is not None}
        unknown = sorted(asked - known.keys())
        if not unknown:
            said.format_map(known)
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise Invalid(
            Fault(
                "broken-number",
                english("{said!r} is no form of numbers: {error}", said=said, error=error),
                _words(known),
            )
        ) from None
    if unknown:
        message = english("no number has a {unknown!r}", unknown=unknown[0])
        raise Invalid(Fault("unknown-word", message, nearest(unknown[0], known, _words(known))))
    if missing := [name for name in needed if name not in asked]:
        message = english("two papers could bear one number: {said!r} has no {missing}", said=said, missing=missing[0])
        raise Invalid(Fault("ambiguous-number", message, english("put {word} into it", word=f"{{{missing[0]}}}")))
    return said


def _words(known: Collection[str]) -> Text:
    return english("write words in braces: {known}", known=[f"{{{name}}}" for name in known])


def _number(said: str) -> str:
    return _form(said, NUMBERED, ("year", "initiative", "sequence"))


def _issue(said: str) -> str:
    return _form(said, ISSUED, ("year", "rhythm", "issue"))


_NumberForm = Annotated[PlainText, AfterValidator(_number)]
_IssueForm = Annotated[PlainText, AfterValidator(_issue)]
SlipName = Literal[
    "assign",
    "remind",
    "press",
    "supervise",
    "review",
    "return",
    "ask",
    "answer",
    "change",
    "instruct",
    "advise",
    "failure",
]
_PaperName = Literal[SlipName, "digest", "extension", "closing", "bulletin"]
"""Everything that is called something: slips, the digest, and papers that are none of these."""


class Letterhead(Strict):
    """`letterhead` of `directory.yaml`."""

    issuer: PlainText | None = Field(None, description="the bureau, at the head and foot of papers")
    number: _NumberForm = Field(
        "〔{year}〕{initiative}-{sequence}号", description="the number of a slip: 督〔{year}〕{initiative}-{sequence}号"
    )
    issue: _IssueForm = Field(
        "〔{year}〕{rhythm}报第{issue}期", description="the number of a bulletin: 督〔{year}〕{rhythm}报第{issue}期"
    )
    names: dict[_PaperName, PlainText] = Field({}, description="what slips and papers are called, where not as usual")

    def name(self, what: str) -> str:
        """What a slip or a paper is called."""
        return next((name for one, name in self.names.items() if one == what), PAPER_TITLES[what])
