"""The form of a matter as it comes: what was typed, and its files, which are stored before the answer is confirmed.

A file that was stored comes back with the confirmation by its name and digest, under a mark, so that nobody claims the
file of another matter for theirs.
"""

from collections.abc import Sequence

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from duban.desk.answers import Asked, Said, field_name
from duban.desk.arrivals import Arrival
from duban.desk.rates import FILES
from duban.desk.uploads import Unfit, fitting

MOST_FILES = 20
MOST_PARTS = 100
"""Files of one request that are looked at, to say that they are too many."""

MOST_FIELDS = 300
LONGEST_TEXT = 2**16
"""Bytes of one field that is no file."""


Filled = tuple[Said, dict[str, str]]
"""A form as it came, and what is wrong with its files, by field."""


async def form_of(request: Request, came: Arrival, *, largest: int = 0) -> Filled:
    """The form that somebody sent who may come here; files of at most `largest` MiB are stored if it is theirs."""
    if not request.headers.get("content-type", "").startswith(
        ("multipart/form-data", "application/x-www-form-urlencoded")
    ):
        raise HTTPException(415)
    async with request.form(max_files=MOST_PARTS, max_fields=MOST_FIELDS, max_part_size=LONGEST_TEXT) as form:
        return await _read(form, came, largest)


async def _read(form: FormData, came: Arrival, largest: int) -> Filled:
    texts = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    act, nonce = texts.get("act", ""), texts.get("nonce", "")
    field = field_name(act, Asked.FILES)
    files = [one for one in form.getlist(field) if isinstance(one, UploadFile) and one.filename]
    theirs = came.number(nonce) is not None
    kept, wrong = await _kept(came, files, largest) if theirs and largest else ([], [])
    before = [line for text in form.getlist("stored") if isinstance(text, str) and (line := came.unsealed(text))]
    said = Said(
        act=act,
        name=texts.get("name", ""),
        typed={name: value for name, value in texts.items() if "." in name},
        stored=tuple(dict.fromkeys((*before, *kept))),
        version=texts.get("version", ""),
        nonce=nonce,
        pin=texts.get("pin", ""),
        again="change" in texts,
    )
    return said, {field: "；".join(wrong)} if wrong else {}


async def _kept(came: Arrival, files: Sequence[UploadFile], largest: int) -> tuple[list[str], list[str]]:
    """Files stored, as evidence names them, and what is wrong with the others."""
    if len(files) > MOST_FILES:
        return [], [f"一次最多上传{MOST_FILES}个文件，收到{len(files)}个，请分次报送或者打包成ZIP"]
    kept, wrong = list[str](), list[str]()
    engine, who = came.engine, came.visitor.secret
    for file in files:
        content = await file.read(largest * 2**20 + 1)
        try:
            called = fitting(file.filename or "", content, largest)
            if not await run_in_threadpool(engine.take, FILES, who):
                return kept, [*wrong, f"文件“{called}”未上传：一天内由此上传的文件过多，请明天再传，或者登录后办理"]
            kept.append(await run_in_threadpool(engine.store.keep, called, content, largest))
        except Unfit as error:
            wrong.append(str(error))
    return kept, wrong
