"""What pydantic refuses, told in words of our own."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from duban.core.checking.rewording import reword
from duban.core.planning.values import Many, Reference, Slug, Source, Strict, WhenText
from duban.core.problems import Location, Problem


class Inner(Strict):
    size: int = Field(1, ge=1, le=9, description="how big")
    share: float = Field(0.5, gt=0)


class Square(Strict):
    shape: Literal["square"] = Field(description="which shape")
    inner: Inner = Field(description="what is in it")


class Round(Strict):
    shape: Literal["round"] = Field(description="which shape")
    radius: int = 1


class Outer(Strict):
    name: Slug = Field(description="name of the thing")
    plain: str | None = None
    label: Annotated[str, Field(min_length=1, max_length=5)] | None = None
    colour: Literal["red", "green"] = "red"
    flag: bool = False
    source: Source | None = None
    needs: Many[Reference] = Field((), max_length=2)
    pair: Annotated[Many[int], Field(min_length=2, max_length=2)] | None = None
    inner: Inner | None = None
    inners: Many[Inner] = ()
    due: WhenText | None = None
    table: dict[str, str] = Field(default_factory=dict)
    figure: Annotated[Square | Round, Field(discriminator="shape")] | None = None


class Loose(BaseModel):
    """As models of other files are written."""

    model_config = ConfigDict(extra="forbid")

    day: date | None = None
    undescribed: str
    word: str = ""

    @field_validator("word")
    @classmethod
    def _is_known(cls, word: str) -> str:
        if word:
            raise ValueError(word)
        return word


def nothing(location: Location) -> str | None:
    return None


def told(
    data: object, model: type[BaseModel] = Outer, written: Callable[[Location], str | None] = nothing
) -> list[Problem]:
    with pytest.raises(ValidationError) as raised:
        model.model_validate(data)
    return reword(model, raised.value.errors(), "a.yaml", written)


NEAR, EITHER = "did you mean 'square'?", "use one of: square, round"
NO_SHAPE = f"unknown-value: 'squre' is no value of `shape`; {NEAR}"
NO_RADIUS = "unknown-key: unknown key `radios`; did you mean 'radius'?"
WRITE_KEYS = "write keys with values, each on a line of its own"


@pytest.mark.parametrize(
    ("change", "place", "text"),
    [
        ({"nmae": 1}, ("nmae",), "unknown-key: unknown key `nmae`; did you mean 'name'?"),
        ({"inner": {"a": 1}}, ("inner", "a"), "unknown-key: unknown key `a`; use one of: share, size"),
        ({"inners": [{"siez": 1}]}, ("inners", 0, "siez"), "unknown-key: unknown key `siez`; did you mean 'size'?"),
        (
            {"name": None},
            ("name",),
            "no-value: `name` has no value; write one, or remove it if it may be left out",
        ),
        ({"name": 2.1}, ("name",), 'needs-quotes: `name` is read as a number (2.1); put it in quotes: "2.1"'),
        ({"name": True}, ("name",), 'needs-quotes: `name` is read as true or false; put it in quotes: "True"'),
        ({"plain": ["a"]}, ("plain",), "wrong-type: `plain` is a list, but must be a text; write a text"),
        ({"plain": {}}, ("plain",), "wrong-type: `plain` is a mapping, but must be a text; write a text"),
        ({"plain": b""}, ("plain",), "wrong-type: `plain` is something else, but must be a text; write a text"),
        (
            {"flag": "yes"},
            ("flag",),
            "wrong-type: `flag` is a text, but must be true or false; write true or false, without quotes",
        ),
        (
            {"inner": {"size": 1.5}},
            ("inner", "size"),
            "wrong-type: `size` is a number, but must be a whole number; write a whole number, without quotes",
        ),
        (
            {"inner": {"share": True}},
            ("inner", "share"),
            "wrong-type: `share` is true or false, but must be a number; write a number, without quotes",
        ),
        (
            {"needs": "a"},
            ("needs",),
            "wrong-type: `needs` is a text, but must be a list; write a list: [first, second]",
        ),
        (
            {"inners": [3]},
            ("inners", 0),
            "wrong-type: item 1 of `inners` is a number, but must be a mapping; "
            "write keys with values, each on a line of its own",
        ),
        ({"figure": {"shape": "squre"}}, ("figure", "shape"), NO_SHAPE),
        ({"figure": {"shape": "x"}}, ("figure", "shape"), NO_SHAPE.replace("squre", "x").replace(NEAR, EITHER)),
        ({"figure": {"radius": 1}}, ("figure",), "missing-key: `shape` is missing; add it"),
        ({"figure": "round"}, ("figure",), f"wrong-type: `figure` is a text, but must be a mapping; {WRITE_KEYS}"),
        ({"figure": {"shape": "round", "radios": 1}}, ("figure", "round", "radios"), NO_RADIUS),
        (
            {"figure": {"shape": "square"}},
            ("figure", "square", "inner"),
            "missing-key: `inner` is missing; add it: what is in it",
        ),
        (
            {"table": []},
            ("table",),
            "wrong-type: `table` is a list, but must be a mapping; write keys with values, each on a line of its own",
        ),
        ({"colour": "gren"}, ("colour",), "unknown-value: 'gren' is no value of `colour`; did you mean 'green'?"),
        ({"colour": 3}, ("colour",), "unknown-value: 3 is no value of `colour`; use one of: red, green"),
        (
            {"name": "路"},
            ("name",),
            "wrong-form: '路' is no value of `name`; use small letters, digits and hyphens, as in traffic-plan",
        ),
        (
            {"needs": ["a", "B"]},
            ("needs", 1),
            "wrong-form: 'B' is no value of item 2 of `needs`; "
            "write own-step, other-initiative/step, step@unit, step@previous or step/begun",
        ),
        (
            {"source": "1"},
            ("source",),
            """wrong-form: '1' is no value of `source`; write section.sentence, as in "2.10" or "3.4a\"""",
        ),
        ({"label": ""}, ("label",), "out-of-range: `label` is empty; fill it in"),
        ({"label": "123456"}, ("label",), "out-of-range: `label` is longer than 5 characters; shorten it"),
        ({"pair": [1]}, ("pair",), "out-of-range: `pair` must have 2 or more items; add what is missing"),
        ({"pair": [1, 2, 3]}, ("pair",), "out-of-range: `pair` must have 2 items or fewer; take some out"),
        ({"inner": {"size": 0}}, ("inner", "size"), "out-of-range: `size` must be 1 or more; correct the figure"),
        ({"inner": {"size": 10}}, ("inner", "size"), "out-of-range: `size` must be 9 or less; correct the figure"),
        (
            {"inner": {"share": 0}},
            ("inner", "share"),
            "out-of-range: `share` must be more than 0; correct the figure",
        ),
        (
            {"inner": {"share": float("nan")}},
            ("inner", "share"),
            "invalid-value: nan is no value of `share`; correct it",
        ),
    ],
)
def test_what_is_refused_is_told_in_our_words(change: dict[str, Any], place: Location, text: str) -> None:
    (problem,) = told({"name": "a"} | change)
    assert (problem.location, str(problem)) == (place, f"a.yaml: {text}")


