"""Two units lead an initiative: what a terminal says of it, and who may act there."""

from tests.cli.conftest import COSMETICS, Bureau, write

LED = COSMETICS.replace("lead: protection", "lead: [protection, service]")


def led(bureau: Bureau) -> Bureau:
    write(bureau.config, {"plans/small-2024/protection/cosmetics.yaml": LED})
    return bureau


def test_an_initiative_gets_a_second_lead_under_way(bureau: Bureau) -> None:
    bureau.ok("apply", "--by", "coordinator", "--reason", "启动")
    bureau.tick()
    led(bureau)
    assert "牵头单位保护处改为保护处（主责）、服务处" in bureau.run("diff").stdout
    bureau.ok("apply", "--by", "coordinator", "--reason", "两处并列牵头")
    assert "保护处（主责）、服务处" in bureau.ok("show", "cosmetics")
    assert "由保护处（主责）、服务处承办，并列牵头的各家均可办理" in bureau.ok("why", "cosmetics/draft")
    assert "cosmetics/draft" in bureau.ok("next", "--post", "service-officer")
    bureau.ok("submit", "cosmetics/draft", "--as", "service-officer", "--evidence", "方案送审稿")
    bureau.ok("approve", "cosmetics/draft", "--as", "service-head")
    bureau.ok("ledger", "verify")
    bureau.ok("ledger", "rebuild")


def test_a_rolled_plan_keeps_all_that_lead(bureau: Bureau) -> None:
    led(bureau).ok("roll", "small-2024", "--year", "2025")
    text = (bureau.config / "plans/small-2025/protection/cosmetics.yaml").read_text("utf-8")
    assert "lead: [protection, service]\n" in text
    bureau.ok("check", "config/plans/small-2025")


def test_a_rehearsal_names_them(bureau: Bureau) -> None:
    led(bureau).ok("rehearse", "--html", "page.html")
    assert "（保护处（主责）、服务处）" in (bureau.root / "page.html").read_text("utf-8")
