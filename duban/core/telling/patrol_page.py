"""The patrol's page (巡查): what was mended, what is amiss, the day's outcomes, every light. Markdown.

From here a coordinator comes to the page of every initiative.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from duban.core.deciding.office import Office
from duban.core.deciding.undelivered import Line
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.ledger.summary import Light, Summary
from duban.core.planning.plan import Initiative
from duban.core.telling.altered import parts_in_words
from duban.core.telling.links import forecast_key, to_initiative, to_page
from duban.core.telling.overview import Seen, seen_of
from duban.core.telling.reasons import reason_of_all
from duban.core.telling.tables import escape, of_lines
from duban.core.telling.whens import chinese, moment_in_digits
from duban.core.titles import DELIVERY_TITLES, LIGHT_MARKS, LIGHT_TITLES


@dataclass(frozen=True, slots=True)
class PatrolFindings:
    """What a patrol found: notices that reached nobody, each with those tried, and stuck ones; the day's outcomes.

    `healed` says, in a sentence each, which settings of Prefect it brought back; `waiting` names what the files say
    otherwise than what is in force (`telling.altered.PARTS`); `lost` tells what is with nobody
    any more. `seal` is the last seal of the ledger, in a line; `unsealed` says why none could be made today,
    `doubtful` why the time is not believed, while it is not.
    """

    office: Office
    now: datetime
    dead: Sequence[Line]
    stuck: Sequence[NoticeRow]
    outcomes: Mapping[Delivery, int]
    summaries: Sequence[Summary]
    healed: Sequence[str] = ()
    waiting: Sequence[str] = ()
    lost: Sequence[str] = ()
    seal: str = ""
    unsealed: str = ""
    doubtful: str = ""


def patrol_page(seen: PatrolFindings) -> str:
    """The whole page."""
    found = seen_of(seen.office, seen.summaries)
    amiss = [
        *_unsealed(seen),
        *_doubtful(seen),
        *_waiting(seen),
        *_healed(seen),
        *_lost(seen),
        *_dead(seen),
        *_stuck(seen),
        *_grave(seen, found),
    ]
    return "\n".join([*_head(seen, found), *amiss, *_today(seen), *_sections(seen, found)])


def _gravest(found: Seen) -> Seen:
    return sorted(found, key=lambda pair: -pair[1].light)


def _head(seen: PatrolFindings, found: Seen) -> Iterator[str]:
    plan = seen.office.plan
    yield f"# 巡查　{escape(plan.title)}"
    yield ""
    count = Counter(summary.light for _, summary in found)
    told = [f"{_mark(light)} {count[light]} 项" for light in reversed(Light) if count[light]]
    yield f"统计日期 {chinese(seen.office.day(seen.now))}<br>**{'　'.join(told)}**"
    yield f"<br>送达失败未处理 {len(seen.dead)} 份　受阻 {len(seen.stuck)} 份"
    if seen.seal:
        yield f"<br>{escape(seen.seal)}"
    yield ""
    yield to_page("全局预测", forecast_key(plan))
    yield ""


def _mark(light: Light) -> str:
    return LIGHT_MARKS[light] + (LIGHT_TITLES[light] or "不亮灯")


# What is amiss -------------------------------------------------------------------------------------------------------


def resending(what: str, post: str, reason: str = "理由") -> str:
    """How a post has a notice tried again (`initiative/key`), or all that reached nobody (`--dead`)."""
    return f"duban notices resend {what} --as {post} --reason {reason}"


def _section(title: str, told: Iterable[Sequence[str]]) -> Iterator[str]:
    """A heading and a list, each item of several lines of Markdown."""
    yield f"## {title}"
    yield ""
    yield from ("- " + "<br>".join(lines) for lines in told)
    yield ""


def _unsealed(seen: PatrolFindings) -> Iterator[str]:
    if seen.unsealed:
        yield from _section("台账未能存证", ([escape(seen.unsealed)],))


def _doubtful(seen: PatrolFindings) -> Iterator[str]:
    if seen.doubtful:
        yield from _section(f"{LIGHT_MARKS[Light.RED]}时间存疑", ([escape(seen.doubtful)],))


def _waiting(seen: PatrolFindings) -> Iterator[str]:
    if seen.waiting:
        what = f"{parts_in_words(seen.waiting)}：文件与现行的不同，尚未应用，仍按现行的办理"
        yield from _section("尚未生效的调整", ((escape(what), escape("处理：duban diff 查看，duban apply 应用")),))


def _healed(seen: PatrolFindings) -> Iterator[str]:
    if seen.healed:
        yield from _section("已修复的设置", ([escape(one)] for one in seen.healed))


def _lost(seen: PatrolFindings) -> Iterator[str]:
    if seen.lost:
        yield from _section("承办人已撤销、尚未转办", ([escape(one)] for one in seen.lost))


def _dead(seen: PatrolFindings) -> Iterator[str]:
    if seen.dead:
        told = ((_about(seen, line[0]), _reasons(seen, line), _remedy(seen, line[0])) for line in seen.dead)
        yield from _section("送达失败，事项尚未办结", told)


def _reasons(seen: PatrolFindings, line: Line) -> str:
    people = seen.office.directory
    first, *instead = (row for row in line if row.delivery is Delivery.DEAD)
    also = (f"；改送{people.title(row.recipient)}：{row.outcome}" for row in instead)
    return escape(f"原因：{first.outcome}{''.join(also)}")


def _remedy(seen: PatrolFindings, row: NoticeRow) -> str:
    command = resending(f"{row.initiative}/{row.key}", seen.office.coordinator)
    return escape(f"处理：核对通讯录中 {row.recipient} 的通道，然后 {command}")


def _stuck(seen: PatrolFindings) -> Iterator[str]:
    if seen.stuck:
        told = (
            (_about(seen, row), escape("；".join(filter(None, (row.outcome, _again(seen, row)))))) for row in seen.stuck
        )
        yield from _section("受阻", told)


def _again(seen: PatrolFindings, row: NoticeRow) -> str:
    if row.next_try is None or row.next_try < seen.now:
        return "已过点，请查看巡查是否按时运行"
    return f"{moment_in_digits(row.next_try.astimezone(seen.office.zone), seen.office.calendar)} 再送"


def _about(seen: PatrolFindings, row: NoticeRow) -> str:
    initiative = seen.office.plan.initiatives.get(row.initiative)
    step = initiative.steps.get(row.step) if initiative else None
    title = f"{initiative.number} {step.title}" if initiative and step else row.step or row.key
    to = seen.office.directory.title(row.recipient)
    return escape(f"《{seen.office.directory.name(row.slip)}》送{to}：{title}")


def _grave(seen: PatrolFindings, found: Seen) -> Iterator[str]:
    """The initiatives that are red or orange, with the reason."""
    grave = [(one, summary) for one, summary in _gravest(found) if summary.light >= Light.ORANGE]
    if grave:
        told = (
            (
                f"{_mark(summary.light)}　{to_initiative(seen.office.plan, one)}",
                escape(reason_of_all(seen.office, summary)),
            )
            for one, summary in grave
        )
        yield from _section("须先处理的举措", told)


# The rest ------------------------------------------------------------------------------------------------------------


def _today(seen: PatrolFindings) -> Iterator[str]:
    told = [f"{DELIVERY_TITLES[kind]} {seen.outcomes[kind]} 份" for kind in Delivery if seen.outcomes.get(kind)]
    yield "## 今日通知"
    yield ""
    yield f"{'，'.join(told) if told else '尚无'}。"
    yield ""


def _sections(seen: PatrolFindings, found: Seen) -> Iterator[str]:
    """Every initiative, by sections of the document, the gravest light first."""
    for section in seen.office.plan.sections:
        rows = [_row(seen, *pair) for pair in _gravest([pair for pair in found if pair[0].section == section.id])]
        if rows:
            yield f"## {escape(section.heading)}"
            yield ""
            yield of_lines(("红黄绿灯　", "举措", "办结进度"), rows)
            yield ""


def _row(seen: PatrolFindings, initiative: Initiative, summary: Summary) -> tuple[Sequence[str], ...]:
    told = summary.light in (Light.OFF, Light.YELLOW)  # of graver ones it stands above
    reason = escape(reason_of_all(seen.office, summary)) if told else ""
    linked = to_initiative(seen.office.plan, initiative)
    return (_mark(summary.light),), (linked, reason), (f"{summary.done}/{summary.total}",)
