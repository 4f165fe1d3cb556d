"""What of an address is told: nothing but what was read from it as harmless."""

from base64 import b64encode, urlsafe_b64encode
from dataclasses import replace
from html import escape
from json import dumps
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.adapters.delivery.addresses import fill, located, shown, without_logins, written_out
from tests.adapters.delivery.letters import send
from tests.receivers import receiver
from tests.receivers.web import Answer, Service, WebReceiver

SECRETS = [
    "p@ss.word",
    "p@ss.word@evil.cn",
    "pa/ss@word.cn",
    "pa?ss=word@x.cn",
    "pa#ss.word",
    "1234/ss@word.cn",
    "ss:w.ord",
]


@pytest.mark.parametrize("password", SECRETS)
@pytest.mark.parametrize("scheme", ["mailto", "mailtos", "json", "https", "dingtalk"])
def test_a_password_of_any_characters_is_shown_by_no_part(scheme: str, password: str) -> None:
    channel = f"{scheme}://us.er:{password}@mail.example.cn?to=a@b.cn&from=c@d.cn"
    told = shown(channel)
    assert told in (f"{scheme}://***", f"{scheme}://mail.example.cn")
    outcome = send(f"{channel}&mode=${{NOBODY}}")
    assert not any(part in str(outcome) for part in ("pa", "ss", "word", "w.ord", "1234", "evil", "us.er"))


@given(st.text(min_size=1, max_size=12), st.text(max_size=6))
def test_a_host_is_shown_only_where_it_cannot_be_another_part(password: str, user: str) -> None:
    told = shown(f"mailtos://{user}:{password}@mail.example.cn?to=a@b.cn")
    assert told in ("mailtos://mail.example.cn", "mailtos://***", "***")


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        ("wecom://key.with.dots", "wecom://***"),
        ("tgram://123456789:abcdefg_hij/12315544/", "tgram://***"),
        ("https://hooks.example.cn/services/T0/B0", "https://hooks.example.cn"),
        ("json://[::1]:8080/hook", "json://[::1]:8080"),
        ("mailtos://${USER}:${PASSWORD}@${HOST}?to=${TO}", "mailtos://${HOST}"),
        ("p@ssword", "***"),
        ("", "***"),
    ],
)
def test_a_channel_is_shown_by_what_is_harmless(channel: str, told: str) -> None:
    assert shown(channel) == told


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://user:pass@prefect.example.cn:4200/api", "http://prefect.example.cn:4200/api"),
        ("http://user:p@ss@prefect.example.cn:4200/api", "http://***"),
        ("http://user:1/ss@prefect.example.cn:4200/api", "http://***"),
        ("http://prefect:4200/api", "http://prefect:4200/api"),
        (
            "postgresql+psycopg://duban:secret@db:5432/ledger?password=other",
            "postgresql+psycopg://duban:***@db:5432/ledger",
        ),
        ("postgresql://duban:p@ss@db/ledger", "postgresql://***"),
        ("sqlite:////srv/var/ledger.sqlite", "sqlite:////srv/var/ledger.sqlite"),
        ("no address", "***"),
    ],
)
def test_an_address_of_the_office_is_told_without_its_login(url: str, told: str) -> None:
    assert located(url) == told


def test_what_a_library_says_is_told_without_logins() -> None:
    said = "404 for url 'http://me:p@ss@host/api', and https://other/api"
    assert without_logins(said) == "404 for url 'http://***@host/api', and https://other/api"


# Echoes ---------------------------------------------------------------------------------------------------------------

