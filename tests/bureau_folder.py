"""A small bureau on disk for tests with a Prefect server: the plan of `tests/plans/flows`, the project's own rules."""

import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from duban.adapters.clock import FileClock
from duban.settings import CLOCK_FILE

TESTS = Path(__file__).parent
CONFIG = TESTS.parent / "config"
PLAN = TESTS / "plans" / "flows"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class BureauFolder:
    """A folder with `config/` and `var/`; its plan bears the name it was made with."""

    root: Path
    plan: str

    @property
    def settings(self) -> Path:
        return self.root / "config" / "duban.toml"

    @property
    def var(self) -> Path:
        return self.root / "var"

    @property
    def mails(self) -> list[Path]:
        return sorted(self.var.glob("mail/*/*.eml"))

    def file(self, initiative: str) -> Path:
        """The file of an initiative."""
        return next((self.root / "config" / "plans" / self.plan).glob(f"*/{initiative}.yaml"))

    def all_at_once(self) -> "BureauFolder":
        """Mark every rung immediate, so that ticks send its notices and none waits for a digest."""
        file = self.root / "config" / "escalation.yaml"
        rungs = re.sub(r"(slip: [a-z]+)\b(?!, immediate)", r"\1, immediate: true", file.read_text("utf-8"))
        file.write_text(rungs, "utf-8")
        return self

    def add(self, section: str, initiative: str, text: str) -> None:
        """Write the file of one more initiative."""
        (self.root / "config" / "plans" / self.plan / section / f"{initiative}.yaml").write_text(text, "utf-8")

    def beside(self, plan: str) -> "BureauFolder":
        """Have the same plan go on under another id as well."""
        folder = self.root / "config" / "plans" / plan
        shutil.copytree(self.root / "config" / "plans" / self.plan, folder)
        file = folder / "plan.yaml"
        file.write_text(file.read_text().replace(f"id: {self.plan}", f"id: {plan}"))
        self.settings.write_text(f'beside = ["{plan}"]\n{self.settings.read_text()}')
        return self

    def at(self, moment: str) -> "BureauFolder":
        """Set its clock: `2024-04-01 09:00`, at the office."""
        FileClock(self.var / CLOCK_FILE).set(datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI))
        return self


def make_bureau(root: Path, plan: str) -> BureauFolder:
    """Write the bureau's folder; its clock stands at the first morning of its plan."""
    config = root / "config"
    (root / "var").mkdir(parents=True)
    shutil.copytree(PLAN, config / "plans" / plan)
    file = config / "plans" / plan / "plan.yaml"
    file.write_text(file.read_text().replace("id: flows", f"id: {plan}"))
    shutil.copy(TESTS / "plans" / "office" / "directory.yaml", config)
    for name in ("escalation.yaml", "calendar.yaml", "rehearsal.yaml"):
        shutil.copy(CONFIG / name, config)
    shutil.copytree(CONFIG / "notices", config / "notices")
    (config / "duban.toml").write_text(f'plan = "{plan}"\n', encoding="utf-8")
    return BureauFolder(root, plan).at("2024-04-01 09:00")
