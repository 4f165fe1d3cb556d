"""Several matters at once: signed for, or handed over, on one page with a box for each, none of them ticked.

Each is a command of its own with a key of its own, so that what was done is done once, whatever comes of the others.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Form, Request, Response

from duban.core.deciding.commands import VERB_TITLES, Command, Refused, Verb
from duban.core.deciding.decide import decide
from duban.core.deciding.offers import offered_to
from duban.core.planning.plan import StepRef
from duban.core.telling.offered import owner_words
from duban.core.telling.overview import going_on, seen_of
from duban.core.telling.whens import short
from duban.desk.answers import named
from duban.desk.matters import STALE, TOO_QUICK, form_number
from duban.desk.mine import todos_of
from duban.desk.nonces import Nonce, read_nonce
from duban.desk.places import Place, placed
from duban.desk.rates import ACTS
from duban.desk.refusing import NO_PAGE, NOT_YOURS, TOO_MANY_ACTS, ToSignIn, put_down
from duban.desk.rendering import page
from duban.desk.requests import Works
from duban.desk.standing import stands
from duban.desk.weeks import unreported, unsigned
from duban.ports import Conflict, LedgerUnusable

log = logging.getLogger(__name__)
router = APIRouter()

REASONS = {Verb.HAND_OVER: "理由", Verb.PRESS: "催办内容"}
"""What is to be said of those of an act, and what that is called."""

MOST = 30
"""How many one page holds: as many as one can look through."""

Texts = Annotated[list[str], Form()]
Text = Annotated[str, Form(max_length=2000)]


@dataclass(frozen=True, slots=True)
class Choice:
    """A matter that may be ticked, and what there is to know of it."""

    ref: str
    title: str
    where: str
    facts: str
    address: str


@dataclass(frozen=True, slots=True)
class Came:
    """A batch as it came: the act, who did it, and what was ticked; `to` and `reason` where it asks for them."""

    verb: Verb
    steps: tuple[str, ...]
    name: str
    nonce: str
    to: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one of them."""

    title: str
    said: str
    done: bool


def signed_in(request: Request, engine: Works, plan: str = "") -> Place:
    """Whoever is signed in; raises ToSignIn."""
    at = placed(request, engine, plan)
    if not at.visitor.post:
        raise ToSignIn(request.url.path if request.method == "GET" else "")
    return at


Here = Annotated[Place, Depends(signed_in)]


@router.get("/sign")
def to_sign(at: Here) -> Response:
    """Everything that waits to be signed for."""
    return _page(at, Verb.SIGN, list(_to_sign(at)))


@router.post("/sign")
def sign(at: Here, later: BackgroundTasks, step: Texts = [], name: Text = "", nonce: Text = "") -> Response:  # noqa: B006
    """Sign for what was ticked."""
    came = Came(Verb.SIGN, tuple(step), name.strip(), nonce)
    return _answered(at, came, list(_to_sign(at)), later)


@router.get("/hand-over")
def to_hand_over(at: Here, of: str) -> Response:
    """Everything that is with a unit or post and that whoever is signed in may hand over."""
    return _page(at, Verb.HAND_OVER, list(_to_hand_over(at, of)), of=of)


@router.post("/hand-over")
def hand_over(  # noqa: PLR0917  fields of a form
    at: Here,
    later: BackgroundTasks,
    of: str,
    step: Texts = [],  # noqa: B006  never changed
    name: Text = "",
    nonce: Text = "",
    to: Text = "",
    reason: Text = "",
) -> Response:
    """Hand over what was ticked."""
    came = Came(Verb.HAND_OVER, tuple(step), name.strip(), nonce, to, reason)
    return _answered(at, came, list(_to_hand_over(at, of)), later, of)


def _to_sign(at: Place) -> Iterator[Choice]:
    for one in todos_of(at.here, at.visitor.post):
        if one.duty.verb is Verb.SIGN:
            facts = one.when + (f"　代{one.instead}" if one.instead else "")
            yield Choice(str(one.duty.step), one.duty.title, one.duty.initiative_title, facts, at.matter(one.duty.step))


@router.get("/press")
def to_press(at: Here) -> Response:
    """Everything that the coordinator may press for by hand."""
    return _page(at, Verb.PRESS, list(_to_press(at)))


@router.post("/press")
def press(  # noqa: PLR0917  fields of a form
    at: Here,
    later: BackgroundTasks,
    step: Texts = [],  # noqa: B006  never changed
    name: Text = "",
    nonce: Text = "",
    reason: Text = "",
) -> Response:
    """Press for what was ticked."""
    came = Came(Verb.PRESS, tuple(step), name.strip(), nonce, reason=reason)
    return _answered(at, came, list(_to_press(at)), later)


def _to_press(at: Place) -> Iterator[Choice]:
    """What nobody has signed for, or nobody has reported on."""
    office, standing = at.service.office, stands(at.service)
    if not at.coordinates:
        raise NOT_YOURS
    for why, found in (("未签收", unsigned(at, standing)), ("未反馈", unreported(at, standing))):
        for one in found:
            initiative = office.plan.initiatives[one.step.ref.initiative]
            due = f"　时限{short(one.due, office.calendar)}" if one.due else ""
            facts = f"{one.owner}{why}，已有{one.days}个工作日{due}"
            yield Choice(str(one.step.ref), one.step.title, initiative.title, facts, one.address)


