"""What is with somebody whom the directory does not know any more is told without being asked for."""

from dataclasses import replace

from duban.core.ledger.entries import EntryKind
from duban.core.telling.patrol_page import PatrolFindings, patrol_page
from duban.core.telling.unheld import unheld
from tests.core.builders import Story, directory, milestone, post, work
from tests.core.test_people import without

STEPS = (work("a"), work("b"), work("c"), work("d"), milestone("e", "d"))


def owners(story: Story) -> dict[object, str]:
    steps = story.initiative.steps.values()
    return {step.ref: own.owner or step.owner for step in steps if not (own := story.step(step.id)).closed}


def test_a_unit_that_was_dissolved_is_told_with_what_it_holds_and_what_to_do() -> None:
    story = Story(*STEPS)
    story.office = replace(story.office, directory=without(units=("law",)))
    (line,) = unheld(story.office, owners(story))
    assert line.startswith("works已撤销，名下4项尚未办结：“a事项”（here/a）、“b事项”（here/b）、“c事项”（here/c）等，")
    assert "duban hand-over --all-of works --as coordinator --to 单位或岗位 --reason 理由" in line


def test_so_is_a_vacant_post_to_which_a_step_was_handed() -> None:
    story = Story(work("a")).happens(EntryKind.HANDED_OVER, "a", to="clerk", reason="转办")
    assert unheld(story.office, owners(story)) == ()
    story.office = replace(story.office, directory=directory(post("clerk", vacant=True)))
    (line,) = unheld(story.office, owners(story))
    assert line.startswith("clerk岗空缺且无人代行，名下1项尚未办结：“a事项”（here/a），转办之前")


def test_the_patrols_page_has_it() -> None:
    story = Story(*STEPS)
    seen = PatrolFindings(story.office, story.now, (), (), {}, [story.summary])
    assert "承办人已撤销" not in patrol_page(seen)
    story.office = replace(story.office, directory=without(units=("law",)))
    text = patrol_page(replace(seen, lost=unheld(story.office, owners(story)))).replace("\u2060", "")
    assert "## 承办人已撤销、尚未转办\n\n- works已撤销，名下4项尚未办结：" in text
