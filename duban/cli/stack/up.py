"""`duban up`: the embedded stack, the plan on it, and either a rehearsal or the office's real clock."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from deployments.stack.password import SERVER_VARIABLE, password_file
from deployments.stack.watch import SETTLED, pause
from duban.adapters.files import private_folder
from duban.adapters.log_lines import log_as_json
from duban.cli.exits import Exit
from duban.settings import CLOCK_FILE, CLOCK_VARIABLE, SETTINGS_VARIABLE, Settings, load_settings

if TYPE_CHECKING:
    from deployments.stack.stack import Stack, StackSettings

app = typer.Typer()
console = Console()

DEATHS = 5
"""How often in a row the conductor may be killed before it is given up."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Addresses that this machine alone reaches."""


class ClockKind(StrEnum):
    """Which time the plan lives in."""

    REHEARSAL = "rehearsal"
    REAL = "real"


@app.command()
def up(
    clock: Annotated[ClockKind, typer.Option(help="Rehearse the plan, or live in real time.")] = ClockKind.REHEARSAL,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Rehearse to the end of this day, then stop.")
    ] = None,
    pace: Annotated[float, typer.Option(min=0, help="Least seconds a rehearsed day takes.")] = 2.0,
) -> None:
    """Start the stack, apply the plan and run it; Ctrl-C ends it and leaves nothing running."""
    from deployments.stack.stack import Stack  # noqa: PLC0415  other commands need not load it

    settings = load_settings()
    _refuse_other_kind(settings, clock)
    _refuse_any_flow(settings, clock)
    if part := settings.logs_as("up"):
        log_as_json(part, ["stderr"])  # what is printed is for whoever watches the terminal
    console.print(f"正在启动本机环境（{settings.var}）……")
    wanted = _wanted(settings, clock)
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _interrupt)
    with Stack(wanted, _environment(settings, clock)) as stack:
        console.print(f"工作台：{settings.desk.address or stack.addresses.desk}")
        console.print(f"Prefect 界面：{stack.addresses.ui}/deployments?limit=100&sort=NAME_ASC")
        if wanted.locked:
            console.print(
                f"界面要口令：口令在 {password_file(stack.var)}，只有运行本系统的账户读得到。", soft_wrap=True
            )
        code = _conduct(stack, settings, clock, until, pace)
        if code == 0 and until is None:
            if clock is ClockKind.REAL:
                stack.start_guard()
                at = stack.start_metrics(settings.metrics.host, settings.metrics.port)
                console.print(f"运行指标（供 Prometheus 采集）：{at}")
            console.print("计划运行中，按 Ctrl-C 结束。")
            while True:
                _tend(stack)
    raise typer.Exit(code)


def _wanted(settings: Settings, clock: ClockKind) -> "StackSettings":
    from deployments.stack.stack import StackSettings  # noqa: PLC0415  as above

    said = settings.stack
    return StackSettings(
        settings.var,
        said.host,
        said.port,
        pool=said.pool,
        worker_type=said.worker_type,
        locked=locked(settings, clock),
        desk=settings.desk.port,
        desk_host=settings.desk.host,
        json_logs=settings.log.objects,
    )


def locked(settings: Settings, clock: ClockKind) -> bool:
    """Whether the server asks for a password: an office's does, and a rehearsal's that others may reach or want one."""
    near = settings.stack.host in LOOPBACK
    return clock is ClockKind.REAL or not near or bool(settings.variables.get(SERVER_VARIABLE))


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _refuse_other_kind(settings: Settings, clock: ClockKind) -> None:
    """A rehearsal's ledger must never be taken for the office's own, nor the other way round."""
    rehearsed = (settings.var / CLOCK_FILE).exists()
    used = (settings.var / "postgres").exists()
    if clock is ClockKind.REAL and rehearsed:
        raise typer.BadParameter(
            f"{settings.var} holds a rehearsal; remove it or name another folder (`var` in duban.toml)"
        )
    if clock is ClockKind.REHEARSAL and used and not rehearsed:
        raise typer.BadParameter(
            f"{settings.var} holds an office's own ledger; rehearse in another folder (`var` in duban.toml)"
        )
    if clock is ClockKind.REHEARSAL:
        private_folder(settings.var)


def _refuse_any_flow(settings: Settings, clock: ClockKind) -> None:
    """An office's worker carries out duban's own flows alone, which Prefect's own worker knows nothing of."""
    if clock is ClockKind.REAL and settings.stack.worker_type != "duban":
        raise typer.BadParameter(
            'worker_type = "process" carries out whatever anybody posts to the server; '
            'under the real clock it must be "duban" ([stack] in duban.toml)'
        )


def _environment(settings: Settings, clock: ClockKind) -> Mapping[str, str]:
    """What the stack's processes are told of the settings, by absolute paths: they run in another folder."""
    told = {**settings.variables, SETTINGS_VARIABLE: str(settings.file)}
    if clock is ClockKind.REHEARSAL:
        told[CLOCK_VARIABLE] = str(settings.var / CLOCK_FILE)
    return told


def _conduct(stack: "Stack", settings: Settings, clock: ClockKind, until: datetime | None, pace: float) -> int:
    """Run the conductor, again when somebody kills it, which loses nothing; the exit code it ends with."""
    command = [sys.executable, "-m", "duban.cli.stack.conducted", "--pace", str(pace)]
    command += ["--until", f"{until:%Y-%m-%d}"] if until else []
    deaths = 0
    while deaths < DEATHS:
        born = time.monotonic()
        code = _run(stack, settings, command)
        if code >= 0:
            return code
        deaths = 1 if time.monotonic() - born > SETTLED else deaths + 1
        console.print(f"[yellow]推演进程被强行结束（{signal.Signals(-code).name}）[/yellow]，接着进行")
        _wait(stack, pause(deaths))
    return Exit.ENVIRONMENT


def _run(stack: "Stack", settings: Settings, command: list[str]) -> int:
    """Run a process beside the stack, and tend that meanwhile; its exit code, negative for a signal."""
    told = {**stack.environment(), "PREFECT_LOGGING_LEVEL": "WARNING"}  # progress is printed, not Prefect's log
    with subprocess.Popen(command, env=told, cwd=settings.root) as conductor:  # noqa: S603  the command is ours
        try:
            while conductor.poll() is None:
                _tend(stack)
        except KeyboardInterrupt:
            conductor.send_signal(signal.SIGINT)
            raise
    return conductor.returncode


def _wait(stack: "Stack", seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        _tend(stack)


def _tend(stack: "Stack") -> None:
    for name in stack.tend():
        console.print(f"[yellow]{name} 已重新启动[/yellow]，详见 {stack.var / 'log'}")
    time.sleep(0.5)
