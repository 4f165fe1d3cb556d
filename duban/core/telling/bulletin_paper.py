"""督查通报 of a week or a month: counts first, then who is late, then the tables, slow ones first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from duban.core.deciding.commands import Refused
from duban.core.deciding.deadlines import days_left
from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.office import Look, Office
from duban.core.ledger.entries import Entry, EntryKind, standing
from duban.core.ledger.state import State, fold
from duban.core.ledger.summary import CLOSED, Light, Status, StepRow, Upstream, known_of
from duban.core.planning.plan import ACTED_ON, Step, StepRef
from duban.core.telling.closing import kept
from duban.core.telling.reasons import reason_of, reason_of_all
from duban.core.telling.whens import chinese
from duban.core.titles import LIGHT_SHAPES, LIGHT_TITLES
from duban.core.typed import in_lines

WEEK = timedelta(days=7)

_Entered = tuple[Look, Sequence[Entry], Mapping[str, str]]
"""An initiative with its entries and the former names of its steps."""


class Spell(NamedTuple):
    """What a bulletin is about: its days, both included; 周 or 月; which of these it is; how it is called."""

    first: date
    last: date
    rhythm: str
    issue: int
    title: str

    @property
    def key(self) -> str:
        """What tells it from every other: its rhythm and its first day."""
        return f"{'week' if self.rhythm == '周' else 'month'}/{self.first.isoformat()}"


@dataclass(frozen=True, slots=True)
class LateLine:
    """A step that is late, by working days."""

    place: int
    title: str
    initiative: str
    owner_title: str
    due: str
    days: int
    reason: str


@dataclass(frozen=True, slots=True)
class StandingLine:
    """An initiative as it stands."""

    place: int
    number: str
    title: str
    lead_title: str
    done: str
    light: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit: what is with it, what of that is late; what fell due in the time told of, and what share was in time."""

    place: int
    title: str
    open: int
    late: int
    due: int
    kept: int
    share: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a bulletin: steps are those people or programs act on; shares are percent.

    `due` are those whose deadline lay in the time told of, `kept` those of them that were in time; `closed`,
    `extended`, `pressed` and `supervised` count what happened in it.
    """

    initiatives: int
    steps: int
    done: int
    done_share: int
    going: int
    going_share: int
    waiting: int
    late: int
    late_share: int
    unsigned: int
    due: int
    kept: int
    kept_share: int
    closed: int
    extended: int
    pressed: int
    supervised: int


@dataclass(frozen=True, slots=True)
class BulletinPaper:
    """A bulletin; `spell` is the time it tells of, `praised` are units that kept all of several deadlines.

    `heading`, `opening`, `remarks` and `demands` are what its coordinator writes, here as it is proposed; `summary`
    tells the figures in words. `replaces` is the number of the bulletin that it corrects, empty for most; `seal`
    is the last seal of the ledger it was made of, in a line.
    """

    issuer: str
    title: str
    number: str
    date: str
    plan_title: str
    document: str
    spell: str
    lights: str
    figures: Figures
    praised: tuple[str, ...]
    late_steps: tuple[LateLine, ...]
    slow: tuple[StandingLine, ...]
    others: tuple[StandingLine, ...]
    units: tuple[UnitLine, ...]
    heading: str = ""
    opening: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    replaces: str = ""
    seal: str = ""


DEMANDS = (
    "各承办单位要对照时限倒排进度，逾期事项逐项说明原因、明确办结日期；预计不能按时办结的，在到期前申请延期。"
    "各牵头单位要加强统筹，及时协调解决跨单位的问题。"
)
"""What a bulletin asks of units unless its coordinator writes otherwise."""


def month_of(office: Office, day: date) -> Spell:
    """The month of a day; they are counted from the plan's first."""
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    starts = office.plan.starts
    issue = (first.year - starts.year) * 12 + first.month - starts.month + 1
    return Spell(first, last, "月", issue, f"{first.year}年{first.month}月")


def week_of(office: Office, day: date) -> Spell:
    """The week of a day, from Monday; they are counted from the plan's first."""
    first, begun = day - timedelta(days=day.weekday()), office.plan.starts
    last = first + WEEK - timedelta(days=1)
    issue = (first - (begun - timedelta(days=begun.weekday()))).days // 7 + 1
    return Spell(first, last, "周", issue, f"{chinese(first)}至{chinese(last)}")


