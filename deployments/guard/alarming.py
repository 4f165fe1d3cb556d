"""Telling the administrator and the coordinator that patrols do not come, over their channels and without Prefect."""

from datetime import datetime

from duban.carrying import Carrier, Letter, Outcome
from duban.core.deciding.alarms import Alarm, AlarmMatter, alarms
from duban.core.deciding.office import Office
from duban.core.deciding.rounds import Regularity
from duban.core.ledger.entries import GUARD
from duban.core.telling.alarm import Silence, alarm_words
from duban.outbox.sweep import carried
from duban.wiring import Gear
from tasks.alarming import written


def tell(at: Gear, stands: Regularity, seen: Silence) -> None:
    """Tell whoever is to be told by what was told before; outside working hours nobody, until the next morning."""
    office = at.service.office
    if office.working_moment(seen.now) > seen.now:
        return
    told = at.service.ledger.entries(GUARD)
    for alarm in alarms(told, stands, seen.now, office.day(seen.now), people(office, seen.now)):
        if at.service.note(GUARD, alarm.begun()):
            outcome = send(at.carrier, alarm, seen)
            at.service.note(GUARD, alarm.ended(outcome.detail, accepted=outcome.accepted))


def people(office: Office, now: datetime) -> tuple[str, ...]:
    """The administrator and the coordinator, or who is there in their place."""
    directory, today = office.directory, office.day(now)
    posts = (directory.administrator, office.coordinator)
    return tuple(dict.fromkeys(directory.present(post, today) or post for post in posts))


def send(carrier: Carrier, alarm: Alarm, seen: Silence) -> Outcome:
    """Hand an alarm to the carrier."""
    said = written(alarm_words(alarm.matter, seen))
    letter = Letter(
        key=f"{seen.office.plan.id}/{GUARD}/{alarm.key}",
        recipient=alarm.post,
        to=seen.office.directory.channels(alarm.post),
        subject=said.subject,
        text=said.text,
        html=said.html,
    )
    return carried(carrier, letter, seen.now.astimezone(seen.office.zone))


def tell_without_ledger(carrier: Carrier, seen: Silence, told: set[str]) -> None:
    """As `tell`, when there is no ledger to say what was told: `told` are the keys of what this process told."""
    office = seen.office
    if office.working_moment(seen.now) > seen.now:
        return
    for post in people(office, seen.now):
        alarm = Alarm(AlarmMatter.SILENT, post, f"no-ledger/{office.day(seen.now)}/{post}")
        if alarm.key not in told and send(carrier, alarm, seen).accepted:
            told.add(alarm.key)
