"""How published tables write deadlines, and what each comes to in a plan of 2024."""

import pytest

from duban.drafting.deadlines import read_due


def due(text: str) -> tuple[str, list[str]]:
    read = read_due(text, 2024)
    return read.kind.value, [day.isoformat() for day in read.dates]


@pytest.mark.parametrize(
    ("text", "kind", "day"),
    [
        ("6月底前", "month-end", "2024-06-30"),
        ("６月份", "month-end", "2024-06-30"),
        ("六月底前", "month-end", "2024-06-30"),
        ("十二月", "month-end", "2024-12-31"),
        ("2024.05", "month-end", "2024-05-31"),
        ("2024/2", "month-end", "2024-02-29"),
        ("12月10号前", "date", "2024-12-10"),
        ("不迟于12月10日", "date", "2024-12-10"),
        ("2024年 6 月 30 日 17:00 前", "date", "2024-06-30"),
        ("二○二四年六月三十日", "date", "2024-06-30"),
        ("20240630", "date", "2024-06-30"),
        ("2024-05-20", "date", "2024-05-20"),
        ("第二季度末", "quarter-end", "2024-06-30"),
        ("Q3", "quarter-end", "2024-09-30"),
        ("上半年", "quarter-end", "2024-06-30"),
        ("下半年", "quarter-end", "2024-12-31"),
        ("年底前", "year-end", "2024-12-31"),
        ("2024年年底", "year-end", "2024-12-31"),
        ("到2025年", "year-end", "2025-12-31"),
        ("次年3月底前", "month-end", "2025-03-31"),
        ("3—5月", "month-end", "2024-05-31"),
        ("2024年6月至2025年3月", "month-end", "2025-03-31"),
        ("11月至2月", "month-end", "2025-02-28"),
        ("4月20日—26日", "date", "2024-04-26"),
        ("9月1日-10月15日", "date", "2024-10-15"),
        ("年内有阶段性成果", "year-end", "2024-12-31"),
        ("一季度—四季度", "quarter-end", "2024-12-31"),
        ("第一季度至第三季度", "quarter-end", "2024-09-30"),
        ("2024.1-2024.12", "month-end", "2024-12-31"),
        ("2024.3—6", "month-end", "2024-06-30"),
        ("24.6.30", "date", "2024-06-30"),
        ("6月30前", "date", "2024-06-30"),
        ("年底前（12月25日）", "date", "2024-12-25"),
        ("2024年度", "year-end", "2024-12-31"),
        ("2022—2024年", "year-end", "2024-12-31"),
        ("2024-2025年", "year-end", "2025-12-31"),
        ("即日起至5月31日", "date", "2024-05-31"),
        ("签约8个，三季度", "quarter-end", "2024-09-30"),
        ("2024H1", "quarter-end", "2024-06-30"),
        ("30 June 2024", "date", "2024-06-30"),
        ("June 30, 2024", "date", "2024-06-30"),
        ("no later than 1 October 2024", "date", "2024-10-01"),
        ("30-Jun-24", "date", "2024-06-30"),
        ("31/07/2024", "date", "2024-07-31"),
        ("15 July – 2 August 2024", "date", "2024-08-02"),
        ("by the end of June", "month-end", "2024-06-30"),
        ("July–September 2024", "month-end", "2024-09-30"),
        ("End of Q3", "quarter-end", "2024-09-30"),
        ("Q1-Q2", "quarter-end", "2024-06-30"),
        ("third quarter", "quarter-end", "2024-09-30"),
        ("first half of 2024", "quarter-end", "2024-06-30"),
        ("by end 2024", "year-end", "2024-12-31"),
        ("during 2024", "year-end", "2024-12-31"),
    ],
)
def test_one_day_or_period_is_its_last_day_and_no_question(text: str, kind: str, day: str) -> None:
    assert due(text) == (kind, [day])
    assert read_due(text, 2024).doubts == ()


