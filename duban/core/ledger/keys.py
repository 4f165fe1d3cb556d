"""What tells steps and notices apart, as values; text where they are stored or shown."""

from functools import lru_cache
from typing import NamedTuple, Self

DEAD = "dead"
"""The rung of a notice that tells of one that reached nobody, and what its key has besides that one's."""

AGAIN = "~"
"""What parts `dead` from the day on which a notice died again after it was revived, a rung from a day it repeats on."""

BACK = "back-"
"""What stands before that day where the rung goes to somebody who is back from leave on it."""

INSTEAD = "/instead/"
"""What stands in the key of a notice to a deputy, before the deputy."""


class StepRef(NamedTuple):
    """A step of the plan; as text `initiative/step`."""

    initiative: str
    step: str

    @classmethod
    def parse(cls, text: str, home: str = "") -> Self:
        """A reference from its text; one without an initiative is in `home`."""
        initiative, slash, step = text.rpartition("/")
        return cls(initiative if slash else home, step)

    def __str__(self) -> str:
        return f"{self.initiative}/{self.step}"


class NoticeKey(NamedTuple):
    """One rung of a step, in a version of what it hangs on, for a post: what is queued once.

    As text `step/version/rung/post`, then `/dead` where it tells of one that reached nobody, then `/instead/recipient`
    where it goes to somebody in place of one who could not be reached. `step` is the name the step bore when its
    notices began; `version` the deadline, the round of review and so on that the rung hangs on. A rung that is sent
    again bears the day it falls due on: `press~2024-06-24`.
    """

    step: str
    version: str = ""
    rung: str = ""
    post: str = ""
    death: str = ""
    """`dead`, with the day where it is not the first time; empty for any other notice."""
    instead: str = ""
    """The deputy it goes to in place of its recipient."""

    @classmethod
    @lru_cache(maxsize=8192)  # every entry about a notice bears its key
    def parse(cls, text: str) -> Self:
        """A key from its text; anything else that may stand there, as the day of a digest, is all `step`."""
        first, _, instead = text.partition(INSTEAD)
        parts, death = first.split("/"), ""
        if len(parts) > 4 and parts[-1].partition(AGAIN)[0] == DEAD:
            *parts, death = parts
        step, version, rung, post = parts if len(parts) == 4 and all(parts) else ("/".join(parts), "", "", "")
        return cls(step, version, rung, post, death, instead)

    def __str__(self) -> str:
        text = "/".join(self[:4]) if self.rung else self.step
        text = f"{text}/{self.death}" if self.death else text
        return f"{text}{INSTEAD}{self.instead}" if self.instead else text

    @property
    def on_return(self) -> bool:
        """Whether it goes to somebody who was away when the rung fell due."""
        return f"{AGAIN}{BACK}" in self.rung

    @property
    def first(self) -> Self:
        """The key of the notice whose place this one takes; its own when it takes none's."""
        return self._replace(instead="") if self.instead else self

    @property
    def subject(self) -> Self:
        """The key of the notice whose place this one takes, or of whose death it tells; its own otherwise."""
        return self._replace(instead="", death="")
