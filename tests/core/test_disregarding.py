"""What came about by itself at a wrong time counts no longer: all is as though it had not, and goes on so."""

import copy
from datetime import datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from duban.core.deciding.disregarding import Undone, WrongTime, disregarding, undone, undone_letters
from duban.core.ledger.entries import Draft, Entry, EntryKind, chained, first_broken, standing
from duban.core.ledger.histories import about
from duban.core.ledger.notices import Delivery
from duban.core.ledger.state import fold
from duban.core.telling.undone import disregarded_line, spelt, undone_lines
from tests.core.builders import HERE, Story, action, day, milestone, moment, period, work
from tests.core.test_decide_properties import KEPT_APART, OUTCOMES, stories

YEAR = timedelta(days=365)


def wrong(story: Story, ahead: timedelta, outcome: EntryKind | None = EntryKind.NOTICE_SENT) -> WrongTime:
    """Have a clock that is ahead decide, and letters go out by it; the time it was wrong."""
    right = story.now
    story.now = right + ahead
    story.tick()
    if outcome:
        story.sent(outcome)
    span = WrongTime(story.now, story.now)
    story.now = right
    return span


def taken_back(story: Story, span: WrongTime) -> Undone | None:
    """As the service does."""
    found = undone(story.look, story.entries, {}, span)
    if found is not None and found.entries:
        story.write(disregarding("administrator", found.entries, {"reason": "时钟误为次年"}))
        story.write(*found.decision.drafts, *found.restated).tick()
    return found


def meant(story: Story) -> list[tuple[object, ...]]:
    """What counts, but for the entries that say what does not."""
    said = (one for one in standing(story.entries) if one.kind is not EntryKind.DISREGARDED)
    return [(one.kind, one.step, one.at, one.actor, one.data) for one in said]


def plan() -> Story:
    """Work under way, what follows from it, a period and an action that time alone brings about."""
    story = Story(
        work("draft", due="2024-06-14"),
        period("notice", days="10 days"),
        action("bulletin", "notice"),
        milestone("issued", "bulletin"),
        work("next", "issued", days=5),
    )
    return story.on("2024-06-04").act("officer", "sign", "draft").sent()


class TestAsThoughItHadNotBeen:
    def test_steps_are_where_they_were_and_their_lights_right(self) -> None:
        story, before = plan(), plan()
        span = wrong(story, YEAR)
        assert story.step("notice").closed
        assert taken_back(story, span) is not None
        assert story.state.steps == before.tick().state.steps
        assert first_broken(story.entries) is None
        assert story.row("draft").light == before.row("draft").light

    def test_what_was_passed_over_comes_on_its_day(self) -> None:
        story, before = plan(), plan()
        span = wrong(story, YEAR)
        assert story.skipped()
        taken_back(story, span)
        for later in ("2024-06-11", "2024-06-17", "2024-06-19", "2024-06-24"):
            story.on(later).sent()
            before.on(later).sent()
            assert meant(story) == meant(before)
        assert story.told("2024-06-11")

    def test_without_it_they_never_come(self) -> None:
        story, before = plan(), plan()
        wrong(story, YEAR)
        assert story.on("2024-06-17").told("2024-06-11") != before.on("2024-06-17").told("2024-06-11")

    def test_asked_again_nothing_is_left_to_take_back(self) -> None:
        story = plan()
        span = wrong(story, YEAR)
        taken_back(story, span)
        entries = list(story.entries)
        assert taken_back(story, span) is None
        assert story.entries == entries
        assert undone(story.look, plan().entries, {}, span) is None

    def test_it_may_happen_twice(self) -> None:
        story, before = plan(), plan().tick()
        for ahead in (YEAR, 2 * YEAR):
            taken_back(story, wrong(story, ahead))
        assert story.state.steps == before.state.steps
        keys = [entry.key for entry in story.on("2024-06-24").entries if entry.key]
        assert len(keys) == len(set(keys))

    def test_before_anything_else(self) -> None:
        story = Story(work("draft", due="2024-06-14"), on="2025-06-03")
        story.now = moment("2024-06-03")
        taken_back(story, WrongTime(moment("2025-01-01")))
        assert story.state.adopted == moment("2024-06-03")
        assert story.step("draft").opened == day("2024-06-03")


