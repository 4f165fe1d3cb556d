"""《工作交办单》: what is handed to which unit, whose task it is, and by when, as one numbered document."""

from collections.abc import Iterator, Mapping, Sequence

from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.steps import Deadline
from duban.core.planning.plan import HUMAN, Step
from duban.core.telling.tables import as_markdown, escape
from duban.core.telling.whens import chinese

HEADER = ("单位", "职责", "负责人", "联络员", "承办事项及时限", "签收时限")


def assignment(look: Look, decision: Decision, entries: Sequence[Entry], step: Step, requirement: str) -> str:
    """The document, in Markdown. It can be written once the action has begun, which gives it its number."""
    plan, initiative, people = look.office.plan, look.initiative, look.office.directory
    who = f"牵头单位：{people.titles(initiative.leads)}　分管领导：{people.title(initiative.supervisor)}"
    begun = next(one for one in entries if one.kind is EntryKind.ACTION_STARTED and one.step in (step.id, step.was))
    rows = [tuple(_cells(look, decision, initiative.steps[ref.step])) for ref in step.slots]
    return "\n".join(
        [
            "# 工作交办单",
            "",
            f"编号：〔{begun.day.year}〕{initiative.number}-{begun.sequence}　日期：{chinese(begun.day)}",
            "",
            f"- 依据：{escape(plan.title)}（{escape(plan.document)}）{escape(plan.cited(initiative))}",
            f"- 举措：{escape(initiative.title)}",
            f"- 事项：{escape(step.title)}",
            f"- 要求：{escape(requirement)}",
            f"- {escape(who)}",
            "",
            as_markdown(HEADER, rows),
            "",
        ]
    )


def _cells(look: Look, decision: Decision, slot: Step) -> Iterator[str]:
    people, unit = look.office.directory, slot.owner
    yield people.title(unit)
    yield _part(look, unit)
    yield _person(look, people.head(unit))
    yield _person(look, people.officer(unit))
    steps = [step for step in look.initiative.steps.values() if _is_task(look, step, unit)]
    tasks = [_task(look, step, decision.deadlines) for step in steps]
    yield "；".join(tasks) or "按要求配合"
    limit = decision.deadlines[slot.id]
    yield chinese(limit.day, look.calendar) if limit else f"交办后{slot.duration.likely}个工作日"


def _part(look: Look, unit: str) -> str:
    if unit in look.initiative.leads:
        answers = unit == look.initiative.lead and len(look.initiative.leads) > 1
        return "牵头（主责）" if answers else "牵头"
    return "配合" if unit in look.initiative.support else "承办"


def _person(look: Look, post: str) -> str:
    """The post, and who holds it where that is known."""
    people = look.office.directory
    name = people.posts[post].name if post in people.posts else None
    return people.title(post) + (f"（{name}）" if name else "")


def _is_task(look: Look, step: Step, unit: str) -> bool:
    owners = look.initiative.standing_for(step.owner, step.unit)
    return step.kind in HUMAN and unit in owners and not step.by_signing


def _task(look: Look, step: Step, deadlines: Mapping[str, Deadline | None]) -> str:
    limit = deadlines[step.id]
    return step.title + (f"（{chinese(limit.day, look.calendar)}前）" if limit else "")
