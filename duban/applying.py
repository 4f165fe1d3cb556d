"""Applying a plan: what is in force is what the ledger says was applied, and nothing else is decided by.

The files of a plan say what an office wants; from the first application on, ticks and commands go by the last plan that
was applied. An application is one entry, which holds the whole plan and all that it says to initiatives under way; each
of them takes it in before all else. So it is in force whole or not at all, and dying in the midst of it loses nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from duban.core.checking.check_force import check_force
from duban.core.deciding.commands import Refused, came_by
from duban.core.deciding.decide import decide
from duban.core.deciding.intake import reason_in
from duban.core.deciding.office import Office
from duban.core.deciding.replanning import UnderPlan, former_names, removed_with_history, replans
from duban.core.ledger.entries import PLAN, SYSTEM, Draft, Entry, EntryKind, seal
from duban.core.planning.plan import Plan, StepRef
from duban.core.planning.revision import InitiativeRevision, Revision, revision
from duban.core.planning.snapshot import fingerprint, restored, snapshot
from duban.core.problems import BadInput
from duban.core.telling.consequences import Consequences, Decisions, consequences
from duban.core.titles import perhaps
from duban.ports import Commit, Conflict
from duban.service import Service, View

Replans = Mapping[str, tuple[Draft, ...]]
"""What an application says, by initiative."""


# In force ------------------------------------------------------------------------------------------------------------


def in_force(service: Service) -> Service:
    """The service of the plan that was applied last; the same one where none was.

    Raises BadInput when the office no longer has a ladder that plan names; who is no longer there is told by `check`.
    """
    entry = service.ledger.last(PLAN)
    if entry is None:
        return service
    office = service.office
    if office.applied != entry.sequence:
        office = replace(office, plan=restored(entry.data["plan"]), applied=entry.sequence)
    if problems := check_force(office.plan, office.policy):
        raise BadInput(problems)
    return replace(service, office=office, replans=replans_of(entry))


def replans_of(entry: Entry) -> Replans:
    """What an application said, each draft with the key that lets it be stored once."""
    return {
        name: tuple(
            Draft(EntryKind(kind), step, entry.actor, data, key=f"replan/{entry.sequence}/{number}")
            for number, (kind, step, data) in enumerate(drafts)
        )
        for name, drafts in entry.data["replans"].items()
    }


# What an application would come to -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan beside the one in force, and what applying it comes to.

    `first` where none was applied yet; then nothing is compared. `removed` are steps the plan no longer has though
    something happened to them, `cancelled` those of them that were named to be cancelled.
    """

    service: Service
    wanted: Office
    first: bool
    revision: Revision
    replans: Replans
    removed: tuple[StepRef, ...]
    cancelled: tuple[StepRef, ...]

    @property
    def empty(self) -> bool:
        """Whether the plan is the one in force."""
        return not self.first and self.revision.empty

    @property
    def unanswered(self) -> tuple[StepRef, ...]:
        """Removed steps of which nobody has said what is to become of them."""
        return tuple(ref for ref in self.removed if ref not in self.cancelled)

    @property
    def to_look_at(self) -> tuple[str, ...]:
        """The initiatives a tick should see to once it is applied: those it says something to, and new ones."""
        new = (one.id for one in self.revision.initiatives if one.before is None)
        return tuple(name for name in (*self.replans, *new) if name in self.wanted.plan.initiatives)

    def consequences(self) -> Consequences:
        """What applying it comes to: nothing is stored. Raises CalendarRange as forecasts do."""
        before = {look.initiative.id: (look, decide(look, state)) for look, state in self.service.everything()}
        return consequences(self.revision, before, self._after(), self.service.office.day(self.service.clock.now()))

    def _after(self) -> Decisions:
        """The initiatives as they would stand under the plan."""
        keyed = {
            name: tuple(draft._replace(key=f"proposed/{number}") for number, draft in enumerate(drafts))
            for name, drafts in self.replans.items()
        }
        under, former = replace(self.service, office=self.wanted, replans=keyed), formerly(self.revision)
        seen = {look.initiative.id: (look, decide(look, state)) for look, state in under.everything()}
        told = {one.id for one in self.revision.initiatives if one.after is not None} | (keyed.keys() & seen.keys())
        foreseen = {name: under.foresee(view_under(under, name, former)) for name in told}
        return seen | {name: (result.look, result.decision) for name, result in foreseen.items()}


@dataclass(frozen=True, slots=True)
class Author:
    """Who applies a plan, why, by which way, and which removed steps are to be cancelled (`everything`: all of them).

    `by` is a post, SYSTEM for what duban does by itself; nobody need be named for a first application.
    """

    by: str
    reason: str = ""
    cancel: Sequence[str] = ()
    everything: bool = False
    via: str = ""


