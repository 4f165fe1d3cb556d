"""1,000 notices over five channels whose services refuse a tenth, hang on a twentieth, and know rate limits.

    python -m tests.acceptance.thousand

Real HTTP and SMTP to receivers on loopback; the office's clock is set by hand, so that hours of waiting take no time.
Some robots know nobody's token: what is sent to them can only die. Prints how many ended how, by channel.
"""

from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from duban.adapters.clock import SystemClock
from duban.adapters.delivery.carriers import ChannelCarrier, Router
from duban.adapters.memory_ledger import MemoryLedger
from duban.adapters.wording import Wording
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.planning.directory import DirectoryFile, Post
from duban.core.planning.plan import Initiative
from duban.core.planning.policy import LadderFile, Policy, Retry, Rung
from duban.outbox import deliver_due
from duban.service import Service
from tests.bureau import DIRECTORY, ZONE, Hands, Postbox, initiative, office, step
from tests.bureau_folder import CONFIG
from tests.receivers import KINDS, Receiver, receiver, share

STEPS = 10
PEOPLE, DEAF = 10, 1
"""People of each channel, and how many of them have something wrong in their address."""
PER_MINUTE = {"dingtalk": 20, "wecom": 20, "feishu": 100}
TIMEOUT, LONGEST = 0.15, 30
ASSIGN = Rung.model_validate({"id": "assign", "anchor": "opened", "to": ["owner"], "slip": "assign", "immediate": True})
POLICY = Policy(
    ladders=(LadderFile(id="standard", title="常规督办", rungs=(ASSIGN,)),), retry=Retry(minutes=(5, 10, 20, 30))
)


def name(kind: str, number: int) -> str:
    return f"{kind}-{number}"


def directory(receivers: Mapping[str, Receiver]) -> DirectoryFile:
    """The bureau's people, and a hundred with one channel each."""
    posts = [
        Post(id=name(kind, number), title=f"{kind}联络员", channels=(address(there.address, number),))
        for kind, there in receivers.items()
        for number in range(PEOPLE)
    ]
    return DIRECTORY.model_copy(update={"posts": (*DIRECTORY.posts, *posts)})


def address(known: str, number: int) -> str:
    """A channel; the first people's has something wrong in it that its service checks."""
    if number >= DEAF:
        return known
    scheme, _, rest = known.partition("://")
    return f"{scheme}://wrong{rest}"


@dataclass(frozen=True)
class Run:
    """What came of it: the ledger's notices and entries, what arrived where, and how often a sweep was made."""

    notices: tuple[NoticeRow, ...]
    entries: tuple[Entry, ...]
    taken: Mapping[str, Counter[str]] = field(default_factory=dict)
    sweeps: int = 0

    def outcomes(self) -> Counter[tuple[str, Delivery]]:
        """How many notices ended how, by channel."""
        return Counter(
            (notice.recipient.rpartition("-")[0], notice.delivery)
            for notice in self.notices
            if notice.rung == ASSIGN.id
        )

    def refusals(self) -> Counter[str]:
        """How many tries did not succeed, and why, by kind of entry."""
        kinds = (EntryKind.NOTICE_REFUSED, EntryKind.NOTICE_POSTPONED, EntryKind.NOTICE_DEAD)
        return Counter(entry.kind.value for entry in self.entries if entry.kind in kinds)


def run(initiatives: int = 100) -> Run:
    """Queue the notices on one morning, and deliver until nothing is left to deliver."""
    with ExitStack() as stack:
        behaviour = share(refused=0.10, hanging=0.05, seed=2024)
        there = {kind: stack.enter_context(receiver(kind, behaviour, PER_MINUTE.get(kind))) for kind in KINDS}
        owners = [name(kind, number) for number in range(PEOPLE) for kind in there]
        plans = [plan(number, owners[number % len(owners)]) for number in range(initiatives)]
        bureau = office(initiatives={one.id: one for one in plans}, directory=directory(there), policy=POLICY)
        clock, ledger = Hands(datetime(2024, 4, 1, 9, tzinfo=ZONE)), MemoryLedger("bureau-2024")
        service = Service(bureau, ledger, clock)
        for one in plans:
            service.tick(one.id)
        wording, administrators, sweeps = Wording(CONFIG / "notices"), Postbox(), 0
        while any(notice.next_try for notice in ledger.notices()):
            # Each sweep is a process of its own, which remembers no rate limit. It signs by the real clock.
            deliver_due(service, Router(administrators, ChannelCarrier({}, TIMEOUT, LONGEST, SystemClock())), wording)
            sweeps += 1
            clock.moment = bureau.working_moment(clock.moment + timedelta(minutes=5))
            for one in there.values():
                one.forget_rate()
        entries = tuple(entry for one in plans for entry in ledger.entries(one.id))
        return Run(tuple(ledger.notices()), entries, {kind: one.times for kind, one in there.items()}, sweeps)


def plan(number: int, owner: str) -> Initiative:
    """An initiative all of whose steps are handed to one person on the first morning."""
    home = f"initiative-{number}"
    steps = [step(f"step-{place}", f"第{place}项工作", initiative=home, owner=owner) for place in range(STEPS)]
    return initiative(home, f"第{number}项举措", f"2.{number + 1}", *steps)


def main() -> None:
    done = run()
    for (kind, delivery), count in sorted(done.outcomes().items()):
        print(f"{kind:10} {delivery.value:8} {count}")  # noqa: T201  its answer
    print(f"tries that did not succeed: {dict(done.refusals())}; sweeps {done.sweeps}")  # noqa: T201  as above


if __name__ == "__main__":
    main()
