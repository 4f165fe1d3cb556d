"""What is told to other initiatives when work is taken back that they have built on, by way of those between."""

from duban.core.deciding.office import Look
from duban.core.deciding.upset import elsewhere
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.state import State
from duban.core.ledger.steps import StepState
from tests.core.builders import Story, day, initiative, milestone, work


def test_each_is_told_once_whatever_ways_lead_there_and_nobody_is_asked_about_himself() -> None:
    """The milestone elsewhere comes back to the initiative whose work was taken back, and goes on to a third."""
    there = initiative(milestone("m", "here/a", home="there"), name="there")
    third = initiative(work("t", "here/a there/m", home="third"), name="third")
    story = Story(work("a"), work("c", "there/m"), beside=[there, third])
    asked = list[str]()

    def seen(name: str) -> tuple[Look, State]:
        asked.append(name)
        known = story.office.plan.initiatives[name]
        begun = {step: StepState(opened=day("2024-06-04")) for step in known.steps}
        return Look(story.office, known, {}, story.now), State(begun, None, None)

    back = Draft(EntryKind.REOPENED, "a", "head", {"reason": "材料有误"})
    found = elsewhere(story.look, story.state, [back], seen)
    assert {name: [draft.step for draft in drafts] for name, drafts in found.items()} == {"third": ["t"]}
    assert sorted(asked) == ["there", "third"]