def propose(service: Service, wanted: Office, author: Author) -> Proposal:
    """Compare a plan with the one in force; changes nothing. `service` is of the plan in force.

    Raises Refused when a step named to be cancelled is not one that the plan removes.
    """
    if service.office.applied == 0:
        return Proposal(service, wanted, True, Revision((), ()), _former_names(service, wanted.plan, author.by), (), ())
    revised = revision(service.office.plan, wanted.plan)
    under = replace(service, office=wanted, replans={})
    former = formerly(revised)
    scenes = [_Scenes(service, under, one, former) for one in _touched(revised, service.office.plan, wanted.plan)]
    removed = tuple(ref for one in scenes for ref in one.removed)
    return Proposal(
        service,
        wanted,
        False,
        revised,
        {one.revised.id: drafts for one in scenes if (drafts := one.drafts(author))},
        removed,
        removed if author.everything else _named(removed, author.cancel),
    )


def _former_names(service: Service, plan: Plan, by: str) -> Replans:
    found = {}
    for name in set(service.ledger.initiatives()) & set(plan.initiatives):
        told = {entry.step for entry in service.ledger.entries(name)}
        if drafts := former_names(plan.initiatives[name].steps.values(), told, by):
            found[name] = drafts
    return found


def _touched(revised: Revision, old: Plan, new: Plan) -> Iterator[InitiativeRevision]:
    """The initiatives that differ; all of them where deadlines that count from the plan's first day may move."""
    yield from revised.initiatives
    if old.starts != new.starts:
        known = {one.id for one in revised.initiatives}
        for name in new.initiatives:
            if name not in known:
                yield InitiativeRevision(old.initiatives[name], new.initiatives[name], (), ())


@dataclass(frozen=True, slots=True)
class _Scenes:
    """An initiative under the plan in force and under the other one."""

    service: Service
    under: Service
    revised: InitiativeRevision
    former: Mapping[StepRef, StepRef]

    @property
    def view(self) -> View | None:
        """The initiative as it stands; None for one that the plan in force does not have."""
        return self.service.view(self.revised.id) if self.revised.before is not None else None

    @property
    def removed(self) -> tuple[StepRef, ...]:
        view = self.view
        return tuple(step.ref for step in removed_with_history(self.revised, view.state)) if view else ()

    def drafts(self, author: Author) -> tuple[Draft, ...]:
        """What the initiative is told."""
        view = self.view
        if view is None:
            return ()
        there = view_under(self.under, self.revised.id, self.former) if self.revised.after is not None else None
        new = there.look if there else None
        old = UnderPlan(view.look, view.state)
        told = replans(self.revised, old, new, view.keys, by=author.by, reason=author.reason)
        return tuple(came_by(author.via, draft) for draft in told)


def formerly(revised: Revision) -> Mapping[StepRef, StepRef]:
    """Former names of renamed steps."""
    return {one.after.ref: one.before.ref for one in revised.steps() if one.after and one.before and one.renamed}


def view_under(under: Service, name: str, former: Mapping[StepRef, StepRef]) -> View:
    """An initiative under a plan that is not in force; what the ledger knows of steps elsewhere by `former` names."""
    view = under.view(name)
    renamed = {ref: former[ref] for ref in view.look.initiative.upstream if ref in former}
    known = under.ledger.upstream(renamed.values())
    facts = {ref: known[was] for ref, was in renamed.items() if was in known}
    return replace(view, look=replace(view.look, upstream={**view.look.upstream, **facts}))


def _named(removed: Sequence[StepRef], cancel: Sequence[str]) -> tuple[StepRef, ...]:
    """The removed steps that names mean; one without @ means those in every unit and period. Raises Refused."""
    meant: list[StepRef] = []
    for name in cancel:
        found = [ref for ref in removed if name in (str(ref), str(ref).partition("@")[0])]
        if not found:
            hint = perhaps(name, map(str, removed), "请核对事项编号")
            raise Refused("not-removed", f"{name} 不是计划删去的、已有办理记录的事项：{hint}")
        meant += found
    return tuple(dict.fromkeys(meant))


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
    _store(proposal, author)
    changed = in_force(replace(service, office=wanted))
    carry_on(changed)
    return proposal, changed


def _admit(proposal: Proposal, author: Author) -> None:
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


def _store(proposal: Proposal, author: Author) -> None:
    """The one entry that puts a plan in force."""
    ledger, now = proposal.service.ledger, proposal.service.clock.now()
    plan = snapshot(proposal.wanted.plan)
    data = {
        "reason": author.reason,
        "hash": fingerprint(plan),
        "plan": plan,
        "replans": {
            name: [[draft.kind.value, draft.step, draft.data] for draft in drafts]
            for name, drafts in proposal.replans.items()
        },
    }
    after, day = ledger.last(PLAN), proposal.wanted.day(now)
    if (after.sequence if after else 0) != proposal.service.office.applied:
        raise Conflict("somebody else has applied a plan meanwhile: look at duban diff, and apply again")
    applied = came_by(author.via, Draft(EntryKind.PLAN_APPLIED, actor=author.by or SYSTEM, data=data))
    entries = seal((applied,), plan=plan["id"], initiative=PLAN, after=after, at=now, day=day)
    ledger.commit(Commit(PLAN, entries, wake=tuple(proposal.replans), at=now))


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
