"""In the plan the project ships every reviewer can say no, whatever the others beside him have said."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from duban.core.deciding.commands import Command, Verb, respond
from duban.core.deciding.judging import judged_work
from duban.core.deciding.office import Look
from duban.core.deciding.settle import applied
from duban.core.ledger.state import EMPTY
from duban.core.ledger.steps import StepState
from duban.core.planning.plan import StepRef
from duban.core.planning.plan_file import Kind
from duban.settings import load_settings
from duban.wiring import load_office

OFFICE = load_office(load_settings())
REVIEWS = [
    step.ref
    for initiative in OFFICE.plan.initiatives.values()
    for step in initiative.steps.values()
    if step.kind is Kind.REVIEW and judged_work(initiative, step, EMPTY)
]
DAY = date(2024, 6, 3)


@pytest.mark.parametrize("ref", REVIEWS, ids=str)
def test_a_reviewer_can_say_no_once_all_others_are_done(ref: StepRef) -> None:
    initiative = OFFICE.plan.initiatives[ref.initiative]
    look = Look(OFFICE, initiative, {}, datetime(2024, 6, 3, 9, tzinfo=OFFICE.zone))
    review = initiative.steps[ref.step]
    done = StepState(opened=DAY, submitted=DAY, submitter="somebody", finished=DAY)
    waiting = {step.id for step in initiative.steps.values() if ref in step.waits_for or step.kind is Kind.MILESTONE}
    steps = {name: StepState() if name in waiting else done for name in initiative.steps}
    state = replace(EMPTY, steps=steps | {ref.step: StepState(opened=DAY)})
    (work, *_) = judged_work(initiative, review, state)
    actor = OFFICE.reviewers(initiative, review, state.step(ref.step))[0]
    for draft in respond(look, state, Command(Verb.RETURN, ref, actor, "理由", to=work)):
        state = applied(state, draft, DAY, draft.actor)
    assert state.step(work).finished is None
    siblings = [step for step in initiative.steps.values() if StepRef(ref.initiative, work) in step.needs]
    assert all(state.step(one.id).opened is None for one in siblings if one.kind is Kind.REVIEW)


def test_the_eight_with_two_reviews_are_among_them() -> None:
    assert sum(ref.step == "fair-competition" for ref in REVIEWS) == 8
