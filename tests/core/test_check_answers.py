"""Plans in which nobody named may answer for what people do, because it is their own."""

from dataclasses import replace

import pytest

from duban.core.checking.check_answers import check_absences, check_answers
from duban.core.planning.directory import Directory, DirectoryFile, OfficeUnit, Post
from duban.core.planning.plan import Step
from tests.core.builders import calendar, initiative, period, plan, post, review, work


def people(head: str = "head", officer: str = "officer", *changed: Post) -> Directory:
    """The unit `works` under some head and officer, a leader with a deputy, a coordinator, an administrator."""
    names = ("head", "officer", "leader", "director", "coordinator", "administrator")
    posts = {name: Post(id=name, title=name, deputy="director" if name == "leader" else None) for name in names}
    posts |= {post.id: post for post in changed}
    unit = OfficeUnit(id="works", title="建设处", head=head, officer=officer)
    return Directory(DirectoryFile(administrator="administrator", posts=tuple(posts.values()), units=(unit,)))


def found(directory: Directory, *steps: Step) -> list[tuple[str, tuple[str | int, ...], str]]:
    problems = check_answers(plan(initiative(*steps)), directory)
    return [(one.file, one.location, one.message) for one in problems]


JUDGED = work("x", review="works", written=4)
BY_LEADER = "'x' may be handed in by leader, who alone is named to approve it"


def test_a_deputy_director_who_heads_the_lead_unit_is_alone_to_approve() -> None:
    told = f"{BY_LEADER}; 'director' answers, who is next in line"
    assert found(people("leader"), JUDGED) == [("here", ("steps", 4, "review"), told)]


def test_so_is_one_person_under_several_posts() -> None:
    one = [Post(id=name, title=name, person="wang") for name in ("head", "leader")]
    ((_, _, told),) = found(people("head", "officer", *one), JUDGED)
    assert told.startswith("'x' may be handed in by wang, who alone is named to approve it; 'coordinator' answers")


def test_where_nobody_is_next_in_line_that_is_said() -> None:
    one = [Post(id=name, title=name, person="wang") for name in ("leader", "coordinator", "administrator")]
    ((_, _, told),) = found(people("leader", "officer", *one), JUDGED)
    assert told.endswith("and nobody is next in line")


@pytest.mark.parametrize(
    "directory",
    [people(), people("leader", "leader", Post(id="x", title="x")), people("head", "head")],
    ids=["all different", "no review", "officer and head"],
)
def test_whoever_has_somebody_above_them_is_no_problem(directory: Directory) -> None:
    steps = (work("x"),) if "leader" in directory.officer("works") else (JUDGED,)
    assert [told for _, place, told in found(directory, *steps) if place != ("supervisor",)] == []


def test_a_review_is_judged_by_what_it_reviews() -> None:
    steps = work("x"), review("check", "x", owner="works", written=7), period("p", "check")
    ((_, place, told),) = found(people("leader"), *steps)
    assert (place, told.partition(",")[0]) == (("steps", 7, "review"), "'check' may be handed in by leader")
    assert found(people("leader"), work("x"), review("check", "x", owner="head")) == []


def test_a_step_written_once_for_many_units_is_told_of_once() -> None:
    many = [replace(JUDGED, ref=JUDGED.ref._replace(step=f"x@{unit}")) for unit in ("a", "b")]
    assert len(found(people("leader"), *many)) == 1


def test_an_extension_that_the_supervisor_alone_may_ask_for() -> None:
    ((_, place, told),) = found(people("leader", "leader"), work("x"), work("y"))
    assert place == ("supervisor",)
    assert told.startswith("an extension of 'x', 'y' may be asked for by leader alone, who is named to answer it")
    assert found(people("leader", "officer"), work("x")) == []
    assert found(people(), work("x"), review("check", "x", owner="leader")) == []


AWAY = "2024-06-03..2024-06-11"  # the 10th is a holiday: six working days


def alone(*changed: Post, steps: tuple[Step, ...] = (JUDGED,)) -> list[str]:
    return [
        one.message for one in check_absences(plan(initiative(*steps)), people("head", "officer", *changed), calendar())
    ]


def test_whoever_answers_and_is_away_for_more_than_a_week_with_nobody_in_their_place() -> None:
    told = "post 'head' answers for work, but from 2024-06-03 nobody stands in for 6 working days"
    assert alone(post("head", None, AWAY)) == [told]
    assert alone(post("leader", None, AWAY)) == [told.replace("head", "leader")], "who answers requests"
    assert alone(post("head", None, AWAY), steps=(work("x"), review("y", "x", owner="works"), period("z"))) == [told]
    other = post("officer", None, AWAY).model_copy(update={"person": "wang"})
    assert alone(post("head").model_copy(update={"person": "wang"}), other) == [told], (
        "of one person all posts are left"
    )


@pytest.mark.parametrize(
    "changed",
    [
        (post("head", "director", AWAY),),
        (post("head", None, "2024-06-04..2024-06-11"),),
        (post("head", None, "2023-06-04..2023-12-31"),),
        (post("officer", None, AWAY),),
        (post("head", vacant=True),),
    ],
    ids=["a deputy is there", "a week", "before the plan", "asked for no answer", "vacant, which is another problem"],
)
def test_absences_that_keep_nobody_waiting(changed: tuple[Post, ...]) -> None:
    assert alone(*changed) == []


def test_a_deputy_who_is_away_too_leaves_them_alone() -> None:
    both = post("head", "director", AWAY), post("director", None, AWAY)
    assert len(alone(*both)) == 1
