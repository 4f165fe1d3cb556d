"""Services that people are written to by, on loopback: they check as the real ones do, and misbehave when told to.

    with receiver("dingtalk", share(refused=0.1, hanging=0.05, seed=7)) as robot:
        ...  # a post with the channel robot.address
    assert robot.accepted[key].text

`receiver(kind)` knows dingtalk, wecom, feishu, webhook and mail. A behaviour is a function of what came in, `Got`, to
what is to be done with it, `Do`; what came in wrong (token, signature, length) is refused whatever it says.
"""

from tests.receivers.judging import Behaviour, Do, Got, Receiver, always, share
from tests.receivers.mail import MailReceiver
from tests.receivers.taps import How, Tap
from tests.receivers.web import SERVICES, WebReceiver

__all__ = ["KINDS", "Behaviour", "Do", "Got", "How", "Receiver", "Tap", "always", "receiver", "share"]

KINDS = (*SERVICES, "mail")
ACCEPT = always(Do.ACCEPT)


def receiver(kind: str, behaviour: Behaviour = ACCEPT, per_minute: int | None = None) -> Receiver:
    """A service of a kind, to be used in a `with`; `per_minute` is how many it takes before it is busy."""
    if kind == "mail":
        return MailReceiver(behaviour, per_minute)
    return WebReceiver(SERVICES[kind], behaviour, per_minute)
