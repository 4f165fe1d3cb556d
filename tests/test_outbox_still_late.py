"""A digest that goes out carries what its reader is still late with; nothing goes out only for that."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from duban.core.deciding.commands import Verb
from duban.core.planning.directory import Directory
from duban.core.planning.policy import Policy
from duban.core.planning.when import OnDate
from duban.core.telling.digest import Digest
from duban.core.telling.papers import Writing
from duban.core.telling.slips import Words
from duban.outbox import deliver_due
from duban.ports import Round, Rounder
from tests.bureau import (
    COSMETICS,
    DIRECTORY,
    HEAD,
    IN_DIGESTS,
    LEADER,
    OFFICER,
    REVIEWER,
    STEPS,
    Postbox,
    Story,
    initiative,
    office,
    plain,
    rung,
)

COORDINATOR = "coordinator"
WARNED = rung("warn", "due", -1, to="owner owner-head coordinator supervisor", stops=False)
(STANDARD,) = IN_DIGESTS.ladders
TOLD = {**{one.id: one for one in STANDARD.rungs}, "warn": WARNED.model_copy(update={"immediate": False})}
POLICY = Policy(ladders=(STANDARD.model_copy(update={"rungs": tuple(TOLD.values())}),))
"""What is due tomorrow is told the coordinator and the leader too: a digest that goes to them for another reason."""

DRAFT = "2.04a 起草化妆品产业知识产权保护方案（保护处办理中，时限2024年4月12日，已逾期{}个工作日）　cosmetics/draft"


def story(cases: str, **draft: Any) -> Story:
    """Late from 12 April on is the draft; of the cases all are told the day before they are due."""
    steps = {one.id: one for one in STEPS[:4]}
    steps["draft"] = replace(steps["draft"], **draft)
    steps["cases"] = replace(steps["cases"], due=OnDate(date.fromisoformat(cases)))
    bureau = office(policy=POLICY, initiatives={COSMETICS: initiative(COSMETICS, "推进保护", "2.4a", *steps.values())})
    told = Story(bureau).at(1).act(Verb.SIGN).act(Verb.SIGN, "cases")
    morning(told)
    return told


def morning(told: Story) -> Mapping[str, tuple[str, ...] | None]:
    """What is still late in the digests of this morning, by who got one; None for one notice alone."""
    still: list[tuple[str, ...] | None] = []

    def wording(matter: Writing) -> Words:
        still.append(matter.still if isinstance(matter, Digest) else None)
        return plain(matter)

    deliver_due(told.service, post := Postbox(), wording)
    return dict(zip((letter.recipient for letter in post.letters.values()), still, strict=True))


def on(told: Story, *days: int) -> Story:
    """Mornings, one after another."""
    for day in days[:-1]:
        morning(told.at(day))
    return told.at(days[-1])


def test_the_coordinator_sees_it_from_the_first_day_late() -> None:
    told = on(story("2024-04-16"), 2, 8, 11, 15)
    assert morning(told) == {
        OFFICER: (),  # he is pressed about it this morning
        "protection-deputy": (),
        COORDINATOR: (DRAFT.format(1),),
        LEADER: None,
    }


def test_owner_head_and_coordinator_see_it_in_every_digest_until_it_is_closed() -> None:
    told = on(story("2024-04-30"), 8, 11, 15, 17, 22, 23)
    assert morning(told) == {OFFICER: (DRAFT.format(7),)}
    told.at(25).act(Verb.SUBMIT, evidence=("稿",))
    told = on(told, 26, 29)
    handed_in_late = DRAFT.replace("办理中", "待审核").format(11)
    assert morning(told) == {OFFICER: (handed_in_late,), HEAD: (handed_in_late,), COORDINATOR: (handed_in_late,)} | {
        LEADER: None
    }
    told = on(story("2024-04-30"), 8, 11, 15, 17, 22, 23, 25)
    told.act(Verb.SUBMIT, evidence=("稿",)).act(Verb.APPROVE, actor=REVIEWER)
    assert not any(morning(on(told, 26, 29)).values())


def test_nothing_goes_out_only_for_it() -> None:
    told = on(story("2024-04-30"), 8, 11, 15, 17, 18)
    assert all(morning(told.at(day)) == {} for day in (19, 22))


@pytest.mark.parametrize("resting", ["handed in in time", "suspended"])
def test_what_was_handed_in_in_time_is_the_coordinators_alone_and_what_rests_nobodys(resting: str) -> None:
    told = on(story("2024-04-30"), 8, 11)
    if resting == "suspended":
        told.act(Verb.SUSPEND, actor=LEADER, reason="等待批复")
        seen = {OFFICER: None, HEAD: None, COORDINATOR: None, LEADER: None}
    else:
        told.act(Verb.SUBMIT, evidence=("稿",))
        waits = DRAFT.replace("办理中", "待审核").replace("已逾期{}", "按时报送，待审核，已过时限11")
        seen = {OFFICER: None, HEAD: None, COORDINATOR: (waits,), LEADER: None}
    assert morning(on(told, 15, 17, 22, 23, 29)) == seen


def test_what_waits_for_others_is_nobodys_lateness() -> None:
    told = story("2024-04-30")
    known = told.service.office.plan.initiatives[COSMETICS]
    steps = {**known.steps, "check": replace(known.steps["check"], due=OnDate(date(2024, 4, 22)))}
    told.with_office(office(policy=POLICY, initiatives={COSMETICS: replace(known, steps=steps)}))
    seen = morning(on(told, 8, 11, 15, 17, 22, 23, 29))
    assert seen[COORDINATOR] == (DRAFT.format(11),)


def test_an_initiative_that_cannot_be_decided_on_stops_no_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    told = on(story("2024-04-16"), 2, 8, 11, 15)

    def broken(look: Any, decision: Any) -> Any:
        raise KeyError(look.initiative.id)

    monkeypatch.setattr("duban.outbox.sweep.still_late", broken)
    assert morning(told) == {OFFICER: (), "protection-deputy": (), COORDINATOR: None, LEADER: None}


def test_the_coordinators_digest_alone_tells_of_the_last_seal() -> None:
    told = on(story("2024-04-16"), 2, 8, 11)
    told.service.ledger.note_round(Rounder.SEAL, Round(told.clock.now(), "12 3f2a91bc77d0e41c"))
    found: dict[str, str] = {}

    def wording(matter: Writing) -> Words:
        if isinstance(matter, Digest):
            found[matter.recipient] = matter.seal
        return plain(matter)

    deliver_due(on(told, 15).service, Postbox(), wording)
    assert found[COORDINATOR] == "台账存证第12号（2024年4月11日），指纹 3f2a 91bc 77d0 e41c"
    assert {seal for recipient, seal in found.items() if recipient != COORDINATOR} == {""}


def test_the_coordinators_digest_names_whoever_is_gone_and_what_they_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    told = on(story("2024-04-16"), 2, 8).act(Verb.HAND_OVER, actor=LEADER, to="policy-law-officer", reason="转办")
    posts = tuple(one for one in DIRECTORY.posts if one.id != "policy-law-officer")
    units = (DIRECTORY.units[0], DIRECTORY.units[1].model_copy(update={"officer": REVIEWER}))
    people = DIRECTORY.model_copy(update={"posts": posts, "units": units})
    told.with_office(replace(told.service.office, directory=Directory(people)))
    lost: dict[str, tuple[str, ...]] = {}

    def wording(matter: Writing) -> Words:
        if isinstance(matter, Digest):
            lost[matter.recipient] = matter.unheld
        return plain(matter)

    deliver_due(on(told, 11, 15).service, Postbox(), wording)
    (line,) = lost[COORDINATOR]
    assert line.startswith("policy-law-officer已撤销，名下1项尚未办结：")
    assert not any(lines for recipient, lines in lost.items() if recipient != COORDINATOR)

    def broken(office: Any, owners: Any) -> Any:
        raise KeyError

    monkeypatch.setattr("duban.outbox.sweep.unheld", broken)
    told = on(story("2024-04-16"), 2, 8, 11, 15)
    assert COORDINATOR in morning(told), "whatever is wrong, the digest goes out"
