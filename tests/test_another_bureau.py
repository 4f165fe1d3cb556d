"""Another bureau, on all the project ships but plan and directory: nothing that it writes names the shipped bureau."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from duban.adapters.papers import Papers
from duban.adapters.rehearsal_page import page as rehearsal_page
from duban.adapters.wording import Wording
from duban.adapters.yaml_models import load_model
from duban.core.deciding.decide import decide
from duban.core.deciding.office import Look, Office
from duban.core.ledger.notices import Delivery
from duban.core.planning.directory import DirectoryFile
from duban.core.planning.pattern_file import PatternFile
from duban.core.rehearsing.bureau import Bureau
from duban.core.rehearsing.profile import Profile
from duban.core.rehearsing.rehearse import rehearse
from duban.core.telling.board import page
from duban.core.telling.bulletin_paper import bulletin, month_of
from duban.core.telling.closing import closing
from duban.core.telling.digest import digest
from duban.core.telling.papers import Paper, as_sent, enclosed
from duban.core.telling.slips import PAPERS, Slip
from duban.core.titles import SLIP_TITLES
from duban.settings import load_settings
from duban.wiring import load_office, load_profile
from tests.adapters.test_papers import text

CONFIG = Path(__file__).parent.parent / "config"
SHARED = ("escalation.yaml", "calendar.yaml", "rehearsal.yaml", "notices", "papers", "patterns")
NAMES = {kind: f"路局{title}" for kind, title in SLIP_TITLES.items()}
DIRECTORY = {
    "administrator": "keeper",
    "letterhead": {
        "issuer": "某县道路局",
        "number": "路督{year}年{initiative}第{sequence}件",
        "issue": "路报{year}年{rhythm}{issue}",
        "names": {**NAMES, "digest": "路局日报", "extension": "路局延期表"},
    },
    "posts": [
        {"id": "chief", "title": "道路局长", "deputy": "keeper", "papers": True},
        {"id": "keeper", "title": "值班员", "deputy": "chief", "papers": True},
        {"id": "works-head", "title": "工程科长", "deputy": "works-clerk", "papers": True},
        {"id": "works-clerk", "title": "工程科员", "deputy": "works-head", "papers": True},
        {"id": "law-head", "title": "法规科长", "deputy": "law-clerk", "papers": True},
        {"id": "law-clerk", "title": "法规科员", "deputy": "law-head", "papers": True},
    ],
    "units": [
        {"id": "works", "title": "工程科", "head": "works-head", "officer": "works-clerk"},
        *(
            {"id": id, "title": title, "head": "law-head", "officer": "law-clerk"}
            for id, title in {
                "law": "法规科",
                "general": "综合科",
                "money": "钱款科",
            }.items()
        ),
    ],
    "roles": {"legal": "law", "office": "general", "finance": "money", "personnel": "works-clerk"},
}
PLAN = {
    "id": "roads-2024",
    "title": "某县道路局2024年工作要点",
    "document": "路发〔2024〕1号",
    "starts": "2024-01-02",
    "ends": "2024-12-31",
    "coordinator": "keeper",
    "sections": [{"id": "roads", "title": "道路"}],
}


def shipped_names() -> set[str]:
    """What names the shipped bureau: titles of its units and posts, of its plan and initiatives, its number."""
    file = load_model(CONFIG / "directory.yaml", DirectoryFile)
    plan = yaml.safe_load((CONFIG / "plans" / "shanghai-2024" / "plan.yaml").read_text("utf-8"))
    titles = {one.title for one in (*file.posts, *file.units)} | {plan["title"], plan["document"]}
    return {title for title in titles if len(title) > 4} | {"沪", "上海", "知识产权局", "shanghai", "区知识产权"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, Profile]:
    """A bureau that took all files but these two, its plan of one initiative for each of the patterns."""
    config = tmp_path_factory.mktemp("roads") / "config"
    config.mkdir()
    for name in SHARED:
        source = CONFIG / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, config / name)
    folder = config / "plans" / "roads-2024"
    (folder / "roads").mkdir(parents=True)
    (config / "duban.toml").write_text('plan = "roads-2024"\n', "utf-8")
    written = {config / "directory.yaml": DIRECTORY, folder / "plan.yaml": PLAN}
    for number, file in enumerate(sorted((CONFIG / "patterns").glob("*.yaml")), start=1):
        pattern = load_model(file, PatternFile)
        initiative = {
            "id": f"one-{pattern.id}",
            "title": f"道路{number}号举措",
            "source": f"1.{number}",
            "lead": "works",
            "supervisor": "chief",
            "pattern": pattern.id,
            "values": dict.fromkeys(pattern.values, "《道路名称》"),
            "dates": dict.fromkeys(pattern.dates, "2024-12-27"),
        }
        written[folder / "roads" / f"one-{pattern.id}.yaml"] = initiative
    for file, said in written.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), "utf-8")
    settings = load_settings(config / "duban.toml", {})
    return load_office(settings), load_profile(settings)


@pytest.fixture(scope="module")
def lived(office: tuple[Office, Profile]) -> Bureau:
    late = office[1].model_copy(update={"seed": 3})
    return rehearse(office[0], late).bureau


def slips(bureau: Bureau) -> Iterator[tuple[Look, Slip]]:
    """Every slip that was sent in the year."""
    for trail in bureau.trails.values():
        look = Look(bureau.office, trail.initiative, {}, bureau.now)
        for row in trail.state.notices.values():
            if row.delivery is Delivery.SENT:
                yield look, as_sent(look, trail.entries, {}, row)


def test_nothing_another_bureau_writes_names_the_shipped_one(lived: Bureau, office: tuple[Office, Profile]) -> None:
    wording, papers = Wording(CONFIG / "notices"), Papers(CONFIG / "papers")
    told, kinds = dict[str, str](), set[str]()
    for _, slip in slips(lived):
        kinds.add(slip.kind)
        words = wording(slip)
        told[f"letter {slip.number}"] = f"{words.subject}\n{words.text}\n{words.html}"
        assert NAMES[slip.kind] in words.text
        assert f"年{slip.initiative_number}第" in words.text
        for paper in enclosed(slip) if f"paper {slip.kind}" not in told else ():
            told[f"paper {slip.kind}"] = papers(paper).name + text(papers(paper).content)
            assert "某县道路局" in told[f"paper {slip.kind}"]
    assert {"assign", "remind", "press", "supervise", "review", "ask"} <= kinds
    assert {f"paper {kind}" for kind in PAPERS} <= told.keys()
    several = [slip for _, slip in slips(lived)][:5]
    told["digest"] = wording(digest(office[0], "chief", office[0].plan.starts, several)).text
    assert "路局日报" in told["digest"]
    for trail in lived.trails.values():
        look = Look(office[0], trail.initiative, {}, lived.now)
        told[f"page {trail.initiative.id}"] = page(look, decide(look, trail.state))
    seen = [(Look(office[0], trail.initiative, {}, lived.now), trail.entries, {}) for trail in lived.trails.values()]
    monthly = bulletin(office[0], seen, month_of(office[0], date(2024, 9, 30)), lived.now)
    told["bulletin"] = text(papers(Paper("bulletin", monthly)).content)
    assert "路报2024年月9" in told["bulletin"]
    told["closing"] = text(papers(Paper("closing", closing(*seen[0]))).content)
    told["rehearsal"] = rehearsal_page(rehearse(*office).report)
    assert "路局工作催办单" in told["rehearsal"]
    names = shipped_names()
    assert {what: name for what, said in told.items() for name in names if name in said} == {}
