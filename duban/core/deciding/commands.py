"""What people do to a step, and what the rules make of it: entries, or a refusal in words.

Every command names who acts. It is allowed or not by the post (or its deputy while the holder is away) and by where
the step stands; both are checked before anything is written. Refusals are read by coordinators, hence in Chinese.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite

from duban.core.days.workdays import WorkCalendar
from duban.core.deciding.deadlines import deadline
from duban.core.deciding.judging import answerers, approve, doers, judges, send_back
from duban.core.deciding.late_entry import BACK, done_on
from duban.core.deciding.matter import VERB_TITLES as VERB_TITLES  # noqa: PLC0414
from duban.core.deciding.matter import Command as Command  # noqa: PLC0414
from duban.core.deciding.matter import Matter as _Matter
from duban.core.deciding.matter import Refused as Refused  # noqa: PLC0414
from duban.core.deciding.matter import Verb as Verb  # noqa: PLC0414
from duban.core.deciding.matter import ends, lapsing
from duban.core.deciding.office import Look
from duban.core.deciding.settle import NOT_CLOSED, allowed, judged
from duban.core.deciding.taking_back import correct, reopen, withdraw
from duban.core.ledger.entries import SYSTEM, Data, Draft, EntryKind
from duban.core.ledger.state import State
from duban.core.ledger.summary import AWAITING_OWNER, CLOSED, Status
from duban.core.planning.directory import Directory
from duban.core.planning.plan import Step
from duban.core.planning.plan_file import Kind
from duban.core.planning.when import LONGEST
from duban.core.titles import STATUS_TITLES, perhaps


def respond(look: Look, state: State, command: Command, back: int = BACK) -> tuple[Draft, ...]:
    """The entries a command comes to; raises Refused. `state` is as stored and settled.

    What was done may be entered so many working days later as `back` says.
    """
    step = look.initiative.steps.get(command.step.step)
    if step is None:
        hint = perhaps(command.step.step, look.initiative.steps, "请核对事项编号")
        raise Refused("unknown-step", f"“{look.initiative.title}”中没有事项 {command.step.step}：{hint}")
    if command.actor not in look.office.directory.posts:
        hint = perhaps(command.actor, look.office.directory.posts, "请核对岗位编号")
        raise Refused("unknown-person", f"通讯录中没有岗位 {command.actor}：{hint}")
    matter = _Matter(look, state, step, state.step(step.id), command, look.today)
    rule = RULES[command.verb]
    if matter.own.closed and matter.status not in rule.stands(step):
        by = "系统" if matter.own.closed_by == SYSTEM else look.office.directory.title(matter.own.closed_by)
        how = STATUS_TITLES[matter.status]
        raise Refused("closed", f"“{step.title}”{how}（{by}，{matter.own.finished}），无需再办")
    _allow(matter, rule)
    if command.on:
        matter = replace(matter, day=done_on(matter, back))
    drafts = rule.act(matter) if rule.act else (matter.draft(rule.on),)
    first, *others = (came_by(command.via, judged(look, state, lapsing(matter, draft))) for draft in drafts)
    return (first._replace(key=command.key), *others)


def came_by(via: str, draft: Draft) -> Draft:
    """An entry of an act, with the way by which that came."""
    return draft._replace(data={**draft.data, "via": via}) if via else draft


@dataclass(frozen=True, slots=True)
class _VerbRule:
    """Who may, what entry it comes to, and what more than that; `when` and `what` narrow where and which steps.

    `whose` are those of whom it answers for something they did, which is nobody's own to answer for.
    """

    who: Callable[[_Matter], tuple[str, ...]]
    on: EntryKind
    act: Callable[[_Matter], tuple[Draft, ...]] | None = None
    reasoned: bool = False
    whose: Callable[[_Matter], Collection[str]] = lambda matter: ()
    when: frozenset[Status] = frozenset(Status)
    what: Callable[[Step], bool] = lambda step: True

    def stands(self, step: Step) -> frozenset[Status]:
        """Where a step may stand for it."""
        return allowed(step.kind, self.on) & self.when if self.what(step) else frozenset()


REMARKS = frozenset({EntryKind.INSTRUCTED, EntryKind.ADVISED, EntryKind.PRESSED, EntryKind.DISOWNED})
"""What is put on record and changes nothing."""


def _allow(matter: _Matter, rule: _VerbRule) -> None:
    verb, step, stands = VERB_TITLES[matter.command.verb], matter.step, rule.stands(matter.step)
    if not stands:
        raise Refused("wrong-kind", f"“{step.title}”这类事项不能{verb}")
    posts, directory = rule.who(matter), matter.look.office.directory
    if not posts:
        judged = f"“{step.title}”不设审核，报送即办结，无需{verb}"
        advised = f"“{step.title}”没有配合单位；承办单位的情况请用反馈进展填报"
        raise Refused("no-reviewer", advised if rule.on is EntryKind.ADVISED else judged)
    own = set(map(directory.person, rule.whose(matter)))
    if directory.person(matter.command.actor) in own:
        by = _others(directory, posts, own)
        if rule.on is EntryKind.APPROVED:
            raise Refused("own-work", f"不能审核本人报送的事项，{by}审核")
        raise Refused("own-request", f"不能答复本人提出的延期申请，{by}答复")
    if matter.look.office.acts_for(matter.command.actor, posts, matter.look.today) is None:
        who, by = directory.title(matter.command.actor), _others(directory, posts, own)
        raise Refused("not-yours", f"{who}不能对“{step.title}”{verb}，{by}办理")
    if matter.status not in stands:
        if matter.status in AWAITING_OWNER and Status.REVIEW in stands:
            raise Refused("not-now", f"“{step.title}”尚未报送办结，不能{verb}")
        when = "、".join(STATUS_TITLES[s] for s in Status if s in stands - CLOSED)
        raise Refused("not-now", f"“{step.title}”{STATUS_TITLES[matter.status]}，现在不能{verb}；{when}时方可{verb}")
    if rule.reasoned and not matter.command.reason.strip():
        raise Refused("reason-missing", f"{verb}应当写明内容" if rule.on in REMARKS else f"{verb}应当说明理由")


def _others(people: Directory, posts: Iterable[str], own: Collection[str]) -> str:
    """Who of those who may do something should, in words: not one of those whose own it is."""
    free = (post for post in dict.fromkeys(posts) if post in people.filled and people.person(post) not in own)
    return "应由" + "、".join(map(people.title, free))


def entitled(look: Look, state: State, verb: Verb, step: Step) -> tuple[str, ...]:
    """The posts whom the rules let do something to a step as it stands; none when nobody may now."""
    matter, rule = _Matter(look, state, step, state.step(step.id), Command(verb, step.ref, ""), look.today), RULES[verb]
    return rule.who(matter) if matter.status in rule.stands(step) else ()


# Who -----------------------------------------------------------------------------------------------------------------


def _owner_side(matter: _Matter) -> tuple[str, ...]:
    return matter.look.office.owner_side(matter.step, matter.own)


def _supervisor(matter: _Matter) -> tuple[str, ...]:
    return (matter.look.office.directory.head(matter.look.initiative.supervisor),)


def _answerers(matter: _Matter) -> tuple[str, ...]:
    return answerers(matter.look, matter.own)


def _doers(matter: _Matter) -> tuple[str, ...]:
    return doers(matter.look.initiative, matter.step, matter.state)


def _asking(matter: _Matter) -> tuple[str, ...]:
    return (matter.own.asked.doer,) if matter.own.asked else ()


def _managers(matter: _Matter) -> tuple[str, ...]:
    return matter.look.office.managers(matter.look.initiative)


def _dispatchers(matter: _Matter) -> tuple[str, ...]:
    office = matter.look.office
    return (*map(office.directory.head, office.owners(matter.step, matter.own)), *_managers(matter))


def _cancellers(matter: _Matter) -> tuple[str, ...]:
    return (*_supervisor(matter), matter.look.office.coordinator)


def _leaders(matter: _Matter) -> tuple[str, ...]:
    """Whoever supervises an initiative of the plan, first this one's."""
    plan, head = matter.look.office.plan, matter.look.office.directory.head
    others = (head(one.supervisor) for one in plan.initiatives.values())
    return tuple(dict.fromkeys((head(matter.look.initiative.supervisor), *others)))


