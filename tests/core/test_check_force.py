"""The plan in force and the names in its ledger, against a directory and ladders that were changed since."""

from dataclasses import replace

import yaml

from duban.core.checking.check_force import check_force, check_names, check_remarks, check_told
from duban.core.planning.directory import Directory, DirectoryFile
from duban.core.planning.plan import Plan, StepRef
from duban.core.planning.policy import Rung
from tests.core.builders import HERE, directory, initiative, office, plan, policy, post, rung, work

X, Y = StepRef(HERE, "x"), StepRef(HERE, "y")
HELD = {X: "works", Y: "clerk"}


def a_plan() -> Plan:
    there = initiative(work("x", review="law"), work("y", owner="clerk", ladder="urgent"))
    return plan(replace(there, support=("law",)))


def without(*gone: str) -> Directory:
    """The people after a reorganisation."""
    known = directory()
    units = [unit for unit in known.units.values() if unit.id not in gone]
    posts = [post for post in known.posts.values() if post.id not in gone]
    return Directory(DirectoryFile.model_construct(administrator="administrator", posts=posts, units=units, groups=()))


def told(people: Directory, held: dict[StepRef, str] = HELD) -> list[str]:
    return [f"{one.file} {one.id}: {one.message}" for one in check_names(a_plan(), people, held)]


def test_a_ladder_that_is_gone_is_a_problem() -> None:
    bureau = office(initiative(work("x"), work("y", ladder="urgent")))
    (found,) = check_force(bureau.plan, bureau.policy)
    assert str(found).startswith("escalation.yaml: unknown-ladder: the plan in force names the ladder 'urgent'")


def test_names_that_are_all_there_are_no_problem() -> None:
    assert told(directory()) == []


def test_whoever_is_gone_is_told_of_once_with_all_they_stood_for() -> None:
    gone = without("law", "clerk", "judge", "leader", "coordinator")
    assert told(gone) == [
        "directory.yaml unknown-post: there is no unit or post 'clerk' any more, which holds here/y",
        "directory.yaml unknown-post: there is no unit or post 'coordinator' any more, which coordinates p",
        "directory.yaml unknown-post: there is no unit or post 'law' any more, which supports here; reviews here/x",
        "directory.yaml unknown-post: there is no unit or post 'leader' any more, which supervises here",
    ]


def test_a_post_that_took_a_step_over_is_told_of_with_what_to_do() -> None:
    (found,) = check_names(a_plan(), without("vice"), {X: "vice", Y: "vice"})
    assert found.message == "there is no unit or post 'vice' any more, which holds here/x, here/y"
    assert found.remedy.startswith("duban hand-over --all-of vice --to UNIT|POST --as POST --reason TEXT moves what")


def test_a_post_that_nobody_holds_is_told_of() -> None:
    assert told(directory(post("clerk", vacant=True))) == [
        "directory.yaml vacant-role: nobody holds the post 'clerk', nor stands in, which holds here/y"
    ]


def test_of_what_is_closed_nobody_asks_any_more() -> None:
    assert told(without("law", "clerk", "judge", "leader"), {}) == []
    assert told(without("clerk"), {X: "works"}) == []


def test_a_ladder_that_is_older_than_notices_of_changes_is_named_with_what_to_add() -> None:
    assert check_told(policy()) == []
    (found,) = check_told(policy(rung("press", "due", 1, "owner", "press")))
    assert (found.file, found.id) == ("escalation.yaml", "untold-changes")
    assert "'standard'" in found.message
    written = yaml.safe_load(found.remedy.partition("rungs ")[2])
    assert check_told(policy(Rung.model_validate(written))) == []


def test_a_ladder_that_is_older_than_remarks_is_named_with_what_to_add() -> None:
    found = check_remarks(policy(rung("press", "due", 1, "owner", "press")))
    assert [(one.file, one.id, one.message.partition("for ")[2]) for one in found] == [
        ("escalation.yaml", "untold-remarks", "批示: it is put on record, and sent to nobody"),
        ("escalation.yaml", "untold-remarks", "意见: it is put on record, and sent to nobody"),
        ("escalation.yaml", "untold-remarks", "催办: it is put on record, and sent to nobody"),
        ("escalation.yaml", "untold-remarks", "不是本单位办的: it is put on record, and sent to nobody"),
    ]
    written = [Rung.model_validate(yaml.safe_load(one.remedy.partition("rungs ")[2])) for one in found]
    assert check_remarks(policy(*written)) == []
    assert [one.message.partition(" for ")[2][:2] for one in check_remarks(policy(written[0]))] == [
        "意见",
        "催办",
        "不是",
    ]
