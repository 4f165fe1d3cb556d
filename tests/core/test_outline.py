"""The outline of a small bureau's plan."""

from datetime import date

from duban.core.deciding.commands import Verb
from duban.core.deciding.decide import decide
from duban.core.ledger.summary import Light
from duban.core.planning.plan import Section, StepRef
from duban.core.telling.outline import SectionLine, only, outline
from tests.bureau import COSMETICS, HEAD, TRAINING, Story


def seen(story: Story, *names: str) -> tuple[SectionLine, ...]:
    views = [story.service.view(name) for name in names]
    return outline(story.service.office, [(view.look, decide(view.look, view.state)) for view in views])


def test_initiatives_stand_in_their_sections_with_their_steps() -> None:
    (section,) = seen(Story().at(1), COSMETICS, TRAINING)
    assert (section.number, section.title) == (2, "保护")
    cosmetics, training = section.initiatives
    assert (cosmetics.number, cosmetics.light, cosmetics.done, cosmetics.total) == ("2.04a", Light.GREEN, 0, 6)
    assert [line.step.step for line in training.steps] == ["lecture"]
    assert training.lead_title == "保护处"


def test_bars_run_from_the_day_a_step_opened_or_is_expected_to() -> None:
    (section,) = seen(Story().at(1).at(3), COSMETICS)
    (cosmetics,) = section.initiatives
    starts = {line.step.step: line.starts for line in cosmetics.steps}
    assert starts["draft"] == date(2024, 4, 1)
    assert starts["check"] == date(2024, 4, 8)
    assert (cosmetics.starts, cosmetics.ends) == (date(2024, 4, 1), max(line.row.forecast for line in cosmetics.steps))  # type: ignore[type-var]  # none is closed


def test_a_step_handed_over_is_its_new_owners() -> None:
    story = Story().at(1).act(Verb.HAND_OVER, actor=HEAD, to="policy-law", reason="职责调整")
    line = seen(story, COSMETICS)[0].initiatives[0].steps[0]
    assert (line.owner, line.owner_title) == ("policy-law", "政策法规处")


def test_sections_of_which_nothing_was_seen_are_left_out() -> None:
    story = Story().at(1)
    plan = story.service.office.plan
    object.__setattr__(plan, "sections", (Section("empty", "空", 1), *plan.sections))
    assert [section.id for section in seen(story, COSMETICS)] == ["protection"]


def test_one_step_is_shown_with_its_initiative_and_section() -> None:
    sections = only(seen(Story().at(1), COSMETICS, TRAINING), StepRef(COSMETICS, "draft"))
    assert [line.step.step for section in sections for one in section.initiatives for line in one.steps] == ["draft"]
