"""The guard's alarm as people get it: a worker that hangs, patrols that stop, letters over SMTP, the real clock."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest

from deployments.guard.guard import Guard
from deployments.stack.stack import Stack
from duban.adapters.clock import SystemClock
from duban.ports import Rounder
from duban.settings import CLOCK_FILE, load_settings
from duban.wiring import Gear, gear
from flows.wanted import heal
from tests.acceptance.office_folder import all_worked, where_it_is_noon, with_channels
from tests.flows.server import Server, eventually
from tests.receivers.judging import Do, always
from tests.receivers.mail import MailReceiver

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

TOLD = ("system-administrator@duban.test", "supervision-officer@duban.test")
"""The administrator and the coordinator."""

BROKEN, WELL = (Counter({(to, word): 1 for to in TOLD}) for word in ("巡查中断", "巡查恢复"))


@pytest.fixture
def mail() -> Iterator[MailReceiver]:
    with MailReceiver(always(Do.ACCEPT)) as receiver:
        yield receiver


@pytest.fixture
def office(server: Server, mail: MailReceiver) -> Iterator[Gear]:
    """A bureau that is at work whenever somebody runs this, patrolled every two seconds by the stack's own worker."""
    config, now = server.bureau.root / "config", SystemClock().now()
    zone = where_it_is_noon(now)
    (server.bureau.var / CLOCK_FILE).unlink()
    server.bureau.settings.write_text(f'plan = "{server.bureau.plan}"\ntimezone = "{zone}"\n[patrol]\nevery = 2\n')
    (config / "calendar.yaml").write_text(all_worked(now.astimezone(ZoneInfo(zone)).date()), "utf-8")
    (config / "directory.yaml").write_text(with_channels(mail), "utf-8")
    with gear(load_settings()) as at:
        heal(at.service, at.settings)
        yield at


def alarms(mail: MailReceiver) -> Counter[tuple[str, str]]:
    """Letters of the guard by whom they went to and their subject's first words, and how often each came."""
    letters = [got.body for got in mail.asked if str(got.body["Subject"]).startswith("巡查")]
    return Counter((str(letter["To"]), str(letter["Subject"])[:4]) for letter in letters)


def test_patrols_that_stop_are_told_of_by_mail_once_and_so_is_that_they_come_again(
    office: Gear, mail: MailReceiver, stack: Stack
) -> None:
    rounds, worker = office.service.ledger.rounds, stack._children["worker"]
    eventually(lambda: Rounder.PATROL in rounds(), within=90)
    guard = Guard(office.settings, SystemClock().now())

    def watched(true: Callable[[], bool]) -> None:
        """Wait, the guard looking now and then as it does."""

        def there() -> bool:
            guard.look(SystemClock().now())
            return true()

        eventually(there, within=60)

    def one_more(by: Rounder) -> None:
        before = rounds()[by].at
        watched(lambda: rounds()[by].at > before)

    worker.send_signal(signal.SIGSTOP)  # it lives, and nothing is carried out
    try:
        watched(lambda: len(alarms(mail)) == len(TOLD))
        one_more(Rounder.GUARD)
        assert alarms(mail) == BROKEN
    finally:
        worker.send_signal(signal.SIGCONT)
    watched(lambda: len(alarms(mail)) == 2 * len(TOLD))
    one_more(Rounder.PATROL)
    assert alarms(mail) == BROKEN + WELL