@pytest.mark.parametrize(
    ("text", "kind", "first", "last", "times"),
    [
        ("每月5日前", "monthly", "2024-01-05", "2024-12-05", 12),
        ("每月31日前", "monthly", "2024-01-31", "2024-12-31", 12),
        ("按月通报", "monthly", "2024-01-31", "2024-12-31", 12),
        ("次月15日前", "monthly", "2024-02-15", "2025-01-15", 12),
        ("每季度首月20日前", "quarterly", "2024-01-20", "2024-10-20", 4),
        ("每季度末月20日前", "quarterly", "2024-03-20", "2024-12-20", 4),
        ("每季度第二个月10日前", "quarterly", "2024-02-10", "2024-11-10", 4),
        ("每季度末25日前", "quarterly", "2024-03-25", "2024-12-25", 4),
        ("季度末月25日前", "quarterly", "2024-03-25", "2024-12-25", 4),
        ("每季度次月10日前", "quarterly", "2024-04-10", "2025-01-10", 4),
        ("一、三季度", "two-stage", "2024-03-31", "2024-09-30", 2),
        ("上、下半年各一次", "two-stage", "2024-06-30", "2024-12-31", 2),
        ("Monthly", "monthly", "2024-01-31", "2024-12-31", 12),
        ("by the 5th of every month", "monthly", "2024-01-05", "2024-12-05", 12),
        ("quarterly", "quarterly", "2024-03-31", "2024-12-31", 4),
        ("by 30 June and 31 December 2024", "two-stage", "2024-06-30", "2024-12-31", 2),
        ("每季末", "quarterly", "2024-03-31", "2024-12-31", 4),
        ("按季度发放，12月底前全部到位", "quarterly", "2024-03-31", "2024-12-31", 4),
        ("3、6、9、12月底前", "two-stage", "2024-03-31", "2024-12-31", 4),
        ("6月15日、12月15日前", "two-stage", "2024-06-15", "2024-12-15", 2),
        ("2024年5月底前自查，11月底前迎检", "two-stage", "2024-05-31", "2024-11-30", 2),
        ("1.3月底前确定清单；\n2.5月底前开工；\n3.11月底前完工", "two-stage", "2024-03-31", "2024-11-30", 3),
        ("6月底前出台，年内持续推进", "two-stage", "2024-06-30", "2024-06-30", 1),
    ],
)
def test_what_comes_again_or_in_stages_has_all_its_days(
    text: str, kind: str, first: str, last: str, times: int
) -> None:
    found, days = due(text)
    assert (found, days[0], days[-1], len(days)) == (kind, first, last, times)


@pytest.mark.parametrize(
    "text",
    [
        "全年",
        "2024年全年",
        "长期坚持",
        "年内持续推进",
        "常态化",
        "贯穿全年",
        "动态更新",
        "4月起持续推进",
        "Ongoing",
        "throughout the year",
    ],
)
def test_what_goes_on_has_no_day_and_no_question(text: str) -> None:
    assert due(text) == ("continuous", [])
    assert read_due(text, 2024).doubts == ()


@pytest.mark.parametrize(
    "text",
    [
        "适时推进",
        "视董事会安排",
        "条件成熟时",
        "展会期间",
        "每学期末",
        "每半年一次",
        "立行立改",
        "尽快",
        "待定",
        "汛期前",
        "2月30日前",
        "13月底前",
        "4月起",
        "每周二前",
        "收到通知后5个工作日内",
        "发现一户、改造一户",
        "三年内",
        "每半年末",
        "as soon as possible",
        "before the election",
        "weekly",
        "TBD",
        "—",
        "",
    ],
)
def test_what_is_no_day_is_asked_and_never_guessed(text: str) -> None:
    assert due(text) == ("none", [])
    assert read_due(text, 2024).doubts


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("力争7月底前", "2024-07-31"),
        ("7月中旬", "2024-07-20"),
        ("3月中下旬", "2024-03-31"),
        ("6.30", "2024-06-30"),
        ("11月前", "2024-11-30"),
        ("一季度前", "2024-03-31"),
        ("2023年12月底", "2023-12-31"),
        ("5月底前动工", "2024-05-31"),
        ("4月20日（星期五）", "2024-04-20"),
        ("9月底前（已完成）", "2024-09-30"),
        ("12月10日左右", "2024-12-10"),
        ("约10月", "2024-10-31"),
        ("6/30", "2024-06-30"),
        ("年初", "2024-03-31"),
        ("3/4/2024", "2024-04-03"),
        ("mid-June", "2024-06-15"),
    ],
)
def test_a_day_that_leaves_a_doubt_is_read_and_asked(text: str, day: str) -> None:
    read = read_due(text, 2024)
    assert ([one.isoformat() for one in read.dates], len(read.doubts)) == ([day], 1)


def test_each_stage_keeps_what_is_to_be_done_by_its_day() -> None:
    told = read_due("一季度启动，三季度建成；12月底前、次年1月底前各验收一次", 2024)
    assert [(stage.day.isoformat(), stage.what) for stage in told.stages] == [
        ("2024-03-31", "启动"),
        ("2024-09-30", "建成"),
        ("2024-12-31", "各验收一次"),
        ("2025-01-31", "各验收一次"),
    ]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("出台登记办法，10月底前发布并试行", "10月底前"),
        ("完成中期评估（5月20日前）", "5月20日前"),
        ("开展专项，４月至１１月实施", "４月至１１月"),
        ("扩至新领域，力争7月底前获批", "力争7月底前"),
        ("建立机制，3月底前建账，全年动态清零，成效明显", "3月底前建账，全年动态清零"),
        ("持续提升服务水平，年底前达到22件", "年底前"),
    ],
)
def test_a_sentence_gives_its_deadline_as_it_is_written(text: str, phrase: str) -> None:
    assert read_due(text, 2024, within=True).text == phrase
