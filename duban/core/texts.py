"""Messages that can be said in another language: texts that remember the template and the values they were made of.

As a `str` a text is what it says in the language it was written in: `english` and `mandarin` tell which that is. It is
put into another one where it is shown, by a catalogue of templates; nothing is translated here.
"""

from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any, NamedTuple, Self


class Text(str):
    """A message; `values` are texts, plain values, or lists and tuples of them, which are told one after the other."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Any]

    def __new__(cls, written: str, template: str, values: Mapping[str, Any]) -> Self:
        """`written` is what the template and the values come to in the language of the template."""
        made = super().__new__(cls, written)
        made.template, made.values = template, values
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[str, str, Mapping[str, Any]]]:
        return type(self), (str(self), self.template, self.values)


class Language(NamedTuple):
    """How texts are said: the template for a template, what stands between the items of a list, and around a name."""

    template: Callable[[str], str]
    between: str
    quotes: tuple[str, str] | None


ENGLISH = Language(str, ", ", None)
MANDARIN = Language(str, "、", ("“", "”"))


def english(template: str, **values: Any) -> Text:
    """A message written in English: a literal with a {field} for each value; without any it is kept as it is."""
    return _made(template, values, ENGLISH)


def mandarin(template: str, **values: Any) -> Text:
    """The same of a message written in Chinese."""
    return _made(template, values, MANDARIN)


def filled(text: Text, **values: Any) -> Text:
    """A message of a table, which has no lists, with its values."""
    return english(text.template, **values)


def as_described(words: str) -> Text:
    """What the schemas say of a key: the catalogue has it from there."""
    return Text(words, words, {})


def said_elsewhere(words: str) -> Text:
    """What others say, a library or the system, in their own words: no catalogue has them."""
    return Text(words, "{words}", {"words": words})


def listed(texts: list[Text]) -> Text:
    """Texts one after the other, as their language has it."""
    return Text(", ".join(texts), "{texts}", {"texts": texts})


def joined(between: str, *texts: str) -> Text:
    """Texts with a sign between them; one that differs by language is a text itself."""
    values = {f"text{number}": text for number, text in enumerate(texts)}
    template = "{between}".join(f"{{{name}}}" for name in values)
    return Text(between.join(texts), template, {"between": between, **values})


def rendered(text: str, language: Language) -> str:
    """A text in a language; what is no `Text` stays as it is."""
    if not isinstance(text, Text):
        return text
    template = language.template(text.template)
    return _Saying(language).vformat(template, (), text.values) if text.values else template


def _made(template: str, values: Mapping[str, Any], language: Language) -> Text:
    written = _Saying(language).vformat(template, (), values) if values else template
    return Text(written, template, values)


def _listed(value: Any) -> bool:
    return type(value) in (list, tuple)  # and no named tuple, as a reference to a step is


class _Saying(Formatter):
    """Fills a template in, its values in the same language; `!r` is a name in quotation marks."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def convert_field(self, value: Any, conversion: Any) -> Any:
        if _listed(value):
            return [self.convert_field(item, conversion) for item in value]
        if conversion == "r" and isinstance(value, str) and self._language.quotes:
            return repr(str(value))[1:-1].join(self._language.quotes)
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> Any:
        if _listed(value):
            return self._language.between.join(self.format_field(item, format_spec) for item in value)
        return rendered(value, self._language) if isinstance(value, Text) else super().format_field(value, format_spec)
