"""The locks serve every Python the project names, not only the one they were made with."""

import re
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKED = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.M))


def needed(name: str, python: str) -> Iterator[str]:
    """What a locked distribution needs on a Python, by what it says of itself."""
    there: dict[str, Any] = {**default_environment(), "extra": ""}
    there |= {"python_full_version": python, "python_version": python.rpartition(".")[0]}
    for text in distribution(name).requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate(there):
            yield canonicalize_name(requirement.name)


@pytest.mark.parametrize("python", ["3.11.0", "3.11.2", "3.11.9", "3.12.0", "3.13.0", "3.14.0"])
def test_what_is_locked_has_what_it_needs(python: str) -> None:
    missing = {(name, need) for name in LOCKED for need in needed(name, python) if need not in LOCKED}
    assert missing == set()
    assert len(LOCKED) > 50
