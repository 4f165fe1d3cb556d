"""What is taken away from the desk: tables, papers, and calendars at an address of their own.

The same bytes as `duban export` and `duban paper` write. A calendar's address proves itself, for calendar programs sign
in nowhere: it opens the deadlines of the plan, a unit or a post for reading, until the links of that name are revoked.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from duban.core.access.doors import CALENDAR, WHOLE
from duban.core.access.marks import parted
from duban.core.deciding.commands import Refused
from duban.core.telling.papers import CLOSING, SLIPS
from duban.desk.boards import At
from duban.desk.bulletins import as_word, spell_at
from duban.desk.engine import Here
from duban.desk.files import attachment
from duban.desk.refusing import NO_PAGE, NOT_YOURS, UNKNOWN
from duban.desk.requests import Works
from duban.exchange.calendars import deadlines_file
from duban.exchange.outward import plan_workbook
from duban.exchange.papers import bulletin_file, paper_file

router = APIRouter()

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ICS = "text/calendar; charset=utf-8"


@router.get("/table.xlsx")
def table(at: At, of: str = "", *, fold: bool = False) -> Response:
    """督办台账 and 任务分解表, of all or of one unit, post or group."""
    try:
        content = plan_workbook(at.service, of or None, fold=fold)
    except Refused:
        raise NO_PAGE from None
    whose = at.service.office.directory.title(of) if of else at.service.office.plan.title
    return attachment(f"{whose}督办台账.xlsx", content, XLSX)


@router.get("/paper/{kind}.docx")
def paper(at: At, kind: str, of: str) -> Response:
    """The paper of a slip about a step, or the report of a step or an initiative that is closed."""
    if kind not in (*SLIPS, CLOSING):
        raise NO_PAGE
    return as_word(lambda: paper_file(at.service, at.here.settings.papers, kind, of))


@router.get("/bulletin.docx")
def bulletin(at: At, day: Annotated[str, Query(max_length=10)] = "", *, week: bool = False) -> Response:
    """The bulletin of a month, or of a week, by a day of it: as it was sent, or as it would be now."""
    if not at.told["coordinates"] and not at.engine.rehearsed:
        raise NOT_YOURS
    spell = spell_at(at, day, week=week)
    return as_word(lambda: bulletin_file(at.service, at.here.settings.papers, spell))


# Calendars -----------------------------------------------------------------------------------------------------------


@router.get("/c/{token}.ics")
def calendar(token: str, engine: Works) -> Response:
    """Deadlines with their lights, for calendar programs."""
    name, said = parted(token)
    here = next((one for one in engine.plans() if name and one.door.passes(said, CALENDAR, name)), None)
    if here is None:
        raise UNKNOWN
    return Response(_deadlines(here, name), media_type=ICS)


def _deadlines(here: Here, name: str) -> bytes:
    try:
        return deadlines_file(here.service, None if name == WHOLE else name)
    except Refused:
        raise UNKNOWN from None
