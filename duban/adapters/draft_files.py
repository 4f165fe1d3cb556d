"""A drafted plan as files, written with what was drafted last in view: what people have edited is left alone."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from duban.adapters.files import READABLE, write_atomically
from duban.adapters.yaml_spans import parts
from duban.adapters.yaml_writing import plain_text
from duban.drafting.proposing import Proposal, ProposedFile
from duban.drafting.redraft import Drafted, as_read, digest
from duban.drafting.steps import Plain

RECORD = ".draft.json"
"""What was drafted, beside the plan: people need not look at it."""

PLAN, DOCUMENT = "plan.yaml", "document.yaml"
DEEP = "../../schema"


@dataclass(frozen=True, slots=True)
class Written:
    """What a draft does to one file: `how` is new, changed, same, kept (edited by people) or gone."""

    path: str
    how: str
    cell: str = ""


def read_record(folder: Path) -> list[Drafted]:
    """What was drafted into a plan before; empty where nothing was."""
    return [Drafted(**one) for one in _recorded(folder)["rows"]]


def _recorded(folder: Path) -> dict[str, Any]:
    file = folder / RECORD
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {"rows": [], "files": {}}


def planned(folder: Path, proposal: Proposal) -> Iterator[tuple[Written, str]]:
    """What would be done to each file, and its text; nothing is touched."""
    for one in proposal.initiatives:
        text = initiative_text(one)
        yield Written(one.path, _how(folder, one, text), one.row.cell), text
    for gone in proposal.gone:
        yield Written(gone.path, "gone"), ""
    before: dict[str, str] = _recorded(folder)["files"]
    for name, data in ((PLAN, proposal.plan), (DOCUMENT, proposal.document)):
        schema = name.removesuffix(".yaml")
        text = f"# yaml-language-server: $schema={DEEP}/{schema}.schema.json\n\n{plain_text(data)}"
        yield Written(name, _how_whole(folder / name, text, before.get(name))), text


def _how_whole(file: Path, text: str, before: str | None) -> str:
    """What is done to a file of the whole plan, whose text of `before` has that digest."""
    if not file.exists():
        return "new"
    if before == digest(text):
        return "same"
    return "changed" if digest(file.read_text(encoding="utf-8")) == before else "kept"


def _how(folder: Path, one: ProposedFile, text: str) -> str:
    file = folder / one.path
    if not file.exists():
        return "new"
    if one.was is None or as_read(one.row) == one.was.read:
        return "same"
    return "changed" if digest(file.read_text(encoding="utf-8")) == one.was.written else "kept"


def initiative_text(one: ProposedFile) -> str:
    """An initiative's file, with the cell it comes from."""
    head = (
        f"# yaml-language-server: $schema=../{DEEP}/initiative.schema.json\n#\n# Drafted from cell {one.row.cell}.\n\n"
    )
    return head + plain_text(one.data)


def write(folder: Path, proposal: Proposal, work: Sequence[tuple[Written, str]]) -> None:
    """Write what is new or changed, and then what was drafted; safe to be killed and done again."""
    for what, text in work:
        if what.how in ("new", "changed"):
            file = folder / what.path
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, text, READABLE)
    hows = {what.path: (what.how, text) for what, text in work}
    record = [_record(one, *hows[one.path]) for one in proposal.initiatives]
    before: dict[str, str] = _recorded(folder)["files"]
    files = {
        name: before[name] if how == "kept" and name in before else digest(text) for name, (how, text) in hows.items()
    }
    told = {"rows": [asdict(one) for one in record], "files": {name: files[name] for name in (PLAN, DOCUMENT)}}
    write_atomically(folder / RECORD, json.dumps(told, ensure_ascii=False, indent=1), READABLE)


def _record(one: ProposedFile, how: str, text: str) -> Drafted:
    row = one.row
    same = how in ("same", "kept") and one.was is not None
    read = one.was.read if same and one.was else as_read(row)
    written = one.was.written if same and one.was else digest(text)
    return Drafted(one.path, one.source, row.section or "", row.number or "", row.title, read, written)


def rolled_record(text: str, files: Mapping[str, tuple[str, str]]) -> str:
    """The record for another year's plan, whose `files` were so and are so now; what people had edited stays theirs."""
    told = json.loads(text)

    def now(path: str, written: str) -> str:
        before, after = files[path]
        return digest(after) if digest(before) == written else written

    rows = [one | {"written": now(one["path"], one["written"])} for one in told["rows"] if one["path"] in files]
    whole = {path: now(path, written) for path, written in told["files"].items() if path in files}
    return json.dumps({"rows": rows, "files": whole}, ensure_ascii=False, indent=1)


def with_people(directory: str, additions: Mapping[str, Sequence[Plain]]) -> str:
    """The text of a directory with more units and posts at the end of its lists; all else is kept as it is."""
    text = directory
    for key, items in additions.items():
        if items:
            text = _appended(text, key, items)
    return text


def _appended(text: str, key: str, items: Sequence[Plain]) -> str:
    """With more items of a list, where the last one ends and as far in as the first one stands."""
    there = [part for part in parts(text) if len(part.path) > 1 and part.path[0] == key]
    line_end = text.find("\n", max(part.end for part in there)) + 1 or len(text)
    first = text[: min(part.start for part in there)].splitlines()[-1]
    indent = first[: len(first) - len(first.lstrip())]
    added = "".join(f"{indent}- {_flow(item)}\n" for item in items)
    return f"{text[:line_end]}{'' if text[:line_end].endswith(chr(10)) else chr(10)}{added}{text[line_end:]}"


def _flow(item: Plain) -> str:
    return yaml.safe_dump(item, allow_unicode=True, sort_keys=False, default_flow_style=True, width=1000).strip()
