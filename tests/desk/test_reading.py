"""An initiative, a unit, a post: what anybody who may read finds there."""

from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree as Xml

import pytest

import tasks.asking
from duban.adapters import yaml_models, yaml_text
from duban.core.planning.plan import Plan
from duban.desk import engine
from duban.settings import CLOCK_FILE, Settings
from duban.wiring import Gear, kept_gear
from tests.cli.conftest import write
from tests.desk.conftest import Office

EACH = """\
id: survey
title: 开展专项检查
source: "2.2"
lead: service
supervisor: deputy-director
steps:
  - {id: hand-in, title: 报送自查情况, kind: work, each: all, duration: 5, due: 2024-04-12, evidence: [自查报告]}
"""


def test_an_initiative_shows_its_steps_its_letters_and_its_picture(office: Office) -> None:
    office.bureau.ok("sign", "cosmetics/draft", "--as", "protection-officer")
    office.patrol("2024-04-22 10:00")
    person = office.person()
    page = person.open("/i/cosmetics")
    assert page.status == 200
    assert "1.01 推进化妆品产业知识产权保护" in page.text
    assert "须先处理（1项）" in page.text
    assert "办理中，保护处" in page.words
    assert "办结进度 0/4，亮灯 1/4" in page.words
    assert "2024年4月2日 保护处联络员签收" in page.words
    assert "等它的：方案公示" in page.text
    assert "尚未启动的事项（3项）" in page.text
    assert "《工作交办单》" in page.text
    assert "已送达" in page.text
    picture = person.open("/i/cosmetics.svg").response
    assert Xml.fromstring(picture.text).tag.endswith("svg")  # noqa: S314  it is ours
    assert person.open("/i/nothing").status == 404
    assert person.open("/i/nothing.svg").status == 404


def test_the_steps_of_many_units_are_folded_and_say_who_is_late(office: Office) -> None:
    file = office.bureau.config / "directory.yaml"
    file.write_text(file.read_text() + "groups:\n  - {id: all, title: 各处, units: [protection, service]}\n")
    write(office.bureau.config, {"plans/small-2024/service/survey.yaml": EACH})
    office.patrol()
    office.bureau.ok("submit", "survey/hand-in@service", "--as", "service-officer", "--evidence", "自查报告")
    office.patrol("2024-04-22 10:00")
    page = office.person().open("/i/survey")
    assert "报送自查情况 各处 1/2" in page.words
    assert "2家的办理情况，须先处理：保护处" in page.words
    assert '<a href="/m/survey/hand-in@protection">保护处</a>' in page.response.text


def test_where_prefect_runs_the_initiative_leads_there(office: Office) -> None:
    assert "运行页面" not in office.person().open("/i/cosmetics").text
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_UI_URL", "http://127.0.0.1:4200/v2")
        with office.served_anew() as browser:
            page = browser.get("/i/cosmetics").text
    assert 'href="http://127.0.0.1:4200/v2/deployments?flowOrDeploymentName=2024%201.01"' in page
    assert 'href="http://127.0.0.1:4200/v2/artifacts/key/small-2024-cosmetics"' in page


@pytest.mark.parametrize("run", [UUID(int=7), None, ConnectionError("no server")])
def test_the_last_run_is_asked_for_when_somebody_wants_to_see_it(
    office: Office, monkeypatch: pytest.MonkeyPatch, run: UUID | Exception | None
) -> None:
    asked: list[str] = []

    def last_run(plan: Plan, initiative: str) -> UUID | None:
        asked.append(initiative)
        if isinstance(run, Exception):
            raise run
        return run

    assert office.person().open("/i/cosmetics/run").status == 404
    monkeypatch.setattr(tasks.asking, "last_run", last_run)
    monkeypatch.setenv("PREFECT_UI_URL", "http://127.0.0.1:4200/v2")
    with office.served_anew() as browser:
        assert '<a href="/i/cosmetics/run">最近一次运行</a>' in browser.get("/i/cosmetics").text
        assert asked == [], "a page waits for no other server"
        led = browser.get("/i/cosmetics/run", follow_redirects=False)
    listed = "http://127.0.0.1:4200/v2/deployments?flowOrDeploymentName=2024%201.01"
    told = f"http://127.0.0.1:4200/v2/runs/flow-run/{run}" if isinstance(run, UUID) else listed
    assert (led.status_code, led.headers["location"], asked) == (303, told, ["cosmetics"])


