"""What the desk shows of one matter: how it stands, and what waits for an answer."""

import pytest

from duban.core.ledger.entries import EntryKind
from duban.core.telling.matter_page import MatterPage, matter_page, standing
from tests.core.builders import Story, work


def page(story: Story) -> MatterPage:
    return matter_page(story.look, story.decision, story.initiative.steps["x"], story.entries)


@pytest.mark.parametrize(
    ("left", "expected"), [(3, "还剩3个工作日"), (1, "还剩1个工作日"), (0, "今日到期"), (-2, "已逾期2个工作日")]
)
def test_the_working_days_that_are_left_in_words(left: int, expected: str) -> None:
    assert standing(left) == expected


@pytest.mark.parametrize(("reason", "said"), [("等批复", "：等批复"), ("", "")])
def test_an_extension_that_waits_for_its_answer_is_told_with_its_reason(reason: str, said: str) -> None:
    story = Story(work("x", due="2024-06-14"), on="2024-06-05")
    assert page(story).asked == ""
    if reason:
        story.act("officer", "extend", "x", reason, to="2024-06-28")
    else:
        story.happens(EntryKind.EXTENSION_ASKED, "x", to="2024-06-28", late=False, reason="")
    assert page(story).asked.endswith(f"于2024年6月5日申请延期至2024年6月28日{said}")
    assert page(story.act("leader", "grant", "x")).asked == ""
