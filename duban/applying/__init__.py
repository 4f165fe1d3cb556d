"""Applying a plan: what is in force is what the ledger says was applied, and nothing else is decided by.

The files of a bureau say what it wants; from the first application on, ticks and commands go by what was applied last:
the plan, and its terms, which are days, people and rules. An application is one entry, which holds all of it and all
that it says to initiatives under way; each of them takes it in before all else. So it is in force whole or not at all,
and dying in the midst of it loses nothing.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from duban.applying.proposals import Author, Proposal, Replans, closed_unjudged, differing, propose
from duban.core.checking.check_force import check_force
from duban.core.deciding.commands import Refused, came_by
from duban.core.deciding.intake import reason_in
from duban.core.deciding.office import Office
from duban.core.ledger.entries import PLAN, SYSTEM, Draft, Entry, EntryKind, chained
from duban.core.planning.directory import Mailing
from duban.core.planning.snapshot import fingerprint, restored, snapshot
from duban.core.planning.terms import restored_terms, terms_values
from duban.core.problems import BadInput
from duban.core.texts import english
from duban.core.titles import perhaps
from duban.ports import Commit, Conflict, Ledger
from duban.service import Service

__all__ = [
    "Author",
    "Proposal",
    "apply",
    "carry_on",
    "differing",
    "holds_terms",
    "in_force",
    "office_of",
    "propose",
    "unfinished",
]

# In force ------------------------------------------------------------------------------------------------------------


def in_force(service: Service, applied: Entry | None = None) -> Service:
    """The service of what was applied last, `applied` where that has been read already; the same one where nothing was.

    An application of a time when terms were not part of it is made again with those of `service`. Raises BadInput when
    these lack a ladder that its plan names.
    """
    entry = applied or service.ledger.last(PLAN)
    if entry is None:
        return service
    if not holds_terms(entry):
        entry = _with_terms(service, entry)
    office = service.office
    if office.applied != entry.sequence:
        office = office_of(entry, office.zone, office.directory.mailing)
    return replace(service, office=office, replans=replans_of(entry))


def holds_terms(entry: Entry) -> bool:
    """Whether an application says all that is in force, and not its plan alone."""
    return "terms" in entry.data


def office_of(entry: Entry, zone: ZoneInfo, mailing: Mailing) -> Office:
    """The bureau as an application put it in force; `mailing` is how people are written to now."""
    calendar, directory, policy = restored_terms(entry.data["terms"], mailing)
    return Office(restored(entry.data["plan"]), directory, policy, calendar, zone, entry.sequence)


def _with_terms(service: Service, entry: Entry) -> Entry:
    """The application that holds an earlier one's plan and the terms there are: the first look makes it."""
    office = replace(service.office, plan=restored(entry.data["plan"]), applied=entry.sequence)
    if problems := check_force(office.plan, office.policy):
        raise BadInput(problems)
    before = replace(service, office=office, replans=replans_of(entry))
    carry_on(before)
    with suppress(Conflict):  # somebody else has made it
        _store(before, office, Author(SYSTEM, _FIRST_TERMS), {"replans": _written(closed_unjudged(before, SYSTEM))})
    return _last(service.ledger)


_FIRST_TERMS = "工作日历、通讯录、督办规则自此与计划一并应用"


def _last(ledger: Ledger) -> Entry:
    entry = ledger.last(PLAN)
    assert entry is not None  # noqa: S101  nothing is ever deleted
    return entry


def replans_of(entry: Entry) -> Replans:
    """What an application said, each draft with the key that lets it be stored once."""
    return {
        name: tuple(
            Draft(EntryKind(kind), step, entry.actor, data, key=f"replan/{entry.sequence}/{number}")
            for number, (kind, step, data) in enumerate(drafts)
        )
        for name, drafts in entry.data["replans"].items()
    }


# Applying ------------------------------------------------------------------------------------------------------------


def apply(service: Service, wanted: Office, author: Author) -> tuple[Proposal, Service]:
    """Put a plan in force and have initiatives take it in; what it came to, and the service of the plan in force then.

    What an earlier application that was cut short left undone comes first. Raises Refused, and stores nothing of the
    plan, while removed steps are unanswered or the reason is missing; Conflict when somebody else applied one.
    """
    author = replace(author, reason=reason_in(author.reason))
    carry_on(service)
    proposal = propose(service, wanted, author)
    if proposal.empty:
        return proposal, service
    _admit(proposal, author)
    _store(service, wanted, author, {"replans": _written(proposal.replans), **_terms_told(proposal)})
    changed = in_force(replace(service, office=wanted))
    carry_on(changed)
    return proposal, changed


