"""Each of 1,000 notices arrives exactly once, or is reported dead with its reason."""

import pytest

from duban.core.ledger.entries import EntryKind
from duban.core.ledger.notices import Delivery
from tests.acceptance.thousand import ASSIGN, DEAF, PEOPLE, STEPS, run
from tests.receivers import KINDS


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # an import of Apprise's
@pytest.mark.parametrize("initiatives", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_each_arrives_once_or_is_dead_with_its_reason(initiatives: int) -> None:
    done = run(initiatives)
    notices = [notice for notice in done.notices if notice.rung == ASSIGN.id]
    assert len(notices) == initiatives * STEPS
    assert {notice.delivery for notice in notices} <= {Delivery.SENT, Delivery.DEAD}

    arrived = {key.strip() for taken in done.taken.values() for key in taken}
    assert {times for taken in done.taken.values() for times in taken.values()} == {1}
    sent = {f"bureau-2024/{n.initiative}/{n.key}" for n in notices if n.delivery is Delivery.SENT}
    assert arrived == sent

    dead = [notice for notice in notices if notice.delivery is Delivery.DEAD]
    deaf = [notice for notice in notices if int(notice.recipient.rpartition("-")[2]) < DEAF]
    assert {n.key for n in deaf} <= {n.key for n in dead}, "nobody took what came with a wrong token"
    assert all(notice.outcome for notice in dead)
    told = [entry for entry in done.entries if entry.kind is EntryKind.NOTICE_QUEUED and entry.data["rung"] == "dead"]
    assert len(told) == len(dead), "the administrator is told of each"
    if initiatives * STEPS >= len(KINDS) * PEOPLE * STEPS:
        refused = done.refusals()["notice-refused"] + done.refusals()["notice-dead"]
        assert refused > 0.10 * len(sent), "the services did refuse"
