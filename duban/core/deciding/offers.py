"""What may be done to an initiative now: who does what with which step, asked of the rules of the commands.

An offer is what these rules accept once the rest is filled in: a reason, evidence, a day. So a form made of offers
holds nothing that would be refused for who asks, what, or when.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from duban.core.deciding.commands import Command, Refused, Verb, entitled, respond
from duban.core.deciding.deadlines import deadline
from duban.core.deciding.judging import judged_work
from duban.core.deciding.office import Look
from duban.core.deciding.settle import status
from duban.core.ledger.state import State
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import Status
from duban.core.planning.plan import HUMAN, Step, StepRef
from duban.core.planning.plan_file import Kind

MANAGING = frozenset({Verb.SUSPEND, Verb.RESUME, Verb.HAND_OVER, Verb.CANCEL, Verb.CONCLUDE, Verb.REOPEN})
"""What several posts may do, and the coordinator does: offered to that post alone."""

OWNING = frozenset({Verb.SIGN, Verb.REPORT, Verb.SUBMIT, Verb.EXTEND, Verb.WITHDRAW, Verb.CORRECT})
"""What officers and heads may do, and officers do: offered to a head only where there is no officer."""

REMARKING = frozenset({Verb.INSTRUCT, Verb.ADVISE, Verb.PRESS, Verb.DISOWN})
"""What is put on record and changes nothing."""

RECENT = 10
"""Working days for which what is closed is offered to be corrected or reopened; later on, commands take care of it."""

AHEAD = frozenset({Verb.CONCLUDE})
"""What is offered of a step that has not opened: of the rest, commands take care."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing a post may do now. `returns` are the steps a review may send back."""

    verb: Verb
    step: StepRef
    actor: str
    returns: tuple[str, ...] = ()


def offers(look: Look, state: State) -> tuple[Offer, ...]:
    """What may be done now, the most urgent step first, what is closed last."""
    going_on = [step for step in look.initiative.steps.values() if _lately(look, state.step(step.id))]
    steps = sorted(going_on, key=lambda step: (state.step(step.id).closed, _limit(look, step, state)))
    return tuple(offer for step in steps for verb in Verb for offer in _offers(look, state, verb, step))


def _lately(look: Look, own: StepState) -> bool:
    return own.finished is None or look.calendar.between(own.finished, look.today) <= RECENT


def _limit(look: Look, step: Step, state: State) -> date:
    limit = deadline(look, step, state)
    return limit.day if limit else date.max


def _offers(look: Look, state: State, verb: Verb, step: Step) -> Iterator[Offer]:
    if verb not in AHEAD and status(step, state.step(step.id)) is Status.WAITING:
        return
    for actor in _actors(look, state, verb, step):
        yield from _offer(look, state, verb, step, actor)


def offered_to(look: Look, state: State, step: Step, actor: str) -> tuple[Offer, ...]:
    """What a post may do now with one step, whoever else may, in the order of the acts.

    The owner's side has better answers than that it knows of a notice.
    """
    owners = look.office.owner_side(step, state.step(step.id))
    answers = [verb for verb in Verb if verb is not Verb.ACKNOWLEDGE or not _acts(look, actor, owners)]
    if status(step, state.step(step.id)) is Status.WAITING:
        answers = [verb for verb in answers if verb in AHEAD]
    return tuple(offer for verb in answers for offer in _offer(look, state, verb, step, actor))


def _acts(look: Look, actor: str, posts: tuple[str, ...]) -> bool:
    return look.office.acts_for(actor, posts, look.today) is not None


def _offer(look: Look, state: State, verb: Verb, step: Step, actor: str) -> Iterator[Offer]:
    said = replace(_trial(verb, step, state.step(step.id)), actor=actor)
    accepted = [to for to in _whither(look, state, verb, step) if _accepted(look, state, replace(said, to=to))]
    if accepted:
        returns = verb is Verb.RETURN and step.kind is Kind.REVIEW
        yield Offer(verb, step.ref, actor, tuple(accepted) if returns else ())


def _trial(verb: Verb, step: Step, own: StepState) -> Command:
    """A command filled in; what is to be corrected is what was said last."""
    said = Command(verb, step.ref, "", reason="理由", evidence=("成果",))
    if verb is not Verb.CORRECT or own.submitted is not None:
        return said
    return replace(said, evidence=(), value=own.value, progress=None if own.values else own.progress)


def _actors(look: Look, state: State, verb: Verb, step: Step) -> list[str]:
    """Who would do it today: whoever holds a post, or stands in while nobody does."""
    posts = entitled(look, state, verb, step)
    if verb in MANAGING:
        posts = posts[-1:]  # rules name the coordinator last
    if verb is Verb.ACKNOWLEDGE:  # the owner's side has better answers
        told = {notice.recipient for notice in state.notices.values() if notice.step == step.id}
        told -= {look.office.directory.mailbox(post) for post in look.office.owner_side(step, state.step(step.id))}
        posts = tuple(post for post in posts if post in told)
    if verb in REMARKING:
        posts = _remarking(look, verb, step, posts)
    if verb in OWNING:
        officers = len(posts) // 2  # rules name one for each unit, and then their heads
        return _there(look, posts[:officers]) or _there(look, posts[officers:])[:1]
    return _there(look, posts)


def _there(look: Look, posts: Iterable[str]) -> list[str]:
    there = (look.office.directory.present(post, look.today) for post in posts)
    return list(dict.fromkeys(actor for actor in there if actor))


def _remarking(look: Look, verb: Verb, step: Step, posts: tuple[str, ...]) -> tuple[str, ...]:
    """Of work its supervisor, the officers of supporting units and the coordinator, of all who may say something."""
    if step.kind not in HUMAN or verb is Verb.DISOWN:  # which whoever was written to says where they were written to
        return ()
    if verb is Verb.INSTRUCT:
        return posts[:1]  # rules name the supervisor of the initiative first
    if verb is Verb.PRESS:
        return posts[-1:]  # and the coordinator last
    officers = {look.office.directory.officer(unit) for unit in look.initiative.support}
    return tuple(post for post in posts if post in officers)


def _whither(look: Look, state: State, verb: Verb, step: Step) -> tuple[str, ...]:
    """What to try where a command needs to be told whither: the nearest day, some other owner, each step before."""
    match verb:
        case Verb.EXTEND:
            return (str(max(min(_limit(look, step, state), look.calendar.last), look.today) + timedelta(1)),)
        case Verb.HAND_OVER:
            owner = look.office.owner(step, state.step(step.id))
            people, today = look.office.directory, look.today
            return tuple(name for name in people.posts if name != owner and people.present(name, today))[:1]
        case Verb.RETURN if step.kind is Kind.REVIEW:
            return tuple(judged_work(look.initiative, step, state))
        case _:
            return ("",)


def _accepted(look: Look, state: State, command: Command) -> bool:
    try:
        respond(look, state, command)
    except Refused:
        return False
    return True
