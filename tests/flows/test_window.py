"""What a coordinator does in a real browser: finds runs with no filter touched, hands in a form, reads the outcome."""

import re

import pytest
from playwright.sync_api import Page, expect

from deployments.stack import Stack
from tests.flows.server import WARM, Server
from tests.flows.test_forms import SUBMIT, form
from tests.flows.test_pages import browser

pytestmark = [pytest.mark.prefect, pytest.mark.worker, pytest.mark.postgres, pytest.mark.browser]
expect.set_options(timeout=60_000)

NAMES = ["2024-04-01 0/7 🟢绿灯", "2024-04-10 0/7 🟡黄灯", "2024-05-15 0/7 🔴红灯"]
REFUSAL = "2024-05-15 未受理：“起草建设方案”办结须附成果材料"


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
        "2024-04-01 已受理：道路处联络员报送办结“起草建设方案” 1/7 🟢绿灯",
        "COMPLETED",
    )
    assert refused.state_type == "CANCELLED"
