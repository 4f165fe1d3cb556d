"""Days in a year whose holidays nobody has announced: marked wherever they are shown, until the year is announced."""

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy

import pytest

from duban.core.deciding.decide import decide
from duban.core.forecasting.chances import chances
from duban.core.forecasting.forecast import forecast
from duban.core.telling.board import page
from duban.core.telling.lateness import PlanForecast
from duban.core.telling.outlook_page import outlook_page
from duban.outbox import deliver_due
from duban.settings import load_settings
from duban.wiring import gear
from tests.cli.conftest import COSMETICS, PLAN, TRAINING, Bureau, write

LATE_DRAFT = COSMETICS.replace("duration: 5\n", "duration: 40\n").replace("2024-04-12", "2027-02-10")
STEPS = ("cosmetics/draft", "cosmetics/publicity", "cosmetics/issue", "training/lecture")
NOTICE = """\
holidays: [{first: 2027-02-05, last: 2027-02-12, note: 春节}]
working_days: [2027-01-31, 2027-02-20]
"""
IN_2027 = re.compile(r"(?:2027-\d\d-\d\d|2027年\d+月\d+日|(?<!\d)(?<!年)[1-6]月\d+日)(（暂定）)?")
"""A day of 2027 in full, or one without its year, which lies in the first half of it: the story begins in December."""


@pytest.fixture
def turn(bureau: Bureau) -> Bureau:
    """The small bureau at a turn of the year: work that goes on into a year nobody has announced."""
    plan = PLAN.replace("starts: 2024-04-01", "starts: 2026-12-01").replace("ends: 2024-06-28", "ends: 2027-06-30")
    training = TRAINING.replace("2024-05-24", "2027-05-24").replace("2024-06-28", "2027-06-28")
    cosmetics = LATE_DRAFT.replace("2024-05-17", "2027-03-12")
    files = {"plan.yaml": plan, "protection/cosmetics.yaml": cosmetics, "service/training.yaml": training}
    write(bureau.config, {f"plans/small-2024/{name}": text for name, text in files.items()})
    bureau.at("2026-12-14 09:00").tick()
    return bureau


def command(*words: str) -> Callable[[Bureau], str]:
    return lambda bureau: bureau.ok(*words)


def pages(bureau: Bureau) -> str:
    """The pages of the initiatives and of the whole plan's forecast, without pictures."""
    with gear(load_settings()) as at:
        schedule = at.service.schedule()
        told = [outlook_page(PlanForecast(at.service.office, schedule, forecast(schedule), chances(schedule, 50, 1)))]
        told += [page(look, decide(look, state)) for look, state in at.service.everything()]
    return re.sub(r"!\[.*\)", "", "\n".join(told))


def letters(bureau: Bureau) -> str:
    """What the outbox has written by the next morning, extensions asked for among it."""
    bureau.ok("extend", "cosmetics/draft", "--as", "protection-officer", "--to", "2027-02-24", "--reason", "等待批复")
    bureau.at("2026-12-15 09:30")
    with gear(load_settings()) as at:
        deliver_due(at.service, at.carrier, at.wording)
    return "\n".join(_bodies(bureau))


def _bodies(bureau: Bureau) -> Iterator[str]:
    for file in sorted(bureau.var.glob("mail/**/*.eml")):
        body = message_from_bytes(file.read_bytes(), policy=policy.default).get_body(("plain",))
        assert body is not None
        yield body.get_content()


SHOWN = {
    **{f"why {step}": command("why", step) for step in STEPS},
    "show": command("show", "--all"),
    "next": command("next", "--days", "250"),
    "forecast": command("forecast", "--chances", "--samples", "50"),
    "forecast of one": command("forecast", "cosmetics", "--chances", "--samples", "50"),
    "dry run": command("extend", "cosmetics/draft", "--to", "2027-04-12", "--dry-run"),
    "sign": command("sign", "cosmetics/draft", "--as", "protection-officer"),
    "pages": pages,
    "letters": letters,
}


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
def test_a_provisional_day_is_marked_wherever_it_is_shown(turn: Bureau, shown: Callable[[Bureau], str]) -> None:
    told = shown(turn)
    days = [(found.group(), found.group(1)) for found in IN_2027.finditer(told.replace("\n", ""))]
    assert days, told
    assert [day for day, mark in days if not mark] == [], told


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
def test_days_entered_in_the_calendar_make_them_firm(turn: Bureau, shown: Callable[[Bureau], str]) -> None:
    write(turn.config, {"calendar.yaml": NOTICE})
    told = shown(turn)
    assert IN_2027.search(told)
    assert "暂定" not in told


def test_a_rehearsal_says_it_once_in_the_terminal_and_on_its_page(turn: Bureau) -> None:
    said = "2027年的节假日安排尚未公布，该年日期均为暂定"
    page = turn.root / "rehearsal.html"
    assert said in turn.ok("rehearse", "--html", str(page))
    assert said in page.read_text("utf-8")
    write(turn.config, {"calendar.yaml": NOTICE})
    assert said not in turn.ok("rehearse", "--html", str(page)) + page.read_text("utf-8")


def test_programs_are_told_the_years(turn: Bureau) -> None:
    years = [2027, 2028, 2029, 2030, 2031, 2032]
    for words in (("show",), ("forecast",), ("why", "cosmetics/draft")):
        assert turn.json(*words)["provisional_years"] == years
    duties = turn.json("next", "--days", "250")
    assert {tuple(one["provisional_years"]) for one in duties if str(one["due"]).startswith("2027")} == {(2027,)}
    assert {tuple(one["provisional_years"]) for one in duties if not str(one["due"]).startswith("2027")} <= {()}
    write(turn.config, {"calendar.yaml": NOTICE})
    assert turn.json("show")["provisional_years"] == years[1:]
    assert not any(one["provisional_years"] for one in turn.json("next", "--days", "250"))
