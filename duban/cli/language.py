"""In which language commands speak: as `--lang` says, else a variable, else the settings."""

from contextvars import ContextVar
from typing import Annotated

import typer

from duban.adapters.languages import language
from duban.core.texts import Text, rendered
from duban.settings import LANGUAGES, language_name, spoken

_CHOSEN: ContextVar[str] = ContextVar("language")


def choose(name: str | None) -> str | None:
    """Speak the language named for as long as the command runs; raises BadParameter for one there is not."""
    if name is not None:
        if (known := spoken(name)) is None:
            raise typer.BadParameter(f"give one of {', '.join(LANGUAGES)}")
        _CHOSEN.set(known)
    return name


Lang = Annotated[
    str | None, typer.Option("--lang", metavar="LANGUAGE", callback=choose, help="Language of messages: zh_CN or en.")
]


def by_settings() -> None:
    """Begin a command: what an earlier one in this process was told counts no more."""
    _CHOSEN.set("")


def said(text: str) -> str:
    """A message in the language of this command; what is no message stays as it is."""
    if not isinstance(text, Text):
        return text
    if not _CHOSEN.get(""):
        _CHOSEN.set(language_name())
    return rendered(text, language(_CHOSEN.get()))
