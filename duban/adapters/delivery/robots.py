"""Group robots of DingTalk, WeCom and Feishu. They answer 200 and put a refusal into the answer, as an error code."""

import base64
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests

from duban.adapters.delivery.errands import SENT, Errand, Reply
from duban.adapters.delivery.markdown import headed, unheaded
from duban.adapters.delivery.web import post, retry_after

TITLE_LENGTH = 100
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Robot:
    """How a kind of robot is spoken to.

    `post` sends a letter to a server; `code` and `message` are where its answer holds them; `busy` are the codes of its
    rate limit, each with what the message must contain then, `rest` is how long the limit lasts; `hints` tell what to
    do about other codes.
    """

    title: str
    server: str
    post: Callable[[Errand, str], requests.Response]
    code: str
    message: str
    busy: Mapping[int, str]
    rest: timedelta
    hints: Mapping[int, str]

    def __call__(self, errand: Errand) -> Reply:
        """Hand over a letter; another server may be named by the option `base`, of a private installation say."""
        return self._reply(self.post(errand, errand.options.get("base", self.server).rstrip("/")))

    def _reply(self, response: requests.Response) -> Reply:
        said = _json(response)
        code = said.get(self.code, said.get("StatusCode"))  # the latter in old answers of Feishu
        if response.status_code == requests.codes.too_many_requests:
            return self._busy(f"HTTP {response.status_code}", retry_after(response, self.rest))
        if code == 0 and response.ok:
            return Reply(True, SENT)
        if not isinstance(code, int):
            return Reply(False, f"{self.title}没有正常答复（HTTP {response.status_code}）")
        message = str(said.get(self.message, ""))
        told = f"错误码{code}：{message}"
        if code in self.busy and self.busy[code] in message.lower():
            return self._busy(told, self.rest)
        hint = self.hints.get(code)
        return Reply(False, f"{self.title}拒收，{told}" + (f"。{hint}" if hint else ""))

    def _busy(self, told: str, wait: timedelta) -> Reply:
        return Reply(False, f"{self.title}限流，稍后再送（{told}）", wait)


def _json(response: requests.Response) -> Mapping[str, Any]:
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _hmac(key: str, message: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), message.encode(), "sha256")).decode()


def _dingtalk(errand: Errand, server: str) -> requests.Response:
    service, letter = errand.service, errand.letter
    params = {"access_token": service.token}
    if service.secret:
        timestamp = str(round(errand.clock.now().timestamp() * 1000))
        params |= {"timestamp": timestamp, "sign": _hmac(service.secret, f"{timestamp}\n{service.secret}")}
    called = "".join(f" @{mobile}" for mobile in service.targets)  # nobody is called who is not in the text as well
    text = headed(letter, 16_000, newline="  \n") + called  # of the 20,000 bytes it takes in all
    payload = {
        "msgtype": "markdown",
        "markdown": {"title": letter.subject[:TITLE_LENGTH], "text": text},
        "at": {"atMobiles": service.targets, "isAtAll": False},
    }
    return post(errand, f"{server}/robot/send", payload, params=params)


def _wecom(errand: Errand, server: str) -> requests.Response:
    payload = {"msgtype": "markdown", "markdown": {"content": headed(errand.letter, 4096)}}
    return post(errand, f"{server}/cgi-bin/webhook/send", payload, params={"key": errand.service.key})


def _feishu(errand: Errand, server: str) -> requests.Response:
    letter = errand.letter
    payload: dict[str, Any] = {
        "msg_type": "interactive",
        "card": {
            "header": {"title": {"tag": "plain_text", "content": letter.subject[:TITLE_LENGTH]}},
            "elements": [{"tag": "markdown", "content": unheaded(letter, 16_000)}],  # of 20,000 bytes in all
        },
    }
    secret = errand.options.get("secret") or errand.service.user
    if secret:
        timestamp = str(int(errand.clock.now().timestamp()))
        payload |= {"timestamp": timestamp, "sign": _hmac(f"{timestamp}\n{secret}", "")}
    return post(errand, f"{server}/open-apis/bot/v2/hook/{errand.service.token}", payload)


DINGTALK = Robot(
    "钉钉",
    "https://oapi.dingtalk.com",
    _dingtalk,
    code="errcode",
    message="errmsg",
    busy={130101: "", 410100: "", 90030: ""},
    rest=timedelta(minutes=10),
    hints={
        310000: "请核对机器人的安全设置：加签密钥、关键词（可设为“督办”）、IP地址",
        300001: "请核对机器人的 access_token",
    },
)
WECOM = Robot(
    "企业微信",
    "https://qyapi.weixin.qq.com",
    _wecom,
    code="errcode",
    message="errmsg",
    busy={45009: "", 45033: ""},
    rest=MINUTE,
    hints={93000: "请核对机器人地址中的 key，机器人可能已被移出群聊"},
)
FEISHU = Robot(
    "飞书",
    "https://open.feishu.cn",
    _feishu,
    code="code",
    message="msg",
    busy={11232: "", 99991400: "", 9499: "too many"},  # 9499 is a bad request otherwise, which never mends
    rest=MINUTE,
    hints={
        19001: "请核对机器人地址中的 token",
        19021: "请核对签名密钥，并核对本机时间：相差不得超过1小时",
        19022: "请把本机的IP地址加入机器人的白名单",
        19024: "请把机器人的关键词设为“督办”",
    },
)
LARK = Robot("Lark", "https://open.larksuite.com", _feishu, "code", "msg", FEISHU.busy, FEISHU.rest, FEISHU.hints)