def _supporters(matter: _Matter) -> tuple[str, ...]:
    """The units that support the initiative, and those that lead it; not the owners, who report."""
    people, owners = matter.look.office.directory, matter.look.office.owners(matter.step, matter.own)
    units = [one for one in (*matter.look.initiative.support, *matter.look.initiative.leads) if one not in owners]
    return tuple(dict.fromkeys((*map(people.officer, units), *map(people.head, units))))


def _reopeners(matter: _Matter) -> tuple[str, ...]:
    return _cancellers(matter) if matter.own.cancelled else _managers(matter)


def _addressees(matter: _Matter) -> tuple[str, ...]:
    told = (n.recipient for n in matter.state.notices.values() if n.step == matter.step.id)
    return tuple(dict.fromkeys((*_owner_side(matter), *told)))


# What ----------------------------------------------------------------------------------------------------------------


def _report(matter: _Matter) -> tuple[Draft, ...]:
    figures = _figures(matter)
    if not figures and not matter.command.reason:
        raise Refused("nothing-reported", "请填写进度、数值或者情况说明")
    return matter.draft(EntryKind.REPORTED, figures), *_signing(matter)


def _correct(matter: _Matter) -> tuple[Draft, ...]:
    return correct(matter, _figures(matter))


def _figures(matter: _Matter) -> Data:
    """What was typed of progress, value and days that are left; raises Refused for what cannot be."""
    command = matter.command
    if command.progress is not None and not 0 <= command.progress <= 100:
        raise Refused("bad-progress", f"进度应为 0 至 100，收到 {command.progress}")
    if command.value is not None and matter.step.target is None:
        raise Refused("no-indicator", f"“{matter.step.title}”没有指标，不能填写数值")
    if command.value is not None and not isfinite(command.value):
        raise Refused("bad-value", f"数值应为有限的数，收到 {command.value}")
    if command.remaining is not None and not 0 <= command.remaining <= LONGEST:
        raise Refused("bad-remaining", f"剩余用时应为 0 至 {LONGEST} 天，收到 {command.remaining}")
    said = {"progress": command.progress, "value": command.value, "remaining": command.remaining}
    return {name: value for name, value in said.items() if value is not None}


