"""An office's day under the real clock: all happens by itself, what is killed goes on, nothing is lost or doubled."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.acceptance.office import WANTED, live

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder with a short path, as PostgreSQL's socket wants it."""
    with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def test_a_day_in_which_everything_is_killed_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[str] = []
    day = live(folder, seen.append)
    with capsys.disabled():
        print(*("", *seen, day), sep="\n")  # noqa: T201  the figures
    assert day.faults == ()
    assert day.patrols > WANTED
    assert day.letters > 15
    assert day.reports >= 11
