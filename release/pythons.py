"""`make pythons`: each other Python that is here compiles all of duban, and passes the quick tests of its core.

Each gets an environment of its own below `.venv`, with what those tests need at the versions of the lock. A Python that
is not here, or for which these cannot be had, is named and passed over: what was tried is what is said.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from release.locked import locked

ROOT = Path(__file__).parents[1]
MINORS = range(11, 15)
CODE = ("duban", "flows", "tasks", "deployments", "release")
NEEDED = (
    *("pytest", "hypothesis", "pydantic", "numpy", "pyyaml", "holidays", "tzdata", "jinja2", "typer", "markdown-it-py"),
    *("sqlmodel", "alembic", "psycopg", "psycopg-binary", "docxtpl", "openpyxl", "pypinyin", "icalendar", "psutil"),
    *("apprise", "platformdirs", "cryptography", "babel"),
)
"""What the quick tests of the core load."""

SHOWN = 40
"""Lines of what failing tests print."""

CORE = "workdays when dates deadlines decide settle ladder lights entries state commands check patterns revision total"
TESTS = (
    *("tests/fundamentals", *(f"tests/core/test_{name}.py" for name in CORE.split())),
    *("-m", "not hypothesis and not slow and not long_story"),
)
"""A few hundred tests that go through every room of the core and take seconds."""


def found(minor: int) -> str | None:
    """A Python of this minor version, on the path or among those pyenv keeps; None where none starts."""
    kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"3.{minor}.*/bin/python3"))
    for one in (shutil.which(f"python3.{minor}"), *map(str, reversed(kept))):
        if one and subprocess.run([one, "-c", ""], capture_output=True, check=False).returncode == 0:  # noqa: S603
            return one
    return None


def tried(python: str, minor: int) -> tuple[bool, str]:
    """Whether nothing was wrong with it, and what was tried."""
    with tempfile.TemporaryDirectory() as cache:
        told = {**os.environ, "PYTHONPYCACHEPREFIX": cache}  # noqa: TID251  no setting of duban's
        if wrong := _failing([python, "-m", "compileall", "-q", *CODE], told):
            return False, wrong
    place = ROOT / ".venv" / f"python3.{minor}"
    if wrong := _failing([python, "-m", "venv", "--clear", str(place)]) or _installed(place / "bin" / "python"):
        return True, f"compiles; its tests were not run, for what they need cannot be had: {wrong.splitlines()[-1]}"
    command = [str(place / "bin" / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    said = done.stdout.splitlines()
    return done.returncode == 0, f"compiles; {chr(10).join(said[-SHOWN:]) if done.returncode else said[-1]}"


def _installed(python: Path) -> str:
    """Install what the tests need; what is wrong, empty where nothing is."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(part_of_lock(NEEDED))
        file.flush()
        return _failing([str(python), "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "-r", file.name])


def part_of_lock(names: Sequence[str]) -> Iterator[str]:
    """The lines of the lock for these distributions and for what they need in turn."""
    text = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    needs = {one.name: one.needs for one in locked(text)}
    ahead, wanted = list(names), set[str]()
    while ahead:
        if (name := ahead.pop()) not in wanted:
            wanted.add(name)
            ahead += needs.get(name, ())
    for block in re.split(r"(?m)^(?=[a-z0-9])", text):
        if block.partition("==")[0] in wanted:
            yield block


def _failing(command: Sequence[str], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(  # noqa: S603  the command is ours
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return (done.stderr or done.stdout or "it failed") if done.returncode else ""


def main() -> None:
    """Try each; ends with 1 where one fails."""
    worked = True
    for minor in MINORS:
        if minor == sys.version_info.minor:
            continue
        python = found(minor)
        fine, what = tried(python, minor) if python else (True, "is not here")
        print(f"Python 3.{minor} {what}", flush=True)
        worked &= fine
    sys.exit(0 if worked else 1)


if __name__ == "__main__":
    main()
