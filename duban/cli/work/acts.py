"""Commands of people: sign, report, submit, approve, return, extend, suspend, resume, hand over, cancel, conclude …

The engine decides; here a command is only put together, and what came of it said. What is printed is for coordinators.
"""

from dataclasses import replace
from datetime import date
from typing import Annotated

import typer

from duban.cli.account import by_command
from duban.cli.exits import Exit
from duban.cli.named import known, step_of
from duban.cli.opening import Opened, opened
from duban.cli.output import print_json
from duban.cli.prefect_server import wake
from duban.cli.work.effects import show_effects
from duban.cli.work.holdings import HandingOver, carried_out, holdings, in_words
from duban.core.checking.check_force import parts
from duban.core.deciding.commands import VERB_TITLES, Command, Verb
from duban.core.ledger.entries import SYSTEM
from duban.core.planning.plan import StepRef
from duban.core.telling.whens import chinese
from duban.core.titles import STATUS_TITLES
from duban.views import Result

app = typer.Typer()

STEP = typer.Argument(metavar="STEP", help="The step, as initiative/step.")
Step = Annotated[str, STEP]
Actor = Annotated[str, typer.Option("--as", metavar="POST", help="The post you act as.")]
Note = Annotated[str, typer.Option(metavar="TEXT", help="What there is to say.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="The reason.")]
Said = Annotated[str, typer.Option("--note", "--reason", metavar="TEXT", help="What there is to say; why so late.")]
On = Annotated[str, typer.Option("--on", metavar="DAY", help="The day it was done, if before today; with the reason.")]
Because = Annotated[str, typer.Option("--late-because", metavar="TEXT", help="Why it is entered so late.")]
Evidence = Annotated[
    list[str] | None, typer.Option(metavar="TEXT", help="A deliverable: file, number or link; once for each.")
]
Key = Annotated[
    str | None, typer.Option(metavar="TEXT", help="A name for this command; given again, it changes nothing.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the stored entries as JSON.")]


@app.command()
def sign(
    step: Step,
    *,
    actor: Actor,
    on: On = "",
    because: Because = "",
    note: Said = "",
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Sign for a step (签收)."""
    carry_out(_command(Verb.SIGN, step, actor, reason=note, on=on, because=because, key=key), as_json)


@app.command()
def report(
    step: Step,
    *,
    actor: Actor,
    progress: Annotated[int | None, typer.Option(metavar="PERCENT", help="How far it has come.")] = None,
    value: Annotated[float | None, typer.Option(metavar="NUMBER", help="What an indicator measures.")] = None,
    remaining: Annotated[int | None, typer.Option(metavar="DAYS", help="Days of work that are left.")] = None,
    on: On = "",
    because: Because = "",
    note: Said = "",
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Report progress, the value of an indicator, or difficulties (反馈进展)."""
    said = _command(
        Verb.REPORT, step, actor, reason=note, progress=progress, value=value, on=on, because=because, key=key
    )
    carry_out(replace(said, remaining=remaining), as_json)


@app.command()
def submit(
    step: Step,
    *,
    actor: Actor,
    evidence: Evidence = None,
    on: On = "",
    because: Because = "",
    note: Said = "",
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Hand in finished work with its deliverables (报送办结)."""
    handed_in = tuple(evidence or ())
    carry_out(
        _command(Verb.SUBMIT, step, actor, reason=note, evidence=handed_in, on=on, because=because, key=key), as_json
    )


@app.command()
def approve(
    step: Step,
    *,
    actor: Actor,
    on: On = "",
    because: Because = "",
    reason: Reason = "",
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Approve work that was handed in (审核通过)."""
    carry_out(_command(Verb.APPROVE, step, actor, reason=reason, on=on, because=because, key=key), as_json)


@app.command("return")
def send_back(
    step: Step,
    *,
    actor: Actor,
    reason: Reason = "",
    to: Annotated[str, typer.Option(metavar="STEP", help="Of several steps before a review: which goes back.")] = "",
    on: On = "",
    because: Because = "",
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Send work back with the reason (退回)."""
    carry_out(
        _command(Verb.RETURN, step, actor, reason=reason, to=to.rpartition("/")[2], on=on, because=because, key=key),
        as_json,
    )


@app.command()
def extend(
    step: Step,
    *,
    actor: Annotated[str, typer.Option("--as", metavar="POST", help="The post you act as.")] = "",
    to: Annotated[str, typer.Option(metavar="DAY", help="The new last day, as 2024-07-15.")] = "",
    reason: Reason = "",
    grant: Annotated[
        bool | None, typer.Option("--grant/--refuse", help="Answer a request instead of making one.")
    ] = None,
    on: On = "",
    because: Because = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would move, and store nothing.")] = False,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Ask for an extension, or as the supervising leader grant or refuse one (延期)."""
    if dry_run:
        _rehearse(step_of(step), to, grant, as_json)
        return
    if not actor:
        raise typer.BadParameter("name the post you act as", param_hint="--as")
    verb = {None: Verb.EXTEND, True: Verb.GRANT, False: Verb.REFUSE}[grant]
    carry_out(_command(verb, step, actor, reason=reason, to=to, on=on, because=because, key=key), as_json)


def _rehearse(step: StepRef, to: str, grant: bool | None, as_json: bool) -> None:
    """Say what an extension would move."""
    if grant is False:
        raise typer.BadParameter("a refusal moves nothing", param_hint="--dry-run")
    with opened() as at:
        show_effects(at.service, known(at.service, step), to, asked=grant is True, as_json=as_json)


@app.command()
def suspend(step: Step, *, actor: Actor, reason: Reason = "", key: Key = None, as_json: Json = False) -> None:
    """Suspend a step; its time stands still (中止)."""
    carry_out(_command(Verb.SUSPEND, step, actor, reason=reason, key=key), as_json)


@app.command()
def resume(step: Step, *, actor: Actor, reason: Reason = "", key: Key = None, as_json: Json = False) -> None:
    """Resume a suspended step; its deadline moves by the days of suspension (恢复)."""
    carry_out(_command(Verb.RESUME, step, actor, reason=reason, key=key), as_json)


@app.command("hand-over")
def hand_over(
    step: Annotated[str, typer.Argument(metavar="[STEP]", help="The step, as initiative/step.")] = "",
    *,
    actor: Actor,
    to: Annotated[str, typer.Option(metavar="UNIT|POST", help="Who takes it over.")],
    reason: Reason = "",
    all_of: Annotated[
        str, typer.Option("--all-of", metavar="UNIT|POST", help="Everything that is with them, instead of one step.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do what --all-of shows; nothing is changed without.")] = False,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Hand a step over to another unit or post, who signs for it anew (转办)."""
    if bool(step) == bool(all_of):
        raise typer.BadParameter("name a step, or --all-of whom", param_hint="STEP")
    if not all_of:
        carry_out(_command(Verb.HAND_OVER, step, actor, reason=reason, to=to, key=key), as_json)
        return
    _hand_over_all(HandingOver(all_of.strip(), to.strip(), actor, reason.strip(), key, by_command()), yes, as_json)


def _hand_over_all(over: HandingOver, yes: bool, as_json: bool) -> None:
    """Show everything that is with somebody and, if that is wanted, hand it over; what could not be is a problem."""
    with opened() as at:
        found = holdings(at, over)
        besides = parts(at.service.office.plan, at.service.owners()).get(over.whose, {})
        found, woken = carried_out(at.service, over, found) if yes else (found, ())
        if as_json:
            print_json({"from": over.whose, "to": over.to, "done": yes, "steps": found})
        else:
            for line in in_words(at.service.office, over, found, besides, done=yes):
                typer.echo(line)
        if woken:
            wake(at.settings, at.stack, at.service.office.plan, woken)
    if any(one.refused for one in found):
        raise typer.Exit(Exit.PROBLEMS)


@app.command()
def cancel(step: Step, *, actor: Actor, reason: Reason = "", key: Key = None, as_json: Json = False) -> None:
    """Cancel a step for good (终止)."""
    carry_out(_command(Verb.CANCEL, step, actor, reason=reason, key=key), as_json)


@app.command()
def withdraw(step: Step, *, actor: Actor, reason: Reason = "", key: Key = None, as_json: Json = False) -> None:
    """Take back what was handed in, or a request for an extension, before it is answered (撤回)."""
    carry_out(_command(Verb.WITHDRAW, step, actor, reason=reason, key=key), as_json)


@app.command()
def correct(
    step: Step,
    *,
    actor: Actor,
    progress: Annotated[int | None, typer.Option(metavar="PERCENT", help="The progress meant.")] = None,
    value: Annotated[float | None, typer.Option(metavar="NUMBER", help="The value meant.")] = None,
    remaining: Annotated[int | None, typer.Option(metavar="DAYS", help="The days of work meant.")] = None,
    evidence: Evidence = None,
    reason: Reason = "",
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Correct the last report or value, or the deliverables that were handed in (更正)."""
    handed_in = tuple(evidence or ())
    command = _command(
        Verb.CORRECT, step, actor, reason=reason, progress=progress, value=value, evidence=handed_in, key=key
    )
    carry_out(replace(command, remaining=remaining), as_json)


@app.command()
def reopen(step: Step, *, actor: Actor, reason: Reason = "", key: Key = None, as_json: Json = False) -> None:
    """Have a step done that was closed or cancelled (恢复办理)."""
    carry_out(_command(Verb.REOPEN, step, actor, reason=reason, key=key), as_json)


@app.command()
def conclude(step: Step, *, actor: Actor, reason: Reason = "", key: Key = None, as_json: Json = False) -> None:
    """Go on with what has been collected; what is missing is no longer waited for (截止收集)."""
    carry_out(_command(Verb.CONCLUDE, step, actor, reason=reason, key=key), as_json)


@app.command()
def ack(step: Step, *, actor: Actor, key: Key = None, as_json: Json = False) -> None:
    """Acknowledge a notice about a step (知悉)."""
    carry_out(_command(Verb.ACKNOWLEDGE, step, actor, key=key), as_json)


@app.command()
def instruct(step: Step, *, actor: Actor, note: Note, key: Key = None, as_json: Json = False) -> None:
    """Put a leader's instruction about a step on record (批示); its owner has it at once, and nothing else changes."""
    carry_out(_command(Verb.INSTRUCT, step, actor, reason=note, key=key), as_json)


@app.command()
def press(step: Step, *, actor: Actor, note: Note, key: Key = None, as_json: Json = False) -> None:
    """Press the owner of a step in words of one's own (催办); they have it at once, and nothing else changes."""
    carry_out(_command(Verb.PRESS, step, actor, reason=note, key=key), as_json)


@app.command()
def advise(step: Step, *, actor: Actor, note: Note, key: Key = None, as_json: Json = False) -> None:
    """Put the opinion of a supporting unit about a step on record (提出意见); its owner is told, nothing changes."""
    carry_out(_command(Verb.ADVISE, step, actor, reason=note, key=key), as_json)


@app.command()
def disown(
    step: Step,
    *,
    actor: Actor,
    note: Note,
    to: Annotated[str, typer.Option(metavar="UNIT|POST", help="Whose it is, where that is known.")] = "",
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Say that a step, or what was entered about it, is not of one's unit (不是本单位办的); the coordinator is told."""
    carry_out(_command(Verb.DISOWN, step, actor, reason=note, to=to, key=key), as_json)


def _command(
    verb: Verb,
    step: str,
    actor: str,
    *,
    reason: str = "",
    progress: int | None = None,
    value: float | None = None,
    evidence: tuple[str, ...] = (),
    to: str = "",
    on: str = "",
    because: str = "",
    key: str | None = None,
) -> Command:
    said = reason.strip(), progress, value, evidence, to.strip()
    return Command(verb, step_of(step), actor, *said, key, by_command(), on=on.strip(), because=because.strip())


def carry_out(command: Command, as_json: bool) -> None:
    """Store a command, ask for the ticks that follow, and say what came of it."""
    with opened() as at:
        result = at.service.act(command)
        if as_json:
            print_json(result.entries)
        else:
            _tell(at, command, result)
        if result.entries:
            woken = (command.step.initiative, *result.woken)
            wake(at.settings, at.stack, at.service.office.plan, woken)


def _tell(at: Opened, command: Command, result: Result) -> None:
    step = at.service.office.plan.step(command.step)
    row = next(row for row in result.decision.summary.steps if row.step == step.id)
    what = f"“{step.title}”{VERB_TITLES[command.verb]}"
    if any(entry.actor != SYSTEM for entry in result.entries):
        typer.echo(f"已记入台账：{what}（{at.service.office.directory.title(command.actor)}）")
    else:
        typer.echo(f"此前已记入台账，没有重复记录：{what}")
    if to := next((entry.data["lapsed"] for entry in result.entries if "lapsed" in entry.data), ""):
        typer.echo(f"至{chinese(date.fromisoformat(to))}的延期申请未及答复，随之失效")
    if done := next((entry.data["on"] for entry in result.entries if "on" in entry.data), ""):
        typer.echo(f"补录：按{chinese(date.fromisoformat(done))}办理，今日录入")
    due = f"，时限{chinese(row.due, at.service.office.calendar)}" if row.due and not row.finished else ""
    typer.echo(f"现为{STATUS_TITLES[row.status]}{due}")
    for ref in result.closed:
        if ref in at.service.office.plan.downstream:
            typer.echo(f"“{at.service.office.plan.step(ref).title}”已办结，等待它的举措随即启动")
