"""批示 and 意见 in words: what leaders instructed, and other units advised, about a step."""

from collections.abc import Iterable

from duban.core.ledger.entries import EntryKind
from duban.core.ledger.steps import Remark
from duban.core.planning.directory import Directory
from duban.core.telling.whens import chinese
from duban.core.titles import REMARK_TITLES
from duban.core.typed import one_line


def in_words(people: Directory, remarks: Iterable[Remark]) -> tuple[str, ...]:
    """Each remark in one line: when, who, what."""
    return tuple(
        one_line(f"{chinese(one.on)}{people.title(one.by)}{REMARK_TITLES[one.kind]}：{_said(people, one)}")
        for one in remarks
    )


def words_of(people: Directory, remark: Remark) -> str:
    """What a remark says, and that it is disowned where its kind is not told of."""
    said = _said(people, remark)
    return f"不是本单位办的：{said}" if remark.kind is EntryKind.DISOWNED else said


def _said(people: Directory, remark: Remark) -> str:
    return f"{remark.words}（认为应由{people.title(remark.to)}办理）" if remark.to else remark.words
