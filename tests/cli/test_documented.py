"""docs/commands.md tells of every command, option and exit code, and of none there is not."""

import re
from collections.abc import Iterator
from pathlib import Path

import typer

from duban.cli import app
from duban.cli.exits import Exit

DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "commands.md").read_text(encoding="utf-8")


def commands() -> Iterator[tuple[str, set[str]]]:
    """Every command with its options."""

    def walk(command: object, name: str) -> Iterator[tuple[str, set[str]]]:
        subcommands = getattr(command, "commands", None)
        if subcommands is None or command.invoke_without_command:  # type: ignore[attr-defined]  # every group has it
            options = [*command.params]  # type: ignore[attr-defined]  # every command has them
            names = {name for one in options for name in (*one.opts, *one.secondary_opts) if name.startswith("--")}
            yield name, names - {"--help"}
        for word, one in (subcommands or {}).items():
            yield from walk(one, f"{name} {word}".strip())

    yield from walk(typer.main.get_command(app), "")


def section(command: str) -> str:
    """What the document says of a command, from its heading to the next one."""
    found = re.search(rf"^### `duban {re.escape(command)}[` ].*?(?=^##|\Z)", DOCUMENT, re.M | re.S)
    return found[0] if found else ""


def test_every_command_and_option_is_documented_under_its_own_heading() -> None:
    missing = [name for name, _ in commands() if not section(name)]
    missing += [
        f"{name} {option}"
        for name, options in commands()
        for option in options
        if not re.search(rf"`{re.escape(option)}[` ]", section(name)) and option not in COMMON
    ]
    assert missing == []


COMMON = {"--json", "--csv", "--xlsx", "--as", "--key", "--lang"} & set(re.findall(r"^- `(--[a-z]+)", DOCUMENT, re.M))
"""Options told of once, for all commands that have them."""


def test_nothing_is_documented_that_there_is_not() -> None:
    known = dict(commands())
    headings = re.findall(r"^### `duban ([a-z -]+?)(?: [A-Z\[-].*)?`", DOCUMENT, re.M)
    assert sorted(headings) == sorted(known)
    told = {name: set(re.findall(r"`(--[a-z-]+)", section(name))) for name in known}
    assert {name: options - known[name] - {"--help"} for name, options in told.items() if options - known[name]} == {}


def test_every_exit_code_is_documented() -> None:
    told = {int(code) for code in re.findall(r"^\| ([0-9]+) \|", DOCUMENT, re.M)}
    assert told == {int(code) for code in Exit}
