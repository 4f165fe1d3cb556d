"""A paper of every kind, each of one story."""

from collections.abc import Callable, Mapping
from datetime import date

from duban.core.deciding.commands import Verb
from duban.core.planning.plan import StepRef
from duban.core.telling.bulletin_paper import BulletinPaper, Spell, bulletin, month_of
from duban.core.telling.closing import ClosingPaper, closing
from duban.core.telling.papers import Paper, of_step
from tests.bureau import COSMETICS, REVIEWER, Story, office
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


def done() -> Story:
    """The draft is late, and closed all the same."""
    story = sent(pressed().at(16).act(Verb.SUBMIT, evidence=("方案送审稿", "起草说明"), reason="已征求各区意见").at(17))
    return story.act(Verb.APPROVE, actor=REVIEWER).at(18)


def closed(story: Story, step: str = "draft") -> ClosingPaper:
    view = story.service.view(COSMETICS)
    return closing(view.look, view.entries, view.names, step)


def told_in(story: Story, spell: Spell) -> BulletinPaper:
    """The bulletin of a week or a month."""
    service = story.service
    told = [(look, entries, service.names(look.initiative, entries)) for look, _, entries in service.histories()]
    return bulletin(service.office, told, spell, story.clock.now())


PAPERS: Mapping[str, Callable[[], Paper]] = {
    "assign": lambda: of_draft(Story().at(1), "assign"),
    "press": lambda: of_draft(pressed(), "press"),
    "supervise": lambda: of_draft(sent(pressed().at(17)), "supervise"),
    "extension": lambda: of_draft(asked(), "extension"),
    "closing": lambda: Paper("closing", closed(done())),
    "bulletin": lambda: Paper("bulletin", told_in(pressed(), month_of(office(), date(2024, 4, 1)))),
}
