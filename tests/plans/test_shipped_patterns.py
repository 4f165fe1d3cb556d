"""The patterns the project ships: each makes an initiative that can be done within a year, and says what it is."""

from pathlib import Path

import pytest
import yaml

from duban.adapters.public_calendar import public_calendar
from duban.adapters.yaml_files import load_plan
from duban.adapters.yaml_models import load_model
from duban.core.planning.pattern_file import PatternFile
from duban.core.planning.plan import Initiative
from duban.core.planning.plan_file import Kind

CONFIG = Path(__file__).parents[2] / "config"
PATTERNS = sorted((CONFIG / "patterns").glob("*.yaml"))


def initiative(file: Path, folder: Path) -> Initiative:
    """An initiative that has nothing but the pattern, the values and the dates it asks for."""
    pattern = load_model(file, PatternFile)
    said = {
        "id": f"one-{pattern.id}",
        "title": "举措",
        "source": "1.1",
        "lead": "protection",
        "supervisor": "director",
        "pattern": pattern.id,
        "values": dict.fromkeys(pattern.values, "《名称》"),
        "dates": dict.fromkeys(pattern.dates, "2024-12-27"),
    }
    (folder / "governance").mkdir()
    plan = (CONFIG / "plans" / "shanghai-2024" / "plan.yaml").read_text("utf-8")
    (folder / "plan.yaml").write_text(plan.replace("complete: true", "complete: false"), "utf-8")
    (folder / "governance" / f"{said['id']}.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    office = {"directory": CONFIG / "directory.yaml", "escalation": CONFIG / "escalation.yaml"}
    calendar = public_calendar(2023, 2026)
    return load_plan(folder, **office, calendar=calendar, patterns=file.parent).plan.initiatives[said["id"]]


@pytest.mark.parametrize("file", PATTERNS, ids=lambda file: file.stem)
def test_a_pattern_alone_makes_an_initiative(file: Path, tmp_path: Path) -> None:
    steps = initiative(file, tmp_path).steps.values()
    written = {step.id.partition("@")[0] for step in steps}
    assert 6 <= len(written) <= 14
    assert any(step.kind is Kind.MILESTONE for step in steps)
    assert all(step.assumed and step.evidence for step in steps if step.kind is Kind.WORK)
    assert any(step.review == "director" or step.kind is Kind.REVIEW for step in steps)
    assert not [step.title for step in steps if "{" in step.title]
    assert all(step.duration.optimistic < step.duration.pessimistic for step in steps if step.kind is Kind.WORK)
