"""A paper of every kind, each of one story."""

from collections.abc import Callable, Mapping

from duban.core.deciding.commands import Verb
from duban.core.planning.plan import StepRef
from duban.core.telling.papers import Paper, of_step
from tests.bureau import COSMETICS, Story
from tests.slips import sent, signed

DRAFT = StepRef(COSMETICS, "draft")


def of_draft(story: Story, kind: str) -> Paper:
    """The paper of the last slip of a kind about the draft."""
    view = story.service.view(COSMETICS)
    return of_step(view.look, view.entries, view.names, kind, DRAFT)


def pressed() -> Story:
    """The head is away, whose deputy is pressed alone."""
    return sent(sent(signed().at(11)).at(15))


def asked() -> Story:
    return sent(signed().at(9).act(Verb.EXTEND, to="2024-04-26", reason="专家论证会改期").at(9, 11))


PAPERS: Mapping[str, Callable[[], Paper]] = {
    "assign": lambda: of_draft(Story().at(1), "assign"),
    "press": lambda: of_draft(pressed(), "press"),
    "supervise": lambda: of_draft(sent(pressed().at(17)), "supervise"),
    "extension": lambda: of_draft(asked(), "extension"),
}
