"""Whatever the shape of a plan that `duban check` lets pass, it can be rehearsed, and what came of it shown."""

import pickle
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from io import StringIO
from multiprocessing import get_context
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rich.console import Console

from duban.adapters.rehearsal_page import page
from duban.adapters.yaml_models import load_model
from duban.cli.output import plain
from duban.cli.plan.timelines import compared, told
from duban.core.checking.check import check
from duban.core.deciding.office import Office
from duban.core.planning.directory import Directory, DirectoryFile, Group
from duban.core.planning.expand import expand
from duban.core.planning.files import Files, Written
from duban.core.planning.plan_file import InitiativeFile, PlanFile
from duban.core.planning.policy import Policy
from duban.core.rehearsing.comparison import compare
from duban.core.rehearsing.profile import Profile
from duban.core.rehearsing.rehearse import rehearse
from duban.core.rehearsing.report import Report
from tests.cli.conftest import CONFIG
from tests.core.builders import ZONE, calendar

ALL = load_model(CONFIG / "directory.yaml", DirectoryFile)
DISTRICTS = Group(id="districts", title="各区", units=("pudong", "xuhui"))  # two are enough, and quicker
PEOPLE = ALL.model_copy(update={"groups": (DISTRICTS,)})
RULES = load_model(CONFIG / "escalation.yaml", Policy)
PROFILE = load_model(CONFIG / "rehearsal.yaml", Profile)
PLAN = PlanFile.model_validate(
    {
        "id": "any",
        "title": "要点",
        "document": "1号",
        "starts": "2024-03-25",
        "ends": "2024-12-31",
        "coordinator": "supervision-officer",
        "sections": [{"id": "rules", "title": "制度"}],
    }
)
OWNERS = st.sampled_from(["office", "finance", "pudong", "director", "international-head"])
LENGTHS = st.sampled_from([0, 1, 5, [2, 4, 9], "7 days"])
SAID: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "work": {"duration": LENGTHS, "owner": OWNERS, "review": OWNERS, "evidence": st.just(["文"])},
    "review": {"duration": LENGTHS, "owner": OWNERS},
    "action": {
        "action": st.sampled_from(
            [
                {"uses": "bulletin", "parameters": {"title": "通报"}},
                {"uses": "collect", "parameters": {"units": ["pudong", "office"]}},
                {"uses": "assign", "parameters": {"requirement": "抓好落实"}},
            ]
        )
    },
    "period": {"duration": LENGTHS, "assumed": st.just(True)},
    "milestone": {},
    "indicator": {
        "target": st.sampled_from(
            [
                {"at_least": 1, "unit": "件"},
                {"at_least": 0.5, "unit": "个", "baseline": 0.25},
                {"at_most": 3, "unit": "起"},
                {"at_most": 3, "unit": "天", "baseline": 9},
            ]
        ),
        "measure": st.just({"by": "csv", "file": "var/x.csv", "take": "count"}),
        "owner": OWNERS,
    },
}
NEEDED: dict[str, set[str]] = {"action": {"action"}, "period": {"duration", "assumed"}, "indicator": {"target"}}