def _signing(matter: _Matter) -> tuple[Draft, ...]:
    """Who reports or hands in has signed for it, whether they said so or not."""
    return () if matter.own.signed else (matter.draft(EntryKind.SIGNED),)


def _submit(matter: _Matter) -> tuple[Draft, ...]:
    evidence = tuple(item for item in matter.command.evidence if item.strip())
    if matter.step.evidence and not evidence:
        wanted = "、".join(matter.step.evidence)
        raise Refused("evidence-missing", f"“{matter.step.title}”办结须附成果材料：{wanted}")
    last = () if matter.step.review else (ends(matter),)
    return matter.draft(EntryKind.SUBMITTED, {"evidence": list(evidence)}), *_signing(matter), *last


def _extend(matter: _Matter) -> tuple[Draft, ...]:
    current = deadline(matter.look, matter.step, matter.state)
    if current is None:
        raise Refused("no-deadline", f"“{matter.step.title}”没有时限，无需延期")
    if matter.own.asked:
        raise Refused("asked-already", f"已申请延期至{matter.own.asked.to}，正待答复")
    to = _later_day(matter, current.day)
    late = matter.day > current.day
    return (matter.draft(EntryKind.EXTENSION_ASKED, {"to": to.isoformat(), "late": late}),)


def later_day(text: str, limit: date | None, today: date, calendar: WorkCalendar) -> date:
    """The day an extension is to last; raises Refused unless it is after the present limit and today."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused("bad-day", "请写明延期至哪一天，如 2024-07-15" + (f"；收到“{text}”" if text else "")) from None
    if day <= max(limit or today, today):
        raise Refused("not-later", f"延期日期{day}应在{f'现时限{limit}和' if limit else ''}今日之后")
    if day.year >= calendar.last.year:  # rungs and what follows need days beyond it
        raise Refused("bad-day", f"延期日期{day}过远：工作日历编至{calendar.last}")
    return day


def _later_day(matter: _Matter, limit: date) -> date:
    return later_day(matter.command.to, limit, matter.day, matter.look.calendar)


def _grant(matter: _Matter) -> tuple[Draft, ...]:
    asked = _asked(matter)
    current = deadline(matter.look, matter.step, matter.state)
    day = _later_day(matter, current.day) if matter.command.to and current else asked
    return (matter.draft(EntryKind.EXTENSION_GRANTED, {"to": day.isoformat()}),)


def _refuse(matter: _Matter) -> tuple[Draft, ...]:
    _asked(matter)
    return (matter.draft(EntryKind.EXTENSION_REFUSED),)


def _asked(matter: _Matter) -> date:
    asked = matter.own.asked
    if asked is None:
        raise Refused("not-asked", f"“{matter.step.title}”没有待答复的延期申请")
    return asked.to


def _known(matter: _Matter, to: str) -> None:
    """Refuse a unit or post that there is not."""
    directory = matter.look.office.directory
    if not directory.knows(to):
        hint = perhaps(to, (*directory.units, *directory.posts), "请核对单位、岗位编号")
        raise Refused("unknown-person", f"通讯录中没有单位或岗位 {to}：{hint}")


def _disown(matter: _Matter) -> tuple[Draft, ...]:
    to = matter.command.to
    if to:
        _known(matter, to)
    return (matter.draft(EntryKind.DISOWNED, {"to": to} if to else {}),)


def _hand_over(matter: _Matter) -> tuple[Draft, ...]:
    directory, to = matter.look.office.directory, matter.command.to
    _known(matter, to)
    if to == matter.look.office.owner(matter.step, matter.own):
        raise Refused("same-owner", f"“{matter.step.title}”本就由{directory.title(to)}承办")
    if not any(directory.present(post, matter.look.today) for post in (directory.officer(to), directory.head(to))):
        raise Refused(
            "nobody-there", f"{directory.title(to)}空缺或者不在岗，也没有人代行：请转给他人，或者先写明代行人"
        )
    return (matter.draft(EntryKind.HANDED_OVER, {"to": to}),)


def _conclude(matter: _Matter) -> tuple[Draft, ...]:
    """Go on with what is in: the steps of the units that are not closed are cancelled."""
    missing = [ref.step for ref in matter.step.slots if not matter.state.step(ref.step).closed]  # else it would run
    return tuple(matter.draft(EntryKind.CANCELLED, step=name) for name in missing)


def _judgeable(matter: _Matter) -> tuple[str, ...]:
    """Reviewers, and the next in line where it is their turn; a work step without a reviewer has nobody to judge it."""
    look, step = matter.look, matter.step
    named = look.office.reviewers(look.initiative, step, matter.own)
    judged = step.kind is Kind.REVIEW or step.review
    return tuple(dict.fromkeys((*named, *judges(look, matter.state, step)))) if judged else ()


RULES: Mapping[Verb, _VerbRule] = {
    Verb.SIGN: _VerbRule(_owner_side, EntryKind.SIGNED, when=AWAITING_OWNER),
    Verb.REPORT: _VerbRule(_owner_side, EntryKind.REPORTED, _report),
    Verb.SUBMIT: _VerbRule(_owner_side, EntryKind.SUBMITTED, _submit),
    Verb.APPROVE: _VerbRule(_judgeable, EntryKind.APPROVED, approve, whose=_doers),
    Verb.RETURN: _VerbRule(_judgeable, EntryKind.RETURNED, send_back, reasoned=True, when=NOT_CLOSED),
    Verb.EXTEND: _VerbRule(_owner_side, EntryKind.EXTENSION_ASKED, _extend, reasoned=True),
    Verb.GRANT: _VerbRule(_answerers, EntryKind.EXTENSION_GRANTED, _grant, whose=_asking),
    Verb.REFUSE: _VerbRule(_answerers, EntryKind.EXTENSION_REFUSED, _refuse, reasoned=True, whose=_asking),
    Verb.SUSPEND: _VerbRule(_managers, EntryKind.SUSPENDED, reasoned=True),
    Verb.RESUME: _VerbRule(_managers, EntryKind.RESUMED),
    Verb.HAND_OVER: _VerbRule(_dispatchers, EntryKind.HANDED_OVER, _hand_over, reasoned=True),
    Verb.CANCEL: _VerbRule(_cancellers, EntryKind.CANCELLED, reasoned=True),
    Verb.WITHDRAW: _VerbRule(_owner_side, EntryKind.WITHDRAWN, withdraw),
    Verb.CORRECT: _VerbRule(_owner_side, EntryKind.CORRECTED, _correct, reasoned=True),
    Verb.REOPEN: _VerbRule(_reopeners, EntryKind.REOPENED, reopen, reasoned=True),
    Verb.CONCLUDE: _VerbRule(
        _managers,
        EntryKind.CANCELLED,  # of the steps that a collecting action waits for
        _conclude,
        reasoned=True,
        when=frozenset({Status.WAITING}),
        what=lambda step: step.collects,
    ),
    Verb.ACKNOWLEDGE: _VerbRule(_addressees, EntryKind.ACKNOWLEDGED),
    Verb.INSTRUCT: _VerbRule(_leaders, EntryKind.INSTRUCTED, reasoned=True),
    Verb.ADVISE: _VerbRule(_supporters, EntryKind.ADVISED, reasoned=True),
    Verb.PRESS: _VerbRule(_cancellers, EntryKind.PRESSED, reasoned=True),
    Verb.DISOWN: _VerbRule(_addressees, EntryKind.DISOWNED, _disown, reasoned=True),
}
