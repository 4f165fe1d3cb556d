"""From a built wheel, in an empty folder, a new bureau is begun, checked, rehearsed and run; no checkout is near."""

import json
import re
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import duban
from duban.adapters.brought import SHARED
from tests.package.wheel import ROOT, build, given, installed, loaded


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def commands(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(wheel, tmp_path_factory.mktemp("installed") / "venv")


def test_it_puts_one_name_into_site_packages_and_holds_every_file_of_ours(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {"duban", f"duban-{duban.__version__}.dist-info"}
    ours = {"duban": "duban"} | {one: f"duban/_house/rooms/{one}" for one in ("flows", "tasks", "deployments")}
    ours |= {f"config/{one}": f"duban/_house/config/{one}" for one in SHARED}
    wanted = set[str]()
    for source, target in ours.items():
        files = [ROOT / source] if (ROOT / source).is_file() else (ROOT / source).rglob("*")
        found = (file for file in files if file.is_file() and "__pycache__" not in file.parts)
        wanted |= {(Path(target) / file.relative_to(ROOT / source)).as_posix() for file in found}
    assert wanted - set(names) == set()
    assert [name for name in names if "shanghai" in name or name.startswith(("config", "tests"))] == []


def test_it_says_its_version_its_licence_and_what_it_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        (told,) = (name for name in files.namelist() if name.endswith(".dist-info/METADATA"))
        said = Parser().parsestr(files.read(told).decode())
        assert f"duban-{duban.__version__}.dist-info/licenses/LICENSE" in files.namelist()
    assert (said["Version"], said["License-Expression"], said["Requires-Python"]) == (
        duban.__version__,
        "Apache-2.0",
        ">=3.11",
    )
    assert not [one for one in said.get_all("Classifier", []) if one.startswith("License")]
    assert f"## {duban.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_images_are_called_by_the_one_version() -> None:
    files = ("Containerfile", "compose.yaml", "kubernetes/kustomization.yaml")
    texts = [(ROOT / "deployments" / name).read_text("utf-8") for name in files]
    told = [re.findall(r"duban:(\d[\w.]*)|name: duban, newTag: (\S+)\}", text) for text in texts]
    assert [{found for each in one for found in each if found} for one in told] == [{duban.__version__}] * 3


def test_a_new_bureau_is_begun_checked_and_rehearsed(commands: Path, tmp_path: Path) -> None:
    assert given(commands, tmp_path, "duban --version") == f"duban {duban.__version__}\n"
    begun = ("duban init x --name 某县公路局", "cd x", "duban check", "duban check --json > ../told.json")
    told = given(commands, tmp_path, *begun, "duban rehearse")
    found = json.loads((tmp_path / "told.json").read_text("utf-8"))
    assert (found["problems"], {one["id"] for one in found["warnings"]}) == ([], {"unsaid"})
    assert f"{found['warnings'][0]['file']}:{found['warnings'][0]['line']}: unsaid: " in told
    assert "《工作交办单》" in told
    assert sorted(one.name for one in (tmp_path / "x").iterdir()) == ["config"]


def test_names_that_others_may_have_are_ours_in_our_processes_alone(commands: Path, tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text("theirs = True")
    assert loaded(commands, tmp_path, "import tasks; print(tasks.theirs)") == "True\n"
    told = loaded(commands, tmp_path, "import duban, flows, tasks, deployments; print(tasks.__file__, flows.__file__)")
    assert told.count("/site-packages/duban/_house/rooms/") == 2
    without = "import importlib.util as i; print([i.find_spec(name) for name in ('flows', 'deployments')])"
    assert loaded(commands, tmp_path, without) == "[None, None]\n"


def test_processes_and_prefect_find_what_they_start(commands: Path, tmp_path: Path) -> None:
    started = given(commands, tmp_path, "python -m duban.room deployments.runner || true")
    assert "deployments.runner is started by a Prefect worker" in started
    ask = "from prefect.plugins import load_prefect_collections as load; print(load()['duban'].WarmWorker.type)"
    assert loaded(commands, tmp_path, ask) == "duban\n"


@pytest.mark.slow
@pytest.mark.prefect
@pytest.mark.postgres
@pytest.mark.parametrize("worker", ["duban", "process"])
def test_it_runs(commands: Path, tmp_path: Path, worker: str) -> None:
    settings = f"sed -i 's/worker_type = .duban./worker_type = \"{worker}\"/' config/duban.toml"
    up = "duban up --pace 0 --until 2026-01-06"
    told = given(commands, tmp_path, "duban init x --year 2026", "cd x", settings, up, seconds=600)
    assert "推演小结" in told
    assert list((tmp_path / "x" / "var" / "mail").glob("*/*"))
    logs = "".join(file.read_text("utf-8") for file in (tmp_path / "x" / "var" / "log").glob("*.log"))
    assert "Failed to load" not in logs
    assert "Traceback" not in logs
