"""Whatever a plan says, it is either told what is wrong with it or it holds together."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from duban.core.checking.check import check
from duban.core.checking.feasibility import feasibility
from duban.core.planning.directory import Directory
from duban.core.planning.expand import expand
from duban.core.planning.plan import StepRef
from tests.core.small_plan import CALENDAR, directory_file, files, plan_file, written

NAMES = "abcd"
WHENS = st.sampled_from(["2024-10-31", "2024-Q4", "200 days after start"])


def steps_after(place: int) -> st.SearchStrategy[dict[str, Any]]:
    """The step at a place, which mostly waits for earlier ones, here and elsewhere, and mostly makes sense."""
    initiatives, suffixes = st.sampled_from(["", "road/", "park/"]), st.sampled_from(["", "", "", "", "@pudong"])
    references = st.builds("{}{}{}".format, initiatives, st.sampled_from(NAMES[: max(1, place)]), suffixes)
    dates = st.builds("{} days after {}".format, st.integers(0, 99), references)
    optional = {
        "needs": st.lists(references, max_size=2) if place else st.just([]),
        "due": WHENS | dates if place else WHENS,
        "earliest": dates,
        "duration": st.integers(0, 30),
        "each": st.sampled_from(["districts", "others"]),
        "repeat": st.sampled_from(["monthly", "quarterly"]),
    }
    fixed = {"id": st.just(NAMES[place]), "title": st.just("事项"), "kind": st.sampled_from(["work", "review"])}
    return st.fixed_dictionaries(fixed, optional=optional if place else {**optional, "earliest": WHENS})


INITIATIVES = st.tuples(*map(steps_after, range(len(NAMES))))


@settings(max_examples=3 * settings().max_examples)
@given(INITIATIVES, INITIATIVES)
def test_a_plan_without_problems_holds_together(ours: tuple[dict[str, Any]], theirs: tuple[dict[str, Any]]) -> None:
    read = files(written("road", *ours), written("park", *theirs, source="2.1", section="parks"))
    if check(read, calendar=CALENDAR):
        return
    plan = expand(plan_file(), read.written, Directory(directory_file()))
    for initiative in plan.initiatives.values():
        done: set[StepRef] = set()
        for one in initiative.steps.values():
            assert all(plan.step(ref) and (ref in done or ref.initiative != initiative.id) for ref in one.waits_for)
            done.add(one.ref)
        assert all(initiative.id in plan.downstream[ref] for ref in initiative.upstream)
    found = feasibility(plan, CALENDAR)
    assert (found.infeasible, found.beyond) == ((), ())
    assert len(found.early) == sum(len(initiative.steps) for initiative in plan.initiatives.values())
