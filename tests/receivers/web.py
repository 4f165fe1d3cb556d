"""Receivers on the web: DingTalk, WeCom and Feishu, which answer 200 whatever they think, and a webhook."""

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from duban.adapters.clock import SystemClock
from tests.receivers.judging import Behaviour, Do, Receiver

TOKEN = "tok3nOfTheRobot"  # noqa: S105  of these receivers alone
SECRET = "SECofTheRobot"  # noqa: S105  as above
KEYWORD = "督办"
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Request:
    """One request."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    size: int
    body: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body (JSON, or bytes as they are) and headers."""

    body: Mapping[str, Any] | bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of service: its address given a port, what is wrong with a request, its words, and its answers."""

    address: str
    wrong: Callable[[Request], Answer | None]
    words: Callable[[Any], str]
    answers: Mapping[Do, Answer]


def signed(key: str, message: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), message.encode(), "sha256")).decode()


def in_time(seconds: float) -> bool:
    return abs(SystemClock().now().timestamp() - seconds) <= HOUR


def errcode(code: int, message: str) -> Answer:
    return Answer({"errcode": code, "errmsg": message})


def code(number: int, message: str, status: int = 200) -> Answer:
    return Answer({"code": number, "msg": message, "data": {}}, status)


BROKEN = Answer({}, 503)


def wrong_at_dingtalk(request: Request) -> Answer | None:
    query, stamp = request.query, request.query.get("timestamp", "0")
    if request.path != "/robot/send" or query.get("access_token") != TOKEN:
        return errcode(300005, "token is not exist")
    if query.get("sign") != signed(SECRET, f"{stamp}\n{SECRET}") or not in_time(int(stamp) / 1000):
        return errcode(310000, "sign not match, more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]")
    if request.body.get("msgtype") != "markdown" or not request.body["markdown"].get("title"):
        return errcode(40035, "缺少参数 title")
    if KEYWORD not in request.body["markdown"]["text"]:
        return errcode(310000, "keywords not in content")
    return errcode(460101, "message too long, exceed 20000 bytes") if request.size > 20_000 else None


def wrong_at_wecom(request: Request) -> Answer | None:
    if request.path != "/cgi-bin/webhook/send" or request.query.get("key") != TOKEN:
        return errcode(93000, "invalid webhook url, hint: [1700000000_1]")
    if len(request.body["markdown"]["content"].encode()) > 4096:
        return errcode(40058, "markdown.content exceed max length 4096. invalid Request Parameter")
    return None


def wrong_at_feishu(request: Request) -> Answer | None:
    stamp = request.body.get("timestamp", "0")
    if request.path != f"/open-apis/bot/v2/hook/{TOKEN}":
        return code(19001, "param invalid: incoming webhook access token invalid")
    if request.body.get("sign") != signed(f"{stamp}\n{SECRET}", "") or not in_time(int(stamp)):
        return code(19021, "sign match fail or timestamp is not within one hour from current time")
    if KEYWORD not in json.dumps(request.body, ensure_ascii=False):
        return code(19024, "Key Words Not Found")
    return code(9499, "Bad Request", 400) if request.size > 20_000 else None


def wrong_at_webhook(request: Request) -> Answer | None:
    return None if request.headers.get("Authorization") == f"Bearer {TOKEN}" else Answer({}, 401)


SERVICES: Mapping[str, Service] = {
    "dingtalk": Service(
        f"dingtalk://{SECRET}@{TOKEN}?base=http://127.0.0.1:{{port}}",
        wrong_at_dingtalk,
        lambda body: str(body["markdown"]["text"]),
        {
            Do.ACCEPT: errcode(0, "ok"),
            Do.REFUSE: errcode(-1, "系统繁忙"),
            Do.BUSY: errcode(130101, "send too fast, exceed 20 times per minute"),
            Do.BREAK: BROKEN,
        },
    ),
    "wecom": Service(
        f"wecom://{TOKEN}?base=http://127.0.0.1:{{port}}",
        wrong_at_wecom,
        lambda body: str(body["markdown"]["content"]),
        {
            Do.ACCEPT: errcode(0, "ok"),
            Do.REFUSE: errcode(-1, "system busy"),
            Do.BUSY: errcode(45009, "api freq out of limit"),
            Do.BREAK: BROKEN,
        },
    ),
    "feishu": Service(
        f"feishu://{TOKEN}?secret={SECRET}&base=http://127.0.0.1:{{port}}",
        wrong_at_feishu,
        lambda body: str(body["card"]["elements"][0]["content"]),
        {
            Do.ACCEPT: code(0, "success"),
            Do.REFUSE: code(19002, "params error, msg_type need"),
            Do.BUSY: code(11232, "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"),
            Do.BREAK: BROKEN,
        },
    ),
    "webhook": Service(
        f"json://127.0.0.1:{{port}}/letters?+Authorization=Bearer%20{TOKEN}",
        wrong_at_webhook,
        lambda body: str(body["message"]),
        {
            Do.ACCEPT: Answer({"stored": True}, 201),
            Do.REFUSE: Answer({"error": "no such mailbox"}, 422),
            Do.BUSY: Answer({}, 429, (("Retry-After", "30"),)),
            Do.BREAK: BROKEN,
        },
    ),
}


class WebReceiver(Receiver):
    """A service on the web; `wrong` are the answers to what failed its checks, in order."""

    def __init__(self, service: Service, behaviour: Behaviour, per_minute: int | None = None) -> None:
        super().__init__(behaviour, per_minute)
        self.service = service
        self.wrong: list[Answer] = []
        self.requests: list[Request] = []
        self._server: ThreadingHTTPServer | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        return self._server.server_port

    @property
    def address(self) -> str:
        return self.service.address.format(port=self.port)

    def start(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                answer = receiver.answer(_request(self))
                if answer is Do.DRIP:
                    receiver.drip(self.wfile.write)
                elif isinstance(answer, Answer):
                    _send(self, answer)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = _Quiet(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: Request) -> Answer | Literal[Do.DRIP] | None:
        """What a request is answered with; None for nothing, perhaps after the service has closed."""
        self.requests.append(request)
        wrong = self.service.wrong(request)
        if wrong is not None:
            self.wrong.append(wrong)
            return wrong
        key = unquote(request.headers.get("Idempotency-Key", ""))
        do = self.judge(key, self.service.words(request.body), request.body)
        if do in (Do.HANG, Do.TAKE_AND_HANG):
            self._closing.wait()
            return None
        if do is Do.DRIP:
            return do
        if do is Do.DROP:
            return None
        return self.service.answers[do]


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error of the server's."""


def _request(handler: BaseHTTPRequestHandler) -> Request:
    url = urlsplit(handler.path)
    raw = handler.rfile.read(int(handler.headers["Content-Length"]))
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    return Request(url.path, query, handler.headers, len(raw), json.loads(raw))


def _send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    handler.send_response(answer.status)
    for name, value in (*answer.headers, ("Content-Type", "application/json"), ("Content-Length", str(len(body)))):
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
