"""`duban ledger take-back`: what a wrong clock did counts no longer, in one go."""

from duban.cli.exits import Exit
from duban.core.ledger.entries import EntryKind
from duban.settings import load_settings
from duban.wiring import gear
from tests.cli.conftest import Bureau

SINCE = ("ledger", "take-back", "--since", "2025-01-01", "--reason", "时钟误为次年")
ADMINISTRATOR = ("--as", "administrator")


def year_ahead(bureau: Bureau) -> None:
    """One round by a clock a year ahead, then the right time again; somebody acts before it and after."""
    bureau.tick()
    bureau.ok("sign", "cosmetics/draft", "--as", "protection-officer")
    bureau.at("2025-04-01 09:00").tick()
    bureau.at("2024-04-02 09:00")


def test_it_lists_first_and_does_it_with_yes(bureau: Bureau) -> None:
    year_ahead(bureau)
    before = bureau.json("ledger", "list", "cosmetics")
    listed = bureau.ok(*SINCE, *ADMINISTRATOR)
    assert "cosmetics　推进化妆品产业知识产权保护：不再补发" in listed
    assert listed.splitlines()[-1] == "以上尚未办理；确认后加 --yes 再执行一次"
    assert bureau.json("ledger", "list", "cosmetics") == before, "nothing is stored yet"
    done = bureau.ok(*SINCE, *ADMINISTRATOR, "--yes")
    assert "已将2025-01-01 00:00起的" in done
    assert bureau.json("ledger", "list", "cosmetics")[: len(before)] == before, "nothing is deleted"
    bureau.ok("ledger", "verify")
    assert "拟将2025-01-01 00:00起的0条系统记录" in bureau.ok(*SINCE, *ADMINISTRATOR)


def test_the_derived_tables_are_those_of_a_ledger_in_which_it_never_was(bureau: Bureau) -> None:
    year_ahead(bureau)
    bureau.ok(*SINCE, *ADMINISTRATOR, "--yes")
    with gear(load_settings()) as at:
        rows = at.service.ledger.notices()
        assert all(row.queued_at.year == 2024 for row in rows)
        summaries = at.service.ledger.summaries()
    bureau.ok("ledger", "rebuild")
    with gear(load_settings()) as at:
        assert at.service.ledger.notices() == rows
        assert at.service.ledger.summaries() == summaries


def test_entries_that_count_no_longer_are_marked_and_why_says_so(bureau: Bureau) -> None:
    year_ahead(bureau)
    assert "不计" not in bureau.ok("why", "cosmetics/draft")
    bureau.ok(*SINCE, *ADMINISTRATOR, "--yes")
    assert f"{EntryKind.RUNG_SKIPPED} (disregarded)" in bureau.ok("ledger", "list", "cosmetics")
    shown = bureau.ok("ledger", "show", "cosmetics", "--notices")
    assert "不再补发（不计）" in shown
    assert "系统管理员因系统时间有误，将" in shown
    why = bureau.ok("why", "cosmetics/draft")
    assert "系统时间有误时记入的" in why
    assert "（系统管理员，2024年4月2日：时钟误为次年）" in why
    assert bureau.json("why", "cosmetics/draft")["disregarded"] in why.replace("\n", "")


def test_only_the_administrator_may_and_says_why(bureau: Bureau) -> None:
    year_ahead(bureau)
    for actor, why, told in (
        ("coordinator", "时钟误为次年", "应由系统管理员办理"),
        ("adminstrator", "时钟误为次年", "是否指 administrator"),
        ("administrator", " ", "请说明理由"),
    ):
        for yes in ((), ("--yes",)):
            refused = bureau.run("ledger", "take-back", "--since", "2025-01-01", "--as", actor, "--reason", why, *yes)
            assert (refused.exit_code, told in refused.stderr) == (Exit.REFUSED, True), refused.stderr


def test_what_it_comes_to_as_data(bureau: Bureau) -> None:
    year_ahead(bureau)
    told = bureau.json(*SINCE, *ADMINISTRATOR, "--until", "2025-04-01T09:00")
    assert told["done"] is False
    assert told["initiatives"]["cosmetics"]["entries"]
    nothing = bureau.json(*SINCE, *ADMINISTRATOR, "--until", "2025-03-31T09:00")
    assert nothing == {"done": False, "initiatives": {}}
