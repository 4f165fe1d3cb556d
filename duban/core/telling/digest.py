"""The digest (督办日报): what falls due for one person on one morning, as one message, the most urgent first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from duban.core.deciding.agenda import awaited
from duban.core.deciding.decide import Decision
from duban.core.deciding.ladder import PRESSINGS
from duban.core.deciding.office import Look, Office
from duban.core.ledger.notices import NoticeRow
from duban.core.planning.lights import Rule
from duban.core.telling.reasons import reason_of
from duban.core.telling.slips import Slip
from duban.core.telling.whens import chinese
from duban.core.titles import DIGEST, STATUS_TITLES
from duban.core.typed import in_lines

URGENT, LATE, AWAITED, NEAR, OTHER = "须立即处理", "已逾期", "待您审核、答复", "临近时限", "交办、答复及其他"
GROUPS = (URGENT, AWAITED, LATE, NEAR, OTHER)
"""What a digest's items are listed under, what waits for its reader first, then the most urgent."""

SLIP_GROUPS: Mapping[str, str] = {
    "failure": URGENT,
    "return": URGENT,
    "instruct": URGENT,
    "review": AWAITED,
    "ask": AWAITED,
    "change": OTHER,
    "advise": OTHER,
}
"""Where a slip is listed whatever its deadline."""

NOT_LATE = frozenset({"change", "advise", "review", "ask"})
"""Slips whose reader is late with nothing: it tells of something, or asks about the work of somebody else."""

NO_DEADLINE = 10**6
"""Working days that count as left where there is no deadline."""


@dataclass(frozen=True, slots=True)
class Item:
    """One slip of a digest, numbered from 1 through all its messages."""

    place: int
    group: str
    slip: Slip


@dataclass(frozen=True, slots=True)
class Digest:
    """What the template of a digest may say besides what its slips say; `late` counts those past their deadline.

    `before` counts the items that its recipient has already, where a long digest goes in several messages; `still` are
    the steps that are late besides, a line each, the latest first: of these nothing new is said. `unheld` is what is
    with nobody any more, a line for each that had it, `seal` the last seal of the ledger, for who coordinates; `linked`
    is what was done in its recipient's name by links of letters, a line each. `link` is the address of all that waits
    for its recipient, filled in when it is sent: of what it takes, `on` is the day in ISO 8601.
    """

    title: str
    recipient_title: str
    date: str
    short_date: str
    plan_title: str
    document: str
    late: int
    items: tuple[Item, ...]
    before: int = 0
    still: tuple[str, ...] = ()
    unheld: tuple[str, ...] = ()
    seal: str = ""
    linked: tuple[str, ...] = ()
    recipient: str = ""
    on: str = ""
    link: str = ""


class StillLate(NamedTuple):
    """A late step that waits for somebody: the posts in whose digests it stands until it is closed, and its line."""

    due: date
    step: str
    posts: tuple[str, ...]
    line: str


def key_of(day: date) -> str:
    """The key of a recipient's digest of a day: there is at most one."""
    return f"{DIGEST}/{day.isoformat()}"


def day_of(key: str) -> date:
    """The day a digest is for."""
    return date.fromisoformat(key.removeprefix(f"{DIGEST}/"))


def by_recipient(waiting: Iterable[NoticeRow]) -> Mapping[str, tuple[NoticeRow, ...]]:
    """Notices that go out on one morning, as the digests they make: one for each recipient, in the order given."""
    found: dict[str, list[NoticeRow]] = {}
    for row in waiting:
        found.setdefault(row.recipient, []).append(row)
    return {recipient: tuple(rows) for recipient, rows in found.items()}


def still_late(look: Look, decision: Decision) -> Iterator[StillLate]:
    """The late steps of an initiative that wait for somebody: for the coordinator, and for the owner and the head.

    Not for these two what they handed in in time, nor what waits for nobody.
    """
    office = look.office
    for row in decision.summary.steps:
        step, own = look.initiative.steps[row.step], decision.state.step(row.step)
        if row.due is None or row.due >= look.today:
            continue
        if any(waited.now for waited in awaited(look, step, decision.state, row.status)):
            in_time = row.reason is not None and row.reason.rule is Rule.UNREVIEWED
            owners = () if in_time else office.owner_side(step, own)
            who, why = office.directory.titles(office.owners(step, own)), reason_of(office, look.initiative.id, row)
            told = f"{who}{STATUS_TITLES[row.status]}，时限{chinese(row.due)}，{why}"
            line = f"{look.initiative.number} {step.title}（{told}）　{step.ref}"
            yield StillLate(row.due, str(step.ref), (*owners, office.coordinator), line)


def digest(
    office: Office,
    recipient: str,
    day: date,
    slips: Iterable[Slip],
    before: int = 0,
    *,
    still: Iterable[StillLate] = (),
    unheld: tuple[str, ...] = (),
    seal: str = "",
    linked: tuple[str, ...] = (),
) -> Digest:
    """A recipient's digest of a day, its items in order, after those that went before.

    `still` are all late steps, those of others and those that the items tell of among them; `unheld` tells what is with
    nobody any more and `seal` of the ledger's last seal, for whoever coordinates; `linked` what was done by links.
    """
    ordered = sorted(slips, key=urgency)
    told_late = {slip.step_ref for slip in ordered if _late(slip)}
    told = Digest(
        title=office.directory.name(DIGEST),
        recipient_title=office.directory.title(recipient),
        date=chinese(day),
        short_date=f"{day.month}月{day.day}日",
        plan_title=office.plan.title,
        document=office.plan.document,
        late=sum(_late(slip) for slip in ordered),
        items=tuple(Item(place, _group(slip), slip) for place, slip in enumerate(ordered, start=before + 1)),
        before=before,
        still=tuple(
            one.line for one in sorted(still) if one.step not in told_late and _concerns(office, one, recipient, day)
        ),
        unheld=unheld,
        seal=seal,
        linked=linked,
        recipient=recipient,
        on=day.isoformat(),
    )
    return in_lines(told)


def _concerns(office: Office, late: StillLate, recipient: str, day: date) -> bool:
    return office.acts_for(recipient, late.posts, day) is not None


def urgency(slip: Slip) -> tuple[int, int, str, str]:
    """What waits for an answer is as urgent as it has waited long, whatever the deadline of the work."""
    left = NO_DEADLINE if slip.days_left is None else slip.days_left
    place = left if slip.waited is None else -slip.waited
    return GROUPS.index(_group(slip)), place, slip.initiative_number, slip.step_ref


def _group(slip: Slip) -> str:
    return SLIP_GROUPS.get(slip.kind) or (LATE if _late(slip) else NEAR if slip.kind in PRESSINGS else OTHER)


def _late(slip: Slip) -> bool:
    return slip.kind not in NOT_LATE and slip.days_left is not None and slip.days_left < 0
