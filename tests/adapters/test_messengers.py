"""What is asked of others is done in its time or ended, whatever it is in the middle of."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from duban.adapters.messengers import DISPATCH, Lost, TookTooLong, in_time
from duban.ports import Outside

HERE = __name__
LONG = 3600.0


def mine() -> int:
    return os.getpid()


def noted(file: Path, seconds: float) -> None:
    """Leaves its number, then sleeps."""
    file.write_text(str(os.getpid()))
    time.sleep(seconds)


def told(file: str) -> None:
    """Likewise, of where it comes from too."""
    Path(file).write_text(f"{os.getppid()} {os.getpid()}")
    time.sleep(LONG)


def wrong(said: str) -> None:
    raise Outside(said)


def large(size: int) -> int:
    return len(bytearray(size))


def strange() -> object:
    return lambda: None


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """Messengers come from a process that is begun in this folder, where they find what these tests ask for."""
    DISPATCH.end()
    yield
    DISPATCH.end()


def gone(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(10)
    return not psutil.pid_exists(pid)


def test_what_is_done_is_answered_from_a_process_of_its_own_each_time() -> None:
    pids = {in_time(LONG, f"{HERE}:mine") for _ in range(3)}
    assert len(pids) == 3
    assert os.getpid() not in pids
    assert all(map(gone, pids))


def test_what_goes_wrong_goes_wrong_here() -> None:
    with pytest.raises(Outside, match="连接不上"):
        in_time(LONG, f"{HERE}:wrong", said="连接不上")
    with pytest.raises(ModuleNotFoundError):
        in_time(LONG, "tests.nowhere:nothing")


def test_what_takes_too_long_is_ended_with_its_process(tmp_path: Path) -> None:
    with pytest.raises(TookTooLong):
        in_time(0.5, f"{HERE}:noted", tmp_path / "pid", LONG)
    assert gone(int((tmp_path / "pid").read_text()))
    with pytest.raises(TookTooLong):
        in_time(-1, f"{HERE}:noted", tmp_path / "pid", LONG)


def test_one_that_ends_before_its_time_is_lost_and_no_time_is() -> None:
    with pytest.raises(Lost):
        in_time(LONG, "os:_exit", 3)
    with pytest.raises(Lost):
        in_time(LONG, f"{HERE}:strange")


def test_no_answer_takes_all_of_the_memory() -> None:
    assert in_time(LONG, f"{HERE}:large", 100_000_000) == 100_000_000
    with pytest.raises(MemoryError):
        in_time(LONG, f"{HERE}:large", 2_000_000_000)


def test_one_that_is_held_up_holds_up_none_beside_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        slow = [pool.submit(in_time, 2, f"{HERE}:noted", tmp_path / str(number), LONG) for number in range(3)]
        assert pool.submit(in_time, LONG, f"{HERE}:mine").result() > 0
        assert not any(one.done() for one in slow)
        assert all(isinstance(one.exception(), TookTooLong) for one in slow)


def test_where_they_come_from_may_be_killed_at_any_time() -> None:
    assert in_time(LONG, f"{HERE}:mine")
    assert DISPATCH._process is not None
    DISPATCH._process.kill()
    DISPATCH._process.wait()
    assert in_time(LONG, f"{HERE}:mine")


def test_a_forked_process_has_a_line_of_its_own(tmp_path: Path) -> None:
    assert in_time(LONG, f"{HERE}:mine")
    place = DISPATCH._process
    pid = os.fork()
    if pid == 0:  # pragma: no cover  measured nowhere
        known = in_time(LONG, f"{HERE}:mine")
        assert DISPATCH._process is not None
        (tmp_path / "known").write_text(f"{known} {DISPATCH._process.pid}")
        DISPATCH.end()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    assert place is not None
    assert place.poll() is None
    assert str(place.pid) not in (tmp_path / "known").read_text().split()


SERVED = "import sys; from duban.adapters.messengers import in_time; in_time(1, {!r}, sys.argv[1])"


def test_they_end_when_whom_they_serve_is_killed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pid")
    with subprocess.Popen([sys.executable, "-c", SERVED.format(f"{HERE}:told"), tmp_path / "pid"]) as served:
        place, messenger = map(int, (tmp_path / "pid").read_text().split())
        assert {place, messenger} == {one.pid for one in psutil.Process(served.pid).children(recursive=True)}
        served.kill()
    assert gone(place)
    assert gone(messenger)
