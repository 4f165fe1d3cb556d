"""Marks, doors, and for how long a link holds."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.core.access.classes import ALL, CLASSES, LINKED, ActClass
from duban.core.access.doors import SESSION, SIGN_IN, Door, ListLink, MatterLink, list_link, matter_link
from duban.core.access.holding import LinkLapse, list_lapse, opened
from duban.core.access.marks import mark, parted, proves
from duban.core.deciding.commands import Verb
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.planning.plan import StepRef
from duban.core.telling.addressed import addressed
from duban.core.telling.bulletin_paper import month_of
from duban.core.telling.bulletin_text import BulletinLetter
from duban.core.telling.digest import Digest, Item
from duban.core.telling.lapsed_links import LAPSED
from duban.core.telling.slips import Slip
from tests.bureau import office
from tests.core.builders import Story, day, directory, post, work
from tests.papers import pressed as reported
from tests.papers import told_in
from tests.slips import assigned

DOOR = Door("https://duban.example.cn", b"k" * 32, "p")
LINK = MatterLink("1.01", 7)
LISTED = ListLink("officer", date(2024, 6, 3))


def token(address: str) -> str:
    return address.rpartition("/")[2]


def test_a_link_to_a_matter_is_read_as_it_was_written() -> None:
    read = matter_link(token(DOOR.to_matter(LINK, "officer")))
    assert read is not None
    assert read[0] == LINK
    assert DOOR.opens_matter(read[1], LINK, "officer")
    assert not DOOR.opens_matter(read[1], LINK, "head")
    assert not DOOR.opens_matter(read[1], MatterLink("1.01", 8), "officer")


def test_a_link_to_a_list_is_read_as_it_was_written() -> None:
    read = list_link(token(DOOR.to_list(LISTED)))
    assert read is not None
    assert read[0] == LISTED
    assert DOOR.opens_list(read[1], LISTED)
    assert not DOOR.opens_list(read[1], ListLink("head", LISTED.day))


@pytest.mark.parametrize(
    "changed",
    [
        replace(DOOR, key=b"l" * 32),
        replace(DOOR, realm="p/rehearsal"),
        replace(DOOR, epochs={"officer": 1}),
        replace(DOOR, epochs={"": 1}),
    ],
)
def test_a_link_is_good_at_its_own_door_alone(changed: Door) -> None:
    said = token(DOOR.to_matter(LINK, "officer"))[-22:]
    assert not changed.opens_matter(said, LINK, "officer")


def test_what_a_letter_is_written_of_leads_to_where_it_is_answered() -> None:
    slip = assigned()
    one = addressed(DOOR, slip)
    assert isinstance(one, Slip)
    here = MatterLink(slip.initiative_number, slip.sequence)
    assert one == replace(slip, link=DOOR.to_matter(here, slip.recipient))

    digest = Digest("题", "办理人", "", "", "", "", 0, (Item(1, "", slip),), recipient="officer", on="2024-06-03")
    many = addressed(DOOR, digest)
    assert isinstance(many, Digest)
    assert many.link == DOOR.to_list(LISTED)
    assert [item.slip for item in many.items] == [one]

    paper = told_in(reported(), month_of(office(), date(2024, 4, 15)))
    bulletin = addressed(DOOR, BulletinLetter(paper, "officer", "办理人", enclosed=False, sequence=5))
    assert bulletin.link == f"{DOOR.home}bulletins/5"


def test_a_link_that_was_made_void_is_known_again() -> None:
    said = token(DOOR.to_matter(LINK, "officer"))[-22:]
    later = replace(DOOR, epochs={"officer": 2, "": 1, "head": 5})
    doors = list(later.ever("officer"))
    assert doors[0] is later
    assert len(doors) == 3 * 2
    assert [door.opens_matter(said, LINK, "officer") for door in doors].count(True) == 1
    assert [door.opens_matter("A" * 22, LINK, "officer") for door in doors].count(True) == 0


def test_without_an_address_there_are_no_links_and_in_a_group_none_that_acts() -> None:
    nowhere, shared = replace(DOOR, address=""), replace(DOOR, shared=frozenset({"officer"}))
    assert nowhere.to_matter(LINK, "officer") == nowhere.to_list(LISTED) == nowhere.to_calendar() == ""
    assert shared.to_matter(LINK, "officer") == shared.to_list(LISTED) == "https://duban.example.cn/"
    assert shared.to_matter(LINK, "head") == DOOR.to_matter(LINK, "head")


def test_a_calendar_has_an_address_of_its_own() -> None:
    assert DOOR.to_calendar("officer").startswith("https://duban.example.cn/c/officer-")
    assert len({DOOR.to_calendar("officer"), DOOR.to_calendar("head"), DOOR.to_calendar()}) == 3


def test_a_pass_is_good_for_its_purpose_alone() -> None:
    said = DOOR.pass_of(SIGN_IN, "officer", "1")
    assert DOOR.passes(said, SIGN_IN, "officer", "1")
    assert not DOOR.passes(said, SESSION, "officer", "1")
    assert not DOOR.passes(said, SIGN_IN, "officer", "2")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "1.01-7",
        "1.01-x-" + "A" * 22,
        "-7-" + "A" * 22,
        "1.01-" + "9" * 10 + "-" + "A" * 22,
        "1.01-²-" + "A" * 22,
    ],
)
def test_what_is_no_link_to_a_matter_is_none(text: str) -> None:
    assert matter_link(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "officer-2024-" + "A" * 22,
        "officer-20241301-" + "A" * 22,
        "-20240601-" + "A" * 22,
        "officer-2024-W1-1-" + "A" * 22,
    ],
)
def test_what_is_no_link_to_a_list_is_none(text: str) -> None:
    assert list_link(text) is None


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    for read in (matter_link, list_link, parted):
        read(text)


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_a_mark_is_of_its_facts_alone(facts: list[str], others: list[str]) -> None:
    said = mark(b"key", "matter", *facts)
    assert len(said) == 22
    assert proves(said, b"key", "matter", *facts)
    assert proves(said, b"key", "matter", *others) == (facts == others)


def test_a_mark_made_up_of_any_characters_proves_nothing() -> None:
    assert not proves("章", b"key", "matter")


def test_every_act_has_a_class_and_a_link_decides_on_nobody_else_s_work() -> None:
    assert CLASSES.keys() == set(Verb)
    assert {ActClass.DECIDING} == ALL - LINKED
    assert {verb for verb in Verb if CLASSES[verb] is ActClass.BINDING} == {Verb.SUBMIT, Verb.EXTEND}


def test_every_lapse_is_told() -> None:
    assert LAPSED.keys() == set(LinkLapse)


# For how long a link holds


def queued(story: Story) -> Entry:
    return next(entry for entry in story.entries if entry.kind is EntryKind.NOTICE_QUEUED)


def lapse(story: Story, notice: Entry) -> LinkLapse | None:
    return opened(story.look, story.state, story.entries, notice, {}).lapse


def begun(**said: object) -> Story:
    return Story(work("x", due="2024-06-14", **said))  # type: ignore[arg-type]


def test_a_link_opens_its_step_for_whoever_got_the_letter() -> None:
    story = begun()
    found = opened(story.look, story.state, story.entries, queued(story), {})
    assert found.step is not None
    assert (found.step.id, found.recipient, found.on, found.lapse) == ("x", "officer", day("2024-06-03"), None)


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (lambda s: s.act("coordinator", "cancel", "x", "不再需要"), LinkLapse.CLOSED),
        (lambda s: s.act("coordinator", "suspend", "x", "等上级"), LinkLapse.SUSPENDED),
        (
            lambda s: s.act("coordinator", "suspend", "x", "等上级").act("coordinator", "resume", "x", "已明确"),
            LinkLapse.RESUMED,
        ),
        (lambda s: s.act("coordinator", "hand-over", "x", "分工调整", to="law"), LinkLapse.HANDED_OVER),
        (
            lambda s: s.act("officer", "extend", "x", "未完", to="2024-06-21").act("leader", "grant", "x"),
            LinkLapse.EXTENDED,
        ),
        (lambda s: s.act("officer", "sign", "x").act("officer", "report", "x", progress=10), None),
        (lambda s: s.happens(EntryKind.REPLANNED, "x", moved="2024-06-28"), LinkLapse.REPLANNED),
        (lambda s: s.happens(EntryKind.REPLANNED, "x", retitled="改了题目"), None),
        (lambda s: s.replanned(work("y", due="2024-06-14")), LinkLapse.REMOVED),
        (lambda s: s.on("2024-08-27"), None),
        (lambda s: s.on("2024-08-28"), LinkLapse.AGED),
    ],
)
def test_a_link_holds_until_something_happens_to_its_step(happens: object, why: LinkLapse | None) -> None:
    story = begun()
    notice = queued(story)
    happens(story)  # type: ignore[operator]
    assert lapse(story, notice) is why


def test_who_had_it_before_is_told_of_the_hand_over_and_reads_no_further() -> None:
    story = begun().act("coordinator", "hand-over", "x", "分工调整", to="law")
    told = queued(story)._replace(sequence=len(story.entries))
    for post_, why in (("officer", LinkLapse.HANDED_OVER), ("clerk", None)):
        notice = told._replace(data={**told.data, "slip": "change", "post": post_, "recipient": post_})
        assert lapse(story, notice) is why


def test_a_link_ends_with_its_post() -> None:
    story = begun()
    notice = queued(story)
    gone = notice._replace(data={**notice.data, "recipient": "nobody"})
    assert lapse(story, gone) is LinkLapse.NO_POST


def test_a_deputy_s_link_holds_while_they_stand_in() -> None:
    story = Story(work("x", due="2024-06-14"), people=directory(post("officer", "vice", "2024-06-03 2024-06-05")))
    notice = queued(story)
    assert notice.data["recipient"] == "vice"
    assert lapse(story, notice) is None
    assert lapse(story.on("2024-06-06"), notice) is LinkLapse.NO_DEPUTY


def test_a_step_renamed_is_found_again() -> None:
    story = begun()
    renamed = queued(story)._replace(step="was-x")
    found = opened(story.look, story.state, story.entries, renamed, {"was-x": "x"})
    assert found.step is not None
    assert found.step.ref == StepRef("here", "x")


@pytest.mark.parametrize(
    ("today", "last", "days", "why"),
    [
        ("2024-06-10", None, 5, None),
        ("2024-06-10", "2024-06-03", 5, None),
        ("2024-06-10", "2024-06-04", 5, LinkLapse.REPLACED),
        ("2024-06-17", None, 10, None),
        ("2024-06-18", None, 11, LinkLapse.AGED),
        ("2024-06-02", None, 0, LinkLapse.AGED),
    ],
)
def test_a_list_opens_until_the_next_or_for_ten_working_days(
    today: str, last: str | None, days: int, why: LinkLapse | None
) -> None:
    assert list_lapse(day(today), LISTED.day, day(last) if last else None, days) is why
