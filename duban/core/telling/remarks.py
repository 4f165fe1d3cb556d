"""批示 and 意见 in words: what leaders instructed, and other units advised, about a step."""

from collections.abc import Iterable

from duban.core.ledger.steps import Remark
from duban.core.planning.directory import Directory
from duban.core.telling.whens import chinese
from duban.core.titles import REMARK_TITLES
from duban.core.typed import one_line


def in_words(people: Directory, remarks: Iterable[Remark]) -> tuple[str, ...]:
    """Each remark in one line: when, who, what."""
    return tuple(
        one_line(f"{chinese(one.on)}{people.title(one.by)}{REMARK_TITLES[one.kind]}：{one.words}") for one in remarks
    )
