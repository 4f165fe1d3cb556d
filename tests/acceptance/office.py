"""An office's day under the real clock: everything it relies on is seen to happen, then everything is killed in turn.

    python -m tests.acceptance.office

Lives it alone in some three minutes, prints what it sees and, last, how much was lost and how much doubled.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from duban.adapters.clock import SystemClock
from duban.core.ledger.entries import Entry, EntryKind
from tests.acceptance.morning import PATIENCE, Morning
from tests.acceptance.office_folder import PLAN, make_office
from tests.acceptance.office_stack import AUTOMATION, SCHEDULE, Begun, OfficeStack
from tests.acceptance.waiting import until
from tests.receivers import Do, always
from tests.receivers.mail import MailReceiver

EVERY = 5
"""Seconds between two patrols."""

WANTED = 3
"""Patrols that must have come by themselves before anybody acts."""

WITHOUT_LEDGER = "/@@guard/no-ledger/"
"""In the key of an alarm that is sent because there is no ledger to note it in."""

PORT = 50_000 + os.getpid() % 10_000
BENCHES = ("first", "second", "third", "fourth", "fifth")
OWNERS = ("parks-officer", "parks-head")


@dataclass(frozen=True)
class Day:
    """What the day came to: `wrong` is what is neither lost nor doubled and still not right."""

    patrols: int
    letters: int
    reports: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        counted = f"{self.patrols} patrols, {self.letters} letters, {self.reports} reports"
        return f"office: {counted}, {len(self.lost)} lost, {len(self.doubled)} doubled"

    @property
    def faults(self) -> tuple[str, ...]:
        """Everything that is not as it should be."""
        lost, doubled = (f"lost: {one}" for one in self.lost), (f"doubled: {one}" for one in self.doubled)
        return (*lost, *doubled, *self.wrong)


def live(folder: Path, tell: Callable[[str], None]) -> Day:
    """Live the day; raises AssertionError with what did not happen."""
    with MailReceiver(always(Do.ACCEPT)) as mail, standing(folder, mail) as office:
        tell(f"duban up --clock real: runs after {office.stack.up():.0f} s")
        assert office.stack.status_without_password() == HTTPStatus.UNAUTHORIZED, "who has no password is turned away"
        tell(patrols_come_by_themselves(office))
        tell(what_is_due_is_sent(office))
        tell(a_form_and_a_command_are_taken_in(office))
        tell(a_milestone_starts_what_waits(office))
        for number, (name, kill) in enumerate(deaths(office.stack).items()):
            tell(it_goes_on(office, name, kill, BENCHES[number : number + 2]))
        tell(the_digest_is_sent(office))
        return evening(office)


@contextmanager
def standing(folder: Path, mail: MailReceiver) -> Iterator[Morning]:
    """The office, and an end to whatever is left of it afterwards."""
    stack = OfficeStack(make_office(folder, mail, port=PORT, every=EVERY))
    try:
        yield Morning(stack, mail)
    finally:
        stack.sweep()


# Stages --------------------------------------------------------------------------------------------------------------


def patrols_come_by_themselves(office: Morning) -> str:
    """Patrols that nobody asked for are carried out, one after another."""
    came = until(
        f"{WANTED} patrols come by their schedule", lambda: enough(by_schedule(office.stack), WANTED), PATIENCE
    )
    moments = sorted(run.expected for run in came)
    apart = {round((later - earlier).total_seconds()) for earlier, later in pairwise(moments)}
    assert apart == {EVERY}, f"patrols are to be {EVERY} seconds apart, and are {apart}"
    first = min(run.at for run in office.stack.runs("0.00"))
    applied = next(entry.at for entry in office.stack.entries() if entry.kind is EntryKind.PLAN_APPLIED)
    waited = (first - applied).total_seconds()
    return f"patrols by themselves, {EVERY} s apart; the first of all {waited:.1f} s after the plan was in force"


def by_schedule(stack: OfficeStack, since: datetime | None = None) -> list[Begun]:
    """Patrols made by the schedule alone that were carried out, those begun since a moment."""
    runs = [run for run in stack.runs("0.00") if run.by == SCHEDULE and run.completed]
    return [run for run in runs if since is None or run.at > since]


def enough(found: list[Begun], wanted: int) -> list[Begun]:
    return found if len(found) >= wanted else []


def what_is_due_is_sent(office: Morning) -> str:
    """Steps that open are handed to their owners, and whoever is late is pressed."""
    office.arrives("new-road/draft", "assign", "roads-officer")
    office.arrives("repair/patch", "press", "roads-officer")
    for post in OWNERS:
        office.arrives("benches/first", "assign", post)
    return f"slips of what opened and of what is late arrived: {sum(office.mail.times.values())} letters"


def a_form_and_a_command_are_taken_in(office: Morning) -> str:
    """Two people report; the ledger has it, and the page shows it."""
    began = monotonic()
    run = office.form("2.03", "公园处", "反馈进展", "摸清标识底数", progress=30)
    assert run is not None
    office.command("report", "repair/patch", "roads-officer", "--progress", "40")
    until("a form and a command are in the ledger", office.taken_in, PATIENCE)
    until("the run of the form says so", lambda: "已受理" in office.stack.told(run), PATIENCE)
    until("the page of the form's initiative says so", lambda: "办理中" in office.stack.page("signs"), PATIENCE)
    until("the page of the command's initiative says so", lambda: "办理中" in office.stack.page("repair"), PATIENCE)
    return f"a form and a command: in the ledger and on the pages within {monotonic() - began:.1f} s"


def a_milestone_starts_what_waits(office: Morning) -> str:
    """The last approval before a milestone is handed in by the form; the initiative that waits for it begins."""
    office.command("submit", "new-road/draft", "roads-officer", "--evidence", "建设方案")
    office.arrives("new-road/approve", "assign", "deputy-director")
    handed_in = SystemClock().now()
    assert office.form("1.01", "副局长", "审核通过", "批准建设方案")
    opened = until("the step that waits opens", lambda: opening(office.stack.entries("green-belt")), PATIENCE)
    run = [run for run in office.stack.runs("2.01") if run.at <= opened][-1]
    for post in OWNERS:
        office.arrives("green-belt/plant", "assign", post)
    by = "the event" if run.by == AUTOMATION else f"another way ({run.by})"
    waited = (run.at - handed_in).total_seconds()
    return f"a milestone: the run of what waits is RUNNING {waited:.1f} s after the approval, by {by}"


def opening(entries: Sequence[Entry]) -> datetime | None:
    """When the first step of an initiative opened."""
    return next((entry.at for entry in entries if entry.kind is EntryKind.OPENED), None)


def deaths(stack: OfficeStack) -> dict[str, Callable[[], list[int]]]:
    """What is killed, in turn."""
    return {
        "Prefect's server": lambda: stack.kill("server", "start"),
        "the worker and its hands": lambda: stack.kill("worker", "start"),
        "PostgreSQL": stack.kill_postmaster,
        "everything": stack.kill_everything,
    }


def it_goes_on(office: Morning, name: str, kill: Callable[[], list[int]], steps: Sequence[str]) -> str:
    """Something is killed between a form and a command; what was acknowledged is taken in, what follows is sent."""
    away, began = office.turned_away, monotonic()
    office.form("2.03", "公园处", "反馈进展", "摸清标识底数", progress=50)
    killed = kill()
    assert killed, f"{name}: there was nothing to kill"
    at = SystemClock().now()
    office.command("submit", f"benches/{steps[0]}", "parks-officer")
    if not office.stack.lives():
        office.stack.up()
    until(f"{name} killed: what was acknowledged is in the ledger", office.taken_in, PATIENCE)
    for post in OWNERS:
        office.arrives(f"benches/{steps[1]}", "assign", post)
    until(f"{name} killed: patrols come again", lambda: enough(by_schedule(office.stack, since=at), 2), PATIENCE)
    return (
        f"{name} killed ({len(killed)} processes): all is well {monotonic() - began:.0f} s later; "
        f"{office.turned_away - away} acts turned away"
    )


def the_digest_is_sent(office: Morning) -> str:
    """What was not to be sent at once has arrived as one letter."""
    digest = f"{PLAN}/@{OWNERS[0]}/"
    digests = until(
        "the digest arrives", lambda: [key for key in office.mail.times if key.startswith(digest)], PATIENCE
    )
    return f"the day's digest: {len(digests)} letter"


# The evening ---------------------------------------------------------------------------------------------------------


def evening(office: Morning) -> Day:
    """All is at rest: what the ledger says, what arrived and what people were told is held against each other."""
    stack = office.stack
    until("nothing is left to be sent", lambda: not on_the_way(stack.entries()), PATIENCE)
    wrong = [*failing(stack, "ledger", "verify"), *soon_well(stack)]
    patrols, entries = len(by_schedule(stack)), stack.entries()
    wrong += ended(stack)
    sent, arrived, acts = letters_sent(entries), office.mail.times, office.found(entries)
    lost = [*(said for said in office.told if not acts[said]), *(sent.keys() - arrived.keys()), *on_the_way(entries)]
    doubled = [name for found in (acts, sent, arrived) for name, times in found.items() if name and times > 1]
    unknown = [key for key in arrived.keys() - sent.keys() if WITHOUT_LEDGER not in key]
    wrong += [f"arrived and not in the ledger: {key}" for key in unknown]
    taken_in = sum(acts[said] > 0 for said in office.told)
    return Day(patrols, arrived.total(), taken_in, tuple(lost), tuple(doubled), tuple(wrong))


def letters_sent(entries: Sequence[Entry]) -> Counter[str]:
    """Letters the ledger says were sent, alarms of the guard too, by key; what went in a digest is not a letter."""
    return Counter(f"{entry.plan}/{entry.initiative}/{name}" for entry in entries if (name := sent_as(entry)))


def sent_as(entry: Entry) -> str:
    """What a letter is called in its chain; empty where the entry tells of none that was sent."""
    if entry.kind is EntryKind.ALARM_ENDED and entry.data["accepted"]:
        return str(entry.data["alarm"])
    letter = entry.kind is EntryKind.NOTICE_SENT and "digest" not in entry.data
    return str(entry.data["notice"]) if letter else ""


def on_the_way(entries: Sequence[Entry]) -> list[str]:
    """Notices to be sent at once that have come to no end."""
    over = (EntryKind.NOTICE_SENT, EntryKind.NOTICE_DROPPED)
    ended = {(entry.initiative, entry.data["notice"]) for entry in entries if entry.kind in over}
    queued = [entry for entry in entries if entry.kind is EntryKind.NOTICE_QUEUED and entry.data["immediate"]]
    names = [(entry.initiative, entry.data["notice"]) for entry in queued]
    return [f"{initiative}/{notice}" for initiative, notice in names if (initiative, notice) not in ended]


def soon_well(stack: OfficeStack) -> list[str]:
    """What `duban doctor` still has to say once it has had time to be content."""
    with suppress(AssertionError):
        until("duban doctor is content", lambda: not failing(stack, "doctor"), PATIENCE)
        return []
    return failing(stack, "doctor")


def failing(stack: OfficeStack, *words: str) -> list[str]:
    """What a command says that does not end with 0."""
    done = stack.duban(*words)
    return (
        []
        if done.returncode == 0
        else [f"duban {' '.join(words)} ends with {done.returncode}:\n{done.stdout}{done.stderr}"]
    )


def ended(stack: OfficeStack) -> list[str]:
    """End the stack as Ctrl-C does; what is not as it should be then."""
    code = stack.down()
    wrong = [] if code == 130 else [f"duban up ends with {code}"]
    left = stack.left()
    wrong += [f"left running: {left}"] if left else []
    return wrong + [
        f"duban up says: {line}" for line in stack.said.splitlines() if "Traceback" in line or "Crash" in line
    ]


def main() -> int:
    """Live the day, print what is seen and what it came to; 1 where anything is wrong."""
    with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as folder:
        try:
            day = live(Path(folder), lambda line: print(line, flush=True))  # noqa: T201  its answer
        except AssertionError as wrong:
            print(f"office: {wrong}", file=sys.stderr)  # noqa: T201  as above
            return 1
    for fault in day.faults:
        print(fault, file=sys.stderr)  # noqa: T201  as above
    print(day)  # noqa: T201  as above
    return 1 if day.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
