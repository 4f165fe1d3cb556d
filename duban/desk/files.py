"""Files given back: those that entries about the matter name, as attachments, whatever they hold."""

from urllib.parse import quote

from fastapi import Response

from duban.core.ledger.histories import about
from duban.desk.arrivals import Arrival
from duban.desk.refusing import NO_FILE
from duban.desk.uploads import digests


def file_of(came: Arrival, digest: str) -> Response:
    """A file as it was handed in with a matter; raises TurnedAway for any other."""
    step = came.matter().step
    told = about(came.view.entries, step.id, step.was)
    lines = (line for entry in told for line in entry.data.get("evidence", ()))
    named = next((line for line in lines if digest in digests(line)), None)
    try:
        content = came.engine.store.read(digest) if named else None
    except FileNotFoundError:
        content = None
    if named is None or content is None:
        raise NO_FILE
    return attachment(named.partition("　SHA-256：")[0], content, "application/octet-stream")


def attachment(name: str, content: bytes, media: str) -> Response:
    """A file to be kept (RFC 6266), its name in UTF-8 (RFC 5987)."""
    plain = "".join(one if one.isascii() and one.isprintable() and one not in '"\\%' else "_" for one in name)
    called = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media, headers={"Content-Disposition": called})
