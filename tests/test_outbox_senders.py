import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from duban.adapters.delivery.mail_folder import MailFolder
from duban.carrying import Letter, Outcome
from duban.core.deciding.commands import Verb
from duban.core.deciding.office import Office
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.telling.slips import Slip, Words
from duban.outbox import LEASE, Delivered, deliver_due
from duban.ports import LedgerUnusable
from duban.service import Service
from duban.wiring import Gear
from tasks.sending import send_due
from tests.bureau import COSMETICS, IN_DIGESTS, REVIEWER, TRAINING, Postbox, Story, office, plain
from tests.test_outbox import kinds, send

# Many senders ---------------------------------------------------------------------------------------------------------


@dataclass
class Meanwhile:
    """A carrier during whose deliveries something else happens."""

    happen: Callable[[], object]
    post: Postbox = field(default_factory=Postbox)

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        self.happen()
        return self.post.deliver(letter, now)


def test_a_second_sender_leaves_alone_what_the_first_has_claimed() -> None:
    story, second = Story().at(1), Postbox()
    first = Meanwhile(lambda: send(story, second))
    send(story, first)
    assert len(first.post.letters) + len(second.letters) == 2
    assert not set(first.post.letters) & set(second.letters)


class Stale:
    """A ledger whose list of pending notices is of a while ago."""

    def __init__(self, ledger: Any, rows: Sequence[NoticeRow]) -> None:
        self._ledger, self._rows = ledger, rows

    def pending_notices(self, now: datetime, limit: int, initiative: str | None) -> Sequence[NoticeRow]:
        return self._rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


def test_two_senders_with_the_same_list_send_one_letter() -> None:
    story, post = Story().at(1), Postbox()
    rows = story.ledger.pending_notices(story.clock.moment, 100)
    late = Service(story.service.office, Stale(story.ledger, rows), story.clock)
    assert len(send(story, post)) == 2
    assert deliver_due(late, post, plain) == ()
    assert len(post.tries) == 2


def test_senders_in_threads_send_each_letter_once() -> None:
    story, post, start = Story().at(1), Postbox(), Barrier(4)

    def sender() -> tuple[Delivered, ...]:
        start.wait()
        return send(story, post)

    with ThreadPoolExecutor(4) as pool:
        delivered = [d for future in [pool.submit(sender) for _ in range(4)] for d in future.result()]
    assert sorted(d.notice for d in delivered) == sorted(row.key for row in story.ledger.notices())
    assert len(post.tries) == len(set(post.tries)) == 2


class Killed(BaseException):
    """A sender's end."""


def killed(story: Story, carrier: Any) -> None:
    with pytest.raises(Killed):
        send(story, carrier)


@dataclass
class Deadly:
    """A mail folder whose sender is killed before it writes, or after."""

    folder: MailFolder
    writes: bool

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        if self.writes:
            self.folder.deliver(letter, now)
        raise Killed


