"""Group robots of DingTalk, WeCom and Feishu. They answer 200 and put a refusal into the answer, as an error code."""

import base64
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import requests

from duban.adapters.delivery.errands import SENT, Errand, Reply
from duban.adapters.delivery.markdown import CONTINUED, as_link, inert, message
from duban.adapters.delivery.sheets import Sheet, next_sheet
from duban.adapters.delivery.web import post, retry_after

TITLE_LENGTH = 100
LARGEST = 20_000
"""Bytes that DingTalk and Feishu take in all; WeCom takes LONGEST of the text."""

LONGEST = 4096
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Robot:
    """How a kind of robot is spoken to.

    `says` makes a message of a subject, a text and whether it is the last; `fits` tells whether it is taken at once,
    `post` sends it to a server; `code` and `text` are where the answer holds them; `busy` are the codes of its rate
    limit, each with what the answer must contain then, `rest` is how long the limit lasts; `hints` tell what to do
    about other codes.
    """

    title: str
    server: str
    says: Callable[[Errand, str, str, bool], Mapping[str, Any]]
    fits: Callable[[Mapping[str, Any]], bool]
    post: Callable[[Errand, str, Mapping[str, Any]], requests.Response]
    code: str
    text: str
    busy: Mapping[int, str]
    rest: timedelta
    hints: Mapping[int, str]

    def __call__(self, errand: Errand) -> Reply:
        """Hand over the next sheet; another server may be named by the option `base`, of a private installation say."""
        letter = inert(errand.letter)
        longest = letter.subject + CONTINUED
        sheet = next_sheet(letter, lambda text: self.fits(self.says(errand, longest, text, False)))
        server = errand.options.get("base", self.server).rstrip("/")
        said = self.says(errand, letter.subject + (CONTINUED if sheet.number else ""), sheet.text, sheet.last)
        reply = self._reply(self.post(_keyed(errand, sheet), server, said))
        return of_sheet(reply, sheet)

    def _reply(self, response: requests.Response) -> Reply:
        said = _json(response)
        code = said.get(self.code, said.get("StatusCode"))  # the latter in old answers of Feishu
        if response.status_code == requests.codes.too_many_requests:
            return self._busy(f"HTTP {response.status_code}", retry_after(response, self.rest))
        if code == 0 and response.ok:
            return Reply(True, SENT)
        if not isinstance(code, int):
            return Reply(False, f"{self.title}没有正常答复（HTTP {response.status_code}）")
        message = str(said.get(self.text, ""))
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


def _keyed(errand: Errand, sheet: Sheet) -> Errand:
    """The errand of one sheet: those after the first are letters of their own to whoever knows letters by their key."""
    key = f"{errand.letter.key}/{sheet.number}" if sheet.number else errand.letter.key
    return replace(errand, letter=replace(errand.letter, key=key))


def of_sheet(reply: Reply, sheet: Sheet) -> Reply:
    """A reply about a sheet as one about its letter."""
    if not reply.accepted:
        return reply
    gone = () if sheet.last else (sheet.mark,)
    return replace(reply, accepted=sheet.last, more=not sheet.last, through=sheet.through, gone=gone)


def _small(said: Mapping[str, Any]) -> bool:
    signed = {**said, "timestamp": "0" * 13, "sign": "0" * 44}
    return len(json.dumps(signed, ensure_ascii=False).encode()) <= LARGEST


def _dingtalk(errand: Errand, subject: str, text: str, last: bool) -> Mapping[str, Any]:
    mobiles = errand.service.targets
    called = "".join(f" @{mobile}" for mobile in mobiles)  # nobody is called who is not in the text as well
    written = message(subject, text + (f"\n\n{called.strip()}" if called else ""), last=last, newline="  \n")
    return {
        "msgtype": "markdown",
        "markdown": {"title": subject[:TITLE_LENGTH], "text": written},
        "at": {"atMobiles": mobiles, "isAtAll": False},
    }


def _to_dingtalk(errand: Errand, server: str, said: Mapping[str, Any]) -> requests.Response:
    service = errand.service
    params = {"access_token": service.token}
    if service.secret:
        timestamp = str(round(errand.clock.now().timestamp() * 1000))
        params |= {"timestamp": timestamp, "sign": _hmac(service.secret, f"{timestamp}\n{service.secret}")}
    return post(errand, f"{server}/robot/send", said, params=params)


def _wecom(errand: Errand, subject: str, text: str, last: bool) -> Mapping[str, Any]:
    return {"msgtype": "markdown", "markdown": {"content": message(subject, text, last=last)}}


def _short(said: Mapping[str, Any]) -> bool:
    return len(said["markdown"]["content"].encode()) <= LONGEST


def _to_wecom(errand: Errand, server: str, said: Mapping[str, Any]) -> requests.Response:
    return post(errand, f"{server}/cgi-bin/webhook/send", said, params={"key": errand.service.key})


def _feishu(errand: Errand, subject: str, text: str, last: bool) -> Mapping[str, Any]:
    written = message(subject if len(subject) > TITLE_LENGTH else "", text, last=last)
    return {
        "msg_type": "interactive",
        "card": {
            "header": {"title": {"tag": "plain_text", "content": subject[:TITLE_LENGTH]}},
            "elements": [{"tag": "markdown", "content": written}, *_buttons(errand, text)],
        },
    }


def _buttons(errand: Errand, text: str) -> Iterator[Mapping[str, Any]]:
    """A button for the link of a card about one matter; of a card about several each matter has its own link."""
    links = [one for one in errand.letter.links if as_link(*one) in text]
    if len(links) == 1:
        words, address = links[0]
        button = {"tag": "button", "text": {"tag": "plain_text", "content": words}, "url": address, "type": "primary"}
        yield {"tag": "action", "actions": [button]}


def _to_feishu(errand: Errand, server: str, said: Mapping[str, Any]) -> requests.Response:
    secret = errand.options.get("secret") or errand.service.user
    if secret:
        timestamp = str(int(errand.clock.now().timestamp()))
        said = {**said, "timestamp": timestamp, "sign": _hmac(f"{timestamp}\n{secret}", "")}
    return post(errand, f"{server}/open-apis/bot/v2/hook/{errand.service.token}", said)


DINGTALK = Robot(
    "钉钉",
    "https://oapi.dingtalk.com",
    _dingtalk,
    _small,
    _to_dingtalk,
    code="errcode",
    text="errmsg",
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
    _short,
    _to_wecom,
    code="errcode",
    text="errmsg",
    busy={45009: "", 45033: ""},
    rest=MINUTE,
    hints={93000: "请核对机器人地址中的 key，机器人可能已被移出群聊"},
)
FEISHU = Robot(
    "飞书",
    "https://open.feishu.cn",
    _feishu,
    _small,
    _to_feishu,
    code="code",
    text="msg",
    busy={11232: "", 99991400: "", 9499: "too many"},  # 9499 is a bad request otherwise, which never mends
    rest=MINUTE,
    hints={
        19001: "请核对机器人地址中的 token",
        19021: "请核对签名密钥，并核对本机时间：相差不得超过1小时",
        19022: "请把本机的IP地址加入机器人的白名单",
        19024: "请把机器人的关键词设为“督办”",
    },
)
LARK = replace(FEISHU, title="Lark", server="https://open.larksuite.com", hints={})
