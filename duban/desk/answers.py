"""What a form asks for, by the act chosen, and how what was typed becomes a command."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from unicodedata import normalize

from duban.core.deciding.commands import VERB_TITLES, Command, Verb
from duban.core.deciding.late_entry import LATE
from duban.core.deciding.offers import Offer
from duban.core.planning.plan import Step
from duban.core.planning.plan_file import Kind
from duban.core.typed import one_line
from duban.desk.uploads import digests


class Asked(StrEnum):
    """What may be asked for beside the act."""

    PROGRESS = "progress"
    REMAINING = "remaining"
    VALUE = "value"
    FILES = "files"
    EVIDENCE = "evidence"
    UNTIL = "until"
    RETURNED = "returned"
    TO = "to"
    WHOSE = "whose"
    ON = "on"
    BECAUSE = "because"
    REASON = "reason"


ASKED: Mapping[Verb, tuple[Asked, ...]] = {
    Verb.SIGN: (),
    Verb.REPORT: (Asked.PROGRESS, Asked.VALUE, Asked.REMAINING, Asked.REASON),
    Verb.SUBMIT: (Asked.FILES, Asked.EVIDENCE, Asked.REASON),
    Verb.APPROVE: (Asked.REASON,),
    Verb.RETURN: (Asked.RETURNED, Asked.REASON),
    Verb.EXTEND: (Asked.UNTIL, Asked.REASON),
    Verb.GRANT: (Asked.UNTIL, Asked.REASON),
    Verb.REFUSE: (Asked.REASON,),
    Verb.SUSPEND: (Asked.REASON,),
    Verb.RESUME: (Asked.REASON,),
    Verb.HAND_OVER: (Asked.TO, Asked.REASON),
    Verb.CANCEL: (Asked.REASON,),
    Verb.WITHDRAW: (Asked.REASON,),
    Verb.CORRECT: (Asked.PROGRESS, Asked.REMAINING, Asked.VALUE, Asked.FILES, Asked.EVIDENCE, Asked.REASON),
    Verb.REOPEN: (Asked.REASON,),
    Verb.CONCLUDE: (Asked.REASON,),
    Verb.ACKNOWLEDGE: (),
    Verb.INSTRUCT: (Asked.REASON,),
    Verb.ADVISE: (Asked.REASON,),
    Verb.PRESS: (Asked.REASON,),
    Verb.DISOWN: (Asked.WHOSE, Asked.REASON),
}
"""Of each act what its form asks for, in order."""

NAME = re.compile(r"(?=.*[^\W\d_])[\w·．.\- ]{2,20}")
"""Whoever does it: two to twenty characters, not all of them digits and dots."""

DAY = re.compile(r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})")
"""2024-6-28, 6月28日, 20240628."""


NUMBER = re.compile(r"[+-]?\d+(\.\d*)?|[+-]?\.\d+", re.ASCII)
"""A number as people write it."""


class Untold(Exception):
    """Something typed cannot be meant; `what` is said of each field, by its name, to the person who typed it."""

    def __init__(self, what: Mapping[str, str]) -> None:
        self.what = what
        super().__init__("；".join(what.values()))


@dataclass(frozen=True, slots=True)
class Said:
    """A form as it came: the act, the name of whoever does it, and what was typed into its fields.

    `stored` are the files that came with it, as evidence names them; `version` is that of the matter when the form was
    handed out, `nonce` the form's number; `again` asks for the form once more, to change something.
    """

    act: str = ""
    name: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    stored: tuple[str, ...] = ()
    version: str = ""
    nonce: str = ""
    pin: str = field(default="", repr=False)
    again: bool = False

    def get(self, asked: Asked) -> str:
        """What was typed into a field of the act chosen."""
        return self.typed.get(field_name(self.act, asked), "").strip()


def field_name(act: str, asked: Asked) -> str:
    """What a field is called in a form: acts have fields of their own, whose contents do not mix."""
    return f"{act}.{asked}"


def asked_of(verb: Verb, step: Step, offer: Offer) -> tuple[Asked, ...]:
    """What the form of an act asks for with this step."""
    wanted = {Asked.VALUE: step.target is not None, Asked.RETURNED: len(offer.returns) > 1}
    if verb is Verb.CORRECT and step.kind is not Kind.WORK:
        wanted |= {Asked.FILES: False, Asked.EVIDENCE: False}
    late = (Asked.ON, Asked.BECAUSE) if verb in LATE else ()
    return tuple(asked for asked in (*ASKED[verb], *late) if wanted.get(asked, True))


def command_of(said: Said, step: Step, offers: Iterable[Offer], post: str, today: date) -> Command:
    """The command a form comes to, without key and way; raises Untold with all that cannot be meant."""
    offer = next((one for one in offers if one.verb == said.act), None)
    if offer is None:
        raise Untold({"act": _not_offered(said)})
    wrong: dict[str, str] = {}
    if not named(said.name):
        wrong["name"] = "请填写办理人姓名（2至20字）"
    asked = asked_of(offer.verb, step, offer)
    progress = _whole(said, Asked.PROGRESS, "进度", wrong) if Asked.PROGRESS in asked else None
    remaining = _whole(said, Asked.REMAINING, "还需天数", wrong) if Asked.REMAINING in asked else None
    value = _number(said, Asked.VALUE, "指标数值", wrong) if Asked.VALUE in asked else None
    to = _whither(said, offer, asked, today, wrong)
    on = _done_on(said, today, wrong) if Asked.ON in asked else ""
    lines = [line for text in said.get(Asked.EVIDENCE).splitlines() if (line := one_line(text))]
    if any(map(digests, lines)):  # else whoever knows the digest of a file of another matter could have it
        wrong[field_name(said.act, Asked.EVIDENCE)] = "文件请从“上传文件”处上传，此处只填名称或者文号"
    if wrong:
        raise Untold(wrong)
    reason = said.get(Asked.REASON) if Asked.REASON in asked else ""
    evidence = (*said.stored, *lines) if Asked.EVIDENCE in asked else ()
    told = Command(offer.verb, step.ref, post, reason, progress, value, evidence, to, remaining=remaining)
    return replace(told, on=on, because=said.get(Asked.BECAUSE)) if on else told


def _not_offered(said: Said) -> str:
    """What is said of no act, or of one that is offered no more: with what was typed, which has no field any longer."""
    if said.act not in VERB_TITLES:
        return "请先选择要办理的事"
    typed = "、".join(
        text.strip() for name, text in said.typed.items() if name.startswith(f"{said.act}.") and text.strip()
    )
    told = f"您填写期间，本事项有了新情况（见办理经过），现在不能{VERB_TITLES[Verb(said.act)]}"
    return told + (f"。您填写的是：{typed}" if typed else "")


def _whither(said: Said, offer: Offer, asked: tuple[Asked, ...], today: date, wrong: dict[str, str]) -> str:
    if Asked.UNTIL in asked and (text := said.get(Asked.UNTIL)):
        day = day_of(text, today)
        if day is None:
            wrong[field_name(said.act, Asked.UNTIL)] = f"日期“{text}”读不懂，请写成2024-06-28或者6月28日"
        return day.isoformat() if day else ""
    if Asked.RETURNED in asked and not said.get(Asked.RETURNED):
        wrong[field_name(said.act, Asked.RETURNED)] = "请选择退回哪一项"
    if Asked.TO in asked and not said.get(Asked.TO):
        wrong[field_name(said.act, Asked.TO)] = "请选择转办给哪个单位或者岗位"
    if offer.verb is Verb.RETURN and not said.get(Asked.RETURNED):
        return offer.returns[0] if offer.returns else ""
    return next((said.get(one) for one in (Asked.RETURNED, Asked.TO, Asked.WHOSE) if one in asked), "")


def _done_on(said: Said, today: date, wrong: dict[str, str]) -> str:
    """The day on which it was done, where that is entered late: with a reason of its own."""
    text, because = said.get(Asked.ON), said.get(Asked.BECAUSE)
    if not text:
        if because:
            wrong[field_name(said.act, Asked.ON)] = "请填写实际办理日期；今日办理的，两项都不填"
        return ""
    day = day_of(text, today, past=True)
    if day is None:
        wrong[field_name(said.act, Asked.ON)] = f"日期“{text}”读不懂，请写成2024-06-28或者6月28日"
    if not because:
        wrong[field_name(said.act, Asked.BECAUSE)] = "补录应当写明事由"
    return day.isoformat() if day else ""


def _whole(said: Said, asked: Asked, title: str, wrong: dict[str, str]) -> int | None:
    number = _number(said, asked, title, wrong)
    if number is not None and not number.is_integer():
        wrong[field_name(said.act, asked)] = f"{title}应为整数，收到{said.get(asked)}"
        return None
    return None if number is None else int(number)


def _number(said: Said, asked: Asked, title: str, wrong: dict[str, str]) -> float | None:
    text = normalize("NFKC", said.get(asked)).replace(",", "").removesuffix("%").strip()
    if text and not NUMBER.fullmatch(text):
        wrong[field_name(said.act, asked)] = f"{title}应为数字，收到{said.get(asked)}"
        return None
    return float(text) if text else None


def named(text: str) -> bool:
    """Whether a text names somebody, to whoever reads it: what nobody sees in it does not count."""
    return NAME.fullmatch(one_line(text)) is not None


def day_of(text: str, today: date, *, past: bool = False) -> date | None:
    """The day that was typed; of one without a year, that of this year or, more than half a year ago, of the next.

    Of one that is `past`, the last such day.
    """
    found = DAY.fullmatch(normalize("NFKC", text).strip())
    if found is None:
        return None
    year, month, day = (found[1], found[2], found[3]) if found[2] else (found[4], found[5], found[6])
    try:
        read = date(int(year or today.year), int(month), int(day))
        if past:
            return read if year or read <= today else read.replace(year=read.year - 1)
        return read if year or (today - read).days < 183 else read.replace(year=read.year + 1)
    except ValueError:
        return None
