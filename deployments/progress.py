"""What a rehearsal prints as it goes: a line a day, what woke what, the notices that went out, a summary."""

from collections import Counter

from rich.console import Console
from rich.table import Table

from deployments.conductor import Day
from duban.core.deciding.office import Office
from duban.core.ledger.summary import Delivery, Light, NoticeRow, Summary
from duban.core.titles import LIGHT_MARKS, LIGHT_TITLES, SLIP_TITLES

WEEKDAYS = "一二三四五六日"
SHOWN_A_DAY = 6
"""Notices printed for one day; the others are counted."""

console = Console(highlight=False, soft_wrap=True)


def print_day(office: Office, day: Day) -> None:
    """One day."""
    lights = Counter(summary.light for summary in day.summaries)
    marks = " ".join(f"{LIGHT_MARKS[light]}{lights[light]}" for light in Light if lights[light])
    done, total = sum(s.done for s in day.summaries), sum(s.total for s in day.summaries)
    sent = [notice for notice in day.notices if notice.delivery is Delivery.SENT]
    console.print(
        f"[bold]{day.day} 周{WEEKDAYS[day.day.weekday()]}[/bold]  {marks}  办结 {done}/{total}  "
        f"办理 {len(day.commands)} 件  运行 {day.ticks} 次  通知 {len(sent)} 份"
    )
    for name in day.woken:
        console.print(f"   [cyan]▶ 前置节点办结，启动[/cyan] {office.plan.initiatives[name].title}")
    for notice in sent[:SHOWN_A_DAY]:
        console.print(f"   ✉ {_notice(office, notice)}")
    if len(sent) > SHOWN_A_DAY:
        console.print(f"   ✉ 另有 {len(sent) - SHOWN_A_DAY} 份，见 duban notices")


def _notice(office: Office, notice: NoticeRow) -> str:
    initiative = office.plan.initiatives[notice.initiative]
    title = initiative.steps[notice.step].title if notice.step in initiative.steps else notice.step
    who = office.directory.known_title(notice.recipient)
    return f"《{SLIP_TITLES[notice.slip]}》→ {who}：{initiative.number} {title}"


def print_summary(office: Office, summaries: tuple[Summary, ...], notices: tuple[NoticeRow, ...]) -> None:
    """How things stand at the end."""
    table = Table(title=f"{office.plan.title} · 推演小结")
    for heading in ("", "举措", "办结", "说明"):
        table.add_column(heading, justify="right" if heading == "办结" else "left")
    by_name = {summary.initiative: summary for summary in summaries}
    for name, initiative in office.plan.initiatives.items():
        if (summary := by_name.get(name)) is not None:
            light = f"{LIGHT_MARKS[summary.light]}{LIGHT_TITLES[summary.light]}"
            table.add_row(
                light, f"{initiative.number} {initiative.title}", f"{summary.done}/{summary.total}", summary.reason
            )
    console.print(table)
    outcomes = Counter(notice.delivery for notice in notices)
    console.print("通知：" + "，".join(f"{kind} {count}" for kind, count in sorted(outcomes.items())) + "。")
