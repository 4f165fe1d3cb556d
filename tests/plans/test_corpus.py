"""Small plans: the good ones load as written down beside them, of the bad ones every marked mistake is told.

A bad plan is a folder with `plan/` and, where they are what is bad, its own `directory.yaml`, `escalation.yaml` and
`patterns/`. The line with a mistake ends in `# MARK: id: what is wrong; what to do`, once for each. What cannot stand
in its line, or has none, stands in `PROBLEMS` as it is to be printed.
"""

import re
from datetime import date
from pathlib import Path

import pytest

from duban.adapters.languages import language
from duban.adapters.yaml_files import Loaded, load_plan
from duban.core.days.workdays import WorkCalendar
from duban.core.planning.plan import Step
from duban.core.problems import BadInput
from duban.core.texts import rendered

HERE = Path(__file__).parent
MARK = re.compile(r"# MARK: (.*?)(?=  # MARK: |$)")


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return WorkCalendar.build(date(2023, 1, 1), date(2026, 12, 31), lambda day: day.weekday() < 5)


def load(folder: str, calendar: WorkCalendar) -> Loaded:
    """Load a plan with the files that lie in the working directory, else with the common ones."""
    own = {name: Path(f"{name}.yaml") for name in ("directory", "escalation")}
    files = {name: file if file.exists() else HERE / "office" / file for name, file in own.items()}
    patterns = Path("patterns") if Path("patterns").exists() else HERE / "patterns"
    return load_plan(Path(folder), **files, patterns=patterns, calendar=calendar)


def marked(case: Path) -> list[str]:
    found: list[str] = []
    for file in case.rglob("*.y*ml"):
        for number, line in enumerate(file.read_text("utf-8", errors="replace").split("\n"), start=1):
            found += [f"{file.relative_to(case).as_posix()}:{number}: {mark}" for mark in MARK.findall(line)]
    apart = case / "PROBLEMS"
    return sorted(found + (apart.read_text("utf-8").splitlines() if apart.exists() else []))


@pytest.mark.parametrize("case", sorted((HERE / "bad").iterdir()), ids=lambda case: case.name)
def test_a_bad_plan_tells_exactly_its_mistakes(
    case: Path, calendar: WorkCalendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(case)
    with pytest.raises(BadInput) as raised:
        load("plan", calendar)
    assert sorted(map(str, raised.value.problems)) == marked(case)
    assert str(raised.value).split("\n") == [str(problem) for problem in raised.value.problems]
    assert list(raised.value.problems) == sorted(raised.value.problems)


def told(step: Step) -> str:
    needs = ", ".join(map(str, step.needs))
    span = f" {step.span.first}..{step.span.last}" if step.span else ""
    return f"{step.ref} {step.kind} {step.title} {step.owner}{span} <- {needs}".rstrip(" <-")


@pytest.mark.parametrize("case", sorted((HERE / "good").iterdir()), ids=lambda case: case.name)
def test_a_good_plan_loads_as_written_down(case: Path, calendar: WorkCalendar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case.parent)
    plan = load(case.name, calendar).plan
    steps = [told(step) for initiative in plan.initiatives.values() for step in initiative.steps.values()]
    assert steps == (case / "expected.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("case", sorted((HERE / "bad").iterdir()), ids=lambda case: case.name)
def test_of_a_bad_plan_no_word_of_english_is_left_in_chinese(
    case: Path, calendar: WorkCalendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(case)
    with pytest.raises(BadInput) as raised:
        load("plan", calendar)
    for problem in raised.value.problems:
        for text in (problem.message, problem.remedy):
            said = rendered(text, language("zh_CN"))
            assert CHINESE.search(said), text
            assert re.findall(r"[A-Za-z]+(?: [A-Za-z]+)+", AS_WRITTEN.sub("", said)) == [], said


CHINESE = re.compile("[\u4e00-\u9fff]")
AS_WRITTEN = re.compile(r"“[^”]*”|`[^`]*`|\"[^\"]*\"|U\+[0-9A-F]{4} [A-Z -]+|\{.*?\}")
"""What a message shows as it stands in files: names, keys, dates of plans, characters by their names."""