def test_units_come_by_lateness_with_the_share_they_kept(office: Office) -> None:
    office.bureau.ok("report", "training/attendance", "--as", "service-officer", "--value", "300")
    office.patrol("2024-04-22 10:00")
    page = office.person().open("/units")
    assert page.words.index("保护处") < page.words.index("服务处")
    assert "保护处 1 1 0 0 1 —" in page.words
    assert "服务处 0 0 0 0 0 100%（1项）" in page.words


def test_a_unit_and_its_people_show_what_is_with_them(office: Office) -> None:
    office.patrol("2024-04-22 10:00")
    person = office.person()
    unit = person.open("/u/protection")
    assert "承办的事项（1项）" in unit.text
    assert "已逾期6个工作日" in unit.text
    assert '<a class="target" href="/p/protection-officer">保护处联络员</a>' in unit.response.text
    assert "《工作催办单》" in unit.text
    post = person.open("/p/protection-officer")
    assert '<a class="target" href="/u/protection">保护处</a>' in post.response.text
    assert "《工作交办单》" in post.text
    for nobody in ("/u/nobody", "/p/nobody", "/board?plan=nothing"):
        assert person.open(nobody).status == 404


def test_in_an_office_nobody_reads_without_signing_in(office: Office) -> None:
    (office.bureau.var / "rehearsal-clock").unlink()
    with office.served_anew() as browser:
        for place in (
            "/board",
            "/board.svg",
            "/i/cosmetics",
            "/units",
            "/u/protection",
            "/p/coordinator",
            "/s/service",
        ):
            assert browser.get(place).url.path == "/in", place


def test_a_request_looks_every_plan_up_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = list[Path]()

    def kept(settings: Settings) -> Gear:
        looked.append(settings.plan)
        return kept_gear(settings)

    monkeypatch.setattr(engine, "kept_gear", kept)
    person = office.signed_in("protection-officer")
    looked.clear()
    for address, status in (
        ("/m/cosmetics/draft", 200),
        ("/", 200),
        ("/board", 200),
        ("/i/nothing", 404),
        ("/l/1.01-3-none", 404),
    ):
        assert person.open(address).status == status
        assert len(looked) == len(set(looked)) == 1
        looked.clear()


@pytest.mark.parametrize("address", ["/board", "/units", "/i/cosmetics", "/week"])
def test_a_desk_opened_before_its_rehearsal_has_begun_says_so(office: Office, address: str) -> None:
    (office.bureau.var / CLOCK_FILE).unlink()
    page = office.person().open(address)
    assert page.status == 503
    assert "推演尚未开始" in page.text


def test_requests_read_the_directory_and_the_plan_once_for_all_until_they_change(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, link = office.signed_in("protection-officer"), office.links("protection-officer")[0]
    person.open("/board")
    read = list[str]()

    def reading(path: Path, name: str) -> yaml_text.Document:
        read.append(path.name)
        return yaml_text.read_document(path, name)

    monkeypatch.setattr(yaml_models, "read_document", reading)
    for address in ("/board", "/", "/units", link, link):
        assert person.open(address).status == 200
    assert read == []
    file = office.bureau.config / "directory.yaml"
    file.write_text(file.read_text() + "\n")
    assert person.open("/board").status == 200
    assert person.open("/board").status == 200
    assert read.count("directory.yaml") <= 2, "by the engine and for the door, once each"
    assert "directory.yaml" in read
