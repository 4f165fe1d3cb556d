"""The clocks."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from duban.adapters.clock import ClockUnusable, FileClock, SystemClock
from duban.ports import Clock

MOMENT = datetime(2024, 3, 1, 8, 30, 0, 123456, tzinfo=timezone(timedelta(hours=8)))


def test_system_clock_goes_on_in_utc() -> None:
    clock: Clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first.tzinfo is UTC
    assert first <= second


def test_file_clock_stands_at_the_moment_set(tmp_path: Path) -> None:
    clock: Clock = FileClock(tmp_path / "clock")
    FileClock(tmp_path / "clock").set(MOMENT)
    assert clock.now() == clock.now() == MOMENT
    assert clock.now().tzinfo is UTC


def test_setting_leaves_only_the_clock_behind(tmp_path: Path) -> None:
    clock = FileClock(tmp_path / "clock")
    clock.set(MOMENT)
    clock.set(MOMENT + timedelta(days=1))
    assert [path.name for path in tmp_path.iterdir()] == ["clock"]


def test_a_set_that_fails_leaves_the_former_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    clock = FileClock(tmp_path / "clock")
    clock.set(MOMENT)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        clock.set(MOMENT + timedelta(days=1))
    assert clock.now() == MOMENT
    assert [path.name for path in tmp_path.iterdir()] == ["clock"]


def test_readers_never_see_a_part(tmp_path: Path) -> None:
    clock = FileClock(tmp_path / "clock")
    moments = [MOMENT + timedelta(days=day) for day in range(50)]
    clock.set(moments[0])

    def read(_: int) -> datetime:
        return clock.now()

    with ThreadPoolExecutor(2) as pool:
        seen = pool.map(read, range(500))
        for moment in moments:
            clock.set(moment)
        assert set(seen) <= set(moments)


def test_a_naive_moment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        FileClock(tmp_path / "clock").set(datetime(2024, 3, 1))  # noqa: DTZ001 - naive on purpose


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"clock: no such clock\. Set the rehearsal's time first"),
        ("soon", r"clock: holds no moment .*'soon'.* Set the rehearsal's time again"),
        ("2024-03-01T08:30:00", r"clock: 2024-03-01 08:30:00 has no time zone"),
    ],
)
def test_an_unusable_clock_says_why(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "clock").write_text(content)
    with pytest.raises(ClockUnusable, match=message):
        FileClock(tmp_path / "clock").now()