def _to_hand_over(at: Place, of: str) -> Iterator[Choice]:
    office, standing = at.service.office, stands(at.service)
    if not office.directory.knows(of):
        raise NO_PAGE
    held = [
        (step, row) for step, row, who in going_on(seen_of(office, standing.summaries), standing.owners) if who == of
    ]
    for name in dict.fromkeys(step.ref.initiative for step, _ in held):
        view = at.service.view(name)
        state = decide(view.look, view.state).state
        for step, row in held:
            if step.ref.initiative == name and any(
                offer.verb is Verb.HAND_OVER for offer in offered_to(view.look, state, step, at.visitor.post)
            ):
                facts = f"时限{short(row.due, office.calendar)}" if row.due else "未定时限"
                yield Choice(str(step.ref), step.title, view.look.initiative.title, facts, at.matter(step.ref))


def _answered(at: Place, came: Came, choices: list[Choice], later: BackgroundTasks, of: str = "") -> Response:
    """What came of a batch, row by row; or its page again, with what is wrong and what was ticked."""
    nonce = read_nonce(came.nonce, at.here.door, at.visitor.post, at.visitor.form_secret)
    if nonce is None:
        put_down(at.engine, at.here, "foreign-form", at.visitor.host, at.visitor.post)
    if wrong := _wrong(at, came, nonce):
        return _page(at, came.verb, choices, of=of, came=came, wrong=wrong, status=422 if nonce else 403)
    assert nonce is not None  # noqa: S101  else something is wrong
    if not at.engine.take(ACTS, at.visitor.secret):
        raise TOO_MANY_ACTS
    outcomes = [_carried_out(at, came, one, nonce, later) for one in came.steps]
    left = [one for one in choices if one.ref not in came.steps]
    told, back = at.told | {"here_now": "mine"}, f"/{came.verb}" + (f"?of={of}" if of else "")
    return page("batched", **told, what=VERB_TITLES[came.verb], outcomes=outcomes, left=len(left), back=back)


def _wrong(at: Place, came: Came, nonce: Nonce | None) -> dict[str, str]:
    wrong = {}
    if nonce is None or nonce.over or nonce.too_quick:
        wrong[""] = TOO_QUICK if nonce and not nonce.over else STALE
    if not came.steps:
        wrong["steps"] = f"请勾选要{VERB_TITLES[came.verb]}的事项"
    if len(came.steps) > MOST:
        wrong["steps"] = f"一次最多办理{MOST}项，已勾选{len(came.steps)}项"
    if not named(came.name):
        wrong["name"] = "请填写办理人姓名（2至20字）"
    if came.verb is Verb.HAND_OVER and not at.service.office.directory.knows(came.to):
        wrong["to"] = "请选择转办给哪个单位或者岗位"
    if came.verb in REASONS and not came.reason.strip():
        wrong["reason"] = f"请填写{REASONS[came.verb]}"
    return wrong


def _carried_out(at: Place, came: Came, ref: str, nonce: Nonce, later: BackgroundTasks) -> Outcome:
    """One command; whoever was quicker, or may not, is told so in its row."""
    plan, service = at.service.office.plan, at.service
    try:
        step = StepRef.parse(ref)
        title = plan.step(step).title
    except (ValueError, KeyError):
        return Outcome(ref, "计划中没有这个事项，或者已经调整", done=False)
    key, via = f"{nonce.key}/{came.verb}/{step}", at.visitor.via(came.name)
    command = Command(came.verb, step, at.visitor.post, came.reason, to=came.to, key=key, via=via)
    try:
        made = service.act(command)
    except Refused as error:
        return Outcome(title, str(error), done=False)
    except (Conflict, LedgerUnusable):  # those before it are stored, and their rows say so
        log.exception("one of a batch was not stored")
        return Outcome(title, "系统暂不可用，尚未记入台账，请稍候再办", done=False)
    later.add_task(at.engine.waking, plan, (step.initiative, *made.woken))
    whom = f"给{service.office.directory.title(came.to)}" if came.to else ""
    return Outcome(title, f"已{VERB_TITLES[came.verb]}{whom}", done=True)


def _page(
    at: Place,
    verb: Verb,
    choices: list[Choice],
    *,
    of: str = "",
    came: Came | None = None,
    wrong: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    return page(
        "batch",
        status,
        **at.told | {"here_now": "mine"},
        verb=verb,
        what=VERB_TITLES[verb],
        choices=choices[:MOST],
        many=len(choices),
        of=of,
        came=came or Came(verb, (), "", ""),
        wrong=wrong or {},
        nonce=form_number(at.here.door, at.visitor),
        reason_title=REASONS.get(verb, ""),
        takers=owner_words(at.service.office.directory) if verb is Verb.HAND_OVER else {},
    )
