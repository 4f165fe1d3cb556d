"""Carriers of letters: by a recipient's channels, and by mail files where there are none."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic
from typing import TypeVar

from duban.adapters.delivery.addresses import Unset, fill, parse, shown
from duban.adapters.delivery.errands import Fault, Reply, Unreached, Unusable
from duban.adapters.memory_ledger import MemoryLedger
from duban.adapters.messengers import TookTooLong, in_time
from duban.carrying import Carrier, ChannelOutcome, Letter, Outcome
from duban.ports import Clock, Ledger, LedgerUnusable, Rate

REASON_LENGTH = 300
HANDING_OVER = "duban.adapters.delivery.services:hand_over"
BROKEN_OFF = "到时没有送完，已中断"
T = TypeVar("T")
REST = "rest"
RESTING = "限流或者刚才久未送完，稍后再送"
UNREACHED = "通讯录文件有误，或者其中没有这个岗位，暂不知道怎样送达"
PAUSE = timedelta(minutes=10)
"""How long a letter waits for an address to become known, and a server is left alone that held a letter too long."""

FAULTS = {
    Fault.UNKNOWN: "没有这种通道，请核对通讯录中的地址",
    Fault.UNUSABLE: "地址不完整或者格式不对，请核对通讯录",
    Fault.SHORTENED: "地址的一部分无法识别，请核对通讯录：口令中的 @ / ? # 等改用变量，收件人逐个核对",
    Fault.INSECURE: "base 须以 https:// 开头，本机地址除外",
}


class Router:
    """Carries by the recipient's channels, and by the default carrier where there are none."""

    def __init__(self, default: Carrier, channels: Carrier) -> None:
        self._default = default
        self._channels = channels

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        """Deliver one letter; one to somebody of whom it is not known how waits, and has not been tried."""
        if letter.to is None:
            return Outcome(False, UNREACHED, PAUSE)
        return (self._channels if letter.to else self._default).deliver(letter, now)


class ChannelCarrier:
    """Carries letters by the first of a recipient's channels that accepts them.

    `variables` are what `${NAME}` in a channel may stand for; a service that has not answered for `timeout` seconds has
    refused, and so has one that has a letter under way for longer than its share of `longest`, the seconds that a
    letter may take by all its channels; `clock` is the real one. A channel that said it is busy is left alone until it
    has rested, and so is the server of one that held a letter too long, so that other letters do not wait for it again
    and again, whoever sends them: the `ledger` knows, where there is one. Outcomes hold no value of a variable.
    """

    def __init__(
        self, variables: Mapping[str, str], timeout: float, longest: float, clock: Clock, ledger: Ledger | None = None
    ) -> None:
        self._variables = variables
        self._timeout = timeout
        self._longest = longest
        self._clock = clock
        self._ledger: Ledger = ledger or MemoryLedger("")

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        """Send one letter, channel by channel in the directory's order; the outcome tells of each that was tried."""
        tried: list[ChannelOutcome] = []
        reply = Reply(False, "")
        until = monotonic() + self._longest
        left = len(letter.to or ())
        for channel in letter.to or ():
            reply = self._try(channel, letter, now, (until - monotonic()) / left)
            left -= 1
            took = reply.accepted or reply.more
            tried.append(ChannelOutcome(shown(channel), took, reply.detail, reply.wait, reply.gone))
            if reply.accepted or reply.more or reply.held:
                break
        waits = [one.wait for one in tried if one.wait is not None and not reply.accepted]
        told = "；".join(f"{one.channel}：{one.detail}" for one in tried)
        return Outcome(reply.accepted, told, min(waits, default=None), tuple(tried), reply.more, reply.through)

    def _try(self, channel: str, letter: Letter, now: datetime, seconds: float) -> Reply:
        for resting in (channel, _server(channel)):
            if rested := self._rested(resting, now):
                return Reply(False, RESTING, rested - now)
        reply = self._send(channel, letter, now, seconds)
        if reply.wait is not None:
            self._rest(channel, now, reply.wait)
        return reply

    def _rest(self, what: str, now: datetime, long: timedelta) -> None:
        self._asked(lambda known: known.take(Rate(REST, 1, long), _mark(what), now))

    def _rested(self, what: str, now: datetime) -> datetime | None:
        """Until when something rests."""
        return self._asked(lambda known: known.full(REST, _mark(what), now))

    def _asked(self, ask: Callable[[Ledger], T]) -> T:
        """Of what knows who rests: a ledger that cannot be asked holds up no letter, which may be about just that."""
        try:
            return ask(self._ledger)
        except LedgerUnusable:
            self._ledger = MemoryLedger("")
            return ask(self._ledger)

    def _send(self, channel: str, letter: Letter, now: datetime, seconds: float) -> Reply:
        try:
            filled = fill(channel, self._variables)
            reply: Reply = in_time(seconds, HANDING_OVER, filled.address, self._timeout, letter, now, self._clock)
        except Unset as unset:
            return Reply(False, f"没有设置变量{'、'.join(unset.names)}")
        except Unusable as unusable:
            return Reply(False, FAULTS[unusable.fault])
        except Unreached as unreached:
            return Reply(False, str(unreached))
        except TookTooLong:
            self._rest(_server(channel), now, PAUSE)
            return Reply(False, BROKEN_OFF)
        except Exception as error:  # noqa: BLE001  whatever one channel does, the next one is asked
            return Reply(False, f"内部错误：{type(error).__name__}")  # its words may hold secrets
        return replace(reply, detail=filled.hide(reply.detail)[:REASON_LENGTH])


def _mark(what: str) -> str:
    """A channel or a server as it is noted: nothing of its address."""
    return sha256(what.encode()).hexdigest()


def _server(channel: str) -> str:
    """What a channel shares with others: the place its letters go to."""
    address = parse(channel)
    return f"//{address.host}:{address.port}" if address else channel
