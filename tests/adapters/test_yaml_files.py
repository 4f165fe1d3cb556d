"""Plans read from files: whatever lies in a folder, loading gives a plan or all that is wrong with it."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duban.adapters import yaml_text
from duban.adapters.yaml_files import Loaded, load_plan, write_schemas
from duban.adapters.yaml_models import load_model
from duban.core.days.overrides import CalendarOverrides
from duban.core.days.workdays import WorkCalendar
from duban.core.planning.plan_file import InitiativeFile, PlanFile, StepChange, StepFile
from duban.core.planning.schema import schemas
from duban.core.planning.values import Strict
from duban.core.problems import BadInput, Problem

ROOT = Path(__file__).parents[2]
PLANS = ROOT / "tests" / "plans"
CALENDAR = WorkCalendar.build(date(2023, 1, 1), date(2026, 12, 31), lambda day: day.weekday() < 5)
SOURCE = (PLANS / "good" / "every-kind" / "roads" / "new-road.yaml").read_bytes()
PLAN = (PLANS / "good" / "every-kind" / "plan.yaml").read_bytes()


def load(folder: Path) -> Loaded:
    office = PLANS / "office"
    return load_plan(
        folder,
        directory=office / "directory.yaml",
        escalation=office / "escalation.yaml",
        calendar=CALENDAR,
    )


def problems(load: Callable[[], object]) -> list[str]:
    with pytest.raises(BadInput) as raised:
        load()
    return [str(problem) for problem in raised.value.problems]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small plan, in the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan" / "roads").mkdir(parents=True)
    (tmp_path / "plan" / "plan.yaml").write_bytes(PLAN)
    (tmp_path / "plan" / "roads" / "new-road.yaml").write_bytes(SOURCE)
    return Path("plan")


def test_a_plan_is_loaded_with_its_people_and_rules(folder: Path) -> None:
    loaded = load(folder)
    assert list(loaded.plan.initiatives) == ["new-road"]
    assert loaded.plan.initiatives["new-road"].file == "plan/roads/new-road.yaml"
    assert loaded.directory.title("roads-unit") == "道路处"
    assert [ladder.id for ladder in loaded.policy.ladders] == ["standard", "urgent"]


@pytest.mark.parametrize(
    "written", [b"\xef\xbb\xbf" + SOURCE, SOURCE.replace(b"\n", b"\r\n"), SOURCE.replace(b"\n", b"\r")]
)
def test_files_of_other_editors_read_the_same(folder: Path, written: bytes) -> None:
    before = load(folder).plan
    (folder / "roads" / "new-road.yaml").write_bytes(written)
    assert load(folder).plan == before


def test_other_files_are_left_alone(folder: Path) -> None:
    for name in ("README.md", ".hidden.yaml", "roads/notes.txt", "roads/.new-road.yaml.swp", "roads/new-road.yaml~"):
        (folder / name).write_text("随便写写")
    (folder / "drafts").mkdir()
    assert load(folder).plan.id == "every-kind"


def test_files_are_named_as_seen_from_the_working_directory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "roads" / "new-road.yaml").write_text("- 一")
    inside = problems(lambda: load(folder.absolute()))
    assert inside == ["plan/roads/new-road.yaml:1: not-a-mapping: the file is not a mapping; begin with `key: value`"]
    absolute = folder.absolute()
    monkeypatch.chdir("/")
    assert problems(lambda: load(absolute))[0].startswith(f"{absolute.relative_to('/')}/roads/new-road.yaml:1: ")
    monkeypatch.chdir(PLANS)
    assert problems(lambda: load(absolute))[0].startswith(f"{absolute}/roads/new-road.yaml:1: ")


def test_a_folder_that_is_not_there(folder: Path) -> None:
    assert problems(lambda: load(Path("nowhere"))) == [
        "nowhere: no-plan: there is no such folder; name the folder of a plan"
    ]
    assert problems(lambda: load(folder / "roads" / "new-road.yaml")) == [
        "plan/roads/new-road.yaml: no-plan: there is no such folder; name the folder of a plan"
    ]


def test_files_that_cannot_be_read(folder: Path) -> None:
    (folder / "roads" / "gone.yaml").symlink_to("nowhere.yaml")
    (folder / "roads" / "folder.yaml").mkdir()
    (folder / "roads" / "folder.yaml" / "inner.yaml").write_text("")
    office = {"directory": Path("nowhere.yaml"), "escalation": folder}
    assert problems(lambda: load_plan(folder, **office, calendar=CALENDAR)) == [
        "nowhere.yaml: unreadable: the file cannot be read: No such file or directory; "
        "check that it is there and readable",
        "plan: not-a-file: this is no file but a folder; put a file there",
        "plan/roads/folder.yaml/inner.yaml: misplaced-file: an initiative lies right in the folder of its section; "
        "move it up into the folder of the section",
        "plan/roads/gone.yaml: unreadable: the file cannot be read: No such file or directory; "
        "check that it is there and readable",
    ]


class Words(Strict):
    a: str | int | float | bool | None
    b: str | int | float | bool | None = None


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("08:30", "08:30"),
        ("2024-02-30", "2024-02-30"),
        ("0x1F", "0x1F"),
        (".nan", ".nan"),
        ("1e5", 100000.0),
        ("1.", 1.0),
        ("-.5", -0.5),
        ("010", 10),
        ("+3", 3),
        ("True", True),
        ("false", False),
        ("~", None),
        ("", None),
        ("'3'", "3"),
        ('""', ""),
        ("|-\n  3", "3"),
        ("9" * 30, float("9" * 30)),
        ("全角：冒号", "全角：冒号"),
    ],
)
def test_words_are_those_of_yaml_1_2(tmp_path: Path, written: str, value: object) -> None:
    file = tmp_path / "words.yaml"
    file.write_text(f"a: {written}\n")
    read = load_model(file, Words).a
    assert (read, type(read)) == (value, type(value))


def test_a_model_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "calendar.yaml"
    file.write_text("holidays:\n  - 2024-05-01\n  - {first: 2024-10-07, last: 2024-10-01}\nworking_days: [五一]\n")
    lines = [text.removeprefix(str(file)) for text in problems(lambda: load_model(file, CalendarOverrides))]
    assert lines == [
        ":3: invalid-value: a range cannot end on 2024-10-01 before it begins on 2024-10-07; exchange the two days",
        ":4: invalid-value: '五一' is not a day; write it as 2024-02-09, without a time",
    ]
    file.write_text("holidays: [2024-05-01]\n")
    assert load_model(file, CalendarOverrides).days_off() == {date(2024, 5, 1): "本单位安排休息"}


def test_a_key_that_is_there_twice_is_a_problem_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "words.yaml"
    file.write_text("a: 1\na: 2\n")
    (text,) = problems(lambda: load_model(file, Words))
    assert text.endswith(":2: duplicate-key: `a` is there twice, first in line 1; remove one")


@pytest.mark.parametrize("case", ["broken-yaml", "tab", "not-plain-yaml"])
def test_without_libyaml_the_same_files_are_refused(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> list[tuple[str, str]]:
        with pytest.raises(BadInput) as raised:
            load(PLANS / "bad" / case / "plan")
        return [(problem.file, problem.id) for problem in raised.value.problems]

    fast = refused()
    monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)
    assert refused() == fast


def test_the_published_schemas_are_up_to_date(tmp_path: Path) -> None:
    write_schemas(tmp_path)
    published = {file.name: file.read_text("utf-8") for file in (ROOT / "config" / "schema").iterdir()}
    assert published == {file.name: file.read_text("utf-8") for file in tmp_path.iterdir()}
    assert {name: json.loads(text) for name, text in published.items()} == schemas()


def test_a_plan_of_ten_thousand_steps_loads(folder: Path) -> None:
    (folder / "roads" / "new-road.yaml").unlink()
    head = "id: i-{0}\ntitle: 举措\nsource: '1.{1}'\nlead: roads-unit\nsupervisor: director\nsteps:\n"
    line = "  - {{id: s{0}, title: 事项, kind: work, needs: [{1}], duration: [0, 1, 2], due: 2024-12}}\n"
    for number in range(100):
        first = f"i-{number - 1}/s0" if number else ""
        steps = "".join(line.format(step, f"s{step - 1}" if step else first) for step in range(100))
        (folder / "roads" / f"i-{number}.yaml").write_text(head.format(number, number + 1) + steps)
    plan = load(folder).plan
    assert sum(len(initiative.steps) for initiative in plan.initiatives.values()) == 10_000
    assert list(plan.initiatives["i-7"].steps) == [f"s{step}" for step in range(100)]


def test_ten_thousand_unknown_names_are_told_of(folder: Path) -> None:
    head = "id: new-road\ntitle: 举措\nsource: '1.1'\nlead: roads-unit\nsupervisor: director\nsteps:\n"
    steps = "".join(
        f"  - {{id: s{number}, title: 事项, kind: work, needs: [ss{number}]}}\n" for number in range(10_000)
    )
    (folder / "roads" / "new-road.yaml").write_text(head + steps)
    told = problems(lambda: load(folder))
    assert len(told) == 10_000
    assert sum("did you mean" in one for one in told) == 30  # a search through 10,000 names is slow


FILES = {
    "plan/plan.yaml": PLAN,
    "plan/roads/new-road.yaml": SOURCE,
    "plan/roads/road-rules.yaml": (PLANS / "good" / "pattern" / "roads" / "road-rules.yaml").read_bytes(),
    "plan/parks/park-rules.yaml": (PLANS / "good" / "pattern" / "parks" / "park-rules.yaml").read_bytes(),
    "plan/document.yaml": "sentences: {'1.1': {text: 修路。, undertakings: [修路]}, '2.1': {text: 护林。}}".encode(),
    "patterns/rules.yaml": (PLANS / "patterns" / "rules.yaml").read_bytes(),
    "directory.yaml": (PLANS / "office" / "directory.yaml").read_bytes(),
    "escalation.yaml": (PLANS / "office" / "escalation.yaml").read_bytes(),
}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for a plan of which one file is written anew again and again."""
    folder = tmp_path_factory.mktemp("scratch")
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    return folder


