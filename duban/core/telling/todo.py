"""What one person has to do (我的待办), in the groups of the digest, the most urgent first; where to look for it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from duban.core.deciding.agenda import Duty
from duban.core.deciding.commands import VERB_TITLES, Verb
from duban.core.deciding.office import Office
from duban.core.ledger.steps import NOTHING
from duban.core.ledger.summary import Status, StepRow
from duban.core.planning.plan import Step, StepRef
from duban.core.planning.plan_file import Kind
from duban.core.telling.digest import AWAITED, GROUPS, LATE, NEAR, NO_DEADLINE, OTHER, URGENT
from duban.core.telling.whens import short

LATER = "今后两周将请您办理"
"""What is still waiting for others."""

NEAR_DAYS = 5
"""Working days left up to which a deadline is near."""

ANSWERS = frozenset({Verb.APPROVE, Verb.GRANT})
"""What somebody else waits for."""


@dataclass(frozen=True, slots=True)
class Todo:
    """A duty as its list shows it: the act in Chinese, when, and the absent colleague it is done for, if any."""

    group: str
    duty: Duty
    act: str
    when: str
    instead: str


def todos(office: Office, duties: Iterable[Duty], post: str, today: date) -> list[Todo]:
    """What a post may do of these duties, the most urgent first; of each step all that is waited for."""
    mine = office.directory.person(post)
    found = list[Todo]()
    for duty in duties:
        acting = office.acts_for(post, duty.posts, today)
        if acting is not None:
            instead = "" if office.directory.person(acting) == mine else office.directory.title(acting)
            act = VERB_TITLES[duty.verb] if duty.verb else "处理" if duty.status is Status.FAILED else "待启动"
            found.append(Todo(_group(duty), duty, act, _when(office, duty), instead))
    return sorted(found, key=_urgency)


def _urgency(todo: Todo) -> tuple[int, int, StepRef]:
    """By group; what waits for an answer by how long it has waited, anything else by the days that are left."""
    duty = todo.duty
    left = NO_DEADLINE if duty.days_left is None else duty.days_left
    return (*GROUPS, LATER).index(todo.group), -(duty.waited or 0) if duty.verb in ANSWERS else left, duty.step


def counted(found: Sequence[Todo]) -> str:
    """`3件须办，1件逾期`."""
    now = [one for one in found if one.group != LATER]
    late = sum(one.duty.days_left is not None and one.duty.days_left < 0 for one in now if _own(one.duty))
    if not now:
        return "现在没有须办的事项"
    return f"{len(now)}件须办" + (f"，{late}件逾期" if late else "")


def _own(duty: Duty) -> bool:
    """Whether the deadline of the step is that of the duty."""
    return duty.verb not in ANSWERS and duty.status is not Status.FAILED


def _group(duty: Duty) -> str:
    if duty.status is Status.WAITING:
        return LATER
    if duty.status is Status.FAILED or (duty.asked and duty.verb in (Verb.SUBMIT, Verb.REPORT)):
        return URGENT
    if duty.verb in ANSWERS:
        return AWAITED
    left = duty.days_left
    return OTHER if left is None or left > NEAR_DAYS else NEAR if left >= 0 else LATE


def _when(office: Office, duty: Duty) -> str:
    if duty.verb in ANSWERS and duty.asked:
        return f"{short(duty.asked)}提请，已等{duty.waited}个工作日"
    if duty.due is None or duty.days_left is None:
        return "未定时限"
    left = duty.days_left
    day = short(duty.due, office.calendar)
    return f"{day}，逾期{-left}个工作日" if left < 0 else f"{day}，还剩{left}个工作日" if left else f"{day}，今日到期"


# Where to look -------------------------------------------------------------------------------------------------------


def concerned(
    office: Office, steps: Iterable[tuple[Step, StepRow, str]], asked: Collection[StepRef], post: str, today: date
) -> list[str]:
    """The initiatives of which a post may have to do something: more than there are, and none too few.

    `steps` are those that go on, each with its owner; `asked` are those for which an extension was asked.
    """
    found = dict[str, None]()
    for step, row, owner in steps:
        posts = tuple(_waited_for(office, step, row, owner, asked=step.ref in asked))
        if step.ref.initiative not in found and office.acts_for(post, posts, today) is not None:
            found[step.ref.initiative] = None
    return list(found)


def _waited_for(office: Office, step: Step, row: StepRow, owner: str, *, asked: bool) -> Iterator[str]:
    people, initiative = office.directory, office.plan.initiatives[step.ref.initiative]
    own = NOTHING._replace(owner=owner)
    yield from office.owner_side(step, own)
    if row.status is Status.FAILED:
        yield people.administrator
    if asked or row.status is Status.REVIEW or step.kind is Kind.REVIEW:
        judges = office.reviewers(initiative, step, own)
        yield from judges
        alone = len({people.person(one) for one in judges if one in people.filled}) <= 1
        if alone:  # what is their own is judged by the next in line
            yield from people.chain(people.head(initiative.supervisor))
            yield office.coordinator
            yield people.administrator
