"""The digest: what it holds, in which order, and how it counts."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from duban.core.deciding.commands import Verb
from duban.core.deciding.decide import decide
from duban.core.telling.digest import (
    AWAITED,
    GROUPS,
    LATE,
    NEAR,
    OTHER,
    URGENT,
    by_recipient,
    day_of,
    digest,
    key_of,
    still_late,
)
from duban.core.telling.slips import Slip
from duban.core.titles import SLIP_TITLES
from tests.bureau import COSMETICS, LEADER, OFFICER, Story, office
from tests.contracts.samples import notice

DAY = date(2024, 4, 15)
SOME = Story().at(1).slip("assign")


def slip(kind: str, left: int | None, ref: str = "cosmetics/draft", number: str = "2.04a") -> Slip:
    return replace(SOME, kind=kind, days_left=left, step_ref=ref, initiative_number=number)


def groups(*slips: Slip) -> list[str]:
    return [item.group for item in digest(office(), OFFICER, DAY, slips).items]


def test_every_slip_has_its_place() -> None:
    assert groups(*(slip(kind, 3) for kind in SLIP_TITLES)) == [
        *(URGENT, URGENT, URGENT),
        *(AWAITED, AWAITED),
        *(NEAR, NEAR, NEAR),
        *(OTHER, OTHER, OTHER, OTHER),
    ]


def test_a_change_is_not_counted_as_late() -> None:
    told = digest(office(), OFFICER, DAY, [slip("change", -3), slip("press", -3)])
    assert ([item.group for item in told.items], told.late) == ([LATE, OTHER], 1)


def test_what_is_late_comes_before_what_is_not_whatever_the_slip() -> None:
    assert groups(slip("assign", -1)) == groups(slip("remind", -1)) == groups(slip("supervise", -3)) == [LATE]
    assert groups(slip("review", -1)) == [AWAITED]
    assert groups(slip("return", -1)) == [URGENT]
    assert groups(slip("remind", None)) == [NEAR]


def test_what_waits_for_its_reader_comes_first_the_longest_waited_for_before_the_others() -> None:
    asked = [
        replace(slip("review", 30, "a/x"), waited=0),
        replace(slip("ask", -9, "b/x"), waited=1),
        replace(slip("review", 20, "c/x"), waited=7),
    ]
    told = digest(office(), OFFICER, DAY, [slip("press", -20, "d/x"), *asked])
    assert [item.slip.step_ref for item in told.items] == ["c/x", "b/x", "a/x", "d/x"]
    assert told.late == 1  # the deadline of somebody else's work makes its reader late with nothing


def test_within_a_group_the_most_urgent_comes_first_then_the_order_of_the_plan() -> None:
    slips = [
        slip("press", -1, "b/x", "1.02"),
        slip("press", -1, "a/x", "1.01"),
        slip("press", -7, "z/x", "9.09"),
        slip("assign", None, "a/y", "1.01"),
        slip("assign", 30, "b/y", "1.02"),
    ]
    told = digest(office(), OFFICER, DAY, slips)
    assert [item.slip.step_ref for item in told.items] == ["z/x", "a/x", "b/x", "b/y", "a/y"]
    assert [item.place for item in told.items] == [1, 2, 3, 4, 5]
    assert told.late == 3


def test_it_bears_the_day_the_plan_and_the_recipient_even_one_that_is_gone() -> None:
    told = digest(office(), OFFICER, DAY, [SOME])
    assert (told.recipient_title, told.date, told.short_date) == ("保护处联络员", "2024年4月15日", "4月15日")
    assert (told.plan_title, told.document) == ("知识产权局2024年工作要点", "沪知局〔2024〕7号")
    assert digest(office(), "nobody", DAY, [SOME]).recipient_title == "nobody"


def test_a_day_has_one_key() -> None:
    assert key_of(DAY) == "digest/2024-04-15"
    assert day_of(key_of(DAY)) == DAY


def test_notices_make_one_digest_a_recipient() -> None:
    rows = [notice(key, recipient=to) for key, to in (("a", "zhang"), ("b", "wang"), ("c", "zhang"))]
    assert {to: [row.key for row in found] for to, found in by_recipient(rows).items()} == {
        "zhang": ["a", "c"],
        "wang": ["b"],
    }


kinds = st.sampled_from(sorted(SLIP_TITLES))


@given(st.lists(st.tuples(kinds, st.none() | st.integers(-20, 40), st.sampled_from("abc")), max_size=12))
def test_nothing_is_lost_and_the_order_is_the_same_however_the_notices_came(told: list[tuple[str, int, str]]) -> None:
    slips = [slip(kind, left, f"{name}/{place}") for place, (kind, left, name) in enumerate(told)]
    items = digest(office(), OFFICER, DAY, slips).items
    assert {item.slip.step_ref for item in items} == {one.step_ref for one in slips}
    assert digest(office(), OFFICER, DAY, reversed(slips)).items == items
    places = [GROUPS.index(item.group) for item in items]
    assert places == sorted(places)


def test_a_line_about_what_is_still_late_is_for_those_it_concerns() -> None:
    story = Story().at(1).act(Verb.SIGN).at(15)
    view = story.service.view(COSMETICS)
    (late,) = still_late(view.look, decide(view.look, view.state))
    told = {to: digest(office(), to, DAY, [], still=[late]).still for to in (OFFICER, LEADER, "service-officer")}
    assert told == {OFFICER: (late.line,), LEADER: (), "service-officer": ()}
    assert "已逾期1个工作日" in late.line
    draft = replace(SOME, days_left=-1)
    assert digest(office(), OFFICER, DAY, [draft], still=[late]).still == (), "which a slip of it tells already"
    story = story.act(Verb.SUBMIT, evidence=("方案送审稿", "起草说明")).act(Verb.APPROVE, actor=LEADER).at(16)
    view = story.service.view(COSMETICS)
    assert list(still_late(view.look, decide(view.look, view.state))) == [], "what is over waits for nobody"
