"""Tables of words hold each member of what they are keyed by, so that a new one is not forgotten."""

from collections.abc import Mapping
from enum import Enum

import pytest

from duban.core.deciding.commands import RULES, VERB_TITLES, Verb
from duban.core.deciding.recheck import Lapse
from duban.core.deciding.settle import LIVES
from duban.core.ledger.summary import Light, Status
from duban.core.planning.anchors import Anchor
from duban.core.planning.lights import Rule
from duban.core.planning.plan_file import Kind
from duban.core.telling.lapses import WORDS
from duban.core.telling.phrases import ANCHORED
from duban.core.telling.reasons import JUDGED
from duban.core.telling.revised import KINDS
from duban.core.titles import LIGHT_TITLES, STATUS_TITLES


@pytest.mark.parametrize(
    ("table", "members"),
    [
        (ANCHORED, Anchor),
        (JUDGED, Rule),
        (KINDS, Kind),
        (LIGHT_TITLES, Light),
        (LIVES, Kind),
        (RULES, Verb),
        (STATUS_TITLES, Status),
        (VERB_TITLES, Verb),
    ],
)
def test_each_has_its_words(table: Mapping[Enum, object], members: type[Enum]) -> None:
    assert set(table) == set(members)


def test_each_lapse_has_its_words_but_the_one_told_by_its_anchor() -> None:
    assert set(WORDS) == set(Lapse) - {Lapse.MOVED_ON}
