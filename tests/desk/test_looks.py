"""What pages of many initiatives go by: as decided anew, and decided anew only where something has happened."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from duban.core.access.doors import ListLink
from duban.core.deciding.agenda import Duty, agenda
from duban.core.deciding.commands import Command, Verb
from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.office import Look
from duban.core.ledger.summary import StepRow
from duban.core.planning.plan import StepRef
from duban.desk.looks import decided
from duban.desk.standing import stands
from duban.service import Service
from duban.settings import load_settings
from duban.views import View
from duban.wiring import kept_gear
from tests.cli.conftest import Bureau
from tests.desk.conftest import Office

Shown = Sequence[tuple[Sequence[StepRow], Sequence[Duty]]]
HOURS = (0, 9, 15)

DRAFT = StepRef("cosmetics", "draft")
ACTS = {
    date(2024, 4, 3): [Command(Verb.SIGN, DRAFT, "protection-officer")],
    date(2024, 4, 9): [Command(Verb.EXTEND, DRAFT, "protection-officer", "征求意见", to="2024-04-19")],
    date(2024, 4, 11): [Command(Verb.GRANT, DRAFT, "deputy-director")],
    date(2024, 4, 18): [Command(Verb.SUBMIT, DRAFT, "protection-officer", evidence=("方案送审稿",))],
    date(2024, 4, 23): [Command(Verb.APPROVE, DRAFT, "protection-head")],
    date(2024, 5, 8): [
        Command(Verb.HAND_OVER, StepRef("training", "lecture"), "service-head", "工作调整", to="protection")
    ],
}


def kept(service: Service) -> Shown:
    return [(decision.summary.steps, [*agenda(look, decision, 10)]) for look, decision in seen_last(service)]


def seen_last(service: Service) -> Sequence[tuple[Look, Decision]]:
    return [*decided(service, stands(service).summaries)]


def anew(service: Service) -> Shown:
    views = [service.view(summary.initiative) for summary in stands(service).summaries]
    seen = [(view.look, decide(view.look, view.state)) for view in views]
    return [(decision.summary.steps, [*agenda(look, decision, 10)]) for look, decision in seen]


def test_what_is_kept_is_what_would_be_decided_anew_at_hours_of_many_days(bureau: Bureau) -> None:
    """With a look each morning or none for days, and people who sign, ask, hand in, answer and hand over."""
    settings, day = load_settings(), date(2024, 4, 1)
    while day < date(2024, 5, 12):
        for hour in HOURS:
            bureau.at(f"{day} {hour:02}:00")
            service = kept_gear(settings).service
            if hour == 9 and day.day % 7 < 4:
                for name in service.office.plan.initiatives:
                    service.tick(name)
            for command in ACTS.get(day, ()) if hour == 9 else ():
                service.act(command)
            assert kept(service) == anew(service), f"{day} {hour}:00"
        day += timedelta(days=1)


def test_a_plan_that_is_another_one_by_now_is_looked_at_anew(bureau: Bureau) -> None:
    settings = load_settings()
    bureau.tick()
    assert "起草保护方案" in str(kept(kept_gear(settings).service))
    file = bureau.config / "plans" / "small-2024" / "protection" / "cosmetics.yaml"
    file.write_text(file.read_text().replace("起草保护方案", "拟订保护方案"))
    service = kept_gear(settings).service
    assert "拟订保护方案" in str(kept(service))
    assert kept(service) == anew(service)


def test_only_what_something_happened_to_is_read_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    head = office.signed_in("protection-head")
    first = head.open("/").text
    read, view = list[str](), Service.view

    def reading(service: Service, name: str) -> View:
        read.append(name)
        return view(service, name)

    monkeypatch.setattr(Service, "view", reading)
    assert head.open("/").text == first
    assert head.open("/board").status == 200
    assert read == []
    office.act(Verb.SIGN, "protection-officer")
    read.clear()
    assert head.open("/").text != first
    assert read == ["cosmetics"]


def test_the_list_of_a_digest_reads_again_what_something_happened_to_and_tells_what_next_tells(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.act(Verb.SUBMIT, "protection-officer", evidence=("方案送审稿",))
    office.patrol("2024-04-03 09:00")
    listed = office.here.door.to_list(ListLink("protection-head", date(2024, 4, 3)))
    address, person = listed.removeprefix(office.settings.desk_address), office.person()
    told = office.bureau.json("next", "--post", "protection-head")
    assert told
    assert [one["title"] in person.open(address).text for one in told] == [True] * len(told)
    monkeypatch.setattr(Service, "everything", lambda service: pytest.fail("the whole plan is read"))
    monkeypatch.setattr(Service, "view", lambda service, name: pytest.fail(f"{name} is read again"))
    assert person.open(address).status == 200
