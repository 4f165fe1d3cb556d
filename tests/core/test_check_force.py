"""The plan in force against a directory and ladders that were changed since."""

from dataclasses import replace

import yaml

from duban.core.checking.check_force import check_force, check_told
from duban.core.planning.directory import Directory
from duban.core.planning.policy import Rung
from tests.core.builders import directory, initiative, office, policy, rung, work


def problems(people: Directory) -> list[str]:
    there = initiative(work("x", owner="works", review="law"), work("y", owner="clerk", ladder="urgent"))
    bureau = office(replace(there, support=("law",)))
    return [
        f"{one.file} {one.id} {one.message.split(chr(39))[1]}"
        for one in check_force(bureau.plan, people, bureau.policy)
    ]


def test_what_is_all_there_is_no_problem() -> None:
    assert problems(directory()) == ["escalation.yaml unknown-ladder urgent"]


def test_each_name_that_is_gone_is_told_once() -> None:
    people = directory()
    people.units = {}
    people.posts = {name: post for name, post in people.posts.items() if name in ("officer", "head")}
    assert problems(people) == [
        "directory.yaml unknown-post coordinator",
        "directory.yaml unknown-post leader",
        "directory.yaml unknown-unit law",
        "directory.yaml unknown-unit works",
        "directory.yaml unknown-unit clerk",
        "directory.yaml unknown-unit law",
        "directory.yaml unknown-unit works",
        "escalation.yaml unknown-ladder urgent",
    ]


def test_a_ladder_that_is_older_than_notices_of_changes_is_named_with_what_to_add() -> None:
    assert check_told(policy()) == []
    (found,) = check_told(policy(rung("press", "due", 1, "owner", "press")))
    assert (found.file, found.id) == ("escalation.yaml", "untold-changes")
    assert "'standard'" in found.message
    written = yaml.safe_load(found.remedy.partition("rungs ")[2])
    assert check_told(policy(Rung.model_validate(written))) == []
