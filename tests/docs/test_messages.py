"""Every message exists in Chinese and English, says the same of the same values, and can be found in the code."""

import ast
from pathlib import Path

import pytest

from docs.messages import FOLDERS, ROOT, WRITTEN_BY, compiled, file, literal, made_by, wrong

FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("name", WRITTEN_BY)
def test_every_message_is_translated_and_none_is_left_over(name: str) -> None:
    assert list(wrong(name)) == [], "run `make messages`, and fill in duban/locale"


@pytest.mark.parametrize("name", WRITTEN_BY)
def test_what_is_compiled_is_what_is_written(name: str) -> None:
    made = compiled(name)
    assert file(name).read_bytes() == made.po, "run `make messages`"
    assert file(name).with_suffix(".mo").read_bytes() == made.mo, "run `make messages`"


def test_a_catalogue_tells_what_is_wrong_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docs.messages.LOCALE", tmp_path)
    monkeypatch.setattr("docs.messages._wanted", lambda name: ["there is no {file}", "new", "doubtful"])
    file("zh_CN").parent.mkdir(parents=True)
    file("zh_CN").write_text(
        'msgid "there is no {file}"\nmsgstr "没有 {name}"\n\n'
        '#, fuzzy\nmsgid "doubtful"\nmsgstr "存疑"\n\n'
        'msgid "gone"\nmsgstr "已去"\n\n'
        '#~ msgid "long gone"\n#~ msgstr "早已去"\n',
        encoding="utf-8",
    )
    assert list(wrong("zh_CN")) == [
        "zh_CN: not translated: new",
        "zh_CN: no longer said: gone",
        "zh_CN: no longer said: long gone",
        "zh_CN: fuzzy: doubtful",
        "zh_CN: other fields than in: there is no {file}",
    ]


def test_messages_are_written_where_they_are_made() -> None:
    """A template that is put together, or handed on, would be found by nobody who translates."""
    trees = {path.relative_to(ROOT): ast.parse(path.read_text("utf-8")) for path in FILES if path.name != "texts.py"}
    calls = [
        (path, call) for path, tree in trees.items() for name in WRITTEN_BY.values() for call in made_by(name, tree)
    ]
    assert [f"{path}:{call.lineno}" for path, call in calls if not literal(call)] == []
    told = [f"{path}:{call.lineno}" for path, tree in trees.items() for call in bare(tree)]
    assert told == [], "say it by english(...), so that it can be said in Chinese"


def bare(tree: ast.AST) -> list[ast.Call]:
    """Problems, faults and findings whose words are written into them, in one language alone.

    The type checker finds those that are put together before.
    """
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return [call for call in calls if any(isinstance(word, ast.JoinedStr | ast.Constant) for word in words(call))]


def words(call: ast.Call) -> list[ast.expr]:
    """What a problem and the like say; nothing of calls of other functions."""
    said = WORDS.get(call.func.id) if isinstance(call.func, ast.Name) else None
    if said is None:
        return []
    return [*call.args[said], *(one.value for one in call.keywords if one.arg in {"message", "remedy"})]


WORDS = {"Problem": slice(3, 5), "Fault": slice(1, 3), "Finding": slice(2, 4), "Question": slice(1, 2)}
"""Which arguments are words for people."""
