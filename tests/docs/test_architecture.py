"""docs/architecture.md is true: one report goes from a form to a letter by the functions it names, in their order."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun

from duban.adapters.wording import Wording
from duban.core.deciding.commands import Verb
from duban.core.deciding.offers import offers
from duban.core.ledger.notices import Delivery
from duban.core.planning.anchors import Anchor
from duban.core.planning.lights import Rule
from duban.core.telling.offered import choices
from duban.outbox import deliver_due
from duban.settings import Settings
from duban.wiring import Gear
from tests.bureau import COSMETICS, IN_DIGESTS, REVIEWER, STEPS, Postbox, Story, initiative, office, step
from tests.slips import TEMPLATES

DOCUMENT = Path(__file__).parents[2] / "docs" / "architecture.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
LINES = 120
WALK = re.findall(r"^\|[^|]*\| `([\w.]+)` \|", TEXT.partition("## The walk of a report")[2].partition("\n## ")[0], re.M)
FILES = re.findall(r"`([\w/]+\.(?:py|yaml))`", TEXT.partition("## Where something new belongs")[2])

BESIDE = step("survey", "化妆品产业调研", review="policy-law")
"""Handed in as well, so that its reviewer has two slips in one digest."""


def found(name: str) -> Any:
    """What a dotted name means: a module as far as there is one, then its attributes."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            here: Any = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            here = getattr(here, part)
        return here
    raise AssertionError(f"there is no {name}")


@contextmanager
def called(stops: dict[Any, str]) -> Iterator[list[str]]:
    """The stops whose code is entered meanwhile, in order; whoever profiles tests goes on afterwards."""
    met, before = list[str](), sys.getprofile()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code in stops:
            met.append(stops[frame.f_code])

    sys.setprofile(note)
    try:
        yield met
    finally:
        sys.setprofile(before)


def submitting(story: Story) -> dict[str, Any]:
    """The form of the initiative, filled in: what its deployment offers, and the evidence."""
    view = story.service.view(COSMETICS)
    offered = choices(view.look.office, view.look.initiative, offers(view.look, view.state))
    return {"offer": next(one for one in offered if "报送办结" in one), "evidence": ["方案送审稿", "起草说明"]}


def test_a_report_goes_the_way_that_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    stops = {found(name).__code__: name for name in WALK}
    both = initiative(COSMETICS, "推进化妆品产业知识产权保护", "2.4a", *STEPS, BESIDE)
    story, carrier = Story(office(policy=IN_DIGESTS, initiatives={COSMETICS: both})).at(1), Postbox()
    story.act(Verb.SUBMIT, BESIDE.id)
    unread = Settings.__new__(Settings)  # a form and a letter ask nothing of the settings
    at = Gear(unread, story.service, carrier, Wording(TEMPLATES))
    take_in = found(WALK[0])
    monkeypatch.setattr(sys.modules[take_in.__module__], "tell", lambda *said: None)  # Prefect shows it
    form = submitting(story)
    with called(stops) as met:
        take_in(at, FlowRun(flow_id=uuid4()), COSMETICS, form)
        story.at(2)
        deliver_due(at.service, at.carrier, at.wording)
    (letter,) = [letter for letter in carrier.letters.values() if letter.recipient == REVIEWER]
    assert "起草化妆品产业知识产权保护方案" in letter.text
    assert story.notice("review", REVIEWER).delivery is Delivery.SENT
    rest = iter(met)
    assert [name for name in WALK if name not in rest] == [], "not met in this order"


def test_files_that_are_named_exist() -> None:
    assert FILES
    assert [
        name for name in FILES if not any((DOCUMENT.parents[1] / top / name).exists() for top in ("", "duban/core"))
    ] == []


def test_it_stays_short() -> None:
    assert len(TEXT.splitlines()) <= LINES


@pytest.mark.parametrize(
    ("row", "member"),
    [
        *(("Rule of a light", f"Rule.{rule.name}") for rule in Rule if rule is not Rule.UNREVIEWED),  # digests name it
        *(
            ("Anchor of a rung", f"Anchor.{anchor.name}")
            for anchor in Anchor
            if anchor.name in ("RETURNED", "UNSIGNED")
        ),
    ],
)
def test_a_rule_and_an_anchor_are_named_where_the_table_says(row: str, member: str) -> None:
    told = re.search(rf"^\| {row} \| (\d+) \| (.*) \|$", TEXT, re.M)
    assert told
    core = DOCUMENT.parents[1] / "duban"
    found = {f for f in core.rglob("*.py") if re.search(rf"\b{re.escape(member)}\b", f.read_text(encoding="utf-8"))}
    named = {core / "core" / name for name in re.findall(r"`([\w/]+\.py)`", told[2])}
    assert found == named
    assert len(named) == int(told[1])
