"""Slips (单据): all that a notice says, in Chinese. Templates arrange what a `Slip` holds, and look nothing up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypedDict

from duban.core.deciding.changes import gone
from duban.core.deciding.deadlines import days_left
from duban.core.deciding.office import Look
from duban.core.deciding.recheck import Recheck
from duban.core.deciding.rungs import DueRung
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.histories import about
from duban.core.ledger.summary import Light
from duban.core.planning.directory import Directory
from duban.core.planning.plan import Step, StepRef
from duban.core.planning.plan_file import Kind
from duban.core.planning.when import Duration
from duban.core.telling import phrases
from duban.core.telling.lapses import why_lapsed
from duban.core.telling.phrases import Occasion
from duban.core.telling.reasons import reason_of
from duban.core.telling.whens import chinese
from duban.core.titles import LIGHT_TITLES
from duban.core.typed import in_lines

PAPERS: Mapping[str, str] = {"assign": "assign", "press": "press", "supervise": "supervise", "ask": "extension"}
"""Slips that are papers too, and which."""

REMINDING = frozenset({"remind", "press"})
"""Slips that remind or press."""


@dataclass(frozen=True, slots=True)
class Slip:
    """Everything a template may say. Texts are Chinese, empty where there is nothing to say; dates are 2024年6月28日.

    `kind` is one of `titles.SLIP_TITLES`, `title` what it is called here, `issuer` the bureau; `days_left` counts
    working days, negative once late, None without a deadline; `pressed` is how often people were reminded or pressed
    about the step before; `change` is what somebody else did to it, of a slip about that: 中止, 恢复, 转办 or 终止;
    `waited` the working days since an answer was asked for, None where none is; `remarks` the 批示 and 意见 on record,
    but for the one that it tells of. `progress` is what was reported last, `wanted` the deadline that is asked for;
    `enclosed` what the Word paper is called that goes with it, where the recipient's mails carry such. `link` is the
    address at which it is answered, filled in when it is sent: of what it takes, `recipient` is the post it goes to,
    `sequence` its notice's place in the ledger.
    """

    kind: str
    title: str
    issuer: str
    number: str
    date: str
    plan_title: str
    document: str
    cited: str
    initiative_title: str
    initiative_number: str
    lead_title: str
    step_title: str
    step_ref: str
    requirement: str
    evidence: tuple[str, ...]
    owner_title: str
    recipient_title: str
    acting_for: str
    due: str
    original_due: str
    days_left: int | None
    light: str
    reason: str
    pressed: int
    waiting_for_this: tuple[str, ...]
    history: tuple[str, ...]
    next_rung: str
    command: str
    change: str
    progress: str
    wanted: str
    enclosed: str
    waited: int | None = None
    recipient: str = ""
    sequence: int = 0
    link: str = ""
    remarks: tuple[str, ...] = ()


class Enclosure(NamedTuple):
    """A file that goes with a letter, or is asked for by itself: its name, and what is in it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Words:
    """A slip in words: one line of subject, and the same body as plain text and as HTML.

    Of a digest `pieces` are its text before the first item, then the text of each; none where it cannot be parted so.
    `enclosures` go with it where it is a mail; `links` are what it leads to, as words and addresses.
    """

    subject: str
    text: str
    html: str
    pieces: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


