"""What is tried: for each kind of input a try that returns when it is accepted, and raises what a refusal is."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile
from zoneinfo import ZoneInfo

from duban.adapters.delivery.addresses import Unset, fill, shown, written_out
from duban.adapters.delivery.errands import Unusable
from duban.adapters.delivery.services import read
from duban.adapters.memory_ledger import MemoryLedger
from duban.adapters.public_calendar import PUBLIC, public_calendar
from duban.adapters.sources import Reading, taken
from duban.adapters.wording import Wording
from duban.adapters.yaml_files import load_plan
from duban.core.access.doors import list_link, matter_link
from duban.core.access.marks import parted, proves
from duban.core.days.workdays import CalendarRange
from duban.core.deciding.commands import Command, Refused, Verb
from duban.core.planning.measure_file import MEASURE
from duban.core.planning.plan import StepRef
from duban.core.problems import BadInput
from duban.exchange.inward import read_back, take_in
from duban.exchange.outward import plan_workbook
from duban.ports import Outside
from duban.service import Service
from duban.settings import load_settings
from duban.wiring import load_calendar
from flows.forms import command_of, parameter_schema
from tests.bureau import COSMETICS, OFFICER, Hands, office
from tests.cli.conftest import CONFIG, FILES
from tests.fuzz.drafts import PROJECTS, TABLES, drafted
from tests.fuzz.mutating import bytes_, value, word

REFUSALS = (BadInput, Refused, CalendarRange, Unusable, Unset, Outside)
"""How input is refused: with its place, or in a sentence."""

Try = Callable[[Random], None]
MORNING = datetime(2024, 4, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


NO_FILES: tuple[Callable[[Path], Any], ...] = (
    os.mkfifo,
    Path.mkdir,
    lambda at: at.symlink_to(at),
    lambda at: at.symlink_to("/dev/zero"),
)


@dataclass
class Folder:
    """A bureau's folder, of which one file at a time is something else."""

    root: Path
    written: dict[str, bytes] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.root / "config"

    @contextmanager
    def with_changed(self, draw: Random, *names: str) -> Iterator[None]:
        """One of its files mutated; now and then it is no file at all."""
        name = draw.choice(names)
        file = self.config / name
        kept = self.written.setdefault(name, file.read_bytes())
        file.unlink()
        if draw.random() < 0.02:
            draw.choice(NO_FILES)(file)
        else:
            file.write_bytes(bytes_(draw, kept))
        try:
            yield
        finally:
            file.rmdir() if file.is_dir() else file.unlink()
            file.write_bytes(kept)


def make_folder(root: Path) -> Folder:
    """The small bureau of the tests of commands, with the project's patterns and an initiative that uses one."""
    for name in ("escalation.yaml", "calendar.yaml", "patterns", "notices"):
        (shutil.copytree if (CONFIG / name).is_dir() else shutil.copy)(CONFIG / name, _made(root / "config" / name))
    for name, text in FILES.items():
        said = text.replace("2024-06-28\n", "2024-12-31\n") + (MORE if name == "directory.yaml" else "")
        _made(root / "config" / name).write_text(said, "utf-8")
    (root / "config/plans/small-2024/service/rules.yaml").write_text(PATTERNED, "utf-8")
    told = (CONFIG / "duban.toml").read_text("utf-8").replace("shanghai-2024", "small-2024")
    (root / "config/duban.toml").write_text(told, "utf-8")
    (root / "config/calendar.yaml").write_text(CALENDAR, "utf-8")
    (root / "var").mkdir()
    (root / "var" / "cases.csv").write_text("日期,区,件数\n2024-05-01,浦东,12\n2024-06-01,徐汇,1030.5\n", "utf-8")
    return Folder(root)


