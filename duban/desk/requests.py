"""What a request brings: its engine, from where it comes, and its form."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from duban.desk.answers import Asked, Said, field_name
from duban.desk.engine import Engine
from duban.desk.uploads import Unfit

MOST_FILES = 20
MOST_FIELDS = 300
LONGEST_TEXT = 2**16
"""Bytes of one field that is no file."""


def engine_of(request: Request) -> Engine:
    """The engine of the application."""
    engine: Engine = request.app.state.engine
    return engine


Works = Annotated[Engine, Depends(engine_of)]


def host_of(request: Request) -> str:
    """The address a request comes from."""
    return request.client.host if request.client else "unknown"


async def form_of(request: Request, engine: Works) -> tuple[Said, dict[str, str]]:
    """The form of a request, its files stored; and what is wrong with these, by field."""
    if not request.headers.get("content-type", "").startswith(
        ("multipart/form-data", "application/x-www-form-urlencoded")
    ):
        raise HTTPException(415)
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LONGEST_TEXT) as form:
        return await _read(form, engine)


async def _read(form: FormData, engine: Engine) -> tuple[Said, dict[str, str]]:
    texts = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    act = texts.get("act", "")
    files = [one for one in form.getlist(field_name(act, Asked.FILES)) if isinstance(one, UploadFile) and one.filename]
    kept, wrong = await _kept(engine, files)
    before = [value for name, value in form.multi_items() if name == "stored" and isinstance(value, str)]
    said = Said(
        act=act,
        name=texts.get("name", ""),
        typed={name: value for name, value in texts.items() if "." in name},
        stored=tuple(dict.fromkeys((*before, *kept))),
        version=texts.get("version", ""),
        nonce=texts.get("nonce", ""),
        pin=texts.get("pin", ""),
        again="change" in texts,
    )
    return said, {field_name(act, Asked.FILES): "；".join(wrong)} if wrong else {}


async def _kept(engine: Engine, files: Sequence[UploadFile]) -> tuple[list[str], list[str]]:
    kept, wrong = list[str](), list[str]()
    for file in files:
        largest = engine.settings.desk.upload
        content = await file.read(largest * 2**20 + 1)
        try:
            kept.append(await run_in_threadpool(engine.store.keep, file.filename or "", content, largest))
        except Unfit as error:
            wrong.append(str(error))
    return kept, wrong


Form = Annotated[tuple[Said, dict[str, str]], Depends(form_of)]
