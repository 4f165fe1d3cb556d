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
    `secret` what the numbers of their forms are bound to: the mark of their link, or of their session. `by_pin` are
    classes of acts that this way does not let them do by itself, and does with the PIN of their post.
    """

    post: str
    way: str
    classes: Set[ActClass]
    base: str
    secret: str
    host: str
    by_pin: Set[ActClass] = frozenset()

    @property
    def form_secret(self) -> str:
        """What the number of a form is bound to: whoever it was handed to, and the page it was handed out on."""
        return f"{self.secret} {self.base}"

    def may(self, verb: Verb) -> bool:
        """Whether this way is sure enough for an act, if need be with the PIN."""
        return CLASSES[verb] in self.classes | self.by_pin

    def needs_pin(self, verb: Verb) -> bool:
        """Whether it is not without the PIN."""
        return CLASSES[verb] not in self.classes

    def via(self, name: str) -> str:
        """How the ledger says by which way an act came: the desk, the way, the name stated, and from where."""
        return " ".join(("desk", self.way, one_line(name).replace(" ", ""), self.host))

    def with_pin(self) -> "Visitor":
        """The same, whose PIN was right."""
        return replace(self, way=f"{self.way}（PIN码）", classes=self.classes | self.by_pin)
