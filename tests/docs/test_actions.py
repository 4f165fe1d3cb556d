"""docs/actions.md tells of every action and of every parameter, and every one of them is there to be run."""

import re
from pathlib import Path
from typing import get_args

import pytest

from duban.core.planning.action_file import Action
from tasks.actions import ACTIONS

DOCUMENT = (Path(__file__).parents[2] / "docs" / "actions.md").read_text(encoding="utf-8")
KNOWN = {model.model_fields["uses"].annotation.__args__[0]: model for model in get_args(get_args(Action)[0])}


def test_every_action_of_a_plan_can_be_run() -> None:
    assert set(ACTIONS) == set(KNOWN)


@pytest.mark.parametrize("name", KNOWN)
def test_every_action_is_documented_with_its_parameters(name: str) -> None:
    found = re.search(rf"^## `{name}`.*?(?=^## |\Z)", DOCUMENT, re.M | re.S)
    assert found, f"docs/actions.md says nothing of {name}"
    told = re.findall(r"^- `([a-z_]+)`:", found[0], re.M)
    assert sorted(told) == sorted(KNOWN[name].model_fields["parameters"].annotation.model_fields)
