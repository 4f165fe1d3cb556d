"""Bulletins are filed and their letters queued at once; each letter is carried once, whatever happens on the way."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest

from duban.adapters.papers import Papers
from duban.adapters.wording import Wording
from duban.carrying import ChannelOutcome, Letter, Outcome
from duban.core.deciding.commands import Refused
from duban.core.ledger.entries import BULLETINS, EntryKind, first_broken
from duban.core.ledger.notices import Delivery
from duban.core.planning.directory import Directory
from duban.core.telling.bulletin_paper import month_of, week_of
from duban.core.telling.papers import Paper, Writing
from duban.core.telling.slips import Words
from duban.core.titles import BULLETIN
from duban.exchange.bulletins import Act, Issue, correction_of, filed, filed_as, keep, kept, letters, send
from duban.outbox import LEASE, deliver_due
from duban.outbox.bulletins import notice_key
from duban.outbox.resending import dead_notice
from duban.ports import Round, Rounder
from tests.bureau import DIRECTORY, HEAD, LEADER, Postbox, Story, office, plain

CONFIG = Path(__file__).parents[1] / "config"
COORDINATOR = Act("coordinator", "command test")
PEOPLE = DIRECTORY.model_copy(update={"bulletins": (LEADER, "protection")})


def begun() -> Story:
    story = Story(office(directory=PEOPLE)).at(10)
    story.tick("training")
    return story


def april(story: Story) -> Issue:
    return Issue(story.service, month_of(story.service.office, date(2024, 4, 1)))


def sweep(story: Story, carrier: Any, wording: Any = plain) -> list[Delivery]:
    """What became of the letters of bulletins in a round."""
    told = deliver_due(story.service, carrier, wording)
    return [one.delivery for one in told if one.notice.startswith("bulletin/")]


def test_it_is_stored_with_all_its_letters_before_any_of_them_is_carried() -> None:
    story = begun()
    sent = send(april(story), COORDINATOR)
    assert (sent.entry.data["to"], sent.entry.data["via"]) == ([LEADER, HEAD], "command test")
    assert [row.delivery for row in letters(story.service, sent)] == [Delivery.QUEUED] * 2
    post = Postbox()
    assert sweep(story, post) == [Delivery.SENT] * 2
    assert sweep(story, post) == []
    assert sum("/bulletin/" in key for key in post.tries) == 2
    assert first_broken(story.ledger.entries(BULLETINS)) is None


def test_it_bears_the_last_seal_of_the_ledger_in_letter_paper_and_file() -> None:
    story = begun()
    story.ledger.note_round(Rounder.SEAL, Round(story.clock.now(), "12 3f2a91bc77d0e41c"))
    line = "台账存证第12号（2024年4月10日），指纹 3f2a 91bc 77d0 e41c"
    sent = send(april(story), COORDINATOR)
    assert sent.entry.data["paper"]["seal"] == sent.paper.seal == line
    texts: list[str] = []

    def wording(matter: Writing) -> Words:
        said = Wording(CONFIG / "notices")(matter)
        texts.append(said.text)
        return said

    assert sweep(story, Postbox(), wording) == [Delivery.SENT] * 2
    assert sum(line in text for text in texts) == 2
    made = Papers(CONFIG / "papers")(Paper(BULLETIN, sent.paper))
    assert line in [part.text for part in docx.Document(BytesIO(made.content)).paragraphs]


def test_the_digest_of_the_day_leaves_it_alone() -> None:
    """It lies in the chain of its reader's digests, and is none."""
    story = begun()
    story.at(10, 20)
    sent = send(april(story), COORDINATOR)
    story.at(11)
    post = Postbox()
    assert sweep(story, post) == [Delivery.SENT] * 2
    assert [row.delivery for row in letters(story.service, sent)] == [Delivery.SENT] * 2


def test_outside_working_hours_it_waits() -> None:
    story = begun()
    story.at(13)  # a Saturday
    send(april(story), COORDINATOR)
    assert sweep(story, Postbox()) == []
    assert sweep(story.at(15), Postbox()) == [Delivery.SENT] * 2


def test_a_sender_that_dies_leaves_it_to_the_next_once_its_lease_is_over() -> None:
    story = begun()
    sent = send(april(story), COORDINATOR)

    class Dying(Postbox):
        def deliver(self, letter: Letter, now: Any) -> Outcome:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(story, Dying())
    assert sweep(story, Postbox()) == [Delivery.SENT]
    story.clock.moment += LEASE + timedelta(minutes=1)
    assert sweep(story, Postbox()) == [Delivery.SENT]
    assert [row.delivery for row in letters(story.service, sent)] == [Delivery.SENT] * 2


