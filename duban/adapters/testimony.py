"""The ledger held against its seals: what they tell of every chain, and the first entry that is another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from duban.adapters.ledger_rules import Broken, Known, verify
from duban.adapters.seals import EVER, Seal, first_fault
from duban.ports import REFUSALS_KEPT, Ledger


@dataclass(frozen=True, slots=True)
class Testimony:
    """What seals tell: by plan and chain the hashes of all entries. `fault` says what is wrong with the seals."""

    seals: Sequence[Seal] = ()
    fault: str = ""
    plans: Mapping[str, Mapping[str, Known]] = field(default_factory=dict)


def testimony(seals: Sequence[Seal], trusted: frozenset[str]) -> Testimony:
    """What can be believed of seals; `trusted` are public keys known otherwise than by the seals."""
    fault = first_fault(seals, trusted)
    believed = seals if fault is None else seals[: fault[0]]
    plans: dict[str, dict[str, Known]] = {}
    for seal in believed:
        for plan, chains in seal.plans.items():
            for name, one in chains.items():
                known = plans.setdefault(plan, {}).setdefault(name, Known())
                known.hashes.extend(one.added)
                if one.added:
                    known.told.append((one.count, str(seal)))
    return Testimony(believed, fault[1] if fault else "", plans)


def differing(ledger: Ledger, told: Testimony) -> Iterator[tuple[str, Broken]]:
    """The first entry of each plan kept with `ledger` that is not as it was, with the plan; refusals that are gone."""
    every = ledger.whole()
    for plan in sorted({*every, *told.plans}):
        known = told.plans.get(plan, {})
        if plan not in every:
            first = min(known)
            yield plan, Broken(first, 1, f"{known[first].by(1)} tells of it: the whole plan is missing")
        elif broken := verify(every[plan], known):
            yield plan, broken
    for plan, count in (told.seals[-1].refused if told.seals else {}).items():
        there = sum(every[plan].refused(EVER).values()) if plan in every else 0
        if there < min(count, REFUSALS_KEPT):
            yield plan, Broken("refusals", there + 1, f"{told.seals[-1]} counts {count}: some are missing")