def slip(look: Look, recheck: Recheck, entries: Sequence[Entry]) -> Slip:
    """The slip of a notice that is still due; `entries` are all of the initiative's, the queued notice among them.

    Each of its texts is one line, whatever people typed: what breaks lines, and makes headings, are templates alone.
    """
    office, people, matter = look.office, look.office.directory, _matter(look, recheck, entries)
    fired, asks = matter.fired, phrases.asks(matter)
    step, due, reason = matter.step, matter.due if asks else None, phrases.reason(matter)
    told = Slip(
        kind=fired.slip,
        number=_number(look, str(fired.key), entries),
        date=chinese(look.today),
        **_cited(look, fired.slip),
        step_title=step.title,
        step_ref=str(step.ref),
        requirement=phrases.requirement(office, step) if asks else "",
        evidence=_evidence(matter) if asks else (),
        owner_title=people.titles(office.owners(step, matter.own)),
        recipient_title=matter.title(fired.recipient),
        acting_for="" if people.person(fired.recipient) == people.person(fired.post) else matter.title(fired.post),
        due=chinese(due.day, look.calendar) if due else "",
        original_due=chinese(due.original, look.calendar) if due else "",
        days_left=days_left(look, matter.own, due.day) if due else None,
        light=_light(matter, reason),
        reason=reason,
        pressed=sum(sent.slip in REMINDING for sent in matter.own.history),
        waiting_for_this=phrases.waiting(matter),
        history=phrases.history(office, step, matter.entries),
        next_rung=phrases.next_rung(matter) if asks else "",
        command=phrases.command(matter),
        change=phrases.change(matter),
        progress=phrases.progress(matter),
        wanted=chinese(matter.own.asked.to, look.calendar) if matter.own.asked else "",
        enclosed=_enclosed(people, fired),
        waited=phrases.waited(matter),
        recipient=fired.recipient,
        sequence=_queued(str(fired.key), entries).sequence,
        remarks=phrases.remarks(matter),
    )
    return in_lines(told)


class _Cited(TypedDict):
    """What a slip is called, who issues it, and of what it is about: plan, document, the place in it, the lead."""

    title: str
    issuer: str
    plan_title: str
    document: str
    cited: str
    initiative_title: str
    initiative_number: str
    lead_title: str


def _cited(look: Look, kind: str) -> _Cited:
    plan, initiative, people = look.office.plan, look.initiative, look.office.directory
    return {
        "title": people.name(kind),
        "issuer": people.mailing.letterhead.issuer or "",
        "plan_title": plan.title,
        "document": plan.document,
        "cited": plan.cited(initiative),
        "initiative_title": initiative.title,
        "initiative_number": initiative.number,
        "lead_title": people.titles(initiative.leads),
    }


def _enclosed(people: Directory, fired: DueRung) -> str:
    wanted = fired.slip in PAPERS and fired.recipient in people.mailing.papers
    return people.name(PAPERS[fired.slip]) if wanted else ""


def _evidence(matter: Occasion) -> tuple[str, ...]:
    return matter.own.evidence if matter.fired.slip == "review" else matter.step.evidence


def _matter(look: Look, recheck: Recheck, entries: Sequence[Entry]) -> Occasion:
    decision, fired = recheck.decision, recheck.rung
    if fired is None:
        raise ValueError(f"this notice has lapsed: {why_lapsed(look.office, recheck.lapsed)}")
    own = decision.state.step(fired.step)
    was = gone(look, fired.step, own)
    step = look.initiative.steps.get(fired.step) or (was.step if was else _forgotten(look, fired.step))
    rungs = look.office.policy.ladder(step.ladder).rungs
    return Occasion(
        look=look,
        decision=decision,
        fired=fired,
        rung=next((rung for rung in rungs if rung.id == fired.rung), None),
        step=step,
        own=own,
        due=decision.deadlines.get(step.id),
        row=decision.rows.get(step.id),
        entries=about(entries, step.id, step.was),
    )


def _forgotten(look: Look, name: str) -> Step:
    """A step the plan no longer has: a letter about it could not be delivered, and somebody must still hear of that."""
    ref = StepRef(look.initiative.id, name)
    ladder = look.office.policy.ladders[0].id
    return Step(ref, name, Kind.MILESTONE, (), Duration(0, 0, 0), look.initiative.lead, ladder=ladder)


def _number(look: Look, key: str, entries: Sequence[Entry]) -> str:
    """By the letterhead's form; the sequence is the place of the notice in its ledger, which no other notice has."""
    queued, form = _queued(key, entries), look.office.directory.mailing.letterhead.number
    return form.format(year=queued.day.year, initiative=look.initiative.number, sequence=queued.sequence)


def _queued(key: str, entries: Sequence[Entry]) -> Entry:
    return [e for e in entries if e.kind is EntryKind.NOTICE_QUEUED and e.data["notice"] == key][-1]


def _light(matter: Occasion, reason: str) -> str:
    """The light, with what lit it unless the slip says so anyway."""
    row, look = matter.row, matter.look
    if row is None:
        return ""
    lit = reason_of(look.office, look.initiative.id, row)
    told = row.light <= Light.GREEN or lit == reason
    return LIGHT_TITLES[row.light] + ("" if told else f"（{lit}）")
