"""What is rehearsed in memory is what the service would store: the same people and days, the real round of data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from duban.adapters.memory_ledger import MemoryLedger
from duban.core.deciding.decide import decide
from duban.core.deciding.office import Office
from duban.core.ledger.entries import Entry, EntryKind, first_broken
from duban.core.rehearsing.day import turns
from duban.core.rehearsing.owners import Owners
from duban.core.rehearsing.profile import Profile
from duban.core.rehearsing.rehearse import rehearse
from duban.outbox import deliver_due
from duban.service import Service
from tests.bureau import Postbox, plain
from tests.core.builders import action, indicator, initiative, milestone, period, review, work
from tests.core.test_rehearsing import bureau

PROFILE = {
    "seed": 1,
    "sign": {"days": [0, 2]},
    "owners": {"prompt": 0.3, "last_minute": 0.15, "late": 0.25, "extension": 0.15, "never_sign": 0.15},
    "late_by": [1, 7],
    "review": {"days": [0, 4], "send_back": 0.4},
    "answer": {"days": [0, 3]},
    "reports_every": 2,
    "indicator": {"reach": 0.9},
}
UNTIL = date(2024, 8, 16)


def office() -> Office:
    """Two initiatives that wait for each other's steps."""
    here = initiative(
        work("draft", days=6, due="2024-06-14", review="law"),
        review("check", "draft", days=3),
        period("publicity", "check", days="9 days"),
        work("issue", "publicity there/adopted", days=4, due="12 working days after publicity"),
        milestone("issued", "issue", due="2024-08-02"),
        action("bulletin", "issued"),
    )
    there = initiative(
        work("survey", days=4, home="there"),
        work("adopt", "survey here/check", days=3, home="there", owner="law"),
        milestone("adopted", "adopt", home="there"),
        indicator("cases", days=15, due="2024-07-12", home="there"),
        name="there",
    )
    return bureau(here, there)


@dataclass
class Clock:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


def served(office: Office, profile: Profile) -> Mapping[str, tuple[Entry, ...]]:
    """The year as an office lives it: people act on working mornings, and the patrol looks on every day."""
    clock, ledger, owners = (
        Clock(office.at(office.plan.starts, office.policy.hours.first)),
        MemoryLedger("p"),
        Owners(profile),
    )
    service, carrier = Service(office, ledger, clock), Postbox()
    while clock.moment.date() <= UNTIL:
        if office.calendar.is_working(clock.moment.date()):
            for name in turns(office.plan):
                view = service.view(name)
                decided = decide(view.look, view.state)
                for command in owners.conduct(view.look, decided.state, decided.deadlines):
                    service.act(command)
        morning = clock.moment
        patrol(service, carrier)
        clock.moment = office.at(morning.date(), office.policy.digest)
        patrol(service, carrier)
        clock.moment = morning + timedelta(days=1)
    return {name: tuple(ledger.entries(name)) for name in office.plan.initiatives}


def patrol(service: Service, carrier: Postbox) -> None:
    """Ticks, actions and letters until nothing is due."""
    while names := service.due():
        for name in names:
            for ref in service.tick(name).decision.actions:
                service.start_action(ref)
                service.end_action(ref, "推演")
    if deliver_due(service, carrier, plain):
        patrol(service, carrier)


STEPS = set(EntryKind) - {kind for kind in EntryKind if kind.value.startswith("notice-")} - {EntryKind.RUNG_SKIPPED}


def happened(entries: tuple[Entry, ...]) -> list[tuple[str, ...]]:
    """What happened to steps, day by day; the order within a day is nobody's business."""
    said = [(e, e.data.get("day") or e.data.get("to") or e.data.get("progress")) for e in entries if e.kind in STEPS]
    return sorted((str(e.day), e.kind.value, e.step, e.actor, str(value)) for e, value in said)


def sent(entries: tuple[Entry, ...]) -> list[tuple[str, str]]:
    return sorted((str(entry.day), entry.data["notice"]) for entry in entries if entry.kind is EntryKind.NOTICE_SENT)


@pytest.mark.parametrize("seed", range(8))
def test_the_rehearsal_is_what_the_service_would_store(seed: int) -> None:
    profile = Profile.model_validate(PROFILE | {"seed": seed})
    stored, done = served(office(), profile), rehearse(office(), profile, UNTIL)
    for name, entries in stored.items():
        rehearsed = tuple(done.bureau.trails[name].entries)
        assert first_broken(entries) is None
        assert happened(rehearsed) == happened(entries)
        assert sent(rehearsed) == sent(entries)
