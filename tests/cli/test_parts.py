"""A command reads its own module and none of the others'; the help knows all there are."""

import os
import subprocess
import sys
from importlib import import_module
from pkgutil import walk_packages

import typer

import duban.cli
from duban.cli import app
from duban.cli.parts import PartsGroup


def words(group: object) -> dict[str, object]:
    """The commands of a group, those of groups within it as `group word`."""
    found: dict[str, object] = {}
    for word, one in group.commands.items():  # type: ignore[attr-defined]  # every group has them
        found |= {f"{word} {inner}": part for inner, part in words(one).items()} if hasattr(one, "commands") else {}
        found[word] = one
    return found


def test_every_command_of_every_module_has_its_word() -> None:
    known = {one.callback.__wrapped__ for one in words(typer.main.get_command(app)).values() if one.callback}  # type: ignore[attr-defined]  # commands have one
    for module in walk_packages(duban.cli.__path__, "duban.cli."):
        part = getattr(import_module(module.name), "app", None)
        for command in part.registered_commands if isinstance(part, typer.Typer) else ():
            assert command.callback in known, f"{module.name}: {command.callback.__name__} has no word"


def test_an_unknown_word_is_no_command() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, PartsGroup)
    assert group.commands.get("shwo") is None
    assert len(group.commands) == len(list(group.commands))


def test_a_look_loads_neither_other_commands_nor_what_only_checks_and_letters_need() -> None:
    program = (
        "import sys; from duban.cli import app; app(['show', '--help'], standalone_mode=False); import duban.wiring"
    )
    told = f"{program}; print('LOADED', *sys.modules)"
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, env=dict(os.environ))
    loaded = set(run.stdout.partition("LOADED")[2].split())
    assert "duban.cli.look.show" in loaded
    assert not {one for one in loaded if one.startswith("duban.cli.") and one.count(".") > 2} - LOOKING
    assert not loaded & HEAVY


LOOKING = {f"duban.cli.look.{name}" for name in ("show", "expanded", "trees", "weeks")}
HEAVY = {"holidays", "jinja2", "openpyxl", "docx", "alembic", "prefect", "sqlalchemy", "sqlmodel", "numpy"} | {
    f"duban.core.{name}" for name in ("checking.check", "rehearsing.profile", "access.doors", "telling.alarm")
}
