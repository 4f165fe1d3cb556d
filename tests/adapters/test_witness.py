"""Another clock than this machine's, asked of a real server; and what a database's is worth."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from duban.adapters import messengers, witness
from duban.adapters.clock import SystemClock, kept_right
from duban.adapters.memory_ledger import MemoryLedger
from duban.adapters.witness import another_clock, beside, date_of, told_by
from tests.http_server import HttpServer

NOON = datetime(2024, 6, 3, 4, tzinfo=UTC)


class Told(MemoryLedger):
    def clock(self) -> datetime | None:
        return NOON


def test_the_date_of_whatever_an_address_answers_is_its_time() -> None:
    with closing(HttpServer()) as server:
        server.says({}, 404)
        told = told_by(server.url)
    assert told is not None
    assert abs(told - SystemClock().now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("Mon, 03 Jun 2024 04:00:00 GMT", NOON),
        ("Mon, 03 Jun 2024 12:00:00 +0800", NOON),
        ("Mon, 03 Jun 2024 04:00:00 -0000", NOON),
        ("at noon", None),
    ],
)
def test_it_is_read_as_servers_write_it(said: str, moment: datetime | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests.head", lambda *_, **__: Answer({"Date": said}))
    assert date_of("https://example.org") == moment


class Answer:
    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers


def test_what_a_cache_kept_is_older_by_its_age(monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"Date": "Mon, 03 Jun 2024 03:00:00 GMT", "Age": "3600"}
    monkeypatch.setattr("requests.head", lambda *_, **__: Answer(headers))
    assert date_of("https://example.org") == NOON
    monkeypatch.setattr("requests.head", lambda *_, **__: Answer({}))
    assert date_of("https://example.org") is None


def test_an_address_that_does_not_answer_tells_nothing() -> None:
    with closing(HttpServer()) as server:
        pass
    assert told_by(server.url) is None


def test_one_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object) -> None:
        raise messengers.TookTooLong

    monkeypatch.setattr(messengers, "in_time", late)
    assert told_by("https://example.org") is None


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("postgresql+psycopg://duban@127.0.0.1:5432/ledger", True),
        ("postgresql+psycopg://duban@/ledger?host=/run/postgresql", True),
        ("postgresql+psycopg://duban@localhost/ledger", True),
        ("postgresql+psycopg://duban@db.example.gov.cn/ledger", False),
        ("sqlite:////srv/var/ledger.sqlite", True),
    ],
)
@pytest.mark.parametrize("kept", [True, False, None])
def test_a_database_on_the_same_machine_bears_nothing_out_unless_a_time_service_keeps_that(
    url: str, here: bool, kept: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witness, "kept_right", lambda: kept)
    assert beside(url) == here
    assert another_clock(Told("p"), url, None)() == (None if here and kept is False else NOON)


def test_the_kernel_says_whether_a_time_service_keeps_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept_right() in (True, False)
    monkeypatch.setattr("ctypes.CDLL", lambda _: object())
    assert kept_right() is None, "elsewhere than on Linux"