def test_sent_again_it_goes_to_those_alone_whom_it_did_not_reach() -> None:
    story = begun()
    sent = send(april(story), COORDINATOR)
    lost = Postbox(refusing="通道不通")

    class Half(Postbox):
        def deliver(self, letter: Letter, now: Any) -> Outcome:
            return (lost if letter.recipient == LEADER else super()).deliver(letter, now)

    half = Half()
    for _ in range(60):
        sweep(story, half)
        story.clock.moment = story.service.office.working_moment(story.clock.moment + timedelta(hours=8))
    assert [row.delivery for row in letters(story.service, sent)] == [Delivery.DEAD, Delivery.SENT]
    with pytest.raises(Refused, match="只补发没有送达的"):
        dead_notice(story.service, f"@{LEADER}/{notice_key(sent.entry.sequence)}")
    assert send(april(story), COORDINATOR) == sent
    assert [row.delivery for row in letters(story.service, sent)] == [Delivery.QUEUED, Delivery.SENT]
    assert sweep(story, post := Postbox()) == [Delivery.SENT]
    assert [one.recipient for one in post.letters.values() if "/bulletin/" in one.key] == [LEADER]


def test_words_that_cannot_be_found_are_a_refusal() -> None:
    story = begun()
    send(april(story), COORDINATOR)

    def speechless(matter: Writing) -> Words:
        raise LookupError("the password is 12345")

    with pytest.raises(ExceptionGroup):
        sweep(story, Postbox(), speechless)
    rows = [row for row in story.ledger.notices(f"@{LEADER}") if row.slip == "bulletin"]
    assert [(row.delivery, row.outcome) for row in rows] == [(Delivery.RETRYING, "内部错误：LookupError")]


def test_a_letter_in_parts_goes_on_where_it_stopped() -> None:
    story = begun()
    sent = send(april(story), COORDINATOR)
    said: list[frozenset[str]] = []

    class Parted(Postbox):
        def deliver(self, letter: Letter, now: Any) -> Outcome:
            if "/bulletin/" in letter.key:
                said.append(letter.gone)
            if letter.gone or "/bulletin/" not in letter.key:
                return Outcome(True, "已送达")
            return Outcome(False, "", channels=(ChannelOutcome("mail", False, "", gone=("1",)),), more=True)

    assert sweep(story, Parted()) == [Delivery.SENT] * 2
    assert said == [frozenset(), {"1"}] * 2
    assert [row.delivery for row in letters(story.service, sent)] == [Delivery.SENT] * 2


def test_another_text_of_what_was_sent_is_refused_and_a_correction_is_not() -> None:
    story = begun()
    first = send(april(story), COORDINATOR, text={"remarks": "甲"})
    assert send(april(story), COORDINATOR, text={"remarks": "甲"}) == first
    with pytest.raises(Refused, match="内容不同；需要更正的，请另发更正"):
        send(april(story), COORDINATOR, text={"remarks": "乙"})
    with pytest.raises(Refused, match="已经发出，不能再改"):
        keep(april(story), {"remarks": "乙"}, COORDINATOR, before=0)
    second = send(correction_of(story.service, first), COORDINATOR, text={"remarks": "乙"})
    assert send(correction_of(story.service, first), COORDINATOR) == second
    assert second.number == f"{first.number}（更正）"
    assert second.paper.replaces == first.number
    assert [(one.number, one.replaced_by) for one in filed(story.service)] == [
        (second.number, ""),
        (first.number, second.number),
    ]
    assert filed_as(story.service, first.number).replaced_by == second.number


def test_a_week_and_a_month_have_each_their_own() -> None:
    story = begun()
    keep(april(story), {"remarks": "甲"}, COORDINATOR, before=0)
    week = Issue(story.service, week_of(story.service.office, date(2024, 4, 10)))
    assert (kept(april(story)).text, kept(week).text) == ({"remarks": "甲"}, {})
    send(week, COORDINATOR)
    send(april(story), COORDINATOR)
    assert {one.number for one in filed(story.service)} == {"〔2024〕周报第2期", "〔2024〕月报第1期"}


@pytest.mark.parametrize(("actor", "what"), [(LEADER, "应由督办专员办理"), ("coordinater", "是否指 coordinator？")])
def test_whoever_does_not_coordinate_is_refused(actor: str, what: str) -> None:
    story = begun()
    with pytest.raises(Refused, match=what):
        send(april(story), Act(actor))
    with pytest.raises(Refused, match=what):
        keep(april(story), {"remarks": "甲"}, Act(actor), before=0)
    assert list(story.ledger.entries(BULLETINS)) == []


def test_an_unknown_number_is_told_the_nearest() -> None:
    story = begun()
    send(april(story), COORDINATOR)
    with pytest.raises(Refused, match="是否指 〔2024〕月报第1期？"):
        filed_as(story.service, "〔2024〕月报第2期")


def test_one_who_is_away_has_it_read_by_whoever_stands_in() -> None:
    story = begun().at(16)
    sent = send(april(story), COORDINATOR)
    assert sent.entry.data["to"] == [LEADER, "protection-deputy"]


def test_nobody_named_is_said_and_nothing_is_stored() -> None:
    story = begun()
    story.with_office(replace(story.service.office, directory=Directory(DIRECTORY)))
    with pytest.raises(Refused, match="bulletins"):
        send(april(story), COORDINATOR)
    assert not [one for one in story.ledger.entries(BULLETINS) if one.kind is EntryKind.BULLETIN_FILED]