def _admit(proposal: Proposal, author: Author) -> None:
    proposal.service.trusted()
    if author.by not in ("", SYSTEM):
        _authorised(proposal.service, author.by)
    if not proposal.first and author.by == "":
        raise Refused("by-missing", "调整计划应当写明由谁调整")
    if not proposal.first and not author.reason:
        raise Refused("reason-missing", "调整计划应当说明理由")
    if proposal.unanswered:
        lost = "、".join(map(str, proposal.unanswered))
        raise Refused(
            "has-history",
            f"计划删去了已有办理记录的事项：{lost}。确要删去的，应当逐项写明；若是改名，请在新事项中写明原编号",
        )


def _authorised(service: Service, by: str) -> None:
    """Refuse whoever is neither the coordinator, the administrator nor a supervising leader, nor stands in for one."""
    office = service.office
    directory, plan = office.directory, office.plan
    if by not in directory.posts:
        hint = perhaps(by, directory.posts, "请核对岗位编号")
        raise Refused("unknown-person", f"通讯录中没有岗位 {by}：{hint}")
    leaders = (directory.head(one.supervisor) for one in plan.initiatives.values())
    posts = tuple(dict.fromkeys((office.coordinator, directory.administrator, *leaders)))
    if office.acts_for(by, posts, office.day(service.clock.now())) is None:
        titles = "、".join(map(directory.title, posts))
        raise Refused("not-yours", f"{directory.title(by)}不能调整计划，应由{titles}办理")


def _store(service: Service, wanted: Office, author: Author, said: Mapping[str, Any]) -> None:
    """The one entry that puts a plan and its terms in force; everything is looked at by them."""
    ledger, now, plan = service.ledger, service.clock.now(), snapshot(wanted.plan)
    terms = terms_values(wanted.terms)
    data = {"reason": author.reason, "hash": fingerprint(plan), "plan": plan, "terms": terms, **said}
    after, day = ledger.last(PLAN), wanted.day(now)
    if (after.sequence if after else 0) != service.office.applied:
        raise Conflict(english("somebody else has applied a plan meanwhile: look at duban diff, and apply again"))
    applied = came_by(author.via, Draft(EntryKind.PLAN_APPLIED, actor=author.by or SYSTEM, data=data))
    entries = chained((applied,), plan=plan["id"], initiative=PLAN, after=after, at=now, day=day)
    ledger.commit(Commit(PLAN, entries, wake=_to_wake(service, wanted, said), at=now))


def _written(replans: Replans) -> dict[str, list[Any]]:
    """What is said to initiatives, as an entry holds it."""
    return {name: [[one.kind.value, one.step, one.data] for one in drafts] for name, drafts in replans.items()}


def _terms_told(proposal: Proposal) -> dict[str, Any]:
    """What other terms come to, as an entry holds it; nothing where they are the same."""
    if not proposal.altered:
        return {}
    moved = [[str(one.step), one.what, *(list(map(list, side)) for side in one[2:])] for one in proposal.moves()]
    return {"altered": [[one.field, one.before, one.after] for one in proposal.altered], "moves": moved}


def _to_wake(service: Service, wanted: Office, said: Mapping[str, Any]) -> tuple[str, ...]:
    """The initiatives to look at: those something is said to; all where other terms may call for it sooner."""
    if "altered" not in said:
        return tuple(said["replans"])
    begun = (name for name in service.ledger.initiatives() if name in wanted.plan.initiatives)
    return tuple(dict.fromkeys((*said["replans"], *begun)))


def unfinished(service: Service) -> tuple[str, ...]:
    """The initiatives that have not taken in what the last application says to them."""
    return tuple(name for name in service.replans if _unheard(service, name))


def carry_on(service: Service) -> None:
    """Have every initiative take in what the last application says to it; those that have are left alone."""
    for name in unfinished(service):
        if name in service.office.plan.initiatives:
            service.replan(name)
        else:
            service.reaching((name,)).tick(name)  # nothing more is decided about it than who is told


def _unheard(service: Service, name: str) -> tuple[Draft, ...]:
    keys = {entry.key for entry in service.ledger.entries(name)}
    return tuple(draft for draft in service.replans[name] if draft.key not in keys)