def step_after(made: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """A step of any kind that may wait for those made before it."""
    befores = st.sampled_from(made or ["start"])
    begun = st.builds("{}{}/begun".format, st.sampled_from(["", "3 days after ", "0 working days after "]), befores)
    days = st.sampled_from(["2024-07-31", "2024-09", "2024-Q4"]) | st.builds("{} days after {}".format, LATER, befores)
    shared: dict[str, st.SearchStrategy[Any]] = {
        "due": days,
        "earliest": days,
        "each": st.just("districts"),
        "repeat": st.sampled_from(["monthly", "quarterly"]),
        **({"needs": st.lists(befores | begun, max_size=2, unique=True)} if made else {}),
    }

    def of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
        own, needed = SAID[kind], NEEDED.get(kind, set())
        fixed: dict[str, st.SearchStrategy[Any]] = {
            "id": st.just(f"s{len(made)}"),
            "title": st.just("事项"),
            "kind": st.just(kind),
        }
        fixed |= {name: own[name] for name in needed}
        return st.fixed_dictionaries(fixed, optional=shared | {name: own[name] for name in own.keys() - needed})

    return st.sampled_from(sorted(SAID)).flatmap(of)


LATER = st.integers(20, 60)


@st.composite
def plans(draw: st.DrawFn) -> list[InitiativeFile]:
    made: list[str] = []
    found = []
    for number in range(draw(st.integers(1, 3))):
        steps = []
        for _ in range(draw(st.integers(1, 4))):
            said = draw(step_after(made))
            if said["kind"] == "action" and said["action"]["uses"] != "bulletin":
                said.pop("each", None)
            steps.append(said)
            made.append(f"i{number}/{said['id']}")
        found.append(initiative(number, *steps))
    return found


def initiative(number: int, *steps: dict[str, Any]) -> InitiativeFile:
    said = {
        "id": f"i{number}",
        "title": "举措",
        "source": f"1.{number + 1}",
        "lead": "finance",
        "supervisor": "director",
    }
    return InitiativeFile.model_validate({**said, "steps": list(steps)})


def sound(initiatives: list[InitiativeFile]) -> bool:
    return not check(Files(PLAN, "plan.yaml", written(initiatives), PEOPLE, "", RULES, ""), calendar=calendar())


def written(initiatives: list[InitiativeFile]) -> tuple[Written, ...]:
    return tuple(Written("rules", one, f"rules/{one.id}.yaml") for one in initiatives)


def office_of(initiatives: list[InitiativeFile]) -> Office:
    people = Directory(PEOPLE)
    return Office(expand(PLAN, written(initiatives), people), people, RULES, calendar(), ZONE)


def a_year(office: Office, seed: int) -> Report:
    return rehearse(office, PROFILE.model_copy(update={"seed": seed})).report


def rehearsed_and_shown(initiatives: list[InitiativeFile]) -> None:
    office = office_of(initiatives)
    one = rehearse(office, PROFILE).report
    again, told_again = pickle.loads(pickle.dumps((office, one)))  # noqa: S301  our own, as other processes get it
    assert (again.plan, told_again) == (office.plan, one)
    beside = compare(one, one)
    for shown in (told(one), compared(beside)):
        Console(file=StringIO()).print(shown)
    assert plain(one)
    assert plain(beside)
    assert page(one, beside)
    assert one.unfinished == ()


@settings(max_examples=40)
@given(plans())
def test_any_plan_can_be_rehearsed_and_shown(initiatives: list[InitiativeFile]) -> None:
    assume(sound(initiatives))
    rehearsed_and_shown(initiatives)


SILENT: dict[str, Any] = {"id": "s0", "title": "事项", "kind": "milestone"}


def test_seeds_are_rehearsed_alike_in_several_processes() -> None:
    """Also of an initiative nobody is written to about, in processes that have inherited nothing."""
    follower = {"id": "s1", "title": "事项", "kind": "work", "needs": ["i0/s0"], "review": "office"}
    office = office_of([initiative(0, SILENT), initiative(1, follower)])
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        apart = list(pool.map(partial(a_year, office), (1, 2, 3)))
    assert apart == [a_year(office, seed) for seed in (1, 2, 3)]


@pytest.mark.parametrize("kind", ["milestone", "period"])
def test_an_initiative_nobody_is_written_to_about_is_rehearsed(kind: str) -> None:
    silent = SILENT | {"kind": kind} | ({"duration": 3, "assumed": True} if kind == "period" else {})
    rehearsed_and_shown([initiative(0, silent)])
    follower = {"id": "s1", "title": "事项", "kind": "work", "needs": ["i0/s0"]}
    rehearsed_and_shown([initiative(0, silent), initiative(1, follower)])
