"""One word per thing: a type name means one thing in the whole core."""

import ast
from collections import defaultdict
from pathlib import Path

import duban.core

CORE = Path(duban.core.__file__).parent


def types_of(source: str) -> list[str]:
    """The classes and type aliases that a module defines: an alias begins with a capital and is no constant."""
    found = list[str]()
    for node in ast.parse(source).body:
        match node:
            case ast.ClassDef(name=name):
                found.append(name)
            case ast.Assign(targets=[ast.Name(id=name)]) if name.strip("_")[:1].isupper() and not name.isupper():
                found.append(name)
    return found


def test_classes_and_aliases_are_types_and_constants_are_not() -> None:
    source = "class Alpha: ...\nBeta = int\nLIMIT = 3\n_Gamma = dict[str, int]\nd = 4\n"
    assert types_of(source) == ["Alpha", "Beta", "_Gamma"]


def test_every_type_name_of_the_core_is_borne_once() -> None:
    borne = defaultdict[str, list[str]](list)
    for path in sorted(CORE.rglob("*.py")):
        for name in types_of(path.read_text()):
            borne[name.lstrip("_")].append(f"{path.relative_to(CORE)}: {name}")
    assert [found for found in borne.values() if len(found) > 1] == []
