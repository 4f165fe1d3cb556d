"""A matter's way by the desk alone: from the letter that hands it out to the run it lets begin, without a shell."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.acceptance.desk import live

pytestmark = [pytest.mark.prefect, pytest.mark.worker, pytest.mark.postgres, pytest.mark.browser]


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder with a short path, as PostgreSQL's socket wants it."""
    with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def test_from_the_letter_to_the_run_that_waited(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[str] = []
    way = live(folder, seen.append)
    with capsys.disabled():
        print(*("", *seen, way), sep="\n")  # noqa: T201  the figures
    assert way.faults == ()
    assert way.acts == 8
