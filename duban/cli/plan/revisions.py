"""A proposed plan beside the one in force, in Chinese lines and as data."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from duban.applying import Proposal
from duban.core.forecasting.effects import Shift
from duban.core.ledger.summary import CLOSED, StepRow
from duban.core.planning.plan import Initiative, Step
from duban.core.planning.revision import InitiativeRevision, StepRevision, moved_names
from duban.core.planning.when import write_kept
from duban.core.telling.altered import alterations_in_words, moves_in_words
from duban.core.telling.consequences import Consequences, Touched
from duban.core.telling.revised import Names, edit_in_words, edits_in_words
from duban.core.telling.whens import chinese
from duban.core.titles import STATUS_TITLES


def describe(proposal: Proposal, found: Consequences | None = None) -> Iterator[str]:
    """What differs, line by line; with `found`, what it touches and what it moves."""
    if proposal.first:
        steps = sum(len(one.steps) for one in proposal.wanted.plan.initiatives.values())
        yield f"首次应用：{len(proposal.wanted.plan.initiatives)}项举措，{steps}个事项"
    elif proposal.empty:
        yield "计划没有变化"
    else:
        yield from _Description(proposal, found).lines()


class _Description:
    """The lines about one proposal."""

    def __init__(self, proposal: Proposal, found: Consequences | None) -> None:
        old, new = proposal.service.office.plan, proposal.wanted.plan
        self.proposal, self.found = proposal, found
        self.calendar = proposal.wanted.calendar
        self.names = Names(proposal.wanted.directory, (new, old), self.calendar)
        self.touched = {one.revision.ref: one for one in found.touched} if found else {}

    def lines(self) -> Iterator[str]:
        """Everything."""
        for edit in self.proposal.revision.edits:
            yield f"~ 计划：{edit_in_words(self.names, '', edit)}"
        for moved, steps in moved_names(self.proposal.revision).items():
            days = f"{chinese(moved.before)}改为{chinese(moved.after, self.calendar)}"
            told = "、".join(f"{self.names.step(step)}（{step}）" for step in steps)
            yield f"~ 日期“{moved.name}”：{days}，{len(steps)}项随之调整：{told}"
        yield from (f"~ {line}" for line in alterations_in_words(self.proposal.altered))
        for one in self.proposal.revision.initiatives:
            yield from self._initiative(one)
        if self.found is not None:
            yield from self._moves(self.found)

    def _initiative(self, one: InitiativeRevision) -> Iterator[str]:
        if one.before is None and one.after is not None:
            yield f"+ {_titled(one.after)}：新增，{len(one.steps)}个事项"
        elif one.after is None and one.before is not None:
            yield f"- {_titled(one.before)}：删去"
        elif one.after is not None:
            edits = edits_in_words(self.names, one.id, one.edits)
            yield f"~ {_titled(one.after)}" + (f"：{edits}" if edits else "")
        for step in one.steps:
            yield f"  {self._step(step)}"
            if step.ref in self.touched:
                yield from (f"      {line}" for line in self._standing(self.touched[step.ref]))

    def _step(self, one: StepRevision) -> str:
        if one.before is None and one.after is not None:
            return f"+ “{one.after.title}”（{one.ref.step}）：新增，{self._new(one.after)}"
        if one.after is None and one.before is not None:
            return f"- “{one.before.title}”（{one.ref.step}）：删去{self._fate(one.before)}"
        was = f"，原编号{one.before.id}" if one.before and one.renamed else ""
        title = one.after.title if one.after else ""
        edits = edits_in_words(self.names, one.ref.initiative, one.edits) or "改编号"
        return f"~ “{title}”（{one.ref.step}{was}）：{edits}"

    def _new(self, step: Step) -> str:
        due = f"，时限{self.names.date(step.ref.initiative, write_kept(step.due))}" if step.due else ""
        return f"{self.names.title(step.owner)}承办{due}"

    def _fate(self, step: Step) -> str:
        if step.ref in self.proposal.unanswered:
            return f"，已有办理记录，须写明 --cancel {step.ref}"
        return "，按要求终止，记录保留" if step.ref in self.proposal.cancelled else ""

    def _standing(self, one: Touched) -> Iterator[str]:
        """Where a revised step stands, the days that move, and the notices that wait to be sent."""
        if one.status is not None:
            closed = "，不受影响" if one.status in CLOSED else ""
            yield f"现为{STATUS_TITLES[one.status]}{closed}{self._days(one.before, one.after)}"
        for waiting in one.waiting:
            slip, to = self.names.directory.name(waiting.notice.slip), self.names.title(waiting.notice.recipient)
            yield f"待发《{slip}》送{to}：" + (f"不再发送（{waiting.lapses}）" if waiting.lapses else "照常发送")

    def _moves(self, found: Consequences) -> Iterator[str]:
        yield from moves_in_words(self.names, found.moves)
        for shift in found.ends:
            title = self.proposal.wanted.plan.initiatives[str(shift.name)].title
            yield f"预计办结日：“{title}”{self._shifted(shift)}"
        for late in found.late:
            expected = f"预计{chinese(late.finish, self.calendar)}，晚{late.days}个工作日"
            yield f"将误期：{self.names.step(late.step)}（{late.step}）{expected}"
        for ref in found.in_time:
            yield f"不再误期：{self.names.step(ref)}（{ref}）"

    def _days(self, before: StepRow | None, after: StepRow | None) -> str:
        """Deadline and forecast, where they move."""
        if before is None or after is None or before.finished is not None:
            return ""
        pairs = (("时限", before.due, after.due), ("预计办结", before.forecast, after.forecast))
        return "".join(f"，{what}{self._moved(then, now)}" for what, then, now in pairs if then != now)

    def _shifted(self, shift: Shift) -> str:
        side = "推迟" if shift.days > 0 else "提前"
        return f"{self._moved(shift.before, shift.after)}，{side}{abs(shift.days)}个工作日"

    def _moved(self, then: date | None, now: date | None) -> str:
        return "改为".join(chinese(day, self.calendar) or "未定" for day in (then, now))


def _titled(initiative: Initiative) -> str:
    return f"{initiative.number} {initiative.title}（{initiative.id}）"


# As data -------------------------------------------------------------------------------------------------------------


def report(proposal: Proposal, found: Consequences | None = None) -> dict[str, Any]:
    """What differs, and with `found` what it touches and moves."""
    touched = {one.revision.ref: one for one in found.touched} if found else {}
    steps = [_of_step(proposal, step, touched.get(step.ref)) for step in proposal.revision.steps()]
    return {
        "plan": proposal.wanted.plan.id,
        "in_force": proposal.service.office.applied,
        "first": proposal.first,
        "same": proposal.empty,
        "edits": proposal.revision.edits,
        "altered": proposal.altered,
        "initiatives": [
            {"initiative": one.id, "change": _change(one.before, one.after), "edits": one.edits}
            for one in proposal.revision.initiatives
        ],
        "steps": steps,
        "unanswered": proposal.unanswered,
        "moves": found.moves if found else None,
        "ends": found.ends if found else None,
        "late": found.late if found else None,
        "in_time": found.in_time if found else None,
    }


def _change(before: object, after: object) -> str:
    return "added" if before is None else "removed" if after is None else "edited"


def _of_step(proposal: Proposal, one: StepRevision, touched: Touched | None) -> dict[str, Any]:
    told = {
        "step": one.ref,
        "was": one.before.ref if one.before and one.renamed else None,
        "change": _change(one.before, one.after),
        "edits": one.edits,
    }
    if touched is None:
        return told
    return {
        **told,
        "status": touched.status,
        "due": _pair(touched, "due"),
        "forecast": _pair(touched, "forecast"),
        "notices": [
            {"notice": w.notice.key, "slip": w.notice.slip, "recipient": w.notice.recipient, "lapses": w.lapses or None}
            for w in touched.waiting
        ],
    }


def _pair(touched: Touched, name: str) -> Sequence[Any]:
    return [getattr(row, name) if row is not None else None for row in (touched.before, touched.after)]
