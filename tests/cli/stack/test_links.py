"""`links` and `desk pin`: links made void, whom the desk turned away, and PINs."""

from datetime import timedelta

import pytest
from typer.testing import CliRunner

from duban.adapters.pins import Pins
from duban.cli import app
from duban.cli.stack.doctor import desk as of_desk
from duban.core.ledger.entries import LINKS
from duban.ports import RefusedVisit
from duban.settings import load_settings
from duban.wiring import at_work
from tests.cli.conftest import Bureau
from tests.cli.stack.test_doctor import findings


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--reason", "遗失", "--as", "coordinator"), "name one post, or --all"),
        (("protection-head", "--all", "--reason", "遗失", "--as", "coordinator"), "name one post, or --all"),
        (("protection-haed", "--reason", "遗失", "--as", "coordinator"), "没有岗位 protection-haed"),
        (("protection-head", "--reason", "遗失", "--as", "nobody"), "没有岗位 nobody"),
        (("protection-head", "--reason", " ", "--as", "coordinator"), "请说明作废的原因"),
    ],
)
def test_nothing_is_made_void_by_mistake(bureau: Bureau, words: tuple[str, ...], told: str) -> None:
    bureau.tick()
    result = bureau.run("links", "revoke", *words)
    assert result.exit_code != 0
    assert told in result.output
    with at_work(load_settings()) as service:
        assert service.ledger.entries(LINKS) == ()


def test_whom_the_desk_turned_away_is_counted_and_told(bureau: Bureau) -> None:
    bureau.tick()
    assert "7天内没有谢绝来访" in bureau.ok("links", "refusals")
    with at_work(load_settings()) as service:
        now = service.clock.now()
        for age, code in ((0, "wrong-pin"), (0, "lapsed-closed"), (0, "lapsed-closed"), (20, "unknown-link")):
            service.ledger.note_refused(RefusedVisit(now - timedelta(days=age), code, "192.0.2.1", ""))
    lines = bureau.ok("links", "refusals").splitlines()
    assert lines[0].strip() == "2　链接已失效：该事项已经办结或者终止（lapsed-closed）"
    assert lines[1].strip() == "1　PIN码不对（wrong-pin）"
    assert bureau.json("links", "refusals", "--days", "30")["unknown-link"] == 1


def test_doctor_counts_them_and_minds_many(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    bureau.tick()
    assert findings(bureau)["desk"][0]["found"] == "nobody was turned away in a week"
    with at_work(load_settings()) as service:
        for _ in range(3):
            service.ledger.note_refused(RefusedVisit(service.clock.now(), "unknown-link", "192.0.2.1", ""))
    assert findings(bureau)["desk"][0]["level"] == "ok"
    monkeypatch.setattr(of_desk, "MANY", 2)
    (found,) = findings(bureau)["desk"]
    assert (found["level"], found["found"]) == ("warn", "turned away in a week: unknown-link 3")


def test_doctor_minds_a_header_nobody_is_trusted_to_send(bureau: Bureau) -> None:
    settings = bureau.config / "duban.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '[desk]\nuser_header = "X-Post"\n', encoding="utf-8")
    bureau.tick()
    assert findings(bureau)["desk"][-1]["remedy"] == "set proxies too"


def test_a_proxy_that_is_no_address_is_refused(bureau: Bureau) -> None:
    settings = bureau.config / "duban.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '[desk]\nproxies = ["*"]\n', encoding="utf-8")
    assert "desk.proxies" in bureau.run("check").output


def choosing(*words: str, typed: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, ("desk", "pin", *words), input=typed)
    return result.exit_code, result.output


def test_a_pin_is_chosen_kept_as_a_hash_and_forgotten(bureau: Bureau) -> None:
    pins = Pins(bureau.var)
    assert not pins.has("protection-head")
    code, said = choosing("protection-head", typed="135790\n135790\n")
    assert (code, "PIN码已设定" in said, "135790" in said) == (0, True, False)
    assert pins.hold("protection-head", "135790")
    assert not pins.hold("protection-head", "135791")
    assert not pins.hold("protection-officer", "135790")
    assert not pins.hold("protection-officer", "")
    assert choosing("protection-head", "--forget")[0] == 0
    assert not pins.has("protection-head")


@pytest.mark.parametrize("pin", ["12345", "1234567890123", "111111", "121212", "abcdef", "１３５７９０"])
def test_a_pin_anybody_would_guess_is_refused(bureau: Bureau, pin: str) -> None:
    code, said = choosing("protection-head", typed=f"{pin}\n{pin}\n")
    assert code != 0
    assert "PIN码应为6至12位数字" in said
    assert not Pins(bureau.var).has("protection-head")