def bulletin(office: Office, told: Iterable[_Entered], spell: Spell, now: datetime) -> BulletinPaper:
    """The bulletin of a week or a month: as things stood when it was over, or stand now; raises Refused."""
    if spell.first > office.day(now) or spell.issue < 1:
        raise Refused(
            "no-bulletin", f"{spell.title}不在计划已经经过的时间内，不能出具《{office.directory.name('bulletin')}》"
        )
    moment = min(now, office.at(spell.last, time.max))
    seen = list(_seen(list(told), moment, then=moment < now))
    steps = [one for one in _steps(seen) if one.step.kind in ACTED_ON]
    over = min(spell.last, office.day(moment))
    due = [one for one in steps if one.row.due and spell.first <= one.row.due <= over]
    late = sorted((one for one in steps if one.days_late), key=lambda one: (-one.days_late, str(one.step.ref)))
    slow, others = _standings(seen)
    head = office.directory.mailing.letterhead
    paper = BulletinPaper(
        issuer=head.issuer or "",
        title=office.directory.name("bulletin"),
        number=head.issue.format(year=spell.first.year, rhythm=spell.rhythm, issue=spell.issue),
        date=chinese(office.day(moment)),
        plan_title=office.plan.title,
        document=office.plan.document,
        spell=spell.title,
        lights=_lights(one.decision for one in seen),
        figures=_figures(seen, steps, due, spell),
        praised=tuple(_praised(office, steps, due)),
        late_steps=tuple(in_lines(_late(office, one, place)) for place, one in enumerate(late, start=1)),
        slow=slow,
        others=others,
        units=tuple(_units(office, steps, due)),
    )
    return in_lines(_proposed(paper))


def _proposed(paper: BulletinPaper) -> BulletinPaper:
    """A bulletin with the text that its figures propose."""
    what, document = f"《{paper.plan_title}》", f"（{paper.document}）" if paper.document else ""
    praise = (f"{'、'.join(paper.praised)}本期到期事项全部按期办结。",) if paper.praised else ()
    late = "、".join(f"{unit.title}{unit.late}项" for unit in paper.units if unit.late)
    return replace(
        paper,
        heading=f"关于{paper.spell}{what}落实情况的通报",
        opening=(f"{paper.spell}，各单位按照{what}{document}的部署推进各项工作。现通报如下。",),
        summary=_in_words(paper),
        remarks=(*praise, *((f"逾期未办结事项按承办单位：{late}。",) if late else ())),
        demands=(DEMANDS,),
    )


def _in_words(paper: BulletinPaper) -> tuple[str, ...]:
    """The figures of a bulletin in words."""
    told = paper.figures
    return (
        f"共有举措{told.initiatives}项、事项{told.steps}项。截至{paper.date}，已办结{told.done}项，占{told.done_share}%；"
        f"正在办理{told.going}项，占{told.going_share}%，其中尚未签收{told.unsigned}项；尚未启动{told.waiting}项。"
        f"逾期未办结{told.late}项，占{told.late_share}%。各项举措灯色：{paper.lights}。",
        f"本期到期{told.due}项，按期办结{told.kept}项，按期率{f'{told.kept_share}%' if told.due else '不计'}。"
        f"本期办结{told.closed}项，同意延期{told.extended}项，发出催办单{told.pressed}份、督办通知单{told.supervised}份。",
    )


def _figures(
    seen: Sequence["_Stood"], steps: Sequence["_StepStood"], due: Sequence["_StepStood"], spell: Spell
) -> Figures:
    stand = Counter(_group(one.row) for one in steps)
    late, kept_, all_ = sum(one.days_late > 0 for one in steps), sum(one.in_time for one in due), len(steps)
    happened = Counter(entry.data.get("slip", entry.kind) for entry in _happened(seen, spell))
    return Figures(
        initiatives=len(seen),
        steps=all_,
        done=stand["done"],
        done_share=_share(stand["done"], all_),
        going=stand["going"],
        going_share=_share(stand["going"], all_),
        waiting=stand["waiting"],
        late=late,
        late_share=_share(late, all_),
        unsigned=sum(one.row.status is Status.OPEN for one in steps),
        due=len(due),
        kept=kept_,
        kept_share=_share(kept_, len(due)),
        closed=happened[EntryKind.COMPLETED],
        extended=happened[EntryKind.EXTENSION_GRANTED],
        pressed=happened["press"],
        supervised=happened["supervise"],
    )


class _Stood(NamedTuple):
    look: Look
    entries: Sequence[Entry]
    state: State
    decision: Decision


class _StepStood(NamedTuple):
    """A step of an initiative as it stands."""

    seen: _Stood
    step: Step
    row: StepRow

    @property
    def owner(self) -> str:
        return self.seen.look.office.owners(self.step, self.seen.state.step(self.step.id))[0]

    @property
    def days_late(self) -> int:
        """Working days past its deadline, while it goes on."""
        if self.row.due is None or self.row.status in CLOSED:
            return 0
        return max(0, -days_left(self.seen.look, self.seen.state.step(self.step.id), self.row.due))

    @property
    def in_time(self) -> bool:
        if self.row.status in CLOSED:
            return not kept(self.seen.look, self.seen.state.step(self.step.id)).startswith("逾期")
        return not self.days_late


