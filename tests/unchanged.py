"""Hashes of what comes of plans: what is written, lit, told and decided, so that a change of the heart shows itself.

    python -m tests.unchanged          names what differs from tests/data/unchanged.json
    python -m tests.unchanged --write  writes it anew: only where another outcome is meant

Three years of the shipped plan, one for each seed, and the years of 200 random plans.
"""

import json
import random
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from hashlib import sha256
from pathlib import Path

from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.office import Look, Office
from duban.core.ledger.entries import Entry
from duban.core.ledger.state import State, fold
from duban.core.ledger.summary import Upstream
from duban.core.planning.plan import StepRef
from duban.core.rehearsing.bureau import Bureau
from duban.core.rehearsing.rehearse import rehearse
from duban.core.telling.reasons import reason_of, reason_of_all
from duban.settings import load_settings
from duban.wiring import load_office, load_profile
from tests.core.builders import directory
from tests.core.test_rehearsing_properties import AWAY, office_of, people_of

KNOWN = Path(__file__).parent / "data" / "unchanged.json"
SEEDS = (1, 2, 3)
RANDOM_PLANS = 200
SAMPLES = 12
"""Moments, spread over the year, at which every initiative is decided on afresh."""


def known() -> Mapping[str, str]:
    """The hashes that were written down."""
    found: dict[str, str] = json.loads(KNOWN.read_text(encoding="utf-8"))
    return found


def of_shipped(seed: int) -> Iterator[tuple[str, str]]:
    """Names and hashes of the shipped plan's year."""
    settings = load_settings()
    profile = load_profile(settings).model_copy(update={"seed": seed})
    bureau = rehearse(load_office(settings), profile).bureau
    yield from _hashes(f"shipped {seed}", bureau)
    if seed == SEEDS[0]:
        yield f"shipped {seed} decisions", _sha(_decided(bureau.office, bureau, SAMPLES))


def of_random() -> Iterator[tuple[str, str]]:
    """Names and hashes of random plans, each with people of its own."""
    for place in range(RANDOM_PLANS):
        dice = random.Random(place)  # noqa: S311  the plans are to be the same every time
        tape = [tuple(dice.randrange(1000) for _ in range(6)) for _ in range(dice.randint(1, 8))]
        people = people_of(tuple(dice.randrange(1000) for _ in range(6)))
        bureau = rehearse(office_of(tape, people=dice.choice([directory(), AWAY])), people).bureau
        lines = (text for _, text in _hashes("", bureau))
        yield f"random {place}", _sha([*lines, *_decided(bureau.office, bureau, SAMPLES // 2)])


def _hashes(name: str, bureau: Bureau) -> Iterator[tuple[str, str]]:
    trails = bureau.trails.values()
    yield f"{name} entries", _sha(_entry(entry) for trail in trails for entry in trail.entries)
    yield (
        f"{name} lights",
        _sha(f"{trail.initiative.id} {day} {light.name}" for trail in trails for day, light in trail.lights),
    )
    yield f"{name} notices", _sha(line for trail in trails for line in _notices(trail.state))


def _entry(entry: Entry) -> str:
    data = json.dumps(entry.data, ensure_ascii=False, sort_keys=True)
    told = (entry.initiative, entry.sequence, entry.kind, entry.step, entry.at, entry.day, entry.actor, data, entry.key)
    return " ".join(map(str, told))


def _notices(state: State) -> Iterator[str]:
    for row in sorted(state.notices.values(), key=lambda row: str(row.key)):
        told = (row.step, row.rung, row.slip, row.recipient, row.delivery, row.queued_at, row.next_try, row.tries)
        yield " ".join(map(str, (row.key, *told, row.outcome, row.ended_at, row.immediate, row.digest)))


def _decided(office: Office, bureau: Bureau, samples: int) -> Iterator[str]:
    """What is decided about every initiative at moments of its year, from nothing but its entries."""
    first = office.calendar.next_working(office.plan.starts)
    length = (office.day(bureau.now) - first).days
    for sample in range(samples):
        now = office.at(first + timedelta(days=length * sample // samples), time(10))
        for name in office.plan.initiatives:
            yield from _decision(now, decide(*_at(office, bureau, name, now)), office)


def _at(office: Office, bureau: Bureau, name: str, now: datetime) -> tuple[Look, State]:
    """An initiative at a moment; of what it waits for it knows what is over by then."""
    desk = bureau.trails[name]
    state = fold(entry for entry in desk.entries if entry.at <= now)
    facts: dict[StepRef, Upstream] = {}
    for ref in desk.initiative.upstream:
        over = bureau.trails[ref.initiative].state.step(ref.step).finished
        facts[ref] = Upstream(over if over and over <= office.day(now) else None, None)
    return Look(office, desk.initiative, facts, now), state


def _decision(now: datetime, decision: Decision, office: Office) -> Iterator[str]:
    for row in decision.summary.steps:
        reason = reason_of(office, decision.summary.initiative, row)
        told = (row.status, row.light.name, reason, row.due, row.original_due, row.opened, row.finished)
        yield " ".join(map(str, (now, row.step, *told, row.forecast, row.progress, row.held_by or "")))
    for call in decision.rungs:
        yield " ".join(map(str, (call.key, call.rung, call.slip, call.post, call.recipient, call.moment)))
    told = reason_of_all(office, decision.summary)
    yield f"{decision.summary.light.name} {told} {decision.summary.next_due} {decision.measures}"
    yield from (f"{draft.kind} {draft.step} {draft.key}" for draft in decision.drafts)


def _sha(lines: Iterable[str]) -> str:
    found = sha256()
    for line in lines:
        found.update(line.encode() + b"\n")
    return found.hexdigest()[:16]


def main() -> None:
    now = {name: text for found in (*map(of_shipped, SEEDS), of_random()) for name, text in found}
    if "--write" in sys.argv:
        KNOWN.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
        return
    then = known()
    differ = [name for name in then.keys() | now.keys() if then.get(name) != now.get(name)]
    print(f"{len(now) - len(differ)} of {len(now)} hashes are the same", *sorted(differ)[:20], sep="\n")
    sys.exit(bool(differ))


if __name__ == "__main__":
    main()
