"""The wheel as somebody installs it: in a virtual environment that has what it needs and nothing of the checkout."""

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
APART = ("duban", "__editable__", "_editable")
"""What the checkout itself has among the packages, by the beginnings of names."""


def build(folder: Path) -> Path:
    """The wheel, built without fetching anything."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def installed(wheel: Path, folder: Path) -> Path:
    """Install the wheel into a new environment, by links to all other packages here; the folder of its commands."""
    venv.create(folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    for place in map(Path, sys.path):
        for one in place.iterdir() if place.name == "site-packages" else ():
            if one.suffix != ".pth" and not one.name.startswith(APART) and not (packages / one.name).exists():
                (packages / one.name).symlink_to(one)
    command = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet"]
    subprocess.run([*command, "--no-deps", "--no-index", wheel], check=True, capture_output=True)
    return folder / "bin"


def given(commands: Path, where: Path, *words: str, seconds: float = 120) -> str:
    """Give commands as a person in a terminal would, in a folder; what they printed."""
    return run(commands, where, "sh", "-c", " && ".join(words), seconds=seconds)


def loaded(commands: Path, where: Path, code: str) -> str:
    """What the environment's Python prints."""
    return run(commands, where, commands / "python", "-c", code)


def run(commands: Path, where: Path, *command: str | Path, seconds: float = 120) -> str:
    """Run a command there, with nothing of this process's environment."""
    told = {"PATH": f"{commands}:{os.defpath}", "HOME": str(where), "COLUMNS": "200"}
    nothing, pipe = subprocess.DEVNULL, subprocess.PIPE
    done = subprocess.run(
        command,
        cwd=where,
        env=told,
        stdin=nothing,
        stdout=pipe,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
