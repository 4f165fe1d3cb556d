"""Whether the plan in force can still be carried out: the directory and the ladders are read anew from their files."""

from collections.abc import Iterator, Mapping
from functools import reduce

from duban.core.planning.directory import Directory
from duban.core.planning.plan import Plan, StepRef
from duban.core.planning.policy import Policy
from duban.core.problems import Problem
from duban.core.texts import Text, english, filled

DIRECTORY, ESCALATION = "directory.yaml", "escalation.yaml"


def check_force(plan: Plan, policy: Policy) -> list[Problem]:
    """The ladders that the plan in force names and the office no longer has; each is told once."""
    named = {step.ladder for one in plan.initiatives.values() for step in one.steps.values()}
    return [
        Problem(
            ESCALATION,
            0,
            "unknown-ladder",
            filled(_LADDER, name=name),
            english("put it back until another plan is applied"),
        )
        for name in sorted(named - {ladder.id for ladder in policy.ladders})
    ]


_LADDER = english("the plan in force names the ladder {name!r}, which is no longer there")
_KEPT = english("put it back until another plan is applied")


def check_names(plan: Plan, directory: Directory, owners: Mapping[StepRef, str]) -> list[Problem]:
    """The units and posts that the plan in force or the ledger names and nobody bears, each with what it stands for.

    `owners` are the units or posts that open steps are with. Work goes on: what these held climbs.
    """
    named = sorted(parts(plan, owners).items())
    return [_nobody(directory, name, found) for name, found in named if name not in directory.filled]


def parts(plan: Plan, owners: Mapping[StepRef, str]) -> Mapping[str, Mapping[str, list[str]]]:
    """By the names that a plan and its ledger name: in what each plays which part."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, part, what in _named(plan, owners):
        found.setdefault(name, {}).setdefault(part, []).append(what)
    return found


def _named(plan: Plan, owners: Mapping[StepRef, str]) -> Iterator[tuple[str, str, str]]:
    """Each name, the part it plays, and in what; of what is closed nobody asks any more."""
    yield plan.coordinator, "coordinates", plan.id
    for one in plan.initiatives.values():
        going_on = [step for step in one.steps.values() if step.ref in owners]
        if going_on:
            yield from ((name, "leads", one.id) for name in one.leads)
            yield one.supervisor, "supervises", one.id
            yield from ((name, "supports", one.id) for name in one.support)
        yield from ((name, "reviews", str(step.ref)) for step in going_on for name in step.reviewers)
    yield from ((name, HOLDS, str(ref)) for ref, name in owners.items())


def _nobody(directory: Directory, name: str, parts: Mapping[str, list[str]]) -> Problem:
    does = reduce(_and, (english("{part} {what}", part=_PARTS[part], what=what) for part, what in parts.items()))
    remedy = english("put it back, or name a deputy, or apply a plan that names another")
    if HOLDS in parts:
        moved = f"duban hand-over --all-of {name} --to UNIT|POST --as POST --reason TEXT"
        remedy = english("{command} moves what it holds; {remedy}", command=moved, remedy=remedy)
    if directory.knows(name):
        message = english("nobody holds the post {name!r}, nor stands in, which {does}", name=name, does=does)
        return Problem(DIRECTORY, 0, "vacant-role", message, remedy)
    message = english("there is no unit or post {name!r} any more, which {does}", name=name, does=does)
    return Problem(DIRECTORY, 0, "unknown-post", message, remedy)


def _and(one: Text, other: Text) -> Text:
    return english("{one}; {other}", one=one, other=other)


HOLDS = "holds"
_PARTS = {
    "coordinates": english("coordinates"),
    "leads": english("leads"),
    "supervises": english("supervises"),
    "supports": english("supports"),
    "reviews": english("reviews"),
    HOLDS: english("holds"),
}


def check_told(policy: Policy) -> list[Problem]:
    """Ladders older than notices of changes: they tell nobody what others decide about a step. Work goes on."""
    return [
        Problem(ESCALATION, 0, "untold-changes", filled(_UNTOLD, ladder=ladder.id), _RUNG)
        for ladder in policy.ladders
        if all(rung.anchor != "changed" for rung in ladder.rungs)
    ]


def check_remarks(policy: Policy) -> list[Problem]:
    """Ladders older than instructions and opinions: these are put on record and sent to nobody."""
    return [
        Problem(ESCALATION, 0, "untold-remarks", filled(_UNSENT, ladder=ladder.id, title=title), _SENT[anchor])
        for ladder in policy.ladders
        for anchor, title in _REMARKED.items()
        if all(rung.anchor != anchor for rung in ladder.rungs)
    ]


_REMARKED = {"instructed": "批示", "advised": "意见", "pressed": "催办", "disowned": "不是本单位办的"}
_UNSENT = english("ladder {ladder!r} has no rung for {title}: it is put on record, and sent to nobody")
_ADD = english("add to its rungs {rung}")
_SENT = {
    anchor: filled(_ADD, rung=f"{{{rung}, stops_on_answer: false}}")
    for anchor, rung in {
        "instructed": "id: instruct, anchor: instructed, to: [owner, owner-head], slip: instruct, immediate: true",
        "pressed": "id: press-by-hand, anchor: pressed, to: [owner, owner-head], slip: press, immediate: true",
        "disowned": "id: disown, anchor: disowned, to: [coordinator], slip: advise",
        "advised": "id: advise, anchor: advised, to: [owner], slip: advise",
    }.items()
}
_UNTOLD = english(
    "ladder {ladder!r} has no rung for 'changed': no owner hears of a step suspended, handed over or cancelled"
)
_RUNG = filled(_ADD, rung="{id: change, anchor: changed, to: [owner], slip: change, stops_on_answer: false}")
