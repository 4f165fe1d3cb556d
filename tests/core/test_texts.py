"""Texts are plain strings in the language they were written in, and can be said in another one."""

import copy
import pickle
from datetime import date

import pytest

from duban.core.planning.plan import StepRef
from duban.core.problems import BadInput, Fault, Invalid, Problem, shown
from duban.core.telling.whens import day_in_words
from duban.core.texts import (
    ENGLISH,
    MANDARIN,
    Language,
    Text,
    as_described,
    english,
    filled,
    joined,
    listed,
    mandarin,
    rendered,
    said_elsewhere,
)

WORDS = {
    "there is no step {step!r}": "没有事项{step!r}",
    "use one of: {known}": "从中选一个：{known}",
    "{days} working days": "{days} 个工作日",
    "{step} is late by {late}": "{step} 误期{late}",
    "write `{a: 1}`": "写作 `{a: 1}`",
    "{place}: {id}: {message}; {remedy}": "{place}: {id}: {message}；{remedy}",
    "{share:g} of it": "其中 {share:g}",
    "早": "early",
    "已{word}": "{word} already",
}
CHINESE = MANDARIN._replace(template=lambda template: WORDS.get(template, template))
IN_ENGLISH = ENGLISH._replace(template=lambda template: WORDS.get(template, template))

THREE_DAYS = english("{days} working days", days=3)


@pytest.mark.parametrize(
    ("text", "written", "in_chinese"),
    [
        (english("there is no step {step!r}", step="draft"), "there is no step 'draft'", "没有事项“draft”"),
        (english("there is no step {step!r}", step="a\nb"), "there is no step 'a\\nb'", "没有事项“a\\nb”"),
        (english("use one of: {known}", known=["a", "b"]), "use one of: a, b", "从中选一个：a、b"),
        (english("use one of: {known!r}", known=("a", "b")), "use one of: 'a', 'b'", "use one of: “a”、“b”"),
        (english("write `{a: 1}`"), "write `{a: 1}`", "写作 `{a: 1}`"),
        (english("{share:g} of it", share=0.50), "0.5 of it", "其中 0.5"),
        (
            english(
                "{step} is late by {late}", step=StepRef("road", "draft"), late=english("{days} working days", days=3)
            ),
            "road/draft is late by 3 working days",
            "road/draft 误期3 个工作日",
        ),
        (filled(english("there is no step {step!r}"), step="x"), "there is no step 'x'", "没有事项“x”"),
        (joined(" -> ", english("{days} working days", days=2), "a"), "2 working days -> a", "2 个工作日 -> a"),
        (listed([english("write `{a: 1}`"), english("nothing")]), "write `{a: 1}`, nothing", "写作 `{a: 1}`、nothing"),
        (said_elsewhere("{days} working days"), "{days} working days", "{days} working days"),
        (as_described("write `{a: 1}`"), "write `{a: 1}`", "写作 `{a: 1}`"),
        (english("on {day}", day=date(2024, 4, 1)), "on 2024-04-01", "on 2024-04-01"),
    ],
)
def test_a_text_is_its_english_and_can_be_said_in_chinese(text: Text, written: str, in_chinese: str) -> None:
    assert text == written
    assert hash(text) == hash(written)
    assert rendered(text, ENGLISH) == written
    assert rendered(text, CHINESE) == in_chinese


def test_what_is_written_in_chinese_can_be_said_in_english() -> None:
    text = mandarin("已{word}", word=mandarin("早"))
    assert text == "已早"
    assert rendered(text, MANDARIN) == "已早"
    assert rendered(text, IN_ENGLISH) == "early already"
    assert mandarin("{names}和{name!r}", names=["a", "b"], name="c") == "a、b和“c”"


def test_what_is_no_text_stays_as_it_is() -> None:
    assert rendered("{days} working days", CHINESE) == "{days} working days"
    assert rendered(english("of a person"), Language(str.upper, "", None)) == "OF A PERSON"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda text: pickle.loads(pickle.dumps(text))])  # noqa: S301
def test_a_copy_can_be_said_in_another_language_too(again: object) -> None:
    text = again(english("there is no step {step!r}", step="draft"))  # type: ignore[operator]
    assert (text, rendered(text, CHINESE)) == ("there is no step 'draft'", "没有事项“draft”")


@pytest.mark.parametrize(
    ("value", "written", "in_chinese"),
    [
        ("soon", "'soon'", "“soon”"),
        (7, "7", "7"),
        (["a"], "['a']", "['a']"),
        ("x" * 70, f"'{'x' * 59}...", f"“{'x' * 60}...”"),
        ("https://user:word@host", "'https://...'", "“https://...”"),
    ],
)
def test_a_value_that_is_shown_is_in_the_quotation_marks_of_the_language(
    value: object, written: str, in_chinese: str
) -> None:
    assert shown(value) == written
    assert rendered(english("{value}", value=shown(value)), CHINESE) == in_chinese


def test_problems_keep_their_place_and_id_in_every_language() -> None:
    wrong = Problem("plan.yaml", 3, "unknown-need", english("there is no step {step!r}", step="a"), english("mend it"))
    other = Problem("a.yaml", 0, "no-value", english("write `{a: 1}`"), english("use one of: {known}", known=["x"]))
    refused = BadInput([wrong, other])
    assert rendered(refused.told, CHINESE).split("\n") == [
        "a.yaml: no-value: 写作 `{a: 1}`；从中选一个：x",
        "plan.yaml:3: unknown-need: 没有事项“a”；mend it",
    ]
    assert refused.told == str(refused)
    assert str(Invalid(Fault("x", english("one"), english("two")))) == "one; two"


def test_a_day_that_is_unknown_is_said_by_nothing() -> None:
    assert (day_in_words(None), rendered(day_in_words(None), IN_ENGLISH)) == ("", "")
    assert day_in_words(date(2024, 4, 1)) == "2024年4月1日"
