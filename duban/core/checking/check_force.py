"""Whether the plan in force can still be carried out: the directory and the ladders are read anew from their files."""

from collections.abc import Collection, Iterator

from duban.core.planning.directory import Directory
from duban.core.planning.plan import Initiative, Plan
from duban.core.planning.policy import Policy
from duban.core.problems import Problem

DIRECTORY, ESCALATION = "directory.yaml", "escalation.yaml"


def check_force(plan: Plan, directory: Directory, policy: Policy) -> list[Problem]:
    """What the plan in force names and the office no longer has; each name is told once."""
    posts, both = directory.posts.keys(), {*directory.posts, *directory.units}
    problems = [*_missing(DIRECTORY, "post", {plan.coordinator}, posts)]
    for one in plan.initiatives.values():
        problems += _missing(DIRECTORY, "post", {one.supervisor}, posts)
        problems += _missing(DIRECTORY, "unit", {one.lead, *one.support}, directory.units)
        problems += _missing(DIRECTORY, "unit or post", _people(one), both)
        ladders = {step.ladder for step in one.steps.values()}
        problems += _missing(ESCALATION, "ladder", ladders, {ladder.id for ladder in policy.ladders})
    return list(dict.fromkeys(problems))


def check_told(policy: Policy) -> list[Problem]:
    """Ladders older than notices of changes: they tell nobody what others decide about a step. Work goes on."""
    return [
        Problem(ESCALATION, 0, "untold-changes", _UNTOLD.format(ladder=ladder.id), _RUNG)
        for ladder in policy.ladders
        if all(rung.anchor != "changed" for rung in ladder.rungs)
    ]


_UNTOLD = "ladder {ladder!r} has no rung for 'changed': no owner hears of a step suspended, handed over or cancelled"
_RUNG = "add to its rungs {id: change, anchor: changed, to: [owner], slip: change, stops_on_answer: false}"


def _people(initiative: Initiative) -> set[str]:
    return {name for step in initiative.steps.values() for name in (step.owner, *step.reviewers)}


def _missing(file: str, kind: str, named: set[str], known: Collection[str]) -> Iterator[Problem]:
    what = f"unknown-{kind.partition(' ')[0]}"
    for name in sorted(named.difference(known)):
        message = f"the plan in force names the {kind} {name!r}, which is no longer there"
        yield Problem(file, 0, what, message, "put it back until another plan is applied")
