"""Functions of an office's own, as a plan may name them for its actions."""

import os
import signal
from time import monotonic, sleep

from duban.settings import load_settings


def fail(key: str) -> str:
    """An outside system that does not take the new rates."""
    raise ConnectionError(f"收费系统拒绝连接（{key}）")


def take_time(key: str) -> str:
    """Note the key in `var/keys`; the first time, wait for `var/go` before going on."""
    var = load_settings().var
    first = not (var / "keys").exists()
    with (var / "keys").open("a") as file:
        file.write(f"{key}\n")
    until = monotonic() + 60
    while first and not (var / "go").exists() and monotonic() < until:
        sleep(0.05)
    (var / "bulletins").mkdir(exist_ok=True)
    (var / "bulletins" / "done.md").touch()
    return "已办"


def die(key: str) -> str:
    """Whatever it does takes its process along."""
    os.kill(os.getpid(), signal.SIGKILL)
    return key
