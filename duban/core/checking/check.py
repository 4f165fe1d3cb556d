"""Everything that is wrong with a plan, at once: names that nobody bears, ids used twice, files in the wrong place.

`check_office` looks at the directory and the ladders, `check_document` at what of the document is covered,
`check_steps` at single steps, `check_graph` at what they make together.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date

from duban.core.checking.check_document import check_document
from duban.core.checking.check_graph import WrittenStep, check_circles, check_deadlines
from duban.core.checking.check_office import check_office
from duban.core.checking.check_steps import MISDATED, check_steps
from duban.core.checking.feasibility import UnderWay
from duban.core.days.workdays import WorkCalendar
from duban.core.planning.directory import Directory
from duban.core.planning.expand import expand, source_order
from duban.core.planning.files import Files, Written
from duban.core.planning.instances import Instances
from duban.core.planning.plan import StepRef
from duban.core.planning.plan_file import PlanFile, StepFile
from duban.core.planning.when import RESERVED
from duban.core.problems import Location, Problem, nearest, repeated
from duban.core.texts import Text, english


def check(files: Files, *, calendar: WorkCalendar, under_way: UnderWay | None = None) -> list[Problem]:
    """Every problem that shows once the files can be read; of a plan `under_way` from what has happened.

    Lines are 0: the reader of the files turns locations into lines. What cannot be judged because a file could not be
    used is left for the next time.
    """
    files = replace(files, lost=files.lost | _twice(files) | _misnamed(files))
    problems = [*check_office(files), *_initiatives(files), *check_document(files)]
    if files.plan is not None:
        problems += _plan(files.plan, files, calendar)
        problems += _steps(files, files.plan, calendar, under_way)
    return problems


def _steps(files: Files, plan_file: PlanFile, calendar: WorkCalendar, under_way: UnderWay | None) -> list[Problem]:
    """Problems of single steps first, then those of the graph they make."""
    directory = Directory(files.directory) if files.directory else None
    instances = Instances(plan_file, files.written, directory)
    problems = list(check_steps(files, plan_file, instances, calendar))
    if under_way is not None:
        over = _over(files, instances, under_way)
        problems = [one for one in problems if one.id not in MISDATED or (one.file, one.location[1]) not in over]
    plan = expand(plan_file, files.written, directory, instances)
    problems += check_circles(plan, files, instances)
    if _within(calendar, plan.starts) and _within(calendar, plan.ends):
        wrong = sorted((one for one in problems if one.id in MISDATED), key=lambda one: one.location[2] == "earliest")
        misdated = {WrittenStep(one.file, int(one.location[1])): str(one.location[2]) for one in wrong}
        problems += check_deadlines(plan, calendar, misdated, _untimed(files), under_way)
    return problems


def _untimed(files: Files) -> frozenset[WrittenStep]:
    """The steps for which no duration is written."""
    return frozenset(
        WrittenStep(one.name, place)
        for one in files.written
        for place, step in enumerate(one.file.steps)
        if step.duration is None
    )


def _over(files: Files, instances: Instances, under_way: UnderWay) -> frozenset[tuple[str, int]]:
    """Where the steps are written whose every instance is closed: whether their dates are right is no question now."""
    return frozenset(
        (written.name, number)
        for written in files.written
        for number, step in enumerate(written.file.steps)
        if (meant := instances.of(StepRef(written.file.id, step.id)))
        and all(one.ref in under_way.finished for one in meant)
    )


def _within(calendar: WorkCalendar, day: date) -> bool:
    return calendar.first <= day <= calendar.last


def _plan(plan: PlanFile, files: Files, calendar: WorkCalendar) -> Iterator[Problem]:
    for name, place in repeated((section.id, ("sections", at, "id")) for at, section in enumerate(plan.sections)):
        yield _duplicate(files.plan_name, english("section {name!r} is there twice", name=name), place)
    for key, day in (("starts", plan.starts), ("ends", plan.ends)):
        if not _within(calendar, day):
            yield Problem(
                files.plan_name,
                0,
                "beyond-calendar",
                english(
                    "{day} lies outside the calendar of working days ({first} to {last})",
                    day=day,
                    first=calendar.first,
                    last=calendar.last,
                ),
                english("correct the day, or build the calendar over more years"),
                (key,),
            )
    for written in files.written:
        yield from _place(plan, written)


def _place(plan: PlanFile, written: Written) -> Iterator[Problem]:
    """Whether an initiative lies in the folder of its section; an unknown folder is the reader's to report."""
    number = source_order(written.file.source)[0]
    right = plan.sections[number - 1].id if number <= len(plan.sections) else None
    if written.section == right or written.section not in {section.id for section in plan.sections}:
        return
    told = {"source": written.file.source, "number": number, "right": right, "section": written.section}
    if right:
        message = english(
            "source {source} belongs to section {number} ({right!r}), but the file lies in {section!r}", **told
        )
        remedy = english("correct the source, or move the file to the folder {right!r}", right=right)
    else:
        message = english(
            "source {source} belongs to section {number}, which the plan does not have, but the file lies in "
            "{section!r}",
            **told,
        )
        remedy = english("correct the source, or move the file")
    yield Problem(written.name, 0, "wrong-source", message, remedy, ("source",))


