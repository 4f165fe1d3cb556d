"""What people do on the office's day, and what came of it: every act that was acknowledged is in the ledger, once.

An act is acknowledged when its command ends with 0, or when Prefect's server has taken its form. Each says a sentence
of its own, by which it is found again.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from httpx import HTTPError
from prefect.client.schemas.objects import FlowRun

from duban.cli.exits import Exit
from duban.core.ledger.entries import Entry, EntryKind
from tests.acceptance.office_folder import PLAN
from tests.acceptance.office_stack import OfficeStack
from tests.acceptance.waiting import until
from tests.receivers.mail import MailReceiver

ACTS = (EntryKind.REPORTED, EntryKind.SUBMITTED, EntryKind.APPROVED)
REASON = {"report": "--note", "submit": "--note", "approve": "--reason"}
PATIENCE = 90
"""Seconds after which what should come by itself is taken not to come."""


@dataclass
class Morning:
    """The people of the office, their mail server, and what they were told is taken in."""

    stack: OfficeStack
    mail: MailReceiver
    told: list[str] = field(default_factory=list)
    turned_away: int = 0
    _numbers: Any = field(default_factory=lambda: count(1))

    # Acts -------------------------------------------------------------------------------------------------------------

    def command(self, verb: str, step: str, post: str, *more: str) -> None:
        """Do something by a command, again and again until it is acknowledged."""
        said = f"第{next(self._numbers)}件，命令"
        words = (verb, step, "--as", post, REASON[verb], said, "--key", said, *more)
        until(f"duban {verb} {step} is taken in", lambda: self._tried(words), PATIENCE)
        self.told.append(said)

    def _tried(self, words: Sequence[str]) -> bool:
        done = self.stack.duban(*words)
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode != Exit.REFUSED, done.stderr
        self.turned_away += done.returncode != 0
        return done.returncode == 0

    def form(self, number: str, *words: str, **filled: Any) -> FlowRun | None:
        """Hand in the form of an initiative with the choice that these words are of; None when nobody took it."""
        said = f"第{next(self._numbers)}件，表单"
        deployment = until(f"the form offers {words}", lambda: self._offering(number, words), PATIENCE)
        parameters = filled_in(deployment.parameter_openapi_schema, words, {"reason": said, **filled})
        try:
            with self.stack.client() as client:
                run = client.create_flow_run_from_deployment(deployment.id, parameters=parameters)
        except HTTPError:
            self.turned_away += 1
            return None
        self.told.append(said)
        return run

    def _offering(self, number: str, words: Sequence[str]) -> Any:
        deployment = self.stack.deployment(number)
        return deployment if filled_in(deployment.parameter_openapi_schema, words, {}) else None

    # What came of them ------------------------------------------------------------------------------------------------

    def taken_in(self) -> bool:
        """Whether everything acknowledged is in the ledger."""
        return not [said for said in self.told if not self.found(self.stack.entries())[said]]

    @staticmethod
    def found(entries: Sequence[Entry]) -> Counter[str]:
        """How often each act is in the ledger, by what was said with it."""
        return Counter(entry.data.get("reason", "") for entry in entries if entry.kind in ACTS)

    def letters(self, step: str, slip: str, post: str) -> int:
        """How often the letter with a slip about a step has arrived at somebody's."""
        names = [key for key in self.mail.times if key.startswith(f"{PLAN}/{step}/")]
        return sum(self.mail.times[key] for key in names if key.endswith(f"/{slip}/{post}"))

    def arrives(self, step: str, slip: str, post: str) -> None:
        """Wait until such a letter has arrived; that none comes twice is seen at the end of the day."""
        until(f"{slip} about {step} reaches {post}", lambda: self.letters(step, slip, post), PATIENCE)


def filled_in(schema: dict[str, Any] | None, words: Sequence[str], filled: dict[str, Any]) -> dict[str, Any] | None:
    """The parameters of a form with the choice in which all these words are; None when it offers none such."""
    assert schema is not None
    offered = schema["properties"]["report"]["properties"]["offer"]["enum"]
    fitting = [offer for offer in offered if all(word in offer for word in words)]
    return {"report": {"offer": fitting[0], **filled}} if fitting else None
