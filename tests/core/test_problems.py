"""Problems as people read them."""

import pytest

from duban.core.problems import (
    BadInput,
    Fault,
    Invalid,
    Problem,
    Suggestions,
    nearest,
    refuse_repeated,
    repeated,
    shown,
    shown_key,
)


def problem(file: str = "a.yaml", line: int = 3, **changes: object) -> Problem:
    return Problem(**{"file": file, "line": line, "id": "odd", "message": "what", "remedy": "do this"} | changes)  # type: ignore[arg-type]  # a test's shorthand


def test_a_problem_reads_as_one_line() -> None:
    assert str(problem()) == "a.yaml:3: odd: what; do this"
    assert str(problem(line=0)) == "a.yaml: odd: what; do this"


def test_bad_input_tells_every_problem_once_by_file_and_line() -> None:
    later, other = problem(line=10), problem(file="b.yaml")
    bad = BadInput([other, later, problem(), problem(location=("steps", 1)), problem(location=(1, "steps"))])
    assert bad.problems == (problem(), later, other)
    assert str(bad) == f"{problem()}\n{later}\n{other}"


def test_an_invalid_value_tells_all_its_faults() -> None:
    assert str(Invalid(Fault("a", "one", "do"), Fault("b", "two", "undo"))) == "one; do / two; undo"


def test_repeated_names_are_the_later_ones() -> None:
    named = [("a", (0,)), ("b", (1,)), ("a", (2,)), ("a", (3,))]
    assert list(repeated(named)) == [("a", (2,)), ("a", (3,))]


def test_repeated_names_are_refused_where_they_stand() -> None:
    refuse_repeated("rung", [("a", (0,)), ("b", (1,))])
    with pytest.raises(Invalid) as raised:
        refuse_repeated("rung", [("a", (0,)), ("a", ("rungs", 1, "id"))])
    fault = Fault("duplicate-id", "'a' already names another rung", "rename one of them", ("rungs", 1, "id"))
    assert raised.value.faults == (fault,)


def test_the_remedy_for_an_unknown_name_is_the_nearest_one() -> None:
    assert nearest("wrok", ["work", "review"], "choose one") == "did you mean 'work'?"
    assert nearest("xyz", ["work", "review"], "choose one") == "choose one"


@pytest.mark.parametrize(("value", "text"), [("一\n二", r"'一\n二'"), (3, "3"), ("x" * 100, "'" + "x" * 59 + "...")])
def test_values_are_shown_on_one_line_and_cut_short(value: object, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("key", "text"), [("title", "`title`"), ("a\nb", r"'a\nb'"), ("", "``"), ("x" * 61, "'" + "x" * 59 + "...")]
)
def test_keys_are_shown_on_one_line(key: str, text: str) -> None:
    assert shown_key(key) == text


def test_suggestions_end_when_there_are_too_many() -> None:
    suggestions = Suggestions(comparisons=5)
    known = ["draft", "issue"]
    assert suggestions.nearest("drafts", known, "add it", "road/") == "did you mean 'road/draft'?"
    assert suggestions.nearest("zzz", known, "add it") == "add it"
    assert suggestions.nearest("drafts", known, "add it") == "add it"
    assert suggestions.nearest("drafts", ["draft"], "add it") == "did you mean 'draft'?"
