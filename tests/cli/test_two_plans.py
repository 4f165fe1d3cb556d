"""Two plans that go on side by side: commands say which one they mean, and --plan names the other."""

import pytest

from duban.settings import PLAN_VARIABLE, load_settings
from duban.wiring import gear, plan_settings
from tests.cli.conftest import FILES, Bureau, write

NEXT = "small-2025"


@pytest.fixture
def bureau(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    """The small bureau with its next year's plan, whose ids are the same."""
    monkeypatch.setenv(PLAN_VARIABLE, "")  # what --plan sets goes with the test
    copied = {name.replace("small-2024", NEXT): text for name, text in FILES.items() if name.startswith("plans/")}
    plan = f"plans/{NEXT}/plan.yaml"
    copied[plan] = copied[plan].replace("small-2024", NEXT).replace("2024年", "2025年")
    write(bureau.config, copied)
    write(bureau.config, {"duban.toml": f'plan = "{NEXT}"\nbeside = ["small-2024"]\n'})
    return bureau


def test_a_command_means_the_first_and_says_so(bureau: Bureau) -> None:
    result = bureau.run("show")
    assert result.exit_code == 0
    assert "2025年" in result.stderr
    assert "另有 small-2024，用 duban --plan 指定" in result.stderr


def test_another_is_named_before_the_command(bureau: Bureau) -> None:
    bureau.ok("--plan", "small-2024", "sign", "cosmetics/draft", "--as", "protection-officer")
    for plan, known in (("small-2024", ["cosmetics"]), (NEXT, [])):
        with gear(plan_settings(plan)) as at:
            assert list(at.service.ledger.initiatives()) == known


def test_an_unknown_one_is_refused_with_the_nearest_name(bureau: Bureau) -> None:
    result = bureau.run("--plan", "small-2042", "show")
    assert result.exit_code == 3
    assert "there is no plan 'small-2042' here" in result.stderr
    assert "did you mean 'small-20" in result.stderr


def test_a_plan_that_does_not_go_on_here_is_not_found(bureau: Bureau) -> None:
    assert [folder.name for folder in load_settings().plans] == [NEXT, "small-2024"]
    with pytest.raises(LookupError, match="no plan other goes on here"):
        plan_settings("other")
