"""Calendar, directory and ladders, changed in their files under two plans: the real worker goes by what was applied."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from duban.cli import app
from duban.core.deciding.commands import Verb
from duban.settings import PLAN_VARIABLE
from duban.wiring import gear, plan_settings
from flows.wanted import heal
from tasks.asking import LOOKING
from tests.bureau_folder import BureauFolder
from tests.flows.server import Server

pytestmark = [pytest.mark.prefect, pytest.mark.worker, pytest.mark.postgres]


class Seen(NamedTuple):
    """What a tick came to: until when is to be approved, whom the form names, whether the coordinator is told."""

    due: str
    signs: str
    told: bool


BY_FILES = Seen("2024-04-10", "分管副局长", told=True)
AS_APPLIED = Seen("2024-04-09", "副局长", told=False)

CHANGES = {
    "calendar.yaml": ("holidays: []", "holidays: [{first: 2024-04-08, note: 检修}]"),
    "directory.yaml": ("title: 副局长", "title: 分管副局长"),
    "escalation.yaml": ("anchor: opened, to: [owner]", "anchor: opened, to: [owner, coordinator]"),
}


@pytest.fixture
def two(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Server, Server]]:
    """The bureau with a second plan beside its first, both applied; the server as each sees it."""
    monkeypatch.setenv(PLAN_VARIABLE, "")  # what --plan sets goes with the test
    new = f"{server.bureau.plan}-next"
    server.bureau.beside(new)
    made = (server, replace(server, bureau=BureauFolder(server.bureau.root, new)))
    for one in made:
        applied(one.bureau.plan)
        with gear(plan_settings(one.bureau.plan)) as at:
            heal(at.service, at.settings)
            at.service.act(server.command(Verb.SUBMIT, "new-road/draft", "roads-officer", evidence=("建设方案",)))
    yield made
    for deployment in made[1].deployments():  # those of the first go with the server
        server.client.delete_resource_owned_automations(f"prefect.deployment.{deployment.id}")
        server.client.delete_deployment(deployment.id)


def applied(plan: str) -> None:
    """`duban apply` of a plan, as a coordinator gives it."""
    words = ("--plan", plan, "apply", "--by", "supervision-officer", "--reason", "设备检修")
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output


def changed(bureau: BureauFolder) -> None:
    for name, (words, instead) in CHANGES.items():
        file = bureau.root / "config" / name
        text = file.read_text("utf-8")
        assert words in text
        file.write_text(text.replace(words, instead), "utf-8")


def ticked(server: Server) -> Seen:
    """The road after a tick by the worker."""
    deployment = server.deployment("1.01")
    run = server.client.create_flow_run_from_deployment(deployment.id, parameters=LOOKING)
    assert server.ended(run) == "Completed"
    schema = server.deployment("1.01").parameter_openapi_schema
    assert schema is not None
    (signs,) = {
        offer.partition(" ")[0]
        for offer in schema["properties"]["report"]["properties"]["offer"]["enum"]
        if " 签收：" in offer
    }
    with gear(plan_settings(server.bureau.plan)) as at:
        (road,) = (one for one in at.service.ledger.summaries() if one.initiative == "new-road")
        (approval,) = (row for row in road.steps if row.step == "approve")
        told = any(row.recipient == "supervision-officer" for row in at.service.ledger.notices("new-road"))
    return Seen(str(approval.due), signs, told)


def test_terms_count_for_each_plan_once_it_is_applied_and_not_before(two: tuple[Server, Server]) -> None:
    old, new = two
    assert [ticked(one) for one in two] == [AS_APPLIED, AS_APPLIED]
    changed(old.bureau)
    assert [ticked(one) for one in two] == [AS_APPLIED, AS_APPLIED]
    applied(old.bureau.plan)
    assert [ticked(one) for one in two] == [BY_FILES, AS_APPLIED]
    applied(new.bureau.plan)
    assert [ticked(one) for one in two] == [BY_FILES, BY_FILES]
