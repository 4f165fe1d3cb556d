"""`notices`: what went to whom and when, what is stuck; `notices resend`."""

from datetime import datetime
from email import message_from_bytes
from email.policy import default

import pytest

from duban.carrying import ChannelOutcome, Letter, Outcome
from duban.outbox import deliver_due
from duban.settings import load_settings
from duban.wiring import gear
from tests.bureau import Postbox
from tests.cli.conftest import Bureau, lines

OFFICER = "protection-officer"


def deliver(carrier: Postbox | None = None) -> None:
    """Send what is due, into the mail folder or by another carrier."""
    with gear(load_settings()) as at:
        deliver_due(at.service, carrier or at.carrier, at.wording)


def sent_and_refused(bureau: Bureau) -> None:
    """One notice sent on the first day; two days later the next ones are refused until they are dead."""
    bureau.tick("cosmetics")
    deliver()
    bureau.at("2024-04-03 09:00").tick("cosmetics")
    refused(bureau, "2024-04-03")


def refused(bureau: Bureau, day: str) -> None:
    """Everything is refused on a day until it is dead."""
    for moment in ("09:00", "09:10", "09:50", "12:30"):
        bureau.at(f"{day} {moment}")
        deliver(Postbox(refusing="地址不存在"))


def test_an_empty_ledger_has_none(bureau: Bureau) -> None:
    assert bureau.ok("notices") == "没有通知\n"
    assert bureau.json("notices") == []


def test_what_went_to_whom_and_what_is_stuck(bureau: Bureau) -> None:
    sent_and_refused(bureau)
    shown = lines(bureau.ok("notices"))
    assert shown[0].split() == ["时间", "单据", "送", "事项", "编号", "状态", "情况"]
    assert shown[1].split()[:6] == ["2024-04-01", "09:00", "《督办日报》", "保护处联络员", "共1项", "已送达"]
    assert shown[2].split()[:7] == [
        *("2024-04-01", "09:00", "《工作交办单》", "保护处联络员"),
        *("起草保护方案", "cosmetics/draft", "已送达"),
    ]
    assert "04-01日报，" in shown[2]
    assert [line.count("⚠ 送达失败  地址不存在，已试4次") for line in shown if "《督办日报》" in line] == [0, 1, 1]
    assert sum("⚠ 送达失败  04-03日报，地址不存在，已试4次" in line for line in shown) == 2
    assert any(line.endswith("其中4份受阻，见“情况”") for line in shown)


def test_a_refused_one_tells_when_it_is_tried_again(bureau: Bureau) -> None:
    bureau.tick("cosmetics")
    deliver(Postbox(refusing="网络不通"))
    shown = " ".join(bureau.ok("notices").split())
    assert "⚠ 再送 网络不通，下次 04-01 09:05" in shown
    assert "并入日报 04-01日报" in shown


def test_one_that_some_recipients_have_says_who_has_it_and_who_does_not(bureau: Bureau) -> None:
    bureau.tick("cosmetics")
    told = "a@duban.test 已送出，b@duban.test 550 no such user"

    class Halfway:
        def deliver(self, letter: Letter, now: datetime) -> Outcome:
            return Outcome(False, told, channels=(ChannelOutcome("mailto://mail", False, told, gone=("a-has-it",)),))

    for moment in ("09:00", "09:10", "09:50", "12:30"):
        bureau.at(f"2024-04-01 {moment}")
        with gear(load_settings()) as at:
            deliver_due(at.service, Halfway(), at.wording)
    bureau.tick("cosmetics")
    shown = [line for line in lines(bureau.ok("notices")) if "《工作交办单》" in line or "《督办日报》" in line]
    assert [told in line and "⚠ 部分送达" in line for line in shown] == [True, True]
    assert {row["partly"] for row in bureau.json("notices") if row["delivery"] == "dead"} == {True}
    assert f"《工作交办单》未能全部送达保护处联络员：{told}" in bureau.ok("ledger", "show", "cosmetics", "--notices")
    rung = next(row for row in bureau.json("notices") if row["recipient"] == "administrator")
    assert rung["slip"] == "failure"
    bureau.at("2024-04-02 09:00").tick("cosmetics")
    deliver()
    (mail,) = (bureau.var / "mail" / "administrator").glob("*.eml")
    text = message_from_bytes(mail.read_bytes(), policy=default).get_body(("plain",))
    assert text is not None
    assert f"送达4次仍未全部送到：{told}" in text.get_content()


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