def mistakes(load: Callable[[], object]) -> tuple[Problem, ...]:
    """What loading refuses; any other exception is let through."""
    try:
        load()
    except BadInput as bad:
        return bad.problems
    return ()


def loads_or_tells(folder: Path, changed: str, content: bytes) -> None:
    """Loading raises nothing but BadInput, and every problem is one line with an id and a remedy."""
    for name, usual in FILES.items():
        (folder / name).write_bytes(content if name == changed else usual)
    office = {name: folder / f"{name}.yaml" for name in ("directory", "escalation")} | {"patterns": folder / "patterns"}
    for problem in mistakes(lambda: load_plan(folder / "plan", **office, calendar=CALENDAR)):
        assert problem.id
        assert problem.message
        assert problem.remedy
        assert len(str(problem).splitlines()) == 1
        assert 0 <= problem.line <= content.count(b"\n") + content.count(b"\r") + 1 or problem.file != changed


@given(st.sampled_from(sorted(FILES)), st.binary(max_size=200))
def test_any_bytes_are_a_plan_or_refused(scratch: Path, changed: str, content: bytes) -> None:
    loads_or_tells(scratch, changed, content)


SPLICES = st.sampled_from(
    [
        *(b"", b"\n", b"\t", b" ", b":", b": ", b"- ", b"-", b"[", b"]", b"{", b"}", b"#", b"'", b'"', b"@", b"/"),
        *(b"&a ", b"*a", b"!x ", b"---\n", b"? ", b"<<: ", b"[[1]]", b"{a: 1}", b"\xef\xbb\xbf", b"\x00", b"\xff"),
        *(b"null", b"~", b"true", b"3", b"1.5", b"1e999", b"id", b"steps:", b"needs: [draft]\n", b"2024-02-30"),
        *(b"each: districts\n    ", b"repeat: monthly\n    ", b"@pudong", b"9999 days after "),
        *(
            b"pattern: rules\n",
            b"without: [draft]\n",
            b"change: {draft: {needs: []}}\n",
            b"{document}",
            b"covers: [a]\n",
        ),
        *("，".encode(), "：".encode(), "\u2028".encode()),
    ]
)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=3 * settings().max_examples)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_any_mutation_of_a_good_plan_is_a_plan_or_refused(scratch: Path, changed: str, data: st.DataObject) -> None:
    content = FILES[changed]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        cut = data.draw(st.integers(0, 12))
        content = content[:at] + data.draw(SPLICES | st.binary(max_size=3)) + content[at + cut :]
    loads_or_tells(scratch, changed, content)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def test_a_step_of_a_pattern_cannot_be_changed_to_have_no_title(scratch: Path) -> None:
    changed = "plan/roads/road-rules.yaml"
    written = yaml.safe_load(FILES[changed])
    next(iter(written["change"].values()))["title"] = None
    loads_or_tells(scratch, changed, yaml.safe_dump(written, allow_unicode=True).encode())


@given(st.data(), VALUES)
def test_any_value_in_any_place_is_a_plan_or_refused(scratch: Path, data: st.DataObject, value: object) -> None:
    changed = data.draw(st.sampled_from(["plan/roads/new-road.yaml", "plan/roads/road-rules.yaml"]))
    written = yaml.safe_load(FILES[changed])
    changes = [(change, StepChange.model_fields) for change in written.get("change", {}).values()]
    place, keys = data.draw(
        st.sampled_from(
            [
                (written, InitiativeFile.model_fields),
                *((step, StepFile.model_fields) for step in written["steps"]),
                *changes,
            ]
        )
    )
    place[data.draw(st.sampled_from([*keys, "colour"]))] = value
    loads_or_tells(scratch, changed, yaml.safe_dump(written, allow_unicode=True).encode())


@given(st.binary(max_size=120))
def test_no_random_bytes_are_a_plan_file(scratch: Path, content: bytes) -> None:
    file = scratch / "any.yaml"
    file.write_bytes(content)
    assert mistakes(lambda: load_model(file, PlanFile))
