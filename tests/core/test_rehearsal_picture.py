"""Where things lie in the pictures of a rehearsal."""

from dataclasses import replace
from datetime import timedelta

from duban.core.ledger.summary import Light
from duban.core.rehearsing.picture import CHART, LABEL, LONGEST, WIDTH, chart, gantt
from duban.core.rehearsing.rehearse import rehearse
from duban.core.rehearsing.timeline import Tally
from tests.core.builders import day, initiative, milestone, work
from tests.core.test_owners import profile
from tests.core.test_rehearsing import bureau, lived


def test_the_year_reaches_from_edge_to_edge() -> None:
    drawn = gantt(lived(work("a"), work("b", earliest="2024-08-20", days=20)).report)
    assert drawn.months[0].x == LABEL
    assert [mark.title for mark in drawn.months] == ["6月", "7月", "8月", "9月"]
    assert LABEL < drawn.end < LABEL + WIDTH  # work goes on after the plan's end
    ((bar_first, *_, bar_last),) = (row.bars for row in drawn.rows)
    assert bar_first.x == LABEL
    assert round(bar_last.x + bar_last.width, 1) == LABEL + WIDTH


def test_bars_follow_one_another_in_the_lights_there_were() -> None:
    told = lived(work("a", due="2024-06-14"), milestone("m", "a"), people=profile(manner="late")).report
    (row,) = gantt(told).rows
    assert [bar.light for bar in row.bars][-2:] == ["red", "green"]
    for before, after in zip(row.bars, row.bars[1:], strict=False):
        assert round(before.x + before.width, 1) == after.x
    assert [mark.title for mark in row.milestones] == ["2024-06-18 m事项"]
    assert [mark.title for mark in row.missed] == ["2024-06-14 误期：a事项"]


def test_sections_have_headings_and_long_titles_are_cut() -> None:
    one = initiative(work("a"))
    office = bureau(one)
    object.__setattr__(office.plan.initiatives["here"], "title", "长" * 60)
    drawn = gantt(rehearse(office, profile()).report)
    assert [heading.title for heading in drawn.headings] == ["1 一"]
    assert len(drawn.rows[0].label) == LONGEST
    assert drawn.rows[0].title == f"1.01 {'长' * 60}（建设处）1/1"
    assert drawn.height > drawn.rows[0].y


def test_what_never_began_has_no_bar() -> None:
    told = lived(work("a", earliest="2024-08-01"), until="2024-06-07").report
    (row,) = gantt(told).rows
    assert row.bars == ()


def test_lights_before_work_began_are_not_drawn() -> None:
    told = lived(work("a")).report
    (section,) = told.sections
    (track,) = section.tracks
    turns = ((day("2024-06-01"), Light.GREEN), (day("2024-06-02"), Light.YELLOW), (day("2024-06-05"), Light.RED))
    shown = replace(told, sections=(replace(section, tracks=(replace(track, lights=turns),)),))
    (row,) = gantt(shown).rows
    assert [bar.light for bar in row.bars] == ["yellow", "red"]


def test_columns_are_as_high_as_the_chart() -> None:
    lights = {"green": 3, "yellow": 0, "orange": 1, "red": 2, "closed": 4}
    tally = Tally(day("2024-06-01"), day("2024-06-01") + timedelta(29), 0, 0, 0, 0, lights)
    (column,) = chart([tally]).columns
    assert [block.light for block in column.blocks] == ["closed", "green", "orange", "red"]
    assert sum(block.height for block in column.blocks) == CHART
    assert (column.label, column.blocks[-1].y) == ("2024年6月", 0)
