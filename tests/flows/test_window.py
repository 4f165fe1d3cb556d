"""What a coordinator does in a real browser: finds runs with no filter touched, hands in a form, reads the outcome."""

import re
from datetime import datetime
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.states import State

from deployments.stack.stack import Stack
from duban.core.deciding.decide import decide
from duban.core.deciding.office import Look
from duban.core.ledger.state import EMPTY
from duban.core.telling.shown import lit, run_name
from duban.settings import load_settings
from duban.wiring import load_office
from tasks.naming import deployment_name, flow_name, plan_tag
from tests.flows.server import WARM, Server
from tests.flows.test_forms import SUBMIT, form
from tests.flows.test_pages import SHIPPED, browser

pytestmark = [pytest.mark.prefect, pytest.mark.worker, pytest.mark.postgres, pytest.mark.browser]
expect.set_options(timeout=60_000)

NAMES = ["🟢绿灯 0/7 2024-04-01", "🟡黄灯 0/7 2024-04-10", "🔴红灯 0/7 2024-05-15"]
REFUSAL = "未受理：“起草建设方案”办结须附成果材料"


def a_spring(server: Server) -> None:
    """Runs of every colour: green, yellow, red, and a form that was refused."""
    server.apply(WARM)
    for moment in ("2024-04-01 09:00", "2024-04-10 09:00", "2024-05-15 09:00"):
        server.bureau.at(moment)
        server.ended(server.ask("1.01"))
    server.ended(server.ask("1.01", form(SUBMIT)))


@pytest.mark.parametrize("interface", ["/v2", ""], ids=["v2", "v1"])
def test_runs_are_found_without_touching_a_filter(server: Server, stack: Stack, interface: str) -> None:
    a_spring(server)
    number = server.deployment("1.01").id
    base = stack.addresses.ui.removesuffix("/v2")
    places = (f"{interface}/deployments/deployment/{number}", f"{interface}/runs")
    with browser() as page:
        for place in places:
            page.goto(f"{base}{place}")
            for name in (*NAMES, REFUSAL):
                expect(page.get_by_text(name).first).to_be_visible()
        page.goto(f"{base}{places[0]}")
        expect(page.get_by_text("4 Flow runs")).to_be_visible()


def test_a_filter_by_failed_finds_the_red_ones(server: Server, stack: Stack) -> None:
    a_spring(server)
    with browser() as page:
        page.goto(f"{stack.addresses.ui}/deployments/deployment/{server.deployment('1.01').id}")
        page.get_by_text("All except scheduled").click()
        page.get_by_label("Failed").first.click()
        page.keyboard.press("Escape")
        expect(page.get_by_text("1 Flow run", exact=False).first).to_be_visible()
        expect(page.get_by_text(NAMES[2]).first).to_be_visible()
        expect(page.get_by_text(NAMES[0])).to_have_count(0)


SEEN = """word => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), seen = [];
  while (texts.nextNode()) {
    const text = texts.currentNode, at = text.data.indexOf(word), range = document.createRange();
    if (at < 0) continue;
    range.setStart(text, at);
    range.setEnd(text, at + word.length);
    const right = range.getBoundingClientRect().right;
    let whole = right > 0;
    for (let box = text.parentElement; box; box = box.parentElement) {
      const style = getComputedStyle(box), dots = box.scrollWidth > box.clientWidth ? parseFloat(style.fontSize) : 0;
      const ends = box.getBoundingClientRect().right - (style.textOverflow === "ellipsis" ? dots : 0);
      whole &&= style.overflowX === "visible" || style.display === "inline" || right <= ends;
    }
    seen.push(whole);
  }
  return seen;
}"""
"""Of every place where a word stands: whether all of it is within every box that cuts off what is too long."""


