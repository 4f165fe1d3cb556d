"""`duban why` tells how lateness is counted, and which report the forecast goes by, with the figures."""

from tests.cli.conftest import Bureau, lines

DRAFT, ISSUE, ATTENDANCE = "cosmetics/draft", "cosmetics/issue", "training/attendance"
OFFICER, HEAD, SERVICE = "protection-officer", "protection-head", "service-officer"


def told(bureau: Bureau, step: str) -> str:
    return "".join(line.strip() for line in lines(bureau.ok("why", step)))


def test_working_days_past_the_deadline_are_counted(bureau: Bureau) -> None:
    bureau.tick()
    assert "时限之后" not in told(bureau.at("2024-04-12 09:00"), DRAFT)
    said = told(bureau.at("2024-04-17 09:00"), DRAFT)
    assert "时限之后到今日（2024年4月17日）共3个工作日，逾期3个工作日" in said
    assert bureau.json("why", DRAFT)["late"] == {"until": "2024-04-17", "passed": 3, "rested": 0, "days": 3}


def test_days_of_rest_are_taken_off_with_their_figure(bureau: Bureau) -> None:
    bureau.tick()
    bureau.at("2024-04-16 09:00").ok("suspend", DRAFT, "--as", HEAD, "--reason", "等批复")
    bureau.at("2024-04-18 09:00").ok("resume", DRAFT, "--as", HEAD)
    said = told(bureau.at("2024-04-19 09:00"), DRAFT)
    assert "到今日（2024年4月19日）共5个工作日，其中中止或者办结期间的2个不计，逾期3个工作日" in said
    bureau.ok("submit", DRAFT, "--as", OFFICER, "--evidence", "送审稿")
    bureau.ok("approve", DRAFT, "--as", HEAD)
    assert "时限之后到办结（2024年4月19日）共5个工作日" in told(bureau.at("2024-04-30 09:00"), DRAFT)


def test_days_off_alone_make_one_day(bureau: Bureau) -> None:
    bureau.tick()
    said = told(bureau.at("2024-04-13 09:00"), DRAFT)
    assert "到今日（2024年4月13日）共0个工作日，不足1个工作日的按1个计，逾期1个工作日" in said


def test_what_rests_is_as_late_as_on_the_day_it_may_go_on_and_what_is_cancelled_is_not_late(bureau: Bureau) -> None:
    bureau.tick()
    bureau.at("2024-04-16 09:00").ok("suspend", DRAFT, "--as", HEAD, "--reason", "等批复")
    assert bureau.at("2024-04-20 09:00").json("why", DRAFT)["late"] == {
        **{"until": "2024-04-22", "passed": 6, "rested": 4, "days": 2}
    }
    bureau.ok("cancel", DRAFT, "--as", "deputy-director", "--reason", "合并办理")
    assert bureau.json("why", DRAFT)["late"] is None


def test_the_report_that_the_forecast_goes_by_is_told(bureau: Bureau) -> None:
    bureau.ok("report", DRAFT, "--as", OFFICER, "--progress", "40")
    said = told(bureau, DRAFT)
    assert "2024年4月1日反馈已完成40%：一般用时5个工作日，未完成的60%计3个工作日，自当日起算" in said
    assert "2024年4月7日完成" in said, "the 7th is worked for the holiday"
    again = told(bureau.at("2024-04-10 09:00"), DRAFT)
    assert "反馈已完成40%，剩余用时已过，此后没有新的反馈：按还剩一半计，2024年4月10日起还需2个工作日" in again
    bureau.ok("report", DRAFT, "--as", OFFICER, "--remaining", "6")
    assert "2024年4月10日反馈还需6个工作日，自当日起算" in told(bureau, DRAFT)
    assert "2024年4月10日反馈的剩余用时已过，此后没有新的反馈" in told(bureau.at("2024-04-23 09:00"), DRAFT)


def test_a_value_is_told_as_the_share_it_is(bureau: Bureau) -> None:
    bureau.at("2024-04-15 09:00").ok("report", ATTENDANCE, "--as", SERVICE, "--value", "50")
    said = told(bureau, ATTENDANCE)
    assert "2024年4月15日反馈已完成25%：一般用时20个工作日，未完成的75%计15个工作日，自当日起算" in said
