"""Letters of bulletins: claimed, written of what was filed, carried, and what became of each stored."""

from collections.abc import Mapping

from pydantic import TypeAdapter

from duban.core.ledger.entries import BULLETINS, Draft, EntryKind
from duban.core.ledger.notices import DELIVERIES, PENDING, NoticeRow
from duban.core.telling.bulletin_paper import BulletinPaper
from duban.core.telling.bulletin_text import BulletinLetter
from duban.core.titles import BULLETIN
from duban.outbox.books import Read, note, read
from duban.outbox.immediate import claim
from duban.outbox.sweep import Delivered, Ending, Sweep, ending, failed, part_gone, try_key

PAPER = TypeAdapter(BulletinPaper)
"""A bulletin as entries hold it, and made again."""


def notice_key(place: int) -> str:
    """The key of the letter of a bulletin, in the chain of whoever gets it, by the place at which that is filed."""
    return f"{BULLETIN}/{place}"


def deliver(sweep: Sweep, row: NoticeRow) -> Delivered | None:
    """Deliver a bulletin to one of those who get it; None when another sender has it."""
    if not _added(sweep, row, claim(sweep, row)):
        return None
    mine = _now(sweep, row)
    try:
        words = sweep.wording(_letter(sweep, mine))
        while (outcome := sweep.carry(mine, words)).more:
            if not _added(sweep, mine, part_gone(sweep, mine, outcome)):
                return None
            mine = _now(sweep, mine)
    except Exception as error:
        _end(sweep, mine, ending(sweep.office, mine, failed(error), sweep.now))
        raise
    return _end(sweep, mine, ending(sweep.office, mine, outcome, sweep.now))


def _letter(sweep: Sweep, mine: NoticeRow) -> BulletinLetter:
    place = int(mine.key.removeprefix(f"{BULLETIN}/"))
    (entry,) = (one for one in sweep.service.ledger.entries(BULLETINS) if one.sequence == place)
    people = sweep.office.directory
    paper, wanted = PAPER.validate_python(entry.data["paper"]), mine.recipient in people.mailing.papers
    return BulletinLetter(paper, mine.recipient, people.title(mine.recipient), wanted, place)


def _now(sweep: Sweep, row: NoticeRow) -> NoticeRow:
    return read(sweep.service, row.initiative).state.notice(row.key)


def _added(sweep: Sweep, row: NoticeRow, draft: Draft) -> bool:
    """Add to the ledger what there is to say of a letter; false where it is no longer as it was."""

    def say(read: Read) -> Mapping[str, tuple[Draft, ...]]:
        return {row.initiative: (draft,)} if read(row.initiative).state.notice(row.key) == row else {}

    return note(sweep.service, sweep.now, say)


def _end(sweep: Sweep, mine: NoticeRow, end: Ending) -> Delivered | None:
    """Store what became of a try; None when another sender has done so."""
    data = {"notice": mine.key, "outcome": end.outcome, **end.more}
    draft = Draft(end.kind, data=data, key=try_key(end.kind, mine))

    def say(read: Read) -> Mapping[str, tuple[Draft, ...]]:
        now = read(mine.initiative).state.notice(mine.key)
        ours = now == mine or (end.kind is EntryKind.NOTICE_SENT and now.delivery in PENDING)
        return {mine.initiative: (draft,)} if ours else {}

    if not note(sweep.service, sweep.now, say):
        return None
    return Delivered(mine.initiative, mine.key, mine.recipient, DELIVERIES[end.kind], end.outcome)
