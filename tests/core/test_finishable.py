"""Whatever people do, in any order: the work can be finished, and the form offers what finishes it."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from duban.core.deciding.commands import Verb
from duban.core.deciding.offers import Offer, offers
from duban.core.ledger.entries import EntryKind, first_broken
from duban.core.ledger.summary import CLOSED, Status, Upstream
from duban.core.planning.plan import Step, StepRef
from tests.core import builders
from tests.core.builders import Story
from tests.core.test_decide_properties import ELSEWHERE, attempt, plans, story_of

FINISHING = (Verb.RESUME, Verb.SUBMIT, Verb.APPROVE, Verb.REPORT, Verb.SIGN)
"""What brings a step nearer to its end."""

acts = st.lists(st.tuples(st.integers(0, 3 * 24 * 60), *[st.integers(0, 999)] * 3), max_size=40)


def lived(story: Story, tape: list[tuple[int, ...]]) -> Story:
    """People have done this and that, allowed or not, on the day or entered later, one after another."""
    for minutes, what, who, n in tape:
        story.now += timedelta(minutes=minutes)
        attempt(story, what, who, n)
    return story


def finished(story: Story, looks: int = 700) -> Story:
    """People now do what the form offers them, and time goes on, until nothing is left to do."""
    for ref in ELSEWHERE:
        story.facts[StepRef.parse(ref)] = Upstream(story.look.today, None)
    story.tick()
    for _ in range(looks):
        if all(row.status in CLOSED for row in story.summary.steps):
            return story
        if not _goes_on(story):
            story.on(story.now + timedelta(days=1))
    raise AssertionError(f"stuck: {story.status}")


def _goes_on(story: Story) -> bool:
    """Whether there was something to do; it is done."""
    for row in story.summary.steps:
        if row.status is Status.RUNNING:
            story.happens(EntryKind.ACTION_STARTED, row.step).happens(EntryKind.ACTION_SUCCEEDED, row.step)
            return True
    for offer in offers(story.look, story.state):
        if _finishes(story, offer):
            target = story.initiative.steps[offer.step.step].target
            said = {"value": target.value if target else None, "evidence": ("成果",)}
            story.act(offer.actor, offer.verb, offer.step.step, "办理", **said)
            return True
    return False


def _finishes(story: Story, offer: Offer) -> bool:
    step = story.initiative.steps[offer.step.step]
    if offer.verb is Verb.REPORT:
        return step.target is not None
    return step.by_signing if offer.verb is Verb.SIGN else offer.verb in FINISHING


@given(plans, acts)
@settings(max_examples=2 * settings().max_examples)
def test_any_order_of_acts_ends_where_the_work_can_be_finished(steps: list[Step], tape: list[tuple[int, ...]]) -> None:
    story = finished(lived(story_of(steps, 0, builders.LIGHTS, []), tape))
    assert first_broken(story.entries) is None