class TestWhatReallyHappened:
    def test_a_letter_that_went_out_and_is_due_is_not_doubled(self) -> None:
        story = Story(work("draft", due="2024-06-14"))
        queued = story.told()
        span = wrong(story, timedelta(days=9))
        taken_back(story, span)
        story.sent()
        assert [row.delivery for row in story.state.notices.values()] == [Delivery.SENT]
        assert story.told()[: len(queued)] == queued
        counted = [one for one in standing(story.entries) if one.kind is EntryKind.NOTICE_SENT]
        assert [one.at for one in counted] == [moment("2024-06-03")], "as of the right day"

    def test_one_that_was_not_due_goes_out_on_its_day(self) -> None:
        story = plan()
        span = wrong(story, timedelta(days=9))
        assert "press officer" not in story.told("2024-06-04")
        remind = [one for one in story.entries if one.kind is EntryKind.NOTICE_SENT and "remind" in one.data["notice"]]
        assert remind
        taken_back(story, span)
        assert "remind officer" in story.on("2024-06-11").told("2024-06-11")

    def test_one_that_ended_otherwise_is_tried_again(self) -> None:
        story = Story(work("draft", due="2024-06-14"))
        taken_back(story, wrong(story, timedelta(days=1), EntryKind.NOTICE_DEAD))
        assert [row.delivery for row in story.state.notices.values()] == [Delivery.QUEUED]

    def test_one_that_a_person_had_tried_again_is_left_alone(self) -> None:
        story = Story(work("draft", due="2024-06-14"))
        span = wrong(story, timedelta(days=1), EntryKind.NOTICE_DEAD)
        story.revive()
        taken_back(story, span)
        assert [row.delivery for row in story.state.notices.values()] == [Delivery.QUEUED]
        assert fold(story.entries).steps

    def test_an_action_that_ran_and_is_due_does_not_run_again(self) -> None:
        story = Story(action("bulletin"))
        right = story.now
        story.now += YEAR
        for kind in (EntryKind.ACTION_STARTED, EntryKind.ACTION_SUCCEEDED):
            story.happens(kind, "bulletin", **({"outcome": "已发"} if kind is EntryKind.ACTION_SUCCEEDED else {}))
        span = WrongTime(story.now)
        story.now = right
        taken_back(story, span)
        assert story.step("bulletin").finished == day("2024-06-03")
        assert story.decision.actions == ()

    def test_one_that_is_not_due_runs_on_its_day(self) -> None:
        story = Story(period("notice", days="10 days"), action("bulletin", "notice"))
        right = story.now
        story.now += YEAR
        story.tick().happens(EntryKind.ACTION_SUCCEEDED, "bulletin", outcome="已发")
        span, story.now = WrongTime(story.now), right
        taken_back(story, span)
        assert story.decision.actions == ()
        assert story.on("2024-06-14").decision.actions


class TestAfterwards:
    """What came about at the right time rests on what was wrong, or does not."""

    def test_what_would_come_about_again_stands_as_it_is(self) -> None:
        story, before = plan(), plan()
        span = wrong(story, YEAR)
        for later in ("2024-06-05", "2024-06-11"):
            story.on(later)
            before.on(later)
        taken_back(story, span)
        assert story.state.steps == before.state.steps

    def test_a_reminder_that_has_gone_out_since_has_gone_out_and_what_has_run_has_run(self) -> None:
        steps = (work("draft", due="2024-06-14"), work("later", earliest="2024-06-04"), action("bulletin"))
        story, before = Story(*steps), Story(*steps)
        span = wrong(story, timedelta(days=1), None)
        for one in (story, before):
            one.on("2024-06-05").sent().happens(EntryKind.ACTION_SUCCEEDED, "bulletin", outcome="已发")
        assert "unsigned officer" in before.told("2024-06-05")
        taken_back(story, span)
        assert story.step("draft") == before.step("draft")
        assert story.step("bulletin") == before.step("bulletin")

    def test_one_on_its_way_since_goes_it_anew(self) -> None:
        story = Story(work("draft", due="2024-06-14"))
        span = wrong(story, YEAR, None)
        story.on("2024-06-05").sent(EntryKind.NOTICE_BUNDLED)
        taken_back(story, span)
        assert {row.delivery for row in story.state.notices.values()} == {Delivery.QUEUED}

    def test_letters_sent_since_stay_sent(self) -> None:
        story = Story(work("draft", due="2024-06-14"))
        span = wrong(story, YEAR, None)
        story.on("2024-06-04").sent()
        taken_back(story, span)
        assert not [row for row in story.state.notices.values() if row.delivery is not Delivery.SENT]


