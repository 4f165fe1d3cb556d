"""The board, for leaders: one page at one address, its picture, and the list of a section behind it."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from duban.core.telling.overview import LIT, SHORT, overview, reddest, seen_of
from duban.core.telling.reds import Red, reds
from duban.core.telling.year_chart import year_chart
from duban.desk.looks import decided
from duban.desk.places import Place, placed
from duban.desk.refusing import NO_PAGE
from duban.desk.rendering import page
from duban.desk.standing import Stands, stands

router = APIRouter()

REDS, COMING, CONCERNS, OWNERS, LONG = 8, 15, 5, 12, 150
"""How many lines each part of the board shows before the rest is only counted; and one page of a section."""

At = Annotated[Place, Depends(placed)]


@router.get("/board")
def board(at: At) -> Response:
    """The whole plan on one page."""
    standing = stands(at.service)
    told = overview(at.service.office, standing.summaries, standing.owners, standing.today)
    found = list(_reds(at, standing))
    many = sum(row.light == LIT[0] for summary in standing.summaries for row in summary.steps)
    return page(
        "board",
        **at.told,
        told=told,
        reds=found,
        more_reds=many - sum(one.steps for one in found),
        many_reds=many,
        standing=standing,
        lit=LIT,
        short_of=SHORT,
        limits={"coming": COMING, "concerns": CONCERNS, "owners": OWNERS},
    )


def _reds(at: Place, standing: Stands) -> Iterator[Red]:
    """What is red, as many lines as a board has room for: only of these initiatives is everything read."""
    of = {summary.initiative: summary for summary in standing.summaries}
    worst = (of[one.id] for one in reddest(seen_of(at.service.office, standing.summaries)))
    seen = (one for summary in worst for one in decided(at.service, [summary]))
    yield from islice((red for look, decision in seen for red in reds(look, decision)), REDS)


@router.get("/board.svg")
def picture(at: At) -> Response:
    """The year as bars."""
    standing = stands(at.service)
    text = year_chart(at.service.office, list(standing.summaries), at.service.ledger.spans(), standing.today)
    return Response(text, media_type="image/svg+xml")


@router.get("/s/{section}")
def section(at: At, section: str, after: Annotated[int, Query(ge=0, le=100_000)] = 0) -> Response:
    """Every initiative of a section, the gravest first; a long list goes on from page to page."""
    standing = stands(at.service)
    told = overview(at.service.office, standing.summaries, standing.owners, standing.today)
    here = next((one for one in told.sections if one.id == section), None)
    if here is None:
        raise NO_PAGE
    return page(
        "section", **at.told, here=here, standing=standing, short_of=SHORT, lit=LIT, after=after, until=after + LONG
    )
