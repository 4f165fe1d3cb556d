"""Who hears of it when an applied plan takes a step away, over SMTP: the owner before, and of a hand-over both."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from duban.adapters.wording import Wording
from duban.applying import Author, apply, carry_on, in_force, unfinished
from duban.cli.ledger.rebuild import rebuild_derived
from duban.core.deciding.commands import Verb
from duban.core.deciding.office import Office
from duban.core.ledger.entries import SYSTEM
from duban.core.ledger.notices import Delivery
from duban.core.planning.plan import Initiative, StepRef
from duban.core.planning.policy import Policy
from duban.outbox import deliver_due
from duban.ports import Commit
from duban.service import Service
from tests.adapters.delivery.letters import carrier
from tests.bureau import (
    COSMETICS,
    DIRECTORY,
    IN_DIGESTS,
    LEADER,
    LECTURE,
    OFFICER,
    STANDARD,
    STEPS,
    TRAINING,
    Story,
    initiative,
    office,
)
from tests.receivers import Do, always
from tests.receivers.mail import MailReceiver
from tests.slips import TEMPLATES

OTHER = "policy-law-officer"
WHY = "市里统一部署，年中调整"
AUTHOR = Author("coordinator", WHY, everything=True)
WORDING = Wording(TEMPLATES)
AT_ONCE = Policy(ladders=(STANDARD,))


@pytest.fixture
def mail() -> Iterator[MailReceiver]:
    with MailReceiver(always(Do.ACCEPT), tls=False) as server:
        yield server


def told(mail: MailReceiver, policy: Policy) -> Story:
    """9 April: the draft is signed for, its slips were sent, and everybody has a mailbox."""
    posts = tuple(
        post.model_copy(update={"channels": (mail.address_of(f"{post.id}@duban.test"),)}) for post in DIRECTORY.posts
    )
    story = Story(office(directory=DIRECTORY.model_copy(update={"posts": posts}), policy=policy)).at(1)
    story.service = apply(story.service, story.service.office, Author(SYSTEM))[1]
    story.tick(TRAINING)
    send(story)
    story.at(2).act(Verb.SIGN)
    send(story.at(9))
    mail.recipients.clear()
    mail.asked.clear()
    return story


def send(story: Story) -> None:
    deliver_due(story.service, carrier(), WORDING)


def with_plan(story: Story, *initiatives: Initiative) -> Office:
    plan, before = {one.id: one for one in initiatives}, story.service.office
    return replace(before, plan=replace(before.plan, initiatives=plan, downstream={}))


def cosmetics(*left_out: str, owner: str = "protection") -> Initiative:
    steps = [replace(one, needs=()) if left_out else one for one in STEPS if one.id not in left_out]
    steps = [replace(one, owner=owner) if one.id == "draft" else one for one in steps]
    return initiative(COSMETICS, "推进化妆品产业知识产权保护", "2.4a", *steps)


TRAINED = initiative(TRAINING, "加强知识产权培训", "6.2", replace(LECTURE, needs=()))


def heard(mail: MailReceiver) -> list[tuple[str, str]]:
    """Who was told of the change, and in what words."""
    taken = [got for got in mail.asked if got in mail.accepted.values()]
    return [(str(got.body["To"].addresses[0].username), got.text) for got in taken if "办理事项变动通知" in got.text]


def who(mail: MailReceiver) -> list[str]:
    return sorted(one for one, _ in heard(mail))


@pytest.mark.parametrize("policy", [AT_ONCE, IN_DIGESTS], ids=["at once", "in the digest"])
def test_the_owner_of_a_step_that_is_removed_hears_of_it(mail: MailReceiver, policy: Policy) -> None:
    story = told(mail, policy)
    story.service = apply(story.service, with_plan(story, cosmetics("draft"), TRAINED), AUTHOR)[1]
    send(story.at(10))
    ((officer, text),) = heard(mail)
    assert officer == OFFICER
    assert all(words in text for words in ("起草化妆品产业知识产权保护方案", "变动", "督办专员"))
    send(story.at(11))
    assert who(mail) == [OFFICER]


@pytest.mark.parametrize("policy", [AT_ONCE, IN_DIGESTS], ids=["at once", "in the digest"])
def test_both_owners_of_a_step_that_is_given_to_another_hear_of_it(mail: MailReceiver, policy: Policy) -> None:
    story = told(mail, policy)
    story.service = apply(story.service, with_plan(story, cosmetics(owner="policy-law"), TRAINED), AUTHOR)[1]
    send(story.at(10))
    assert who(mail) == sorted((OFFICER, OTHER))
    assert all("起草化妆品产业知识产权保护方案" in text for _, text in heard(mail))


@pytest.mark.parametrize("policy", [AT_ONCE, IN_DIGESTS], ids=["at once", "in the digest"])
def test_the_owners_of_a_whole_initiative_that_is_removed_hear_of_it(mail: MailReceiver, policy: Policy) -> None:
    story = told(mail, policy)
    story.service = apply(story.service, with_plan(story, TRAINED), AUTHOR)[1]
    assert unfinished(story.service) == ()
    story.clock.moment = story.clock.moment.replace(day=10)
    send(story)
    assert set(who(mail)) == {OFFICER}
    text = "".join(text for _, text in heard(mail))
    titles = ("起草化妆品产业知识产权保护方案", "办理化妆品专利侵权纠纷案件")
    assert all(words in text for words in (*titles, "推进化妆品产业知识产权保护"))
    before = who(mail)
    story.clock.moment = story.clock.moment.replace(day=11)
    send(story)
    assert who(mail) == before
    assert {row.delivery for row in story.ledger.notices(COSMETICS)} <= {Delivery.SENT, Delivery.DROPPED}


def test_whoever_removes_an_initiative_is_not_told_of_it_nor_who_never_heard_of_a_step(mail: MailReceiver) -> None:
    story = told(mail, AT_ONCE)
    story.service = apply(story.service, with_plan(story, TRAINED), replace(AUTHOR, by=LEADER))[1]
    send(story)
    assert set(who(mail)) == {OFFICER}


def test_a_letter_about_a_removed_initiative_that_was_refused_is_tried_again(mail: MailReceiver) -> None:
    story = told(mail, AT_ONCE)
    story.service = apply(story.service, with_plan(story, TRAINED), AUTHOR)[1]
    mail.behaviour = always(Do.REFUSE)
    send(story)
    assert who(mail) == []
    mail.behaviour = always(Do.ACCEPT)
    send(story.later(10))
    assert who(mail) == [OFFICER] * 2  # the draft, and the cases
    send(story.later(300))
    assert who(mail) == [OFFICER] * 2


class Dead(BaseException):
    """The process was killed."""


def test_killed_while_it_is_taken_out_the_owners_hear_of_it_from_whoever_carries_on(
    mail: MailReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = told(mail, AT_ONCE)
    wanted, commit = with_plan(story, TRAINED), story.ledger.commit

    def last(*commits: Commit) -> None:
        if any(one.initiative == COSMETICS for one in commits):
            raise Dead
        commit(*commits)

    with monkeypatch.context() as patch:
        patch.setattr(story.ledger, "commit", last)
        with pytest.raises(Dead):
            apply(story.service, wanted, AUTHOR)
    story.service = in_force(Service(wanted, story.ledger, story.clock))
    assert unfinished(story.service) == (COSMETICS,)
    carry_on(story.service)
    carry_on(story.service)
    send(story)
    assert who(mail) == [OFFICER] * 2


def test_what_is_known_of_a_removed_initiative_stays_when_tables_are_made_anew(mail: MailReceiver) -> None:
    story = told(mail, AT_ONCE)
    story.service = apply(story.service, with_plan(story, TRAINED), AUTHOR)[1]
    before = story.ledger.notices()
    rebuilt = rebuild_derived(story.service)
    assert rebuilt.left_out == (COSMETICS,)
    assert story.ledger.notices() == before
    send(story)
    assert who(mail) == [OFFICER] * 2


def test_initiatives_that_no_plan_ever_had_cannot_be_reached(mail: MailReceiver) -> None:
    service = told(mail, AT_ONCE).service
    assert service.reaching((COSMETICS,)) is service
    assert service.reaching(("never",)) is service
    assert StepRef("never", "x").initiative not in service.office.plan.initiatives
