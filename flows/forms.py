"""The form of an initiative: what a coordinator fills in under Custom run. It offers what may be done now, in Chinese.

The schema stored with a deployment is narrow, and the server holds every form against it. What the flow itself takes is
loose: between opening a form and running it the initiative may have moved on, which is answered in words.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from duban.core.deciding.commands import Command, Refused, Verb
from duban.core.deciding.late_entry import LATE
from duban.core.deciding.offers import Offer, offers
from duban.core.deciding.office import Look, Office
from duban.core.ledger.state import State
from duban.core.planning.plan import Initiative
from duban.core.planning.plan_file import Kind
from duban.core.telling.offered import (
    NOTHING_CHOSEN,
    ONLY_LOOK,
    choices,
    named,
    owner_words,
    step_words,
    understood,
)

DATED = frozenset({Verb.EXTEND, Verb.GRANT})

MEASURED = frozenset({Verb.REPORT, Verb.CORRECT})

Schema = dict[str, Any]


def parameter_schema(look: Look, state: State) -> Schema:
    """What an initiative's deployment stores as the schema of its parameters: one form of what may be done now."""
    made = offers(look, state)
    fields = {
        "offer": _one_of("办理事项", [*choices(look.office, look.initiative, made), ONLY_LOOK]),
        **dict(_fields(look, made)),
    }
    for place, field in enumerate(fields.values()):
        field["position"] = place
    form = {"title": "填报", "type": "object", "properties": fields, "required": ["offer"], "position": 0}
    return {
        "title": "Parameters",
        "type": "object",
        "properties": {"report": {**form, "additionalProperties": False}},
        "required": ["report"],
        "definitions": {},
    }


def _fields(look: Look, made: tuple[Offer, ...]) -> Iterator[tuple[str, Schema]]:
    """What an offer among those made asks for besides who does what."""
    verbs = {offer.verb for offer in made}
    steps = look.initiative.steps
    corrected = [offer.step.step for offer in made if offer.verb is Verb.CORRECT]
    if Verb.SUBMIT in verbs or any(steps[name].kind is Kind.WORK for name in corrected):
        yield "evidence", {"title": "成果材料", "type": "array", "items": {"type": "string"}}
    if Verb.REPORT in verbs:
        yield "progress", {"title": "进度（%）", "type": "integer", "minimum": 0, "maximum": 100}
        yield "remaining", {"title": "还需几天", "type": "integer", "minimum": 0}
    if any(offer.verb in MEASURED and steps[offer.step.step].target for offer in made):
        yield "value", {"title": "指标数值", "type": "number"}
    if verbs & DATED:
        yield "until", {"title": "延期至", "type": "string", "format": "date"}
    if Verb.HAND_OVER in verbs:
        yield "to", _one_of("转办给", owner_words(look.office.directory).values())
    if returns := dict.fromkeys(step for offer in made for step in offer.returns):
        yield "returned", _one_of("退回哪一项", [step_words(look.initiative)[step] for step in returns])
    if verbs & LATE:
        yield "on", {"title": "实际办理日期（补录时填写，并写明理由）", "type": "string", "format": "date"}
    if made:
        yield "reason", {"title": "情况说明或理由", "type": "string"}


def _one_of(title: str, words: Iterable[str]) -> Schema:
    return {"title": title, "type": "string", "enum": list(words)}


def command_of(office: Office, initiative: Initiative, report: Any, key: str) -> Command | None:
    """The command a form comes to, None where only a look is asked for; raises Refused where it comes to none.

    `key` makes handing the same form in again harmless.
    """
    if not isinstance(report, Mapping):
        raise Refused("no-choice", NOTHING_CHOSEN)
    said = _text(report, "offer")
    if said == ONLY_LOOK:
        return None
    offer = understood(office, initiative, said)
    return Command(
        verb=offer.verb,
        step=offer.step,
        actor=offer.actor,
        reason=_text(report, "reason"),
        progress=_whole(report, "progress", "进度", "bad-progress"),
        value=_value(report),
        evidence=_evidence(report),
        to=_whither(office, initiative, offer.verb, report),
        key=key,
        via=key.replace("/", " "),
        remaining=_whole(report, "remaining", "还需几天", "bad-remaining"),
        on=_day(_text(report, "on")),
    )


def _text(report: Mapping[str, Any], field: str) -> str:
    said = report.get(field)
    return "" if said is None else str(said).strip()


def _whole(report: Mapping[str, Any], field: str, title: str, code: str) -> int | None:
    value = _number(_text(report, field), title)
    if value is not None and not value.is_integer():
        raise Refused(code, f"{title}应为整数，收到 {value:g}")
    return None if value is None else int(value)


def _value(report: Mapping[str, Any]) -> float | None:
    return _number(_text(report, "value"), "指标数值")


def _number(said: str, title: str) -> float | None:
    """A number, which 0 is, or None where nothing was filled in."""
    try:
        return float(said) if said else None
    except ValueError:
        raise Refused("bad-number", f"{title}应为数字，收到 {said}") from None


def _evidence(report: Mapping[str, Any]) -> tuple[str, ...]:
    said = report.get("evidence") or ()
    items = (said,) if isinstance(said, str) else said
    return tuple(str(item).strip() for item in items if item is not None and str(item).strip())


def _whither(office: Office, initiative: Initiative, verb: Verb, report: Mapping[str, Any]) -> str:
    """The day, the unit or post, or the step that a command names; nothing where it names none."""
    match verb:
        case Verb.EXTEND | Verb.GRANT:
            return _day(_text(report, "until"))
        case Verb.HAND_OVER:
            return _chosen(owner_words(office.directory), _text(report, "to"), "转办给哪个单位或岗位")
        case Verb.RETURN if said := _text(report, "returned"):
            return _chosen(step_words(initiative), said, "退回哪一项")
        case _:
            return ""


def _day(said: str) -> str:
    """A day as commands take it; a date field may give the moment of its midnight."""
    try:
        return datetime.fromisoformat(said).date().isoformat()
    except ValueError:
        return said


def _chosen(words: Mapping[str, str], said: str, what: str) -> str:
    name = named(words, said)
    if name is None:
        raise Refused("no-choice", f"请选择{what}" + (f"：没有{said}" if said else ""))
    return name
