"""Whom the guard tells that patrols do not come: once a day each, and once more when they do again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from duban.core.deciding.alarms import RETRY, Alarm, AlarmMatter, alarms
from duban.core.deciding.rounds import Regularity
from duban.core.ledger.entries import GUARD, Draft, Entry, chained

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
POSTS = ("administrator", "coordinator")


class Chain:
    """The guard's chain, and a clock."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.now = NOON

    def due(self, stands: Regularity, posts: Sequence[str] = POSTS) -> list[Alarm]:
        return list(alarms(self.entries, stands, self.now, self.now.date(), posts))

    def write(self, *drafts: Draft) -> None:
        after = self.entries[-1] if self.entries else None
        self.entries += chained(drafts, plan="p", initiative=GUARD, after=after, at=self.now, day=self.now.date())

    def tell(self, stands: Regularity, *, accepted: bool = True) -> list[tuple[AlarmMatter, str]]:
        told = self.due(stands)
        for alarm in told:
            self.write(alarm.begun(), alarm.ended("已送达", accepted=accepted))
        return [(alarm.matter, alarm.post) for alarm in told]


def test_nobody_is_told_while_all_is_well_or_only_late() -> None:
    chain = Chain()
    assert chain.due(Regularity.REGULAR) == chain.due(Regularity.OVERDUE) == []


def test_everybody_is_told_once_a_day() -> None:
    chain = Chain()
    assert chain.tell(Regularity.SILENT) == [(AlarmMatter.SILENT, "administrator"), (AlarmMatter.SILENT, "coordinator")]
    assert chain.tell(Regularity.SILENT) == []
    chain.now += timedelta(days=1)
    assert len(chain.tell(Regularity.SILENT)) == 2


def test_one_person_with_both_posts_is_told_once() -> None:
    assert len(Chain().due(Regularity.SILENT, ("coordinator", "coordinator"))) == 1


def test_everybody_who_was_told_is_told_when_it_is_well_again_and_then_no_more() -> None:
    chain = Chain()
    chain.tell(Regularity.SILENT)
    assert chain.tell(Regularity.OVERDUE) == []
    assert chain.tell(Regularity.REGULAR) == [(AlarmMatter.WELL, "administrator"), (AlarmMatter.WELL, "coordinator")]
    assert chain.tell(Regularity.REGULAR) == []


def test_an_alarm_that_is_not_accepted_is_tried_again_after_a_while() -> None:
    chain = Chain()
    chain.tell(Regularity.SILENT, accepted=False)
    assert chain.due(Regularity.SILENT) == []
    chain.now += RETRY
    again = chain.due(Regularity.SILENT)
    assert [alarm.tries for alarm in again] == [1, 1]
    assert {alarm.begun().key for alarm in again}.isdisjoint(entry.key for entry in chain.entries)


def test_one_that_was_begun_and_not_ended_is_taken_for_refused() -> None:
    chain = Chain()
    chain.write(chain.due(Regularity.SILENT)[0].begun())
    assert [alarm.post for alarm in chain.due(Regularity.SILENT)] == ["coordinator"]
    chain.now += RETRY
    assert [alarm.tries for alarm in chain.due(Regularity.SILENT)] == [1, 0]
