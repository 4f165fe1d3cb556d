"""Telling people what keeps the whole office from going on, over their channels and without Prefect."""

from duban.adapters.letter_parts import Part, PartKind, paragraph, words
from duban.carrying import Letter
from duban.core.deciding.doubt import Doubt
from duban.core.ledger.entries import GUARD
from duban.core.telling.alarm import AlarmWords
from duban.core.telling.doubtful import doubt_words
from duban.core.telling.slips import Words
from duban.outbox.sweep import carried
from duban.ports import Mark, Round
from duban.wiring import Gear


def written(told: AlarmWords) -> Words:
    """An alarm as a letter."""
    rows = (Part(PartKind.ROW, text, label) for label, text in told.rows)
    return words(told.subject, (Part(PartKind.HEADING, told.heading), *rows, paragraph(told.closing)))


def tell_of_doubt(at: Gear, doubt: Doubt) -> None:
    """Tell the administrator that the time is in doubt, once a day of the clock in doubt; the ledger gets no entry."""
    office, ledger = at.service.office, at.service.ledger
    today, told = office.day(doubt.now), ledger.marks().get(Mark.TOLD)
    if told and office.day(told.at) == today:
        return
    people = office.directory
    post = people.present(people.administrator, office.day(doubt.last)) or people.administrator
    said = written(doubt_words(office, doubt))
    key = f"{office.plan.id}/{GUARD}/doubt/{today}/{post}"
    letter = Letter(key, post, people.channels(post), said.subject, said.text, said.html)
    if carried(at.carrier, letter, doubt.last.astimezone(office.zone)).accepted:
        ledger.note_round(Mark.TOLD, Round(doubt.now))
