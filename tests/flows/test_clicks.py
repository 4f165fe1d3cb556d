"""What somebody clicks away in Prefect's pages is back, or named, within two patrols; the office's work is not harmed.

One bureau under the real clock, patrolled every two seconds by the stack's own worker, with the guard beside it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate, WorkPoolUpdate
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.states import Cancelling, Scheduled

from deployments.guard.guard import Guard
from deployments.stack.stack import Stack
from duban.adapters.clock import SystemClock
from duban.core.ledger.entries import GUARD, EntryKind
from duban.ports import Rounder
from duban.settings import CLOCK_FILE, LEDGER_VARIABLE, SETTINGS_VARIABLE, load_settings
from duban.wiring import Gear, gear
from flows.wanted import amiss, heal
from tasks.deploying import delete_rule
from tests.bureau_folder import make_bureau
from tests.flows.server import Server, Warm, eventually

pytestmark = [pytest.mark.prefect, pytest.mark.worker, pytest.mark.postgres]

POOL = "duban"
BELT, ROAD = "2.01", "1.01"


@dataclass
class Office:
    """The bureau at work."""

    server: Server
    at: Gear
    guard: Guard

    @property
    def client(self) -> SyncPrefectClient:
        return self.server.client

    def deployment(self, number: str) -> DeploymentResponse:
        return self.server.deployment(number)

    def mended(self) -> list[str]:
        """What patrols say they have mended."""
        return list(self.at.service.mended_today())

    def patrols(self) -> list[FlowRun]:
        """Patrols that came by schedule and went round."""
        of = {found.id for found in self.server.deployments() if "0.00" in found.name}  # none while it is deleted
        runs = [run for run in self.server.runs() if run.deployment_id in of and run.auto_scheduled]
        return [run for run in runs if run.state and str(run.state.message).startswith("已巡查")]  # and not needless

    def eventually(self, what: Callable[[], bool]) -> None:
        """Wait, the guard looking now and then as it does."""

        def there() -> bool:
            self.guard.look(SystemClock().now())
            return what()

        eventually(there, within=60)

    def back(self, *words: str) -> None:
        """Wait until the server is as the plan has it, and a patrol has said what it mended."""
        clicked = SystemClock().now() - timedelta(seconds=1)
        self.eventually(lambda: amiss(self.at.service, self.at.settings).empty)
        entries = [one for one in self.at.service.ledger.entries(GUARD) if one.kind is EntryKind.MENDED]
        said = [(one.at, line) for one in entries if one.at > clicked for line in one.data["what"]]
        mended = [at for at, line in said if all(word in line for word in words)]
        assert mended, said
        meanwhile = [run for run in self.patrols() if run.end_time and clicked < run.end_time <= mended[0]]
        assert len(meanwhile) <= 3, "within two patrols, and the one under way when it was clicked"


@pytest.fixture(scope="module")
def office(
    stack: Stack, client: SyncPrefectClient, warm: Warm, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    bureau = make_bureau(tmp_path_factory.mktemp("clicks") / "clicked", "clicked")
    (bureau.var / CLOCK_FILE).unlink()
    bureau.settings.write_text('plan = "clicked"\n[patrol]\nevery = 2\n')
    current = stack.var.parent / "current"
    current.unlink(missing_ok=True)
    current.symlink_to(bureau.root)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(LEDGER_VARIABLE, stack.addresses.ledger)
        patched.setenv(SETTINGS_VARIABLE, str(bureau.settings))
        with gear(load_settings()) as at:
            heal(at.service, at.settings)
            made = Office(Server(client, warm, bureau), at, Guard(at.settings, SystemClock().now()))
            made.eventually(lambda: len(made.patrols()) >= 2)
            yield made
            for deployment in made.server.deployments():
                client.delete_resource_owned_automations(f"prefect.deployment.{deployment.id}")
                client.delete_deployment(deployment.id)


def test_a_paused_deployment_runs_again(office: Office) -> None:
    office.client.pause_deployment(office.deployment(ROAD).id)
    office.back("1.01", "暂停")
    assert not office.deployment(ROAD).paused


def test_a_deleted_deployment_is_there_again(office: Office) -> None:
    office.client.delete_deployment(office.deployment(ROAD).id)
    office.back("1.01", "部署缺失")


def test_an_edited_deployment_is_as_it_was(office: Office) -> None:
    edited = DeploymentUpdate(tags=["mine"], description="别的", job_variables={"command": "true"}, concurrency_limit=1)
    office.client.update_deployment(office.deployment(BELT).id, edited)
    office.back("2.01", "部署缺失")  # without its tag it is not to be found
    belt = office.deployment(BELT)
    assert (belt.tags[0], belt.global_concurrency_limit) == ("duban:clicked", None)
    assert "牵头" in (belt.description or "")


def test_a_deleted_automation_is_there_again(office: Office) -> None:
    (rule,) = office.server.automations(office.deployment(BELT))
    office.client.delete_automation(rule.id)
    delete_rule(office.client, rule)  # as a round does that another one has overtaken
    office.back("2.01", "自动启动规则")
    assert len(office.server.automations(office.deployment(BELT))) == 1


def test_a_disabled_automation_is_on_again(office: Office) -> None:
    (rule,) = office.server.automations(office.deployment(BELT))
    office.client.pause_automation(rule.id)
    office.back("2.01", "自动启动规则")
    (again,) = office.server.automations(office.deployment(BELT))
    assert again.enabled


def test_a_foreign_schedule_is_gone(office: Office) -> None:
    foreign = DeploymentScheduleCreate(schedule=IntervalSchedule(interval=timedelta(hours=1)))
    office.client.create_deployment_schedules(office.deployment(BELT).id, [foreign])
    office.back("2.01", "定时")
    assert office.deployment(BELT).schedules == []


def test_the_patrols_own_deployment_deleted_comes_back_by_the_guard(office: Office) -> None:
    office.client.delete_deployment(office.deployment("0.00").id)
    office.back("0.00 巡查", "部署缺失")
    office.eventually(lambda: bool(office.patrols()))
    assert Rounder.GUARD in office.at.service.ledger.rounds()


@pytest.mark.parametrize(
    ("click", "word"),
    [(WorkPoolUpdate(is_paused=True), "暂停"), (WorkPoolUpdate(concurrency_limit=0), "并发上限0")],
    ids=["paused", "limited-to-0"],
)
def test_a_pool_that_takes_nothing_takes_runs_again(office: Office, click: WorkPoolUpdate, word: str) -> None:
    office.client.update_work_pool(POOL, click)
    office.back("工作池 duban", word)
    before = len(office.patrols())
    office.eventually(lambda: len(office.patrols()) > before)


def ticks(office: Office) -> list[FlowRun]:
    """Runs of the road, the latest last."""
    road = office.deployment(ROAD).id
    return [run for run in office.server.runs() if run.deployment_id == road]


def entries(office: Office) -> int:
    return len(office.at.service.ledger.entries("new-road"))


def ended(office: Office, run: UUID) -> bool:
    state = office.client.read_flow_run(run).state
    return state is not None and state.is_final()


def test_a_cancelled_tick_is_made_up_for(office: Office) -> None:
    run = office.server.ask(ROAD)
    office.client.set_flow_run_state(run.id, Cancelling(), force=True)
    office.eventually(lambda: ended(office, run.id))
    office.at.service.ledger.wake(("new-road",), SystemClock().now())
    office.eventually(lambda: "new-road" not in office.at.service.due())


def test_a_tick_run_again_doubles_nothing(office: Office) -> None:
    run = office.server.ask(ROAD)
    office.eventually(lambda: ended(office, run.id))
    before = entries(office)
    office.client.set_flow_run_state(run.id, Scheduled(name="AwaitingRetry"), force=True)
    office.eventually(lambda: office.client.read_flow_run(run.id).run_count > 1 and ended(office, run.id))
    assert entries(office) == before


def test_deleted_runs_leave_the_ledger_whole(office: Office) -> None:
    before = entries(office)
    for run in ticks(office):
        office.client.delete_flow_run(run.id)
    office.at.service.ledger.wake(("new-road",), SystemClock().now())
    office.eventually(lambda: bool(ticks(office)) and ended(office, ticks(office)[-1].id))
    assert entries(office) == before


def test_a_deleted_page_is_shown_again(office: Office) -> None:
    key = ArtifactFilter(key=ArtifactFilterKey(any_=["clicked-new-road"]))
    office.eventually(lambda: bool(office.client.read_artifacts(artifact_filter=key)))
    for page in office.client.read_artifacts(artifact_filter=key):
        office.client.delete_artifact(page.id)
    office.eventually(lambda: bool(office.client.read_artifacts(artifact_filter=key)))
    assert any("页面缺失" in line for line in office.mended())


def test_what_was_mended_is_said_on_the_patrols_page(office: Office) -> None:
    ours = ArtifactFilter(key=ArtifactFilterKey(any_=["clicked--patrol"]))

    def said() -> bool:
        return any("暂停" in str(page.data) for page in office.client.read_artifacts(artifact_filter=ours))

    office.client.pause_deployment(office.deployment(ROAD).id)
    office.eventually(said)


def test_the_working_day_has_not_suffered(office: Office) -> None:
    """Patrols go on by themselves after all that."""
    before = len(office.patrols())
    office.eventually(lambda: len(office.patrols()) >= before + 2)
