"""`check`: channels that could not be used as they are written, and secrets that stand in files."""

import pytest

from duban.adapters.delivery.checked import literal_secrets
from tests.cli.conftest import DIRECTORY, Bureau, lines, write

OFFICER = "title: 保护处联络员"


def reached_by(bureau: Bureau, written: str) -> None:
    write(bureau.config, {"directory.yaml": DIRECTORY.replace(OFFICER, f"{OFFICER}, channels: {written}")})


def line_of(bureau: Bureau, words: str) -> int:
    told = (bureau.config / "directory.yaml").read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(told, start=1) if words in line)


@pytest.mark.parametrize(
    ("channel", "id", "remedy"),
    [
        ("mailto://relay.cn?from=a@b.cn&to=c@d.cn,nobody", "channel-shortened", "write each whole"),
        ("mailto://relay.cn?from=a@b.cn&to=c@d.cn&e@f.cn", "channel-shortened", "write each whole"),
        ("mailtos://me:p@ss@mail.example.cn?to=c@d.cn", "channel-shortened", "into a ${VARIABLE}"),
        ("dingtalk://${DING_SECRET}@${DING_TOKEN}/138", "channel-shortened", "write each whole"),
        ("wecom://${KEY}/more", "channel-shortened", "write each whole"),
        ("wecomm://${KEY}", "channel-unknown", "see Channels"),
        ("mailto://", "channel-unusable", "see Channels"),
        ("feishu://${TOKEN}?base=http://example.cn", "channel-insecure", "write https://"),
    ],
)
def test_a_channel_of_which_a_part_would_be_lost_is_a_problem(
    bureau: Bureau, channel: str, id: str, remedy: str
) -> None:
    reached_by(bureau, f'["{channel}"]')
    result = bureau.run("check")
    assert result.exit_code == 3
    place = f"config/directory.yaml:{line_of(bureau, channel)}: {id}: "
    (told,) = [line for line in lines(result.stdout) if line.startswith(place)]
    assert remedy in told
    assert "p@ss" not in result.stdout


@pytest.mark.parametrize(
    "channel",
    [
        "mailto://relay.cn?from=a@b.cn&to=c@d.cn；e@f.cn",
        "mailtos://${USER}:${PASSWORD}@${HOST}:${PORT}?from=${FROM}&to=${TO}",
        "dingtalk://${SECRET}@${TOKEN}/${MOBILE}",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${KEY}",
        "tgram://${TOKEN}/${CHAT}/",
        "${WHOLE}",
    ],
)
def test_a_good_channel_is_none_though_its_variables_are_not_set_here(bureau: Bureau, channel: str) -> None:
    reached_by(bureau, f'["{channel}"]')
    assert lines(bureau.ok("check"))[-1] == "0 problems"
    assert bureau.json("check")["warnings"] == []


@pytest.mark.parametrize(
    ("file", "line", "what"),
    [
        ("directory.yaml", '- {id: a, channels: ["wecom://s3cr3t-key"]}', "wecom://***"),
        ("directory.yaml", '      - "mailtos://me:s3cr3t@mail.example.cn?to=a@b.cn"', "mailtos://mail.example.cn"),
        ("duban.toml", 'ledger = "postgresql+psycopg://duban:s3cr3t@db.example.cn/ledger"', "postgresql+psycopg://"),
        ("plans/small-2024/x/y.yaml", "      headers: {Authorization: Bearer s3cr3t}", "Authorization"),
        ("plans/small-2024/x/y.yaml", "        X-Api-Key: s3cr3t", "X-Api-Key"),
        ("patterns/p.yaml", "      url: https://example.cn/data?token=s3cr3t", "https://example.cn"),
        ("patterns/p.yaml", "      url: https://me:s3cr3t@example.cn/data", "https://example.cn"),
    ],
)
def test_a_secret_in_a_file_is_a_warning_and_no_problem(bureau: Bureau, file: str, line: str, what: str) -> None:
    write(bureau.config, {f"kept/{file}": f"# a file\n{line}\n"})
    (found,) = literal_secrets(bureau.config / "kept")
    assert (found.file, found.line, found.id) == (f"config/kept/{file}", 2, "written-secret")
    assert what in found.message
    assert "s3cr3t" not in str(found)


def test_warnings_are_printed_and_leave_the_exit_code_alone(bureau: Bureau) -> None:
    reached_by(bureau, '["wecom://s3cr3t-key"]')
    printed = lines(bureau.ok("check"))
    place = f"config/directory.yaml:{line_of(bureau, 's3cr3t')}"
    assert [line for line in printed if line.startswith("warning")] == [
        f"warning: {place}: written-secret: wecom://*** holds a secret; "
        "set a variable where duban is started, and write ${NAME} in its place"
    ]
    assert printed[-1] == "0 problems"
    (warning,) = bureau.json("check")["warnings"]
    assert (warning["file"], warning["id"]) == ("config/directory.yaml", "written-secret")


@pytest.mark.parametrize(
    "written",
    [
        "mailtos://me:s3cr3t@mail.example.cn",
        '["mailtos://me:s3cr3t@mail.example.cn',
        '["mailtos://me:s3cr3t\\u0007@mail.example.cn"]',
        '{first: "mailtos://me:s3cr3t@mail.example.cn"}',
        '["mailtos://me:s3cr3t@mail.example.cn", 3]',
        '["mailtos://me:s3cr3t@mail.example.cn", "mailtos://me:s3cr3t@mail.example.cn"]',
    ],
)
@pytest.mark.parametrize("command", ["check", "doctor"])
def test_a_directory_that_cannot_be_read_tells_no_secret_of_it(bureau: Bureau, written: str, command: str) -> None:
    reached_by(bureau, written)
    assert "s3cr3t" not in bureau.run(command).output
