"""Papers (文书): what an office keeps on paper, as values that its Word templates arrange; each bears a slip's number.

A paper of a slip says what the slip said on the day it was sent, whenever it is printed: a number stands for one text.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from duban.core.deciding.commands import Refused
from duban.core.deciding.office import Look
from duban.core.deciding.recheck import recheck
from duban.core.deciding.rungs import DueRung
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.histories import about
from duban.core.ledger.keys import NoticeKey
from duban.core.ledger.notices import PENDING, Delivery, NoticeRow
from duban.core.ledger.state import fold
from duban.core.planning.plan import Step, StepRef
from duban.core.telling.bulletin_paper import BulletinPaper
from duban.core.telling.bulletin_text import BulletinLetter
from duban.core.telling.closing import ClosingPaper
from duban.core.telling.digest import Digest
from duban.core.telling.events import event
from duban.core.telling.revised import Names
from duban.core.telling.slips import PAPERS, Slip, slip
from duban.core.titles import BULLETIN

Writing = Slip | Digest | BulletinLetter
"""What a letter is written of."""

EXTENSION = "extension"
SLIPS: Mapping[str, str] = {paper: slip for slip, paper in PAPERS.items()}
"""Papers that are made of a slip, and of which."""

CLOSING = "closing"

UNNAMEABLE = str.maketrans(dict.fromkeys('\\/:*?"<>|', "-"))
"""Characters that some system has in no name of a file."""

ANSWERS = frozenset({EntryKind.EXTENSION_GRANTED, EntryKind.EXTENSION_REFUSED})
WRITTEN = PENDING | {Delivery.SENT}
"""Notices that somebody has, or is to have."""


@dataclass(frozen=True, slots=True)
class SlipPaper(Slip):
    """A slip on paper; `answer` is what became of an extension that it asks for, empty until it is answered."""

    answer: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper before it is written: its template, and what that may say."""

    kind: str
    matter: SlipPaper | ClosingPaper | BulletinPaper

    @property
    def file(self) -> str:
        """What its file is called, on any system."""
        return f"{self.matter.title} {self.matter.number}.docx".translate(UNNAMEABLE)


MATTERS: Mapping[str, type[SlipPaper | ClosingPaper | BulletinPaper]] = {
    **dict.fromkeys(SLIPS, SlipPaper),
    CLOSING: ClosingPaper,
    BULLETIN: BulletinPaper,
}
"""What the template of each paper may say."""


def enclosed(matter: Writing) -> tuple[Paper, ...]:
    """The papers that go with a letter, where its recipient wants them: one for each of its slips that is one."""
    if isinstance(matter, BulletinLetter):
        return (Paper(BULLETIN, matter.paper),) if matter.enclosed else ()
    slips = (matter,) if isinstance(matter, Slip) else tuple(item.slip for item in matter.items)
    return tuple(_paper(PAPERS[one.kind], one, one.enclosed) for one in slips if one.enclosed)


def _paper(kind: str, said: Slip, title: str, answer: str = "") -> Paper:
    told = {one.name: getattr(said, one.name) for one in fields(Slip)}
    return Paper(kind, SlipPaper(**{**told, "title": title, "link": "", "answer": answer}))  # paper lies about


def of_step(look: Look, entries: Sequence[Entry], names: Mapping[str, str], kind: str, ref: StepRef) -> Paper:
    """The paper of the last slip of a kind about a step; raises Refused where none was sent, nor waits to be.

    `entries` are all of the initiative's, `names` the former ids of its steps.
    """
    step = look.initiative.steps[ref.step]
    there = [row for row in fold(entries, names).step(step.id).notices.values() if row.delivery in WRITTEN]
    rows = [row for row in there if row.slip == SLIPS[kind]]
    if not rows:
        raise Refused("no-paper", _missing(look, kind, step, {row.slip for row in there}))
    last = max(rows, key=_queued)  # of several at once the first: its owner's
    answer = _answer(look, entries, step, last) if kind == EXTENSION else ""
    return _paper(kind, as_sent(look, entries, names, last), look.office.directory.name(kind), answer)


def _queued(row: NoticeRow) -> datetime:
    return row.queued_at


def _missing(look: Look, kind: str, step: Step, sent: Collection[str]) -> str:
    name = look.office.directory.name
    others = "、".join(f"《{name(one)}》" for one, slip in SLIPS.items() if slip in sent)
    told = f"可以出具的有{others}" if others else "尚无可以出具的文书"
    return f"事项“{step.title}”没有发出过《{name(kind)}》；{told}"


def as_sent(look: Look, entries: Sequence[Entry], names: Mapping[str, str], notice: NoticeRow) -> Slip:
    """What the slip of a notice said when it was sent, or would say now."""
    ended = [one for one in entries if one.kind is EntryKind.NOTICE_SENT and one.data["notice"] == notice.key]
    if ended and notice.delivery is Delivery.SENT:
        entries = [one for one in entries if one.sequence < ended[-1].sequence]
        look = replace(look, now=ended[-1].at)
    state = fold(entries, names)
    again = recheck(look, state, state.notice(notice.key))
    return slip(look, again if again.rung else replace(again, rung=_fired(notice, look.now)), entries)


def _fired(notice: NoticeRow, moment: datetime) -> DueRung:
    """The rung of a notice, where the plan or the rules of today have none such."""
    key = NoticeKey.parse(notice.key)
    return DueRung(
        key, notice.step, notice.rung, notice.slip, key.post, notice.recipient, moment, moment, notice.immediate
    )


def _answer(look: Look, entries: Sequence[Entry], step: Step, notice: NoticeRow) -> str:
    """The answer to an extension that was asked for; empty as long as there is none."""
    names = Names(look.office.directory, (look.office.plan,), look.office.calendar)
    later = (one for one in about(entries, step.id, step.was) if one.kind in ANSWERS and one.at >= notice.queued_at)
    return next((event(names, one) for one in later), "")
