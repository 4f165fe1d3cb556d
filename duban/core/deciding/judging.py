"""What reviewers say of work that was handed in, and who of several has to say it."""

from collections.abc import Iterator

from duban.core.deciding.matter import VERB_TITLES, Matter, Refused, ends
from duban.core.deciding.office import Look
from duban.core.deciding.upset import Taking, told, upset
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.state import State
from duban.core.ledger.steps import StepState
from duban.core.planning.plan import Initiative, Step, StepRef
from duban.core.planning.plan_file import Kind
from duban.core.planning.review_file import Several


def approve(matter: Matter) -> tuple[Draft, ...]:
    """The reviewer agrees; of several the last whose answer is wanted ends the step by it."""
    speaks_for = _speaks_for(matter) if isinstance(matter.step.review, Several) else ()
    if not speaks_for:
        return matter.draft(EntryKind.APPROVED), ends(matter)
    agreed = (*matter.own.agreed, *speaks_for)
    last = (ends(matter),) if matter.step.agreed(agreed) else ()
    return matter.draft(EntryKind.APPROVED, {"for": list(speaks_for)}), *last


def _speaks_for(matter: Matter) -> tuple[str, ...]:
    """Of several reviewers those for whom somebody answers now; none where a leader who is none of them decides."""
    office, today = matter.look.office, matter.look.today
    units = {name: matter.look.initiative.standing_for(name) for name in matter.step.reviewers}
    heads = {name: tuple(map(office.directory.head, of)) for name, of in units.items()}
    mine = [name for name, head in heads.items() if office.acts_for(matter.command.actor, head, today)]
    new = tuple(name for name in mine if name not in matter.own.agreed)
    if mine and not new:
        waited = "、".join(office.directory.title(post) for post in office.wanted(matter.step, matter.own))
        raise Refused("agreed-already", f"对“{matter.step.title}”已审核通过，尚待{waited}审核")
    return new


def judges(look: Look, state: State, step: Step) -> tuple[str, ...]:
    """The posts that may approve a step or send it back as things stand: not whoever did the work."""
    return look.office.judges(look.initiative, step, state.step(step.id), doers(look.initiative, step, state))


def doers(initiative: Initiative, step: Step, state: State) -> tuple[str, ...]:
    """Those whose work a step's reviewers judge: who handed it in, or what it reviews."""
    names = [step.id] if step.kind is Kind.WORK else judged_work(initiative, step, state)
    return tuple(who for name in names if (who := state.step(name).doer))


def answerers(look: Look, own: StepState) -> tuple[str, ...]:
    """The posts that may grant or refuse the extension that was asked for: the supervisor, unless it is their own."""
    named, asking = (look.office.directory.head(look.initiative.supervisor),), (own.asked.doer,) if own.asked else ()
    return look.office.answering(look.initiative, named, asking)


def judged_work(initiative: Initiative, review: Step, state: State) -> list[str]:
    """The work that a review judges: what it needs, and what the reviews judge that it needs."""
    found = dict[str, None]()
    for need in review.needs:
        step = initiative.steps[need.step] if need.initiative == initiative.id else review
        if step.kind is Kind.WORK and not state.step(step.id).cancelled:
            found[step.id] = None
        elif step is not review and step.kind is Kind.REVIEW:
            found |= dict.fromkeys(judged_work(initiative, step, state))
    return list(found)


def send_back(matter: Matter) -> tuple[Draft, ...]:
    """The reviewer sends back what was handed in; a review the work before it."""
    if matter.step.kind is Kind.WORK:
        return (matter.draft(EntryKind.RETURNED),)
    work = judged_work(matter.look.initiative, matter.step, matter.state)
    target = matter.command.to or (work[0] if len(work) == 1 else "")
    if target not in work:
        steps = "、".join(f"“{matter.look.initiative.steps[name].title}”（{name}）" for name in work)
        raise Refused("return-what", f"请指明退回哪一项：{steps}" if work else "本审核事项没有可退回的前置事项")
    nobody_relies_on(matter, target)
    back = matter.draft(EntryKind.RETURNED, step=target), matter.draft(EntryKind.RETURNED, {"reopens": target})
    return *back, *taken_back(matter, target, EntryKind.RETURNED)


def taken_back(matter: Matter, step: str, how: EntryKind) -> Iterator[Draft]:
    """What follows for all that has begun because of a step; the one by which it is taken back knows already."""
    ref, command = StepRef(matter.look.initiative.id, step), matter.command
    for one in upset(matter.look, matter.state, [ref]).steps:
        if one is not matter.step:
            yield told(matter.look, matter.state, one, ref, Taking(how, command.actor, command.reason))


def nobody_relies_on(matter: Matter, target: str) -> None:
    """What a milestone has made known, or other initiatives wait for, is not sent back in passing."""
    ref, plan, steps = StepRef(matter.look.initiative.id, target), matter.look.office.plan, matter.look.initiative.steps
    reached = [step for step in steps.values() if step.kind is Kind.MILESTONE and matter.state.step(step.id).closed]
    built = [step.title for step in reached if ref in step.needs]
    built += [plan.initiatives[name].title for name in plan.downstream.get(ref, ())]
    if built:
        verb = VERB_TITLES[matter.command.verb]
        message = f"“{plan.step(ref).title}”已有后续工作（{'、'.join(built)}），不能{verb}；{instead(matter)}"
        raise Refused("built-on", message)


def instead(matter: Matter) -> str:
    """Who may have done again what is neither sent back nor withdrawn any more."""
    office = matter.look.office
    *others, last = dict.fromkeys(map(office.directory.title, office.managers(matter.look.initiative)))
    return f"确需重办的，请{'、'.join(others)}{'或者' if others else ''}{last}恢复办理"
