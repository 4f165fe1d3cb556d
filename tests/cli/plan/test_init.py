"""`duban init`: a new bureau's folder that can be checked and rehearsed as it is, with a list of what is to be said."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from duban.adapters.starting import TEMPLATES
from duban.adapters.still_to_say import still_to_say
from duban.adapters.yaml_models import load_model
from duban.core.planning.pattern_file import LEAD, SUPERVISOR, PatternFile
from duban.settings import load_settings
from duban.unsaid import COUNTRY
from duban.wiring import load_calendar, load_office
from tests.cli.conftest import CONFIG, VARIABLES, Bureau
from tests.test_another_bureau import shipped_names


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    for name in (*VARIABLES, "DUBAN_SETTINGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Bureau(tmp_path)


def warnings(place: Bureau) -> list[tuple[str, str]]:
    """What is still to be said: file and line, and the message."""
    told = place.json("check")
    assert told["problems"] == []
    assert {one["id"] for one in told["warnings"]} <= {"unsaid"}
    return [(f"{one['file']}:{one['line']}", one["message"]) for one in told["warnings"]]


def test_a_new_folder_is_checked_and_rehearsed_at_once_and_lists_what_is_to_be_said(place: Bureau) -> None:
    place.ok("init", ".", "--year", "2027")
    lines = {name: (place.root / name).read_text("utf-8").splitlines() for name, _ in map(parted, warnings(place))}
    told = warnings(place)
    for where, message in told:
        name, line = parted(where)
        assert "××" in lines[name][line - 1] or ("var/mail" in message and "channels: []" in lines[name][line - 1])
    marked = {
        f"{name}:{n}" for name, text in lines.items() for n, line in enumerate(text, 1) if "××" in line.split("#")[0]
    }
    assert marked <= {where for where, _ in told}
    said = " ".join(message for _, message in told)
    for key in ("country", "letterhead.issuer", "letterhead.number", "letterhead.issue", "units.1.title", "document"):
        assert f"`{key}`" in said
    posts = yaml.safe_load((place.config / "directory.yaml").read_text("utf-8"))["posts"]
    assert [post["id"] for post in posts if f"{post['id']!r} is written to" not in said] == []
    report = place.json("rehearse")
    assert report["months"]


def parted(where: str | tuple[str, str]) -> tuple[str, int]:
    name, _, line = (where if isinstance(where, str) else where[0]).rpartition(":")
    return name, int(line)


ANSWERS = ("--name", "某县公路局", "--country", "DE", "--subdivision", "BY", "--weekend", "friday,saturday")


def test_what_is_given_stands_in_the_files_and_is_not_asked_for_again(place: Bureau) -> None:
    number = "路督{year}年{initiative}第{sequence}件"
    place.ok("init", "x", *ANSWERS, "--number", number, "--timezone", "Europe/Paris", "--year", "2026")
    place = Bureau(place.root / "x")
    os.chdir(place.root)
    said = " ".join(message for _, message in warnings(place))
    assert "letterhead" not in said
    assert "`title` is as it is written for any bureau: '某县" not in said
    assert "country" not in said
    settings = load_settings(place.config / "duban.toml", {})
    office = load_office(settings)
    assert (office.plan.title, office.plan.starts.year, office.zone.key) == (
        "某县公路局2026年工作要点",
        2026,
        "Europe/Paris",
    )
    head = office.directory.mailing.letterhead
    assert (head.issuer, head.number, head.issue) == ("某县公路局", number, "路督〔{year}〕{rhythm}报第{issue}期")
    calendar = yaml.safe_load((place.config / "calendar.yaml").read_text("utf-8"))
    assert calendar == {
        "country": "DE",
        "subdivision": "BY",
        "weekend": ["friday", "saturday"],
        "holidays": [],
        "working_days": [],
    }


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        (("--country", "SG"), "Asia/Singapore"),
        (("--country", "us", "--subdivision", "CA"), "America/New_York"),
        (("--country", "SA"), "Asia/Riyadh"),
        (("--country", "MX", "--weekend", "sunday"), "America/Mexico_City"),
        (("--country", COUNTRY), "Asia/Shanghai"),
        ((), "UTC"),
    ],
)
@pytest.mark.parametrize("year", ["2024", "2029"])
def test_in_any_country_with_any_weekend_the_plan_can_be_carried_out(
    place: Bureau, words: Sequence[str], zone: str, year: str
) -> None:
    place.ok("init", ".", *words, "--year", year)
    settings = load_settings(place.config / "duban.toml", {})
    office = load_office(settings)  # raises what `check` tells
    assert (office.zone.key, len(office.plan.initiatives)) == (zone, 3)
    rules = "".join(file.read_text("utf-8") for file in (place.config / "patterns").glob("*.yaml"))
    assert ("basis: " in rules) == (words == ("--country", COUNTRY))


def test_a_country_that_is_not_said_has_no_holidays(place: Bureau) -> None:
    place.ok("init", ".")
    calendar = load_calendar(load_settings(place.config / "duban.toml", {}), 2024, 2025)
    days = [calendar.first.fromordinal(calendar.first.toordinal() + n) for n in range(731)]
    assert [day for day in days if calendar.is_working(day) != (day.weekday() < 5)] == []
    assert calendar.provisional_years == frozenset()


def test_nothing_of_it_names_the_shipped_bureau(place: Bureau) -> None:
    place.ok("init", ".", "--country", COUNTRY, "--timezone", "Asia/Urumqi")
    texts = {
        file: file.read_text("utf-8") for file in place.config.rglob("*") if file.suffix in (".yaml", ".toml", ".j2")
    }
    assert len(texts) > 30
    shipped = {name for name in shipped_names() if not name.startswith("办公室")}  # which every office has
    names = shipped | {"市政府", "市司法局", "各区", "局长", "policy-law"}
    assert {(file.name, name) for file, text in texts.items() for name in names if name in text} == set()


def test_what_is_left_of_the_shipped_bureau_is_named_until_it_is_the_bureaus_own(place: Bureau) -> None:
    place.ok("init", ".", "--name", "某县公路局", "--country", COUNTRY, "--year", "2027")
    shipped = yaml.safe_load((CONFIG / "directory.yaml").read_text("utf-8"))["letterhead"]
    for file, key, value in (
        ("directory.yaml", "issuer", shipped["issuer"]),
        ("directory.yaml", "number", shipped["number"]),
        ("directory.yaml", "issue", shipped["issue"].replace("第", "")),
        ("plans/plan-2027/plan.yaml", "document", "沪知局〔2024〕7号"),
    ):
        path = place.config / file
        new, count = re.subn(
            rf"(?m)^( *{key}: ).*$", lambda found, value=value: found[1] + value, path.read_text("utf-8")
        )
        assert count == 1
        path.write_text(new, "utf-8")
        told = [one for one in place.json("check")["warnings"] if one["id"] == "as-shipped"]
        at = next(n for n, line in enumerate(new.splitlines(), 1) if f"{key}: {value}" in line)
        assert (told[-1]["file"], told[-1]["line"]) == (f"config/{file}", at)
        assert value in told[-1]["message"]


def test_the_shipped_bureau_is_itself_and_so_is_its_next_year(tmp_path: Path) -> None:
    folders = (CONFIG / "plans" / "shanghai-2024", tmp_path)
    plan = (folders[0] / "plan.yaml").read_text("utf-8").replace("2024", "2025")
    (tmp_path / "plan.yaml").write_text(plan, "utf-8")
    assert [[*still_to_say(one, CONFIG / "directory.yaml", CONFIG / "calendar.yaml")] for one in folders] == [[], []]


def test_patterns_name_roles_alone_and_all_of_them_are_played(place: Bureau) -> None:
    place.ok("init", ".")
    roles = yaml.safe_load((place.config / "directory.yaml").read_text("utf-8"))["roles"]
    named = set[str]()
    for file in sorted((place.config / "patterns").glob("*.yaml")):
        for step in load_model(file, PatternFile).steps:
            named |= {one for one in (step.owner, step.review, step.each) if isinstance(one, str)}
    assert named - {LEAD, SUPERVISOR} == roles.keys()


def test_settings_are_those_of_the_shipped_bureau_but_for_plan_and_zone() -> None:
    brought = (TEMPLATES / "duban.toml.j2").read_text("utf-8").splitlines()
    shipped = (CONFIG / "duban.toml").read_text("utf-8").splitlines()
    differing = [line for line, other in zip(brought, shipped, strict=True) if line != other]
    assert [line.partition(" ")[0] for line in differing] == ["plan", "timezone"]


def test_nothing_is_overwritten(place: Bureau) -> None:
    place.ok("init", ".")
    (place.config / "directory.yaml").write_text("mine", "utf-8")
    told = place.run("init", ".", "--name", "别的局")
    assert (told.exit_code, "已经存在" in told.stderr) == (4, True)
    assert (place.config / "directory.yaml").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--country", "ZZ"), "unknown-country"),
        (("--country", "DE", "--subdivision", "XX"), "unknown-subdivision"),
        (("--weekend", "caturday"), "caturday"),
        (("--timezone", "Nowhere/City"), "unknown-timezone"),
        (("--number", "督〔{year}〕号"), "ambiguous-number"),
        (("--issue", "督{sequence}"), "unknown-word"),
        (("--name", "某\n局"), "unprintable-text"),
        (("--name", "局" * 300), "out-of-range"),
    ],
)
def test_what_cannot_be_used_is_told_and_leaves_nothing(place: Bureau, words: Sequence[str], said: str) -> None:
    told = place.run("init", "new", *words)
    assert (told.exit_code, said in told.stderr) == (3, True), told.stderr
    assert list(place.root.iterdir()) == []


def test_a_folder_with_other_things_keeps_them_when_it_fails(place: Bureau) -> None:
    (place.root / "notes.txt").write_text("mine", "utf-8")
    assert place.run("init", ".", "--country", "ZZ").exit_code == 3
    assert [one.name for one in place.root.iterdir()] == ["notes.txt"]


def test_at_a_terminal_it_asks_and_asks_again_for_what_cannot_be_used(place: Bureau) -> None:
    ours, theirs = pty.openpty()
    answers = (
        "某县公路局",
        "ZZ",
        "SG",
        "督〔{year}〕号",
        "路督〔{year}〕{initiative}-{sequence}号",
        "caturday",
        "sunday",
        "",
    )
    command = [sys.executable, "-c", "from duban.cli import main; main()", "init", "x"]
    with subprocess.Popen(command, cwd=place.root, stdin=theirs, stdout=subprocess.PIPE, text=True) as asking:
        os.write(ours, "".join(f"{one}\n" for one in answers).encode())
        assert asking.stdout is not None
        told = asking.stdout.read()
    os.close(ours)
    os.close(theirs)
    assert asking.returncode == 0, told
    assert len(re.findall("Error", told)) <= 3
    config: dict[str, Any] = yaml.safe_load((place.root / "x/config/calendar.yaml").read_text("utf-8"))
    assert (config["country"], config["weekend"]) == ("SG", ["sunday"])
    directory = yaml.safe_load((place.root / "x/config/directory.yaml").read_text("utf-8"))
    assert directory["letterhead"]["issuer"] == "某县公路局"
    assert directory["letterhead"]["issue"].startswith("路督〔")
    assert 'timezone = "Asia/Singapore"' in (place.root / "x/config/duban.toml").read_text("utf-8")


def test_without_a_terminal_nothing_is_asked(place: Bureau) -> None:
    assert place.ok("init", "x").startswith("已写入")
