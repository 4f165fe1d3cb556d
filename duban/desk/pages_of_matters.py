"""The pages of one matter, whichever way somebody came to it: its form, the confirmation, the receipt."""

from dataclasses import replace

from fastapi import BackgroundTasks, Response

from duban.core.days.workdays import CalendarRange
from duban.core.deciding.commands import VERB_TITLES, Command, Refused, Verb
from duban.core.forecasting.effects import bearing_on
from duban.core.telling.events import in_full
from duban.core.telling.extensions import SHIFTED, Rows, effects_in_words, effects_of
from duban.core.telling.offered import owner_words
from duban.core.telling.papers import CLOSING, SLIPS, WRITTEN
from duban.core.telling.revised import Names
from duban.desk.answers import Asked, Said, asked_of, field_name
from duban.desk.arrivals import Arrival
from duban.desk.forms import Filled
from duban.desk.matters import Back, Checked, Matter, checked, done_already, form_number, place_of
from duban.desk.rates import ACTS, PINS
from duban.desk.refusing import TOO_MANY_ACTS, UNKNOWN, put_down
from duban.desk.rendering import page
from duban.desk.uploads import digests


def form_page(came: Arrival, filled: Filled | None = None, status: int = 200) -> Response:
    """A matter, and the form of what a visitor may do with it now; what they had typed stays."""
    matter, (said, wrong) = came.matter(), filled or (Said(), {})
    people = came.here.service.office.directory
    return page(
        "matter",
        status,
        told=matter.page,
        matter=matter,
        visitor=came.visitor,
        said=said,
        wrong=wrong,
        nonce=form_number(came.here.door, came.visitor),
        whose=came.whose,
        owners=owner_words(people),
        steps={step.id: step.title for step in matter.view.look.initiative.steps.values()},
        sealed=came.sealed,
        largest=came.engine.settings.desk.upload,
        papers=_papers(came, matter),
        rehearsed=came.engine.rehearsed,
    )


def _papers(came: Arrival, matter: Matter) -> dict[str, str]:
    """The papers there are of a matter, by kind, for whoever is signed in; a letter's link opens its matter alone."""
    if not came.visitor.base.startswith("/m/"):
        return {}
    own, name = matter.state.step(matter.step.id), came.here.service.office.directory.name
    sent = {row.slip for row in own.notices.values() if row.delivery in WRITTEN}
    kinds = [*(kind for kind, slip in SLIPS.items() if slip in sent), *([CLOSING] if own.finished else [])]
    return {kind: name(kind) for kind in kinds}


def confirmation(came: Arrival, form: Filled) -> Response:
    """The page on which an answer is read over before it is stored, or the form again with what is wrong."""
    said, wrong = form
    if said.again:
        return form_page(came, form)
    matter = came.matter()
    result = checked(came.here.door, came.visitor, matter, said, final=False)
    if wrong and not (isinstance(result, Back) and result.foreign):
        result = Back(wrong)
    if isinstance(result, Back):
        return _back(came, said, result, 422)
    return _to_confirm(came, matter, said, result)


def _back(came: Arrival, said: Said, back: Back, status: int) -> Response:
    """The form again, with what is wrong; one that somebody else had sent is a refusal as well."""
    if back.foreign:
        put_down(came.engine, came.here, "foreign-form", came.visitor.host, str(came.step))
    return form_page(came, (said, back.wrong), 403 if back.foreign else status)


def _to_confirm(came: Arrival, matter: Matter, said: Said, result: Checked, wrong: str = "") -> Response:
    return page(
        "confirm",
        403 if wrong else 200,
        told=matter.page,
        visitor=came.visitor,
        said=said,
        nonce=result.nonce,
        whose=came.whose,
        what=VERB_TITLES[result.command.verb],
        sealed=came.sealed,
        pin=came.visitor.needs_pin(result.command.verb),
        wrong=wrong,
        rows=_rows(came, matter, said),
        effects=_effects(came, matter, result.command),
        shifted=SHIFTED,
        rehearsed=came.engine.rehearsed,
    )


def _effects(came: Arrival, matter: Matter, command: Command) -> list[str | Rows]:
    """What a later deadline would move: of nothing else is it asked."""
    if command.verb not in (Verb.EXTEND, Verb.GRANT):
        return []
    own, service = matter.state.step(command.step.step), came.here.service
    day = command.to or (own.asked.to.isoformat() if own.asked else "")
    try:
        schedule = service.schedule(bearing_on(service.office.plan, command.step))
        return list(effects_in_words(*effects_of(service.office, schedule, command.step, day)))
    except CalendarRange:  # the plan runs beyond the calendar: what moves cannot be told
        return ["有事项预计晚于工作日历所及，无法测算延期的影响"]


