"""Classes of acts: how sure the desk must be of who acts before it lets them."""

from collections.abc import Mapping
from enum import StrEnum

from duban.core.deciding.commands import Verb


class ActClass(StrEnum):
    """Of one's own side and to be corrected later; of one's own side and binding; deciding on the work of others.

    A link that came to a shared mailbox opens the first two: five clerks read it, and none of them may approve what
    another handed in.
    """

    OWN = "own"
    BINDING = "binding"
    DECIDING = "deciding"


CLASSES: Mapping[Verb, ActClass] = {
    Verb.SIGN: ActClass.OWN,
    Verb.REPORT: ActClass.OWN,
    Verb.CORRECT: ActClass.OWN,
    Verb.WITHDRAW: ActClass.OWN,
    Verb.ACKNOWLEDGE: ActClass.OWN,
    Verb.ADVISE: ActClass.OWN,
    Verb.DISOWN: ActClass.OWN,
    Verb.SUBMIT: ActClass.BINDING,
    Verb.EXTEND: ActClass.BINDING,
    Verb.APPROVE: ActClass.DECIDING,
    Verb.RETURN: ActClass.DECIDING,
    Verb.GRANT: ActClass.DECIDING,
    Verb.REFUSE: ActClass.DECIDING,
    Verb.HAND_OVER: ActClass.DECIDING,
    Verb.SUSPEND: ActClass.DECIDING,
    Verb.RESUME: ActClass.DECIDING,
    Verb.CANCEL: ActClass.DECIDING,
    Verb.REOPEN: ActClass.DECIDING,
    Verb.CONCLUDE: ActClass.DECIDING,
    Verb.INSTRUCT: ActClass.DECIDING,
    Verb.PRESS: ActClass.DECIDING,
}
"""Every act."""

LINKED = frozenset({ActClass.OWN, ActClass.BINDING})
"""What the link of a letter to a shared mailbox opens."""

ALL = frozenset(ActClass)
