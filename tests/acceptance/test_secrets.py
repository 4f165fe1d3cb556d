"""A day of an office whose secrets are planted: neither they nor what people wrote is told where it should not be."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.acceptance.secrets import live

pytestmark = [pytest.mark.prefect, pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder with a short path, as PostgreSQL's socket wants it."""
    with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def test_a_day_in_which_no_secret_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[str] = []
    told = live(folder, seen.append)
    with capsys.disabled():
        print(*("", *seen), sep="\n")  # noqa: T201  the figures
    assert told == []
