"""The addresses of one matter, whichever way somebody comes to it: its form, its answer, the receipt."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response
from fastapi.responses import RedirectResponse

from duban.desk.arrivals import Arrival
from duban.desk.files import file_of
from duban.desk.forms import Filled, form_of
from duban.desk.pages_of_matters import answer, confirmation, form_page, receipt

Arriving = Callable[..., Arrival]
"""Says who came to which matter, from what their request holds; raises TurnedAway."""


def matter_routes(path: str, arriving: Arriving, returning: Arriving) -> APIRouter:
    """The pages of the matters at a path; `returning` lets those come whose answer has ended what they came by."""
    router = APIRouter()

    async def checking(request: Request, came: Annotated[Arrival, Depends(arriving)]) -> Filled:
        return await form_of(request, came, largest=came.engine.settings.desk.upload)

    async def acting(request: Request, came: Annotated[Arrival, Depends(returning)]) -> Filled:
        return await form_of(request, came)  # by now all files are stored

    @router.get(path)
    def matter(came: Annotated[Arrival, Depends(arriving)]) -> Response:
        """A matter, and what its visitor may do with it now."""
        return form_page(came)

    @router.post(path)
    def check(came: Annotated[Arrival, Depends(arriving)], form: Annotated[Filled, Depends(checking)]) -> Response:
        """An answer, to be confirmed in words before it is stored."""
        return confirmation(came, form)

    @router.post(f"{path}/do")
    def act(
        came: Annotated[Arrival, Depends(returning)],
        form: Annotated[Filled, Depends(acting)],
        later: BackgroundTasks,
    ) -> Response:
        """A confirmed answer, stored."""
        place = answer(came, form, later)
        return place if isinstance(place, Response) else RedirectResponse(f"{came.visitor.base}/done/{place}", 303)

    _to_look_at(router, path, arriving, returning)
    return router


def _to_look_at(router: APIRouter, path: str, arriving: Arriving, returning: Arriving) -> None:
    @router.get(f"{path}/done/{{place}}")
    def done(came: Annotated[Arrival, Depends(returning)], place: int) -> Response:
        """What was stored, and what follows."""
        return receipt(came, place)

    @router.get(f"{path}/file/{{digest}}")
    def file(came: Annotated[Arrival, Depends(arriving)], digest: str) -> Response:
        """A file that was handed in with the matter."""
        return file_of(came, digest)
