"""Visitors: who comes, by which way, and what acts that way lets them do."""

from collections.abc import Set
from dataclasses import dataclass, replace

from duban.core.access.classes import CLASSES, ActClass
from duban.core.deciding.commands import Verb
from duban.core.typed import one_line


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks for a page, as the post they come as.

    `way` says by which way, in Chinese, as the ledger keeps it; `base` is the address of the pages they may open, and
    `secret` what the numbers of their forms are bound to: the mark of their link, or of their session.
    """

    post: str
    way: str
    classes: Set[ActClass]
    base: str
    secret: str
    host: str

    def may(self, verb: Verb) -> bool:
        """Whether this way is sure enough for an act."""
        return CLASSES[verb] in self.classes

    def via(self, name: str) -> str:
        """How the ledger says by which way an act came: the desk, the way, the name stated, and from where."""
        return " ".join(("desk", self.way, one_line(name).replace(" ", ""), self.host))

    def surer(self, classes: Set[ActClass]) -> "Visitor":
        """The same, after something more was proved."""
        return replace(self, classes=self.classes | classes)
