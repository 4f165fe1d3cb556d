"""What applying the files of a bureau would come to: how they differ from what is in force, and what moves by it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from duban.core.deciding.commands import Refused, came_by
from duban.core.deciding.decide import decide
from duban.core.deciding.moves import Decisions, Move, moves
from duban.core.deciding.office import Office
from duban.core.deciding.replanning import UnderPlan, former_names, removed_with_history, replans, unjudged
from duban.core.ledger.entries import Draft
from duban.core.planning.plan import Plan, StepRef
from duban.core.planning.revision import Edit, InitiativeRevision, Revision, revision
from duban.core.planning.terms import alterations
from duban.core.titles import perhaps
from duban.service import Service
from duban.views import View

if TYPE_CHECKING:
    from duban.core.telling.consequences import Consequences

Replans = Mapping[str, tuple[Draft, ...]]
"""What an application says, by initiative."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan and its terms beside those in force, and what applying them comes to.

    `first` where nothing was applied yet; then nothing is compared. `altered` is what differs in the terms. `removed`
    are steps the plan no longer has though something happened to them, `cancelled` those of them that were named to be
    cancelled.
    """

    service: Service
    wanted: Office
    first: bool
    revision: Revision
    replans: Replans
    removed: tuple[StepRef, ...]
    cancelled: tuple[StepRef, ...]
    altered: tuple[Edit, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether plan and terms are those in force."""
        return not self.first and self.revision.empty and not self.altered

    @property
    def unanswered(self) -> tuple[StepRef, ...]:
        """Removed steps of which nobody has said what is to become of them."""
        return tuple(ref for ref in self.removed if ref not in self.cancelled)

    @property
    def to_look_at(self) -> tuple[str, ...]:
        """The initiatives a tick should see to once it is applied: those it says something to, and new ones."""
        new = (one.id for one in self.revision.initiatives if one.before is None)
        return tuple(name for name in (*self.replans, *new) if name in self.wanted.plan.initiatives)

    def consequences(self) -> "Consequences":
        """What applying it comes to: nothing is stored. Raises CalendarRange as forecasts do."""
        from duban.core.telling.consequences import consequences  # noqa: PLC0415  most looks forecast nothing

        before, after = self._before(), self._after()
        found = consequences(self.revision, before, after, self.service.office.day(self.service.clock.now()))
        return replace(found, moves=self._moves(before, after))

    def moves(self) -> tuple[Move, ...]:
        """What other terms move of the steps that go on and are written as before; nothing where terms are the same."""
        return self._moves(self._before(), self._after()) if self.altered else ()

    def _moves(self, before: Decisions, after: Decisions) -> tuple[Move, ...]:
        told = {one.ref for one in self.revision.steps()}
        return tuple(move for move in moves(before, after) if move.step not in told) if self.altered else ()

    def _before(self) -> Decisions:
        return {look.initiative.id: (look, decide(look, state)) for look, state in self.service.everything()}

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
        told = _joined(_former_names(service, wanted.plan, author.by), closed_unjudged(service, author.by))
        return Proposal(service, wanted, True, Revision((), ()), told, (), ())
    altered = alterations(service.office.terms, wanted.terms)
    revised = revision(service.office.plan, wanted.plan)
    under = replace(service, office=wanted, replans={})
    former = formerly(revised)
    touched = _touched(revised, service.office, wanted, everywhere=bool(altered))
    scenes = [_Scenes(service, under, one, former) for one in touched]
    removed = tuple(ref for one in scenes for ref in one.removed)
    return Proposal(
        service,
        wanted,
        False,
        revised,
        {one.revised.id: drafts for one in scenes if (drafts := one.drafts(author))},
        removed,
        removed if author.everything else _named(removed, author.cancel),
        altered,
    )


def differing(service: Service, wanted: Office) -> tuple[str, ...]:
    """Which of what is in force is another one in the files: `plan`, or one of the terms by its file's name."""
    revised = () if revision(service.office.plan, wanted.plan).empty else ("plan",)
    altered = alterations(service.office.terms, wanted.terms)
    return (*revised, *dict.fromkeys(edit.field.partition(".")[0] for edit in altered))


def _former_names(service: Service, plan: Plan, by: str) -> Replans:
    found = {}
    for name in set(service.ledger.initiatives()) & set(plan.initiatives):
        told = {entry.step for entry in service.ledger.entries(name)}
        if drafts := former_names(plan.initiatives[name].steps.values(), told, by):
            found[name] = drafts
    return found


def closed_unjudged(service: Service, by: str) -> Replans:
    """What is said to initiatives with steps that closed before an entry told by which deadline they are judged."""
    found = {look.initiative.id: unjudged(look, state, by) for look, state in service.everything()}
    return {name: drafts for name, drafts in found.items() if drafts}


def _joined(*said: Replans) -> Replans:
    names = dict.fromkeys(name for one in said for name in one)
    return {name: tuple(draft for one in said for draft in one.get(name, ())) for name in names}


def _touched(revised: Revision, old: Office, new: Office, *, everywhere: bool) -> Iterator[InitiativeRevision]:
    """The initiatives that differ; all of them where deadlines may move that are written as they were."""
    yield from revised.initiatives
    if everywhere or old.plan.starts != new.plan.starts:
        known = {one.id for one in revised.initiatives}
        for name in new.plan.initiatives:
            if name not in known:
                yield InitiativeRevision(old.plan.initiatives[name], new.plan.initiatives[name], (), ())


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
