"""Groups of commands that are read when they are called: a command starts as fast as what it needs itself."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup


class Parts(Mapping[str, Any]):
    """Commands by their words, in the order of the help; each is made of its module when it is asked for."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, word: str) -> Any:
        """The command of a word; KeyError for any other word."""
        part = typer.main.get_group(import_module(self._places[word]).app)
        if word in part.commands:
            return part.commands[word]
        part.name = word  # a group of its own
        return part

    def __iter__(self) -> Iterator[str]:
        """The words."""
        return iter(self._places)

    def __len__(self) -> int:
        """Give the number of words."""
        return len(self._places)


class PartsGroup(TyperGroup):
    """A group of the commands in `places`: the module of each, by its word."""

    places: ClassVar[Mapping[str, str]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = Parts(self.places)  # type: ignore[assignment]  # nobody adds any


def placed(package: str, parts: str) -> dict[str, str]:
    """The modules of a package's commands by their words: `module`, where both are the same, or `module:word,word`."""
    found: dict[str, str] = {}
    for part in parts.split():
        module, _, words = part.partition(":")
        found |= dict.fromkeys((words or module.rpartition(".")[2]).split(","), f"{package}.{module}")
    return found