class TestPeople:
    def test_what_they_did_stays_and_is_named_where_it_rests_on_what_is_gone(self) -> None:
        story = plan()
        story.now, right = story.now + YEAR, story.now
        story.tick().happens(EntryKind.ACTION_SUCCEEDED, "bulletin", outcome="已发")
        span, story.now = WrongTime(story.now), right
        assert story.step("next").opened
        story.act("officer", "sign", "next").act("officer", "report", "draft", progress=30)
        found = taken_back(story, span)
        assert found is not None
        assert [(act.kind, act.step) for act in found.acts] == [(EntryKind.SIGNED, "next")]
        assert story.step("next").opened is None
        assert (story.step("draft").progress, story.step("next").signed) == (30, day("2024-06-04"))

    def test_what_they_did_at_a_wrong_time_is_named(self) -> None:
        story = plan()
        story.now, right = story.now + YEAR, story.now
        story.act("officer", "report", "draft", progress=30)
        span, story.now = WrongTime(story.now), right
        found = taken_back(story, span)
        assert found is not None
        assert [act.kind for act in found.acts] == [EntryKind.REPORTED]
        lines = "\n".join(undone_lines(story.office, HERE, found))
        assert "办结1条" in lines
        assert "请核对：2025-06-04 09:00　here　“draft事项”　officer岗反馈：进度30%　duban correct here/draft" in lines

    def test_where_only_people_did_anything_nothing_is_taken_back(self) -> None:
        story = Story(work("draft", due="2024-06-14"))
        report = Draft(EntryKind.REPORTED, "draft", "officer", {"progress": 30})
        story.now += YEAR
        story.write(report)
        found = undone(story.look, story.entries, {}, WrongTime(story.now))
        assert found is not None
        assert (found.entries, [act.kind for act in found.acts]) == ((), [EntryKind.REPORTED])
        assert [line[:5] for line in undone_lines(story.office, HERE, found)] == ["  请核对"]

    @pytest.mark.parametrize("numbers", [[[1, 10**9]], [[-(10**3), 4]], [[3, 1]], []])
    def test_no_entry_can_say_that_theirs_do_not_count(self, numbers: list[list[int]]) -> None:
        story = plan().act("officer", "report", "draft", progress=30)
        acts = [one for one in story.entries if one.actor != "system"]
        story.write(Draft(EntryKind.DISREGARDED, actor="administrator", data={"entries": numbers}))
        assert [one for one in standing(story.entries) if one.actor != "system"][:-1] == acts

    def test_nor_that_what_comes_later_does_not(self) -> None:
        story = Story(work("draft", due="2024-06-14"))
        story.write(Draft(EntryKind.DISREGARDED, actor="administrator", data={"entries": [[1, 1000]]}))
        story.tick()
        assert story.step("draft").opened == day("2024-06-03")