def _seen(told: Sequence[_Entered], moment: datetime, *, then: bool) -> Iterator[_Stood]:
    """Initiatives as they stood at a moment, of what they waited for as it stood then."""
    known: dict[StepRef, Upstream] = {}
    for _ in range(2 if then else 1):  # the second time with the forecasts of the first
        found = [_at(one, moment, known if then else None) for one in told]
        known = {
            StepRef(one.look.initiative.id, row.step): known_of(row)
            for one in found
            for row in one.decision.summary.steps
        }
    yield from found


def _at(one: _Entered, moment: datetime, known: Mapping[StepRef, Upstream] | None) -> _Stood:
    look, entries, names = one
    heard = [entry for entry in entries if entry.at <= moment]
    facts = look.upstream if known is None else {ref: known[ref] for ref in look.initiative.upstream if ref in known}
    look, state = replace(look, now=moment, upstream=facts), fold(heard, names)
    return _Stood(look, heard, state, decide(look, state))


def _steps(seen: Iterable[_Stood]) -> Iterator[_StepStood]:
    for one in seen:
        yield from (_StepStood(one, one.look.initiative.steps[row.step], row) for row in one.decision.summary.steps)


def _group(row: StepRow) -> str:
    return "done" if row.status in CLOSED else "waiting" if row.status is Status.WAITING else "going"


def _happened(seen: Iterable[_Stood], spell: Spell) -> Iterator[Entry]:
    wanted = {EntryKind.COMPLETED, EntryKind.EXTENSION_GRANTED, EntryKind.NOTICE_SENT}
    for one in seen:
        yield from (e for e in standing(one.entries) if e.kind in wanted and spell.first <= e.day <= spell.last)


def _share(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def _lights(decisions: Iterable[Decision]) -> str:
    found = Counter(decision.summary.light for decision in decisions)
    told = (f"{LIGHT_TITLES[light] or '不亮灯'}{found[light]}项" for light in sorted(Light, reverse=True))
    return "、".join(told)


def _late(office: Office, one: _StepStood, place: int) -> LateLine:
    initiative = one.seen.look.initiative
    people, reason = office.directory, reason_of(office, initiative.id, one.row)
    return LateLine(
        place,
        one.step.title,
        f"{initiative.number} {initiative.title}",
        people.title(one.owner),
        chinese(one.row.due, office.calendar),
        one.days_late,
        reason,
    )


def _standings(seen: Iterable[_Stood]) -> tuple[tuple[StandingLine, ...], tuple[StandingLine, ...]]:
    """Initiatives that are slow, the gravest first, and the others; numbered through both."""
    ordered = sorted(seen, key=lambda one: (-one.decision.summary.light, one.look.initiative.number))
    lines = [in_lines(_standing(one, place)) for place, one in enumerate(ordered, start=1)]
    slow = sum(one.decision.summary.light > Light.GREEN for one in ordered)
    return tuple(lines[:slow]), tuple(lines[slow:])


def _standing(one: _Stood, place: int) -> StandingLine:
    summary, initiative, office = one.decision.summary, one.look.initiative, one.look.office
    light = f"{LIGHT_SHAPES[summary.light]}{LIGHT_TITLES[summary.light] or '不亮灯'}"
    lead, done = office.directory.titles(initiative.leads), f"{summary.done}/{summary.total}"
    reason = reason_of_all(office, summary)
    return StandingLine(place, initiative.number, initiative.title, lead, done, light, reason)


def _units(office: Office, steps: Sequence[_StepStood], due: Sequence[_StepStood]) -> Iterator[UnitLine]:
    """Units with what is with them, the latest first."""
    going, late = Counter[str](), Counter[str]()
    for one in steps:
        going[one.owner] += one.row.status not in CLOSED
        late[one.owner] += bool(one.days_late)
    fell, in_time = Counter(one.owner for one in due), Counter(one.owner for one in due if one.in_time)
    names = sorted(
        going, key=lambda name: (-late[name], _share(in_time[name], fell[name]) if fell[name] else 100, name)
    )
    for place, name in enumerate(names, start=1):
        share = f"{_share(in_time[name], fell[name])}%" if fell[name] else "—"
        yield UnitLine(place, office.directory.title(name), going[name], late[name], fell[name], in_time[name], share)


def _praised(office: Office, steps: Sequence[_StepStood], due: Sequence[_StepStood]) -> Iterator[str]:
    """Units that kept several deadlines and are late with nothing."""
    late = {one.owner for one in steps if one.days_late} | {one.owner for one in due if not one.in_time}
    fell = Counter(one.owner for one in due)
    yield from (office.directory.title(name) for name, many in fell.most_common() if many > 1 and name not in late)