class TestResend:
    COORDINATOR = ("--as", "coordinator", "--reason", "地址已更正")

    def test_a_dead_notice_is_revived_by_whom_and_why(self, bureau: Bureau) -> None:
        bureau.tick("cosmetics")
        refused(bureau, "2024-04-01")
        dead = next(row for row in bureau.json("notices", "--to", OFFICER) if row["slip"] == "assign")
        name = f"{dead['initiative']}/{dead['key']}"
        offered = f"duban notices resend {name} {' '.join(self.COORDINATOR[:3])} 理由"
        assert f"排除故障后重新投递：{offered}\n" in bureau.ok("notices")
        said = bureau.ok("notices", "resend", name, *self.COORDINATOR)
        assert said == "《工作交办单》送保护处联络员：随下一次日报发送\n"
        entry = bureau.json("ledger", "list", "cosmetics")[-1]
        assert (entry["kind"], entry["actor"], entry["data"]["reason"]) == (
            *("notice-revived", "coordinator"),
            "地址已更正",
        )
        assert "督办专员要求将《工作交办单》重新送保护处联络员：地址已更正\n" in bureau.ok(
            "ledger", "show", "cosmetics"
        )
        assert "resend" not in bureau.ok("notices")
        bureau.ok("ledger", "rebuild")
        bureau.at("2024-04-02 09:00")
        deliver()
        told = next(r for r in bureau.json("notices", "--to", OFFICER) if r["key"] == dead["key"])
        assert (told["delivery"], told["digest"], told["tries"]) == ("sent", "digest/2024-04-02", 1)

    def test_one_about_an_initiative_that_is_gone_is_revived_and_arrives(self, bureau: Bureau) -> None:
        bureau.ok("apply")
        bureau.tick("cosmetics", "training")
        deliver()
        bureau.at("2024-04-02 09:00").ok("sign", "training/attendance", "--as", "service-officer")
        (bureau.config / "plans/small-2024/service/training.yaml").unlink()
        bureau.ok("apply", "--by", "coordinator", "--reason", "年中调整", "--cancel-all-removed")
        refused(bureau, "2024-04-03")
        dead = next(r for r in bureau.json("notices") if (r["slip"], r["delivery"]) == ("change", "dead"))
        assert dead["initiative"] == "training"
        bureau.ok("notices", "resend", f"training/{dead['key']}", *self.COORDINATOR)
        bureau.at("2024-04-05 09:00")
        deliver()
        bureau.at("2024-04-07 09:00")
        deliver()
        told = next(r for r in bureau.json("notices") if r["key"] == dead["key"])
        assert (told["delivery"], told["tries"]) == ("sent", 1)
        assert bureau.run("notices", "resend", "nothing/at/all", *self.COORDINATOR).exit_code == 4

    def test_all_that_reached_nobody_are_revived_once(self, bureau: Bureau) -> None:
        sent_and_refused(bureau)
        tried_again = bureau.json("notices", "resend", "--dead", *self.COORDINATOR)
        assert [(row["initiative"], row["recipient"]) for row in tried_again] == [("cosmetics", OFFICER)]
        assert bureau.ok("notices", "resend", "--dead", *self.COORDINATOR) == "没有需要重新投递的通知\n"

    def test_what_may_not_be(self, bureau: Bureau) -> None:
        sent_and_refused(bureau)
        rows = bureau.json("notices")
        sent = next(f"{r['initiative']}/{r['key']}" for r in rows if (r["slip"], r["delivery"]) == ("assign", "sent"))
        dead = next(f"{r['initiative']}/{r['key']}" for r in rows if (r["slip"], r["delivery"]) == ("remind", "dead"))
        for arguments, told in (
            ((sent, *self.COORDINATOR), "的状态是“已送达”，只有送达失败的才能重新投递"),
            ((f"@{OFFICER}/digest/2024-04-03", *self.COORDINATOR), "日报不能整封重新投递"),
            (("cosmetics/nothing", *self.COORDINATOR), "没有通知 cosmetics/nothing"),
            (("nothing/at/all", *self.COORDINATOR), "没有举措 nothing"),
            ((dead, "--as", OFFICER, "--reason", "x"), "保护处联络员不能重新投递通知"),
            ((dead, "--as", "nobody", "--reason", "x"), "通讯录中没有岗位 nobody"),
            ((dead, "--as", "coordinator", "--reason", " "), "应当说明理由"),
        ):
            refused = bureau.run("notices", "resend", *arguments)
            assert (refused.exit_code, told in refused.stderr) == (4, True), refused.stderr
        assert bureau.run("notices", "resend", *self.COORDINATOR).exit_code == 2
        assert bureau.run("notices", "resend", dead, "--dead", *self.COORDINATOR).exit_code == 2
        listing = bureau.run("notices", "--initiative", "cosmetics", "resend", "--dead", *self.COORDINATOR)
        assert listing.exit_code == 2, "what is asked of the list must not be taken for a limit"
        assert bureau.json("notices") == rows

    def test_when_many_reached_nobody_all_together_are_offered(
        self, bureau: Bureau, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent_and_refused(bureau)
        monkeypatch.setattr("duban.cli.look.notices.OFFERED", 0)
        shown = bureau.ok("notices")
        assert shown.count("resend") == 1
        assert shown.endswith("重新投递：duban notices resend --dead --as coordinator --reason 理由\n")
        assert "resend" not in bureau.ok("notices", "--to", "protection-head")
        assert "resend" not in bureau.ok("notices", "--as-of", "2024-04-03")

    def test_what_each_channel_said_is_in_the_json(self, bureau: Bureau) -> None:
        bureau.tick("cosmetics")
        said = (ChannelOutcome("mailto://mail", False, "550"), ChannelOutcome("wecom://***", True, "已送出"))

        class Told:
            def deliver(self, letter: Letter, now: datetime) -> Outcome:
                return Outcome(True, "已送出", channels=said)

        with gear(load_settings()) as at:
            deliver_due(at.service, Told(), at.wording)
        rows = bureau.json("notices", "--to", OFFICER)
        assert [row["channels"] for row in rows] == [
            [
                {"channel": "mailto://mail", "accepted": False, "detail": "550"},
                {"channel": "wecom://***", "accepted": True, "detail": "已送出"},
            ]
        ] * len(rows)