class TestTelling:
    def test_it_is_said_of_a_step_and_its_history_is_what_counts(self) -> None:
        story = plan()
        assert disregarded_line(story.office, story.entries, "notice", None) == ""
        span = wrong(story, YEAR)
        told = len(about(story.entries, "notice"))
        taken_back(story, span)
        assert disregarded_line(story.office, story.entries, "notice", None) == (
            "系统时间有误时记入的1条系统记录不计（administrator岗，2024年6月4日：时钟误为次年）"
        )
        assert len(about(story.entries, "notice")) < told

    def test_a_time_is_spelt_as_the_office_has_it(self) -> None:
        first, last = datetime.fromisoformat("2025-06-03T01:00:00+00:00"), moment("2025-06-04")
        assert spelt(plan().office, WrongTime(first)) == "2025-06-03 09:00起"
        assert spelt(plan().office, WrongTime(first, last)) == "2025-06-03 09:00至2025-06-04 09:00"


class TestDigests:
    """The chain of letters to one recipient."""

    def chain(self, *drafts: tuple[EntryKind, str, str]) -> list[Entry]:
        entries: list[Entry] = []
        for kind, key, when in drafts:
            said = {"rung": "digest", "slip": "digest", "recipient": "officer", "next_try": moment(when).isoformat()}
            draft = Draft(
                kind,
                actor="coordinator" if kind is EntryKind.NOTICE_REVIVED else "system",
                data={"notice": key, **said},
            )
            at, last = moment(when), entries[-1] if entries else None
            entries += chained((draft,), plan="p", initiative="@officer", after=last, at=at, day=at.date())
        return entries

    def test_one_that_was_begun_goes_with_all_that_became_of_it(self) -> None:
        entries = self.chain(
            (EntryKind.NOTICE_QUEUED, "2025-06-03", "2025-06-03"),
            (EntryKind.NOTICE_DROPPED, "2025-06-03", "2024-06-04"),
        )
        gone, restated = undone_letters(entries, "digest", WrongTime(moment("2025-01-01")))
        assert (list(gone), restated) == (entries, ())
        assert undone_letters(entries, "bulletin", WrongTime(moment("2025-01-01"))) == ((), ())

    def test_one_that_only_went_then_is_sent_as_of_now(self) -> None:
        entries = self.chain(
            (EntryKind.NOTICE_QUEUED, "2024-06-03", "2024-06-03"), (EntryKind.NOTICE_SENT, "2024-06-03", "2025-06-03")
        )
        gone, restated = undone_letters(entries, "digest", WrongTime(moment("2025-01-01")))
        assert (list(gone), [one.kind for one in restated]) == (entries[1:], [EntryKind.NOTICE_SENT])

    def test_one_that_a_person_had_tried_again_is_left_alone(self) -> None:
        entries = self.chain(
            (EntryKind.NOTICE_QUEUED, "2025-06-03", "2025-06-03"),
            (EntryKind.NOTICE_DEAD, "2025-06-03", "2025-06-03"),
            (EntryKind.NOTICE_REVIVED, "2025-06-03", "2024-06-04"),
        )
        assert undone_letters(entries, "digest", WrongTime(moment("2025-01-01"))) == ((), ())


@given(stories, st.integers(1, 500), st.sampled_from(OUTCOMES), st.lists(st.integers(1, 40), max_size=4))
@example(KEPT_APART, 365, EntryKind.NOTICE_SENT, [1, 7])
def test_all_goes_on_as_though_the_clock_had_been_right(
    story: Story, ahead: int, outcome: EntryKind, gaps: list[int]
) -> None:
    """Whatever the plan and whatever happened: what counts is what a bureau has whose clock was never wrong."""
    before = copy.copy(story)
    before.entries = list(story.entries)
    span = wrong(story, timedelta(days=ahead, minutes=1), outcome)
    found = taken_back(story, span)
    before.tick()
    if found is not None:
        before.write(*found.restated).tick()
    for gap in (0, *gaps):
        story.now += timedelta(days=gap)
        before.now += timedelta(days=gap)
        story.tick()
        before.tick()
        assert meant(story) == meant(before)
        assert story.state.steps == before.state.steps
        keys = [entry.key for entry in story.entries if entry.key]
        assert len(keys) == len(set(keys))
    assert first_broken(story.entries) is None
