"""`test-channels`: a letter over each channel of a post."""

import pytest

from duban.cli.exits import Exit
from duban.outbox import deliver_due
from duban.settings import load_settings
from duban.wiring import gear
from tests.cli.conftest import DIRECTORY, Bureau, write
from tests.receivers import Do, always, receiver

OFFICER = "protection-officer"


def reached_by(bureau: Bureau, *channels: str) -> None:
    post = f"title: 保护处联络员, channels: {list(channels)}"
    write(bureau.config, {"directory.yaml": DIRECTORY.replace("title: 保护处联络员", post)})


def test_every_channel_is_tried_and_told_of(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver("webhook") as hook, receiver("dingtalk", always(Do.REFUSE)) as robot, receiver("mail") as server:
        monkeypatch.setenv("ROBOT", robot.address)
        reached_by(bureau, hook.address, "${ROBOT}", server.address, "feishu://${NONE}")
        result = bureau.run("test-channels", OFFICER)
    assert result.exit_code == Exit.PROBLEMS
    host = hook.address.split("?")[0].removesuffix("/letters")
    assert result.output.splitlines() == [
        f"送达　{host}：已送出",
        "未送达　${ROBOT}：钉钉拒收，错误码-1：系统繁忙",
        f"送达　mailtos://127.0.0.1:{server.address.split(':')[-1].split('?')[0]}：已送出",
        "未送达　feishu://${NONE}：没有设置变量NONE",
    ]
    (got,) = hook.accepted.values()
    assert got.text == "这是督办系统的测试通知，用来核对保护处联络员的通知通道，不需要办理。\n"
    assert not (bureau.var / "ledger.sqlite").exists()


def test_another_test_is_another_letter(bureau: Bureau) -> None:
    with receiver("webhook") as hook:
        reached_by(bureau, hook.address)
        bureau.ok("test-channels", OFFICER)
        bureau.at("2024-04-01 09:01").ok("test-channels", OFFICER)
    assert len(hook.accepted) == 2


def test_a_post_without_channels_gets_a_mail_file(bureau: Bureau) -> None:
    assert bureau.ok("test-channels", OFFICER).startswith(f"送达　信件目录：{OFFICER}/2024-04-01-{OFFICER}-")
    assert len(list((bureau.var / "mail" / OFFICER).glob("*.eml"))) == 1


def test_as_json(bureau: Bureau) -> None:
    with receiver("webhook") as hook:
        reached_by(bureau, hook.address)
        (one,) = bureau.json("test-channels", OFFICER)
    assert (one["accepted"], one["detail"]) == (True, "已送出")


def test_an_unknown_post_is_refused(bureau: Bureau) -> None:
    result = bureau.run("test-channels", "protection-oficer")
    assert result.exit_code == Exit.REFUSED
    assert "是否指 protection-officer？" in result.output


def test_services_that_hang_cost_as_long_as_the_settings_say(bureau: Bureau) -> None:
    write(bureau.config, {"duban.toml": 'plan = "small-2024"\n[channels]\ntimeout = 0.2\n'})
    with receiver("webhook", always(Do.HANG)) as hook:
        reached_by(bureau, hook.address)
        assert "0.2秒内没有答复" in bureau.run("test-channels", OFFICER).output


@pytest.mark.parametrize(
    ("line", "told"),
    [("timeout = 0", "channels.timeout"), ("timeuot = 3", "did you mean 'timeout'?"), ("timeout = 61", "timeout")],
)
def test_a_wrong_setting_is_told_of(bureau: Bureau, line: str, told: str) -> None:
    write(bureau.config, {"duban.toml": f'plan = "small-2024"\n[channels]\n{line}\n'})
    result = bureau.run("test-channels", OFFICER)
    assert result.exit_code == Exit.BAD_INPUT
    assert told in result.output


def test_a_rehearsal_writes_to_nobody_unless_the_settings_want_it(bureau: Bureau) -> None:
    with receiver("webhook") as hook:
        reached_by(bureau, hook.address)
        bureau.tick("cosmetics")
        with gear(load_settings()) as at:
            deliver_due(at.service, at.carrier, at.wording)
        assert hook.asked == []
        assert len(list((bureau.var / "mail" / OFFICER).glob("*.eml"))) == 1
        assert "a rehearsal's letters all lie in" in bureau.ok("doctor")
        write(bureau.config, {"duban.toml": 'plan = "small-2024"\n[channels]\nrehearsal = true\n'})
        bureau.at("2024-04-03 09:00").tick("cosmetics")
        with gear(load_settings()) as at:
            deliver_due(at.service, at.carrier, at.wording)
    assert {got.body["recipient"] for got in hook.accepted.values()} == {OFFICER}
