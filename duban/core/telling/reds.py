"""What is red, as leaders ask: since when, because of whom, what it holds up, what was tried, who acts first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from duban.core.deciding.agenda import awaited
from duban.core.deciding.commands import VERB_TITLES
from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.ledger.steps import Sent, StepState
from duban.core.ledger.summary import Light, StepRow
from duban.core.planning.plan import Initiative, Step, StepRef
from duban.core.telling.lines import BoardLine, lines
from duban.core.telling.reasons import reason_of
from duban.core.telling.waits import waiting_for
from duban.core.telling.whens import short
from duban.core.titles import SLIP_TITLES

TRIED = ("assign", "remind", "press", "supervise")
"""The slips by which a step is asked for, from the first on."""


@dataclass(frozen=True, slots=True)
class Red:
    """A red step, or those of several units of one written step; texts are Chinese, empty where there is none.

    `steps` counts them; `red` of the initiative's `total` steps are so; `since` is the day on which the first turned.
    `first` says who has to act, and how: they may answer for another step, because of which this one is late.
    """

    initiative: Initiative
    step: StepRef
    title: str
    steps: int
    owners: tuple[str, ...]
    reasons: tuple[str, ...]
    red: int
    total: int
    since: date | None
    holds: tuple[str, ...]
    tried: str
    first: str


def reds(look: Look, decision: Decision) -> Iterator[Red]:
    """What is red of an initiative, in the order of its steps."""
    for line in lines(look, decision):
        rows = [row for row in line.amiss if row.light is Light.RED]
        if rows:
            yield _red(look, decision, line, rows)


def _red(look: Look, decision: Decision, line: BoardLine, rows: list[StepRow]) -> Red:
    office, steps = look.office, [look.initiative.steps[row.step] for row in rows]
    owns = [decision.state.step(step.id) for step in steps]
    holds = dict.fromkeys(title for step in steps for title in waiting_for(look, decision, step))
    whose = dict.fromkeys(office.directory.titles(office.owners(*pair)) for pair in zip(steps, owns, strict=True))
    return Red(
        initiative=look.initiative,
        step=steps[0].ref,
        title=line.title if len(rows) > 1 else steps[0].title,
        steps=len(rows),
        owners=tuple(whose),
        reasons=tuple(dict.fromkeys(reason_of(office, look.initiative.id, row) for row in rows)),
        red=sum(row.light is Light.RED for row in decision.summary.steps),
        total=decision.summary.total,
        since=min(filter(None, map(_since, [decision] * len(rows), rows, owns)), default=None),
        holds=tuple(holds),
        tried=tried(look, owns),
        first="；".join(dict.fromkeys(_first(look, decision, *pair) for pair in zip(steps, rows, strict=True))),
    )


def _since(decision: Decision, row: StepRow, own: StepState) -> date | None:
    """The day on which it turned red: of what is red from the beginning on, what made it so."""
    _, table = decision.timetables[row.step]
    turned = min((turn.first for turn in table.lights if turn.light is Light.RED), default=date.min)
    return turned if turned > date.min else own.failed or (own.values[-1][0] if own.values else None)


def tried(look: Look, owns: Iterable[StepState]) -> str:
    """The letters that asked for a step so far, the last of them, and the extensions it was given."""
    owns = list(owns)
    letters = sorted(sent for own in owns for sent in own.history if sent.slip in TRIED)
    asks = sum(own.asks for own in owns)
    told = [_letters(look, letters) if letters else "尚未发函"]
    told += [f"申请延期{asks}次"] if asks else []
    return "，".join(told)


def _letters(look: Look, letters: list[Sent]) -> str:
    last, counted = letters[-1], {slip: sum(sent.slip == slip for sent in letters) for slip in TRIED}
    kinds = "、".join(f"{SLIP_TITLES[slip]}{many}份" for slip, many in counted.items() if many)
    to = look.office.directory.title(last.recipient)
    return f"已发{kinds}，最近一份{short(last.day, look.calendar)}送{to}"


def _first(look: Look, decision: Decision, step: Step, row: StepRow) -> str:
    """Who has to act first: whoever answers for the step that holds this one up, else for this one."""
    plan, cause = look.office.plan, row.held_by or step.ref
    held = plan.step(cause)
    if cause.initiative != look.initiative.id:
        where = plan.initiatives[cause.initiative].title
        return f"{look.office.directory.title(held.owner)}办结“{held.title}”（{where}）"
    asked = _asked(look, decision, held)
    if not asked:
        return "无人可办，待其启动或者期满"
    return asked + ("" if held is step else f"“{held.title}”")


def _asked(look: Look, decision: Decision, step: Step) -> str:
    """Who is waited for, and what they are to do; nothing where it goes on by itself."""
    people = look.office.directory
    for waited in awaited(look, step, decision.state, decision.rows[step.id].status):
        if waited.now:
            there = filter(None, (people.present(post, look.today) for post in waited.posts))
            does = VERB_TITLES[waited.verb] if waited.verb else "处理"
            return f"{people.title(next(there, people.administrator))}{does}"
    return ""
