"""A JSON webhook: any address that takes letters as JSON, and knows by their key those it has already."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import requests

from duban.adapters.delivery.errands import SENT, Errand, Reply
from duban.adapters.delivery.web import post, retry_after

BUSY = timedelta(minutes=1)
EXCERPT = 4000
"""Characters of a refusal that are looked at: far more than are told, lest one cut in two be taken for harmless."""


def by_webhook(errand: Errand) -> Reply:
    """Send a letter as JSON; accepted with any 2xx, busy with 429.

    What Apprise's `json://` addresses may say is heeded: login, method, headers, parameters and fields of their own.
    """
    service = errand.service
    scheme = "https" if service.secure else "http"
    port = f":{service.port}" if service.port else ""
    response = post(
        errand,
        f"{scheme}://{service.host}{port}{service.fullpath}",
        _payload(errand),
        method=service.method,
        params=service.params,
        headers=service.headers,
        auth=(service.user, service.password or "") if service.user else None,
    )
    if response.status_code == requests.codes.too_many_requests:
        return Reply(False, "对方限流，稍后再送（HTTP 429）", retry_after(response, BUSY))
    if 200 <= response.status_code < 300:
        return Reply(True, SENT)
    said = " ".join(response.text.split())[:EXCERPT]
    return Reply(False, f"对方拒收（HTTP {response.status_code}）" + (f"：{said}" if said else ""))


def _payload(errand: Errand) -> Mapping[str, Any]:
    """Apprise's fields and ours; `:field=name` in the address renames one, leaves it out, or adds another."""
    letter = errand.letter
    payload: dict[str, Any] = {
        "version": "1.0",
        "type": "info",
        "title": letter.subject,
        "message": letter.text,
        "html": letter.html,
        "recipient": letter.recipient,
        "key": letter.key,
    }
    for field, value in errand.service.payload_extras.items():
        if field not in payload:
            payload[field] = value
        elif value:
            payload[value] = payload.pop(field)
        else:
            del payload[field]
    return payload
