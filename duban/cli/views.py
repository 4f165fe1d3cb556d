"""What coordinators look at: `show`, `next`, `why`. They only read, and speak Chinese."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from duban.cli.expanded import expanded_text
from duban.cli.named import known, step_of
from duban.cli.opening import Opened, opened
from duban.cli.output import console, print_json
from duban.cli.sentences import paragraphs
from duban.cli.trees import tree
from duban.cli.weeks import gantt
from duban.core.deciding.agenda import Duty, agenda, of_post, urgent_first
from duban.core.deciding.commands import VERB_TITLES, Refused
from duban.core.deciding.decide import decide
from duban.core.forecasting.facts import facts_of
from duban.core.forecasting.forecast import forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.forecasting.why import Why, why
from duban.core.planning.plan import StepRef
from duban.core.telling.outline import SectionLine, only, outline
from duban.core.titles import LIGHT_MARKS, STATUS_TITLES, perhaps
from duban.service import Service

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def show(
    what: Annotated[
        str | None, typer.Argument(metavar="[INITIATIVE|STEP]", help="One initiative, or one step as initiative/step.")
    ] = None,
    all_steps: Annotated[bool, typer.Option("--all", help="Every step, not only those with a warning.")] = False,
    as_gantt: Annotated[bool, typer.Option("--gantt", help="Draw bars, one column for each week.")] = False,
    expanded: Annotated[
        bool, typer.Option("--expanded", help="Print the initiative as YAML with its pattern written out.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show how the plan stands: sections, initiatives and steps with their lights (看灯)."""
    if expanded:
        typer.echo(expanded_text(what))
        return
    with opened() as at:
        sections = _outline(at, what)
        now = at.service.clock.now()
    if as_json:
        plan = at.service.office.plan
        print_json({"plan": plan.id, "title": plan.title, "as_of": now, "sections": sections})
    elif as_gantt:
        console().print(gantt(at.service.office, sections, at.service.office.day(now), steps=what is not None))
    else:
        console().print(tree(at.service.office, sections, every=all_steps or what is not None))


def _outline(at: Opened, what: str | None) -> tuple[SectionLine, ...]:
    if what is None:
        return outline(at.service.office, at.seen())
    initiative, _, step = what.partition("/")
    if step:
        known(at.service, step_of(what))
    lines = outline(at.service.office, at.seen([initiative]))
    return only(lines, StepRef(initiative, step)) if step else lines


@app.command("next")
def next_due(
    post: Annotated[str | None, typer.Option(metavar="POST", help="Only what this post may do.")] = None,
    days: Annotated[int, typer.Option(min=0, max=250, metavar="N", help="How many working days ahead.")] = 10,
    as_json: Json = False,
) -> None:
    """List what people have to do next, most urgent first (近期要办)."""
    with opened() as at:
        office, today = at.service.office, at.service.office.day(at.service.clock.now())
        if post is not None and post not in office.directory.posts:
            hint = perhaps(post, office.directory.posts, "请核对岗位编号")
            raise Refused("unknown-person", f"通讯录中没有岗位 {post}：{hint}")
        duties = urgent_first((duty for seen in at.seen() for duty in agenda(*seen, days)), today)
        if post is not None:
            duties = of_post(duties, office, post, today)
    if as_json:
        print_json(duties)
    elif not duties:
        typer.echo(f"今后{days}个工作日内没有要办的事项")
    else:
        console().print(_duties(at, duties))


def _duties(at: Opened, duties: Iterable[Duty]) -> Table:
    titles = at.service.office.directory.title
    table = Table("", "时限", "余", "要办", "事项", "办理人", "编号", box=None, pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"
    for duty in duties:
        table.add_row(
            LIGHT_MARKS[duty.light],
            duty.due.isoformat() if duty.due else "—",
            _days_left(duty.days_left),
            VERB_TITLES[duty.verb] if duty.verb else STATUS_TITLES[duty.status],
            escape(duty.title),
            "、".join(map(titles, duty.posts)),
            str(duty.step),
        )
    return table


def _days_left(days: int | None) -> str:
    if days is None:
        return "—"
    return f"{days}天" if days >= 0 else f"逾{-days}天"


@app.command("why")
def why_command(
    step: Annotated[str, typer.Argument(metavar="STEP", help="The step, as initiative/step.")], as_json: Json = False
) -> None:
    """Say why a step stands as it does, and where acting helps (为什么)."""
    with opened() as at:
        reasons = reasons_of(at.service, known(at.service, step_of(step)))
    if as_json:
        print_json(reasons)
    else:
        for line in _lines(reasons, at):
            console().print(line, soft_wrap=True)


def reasons_of(service: Service, ref: StepRef) -> Why:
    """The reasons of a step, followed through the whole plan."""
    seen = {look.initiative.id: (look, decide(look, state)) for look, state in service.everything()}
    office, today = service.office, service.office.day(service.clock.now())
    told = forecast(Schedule(office.plan, office.calendar, facts_of(seen.values()), today))
    look, _ = seen[ref.initiative]
    return why(look, look.initiative.steps[ref.step], lambda name: seen[name][1], told)


def _lines(reasons: Why, at: Opened) -> Iterator[str]:
    yield f"[bold]{escape(reasons.title)}[/]　{escape(reasons.initiative_title)}　{reasons.step}"
    for heading, lines in paragraphs(reasons, at.service.office):
        for number, line in enumerate(lines):
            label = heading if number == 0 else ""
            yield f"  [dim]{label}{'　' * (4 - len(label))}[/]{escape(line)}"
