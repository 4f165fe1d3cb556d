"""The patrol's page (巡查): notices that reached nobody or are stuck, the day's outcomes, every light. Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from duban.core.deciding.office import Office
from duban.core.deciding.undelivered import Line
from duban.core.ledger.summary import Delivery, NoticeRow, Summary
from duban.core.telling.tables import as_markdown, escape
from duban.core.titles import DELIVERY_TITLES, LETTER_TITLES, LIGHT_MARKS, LIGHT_TITLES


@dataclass(frozen=True, slots=True)
class Patrolled:
    """What a patrol found: notices that reached nobody, each with those tried, and stuck ones; the day's outcomes."""

    office: Office
    now: datetime
    dead: Sequence[Line]
    stuck: Sequence[NoticeRow]
    outcomes: Mapping[Delivery, int]
    summaries: Sequence[Summary]


def patrol_page(seen: Patrolled) -> str:
    """The whole page."""
    return "\n".join([*_head(seen), *_dead(seen), *_stuck(seen), *_lights(seen)])


def _head(seen: Patrolled) -> Iterator[str]:
    yield f"# 巡查　{escape(seen.office.plan.title)}"
    yield ""
    told = [f"{DELIVERY_TITLES[kind]} {seen.outcomes[kind]} 份" for kind in Delivery if seen.outcomes.get(kind)]
    yield f"统计日期 {seen.office.day(seen.now)}　**送达失败未处理 {len(seen.dead)} 份**　受阻 {len(seen.stuck)} 份"
    yield ""
    yield f"今日通知：{'，'.join(told) if told else '尚无'}。"
    yield ""


def resending(what: str, post: str, reason: str = "理由") -> str:
    """How a post has a notice tried again (`initiative/key`), or all that reached nobody (`--dead`)."""
    return f"duban notices resend {what} --as {post} --reason {reason}"


def _dead(seen: Patrolled) -> Iterator[str]:
    if seen.dead:
        yield "## 送达失败，事项尚未办结"
        yield ""
        rows = [(*_about(seen, line[0]), _reasons(seen, line), _remedy(seen, line[0])) for line in seen.dead]
        yield as_markdown(("单据", "送", "事项", "原因", "处理"), rows)
        yield ""


def _reasons(seen: Patrolled, line: Line) -> str:
    people = seen.office.directory
    first, *instead = (row for row in line if row.delivery is Delivery.DEAD)
    also = (f"；改送{people.known_title(row.recipient)}：{row.outcome}" for row in instead)
    return first.outcome + "".join(also)


def _remedy(seen: Patrolled, row: NoticeRow) -> str:
    command = resending(f"{row.initiative}/{row.key}", seen.office.plan.coordinator)
    return f"核对通讯录中 {row.recipient} 的通道，然后 {command}"


def _stuck(seen: Patrolled) -> Iterator[str]:
    if seen.stuck:
        yield "## 受阻"
        yield ""
        rows = [(*_about(seen, row), row.outcome, _again(seen, row)) for row in seen.stuck]
        yield as_markdown(("单据", "送", "事项", "原因", "下次"), rows)
        yield ""


def _again(seen: Patrolled, row: NoticeRow) -> str:
    if row.next_try is None or row.next_try < seen.now:
        return "已过点，请查看巡查是否按时运行"
    return f"{row.next_try.astimezone(seen.office.zone):%m-%d %H:%M} 再送"


def _about(seen: Patrolled, row: NoticeRow) -> tuple[str, str, str]:
    initiative = seen.office.plan.initiatives.get(row.initiative)
    step = initiative.steps.get(row.step) if initiative else None
    title = f"{initiative.number} {step.title}" if initiative and step else row.step or row.key
    return f"《{LETTER_TITLES[row.slip]}》", seen.office.directory.known_title(row.recipient), title


def _lights(seen: Patrolled) -> Iterator[str]:
    """Every initiative of the plan, the gravest light first, then as the document has them."""
    yield "## 各项举措"
    yield ""
    known = {summary.initiative: summary for summary in seen.summaries}
    plan = [known[name] for name in seen.office.plan.initiatives if name in known]
    rows = [_light(seen, summary) for summary in sorted(plan, key=lambda summary: -summary.light)]
    yield as_markdown(("灯", "举措", "办结", "说明"), rows)


def _light(seen: Patrolled, summary: Summary) -> tuple[str, str, str, str]:
    initiative = seen.office.plan.initiatives[summary.initiative]
    light = f"{LIGHT_MARKS[summary.light]}{LIGHT_TITLES[summary.light]}"
    return light, f"{initiative.number} {initiative.title}", f"{summary.done}/{summary.total}", summary.reason