@pytest.mark.parametrize("writes", [False, True], ids=["before writing", "after writing"])
def test_what_a_killed_sender_had_claimed_is_sent_later_exactly_once(tmp_path: Path, writes: bool) -> None:
    story, folder = Story().at(1), MailFolder(tmp_path)
    killed(story, Deadly(folder, writes))
    send(story, folder)
    story.later(int(LEASE.total_seconds() // 60) - 1)
    assert send(story, folder) == ()
    assert [d.delivery for d in send(story.later(1), folder)] == [Delivery.SENT]
    assert len(list(tmp_path.rglob("*.eml"))) == 2
    assert {row.delivery for row in story.ledger.notices()} == {Delivery.SENT}


def test_a_sender_that_was_too_slow_does_not_undo_what_another_did_meanwhile() -> None:
    story, second = Story().at(1), Postbox()

    def overtaken() -> None:
        story.later(int(LEASE.total_seconds() // 60))
        send(story, second)

    slow = Meanwhile(overtaken, Postbox(refusing="timed out"))
    deliver_due(story.service, slow, plain, limit=1)
    assert {row.delivery for row in story.ledger.notices()} == {Delivery.SENT}
    assert len(second.letters) == 2


def test_a_letter_two_senders_carried_is_noted_once() -> None:
    story, second = Story().at(1), Postbox()

    def overtaken() -> None:
        story.later(int(LEASE.total_seconds() // 60))
        send(story, second)

    assert deliver_due(story.service, Meanwhile(overtaken), plain, limit=1) == ()
    key = next(iter(second.letters)).split("/", 2)[2]
    assert kinds(story, key).count(EntryKind.NOTICE_SENT) == 1


# Slow servers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bureau", [office(), office(policy=IN_DIGESTS)], ids=["letters", "digests"])
def test_when_time_is_up_no_further_letter_is_claimed(bureau: Office) -> None:
    story, slow = Story(bureau).at(1), Postbox(refusing="timed out")
    story.act(Verb.SUBMIT, evidence=("方案送审稿",)).act(Verb.APPROVE, actor=REVIEWER).tick(TRAINING)
    deliver_due(story.service, slow, plain, in_time=lambda: not slow.tries)
    assert len(slow.tries) == 1
    letters = [row for row in story.ledger.notices() if row.next_try and row.immediate]
    assert {row.delivery for row in letters} == {Delivery.RETRYING, Delivery.QUEUED}
    assert {row.tries for row in letters if row.delivery is Delivery.QUEUED} == {0}


def test_a_run_begins_no_letter_after_its_minute_and_the_next_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a server that lets each letter wait for half a minute."""
    story, seconds, post = Story().at(1), [0.0], Postbox()
    story.act(Verb.SUBMIT, evidence=("方案送审稿",)).act(Verb.APPROVE, actor=REVIEWER).tick(TRAINING)
    waiting = len(story.ledger.pending_notices(story.clock.moment, 100))
    monkeypatch.setattr("tasks.sending.monotonic", lambda: seconds[0])
    hanging = Meanwhile(lambda: seconds.append(seconds.pop() + 31), post)
    settings: Any = None  # sending looks at none
    at = Gear(settings, story.service, hanging, plain)
    assert (send_due(at), len(post.tries)) == (2, 2)
    assert send_due(at) == waiting - 2 > 0
    assert send_due(at) == 0


# Errors ---------------------------------------------------------------------------------------------------------------


@dataclass
class Broken:
    """A carrier that fails at one step's letters, with words that must not be stored."""

    post: Postbox = field(default_factory=Postbox)

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        if letter.subject.endswith("cases"):
            raise KeyError("the password is 12345")
        return self.post.deliver(letter, now)


def test_an_error_stops_no_other_notice_and_surfaces_in_the_end() -> None:
    story, broken = Story().at(1), Broken()
    with pytest.raises(ExceptionGroup, match="1 notices met an error; 1 others") as caught:
        send(story, broken)
    assert [type(error) for error in caught.value.exceptions] == [KeyError]
    assert "while delivering cosmetics: cases/" in "".join(traceback.format_exception(caught.value))
    assert len(broken.post.letters) == 1


def test_an_error_counts_as_a_refusal_that_tells_no_secrets() -> None:
    story = Story().at(1)
    with pytest.raises(ExceptionGroup):
        send(story, Broken())
    row = story.notice("assign", step="cases")
    assert (row.delivery, row.outcome) == (Delivery.RETRYING, "内部错误：KeyError")
    assert "12345" not in str(story.ledger.entries(COSMETICS))
    assert [d.delivery for d in send(story.later(6))] == [Delivery.SENT]


@pytest.mark.parametrize("at_once", [1, 10])
def test_an_error_ends_no_round_and_is_logged_without_its_words(
    at_once: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tasks.sending.AT_ONCE", at_once)
    story, broken = Story().at(1), Broken()
    settings: Any = None  # sending looks at none
    send_due(Gear(settings, story.service, broken, plain))
    assert [letter.subject for letter in broken.post.letters.values()] == ["assign cosmetics/draft"]
    assert "KeyError while delivering cosmetics: cases/" in caplog.text
    assert "12345" not in caplog.text


def test_what_can_never_be_read_ends_the_round_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story().at(1)

    def unreadable(name: str) -> Any:
        raise OSError("a page is damaged")

    monkeypatch.setattr(story.ledger, "entries", unreadable)
    settings: Any = None  # sending looks at none
    assert send_due(Gear(settings, story.service, Postbox(), plain)) == 0


def test_words_that_cannot_be_found_are_an_error_too() -> None:
    story = Story().at(1)

    def speechless(slip: Slip) -> Words:
        raise LookupError(slip.kind)

    with pytest.raises(ExceptionGroup, match="2 notices met an error; 0 others"):
        send(story, wording=speechless)
    assert story.notice("assign").outcome == "内部错误：LookupError"


def test_an_initiative_that_cannot_be_read_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    story, post = Story().at(1), Postbox()
    story.act(Verb.SUBMIT, evidence=("方案送审稿",)).act(Verb.APPROVE, actor=REVIEWER).tick(TRAINING)
    read = story.ledger.entries
    story.at(2)

    def unreadable(name: str) -> Any:
        if name == COSMETICS:
            raise OSError("a page is damaged")
        return read(name)

    monkeypatch.setattr(story.ledger, "entries", unreadable)
    with pytest.raises(ExceptionGroup, match="others were dealt with"):
        send(story, post)
    assert {letter.key.split("/")[1] for letter in post.letters.values()} == {TRAINING}


def test_a_ledger_that_goes_away_ends_the_round_at_once_and_what_was_carried_comes_again_after_its_lease(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story, post = Story().at(1), Postbox()
    with monkeypatch.context() as patch:
        carry = post.deliver

        def last_breath(letter: Letter, now: datetime) -> Outcome:
            patch.setattr(story.ledger, "commit", gone)
            return carry(letter, now)

        patch.setattr(post, "deliver", last_breath)
        with pytest.raises(LedgerUnusable):
            send(story, post)
    assert len(post.letters) == 1
    assert send(story, post) != ()  # the others; the claim of the first one holds
    assert Delivery.SENDING in {story.notice("assign").delivery, story.notice("assign", step="cases").delivery}
    story.later(int(LEASE.total_seconds() // 60))
    send(story, post)
    assert {story.notice("assign").delivery, story.notice("assign", step="cases").delivery} == {Delivery.SENT}
    assert len(post.letters) == 2  # carriers know letters by their key


def gone(*_: Any, **__: Any) -> Any:
    raise LedgerUnusable("gone")
