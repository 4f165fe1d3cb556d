"""A proposed plan beside the one in force, in Chinese lines and as data."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from duban.applying import Proposal
from duban.core.forecasting.effects import Shift
from duban.core.ledger.summary import CLOSED, StepRow
from duban.core.planning.plan import Initiative, Step, StepRef
from duban.core.planning.revision import InitiativeRevision, StepRevision, moved_names
from duban.core.planning.when import write_kept
from duban.core.telling.altered import alterations_in_words, moves_in_words
from duban.core.telling.consequences import Consequences, Touched
from duban.core.telling.revised import Names, edit_in_words, edits_in_words
from duban.core.telling.whens import day_in_words
from duban.core.texts import Text, joined, mandarin
from duban.core.titles import STATUS_TITLES


def describe(proposal: Proposal, found: Consequences | None = None) -> Iterator[Text]:
    """What differs, line by line; with `found`, what it touches and what it moves."""
    if proposal.first:
        steps = sum(len(one.steps) for one in proposal.wanted.plan.initiatives.values())
        initiatives = len(proposal.wanted.plan.initiatives)
        yield mandarin("首次应用：{initiatives}项举措，{steps}个事项", initiatives=initiatives, steps=steps)
    elif proposal.empty:
        yield mandarin("计划没有变化")
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

    def lines(self) -> Iterator[Text]:
        """Everything."""
        for edit in self.proposal.revision.edits:
            yield mandarin("~ 计划：{edit}", edit=edit_in_words(self.names, "", edit))
        for moved, steps in moved_names(self.proposal.revision).items():
            yield mandarin(
                "~ 日期“{name}”：{days}，{count}项随之调整：{steps}",
                name=moved.name,
                days=self._moved(moved.before, moved.after),
                count=len(steps),
                steps=[self._named(step) for step in steps],
            )
        yield from (joined(" ", "~", line) for line in alterations_in_words(self.proposal.altered))
        for one in self.proposal.revision.initiatives:
            yield from self._initiative(one)
        if self.found is not None:
            yield from self._moves(self.found)

    def _initiative(self, one: InitiativeRevision) -> Iterator[Text]:
        if one.before is None and one.after is not None:
            title, count = _titled(one.after), len(one.steps)
            yield mandarin("+ {title}：新增，{count}个事项", title=title, count=count)
        elif one.after is None and one.before is not None:
            yield mandarin("- {title}：删去", title=_titled(one.before))
        elif one.after is not None:
            title, edits = _titled(one.after), edits_in_words(self.names, one.id, one.edits)
            yield mandarin("~ {title}：{edits}", title=title, edits=edits) if edits else joined(" ", "~", title)
        for step in one.steps:
            yield joined("  ", "", self._step(step))
            if step.ref in self.touched:
                yield from (joined("      ", "", line) for line in self._standing(self.touched[step.ref]))

    def _step(self, one: StepRevision) -> Text:
        id = one.ref.step
        if one.before is None and one.after is not None:
            return mandarin("+ “{title}”（{id}）：新增，{how}", title=one.after.title, id=id, how=self._new(one.after))
        if one.after is None and one.before is not None:
            return mandarin(
                "- “{title}”（{id}）：删去{fate}", title=one.before.title, id=id, fate=self._fate(one.before)
            )
        title = one.after.title if one.after else ""
        edits = edits_in_words(self.names, one.ref.initiative, one.edits) or mandarin("改编号")
        if one.before and one.renamed:
            told = {"title": title, "id": id, "was": one.before.id, "edits": edits}
            return mandarin("~ “{title}”（{id}，原编号{was}）：{edits}", **told)
        return mandarin("~ “{title}”（{id}）：{edits}", title=title, id=id, edits=edits)

    def _new(self, step: Step) -> Text:
        owner = self.names.title(step.owner)
        if step.due is None:
            return mandarin("{owner}承办", owner=owner)
        due = self.names.date(step.ref.initiative, write_kept(step.due))
        return mandarin("{owner}承办，时限{due}", owner=owner, due=due)

    def _fate(self, step: Step) -> str:
        if step.ref in self.proposal.unanswered:
            return mandarin("，已有办理记录，须写明 --cancel {ref}", ref=step.ref)
        return mandarin("，按要求终止，记录保留") if step.ref in self.proposal.cancelled else ""

    def _standing(self, one: Touched) -> Iterator[Text]:
        """Where a revised step stands, the days that move, and the notices that wait to be sent."""
        if one.status is not None:
            parts = [mandarin("现为{status}", status=STATUS_TITLES[one.status])]
            parts += [mandarin("不受影响")] if one.status in CLOSED else []
            yield joined(mandarin("，"), *parts, *self._days(one.before, one.after))
        for waiting in one.waiting:
            slip, to = self.names.directory.name(waiting.notice.slip), self.names.title(waiting.notice.recipient)
            fate = mandarin("不再发送（{why}）", why=waiting.lapses) if waiting.lapses else mandarin("照常发送")
            yield mandarin("待发《{slip}》送{to}：{fate}", slip=slip, to=to, fate=fate)

    def _moves(self, found: Consequences) -> Iterator[Text]:
        yield from moves_in_words(self.names, found.moves)
        for shift in found.ends:
            title = self.proposal.wanted.plan.initiatives[str(shift.name)].title
            yield mandarin("预计办结日：“{title}”{shift}", title=title, shift=self._shifted(shift))
        for late in found.late:
            finish = day_in_words(late.finish, self.calendar)
            step = self._named(late.step)
            yield mandarin("将误期：{step}预计{finish}，晚{days}个工作日", step=step, finish=finish, days=late.days)
        for ref in found.in_time:
            yield mandarin("不再误期：{step}", step=self._named(ref))

    def _named(self, ref: StepRef) -> Text:
        return mandarin("{step}（{ref}）", step=self.names.step(ref), ref=ref)

    def _days(self, before: StepRow | None, after: StepRow | None) -> Iterator[Text]:
        """Deadline and forecast, where they move."""
        if before is None or after is None or before.finished is not None:
            return
        if before.due != after.due:
            yield mandarin("时限{moved}", moved=self._moved(before.due, after.due))
        if before.forecast != after.forecast:
            yield mandarin("预计办结{moved}", moved=self._moved(before.forecast, after.forecast))

    def _shifted(self, shift: Shift) -> Text:
        moved, days = self._moved(shift.before, shift.after), abs(shift.days)
        if shift.days > 0:
            return mandarin("{moved}，推迟{days}个工作日", moved=moved, days=days)
        return mandarin("{moved}，提前{days}个工作日", moved=moved, days=days)

    def _moved(self, then: date | None, now: date | None) -> Text:
        before, after = (day_in_words(day, self.calendar) or mandarin("未定") for day in (then, now))
        return mandarin("{before}改为{after}", before=before, after=after)


def _titled(initiative: Initiative) -> Text:
    return mandarin("{number} {title}（{id}）", number=initiative.number, title=initiative.title, id=initiative.id)


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
