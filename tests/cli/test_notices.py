"""`notices`: what went to whom and when, what is stuck."""

from duban.outbox import deliver_due
from duban.settings import load_settings
from duban.wiring import desk
from tests.bureau import Postbox
from tests.cli.conftest import Bureau, lines

OFFICER = "protection-officer"


def deliver(carrier: Postbox | None = None) -> None:
    """Send what is due, into the mail folder or by another carrier."""
    with desk(load_settings()) as at:
        deliver_due(at.service, carrier or at.carrier, at.wording)


def sent_and_refused(bureau: Bureau) -> None:
    """One notice sent on the first day; two days later the next ones are refused until they are dead."""
    bureau.tick("cosmetics")
    deliver()
    bureau.at("2024-04-03 09:00").tick("cosmetics")
    refusing = Postbox(refusing="地址不存在")
    for moment in ("09:00", "09:10", "09:50", "12:30"):
        bureau.at(f"2024-04-03 {moment}")
        deliver(refusing)


def test_an_empty_ledger_has_none(bureau: Bureau) -> None:
    assert bureau.ok("notices") == "没有通知\n"
    assert bureau.json("notices") == []


def test_what_went_to_whom_and_what_is_stuck(bureau: Bureau) -> None:
    sent_and_refused(bureau)
    shown = lines(bureau.ok("notices"))
    assert shown[0].split() == ["时间", "单据", "送", "事项", "状态", "情况"]
    assert shown[1].split()[:6] == ["2024-04-01", "09:00", "《督办日报》", "保护处联络员", "共1项", "已送达"]
    assert shown[2].split()[:7] == [
        *("2024-04-01", "09:00", "《工作交办单》", "保护处联络员"),
        *("起草保护方案", "cosmetics/draft", "已送达"),
    ]
    assert "04-01日报，" in shown[2]
    assert [line.count("⚠ 送达失败  地址不存在，已试4次") for line in shown if "《督办日报》" in line] == [0, 1, 1]
    assert sum("⚠ 送达失败  04-03日报，地址不存在，已试4次" in line for line in shown) == 2
    assert shown[-1].endswith("其中4份受阻，见“情况”")


def test_a_refused_one_tells_when_it_is_tried_again(bureau: Bureau) -> None:
    bureau.tick("cosmetics")
    deliver(Postbox(refusing="网络不通"))
    shown = " ".join(bureau.ok("notices").split())
    assert "⚠ 再送 网络不通，下次 04-01 09:05" in shown
    assert "并入日报 04-01日报" in shown


def test_as_json_of_one_initiative_and_post(bureau: Bureau) -> None:
    sent_and_refused(bureau)
    bureau.tick("training")
    rows = bureau.json("notices", "--to", OFFICER, "--initiative", "cosmetics")
    assert [(row["slip"], row["recipient"], row["delivery"], row["stuck"]) for row in rows] == [
        ("assign", OFFICER, "sent", False),
        ("remind", OFFICER, "dead", True),
    ]
    assert {row["initiative"] for row in bureau.json("notices")} >= {"cosmetics", f"@{OFFICER}"}
    assert bureau.json("notices", "--to", "coordinator") == []


def test_as_things_stood_on_a_day(bureau: Bureau) -> None:
    sent_and_refused(bureau)
    rows = bureau.json("notices", "--as-of", "2024-04-02")
    assert [(row["slip"], row["delivery"]) for row in rows] == [("digest", "sent"), ("assign", "sent")]
    assert rows[0]["members"] == [{"initiative": "cosmetics", "key": rows[1]["key"]}]
    assert rows[1]["digest"] == rows[0]["key"] == "digest/2024-04-01"
    assert bureau.json("notices", "--as-of", "2024-03-31") == []
    assert bureau.json("notices", "--as-of", "2024-04-30", "--initiative", "training") == []


def test_unknown_names_are_refused_and_no_day_is_a_mistake_of_usage(bureau: Bureau) -> None:
    assert bureau.run("notices", "--to", "protection-oficer").exit_code == 4
    assert bureau.run("notices", "--initiative", "cosmetic").exit_code == 4
    assert bureau.run("notices", "--as-of", "gestern").exit_code == 2
