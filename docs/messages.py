"""The catalogues of messages: `make messages` takes up what is new in the code, drops what is gone, and compiles.

    python -m docs.messages

`duban/locale/zh_CN` has the Chinese of messages written in English, `duban/locale/en` the English of those written in
Chinese. Ends with 1 while a message has no translation, or one that does not fit.
"""

import ast
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from duban.adapters.languages import DOMAIN, LOCALE
from duban.core.planning.schema import schemas

ROOT = Path(__file__).parents[1]
FOLDERS = ("duban", "deployments", "flows", "tasks")
WRITTEN_BY = {"zh_CN": "english", "en": "mandarin"}
"""The function that makes the messages of which a catalogue holds the translations."""

FIELD = re.compile(r"(?<!\{)\{([a-z_0-9]+)(?:![rs])?(?::[^{}]*)?\}")
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
"""The date in every catalogue, so that the same messages are the same file."""


class Compiled(NamedTuple):
    """A catalogue as its two files hold it."""

    po: bytes
    mo: bytes


def main() -> None:
    """Write the catalogues anew; name what is wrong with them."""
    for name in WRITTEN_BY:
        made = compiled(name)
        file(name).parent.mkdir(parents=True, exist_ok=True)
        file(name).write_bytes(made.po)
        file(name).with_suffix(".mo").write_bytes(made.mo)
    faults = [fault for name in WRITTEN_BY for fault in wrong(name)]
    print("\n".join(faults) or "every message is there in Chinese and English")  # noqa: T201  a tool for people
    sys.exit(bool(faults))


def file(name: str) -> Path:
    """Where a catalogue lies."""
    return LOCALE / name / "LC_MESSAGES" / f"{DOMAIN}.po"


def wrong(name: str) -> Iterator[str]:
    """What a catalogue lacks, has too much, or says of other values than the message."""
    kept, wanted = _kept(name), set(_wanted(name))
    yield from (f"{name}: not translated: {one}" for one in sorted(wanted - {one for one in kept if kept[one].string}))
    yield from (f"{name}: no longer said: {one}" for one in sorted(kept.keys() - wanted))
    for one, message in sorted(kept.items()):
        if message.fuzzy:
            yield f"{name}: fuzzy: {one}"
        if message.string and set(FIELD.findall(one)) != set(FIELD.findall(message.string)):
            yield f"{name}: other fields than in: {one}"


def compiled(name: str) -> Compiled:
    """A catalogue with all messages of the code, translated as it has them."""
    kept = _kept(name)
    made = Catalog(name, DOMAIN, project="duban", version="", creation_date=LONG_AGO, revision_date=LONG_AGO)
    made.header_comment, made.fuzzy = f"# Messages of duban: {name}. Renewed by `make messages`.", False
    for one in _wanted(name):
        made.add(one, kept[one].string if one in kept else "")
    po, mo = BytesIO(), BytesIO()
    write_po(po, made, width=120, sort_output=True)
    write_mo(mo, made)
    return Compiled(po.getvalue(), mo.getvalue())


def _kept(name: str) -> dict[str, Any]:
    if not file(name).exists():
        return {}
    with file(name).open("rb") as opened:
        catalogue = read_po(opened, name)
    obsolete = {str(one): message for one, message in catalogue.obsolete.items()}
    return {str(message.id): message for message in catalogue if message.id} | obsolete


def _wanted(name: str) -> list[str]:
    """All messages, each once: those of the code, and what the schemas say of keys that may be missing."""
    trees = (ast.parse(path.read_text("utf-8")) for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))
    calls = (call for tree in trees for call in made_by(WRITTEN_BY[name], tree))
    said = [str(found) for call in calls if (found := literal(call))]
    return list(dict.fromkeys([*said, *(_described() if name == "zh_CN" else ())]))


def made_by(function: str, tree: ast.AST) -> Iterator[ast.Call]:
    """The calls of a function that makes messages."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    yield from (call for call in calls if isinstance(call.func, ast.Name) and call.func.id == function)


def literal(call: ast.Call) -> str | None:
    """The template that stands in a call, found without running anything; None where it is put together."""
    said = call.args[0]
    return said.value if isinstance(said, ast.Constant) and isinstance(said.value, str) else None


def _described() -> Iterator[str]:
    for schema in schemas().values():
        for part in (schema, *schema.get("$defs", {}).values()):
            for key in part.get("required", ()):
                if about := part.get("properties", {}).get(key, {}).get("description"):
                    yield about


if __name__ == "__main__":
    main()
