"""Ticks that the desk asks Prefect for: from a thread of its own, however slow, or away, the server is."""

from collections.abc import Sequence
from dataclasses import replace
from queue import Queue
from threading import Event, current_thread

import pytest

import tasks.asking
import tasks.server
from duban.core.planning.plan import Plan
from duban.desk.waking import by_prefect, gathered, in_turn
from duban.settings import load_settings
from duban.wiring import load_office
from tests.cli.conftest import Bureau
from tests.desk.conftest import Office, Person

Asked = Queue[tuple[str, ...]]


@pytest.fixture
def plan(bureau: Bureau) -> Plan:
    return load_office(load_settings(bureau.config / "duban.toml", {})).plan


def test_nobody_waits_while_the_server_is_asked_and_what_came_meanwhile_is_asked_for_together(plan: Plan) -> None:
    asked, asking, may_go_on = Asked(), Event(), Event()

    def slow(of: Plan, initiatives: Sequence[str]) -> None:
        asking.set()
        may_go_on.wait(30)
        asked.put(tuple(initiatives))

    waking = in_turn(slow)
    waking(plan, ("cosmetics",))
    asking.wait(30)
    for _ in range(100):  # more than there are threads that answer
        waking(plan, ("cosmetics", "training"))
    may_go_on.set()
    assert asked.get(timeout=30) == ("cosmetics",)
    assert asked.get(timeout=30) == ("cosmetics", "training")
    assert asked.empty()


def test_each_plan_is_asked_for_as_it_was_last(plan: Plan) -> None:
    later = replace(plan, initiatives={"training": plan.initiatives["training"]})
    other = replace(plan, id="other")
    wanted = [(plan, ("cosmetics", "training")), (other, ("cosmetics",)), (later, ("training",))]
    assert gathered(wanted) == [(later, ("training",)), (other, ("cosmetics",))]


def test_a_server_that_is_away_keeps_nobody_from_being_asked_later(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = Asked()

    def ask(of: Plan, initiatives: Sequence[str]) -> None:
        asked.put(tuple(initiatives))
        if initiatives == ("cosmetics",):
            raise ConnectionError("away")

    monkeypatch.setattr(tasks.server, "stay_connected", lambda: None)
    monkeypatch.setattr(tasks.asking, "ask_for_ticks", ask)
    waking = by_prefect()
    for name in ("cosmetics", "training"):
        waking(plan, (name,))
        assert asked.get(timeout=30) == (name,)
    assert "Prefect was not asked for ticks of cosmetics; the patrol makes up for it" in caplog.text


def test_the_thread_that_answers_asks_nobody(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = Queue[str]()
    waking = in_turn(lambda plan, initiatives: threads.put(current_thread().name))
    monkeypatch.setattr(Office, "waking", staticmethod(waking))
    with office.served_anew() as browser:
        link = office.links("protection-officer")[0]
        person = Person(browser)
        assert person.answer(link, "sign").status == 200
    assert threads.get(timeout=30) == "waking"
