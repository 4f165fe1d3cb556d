"""Carriers of letters: by a recipient's channels, and by mail files where there are none."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from duban.adapters.delivery.addresses import Unset, fill, shown
from duban.adapters.delivery.ears import EARS
from duban.adapters.delivery.errands import Errand, Fault, Reply, Unreached, Unusable
from duban.ports import Carrier, ChannelOutcome, Clock, Letter, Outcome

if TYPE_CHECKING:
    from duban.adapters.delivery.services import Service

REASON_LENGTH = 300
UNREACHED = "通讯录文件有误，或者其中没有这个岗位，暂不知道怎样送达"
PAUSE = timedelta(minutes=10)
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
    refused; `clock` is the real one. A channel that said it is busy is left alone until it has rested, so that what is
    sent in one sweep does not ask it again and again. Outcomes hold no value of a variable.
    """

    def __init__(self, variables: Mapping[str, str], timeout: float, clock: Clock) -> None:
        self._variables = variables
        self._timeout = timeout
        self._clock = clock
        self._resting: dict[str, datetime] = {}

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        """Send one letter, channel by channel in the directory's order; the outcome tells of each that was tried."""
        tried: list[ChannelOutcome] = []
        reply = Reply(False, "")
        for channel in letter.to or ():
            reply = self._try(channel, letter, now)
            took = reply.accepted or reply.more
            tried.append(ChannelOutcome(shown(channel), took, reply.detail, reply.wait, reply.gone))
            if reply.accepted or reply.more or reply.held:
                break
        waits = [one.wait for one in tried if one.wait is not None and not reply.accepted]
        told = "；".join(f"{one.channel}：{one.detail}" for one in tried)
        return Outcome(reply.accepted, told, min(waits, default=None), tuple(tried), reply.more, reply.through)

    def _try(self, channel: str, letter: Letter, now: datetime) -> Reply:
        if (rested := self._resting.get(channel, now)) > now:
            return Reply(False, "仍在限流，稍后再送", rested - now)
        reply = self._send(channel, letter, now)
        if reply.wait is not None:
            self._resting[channel] = now + reply.wait
        return reply

    def _send(self, channel: str, letter: Letter, now: datetime) -> Reply:
        # Slow to import, and most ticks send nothing by a channel.
        from duban.adapters.delivery.services import read  # noqa: PLC0415

        try:
            filled = fill(channel, self._variables)
            with EARS.listening():  # so that no other log gets what libraries say, which may be addresses
                reply = self._hand_over(read(filled.address, self._timeout), letter, now)
        except Unset as unset:
            return Reply(False, f"没有设置变量{'、'.join(unset.names)}")
        except Unusable as unusable:
            return Reply(False, FAULTS[unusable.fault])
        except Unreached as unreached:
            return Reply(False, str(unreached))
        except Exception as error:  # noqa: BLE001  whatever one channel does, the next one is asked
            return Reply(False, f"内部错误：{type(error).__name__}")  # its words may hold secrets
        return replace(reply, detail=filled.hide(reply.detail)[:REASON_LENGTH])

    def _hand_over(self, service: "Service", letter: Letter, now: datetime) -> Reply:
        return service.voice(Errand(service.plugin, service.options, letter, now, self._clock))
