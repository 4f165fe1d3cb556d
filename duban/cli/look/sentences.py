"""The reasons of a step in Chinese, as coordinators read them: lines under headings."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from duban.core.deciding.office import Office
from duban.core.forecasting.why import Link, Origin, TracedDeadline, Why
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.steps import LapsedRequest
from duban.core.ledger.summary import Light
from duban.core.planning.when import OnDate, Relative
from duban.core.telling import gauges, remarks
from duban.core.telling.events import LATE_ACTS
from duban.core.telling.phrases import CHANGES
from duban.core.telling.reasons import ALL_IS_WELL, JUDGED, in_words
from duban.core.telling.whens import UNITS, chinese, distance, when_in_words
from duban.core.titles import LIGHT_MARKS, LIGHT_TITLES, STATUS_TITLES

Paragraph = tuple[str, list[str]]
"""A heading and the lines under it."""


def paragraphs(why: Why, office: Office) -> Iterator[Paragraph]:
    """Everything there is to say about a step; headings without lines are left out."""
    told = _Told(why, office)
    for heading, lines in (
        ("状态", told.standing()),
        ("变动", told.changes()),
        ("补录", told.entered()),
        ("亮灯", told.light()),
        ("指标", told.gauge()),
        ("等待", told.needs()),
        ("时限", told.limit()),
        ("逾期", told.late()),
        ("预计", (*told.forecast(), *told.left())),
        ("关键链", told.chain()),
        ("先办", told.act_on()),
        ("下一步", told.next_rung()),
        ("等它的", told.waiting()),
        ("批示意见", told.remarks()),
    ):
        if found := list(lines):
            yield heading, found


LATEST = 5
"""How many of the changes of a step are told."""


class _Told:
    """The reasons of one step, each kind in its own words."""

    def __init__(self, why: Why, office: Office) -> None:
        self.why = why
        self.office = office

    def standing(self) -> Iterator[str]:
        """Where the step stands and who is waited for."""
        why = self.why
        ended = f"（{chinese(why.finished)}）" if why.finished else ""
        posts = f"，等{self._titles(why.posts)}办理" if why.posts else ""
        all_may = "，并列牵头的各家均可办理" if len(why.owners) > 1 else ""
        owners = self.office.directory.titles(why.owners)
        yield f"{STATUS_TITLES[why.status]}{ended}，由{owners}承办{all_may}{posts}"
        if why.agreed:
            yield f"{self._titles(why.agreed)}已同意，须会签的都同意或者够数方为通过"
        if why.instead_of:
            lost = f"原承办{self._title(why.instead_of)}已撤销，或者空缺且无人代行"
            yield f"{lost}：依次由承办单位负责人、牵头单位负责人、分管领导接办"
        if why.passed:
            yield f"不由{self._titles(why.passed)}答复：本人办理的事项本人不能审核、答复，岗位无人的由顺位人答复"

    def changes(self) -> Iterator[str]:
        """The last of what somebody did to it."""
        for change in self.why.changes[-LATEST:]:
            to = f"（{self._title(change.to)}）" if change.to else ""
            yield f"{chinese(change.on)}{self._title(change.by)}{CHANGES[change.kind]}{to}"

    def entered(self) -> Iterator[str]:
        """What was entered later than it was done; what one act comes to is told together."""
        for (by, done, entered), acts in groupby(self.why.entered, lambda one: (one.by, one.done, one.entered)):
            parts = tuple(acts)
            what = "、".join(LATE_ACTS[one.kind] for one in parts)
            reason = next(one.reason for one in parts if one.reason)
            yield f"{self._title(by)}于{chinese(done)}{what}，{chinese(entered)}录入，事由：{reason}；按办理之日计"

    def light(self) -> Iterator[str]:
        """What lit the step."""
        why = self.why
        if why.light is not Light.OFF:
            light = f"{LIGHT_MARKS[why.light]} {LIGHT_TITLES[why.light]}"
            if why.reason is None:
                yield f"{light}：{ALL_IS_WELL}"
            else:
                said = in_words(self.office, why.step.initiative, why.reason)
                yield f"{light}：{said}（{JUDGED[why.reason.rule].by}）"

    def gauge(self) -> Iterator[str]:
        """How an indicator stands, and where its value comes from."""
        if self.why.gauge is not None:
            yield f"{gauges.in_words(self.why.gauge)}；{gauges.source(self.why.gauge)}"

    def needs(self) -> Iterator[str]:
        """What it waits for; where all is closed, the day it may begin."""
        holder = self.why.chain[-2].step if len(self.why.chain) > 1 else None
        for link in self.why.needs:
            decides = "，由它决定何时启动" if link.step == holder and len(self.why.needs) > 1 else ""
            yield self._link(link) + decides
        if not self.why.needs and self.why.opens:
            yield f"前置事项均已办结，{self._day(self.why.opens)}启动"

    def limit(self) -> Iterator[str]:
        """The deadline, where it comes from and what moved it."""
        limit = self.why.limit
        if limit is None:
            return
        yield f"{self._day(limit.day) or '尚未确定'}（{self._origin(limit)}）"
        if limit.judged:
            yield "办结或者终止时的时限，日历、计划此后再有调整也不改变"
        if limit.day != limit.original:
            yield f"原时限{self._day(limit.original)}"
        yield from self._moved(limit)
        if not limit.judged and (open_ones := [link for link in limit.anchors if not link.closed]):
            yield f"等{self._some(open_ones)}办结后{'重新计算' if limit.day else '确定'}"
        if limit.extended_to:
            yield f"{chinese(limit.granted)}同意延期至{self._day(limit.extended_to)}"
        reopened = {change.on for change in self.why.changes if change.kind is EntryKind.REOPENED}
        for first, last in limit.suspended:
            what, ended = ("办结或者终止", "恢复办理") if last in reopened else ("中止", "恢复")
            until = f"{chinese(last)}{ended}" if last else "尚未恢复"
            yield f"{chinese(first)}起{what}，{until}，其间的{UNITS[limit.unit].removeprefix('个')}不计时限"
        if limit.asked:
            yield f"{self._title(limit.asked.by)}申请延期至{self._day(limit.asked.to)}，尚待答复：{limit.asked.reason}"
        if limit.lapsed:
            yield self._lapsed(limit.lapsed)

    def _lapsed(self, lapsed: LapsedRequest) -> str:
        asked, what = lapsed.request, {**LATE_ACTS, **CHANGES}[lapsed.by]
        said = f"{self._title(asked.by)}{chinese(asked.on)}申请延期至{self._day(asked.to)}，未及答复"
        return f"{said}，{chinese(lapsed.on)}{what}后失效；仍需延期的请重新申请"

    def _moved(self, limit: TracedDeadline) -> Iterator[str]:
        """What else than people's answers and rests moved a deadline."""
        if limit.moved:
            yield f"{chinese(limit.moved)}计划调整时改定"
        if limit.recounted:
            yield f"{chinese(limit.recounted)}工作日历调整后重新计算"
        if limit.known and not limit.judged:
            yield f"{chinese(limit.known)}才补录前面的办理情况，承办人此前无从得知，时限不早于其后第一个工作日"

    def _origin(self, limit: TracedDeadline) -> str:
        match limit.origin:
            case Origin.DATE:
                named = limit.written.name if isinstance(limit.written, OnDate) else ""
                return f"计划写明的日期：{named}" if named else "计划写明的日期"
            case Origin.SPAN:
                return "计划写明的月份、季度或者半年的最后一个工作日"
            case Origin.WITHIN:
                return f"{when_in_words(limit.written)}，遇休息日提前" if limit.written else ""
            case Origin.DURATION:
                return f"启动后{limit.duration.likely}{UNITS[limit.duration.unit]}，限时办结"
            case Origin.DISTANCE:
                hung = f"{self._some(limit.anchors)}办结" if limit.anchors else ""
                return distance(limit.written, hung) if isinstance(limit.written, Relative) else ""

    def _some(self, links: Sequence[Link]) -> str:
        return f"“{links[0].title}”" + (f"等{len(links)}项" if len(links) > 1 else "")

    def forecast(self) -> Iterator[str]:
        """The expected last day, and how much room there is."""
        why = self.why
        if why.forecast is None:
            return
        room = ""
        if why.slack is not None and why.latest is not None:
            kept = f"最迟{self._day(why.latest)}"
            room = f"，{kept}，余量{why.slack}个工作日" if why.slack >= 0 else f"，{kept}，晚{-why.slack}个工作日"
        yield f"{self._day(why.forecast)}完成{room}"

    def late(self) -> Iterator[str]:
        """How the days are counted by which it is late."""
        late = self.why.late
        if late is None:
            return
        rested = f"，其中中止或者办结期间的{late.rested}个不计" if late.rested else ""
        off = "，不足1个工作日的按1个计" if late.passed == late.rested else ""
        until = "办结" if self.why.finished else "今日"
        yield f"时限之后到{until}（{chinese(late.until)}）共{late.passed}个工作日{rested}{off}，逾期{late.days}个工作日"

    def left(self) -> Iterator[str]:
        """What is left by the last report, and what that makes of the forecast."""
        left = self.why.left
        if left is None:
            return
        unit = UNITS[left.unit]
        what = f"反馈还需{left.days}{unit}" if left.said else f"反馈已完成{left.progress}%"
        if left.since > left.heard:
            what = "反馈的剩余用时已过" if left.said else f"{what}，剩余用时已过"
            again = f"按还剩一半计，{chinese(left.since)}起还需{left.days}{unit}"
            yield f"{chinese(left.heard)}{what}，此后没有新的反馈：{again}"
        elif left.said:
            yield f"{chinese(left.heard)}{what}，自当日起算"
        else:
            done = f"一般用时{left.whole}{unit}，未完成的{100 - left.progress}%计{left.days}{unit}，自当日起算"
            yield f"{chinese(left.heard)}{what}：{done}"

    def chain(self) -> Iterator[str]:
        """The steps that make its date, from the first to the step itself."""
        if len(self.why.chain) > 1:
            yield " → ".join(f"“{link.title}”" for link in self.why.chain)

    def act_on(self) -> Iterator[str]:
        """Where acting helps, when that is another step."""
        link = self.why.act_on
        if link is not None and link.step != self.why.step:
            yield f"{self._link(link)}（duban why {link.step}）"

    def next_rung(self) -> Iterator[str]:
        """What the ladder does next."""
        rung = self.why.next_rung
        if rung is not None:
            moment = rung.moment.astimezone(self.office.zone)
            again = f"，此后每{rung.every}个工作日再送一次，直至有结果" if rung.every else ""
            slip = f"《{self.office.directory.name(rung.slip)}》"
            yield f"{self._day(moment.date())}{moment:%H:%M}，{slip}送{self._titles(rung.people)}{again}"
            if rung.answered:
                rests = self._day(self.office.day(rung.answered))
                yield f"承办方已有回应，会因此暂缓的层级暂缓至{rests}"
            if rung.acknowledged:
                yield f"{chinese(rung.acknowledged)}已知悉；现时限内再次知悉不再暂缓，有新情况请反馈"

    def remarks(self) -> Iterator[str]:
        """What leaders instructed and other units advised."""
        yield from remarks.in_words(self.office.directory, self.why.remarks)

    def waiting(self) -> Iterator[str]:
        """What waits for it."""
        yield from map(self._link, self.why.waiting)

    def _link(self, link: Link) -> str:
        elsewhere = "" if link.step.initiative == self.why.step.initiative else f"（{link.initiative_title}）"
        expected = f"，预计{self._day(link.forecast)}完成" if link.forecast else ""
        return f"“{link.title}”{elsewhere}：{STATUS_TITLES[link.status]}，{self._title(link.owner)}{expected}"

    def _day(self, day: date | None) -> str:
        return chinese(day, self.office.calendar)

    def _titles(self, names: tuple[str, ...]) -> str:
        return "、".join(map(self._title, names))

    def _title(self, name: str) -> str:
        return self.office.directory.title(name)
