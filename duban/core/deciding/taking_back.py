"""Ways back (撤回、更正、恢复办理): the ledger keeps what was said, and that it holds no longer.

What has begun because of it goes on, and whoever answers for that is told (`upset`); a review of it begins anew.
"""

from duban.core.deciding.judging import instead, judged_work, nobody_relies_on, taken_back
from duban.core.deciding.matter import VERB_TITLES, Matter, Refused
from duban.core.deciding.settle import applied, settle
from duban.core.ledger.entries import Data, Draft, EntryKind
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import AWAITING_OWNER
from duban.core.planning.plan_file import Kind

GO_ON = frozenset({Kind.WORK, Kind.INDICATOR})
"""Kinds that, once reopened, go on from where they were; the others begin anew."""


def withdraw(matter: Matter) -> tuple[Draft, ...]:
    """Take back a hand-in, or a request for an extension, that is not answered yet."""
    if matter.own.asked is not None:
        return (matter.draft(EntryKind.WITHDRAWN, {"what": EntryKind.EXTENSION_ASKED.value}),)
    if matter.own.submitted is None:
        raise Refused("nothing-pending", f"“{matter.step.title}”没有尚待答复的报送或者延期申请，无可撤回")
    if matter.own.closed:
        if all(review.closed for review in _reviews(matter)):
            raise _answered(matter)
        nobody_relies_on(matter, matter.step.id)
    follows = taken_back(matter, matter.step.id, EntryKind.WITHDRAWN)
    return matter.draft(EntryKind.WITHDRAWN, {"what": EntryKind.SUBMITTED.value}), *follows


def correct(matter: Matter, figures: Data) -> tuple[Draft, ...]:
    """Put right the last report, the last value, or what was handed in; an indicator is then where that puts it."""
    evidence = [item for item in matter.command.evidence if item.strip()]
    data = {**figures, **({"evidence": evidence} if evidence else {})}
    if not data:
        raise Refused("nothing-corrected", "请填写更正后的进度、剩余用时、数值或者成果材料")
    if "progress" in data and (matter.status not in AWAITING_OWNER or not matter.own.progress):
        raise Refused("nothing-reported", f"“{matter.step.title}”没有可更正的进度")
    if "remaining" in data and (matter.status not in AWAITING_OWNER or matter.own.reported is None):
        raise Refused("nothing-reported", f"“{matter.step.title}”没有可更正的剩余用时")
    if "value" in data and not matter.own.values:
        raise Refused("nothing-reported", f"“{matter.step.title}”尚无数值，请反馈进展")
    if evidence:
        _not_approved(matter)
    corrected, reopened = matter.draft(EntryKind.CORRECTED, data), _reopened(matter)
    follows = (corrected, *taken_back(matter, matter.step.id, EntryKind.CORRECTED))
    stands = not matter.own.closed or "value" not in data or _ends(matter, corrected, reopened)
    return follows if stands else (corrected, reopened, *follows[1:])


def reopen(matter: Matter) -> tuple[Draft, ...]:
    """Have done what was closed: work where it was, a review and what needs nobody from its beginning."""
    draft = _reopened(matter)
    if not matter.own.cancelled and _ends(matter, draft):
        message = f"“{matter.step.title}”恢复办理后随即又会办结：数值有误的请更正数值，前置事项要重办的请恢复前置事项"
        raise Refused("ends-again", message)
    return draft, *taken_back(matter, matter.step.id, EntryKind.REOPENED)


def _reopened(matter: Matter) -> Draft:
    begun = matter.own.cancelled and matter.step.kind is not Kind.REVIEW
    anew = {} if begun or matter.step.kind in GO_ON else {"anew": True}
    return matter.draft(EntryKind.REOPENED, {"from": matter.status.value, **anew})


def _reviews(matter: Matter) -> list[StepState]:
    """The records of the reviews that judge a work step."""
    initiative, state = matter.look.initiative, matter.state
    reviews = (step for step in initiative.steps.values() if step.kind is Kind.REVIEW)
    return [state.step(one.id) for one in reviews if matter.step.id in judged_work(initiative, one, state)]


def _not_approved(matter: Matter) -> None:
    """Raise Refused unless something was handed in that nobody, or not everybody, has approved."""
    own, reviews = matter.own, _reviews(matter)
    if own.submitted is None:
        raise Refused("nothing-handed-in", f"“{matter.step.title}”尚未报送，没有可更正的成果材料")
    judged = any(not review.cancelled for review in reviews) and all(review.closed for review in reviews)
    if own.closed and (judged or matter.step.reviewers):
        raise _answered(matter)


def _answered(matter: Matter) -> Refused:
    verb = VERB_TITLES[matter.command.verb]
    return Refused("answered", f"“{matter.step.title}”已办结，不能{verb}；{instead(matter)}")


def _ends(matter: Matter, *drafts: Draft) -> bool:
    """Whether the step would be closed by itself once these are stored."""
    state = matter.state
    for draft in drafts:
        state = applied(state, draft, matter.look.today, draft.actor)
    return settle(matter.look, state)[0].step(matter.step.id).closed
