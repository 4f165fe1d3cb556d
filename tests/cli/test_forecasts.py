"""`duban forecast`: through the whole plan, from how it stands."""

from tests.cli.conftest import Bureau, lines


def test_nothing_late_is_said_in_a_line(bureau: Bureau) -> None:
    assert lines(bureau.ok("forecast")) == ["预计全部事项都能按时办结"]


def test_what_will_be_late_and_where_acting_helps(bureau: Bureau) -> None:
    bureau.tick()
    shown = lines(bureau.at("2024-05-06 09:00").ok("forecast"))
    assert shown[0].split() == ["晚", "时限", "预计", "事项", "先办", "编号"]
    assert [line.split() for line in shown[1:]] == [
        ["14天", "2024-04-12", "2024-05-06", "起草保护方案", "本事项", "cosmetics/draft"],
        ["2天", "2024-05-17", "2024-05-21", "保护方案印发", "起草保护方案", "cosmetics/issued"],
        ["2天", "2024-05-24", "2024-05-28", "举办方案解读培训", "起草保护方案", "training/lecture"],
    ]


def test_as_data(bureau: Bureau) -> None:
    bureau.tick()
    told = bureau.at("2024-05-06 09:00").json("forecast")
    assert [late["chain"] for late in told["late"]][1] == [
        "cosmetics/draft",
        "cosmetics/publicity",
        "cosmetics/issue",
        "cosmetics/issued",
    ]
    assert told["slack"]["training/lecture"] == -2
    assert told["finish"]["cosmetics/issue"] == "2024-05-21"
