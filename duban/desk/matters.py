"""One matter, whichever way somebody came to it: shown, its answer checked and confirmed, and stored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from duban.core.access.doors import Door
from duban.core.deciding.commands import Command, Refused, respond
from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.intake import taken_in
from duban.core.deciding.offers import Offer, offered_to
from duban.core.ledger.entries import Entry
from duban.core.ledger.state import State
from duban.core.planning.plan import Step, StepRef
from duban.core.telling.matter_page import MatterPage, matter_page
from duban.desk.answers import Said, Untold, command_of
from duban.desk.nonces import new_nonce, read_nonce
from duban.desk.visitors import Visitor
from duban.service import Service
from duban.views import Result, View

STALE = "页面停留过久，或者不是从本系统打开的；已为您换了一页，所填内容都在，请再核对一次"
TOO_QUICK = "提交得太快，请看清内容后再确认一次"
CHANGED = "您填写期间，本事项有了新情况（见办理经过）。所填内容都在，请核对后再确认"


@dataclass(frozen=True, slots=True)
class Matter:
    """A step as it stands for one visitor: its page, and what they may do now; `barred` what another way would let."""

    service: Service
    view: View
    decision: Decision
    step: Step
    page: MatterPage
    offers: tuple[Offer, ...]
    barred: tuple[Offer, ...]

    @property
    def state(self) -> State:
        """The record of the initiative, settled."""
        return self.decision.state


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer that could be stored: what it comes to, and the number of the form it is confirmed by."""

    command: Command
    nonce: str


@dataclass(frozen=True, slots=True)
class Back:
    """An answer that goes back to whoever gave it: what is wrong, by field; under "" with the whole of it.

    It is `foreign` where the form was not handed to them, but somebody else had it sent.
    """

    wrong: dict[str, str]
    foreign: bool = False


def matter_of(service: Service, step: StepRef, visitor: Visitor, view: View | None = None) -> Matter | None:
    """A step as it stands for a visitor; None for one the plan does not have."""
    view = view or service.view(step.initiative)
    found = view.look.initiative.steps.get(step.step)
    if found is None:
        return None
    decision = decide(view.look, view.state, view.decided)
    made = offered_to(view.look, decision.state, found, visitor.post)
    page = matter_page(view.look, decision, found, view.entries)
    may = tuple(offer for offer in made if visitor.may(offer.verb))
    return Matter(service, view, decision, found, page, may, tuple(offer for offer in made if offer not in may))


def form_number(door: Door, visitor: Visitor) -> str:
    """The number of a form handed to a visitor now."""
    return new_nonce(door, visitor.post, visitor.form_secret)


def checked(door: Door, visitor: Visitor, matter: Matter, said: Said, *, final: bool) -> Checked | Back:
    """Whether an answer can be stored as it is; with `final`, whether nothing speaks against storing it now."""
    look = matter.view.look
    nonce = read_nonce(said.nonce, door, visitor.post, visitor.form_secret)
    if nonce is None or nonce.over:
        return Back({"": STALE}, foreign=nonce is None)
    try:
        command = command_of(said, matter.step, matter.offers, visitor.post, look.today)
        respond(look, matter.state, taken_in(command), matter.service.back)
    except Untold as error:
        return Back(dict(error.what))
    except Refused as error:
        return Back({"": str(error)})
    if said.version != str(matter.page.version):
        return Back({"": CHANGED})
    if final and nonce.too_quick:
        return Back({"": TOO_QUICK})
    return Checked(replace(command, key=nonce.key, via=visitor.via(said.name)), nonce.text)


def done_already(door: Door, visitor: Visitor, matter: Matter, said: Said) -> int | None:
    """The place in the ledger of what this very form has stored before; None where it has stored nothing."""
    nonce = read_nonce(said.nonce, door, visitor.post, visitor.form_secret)
    found = (entry.sequence for entry in matter.view.entries if nonce and entry.key == nonce.key)
    return next(found, None)


def place_of(service: Service, command: Command, result: Result) -> int:
    """The place in the ledger of what a command has stored, now or when it came before."""
    entries: Sequence[Entry] = result.entries or service.ledger.entries(command.step.initiative)
    return next(entry.sequence for entry in entries if entry.key == command.key)
