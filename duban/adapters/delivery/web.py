"""Posting to services on the web, and why one cannot be reached."""

import json
import ssl
from datetime import timedelta
from typing import Any

import requests

from duban.adapters.delivery.errands import Errand, Unreached
from duban.adapters.delivery.mails import header_value

IDEMPOTENCY = "Idempotency-Key"
"""The header that holds the letter's key, by which a service may tell that it has the letter already."""

LONGEST_WAIT = timedelta(hours=1)


def post(errand: Errand, url: str, payload: Any, **request: Any) -> requests.Response:
    """Send JSON to `url`; raises Unreached. A redirection is an answer: letters go nowhere but where they are sent."""
    service = errand.service
    sent = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "duban",
        IDEMPOTENCY: header_value(errand.letter.key),
    }
    request = {"method": "POST", **request}
    try:
        return requests.request(
            url=url,
            data=json.dumps(payload, ensure_ascii=False).encode(),
            headers={**sent, **request.pop("headers", {})},
            verify=service.verify_certificate,
            timeout=service.request_timeout,
            allow_redirects=False,
            **request,
        )
    except requests.Timeout:
        raise Unreached(too_slow(max(service.request_timeout))) from None
    except requests.RequestException as error:
        raise Unreached(unreached(error)) from None


def too_slow(seconds: float) -> str:
    """What to say of a service that has not answered in its time."""
    return f"{seconds:g}秒内没有答复"


def unreached(error: BaseException) -> str:
    """Why a connection failed. The words of the libraries are left out, for addresses and so secrets are in them."""
    cause: BaseException | None = error
    while cause is not None:
        for one in (cause, *cause.args, getattr(cause, "reason", None)):
            if isinstance(one, ssl.SSLCertVerificationError):
                return f"对方的证书不可信：{one.verify_message}"
            if isinstance(one, OSError) and one.strerror:
                return f"连接不上：{one.strerror}"
        cause = cause.__cause__ or cause.__context__
    return f"连接中断（{type(error).__name__}）"


def retry_after(response: requests.Response, otherwise: timedelta) -> timedelta:
    """How long a service that is busy asks to be left alone."""
    asked = response.headers.get("Retry-After", "")
    return min(timedelta(seconds=int(asked)), LONGEST_WAIT) if asked.isascii() and asked.isdigit() else otherwise
