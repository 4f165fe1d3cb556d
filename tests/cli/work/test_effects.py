"""`duban extend --dry-run`: what a later deadline would move; nothing is stored."""

import pytest

from tests.cli.conftest import Bureau, lines

DRAFT, OFFICER = "cosmetics/draft", "protection-officer"


def test_what_an_extension_moves_is_said_and_nothing_is_stored(bureau: Bureau) -> None:
    bureau.tick()
    before = bureau.ok("ledger", "list", "cosmetics")
    shown = lines(bureau.ok("extend", DRAFT, "--to", "2024-05-06", "--dry-run"))
    assert shown[0] == "“起草保护方案”延期至2024年5月6日（只作测算，未记入台账）"
    assert shown[1] == "预计完成日推迟的5项："
    assert [line.split() for line in shown[3:8]] == [
        ["17天", "2024-04-09", "2024-05-06", "起草保护方案", "cosmetics/draft"],
        ["18天", "2024-04-19", "2024-05-16", "方案公示", "cosmetics/publicity"],
        ["18天", "2024-04-24", "2024-05-21", "印发保护方案", "cosmetics/issue"],
        ["18天", "2024-04-24", "2024-05-21", "保护方案印发", "cosmetics/issued"],
        ["18天", "2024-04-30", "2024-05-28", "举办方案解读培训", "training/lecture"],
    ]
    assert "随之变动的时限：" in shown
    assert [line.split("，")[-1] for line in shown if line.startswith("将误期：“保护方案印发”")]
    assert bureau.ok("ledger", "list", "cosmetics") == before


def test_what_stays_is_said_with_what_decides_it(bureau: Bureau) -> None:
    file = bureau.config / "plans/small-2024/service/training.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "needs: [cosmetics/issued]", "needs: [cosmetics/issued, attendance]"
    )
    lecture = text.index("  - {id: lecture"), text.index("  - id: attendance")
    moved = text[: lecture[0]] + text[lecture[1] :] + text[lecture[0] : lecture[1]]
    file.write_text(
        moved.replace("due: 2024-05-24", "due: 2024-06-28").replace("duration: 20", "duration: 25"), encoding="utf-8"
    )
    bureau.tick()
    shown = lines(bureau.ok("extend", DRAFT, "--to", "2024-04-15", "--dry-run"))
    assert shown[-1] == ("不受影响：“举办方案解读培训”（开展知识产权培训）仍于5月15日完成（另等“培训人次”）")


def test_what_a_request_would_move_if_it_were_granted(bureau: Bureau) -> None:
    bureau.tick()
    bureau.ok("extend", DRAFT, "--as", OFFICER, "--to", "2024-04-30", "--reason", "等待批复")
    told = bureau.json("extend", DRAFT, "--grant", "--dry-run")
    assert (told["step"], told["to"]) == (DRAFT, "2024-04-30")
    assert told["steps"][0] == {"name": DRAFT, "before": "2024-04-09", "after": "2024-04-30", "days": 16}
    assert [late["step"] for late in told["late"]] == []


def test_an_extension_that_makes_good_moves_the_deadline_alone(bureau: Bureau) -> None:
    bureau.tick()
    shown = lines(bureau.at("2024-05-06 09:00").ok("extend", DRAFT, "--to", "2024-05-07", "--dry-run"))
    assert "不再误期：“起草保护方案”" in shown
    assert any(line.startswith("误期加重：“保护方案印发”") for line in shown)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((DRAFT, "--dry-run"), "请写明延期至哪一天"),
        ((DRAFT, "--to", "2024-04-12", "--dry-run"), "应在现时限2024-04-12和今日之后"),
        ((DRAFT, "--to", "2031-06-30", "--dry-run"), "过远"),
        ((DRAFT, "--grant", "--dry-run"), "没有待答复的延期申请"),
        (("cosmetics/publicity", "--to", "2024-03-29", "--dry-run"), "应在今日之后"),
        (("cosmetics/draf", "--to", "2024-04-30", "--dry-run"), "是否指 draft"),
    ],
)
def test_what_cannot_be_extended_is_refused(bureau: Bureau, words: tuple[str, ...], said: str) -> None:
    bureau.tick()
    result = bureau.run("extend", *words)
    assert (result.exit_code, said in result.stderr) == (4, True), result.output


def test_what_is_over_needs_no_extension(bureau: Bureau) -> None:
    bureau.tick()
    bureau.ok("cancel", DRAFT, "--as", "coordinator", "--reason", "合并办理")
    assert "无须延期" in bureau.run("extend", DRAFT, "--to", "2024-04-30", "--dry-run").stderr


def test_a_refusal_moves_nothing_and_an_extension_needs_somebody(bureau: Bureau) -> None:
    assert bureau.run("extend", DRAFT, "--refuse", "--dry-run").exit_code == 2
    assert bureau.run("extend", DRAFT, "--to", "2024-04-30", "--reason", "等待批复").exit_code == 2
