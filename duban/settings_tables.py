"""What `config/duban.toml` may hold: its tables, with what is meant where one says nothing."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from duban.core.planning.values import Many, PlainText, Slug, Strict
from duban.unsaid import TIMEZONE


class StackFile(Strict):
    """`[stack]`: the embedded stack."""

    host: PlainText = "127.0.0.1"
    port: int = Field(4200, ge=1, le=65535)
    pool: PlainText = "duban"
    worker_type: Literal["duban", "process"] = "duban"


class WorkerFile(Strict):
    """`[worker]`: the worker whose processes stay warm; `processes` 0 is one for each core, `memory` megabytes."""

    processes: int = Field(0, ge=0, le=64)
    runs: int = Field(500, ge=1)
    memory: int = Field(600, ge=256)


class ChannelsFile(Strict):
    """`[channels]`: how notices are sent over the channels of the directory.

    `timeout` are the seconds a service may be silent, `longest` those a letter may take in all.
    """

    timeout: float = Field(10, gt=0, le=60)
    longest: float = Field(30, gt=0, le=300)
    rehearsal: bool = False


class PatrolFile(Strict):
    """`[patrol]`: under the real clock; `every` seconds between two patrols."""

    every: int = Field(300, ge=2, le=3600)


def _as_network(text: str) -> str:
    ip_network(text)  # raises ValueError
    return text


class DeskFile(Strict):
    """`[desk]`: the pages by which people answer; `session` hours, `upload` mebibytes of one file.

    `proxies` are the addresses or networks of the office's own; `user_header` is what they name a post in.
    """

    host: PlainText = "127.0.0.1"
    port: int = Field(4280, ge=1, le=65535)
    address: str | None = Field(None, pattern=r"^https?://[^\s/]+$")
    user_header: PlainText | None = None
    proxies: Many[Annotated[str, AfterValidator(_as_network)]] = ()
    session: int = Field(12, ge=1, le=168)
    upload: int = Field(20, ge=1, le=200)


class LogFile(Strict):
    """`[log]`: how processes log; `json` is one object a line."""

    objects: bool = Field(default=False, alias="json")  # which is a method of pydantic's


class MetricsFile(Strict):
    """`[metrics]`: where Prometheus finds the figures; they name plans and nothing of what is in them."""

    host: PlainText = "127.0.0.1"
    port: int = Field(4290, ge=1, le=65535)


class SealsFile(Strict):
    """`[seals]`: where seals of the ledger are kept, and the variable that holds their key, if it is in no file."""

    folder: PlainText | None = None
    key: str | None = Field(None, pattern=r"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$")


class ActsFile(Strict):
    """`[acts]`: what people do; `back` working days later it may be entered as done on its day."""

    back: int = Field(5, ge=0, le=60)


class ClockFile(Strict):
    """`[clock]`: `leap` working days past the last believed moment at which the time is believed by itself.

    `witness` is an address on another machine whose answers tell the time by their Date header.
    """

    leap: int = Field(3, ge=1, le=60)
    witness: str | None = Field(None, pattern=r"^https?://[^\s@]+$")


class SettingsFile(Strict):
    """`duban.toml`."""

    plan: Slug
    beside: Many[Slug] = ()
    timezone: PlainText = TIMEZONE
    language: Literal["zh_CN", "en"] = "zh_CN"
    var: PlainText = "var"
    store: PlainText | None = None
    ledger: PlainText | None = None
    backups: PlainText | None = None
    stack: StackFile = StackFile()
    worker: WorkerFile = WorkerFile()
    acts: ActsFile = ActsFile()
    clock: ClockFile = ClockFile()
    channels: ChannelsFile = ChannelsFile()
    patrol: PatrolFile = PatrolFile()
    desk: DeskFile = DeskFile()
    seals: SealsFile = SealsFile()
    metrics: MetricsFile = MetricsFile()
    log: LogFile = LogFile()


TABLES: Mapping[str, type[Strict]] = {
    "acts": ActsFile,
    "clock": ClockFile,
    "stack": StackFile,
    "worker": WorkerFile,
    "channels": ChannelsFile,
    "patrol": PatrolFile,
    "desk": DeskFile,
    "seals": SealsFile,
    "metrics": MetricsFile,
    "log": LogFile,
}
