"""var/run: the lock that one stack holds, and the addresses it leaves for others while it lives."""

import fcntl
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO

from deployments.stack.children import StackError
from deployments.stack.environment import Addresses
from duban.adapters.files import added_to, private_folder, write_atomically
from duban.core.texts import english

PATIENCE = 1.0  # seconds; somebody who only looks holds the lock for an instant


def take_lock(var: Path, patience: float = PATIENCE) -> IO[str]:
    """Hold var/run/stack.lock while the returned file is open; the kernel lets go when its process ends, however.

    Raises StackError when another stack holds it for longer than `patience` seconds.
    """
    folder = var / "run"
    private_folder(folder)
    file = added_to(folder / "stack.lock")
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < until:
                time.sleep(0.05)
                continue
            file.close()
            raise StackError(
                english("A stack already runs on {var}. Stop it first, or give this one another folder.", var=var)
            ) from None
        return file


def publish(addresses: Addresses) -> None:
    """Leave the addresses for `running`."""
    write_atomically(_file(addresses.var), json.dumps(asdict(addresses), default=str))


def withdraw(var: Path) -> None:
    """Take the addresses away."""
    _file(var).unlink(missing_ok=True)


def running(var: Path) -> Addresses | None:
    """Addresses of the stack that lives on this var folder; None when none does, or it is still starting."""
    file = _file(var.resolve())
    if not file.exists():
        return None
    try:
        take_lock(var.resolve(), patience=0).close()
    except StackError:
        values = json.loads(file.read_text(encoding="utf-8"))
        return Addresses(**{**values, "var": Path(values["var"])})
    except OSError:
        return None  # where nothing can be written no stack lives
    return None  # a killed stack left them


def _file(var: Path) -> Path:
    return var / "run" / "addresses.json"
