"""Whether somebody may answer for what people hand in: nobody judges what they did themselves, under whichever post."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from duban.core.checking.check_force import DIRECTORY
from duban.core.days.workdays import WorkCalendar
from duban.core.planning.directory import Directory
from duban.core.planning.plan import HUMAN, Initiative, Plan, Step
from duban.core.planning.plan_file import Kind
from duban.core.problems import Problem
from duban.core.texts import Text, english


def check_answers(plan: Plan, directory: Directory) -> Iterator[Problem]:
    """Steps of which all who are named to answer are the one person who did it. Work goes on: the next in line answers.

    A problem bears the id of its initiative in place of a file.
    """
    told = set[tuple[str, int, str]]()
    for one in plan.initiatives.values():
        for step in one.steps.values():
            person = _only_judge(one, step, directory)
            if person is not None and (one.id, step.written, person) not in told:
                told.add((one.id, step.written, person))
                message = english(
                    "{id!r} may be handed in by {person}, who alone is named to approve it", id=step.id, person=person
                )
                place = ("steps", step.written, "review")
                yield Problem(one.id, 0, "own-judge", _then(plan, one, directory, message, person), _REMEDY, place)
        yield from _own_extensions(plan, one, directory)


_REMEDY = english("name another reviewer or supervisor")


def _only_judge(one: Initiative, step: Step, directory: Directory) -> str | None:
    """The one person named to judge a step, where they may have done it themselves."""
    if step.kind is Kind.WORK:
        judged = [step] if step.reviewers else []
    elif step.kind is Kind.REVIEW:
        needed = [one.steps[need.step] for need in step.needs if need.initiative == one.id]
        judged = [work for work in needed if work.kind is Kind.WORK]
    else:
        return None
    judging = (unit for name in step.reviewers or (step.owner,) for unit in one.standing_for(name))
    judges = _people(directory, map(directory.head, (*judging, one.supervisor)))
    doers = {person for work in judged for person in _people(directory, _side(directory, one, work))}
    return judges.pop() if len(judges) == 1 and judges <= doers else None


def _own_extensions(plan: Plan, one: Initiative, directory: Directory) -> Iterator[Problem]:
    """Work of which nobody but the supervisor may ask for an extension; reviews are a leader's own business anyway."""
    supervisor = directory.person(directory.head(one.supervisor))
    people = [step for step in one.steps.values() if step.kind in HUMAN - {Kind.REVIEW}]
    asked = [step.id for step in people if _people(directory, _side(directory, one, step)) == {supervisor}]
    if asked:
        message = english(
            "an extension of {steps!r} may be asked for by {supervisor} alone, who is named to answer it",
            steps=asked,
            supervisor=supervisor,
        )
        message = _then(plan, one, directory, message, supervisor)
        yield Problem(one.id, 0, "own-judge", message, _REMEDY, ("supervisor",))


def _then(plan: Plan, one: Initiative, directory: Directory, message: Text, person: str) -> Text:
    line = (*directory.chain(directory.head(one.supervisor)), plan.coordinator, directory.administrator)
    free = (post for post in line if post in directory.filled and directory.person(post) != person)
    after = next(free, None)
    if after is None:
        return english("{message}, and nobody is next in line", message=message)
    return english("{message}; {after!r} answers, who is next in line", message=message, after=after)


def _side(directory: Directory, one: Initiative, step: Step) -> Iterator[str]:
    for unit in one.standing_for(step.owner, step.unit):
        yield from (directory.officer(unit), directory.head(unit))


def _people(directory: Directory, posts: Iterable[str]) -> set[str]:
    return set(map(directory.person, posts))


ALONE = 5
"""Working days for which whoever is waited for may be away with nobody in their place."""


def check_absences(plan: Plan, directory: Directory, calendar: WorkCalendar) -> Iterator[Problem]:
    """Those who answer for work or for extensions and are away for long with nobody in their place.

    Work goes on, and waits for them: whoever is away is not gone, and nobody else is asked in their place.
    """
    judged = dict.fromkeys(directory.head(name) for one in plan.initiatives.values() for name in _judging(one))
    for post in (post for post in judged if post in directory.filled):
        days = [day for day in _away(plan, directory, post) if calendar.is_working(day)]
        alone = [day for day in days if directory.present(post, day) is None]
        if len(alone) > ALONE:
            message = english(
                "post {post!r} answers for work, but from {first} nobody stands in for {count} working days",
                post=post,
                first=alone[0],
                count=len(alone),
            )
            remedy = english("name a deputy who is there: what waits for an answer is handed to nobody else")
            yield Problem(DIRECTORY, 0, "away-alone", message, remedy)


def _judging(one: Initiative) -> Iterator[str]:
    """The units and posts that may be asked for an answer in an initiative."""
    yield one.supervisor
    for step in one.steps.values():
        if step.kind in HUMAN:
            named = step.reviewers or ((step.owner,) if step.kind is Kind.REVIEW else ())
            yield from (unit for name in named for unit in one.standing_for(name))


def _away(plan: Plan, directory: Directory, post: str) -> list[date]:
    """The days of the plan on which the holder of a post is away."""
    spells = [
        (max(spell.first, plan.starts), min(spell.last, plan.ends))
        for one in directory.file.posts
        if directory.person(one.id) == directory.person(post)
        for spell in one.absences
    ]
    return sorted({first + timedelta(n) for first, last in spells for n in range((last - first).days + 1)})
