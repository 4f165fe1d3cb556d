"""A bureau's letterhead: its name, what its slips are called, and the form of their numbers."""

import pytest
from pydantic import ValidationError

from duban.core.planning.letterhead import ISSUED, NUMBERED, Letterhead
from duban.core.titles import PAPER_TITLES
from tests.bureau import DIRECTORY, Story, office


def test_without_one_slips_bear_their_usual_names_and_numbers_name_nobody() -> None:
    usual = Letterhead()
    assert {kind: usual.name(kind) for kind in PAPER_TITLES} == dict(PAPER_TITLES)
    assert usual.number.format_map(NUMBERED) == "〔2024〕2.04a-17号"
    assert usual.issue.format_map(ISSUED) == "〔2024〕月报第5期"


@pytest.mark.parametrize(
    ("form", "number"),
    [
        ("沪知督〔{year}〕{initiative}-{sequence}号", "沪知督〔2024〕2.04a-17号"),
        ("督字{year}年第{initiative}/{sequence:04}号", "督字2024年第2.04a/0017号"),
        ("{{{year}}}{initiative}-{sequence}", "{2024}2.04a-17"),
    ],
)
def test_a_number_has_the_form_that_the_bureau_gives_it(form: str, number: str) -> None:
    assert Letterhead(number=form).number.format_map(NUMBERED) == number


@pytest.mark.parametrize(
    ("said", "id"),
    [
        ({"number": "督〔{year}〕{sequence}号"}, "ambiguous-number"),
        ({"number": "督〔{year}〕{initiative}号"}, "ambiguous-number"),
        ({"number": "督{initiative}-{sequence}号"}, "ambiguous-number"),
        ({"number": "督〔{yaer}〕{initiative}-{sequence}号"}, "unknown-word"),
        ({"number": "督〔{year}〕{initiative.x}-{sequence}号"}, "unknown-word"),
        ({"number": "督〔{}〕{initiative}-{sequence}号"}, "unknown-word"),
        ({"number": "督〔{year〕{initiative}-{sequence}号"}, "broken-number"),
        ({"number": "督〔{year}〕{initiative:04}-{sequence:s}号"}, "broken-number"),
        ({"issue": "督〔{year}〕{issue}期"}, "ambiguous-number"),
        ({"issue": "督〔{year}〕{rhythm}报第{number}期"}, "unknown-word"),
    ],
)
def test_a_form_that_numbers_two_papers_alike_or_asks_for_what_there_is_not_is_refused(
    said: dict[str, str], id: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Letterhead(**said)
    assert id in str(caught.value.errors()[0]["ctx"]["error"].faults[0])


def test_what_a_slip_is_called_and_numbered_is_the_bureaus_own_wherever_it_is_told() -> None:
    head = Letterhead(issuer="道路局", number="路督{year}.{initiative}.{sequence}", names={"assign": "任务书"})
    story = Story(office(directory=DIRECTORY.model_copy(update={"letterhead": head}))).at(1)
    slip = story.slip("assign")
    assert (slip.title, slip.issuer, slip.number) == ("任务书", "道路局", "路督2024.2.04a.5")
