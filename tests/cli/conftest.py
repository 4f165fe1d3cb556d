"""A small bureau on disk, at a time of its own, and a way to give commands there."""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from duban.adapters.clock import FileClock
from duban.cli import app
from duban.settings import CLOCK_FILE, LANGUAGE_VARIABLE, load_settings

CONFIG = Path(__file__).parent.parent.parent / "config"
SHANGHAI = ZoneInfo("Asia/Shanghai")

PLAN = """\
id: small-2024
title: 小局2024年工作要点
document: 小局〔2024〕1号
starts: 2024-04-01
ends: 2024-06-28
coordinator: coordinator
sections:
  - {id: protection, title: 加强保护}
  - {id: service, title: 优化服务}
"""
COSMETICS = """\
id: cosmetics
title: 推进化妆品产业知识产权保护
source: "1.1"
lead: protection
supervisor: deputy-director
steps:
  - id: draft
    title: 起草保护方案
    kind: work
    duration: 5
    due: 2024-04-12
    evidence: [方案送审稿]
    review: protection
  - {id: publicity, title: 方案公示, kind: period, needs: [draft], duration: 10 days, assumed: true}
  - {id: issue, title: 印发保护方案, kind: work, needs: [publicity], duration: 3, due: 8 working days after publicity}
  - {id: issued, title: 保护方案印发, kind: milestone, needs: [issue], due: 2024-05-17}
"""
TRAINING = """\
id: training
title: 开展知识产权培训
source: "2.1"
lead: service
supervisor: deputy-director
steps:
  - {id: lecture, title: 举办方案解读培训, kind: work, needs: [cosmetics/issued], duration: 5, due: 2024-05-24}
  - id: attendance
    title: 培训人次
    kind: indicator
    duration: 20
    target: {at_least: 200, unit: 人次}
    due: 2024-06-28
"""
DIRECTORY = """\
administrator: administrator
posts:
  - {id: deputy-director, title: 分管副局长}
  - {id: coordinator, title: 督办专员}
  - {id: administrator, title: 系统管理员}
  - {id: protection-head, title: 保护处处长, deputy: protection-deputy}
  - {id: protection-deputy, title: 保护处副处长}
  - {id: protection-officer, title: 保护处联络员}
  - {id: service-head, title: 服务处处长}
  - {id: service-officer, title: 服务处联络员}
units:
  - {id: protection, title: 保护处, head: protection-head, officer: protection-officer}
  - {id: service, title: 服务处, head: service-head, officer: service-officer}
"""
FILES = {
    "duban.toml": 'plan = "small-2024"\n',
    "directory.yaml": DIRECTORY,
    "plans/small-2024/plan.yaml": PLAN,
    "plans/small-2024/protection/cosmetics.yaml": COSMETICS,
    "plans/small-2024/service/training.yaml": TRAINING,
}
VARIABLES = ("DUBAN_LEDGER_URL", "DUBAN_CLOCK", "PREFECT_API_URL")


def written_in(words: Sequence[str]) -> dict[str, str]:
    """The language in which the messages of a command are written, where a test says no other."""
    chinese = {"diff", "apply", "draft", "import"} & {*words[:1]} and os.environ.get(LANGUAGE_VARIABLE) == "en"
    return {LANGUAGE_VARIABLE: "zh_CN"} if chinese else {}


@dataclass(frozen=True)
class Bureau:
    """A bureau's folder; commands are given to it as a person would in its terminal."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "config"

    @property
    def var(self) -> Path:
        return self.root / "var"

    def at(self, moment: str) -> "Bureau":
        """Set its clock: `2024-04-01 09:00`, at the office."""
        self.var.mkdir(exist_ok=True)
        FileClock(self.var / CLOCK_FILE).set(datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI))
        return self

    def run(self, *words: str) -> Result:
        """Give a command; a traceback in it is a failure of the test."""
        result = CliRunner().invoke(app, words, env=written_in(words))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def ok(self, *words: str) -> str:
        """Give a command that succeeds; what it printed."""
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *words: str) -> Any:
        """Give a command that succeeds and prints JSON."""
        return json.loads(self.ok(*words, "--json"))

    def tick(self, *names: str) -> None:
        """Look at initiatives, all unless named, as the patrol would; no notice is sent."""
        from duban.wiring import gear  # noqa: PLC0415  most tests of commands need not load it

        with gear(load_settings()) as at:
            for name in names or at.service.office.plan.initiatives:
                at.service.tick(name)


@pytest.fixture
def bureau(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    """The small bureau on the morning of 1 April 2024, its ledger empty."""
    write(tmp_path / "config", FILES)
    for name in ("escalation.yaml", "calendar.yaml", "rehearsal.yaml"):
        shutil.copy(CONFIG / name, tmp_path / "config" / name)
    shutil.copytree(CONFIG / "notices", tmp_path / "config" / "notices")
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DUBAN_SETTINGS", str(tmp_path / "config" / "duban.toml"))
    monkeypatch.chdir(tmp_path)
    return Bureau(tmp_path).at("2024-04-01 09:00")


def write(folder: Path, files: dict[str, str]) -> None:
    """Write files, by name."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def lines(text: str) -> Sequence[str]:
    """Lines without the padding of tables."""
    return [line.rstrip() for line in text.splitlines()]
