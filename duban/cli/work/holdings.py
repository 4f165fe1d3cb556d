"""Handing over everything that is with a unit or a post: shown first, and done once somebody says so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from duban.cli.opening import Opened
from duban.core.deciding.commands import Command, Refused, Verb, respond
from duban.core.deciding.decide import Decision
from duban.core.deciding.intake import taken_in
from duban.core.deciding.office import Look, Office
from duban.core.planning.plan import StepRef
from duban.core.titles import perhaps
from duban.service import Service

ELSE: Mapping[str, str] = {
    "coordinates": "督办",
    "leads": "牵头",
    "supervises": "分管",
    "supports": "配合",
    "reviews": "审核",
}
"""What a plan gives to people besides, and no hand-over moves."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A step that is with somebody, and why it cannot be handed over; empty where it can."""

    step: StepRef
    title: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class HandingOver:
    """Who hands over everything that is with whom, to whom, and why."""

    whose: str
    to: str
    actor: str
    reason: str
    key: str | None
    via: str

    def command(self, step: StepRef) -> Command:
        """The command for one step."""
        key = f"{self.key}/{step}" if self.key else None
        return taken_in(
            Command(Verb.HAND_OVER, step, self.actor, self.reason, to=self.to, key=key, via=self.via),
        )


def holdings(at: Opened, over: HandingOver) -> list[Holding]:
    """What is with somebody, in the plan's order; nothing is changed.

    Raises Refused where nothing is with them, and where all of it is refused alike.
    """
    plan, owners = at.service.office.plan, at.service.owners()
    seen = cache(lambda name: next(at.seen([name])))
    found = [
        Holding(ref, plan.step(ref).title, _refusal(*seen(ref.initiative), over.command(ref)))
        for ref, owner in owners.items()
        if owner == over.whose
    ]
    if not found:
        hint = perhaps(over.whose, set(owners.values()), "请核对单位、岗位编号")
        raise Refused("nothing-held", f"没有由 {over.whose} 承办的未办结事项：{hint}")
    if len(alike := {one.refused for one in found}) == 1 and (refused := alike.pop()):
        raise Refused("not-all", refused)
    return found


def _refusal(look: Look, decision: Decision, command: Command) -> str:
    try:
        respond(look, decision.state, command)
    except Refused as refused:
        return str(refused)
    return ""


def carried_out(service: Service, over: HandingOver, found: Sequence[Holding]) -> tuple[list[Holding], tuple[str, ...]]:
    """Hand over what can be; what came of it, and the initiatives to look at then."""
    woken, done = dict[str, None](), list[Holding]()
    for one in found:
        refused = one.refused
        if not refused:
            try:
                woken |= dict.fromkeys((one.step.initiative, *service.act(over.command(one.step)).woken))
            except Refused as late:  # something has happened to it since
                refused = str(late)
        done.append(replace(one, refused=refused))
    return done, tuple(woken)


def in_words(
    office: Office, over: HandingOver, found: Sequence[Holding], besides: Mapping[str, Sequence[str]], *, done: bool
) -> Iterator[str]:
    """What is handed over, or would be; and what else is with them by the plan."""
    title = office.directory.title
    moved = sum(not one.refused for one in found)
    yield f"{'已' if done else '拟'}将{title(over.whose)}承办的{moved}项转由{title(over.to)}承办，理由：{over.reason}"
    for one in found:
        yield f"  {one.step}　{one.title}" + (f"　不能转办：{one.refused}" if one.refused else "")
    for part, what in besides.items():
        if part in ELSE:
            yield f"  另：计划写明由其{ELSE[part]}的{len(what)}项（{'、'.join(what)}）不因转办变动，须调整计划"
    if not done:
        yield "以上尚未办理；确认后加 --yes 再执行一次"
