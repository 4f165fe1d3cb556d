"""What was done by the links of a post's letters is told to whoever reads for it."""

from datetime import datetime
from typing import Any

import pytest

from duban.core.ledger.entries import Draft, Entry, EntryKind, chained
from duban.core.telling.linked import by_link, linked
from tests.core.builders import Story, day, moment, work

OFFICE = Story(work("draft")).office
BEFORE, NOW = moment("2024-06-04"), moment("2024-06-06 10:00")


def entry(via: str, at: str = "2024-06-05 09:30", actor: str = "officer", *more: Draft) -> tuple[Entry, ...]:
    said: dict[str, Any] = {"reason": "已知", **({"via": via} if via else {})}
    drafts = (Draft(EntryKind.SIGNED, "draft", actor, said), *more)
    return tuple(chained(drafts, plan="p", initiative="here", after=None, at=moment(at), day=day(at[:10])))


@pytest.mark.parametrize(
    ("via", "whose"),
    [
        ("desk 函件 王小明 10.0.0.7", ("王小明", "10.0.0.7")),
        ("desk 日报 王小明", ("王小明", "")),
        ("desk 登录 王小明 10.0.0.7", None),
        ("cli root", None),
        ("", None),
    ],
)
def test_only_the_links_of_letters_count(via: str, whose: tuple[str, str] | None) -> None:
    (one,) = entry(via)
    assert by_link(one) == whose


def lines(*entries: Entry, to: str = "officer", since: datetime = BEFORE) -> tuple[str, ...]:
    return linked(OFFICE, entries, to, since, NOW)


def test_each_act_is_a_line_once_the_first_one_first() -> None:
    via = "desk 函件 王小明 10.0.0.7"
    later, sooner = entry(via, "2024-06-05 16:05"), entry(via, "2024-06-05 09:30", "officer", *drafts(via))
    said = "　“draft事项”：officer岗签收（办理人王小明，来自10.0.0.7）"
    assert lines(*later, *sooner) == (f"6月5日09:30{said}", f"6月5日16:05{said}")


def drafts(via: str) -> list[Draft]:
    """What one act comes to besides."""
    return [Draft(EntryKind.REPORTED, "draft", "officer", {"progress": 10, "via": via})]


def test_what_is_anothers_or_old_or_done_otherwise_is_not_told() -> None:
    via = "desk 函件 王小明 10.0.0.7"
    assert lines(*entry(via), to="clerk") == ()
    assert lines(*entry(via), since=moment("2024-06-05 09:30")) == ()
    assert lines(*entry("cli root")) == ()