def the_longest_named(client: SyncPrefectClient) -> tuple[UUID, str]:
    """A deployment and a run called as the longest of the plan that is shipped; and the light its name begins with."""
    office = load_office(load_settings(SHIPPED))
    longest = max(office.plan.initiatives.values(), key=lambda one: len(one.id))
    look = Look(office, longest, {}, datetime(2024, 6, 3, 9, tzinfo=office.zone))
    summary = decide(look, EMPTY).summary
    flow = client.create_flow_from_name(flow_name(office.plan.id, longest))
    titles = {section.id: section.title for section in office.plan.sections}
    tags = [plan_tag(office.plan), titles[longest.section]]
    deployment = client.create_deployment(flow, deployment_name(office.plan, longest), tags=tags)
    run = client.create_flow_run_from_deployment(deployment, name=run_name(look.today, summary))
    client.set_flow_run_state(run.id, State(type=StateType.COMPLETED), force=True)
    return deployment, lit(summary.light)


@pytest.mark.parametrize("interface", ["/v2", ""], ids=["v2", "v1"])
def test_the_light_of_a_run_is_seen_whole_in_every_list(
    stack: Stack, client: SyncPrefectClient, interface: str
) -> None:
    deployment, light = the_longest_named(client)
    base = stack.addresses.ui.removesuffix("/v2")
    with browser() as page:
        page.set_viewport_size({"width": 1280, "height": 900})
        for place in (f"{interface}/deployments/deployment/{deployment}", f"{interface}/runs"):
            page.goto(f"{base}{place}")
            page.get_by_text(light).first.wait_for()
            seen = page.evaluate(SEEN, light)
            assert seen
            assert all(seen), f"{light} is cut off on {place}"
    client.delete_deployment(deployment)


def choose(page: Page, offer: str) -> None:
    """The first drop-down of the form, and a choice in it."""
    page.get_by_text("Select", exact=True).first.click()
    page.get_by_role("option", name=offer).click()


def hand_in(page: Page) -> None:
    """Submit, and follow the way to the run."""
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("View run").click()


def test_a_form_is_handed_in_and_its_outcome_read_on_its_run(server: Server, stack: Stack) -> None:
    server.apply(WARM)
    server.ended(server.ask("1.01"))
    number = server.deployment("1.01").id
    with browser() as page:
        page.goto(f"{stack.addresses.ui}/deployments/deployment/{number}")
        page.get_by_role("button", name="Run", exact=True).click()
        page.get_by_text("Custom run").click()
        expect(page.get_by_text("办理事项")).to_be_visible()
        expect(page.get_by_text("None", exact=True)).to_have_count(0)
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_text("'report' is a required property").first).to_be_visible()
        page.goto(f"{stack.addresses.ui}/deployments/deployment/{number}/run")
        choose(page, SUBMIT)
        page.get_by_role("button", name="Add item").click()
        page.locator("fieldset textarea").first.fill("建设方案")
        page.get_by_role("button", name="Submit").click()
        # It lands on the initiative's page, whose list of runs the interface reads anew every half a minute.
        taken_in = page.get_by_text(re.compile("已受理：道路处联络员报送办结“起草建设方案”")).first
        expect(taken_in).to_be_visible(timeout=90_000)
        taken_in.click()
        expect(page.get_by_text(re.compile("已受理：道路处联络员报送办结“起草建设方案”")).first).to_be_visible()
        page.goto(f"{stack.addresses.ui}/deployments/deployment/{number}/run")
        expect(page.get_by_text("办理事项")).to_be_visible()
        choose(page, "副局长 退回：批准建设方案")
        hand_in(page)
        expect(page.get_by_text(re.compile("未受理：退回应当说明理由")).first).to_be_visible()
    accepted, refused = (run for run in server.runs() if "受理" in run.name)
    assert (accepted.name, accepted.state_type) == (
        "🟢绿灯 1/7 已受理：道路处联络员报送办结“起草建设方案” 2024-04-01",
        "COMPLETED",
    )
    assert refused.state_type == "CANCELLED"
