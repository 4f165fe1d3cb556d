"""What another plan would come to, told before it is applied."""

from dataclasses import replace

from duban.core.ledger.summary import Status
from duban.core.planning.plan import Step, StepRef
from duban.core.planning.revision import revision
from duban.core.telling.consequences import Consequences, Decisions, consequences
from tests.core.builders import HERE, day, work
from tests.core.test_replanning import Changing

DRAFT = work("draft", due="2024-06-14", days=5)
ISSUE = work("issue", "draft", due="2024-06-28", days=5)


def seen(story: Changing) -> Decisions:
    return {HERE: (story.look, story.decision)}


def changed(story: Changing, *steps: Step) -> Consequences:
    """What the story's plan would come to with other steps."""
    before, old, today = seen(story), story.office.plan, story.look.today
    story.apply(*steps)
    return consequences(revision(old, story.office.plan), before, seen(story), today)


def test_the_same_plan_comes_to_nothing() -> None:
    found = changed(Changing(DRAFT, ISSUE), DRAFT, ISSUE)
    assert found == Consequences((), (), (), ())


def test_a_step_as_it_stands_and_as_it_would() -> None:
    (one,) = changed(Changing(DRAFT, ISSUE), replace(DRAFT, due=None), ISSUE).touched
    assert one.status is Status.OPEN
    assert one.before is not None
    assert one.after is not None
    assert (one.before.due, one.after.due) == (day("2024-06-14"), day("2024-06-11"))


def test_initiatives_that_end_on_another_day_and_steps_that_become_late() -> None:
    found = changed(Changing(DRAFT, ISSUE), work("draft", due="2024-06-14", days=20), ISSUE)
    assert [(str(one.name), one.days > 0) for one in found.ends] == [(HERE, True)]
    assert [late.step for late in found.late] == [DRAFT.ref, ISSUE.ref]
    assert found.in_time == ()


def test_steps_that_are_late_no_more_also_under_another_name() -> None:
    story = Changing(work("draft", due="2024-06-04", days=5), ISSUE)
    write = work("write", due="2024-06-28", days=5, was="draft")
    found = changed(story, write, work("issue", "write", due="2024-06-28", days=5))
    assert found.in_time == (StepRef(HERE, "write"),)
    assert found.late == ()


def test_added_and_removed_steps() -> None:
    added, removed = changed(Changing(DRAFT, ISSUE), ISSUE_ALONE, work("train")).touched[1:]
    assert (added.status, added.before, added.waiting) == (None, None, ())
    assert (removed.status, removed.after) == (Status.OPEN, None)


ISSUE_ALONE = work("issue", due="2024-06-28", days=5)


def test_notices_that_wait_to_be_sent_are_decided_on_again() -> None:
    story = Changing(DRAFT, ISSUE).sent().act("officer", "sign", "draft").on("2024-06-11 09:00")
    moved = changed(story, work("draft", due="2024-06-28", days=5), ISSUE)
    assert [(one.notice.rung, one.lapses) for one in moved.touched[0].waiting] == [("remind", "时限或者承办人已调整")]
    story = Changing(DRAFT, ISSUE)
    (named,) = changed(story, replace(DRAFT, title="起草"), ISSUE).touched
    assert [(one.notice.rung, one.lapses) for one in named.waiting] == [("assign", "")]
    removed = changed(Changing(DRAFT, ISSUE), ISSUE_ALONE).touched[1]
    assert [one.lapses for one in removed.waiting] == ["计划中已无此事项"]


def test_a_plan_without_initiatives_comes_to_nothing() -> None:
    story = Changing(DRAFT)
    gone = replace(story.office.plan, initiatives={})
    found = consequences(revision(story.office.plan, gone), seen(story), {}, story.look.today)
    assert [one.status for one in found.touched] == [Status.OPEN]
    assert found.ends == ()