def _twice(files: Files) -> frozenset[str]:
    """Initiatives whose id two files bear: which of them a reference means cannot be told."""
    return frozenset(name for name, _ in repeated((written.file.id, ()) for written in files.written))


def _misnamed(files: Files) -> frozenset[str]:
    """Names of files whose initiative bears another: a reference may mean that one."""
    return frozenset(_stem(written) for written in files.written) - {written.file.id for written in files.written}


def _stem(written: Written) -> str:
    return written.name.rpartition("/")[2].rpartition(".")[0]


def _initiatives(files: Files) -> Iterator[Problem]:
    named: dict[str, list[str]] = {}
    for written in files.written:
        named.setdefault(written.file.id, []).append(written.name)
    for written in files.written:
        file, name = written.file, written.name
        if (stem := _stem(written)) != file.id:
            message = english("the file is named {stem!r} but its initiative {id!r}", stem=stem, id=file.id)
            yield Problem(name, 0, "file-name", message, english("give both the same name"), ("id",))
        if others := [other for other in named[file.id] if other != name]:
            yield _duplicate(
                name, english("initiative {id!r} is also in {others}", id=file.id, others=tuple(others)), ("id",)
            )
        yield from _step_ids(file.steps, name, files.plan.dates if files.plan else {})
        yield from _ladder(files, file.ladder, name, ("ladder",))
        for number, step in enumerate(file.steps):
            yield from _ladder(files, step.ladder, name, ("steps", number, "ladder"))


def _step_ids(steps: tuple[StepFile, ...], name: str, dates: Collection[str]) -> Iterator[Problem]:
    for twice, place in repeated((step.id, ("steps", number, "id")) for number, step in enumerate(steps)):
        yield _duplicate(name, english("step {twice!r} is there twice", twice=twice), place)
    ids = {step.id for step in steps}
    reserved = {**RESERVED, **{date: f"5 days after {date}" for date in dates}}
    for number, step in enumerate(steps):
        if step.id in reserved:
            message = english(
                "{id!r} is a word of plans ({use}) and cannot name a step", id=step.id, use=reserved[step.id]
            )
            yield Problem(name, 0, "reserved-id", message, english("choose another id"), ("steps", number, "id"))
        if step.was in ids:
            message = english(
                "step {was!r}, which {id!r} is said to have been, is still there", was=step.was, id=step.id
            )
            yield Problem(
                name, 0, "wrong-was", message, english("remove `was`, or the old step"), ("steps", number, "was")
            )
    former = ((step.was, ("steps", number, "was")) for number, step in enumerate(steps) if step.was)
    for was, place in repeated(former):
        message = english("two steps are said to have been {was!r}", was=was)
        yield Problem(name, 0, "wrong-was", message, english("remove one `was`"), place)


def _ladder(files: Files, ladder: str | None, name: str, place: Location) -> Iterator[Problem]:
    if files.policy is None or ladder is None:
        return
    known = [one.id for one in files.policy.ladders]
    if ladder not in known:
        remedy = nearest(ladder, known, english("use one of: {known}", known=tuple(known)))
        yield Problem(name, 0, "unknown-ladder", english("there is no ladder {ladder!r}", ladder=ladder), remedy, place)


def _duplicate(name: str, message: Text, place: Location) -> Problem:
    return Problem(name, 0, "duplicate-id", message, english("rename one"), place)
