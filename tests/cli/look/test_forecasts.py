"""`duban forecast`: through the whole plan, from how it stands."""

from tests.cli.conftest import Bureau, lines


def test_nothing_late_is_said_in_a_line(bureau: Bureau) -> None:
    assert lines(bureau.ok("forecast")) == ["预计全部事项都能按时办结"]


def late(bureau: Bureau) -> Bureau:
    """Nobody has done anything for a month."""
    bureau.tick()
    return bureau.at("2024-05-06 09:00")


def test_what_will_be_late_why_and_where_acting_helps(bureau: Bureau) -> None:
    shown = lines(late(bureau).ok("forecast"))
    assert shown[0].split() == ["晚", "时限", "预计", "事项", "编号", "说明"]
    assert [line.split() for line in shown[1:]] == [
        [
            *("14天", "2024-04-12", "2024-05-06", "起草保护方案", "cosmetics/draft"),
            "预计5月6日完成，晚14个工作日；宜先抓本事项（承办保护处，时限4月12日）",
        ],
        [
            *("2天", "2024-05-17", "2024-05-21", "保护方案印发", "cosmetics/issued"),
            "因“起草保护方案”未完，预计5月21日完成，晚2个工作日；宜先抓“起草保护方案”（承办保护处，时限4月12日）"
            "；牵动“举办方案解读培训”（开展知识产权培训）推迟2个工作日",
        ],
        [
            *("2天", "2024-05-24", "2024-05-28", "举办方案解读培训", "training/lecture"),
            "因“起草保护方案”（推进化妆品产业知识产权保护）未完，预计5月28日完成，晚2个工作日"
            "；宜先抓“起草保护方案”（推进化妆品产业知识产权保护）（承办保护处，时限4月12日）",
        ],
    ]


def test_one_initiative_or_step_with_the_chain_to_its_end(bureau: Bureau) -> None:
    shown = lines(late(bureau).ok("forecast", "training"))
    assert shown[0].split() == ["时限", "预计", "机动", "事项", "承办", "编号"]
    assert shown[1].split()[:4] == ["2024-05-24", "2024-05-28", "-2天", "举办方案解读培训"]
    assert [line for line in shown if line.startswith("“举办方案解读培训”因“起草保护方案”")]
    alone = lines(bureau.ok("forecast", "training/lecture"))
    assert alone[2] == (
        "关键链：“起草保护方案”（推进化妆品产业知识产权保护） → “方案公示” → “印发保护方案” → “保护方案印发” → "
        "“举办方案解读培训”（开展知识产权培训）"
    )


def test_what_is_over_needs_no_forecast(bureau: Bureau) -> None:
    bureau.tick()
    bureau.ok("cancel", "cosmetics/draft", "--as", "coordinator", "--reason", "合并办理")
    assert lines(bureau.ok("forecast", "cosmetics/draft")) == ["已全部办结，无须预计"]


def test_an_unknown_name_is_refused_with_the_nearest(bureau: Bureau) -> None:
    for name, hint in (("trainin", "training"), ("training/lectur", "lecture")):
        result = bureau.run("forecast", name)
        assert (result.exit_code, hint in result.stderr) == (4, True)


def test_chances_of_the_plan_and_of_a_step(bureau: Bureau) -> None:
    file = bureau.config / "plans/small-2024/service/training.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("duration: 20", "duration: [20, 50, 90]"), encoding="utf-8"
    )
    bureau.tick()
    shown = lines(bureau.ok("forecast", "--chances", "--samples", "500"))
    assert shown[0] == "预计全部事项都能按时办结"
    assert shown[2] == "按期把握不足八成的时限（抽样500次）："
    assert shown[4].split()[1::4] == ["2024-06-28", "培训人次"]
    assert "最关键的事项：" in shown
    alone = lines(bureau.ok("forecast", "training/attendance", "--chances"))
    assert alone[-2].split() == ["按期", "时限", "五成把握", "八成把握", "关键度", "事项", "编号"]
    assert alone[-1].split()[-1] == "training/attendance"


def test_chances_that_are_good_are_said_in_a_line(bureau: Bureau) -> None:
    bureau.tick()
    assert "各项时限都有八成以上把握（抽样50次）" in lines(bureau.ok("forecast", "--chances", "--samples", "50"))


def test_as_data(bureau: Bureau) -> None:
    told = late(bureau).json("forecast")
    assert told["as_of"] == "2024-05-06"
    issued = told["late"][1]
    assert issued["chain"] == ["cosmetics/draft", "cosmetics/publicity", "cosmetics/issue", "cosmetics/issued"]
    assert (issued["cause"], issued["act_on"], issued["days"]) == ("cosmetics/draft", "cosmetics/draft", 2)
    assert issued["moves"] == {"training/lecture": 2}
    assert issued["said"].startswith("因“起草保护方案”未完")
    assert told["slack"]["training/lecture"] == -2
    assert told["finish"]["cosmetics/issue"] == "2024-05-21"
    assert told["chain"]["training/lecture"][0] == "cosmetics/draft"
    assert told["ends"]["training"] == "2024-05-28"
    assert "chances" not in told


def test_chances_as_data_are_the_same_for_the_same_seed(bureau: Bureau) -> None:
    bureau.tick()
    told = bureau.json("forecast", "training", "--chances", "--samples", "50", "--seed", "7")
    assert told == bureau.json("forecast", "training", "--chances", "--samples", "50", "--seed", "7")
    drawn = told["chances"]
    assert (drawn["samples"], drawn["seed"]) == (50, 7)
    assert {one["step"] for one in drawn["steps"]} == {"training/lecture", "training/attendance"}
    assert [one["initiative"] for one in drawn["initiatives"]] == ["training"]