def test_what_is_missing_is_explained() -> None:
    (problem,) = told({})
    assert str(problem) == "a.yaml: missing-key: `name` is missing; add it: name of the thing"
    (problem,) = told({}, Loose)
    assert str(problem) == "a.yaml: missing-key: `undescribed` is missing; add it"


def test_the_remedy_shows_what_is_written() -> None:
    (problem,) = told({"name": 2.1}, written=lambda location: "2.10" if location == ("name",) else None)
    assert problem.remedy == 'put it in quotes: "2.10"'


def test_faults_that_a_value_tells_itself_are_kept() -> None:
    (problem,) = told({"name": "a", "due": "some day"})
    assert (problem.id, problem.location) == ("bad-date", ("due",))


def test_items_that_are_wrong_do_not_make_a_list_too_short() -> None:
    (problem,) = told({"name": "a", "pair": [1, "2"]})
    assert problem.location == ("pair", 1)


def test_a_file_that_is_no_mapping() -> None:
    (problem,) = told([])
    assert problem.message == "the file is a list, but must be a mapping"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("too odd; make it even", "too odd; make it even"),
        ("odd: 3: make it even", "odd: 3; make it even"),
        ("odd", "odd; correct it"),
    ],
)
def test_what_other_models_say_is_kept(said: str, text: str) -> None:
    (problem,) = told({"undescribed": "", "word": f"{said}"}, Loose)
    assert str(problem) == f"a.yaml: invalid-value: {text}"


def test_all_problems_are_told() -> None:
    problems = told({"nmae": 1, "flag": 1, "inners": [{"size": 0}, {"size": "a"}], "needs": [1, "a b"]})
    assert [problem.id for problem in problems] == [
        "missing-key",
        "wrong-type",
        "needs-quotes",
        "wrong-form",
        "out-of-range",
        "wrong-type",
        "unknown-key",
    ]