WORD = 'p@ss "w+rd/&<'
ECHOES = {
    "as it is": WORD,
    "in capitals": WORD.upper(),
    "quoted": quote(WORD, safe=""),
    "in JSON": dumps(WORD),
    "in HTML": escape(WORD),
    "its beginning": WORD[:9],
    "hexadecimal": WORD.encode().hex(),
    "base64": b64encode(WORD.encode()).decode(),
    "base64 for addresses": urlsafe_b64encode(WORD.encode()).decode(),
    "a login in base64": b64encode(f"me:{WORD}".encode()).decode(),
    "a login as SMTP has it": b64encode(f"\0me\0{WORD}".encode()).decode(),
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
@pytest.mark.parametrize("written", [True, False], ids=["written out", "by variable"])
def test_an_echo_of_a_secret_is_hidden(echo: str, written: bool) -> None:
    address = f"json://me:{quote(WORD, safe='')}@host.cn" if written else "json://me:${WORD}@host.cn"
    told = fill(address, {"WORD": WORD}).hide(f"refused ({echo}) for good")
    assert told == "refused (***) for good" or told.replace('"', "") == "refused (***) for good"


def test_a_secret_that_is_cut_off_is_hidden_too() -> None:
    with receiver("webhook") as hook:
        assert isinstance(hook, WebReceiver)
        hook.service = _answering(hook, Answer({"why": "x" * 83 + "s3cr3t-of-twenty-chars"}, 422))
        outcome = send(
            f"json://127.0.0.1:{hook.port}/hook?+Authorization=Bearer ${{WORD}}", WORD="s3cr3t-of-twenty-chars"
        )
    assert "HTTP 422" in outcome.detail
    assert "s3c" not in outcome.detail


def test_a_token_that_is_written_out_and_echoed_is_hidden() -> None:
    with receiver("webhook") as hook:
        assert isinstance(hook, WebReceiver)
        hook.service = _answering(hook, Answer({"why": "no such token abcd1234, nor efgh5678"}, 422))
        outcome = send(f"json://127.0.0.1:{hook.port}/abcd1234?+Authorization=Bearer efgh5678")
    assert outcome.detail.endswith('{"why": "no such token ***, nor ***"}')


def _answering(hook: WebReceiver, answer: Answer) -> Service:
    return replace(hook.service, wrong=lambda request: answer)


@pytest.mark.parametrize(
    "channel",
    [
        "dingtalk://s3cr3t+word@to/ken",
        "tgram://s3cr3t-word/chat/",
        "slack://s3cr3t-word",
        "mailto://me:s3cr3t-word@127.0.0.1:1?from=nobody",
        "rocket://me:s3cr3t-word@127.0.0.1:1/room",
        "form://me:s3cr3t-word@127.0.0.1:1/s3cr3t-word",
    ],
)
def test_what_apprise_says_of_an_address_is_not_told(channel: str) -> None:
    outcome = send(channel)
    assert not outcome.accepted
    assert "s3cr3t" not in str(outcome)
    assert "word" not in str(outcome)


# Written out ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "is_"),
    [
        ("mailtos://${USER}:${PASSWORD}@mail.example.cn:587?from=a@b.cn&to=c@d.cn", False),
        ("mailtos://user:${PASSWORD}@mail.example.cn", False),
        ("mailto://relay.example.cn?from=a@b.cn&to=c@d.cn", False),
        ("mailtos://user:password@mail.example.cn", True),
        ("mailtos://user:p@ss@mail.example.cn", True),
        ("wecom://${KEY}", False),
        ("wecom://693a91f6", True),
        ("wecom://${KEY}?base=https://wecom.example.gov.cn", False),
        ("dingtalk://${SECRET}@${TOKEN}/13800000000", False),
        ("dingtalk://SECabc@${TOKEN}", True),
        ("feishu://${TOKEN}?secret=${SECRET}", False),
        ("feishu://${TOKEN}?secret=abc", True),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/9f3c7f1e-2a44", True),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/${TOKEN}", False),
        ("https://oapi.dingtalk.com/robot/send?access_token=9f3c", True),
        ("jsons://hooks.example.cn/letters?+Authorization=${VALUE}", False),
        ("jsons://hooks.example.cn/letters?+Authorization=Bearer abc", True),
        ("tgram://${TOKEN}/${CHAT}/", False),
        ("tgram://123456789:abcdefg_hij/12315544/", True),
        ("${WHOLE}", False),
    ],
)
def test_secrets_that_are_written_out_are_noticed(channel: str, is_: bool) -> None:
    assert written_out(channel) is is_