def answer(came: Arrival, form: Filled, later: BackgroundTasks) -> int | Response:
    """Store a confirmed answer: its place in the ledger; or the page that says why it was not stored."""
    said, _ = form
    matter, service = came.matter(), came.here.service
    if (place := done_already(came.here.door, came.visitor, matter, said)) is not None:
        return place
    if came.over:
        raise came.over
    result = checked(came.here.door, came.visitor, matter, said, final=True)
    if isinstance(result, Back):
        return _back(came, said, result, 409)
    command = result.command
    if came.visitor.needs_pin(command.verb):
        if wrong := _wrong_pin(came, said.pin):
            return _to_confirm(came, matter, said, result, wrong)
        command = replace(command, via=came.visitor.with_pin().via(said.name))
    if not came.engine.take(ACTS, came.visitor.secret):
        raise TOO_MANY_ACTS
    if lost := [one for line in said.stored for one in digests(line) if not came.engine.store.settle(one)]:
        left = replace(said, stored=tuple(line for line in said.stored if not set(digests(line)) & set(lost)))
        return form_page(came, (left, {field_name(said.act, Asked.FILES): SWEPT}), 409)
    try:
        made = service.act(command)
    except Refused as error:  # somebody was quicker
        return form_page(came.again(), (said, {"": str(error)}), 409)
    later.add_task(came.engine.waking, service.office.plan, (came.step.initiative, *made.woken))
    return place_of(service, command, made)


def _wrong_pin(came: Arrival, said: str) -> str:
    """What is wrong with a PIN, in words; nothing where it holds. Too many wrong ones lock it."""
    engine, post = came.engine, came.visitor.post
    nth = engine.take(PINS, post)  # counted as wrong before it is looked at: many may be said at once
    if nth and engine.pins.hold(post, said):
        engine.let_off(PINS, post)
        return ""
    put_down(engine, came.here, "wrong-pin", came.visitor.host, post)
    return WRONG_PIN if 0 < nth < PINS.most else PIN_LOCKED


def receipt(came: Arrival, place: int) -> Response:
    """What was stored, and what follows from it."""
    matter, office = came.matter(), came.here.service.office
    entries = came.view.entries
    entry = entries[place - 1] if 0 < place <= len(entries) else None
    if entry is None or entry.actor != came.visitor.post or not (entry.key or "").startswith("desk/"):
        raise came.over or UNKNOWN
    return page(
        "done",
        told=matter.page,
        visitor=came.visitor,
        said=in_full(Names(office.directory, (office.plan,), office.calendar), entry),
        place=place,
        at=f"{entry.at.astimezone(office.zone):%Y-%m-%d %H:%M}",
        more=any(one.verb is not Verb.DISOWN for one in matter.offers),
        rehearsed=came.engine.rehearsed,
    )


SWEPT = "有文件上传后一天内没有确认，已经清除，请重新上传"
WRONG_PIN = "PIN码不对，没有记入台账，请重新填写"
PIN_LOCKED = "PIN码多次填错，已经锁定一小时，没有记入台账；可以登录后办理，或者联系督办专员"

ASKED_TITLES = {
    Asked.PROGRESS: "进度",
    Asked.REMAINING: "预计还需",
    Asked.VALUE: "指标数值",
    Asked.FILES: "上传文件",
    Asked.EVIDENCE: "成果材料",
    Asked.UNTIL: "延期至",
    Asked.RETURNED: "退回",
    Asked.TO: "转办给",
    Asked.WHOSE: "认为应由",
    Asked.REASON: "说明",
    Asked.ON: "实际办理日期",
    Asked.BECAUSE: "补录事由",
}
"""What a field is called where an answer is read over."""

ASKED_UNITS = {Asked.PROGRESS: "%", Asked.REMAINING: "天"}


def _rows(came: Arrival, matter: Matter, said: Said) -> list[tuple[str, str]]:
    """What was typed, by title, as it is read over."""
    offer = next(one for one in matter.offers if one.verb == said.act)
    titles = came.here.service.office.directory.title
    rows = list[tuple[str, str]]()
    for asked in asked_of(offer.verb, matter.step, offer):
        text = said.get(asked)
        match asked:
            case Asked.FILES:
                rows += [(ASKED_TITLES[asked], one) for one in said.stored]
                continue
            case Asked.TO | Asked.WHOSE:
                text = titles(text)
            case Asked.RETURNED if text:
                text = matter.view.look.initiative.steps[text].title
            case _:
                text += ASKED_UNITS.get(asked, "") if text else ""
        rows += [(ASKED_TITLES[asked], text)] if text else []
    return rows
