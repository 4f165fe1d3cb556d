"""What a rehearsal prints as it goes: a line a day, what woke what, the notices that went out, a summary."""

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.table import Table

from deployments.printing import console, lights_in_words
from deployments.rehearsal.conductor import Day
from duban.core.deciding.office import Office
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.ledger.summary import Summary
from duban.core.telling.reasons import reason_of_all
from duban.core.titles import DELIVERY_TITLES, DIGEST, LIGHT_MARKS, LIGHT_TITLES

WEEKDAYS = "一二三四五六日"
SHOWN_A_DAY = 6
"""Letters printed for one day; the others are counted."""


def print_day(office: Office, day: Day) -> None:
    """One day."""
    marks = lights_in_words(day.summaries)
    done, total = sum(s.done for s in day.summaries), sum(s.total for s in day.summaries)
    letters = list(_letters(day.notices))
    console.print(
        f"[bold]{day.day} 周{WEEKDAYS[day.day.weekday()]}[/bold]  {marks}  办结 {done}/{total}  "
        f"办理 {len(day.commands)} 件  运行 {day.ticks} 次  信件 {len(letters)} 封"
    )
    for name in day.woken:
        console.print(f"   [cyan]▶ 前置节点办结，启动[/cyan] {office.plan.initiatives[name].title}")
    for letter in letters[:SHOWN_A_DAY]:
        console.print(f"   ✉ {_letter(office, letter)}")
    if len(letters) > SHOWN_A_DAY:
        console.print(f"   ✉ 另有 {len(letters) - SHOWN_A_DAY} 封，见 duban notices")


def _letters(notices: Iterable[NoticeRow]) -> Iterator[tuple[NoticeRow, ...]]:
    """The letters in which notices went out: each by itself, or those of a digest together."""
    letters: dict[tuple[str, ...], list[NoticeRow]] = {}
    for notice in notices:
        if notice.delivery is Delivery.SENT and notice.slip != DIGEST:
            way = (notice.recipient, notice.digest) if notice.digest else (notice.initiative, notice.key)
            letters.setdefault(way, []).append(notice)
    return map(tuple, letters.values())


def _letter(office: Office, notices: tuple[NoticeRow, ...]) -> str:
    first, who, name = notices[0], office.directory.title(notices[0].recipient), office.directory.name
    if len(notices) > 1:
        slips = Counter(name(notice.slip) for notice in notices)
        return f"《{name(DIGEST)}》→ {who}：" + "、".join(f"{title}{n}份" for title, n in slips.items())
    initiative = office.plan.initiatives[first.initiative]
    title = initiative.steps[first.step].title if first.step in initiative.steps else first.step
    return f"《{name(first.slip)}》→ {who}：{initiative.number} {title}"


def print_summary(office: Office, summaries: tuple[Summary, ...], notices: tuple[NoticeRow, ...]) -> None:
    """How things stand at the end."""
    table = Table(title=f"{office.plan.title} · 推演小结")
    for heading in ("", "举措", "办结", "说明"):
        table.add_column(heading, justify="right" if heading == "办结" else "left")
    by_name = {summary.initiative: summary for summary in summaries}
    for name, initiative in office.plan.initiatives.items():
        if (summary := by_name.get(name)) is not None:
            light = f"{LIGHT_MARKS[summary.light]}{LIGHT_TITLES[summary.light]}"
            title, done = f"{initiative.number} {initiative.title}", f"{summary.done}/{summary.total}"
            table.add_row(light, title, done, reason_of_all(office, summary))
    console.print(table)
    outcomes = Counter(notice.delivery for notice in notices if notice.slip != DIGEST)
    told = [f"{DELIVERY_TITLES[kind]}{outcomes[kind]}份" for kind in Delivery if kind in outcomes]
    console.print("通知：" + ("，".join(told) or "尚无") + "。")
