"""`duban next`: what people have to do, most urgent first. It only reads, and speaks Chinese."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Annotated

import typer

from duban.cli.opening import opened
from duban.cli.output import Csv, Listing, Xlsx, as_table, console, outlet, print_json, put_out
from duban.core.days.workdays import WorkCalendar
from duban.core.deciding.agenda import Duty, agenda, of_post, of_unit, urgent_first
from duban.core.deciding.commands import VERB_TITLES, Refused, Verb
from duban.core.deciding.office import Office
from duban.core.telling.whens import in_digits
from duban.core.titles import STATUS_TITLES, perhaps

app = typer.Typer()

ASKED: Mapping[Verb | None, str] = {Verb.SIGN: "交办", Verb.SUBMIT: "退回", Verb.REPORT: "退回"}
"""How what is waited for was asked; where nothing is said, by a request for an answer."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("next")
def next_due(
    *,
    post: Annotated[str | None, typer.Option(metavar="POST", help="Only what this post may do.")] = None,
    unit: Annotated[str | None, typer.Option(metavar="UNIT", help="Only what this unit or group may do.")] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Only what nobody has signed for.")] = False,
    days: Annotated[int, typer.Option(min=0, max=250, metavar="N", help="How many working days ahead.")] = 10,
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
) -> None:
    """List what people have to do next, most urgent first (近期要办)."""
    to = outlet(as_json, as_csv, xlsx)
    with opened(to_look=True) as at:
        office, today = at.service.office, at.service.office.day(at.service.clock.now())
        if post is not None and post not in office.directory.posts:
            hint = perhaps(post, office.directory.posts, "请核对岗位编号")
            raise Refused("unknown-person", f"通讯录中没有岗位 {post}：{hint}")
        duties = urgent_first((duty for seen in at.seen() for duty in agenda(*seen, days)), today)
        if post is not None:
            duties = of_post(duties, office, post, today)
        if unit is not None:
            duties = of_unit(duties, office, unit)
        if unsigned:
            duties = [duty for duty in duties if duty.verb is Verb.SIGN]
    if to.as_json:
        print_json([_as_data(duty, office.calendar) for duty in duties])
    elif to.tabular:
        put_out(_listing(office, duties), to)
    elif not duties:
        typer.echo(f"今后{days}个工作日内没有要办的事项")
    else:
        console().print(as_table(_listing(office, duties)))


def _as_data(duty: Duty, calendar: WorkCalendar) -> dict[str, object]:
    """A duty, and the year of its deadline where that is not announced yet."""
    years = [duty.due.year] if duty.due and duty.due.year in calendar.provisional_years else []
    return {**{one.name: getattr(duty, one.name) for one in fields(duty)}, "provisional_years": years}


def _listing(office: Office, duties: Iterable[Duty]) -> Listing:
    rows = (
        (
            duty.light,
            *_when(duty, office.calendar),
            VERB_TITLES[duty.verb] if duty.verb else STATUS_TITLES[duty.status],
            duty.title,
            "、".join(map(office.directory.title, duty.posts)),
            str(duty.step),
        )
        for duty in duties
    )
    return Listing("近期要办", ("灯", "时限", "余", "要办", "事项", "办理人", "编号"), tuple(rows))


def _when(duty: Duty, calendar: WorkCalendar) -> tuple[str, str]:
    """The deadline and the days left; of what is asked the day it was asked for, and the days others have waited."""
    if duty.asked:
        return f"{duty.asked}{ASKED.get(duty.verb, '提请')}", f"已等{duty.waited}天"
    return in_digits(duty.due, calendar), _days_left(duty.days_left)


def _days_left(days: int | None) -> str:
    if days is None:
        return "—"
    return f"{days}天" if days >= 0 else f"逾{-days}天"