def _made(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


MORE = """\
  - {id: policy-law, title: 政策法规处, head: service-head, officer: service-officer}
  - {id: office, title: 办公室, head: service-head, officer: service-officer}
groups:
  - {id: offices, title: 各处室, units: [protection, service]}
"""
CALENDAR = """\
country: CN
weekend: [saturday, sunday]
announced: [2026]
holidays: [2024-12-30, {first: 2024-07-22, last: 2024-07-26, note: 办公楼检修}]
working_days: [{first: 2024-11-02, note: 保障}]
"""
PATTERNED = """\
id: rules
title: 修订差旅费管理办法
source: "2.2"
lead: service
supervisor: deputy-director
pattern: normative
values: {document: 《差旅费管理办法》}
dates: {draft: 2024-06-14, comment: {earliest: 2024-06-17}, issued: 2024-09-30}
change:
  legality-review: {duration: [5, 5, 10]}
  draft: {title: 起草办法, evidence: [送审稿]}
without: [seek-opinions]
steps:
  - {id: budget, title: 编报预算, kind: work, needs: [issued], due: 2024-11-26, each: offices}
  - {id: monthly, title: 按月报送, kind: work, repeat: monthly, due: day 25 of period}
"""
PLANS = (*(name for name in FILES if name.startswith("plans")), "plans/small-2024/service/rules.yaml")


@cache
def _days() -> Any:
    return public_calendar(2022, 2031, PUBLIC)


def _plan(folder: Folder) -> None:
    config = folder.config
    load_plan(
        config / "plans" / "small-2024",
        directory=config / "directory.yaml",
        escalation=config / "escalation.yaml",
        calendar=_days(),
        patterns=config / "patterns",
    )


def _files(folder: Folder, *names: str) -> Try:
    def one(draw: Random) -> None:
        with folder.with_changed(draw, *names):
            _plan(folder)

    return one


def _calendars(folder: Folder) -> Try:
    def one(draw: Random) -> None:
        with folder.with_changed(draw, "calendar.yaml"):
            load_calendar(load_settings(folder.config / "duban.toml", {}), 2024, 2024)

    return one


def _settings(folder: Folder) -> Try:
    def one(draw: Random) -> None:
        with folder.with_changed(draw, "duban.toml"):
            load_settings(folder.config / "duban.toml", {})

    return one


def _templates(folder: Folder) -> Try:
    names = sorted(f"notices/{file.name}" for file in (folder.config / "notices").iterdir())

    def one(draw: Random) -> None:
        with folder.with_changed(draw, *names):
            Wording(folder.config / "notices")

    return one


# What people send in --------------------------------------------------------------------------------------------------


def _service() -> Service:
    service = Service(office(), MemoryLedger("bureau-2024"), Hands(MORNING))
    for name in service.office.plan.initiatives:
        service.tick(name)
    return service


def _workbooks(folder: Folder) -> Try:
    service = _service()
    given = plan_workbook(service)
    with ZipFile(BytesIO(given)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}

    def one(draw: Random) -> None:
        data = bytes_(draw, given) if draw.random() < 0.2 else _packed(draw, parts)
        take_in(_service(), read_back(service, data, "台账.xlsx", actor=None, via="workbook").commands)

    return one


def _packed(draw: Random, parts: dict[str, bytes]) -> bytes:
    into, changed = BytesIO(), draw.choice([*parts, *(name for name in parts if "sheet" in name)])
    with ZipFile(into, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, bytes_(draw, content) if name == changed else content)
    return into.getvalue()


SAID = ("reason", "progress", "value", "evidence", "to", "key", "actor", "on", "remaining", "step")


def _said(draw: Random, name: str, before: Any) -> Any:
    match name:
        case "progress" | "remaining":
            return draw.choice((None, -1, 5, 50, 101, 10_000, 2**70))
        case "value":
            return draw.choice((None, 1.5, float("nan"), float("inf"), 1e308))
        case "evidence":
            return tuple(word(draw, "方案送审稿") for _ in range(draw.choice((0, 1, 60))))
        case "step":
            return StepRef(word(draw, COSMETICS), word(draw, "draft"))
        case _:
            return word(draw, str(before))


def _commands(folder: Folder) -> Try:
    service = _service()

    def one(draw: Random) -> None:
        verb, ref = draw.choice(list(Verb)), StepRef(COSMETICS, "draft")
        command = Command(verb, ref, OFFICER, "情况", None, None, ("方案送审稿",), "2024-06-03", None, "cli")
        for _ in range(draw.choice((1, 1, 2))):
            name = draw.choice(SAID)
            command = replace(command, **{name: _said(draw, name, getattr(command, name))})
        service.act(command)

    return one


def _forms(folder: Folder) -> Try:
    service = _service()

    def one(draw: Random) -> None:
        view = service.view(COSMETICS)
        schema = parameter_schema(view.look, view.state)["properties"]["report"]["properties"]
        report: Any = {name: draw.choice(field.get("enum", ["2024-06-03"])) for name, field in schema.items()}
        for name in draw.sample(sorted(report), k=min(2, len(report))):
            report[name] = value(draw, report[name])
        report = draw.choice(([], "x", None)) if draw.random() < 0.02 else report
        command = command_of(service.office, view.look.initiative, report, "form/1")
        if command is not None:
            service.act(replace(command, key=None))

    return one


KEY = b"k" * 32


def _links(folder: Folder) -> Try:
    def one(draw: Random) -> None:
        token = word(draw, "2.04a-26-" + "A" * 22)
        named, said = parted(token)
        if (matter_link(token) is None and list_link(token) is None) or not proves(said, KEY, "matter", named):
            raise Refused("unknown-link", token)

    return one


ADDRESSES = (
    "mailtos://user:pass@mail.example.cn:465?to=a@b.cn,c@d.cn&from=x@y.cn&mode=ssl",
    "dingtalk://secret@token?base=https://oapi.example.cn",
    "wecom://0123-4567?base=https://qyapi.example.cn",
    "feishu://token?secret=s",
    "json://user:pass@hook.example.cn:8443/path?+X=1&-y=2&:title=subject",
    "postgresql+psycopg://duban:p%40ss@db.example.cn/ledger",
    "${WHOLE}",
)


def _addresses(folder: Folder) -> Try:
    def one(draw: Random) -> None:
        channel = word(draw, draw.choice(ADDRESSES))
        shown(channel)
        written_out(channel)
        filled = fill(channel, {"WHOLE": "json://127.0.0.1:1"})
        read(filled.address, 1)
        filled.hide("a word")

    return one


def _measures(folder: Folder) -> Try:
    file = folder.root / "var" / "cases.csv"
    given = file.read_bytes()
    reading = Reading(folder.config, folder.root / "var", "sqlite:///x", {}, {"unit": "a"})

    def one(draw: Random) -> None:
        file.write_bytes(bytes_(draw, given))
        said = {"by": "csv", "file": "var/cases.csv", "column": "件数", "take": draw.choice(("last", "sum", "count"))}
        taken(MEASURE.validate_python(said), reading)

    return one


KINDS: dict[str, Callable[[Folder], Try]] = {
    "plans": lambda folder: _files(folder, *PLANS),
    "directories": lambda folder: _files(folder, "directory.yaml"),
    "ladders": lambda folder: _files(folder, "escalation.yaml"),
    "patterns": lambda folder: _files(folder, "patterns/normative.yaml"),
    "calendars": _calendars,
    "settings": _settings,
    "templates": _templates,
    "workbooks": _workbooks,
    "commands": _commands,
    "forms": _forms,
    "links": _links,
    "addresses": _addresses,
    "measures": _measures,
    "projects": lambda folder: drafted(folder.config, PROJECTS),
    "tables": lambda folder: drafted(folder.config, TABLES),
}
