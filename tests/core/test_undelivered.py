"""Notices that reached nobody, or are stuck."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from duban.core.deciding.undelivered import PATIENCE, stuck, unreached
from duban.core.ledger.notices import Delivery, NoticeRow, Said
from duban.core.titles import delivery_title
from tests.contracts.samples import NOW, notice

DEAD: dict[str, Any] = {"delivery": Delivery.DEAD, "next_try": None}
SENT: dict[str, Any] = {"delivery": Delivery.SENT, "next_try": None}


@pytest.mark.parametrize(
    ("delivery", "next_try", "expected"),
    [
        (Delivery.QUEUED, NOW - PATIENCE, False),
        (Delivery.QUEUED, NOW - PATIENCE - timedelta(seconds=1), True),
        (Delivery.SENDING, NOW + PATIENCE, False),
        (Delivery.RETRYING, NOW + PATIENCE, True),
        (Delivery.BUNDLED, None, False),
        (Delivery.SENT, None, False),
        (Delivery.DROPPED, None, False),
        (Delivery.DEAD, None, True),
    ],
)
def test_stuck_is_what_somebody_should_see_to(delivery: Delivery, next_try: datetime | None, expected: bool) -> None:
    assert stuck(notice(delivery=delivery, next_try=next_try), NOW) is expected


def test_of_a_dead_notice_some_may_have_it() -> None:
    some = Said("mail", accepted=False, detail="拒收", gone=("zhang",))
    assert delivery_title(notice(**DEAD)) == "送达失败"
    assert delivery_title(notice(**DEAD, channels=(some,))) == "部分送达"
    assert delivery_title(notice(channels=(some,))) == "待送"


def keys(*rows: NoticeRow) -> list[list[str]]:
    return [[row.key for row in line] for line in unreached(rows)]


def test_a_dead_notice_reached_nobody_until_a_deputy_has_it() -> None:
    first = notice("a", **DEAD)
    assert keys(first) == [["a"]]
    assert keys(first, notice("a/instead/vice", **DEAD)) == [["a", "a/instead/vice"]]
    assert keys(first, notice("a/instead/vice")) == []
    assert keys(first, notice("a/instead/vice", **SENT)) == []
    assert keys(notice("a/instead/vice", **DEAD), first) == [["a", "a/instead/vice"]]


def test_one_that_was_revived_has_not_reached_nobody_though_the_deputy_was_not_reached() -> None:
    """Put back or delivered since, the first is not among the undelivered rows: its line begins with the deputy's."""
    assert keys(notice("a/instead/vice", **DEAD), notice("a/instead/clerk", **DEAD)) == []


def test_another_initiatives_or_a_digest_is_told_apart() -> None:
    assert keys(notice("a", **DEAD), notice("a/instead/vice", "roads", **SENT)) == [["a"]]
    assert keys(notice("digest/2024-03-01", "@zhang", **DEAD)) == []


def test_what_a_channel_answered_is_kept_with_what_has_arrived() -> None:
    assert Said("mail", True, "250").data() == {"channel": "mail", "accepted": True, "detail": "250"}
    assert Said("mail", False, "552", ("1", "2")).data()["gone"] == ["1", "2"]
