"""Questions as a table to fill in, and the answers taken back into the office's table as if they had stood there."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from duban.core.texts import mandarin
from duban.drafting.reading import Draft, Question
from duban.drafting.tables import Field, Table, compact

HEADER = ("单元格", "表中写法", "问题", "您的答复")
EXPLAINED = mandarin("答复写应当写的内容（单位、时限等）；现有写法无误的写“是”；不予督办的单位写“略”。")
YES = ("是", "对", "确认", "无误", "同意", "√", "✓")
LEFT_OUT = ("略", "不督办", "外部单位")
PARTED = "、"
OPEN_END = re.compile(r"\s*等(?:\d*个?(?:部门|单位|科室|处室))?[。.\s]*$")
"""What leaves a list open, which the answer closes."""


@dataclass(frozen=True, slots=True)
class Answers:
    """By cell, what was asked about it and answered; `confirmed` are cells that are right as they are."""

    texts: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()


def asked(draft: Draft) -> list[tuple[str, str, str, str]]:
    """The questions as rows to fill in: one for all cells that raise the same."""
    cells: dict[tuple[str, str], list[str]] = {}
    for question in draft.questions:
        cells.setdefault((question.says, question.why), []).append(question.cell)
    return [(PARTED.join(dict.fromkeys(places)), says, why, "") for (says, why), places in cells.items()]


def read_answers(tables: Iterable[Table]) -> Answers:
    """What was filled in; rows without an answer are still open."""
    texts: dict[str, list[tuple[str, str]]] = {}
    confirmed = set[str]()
    for table in tables:
        columns = _columns(table)
        if columns is None:
            continue
        for row in table.rows:
            cells, says, answer = (row[place].text.strip() for place in columns)
            if not answer or cells == HEADER[0]:
                continue
            for cell in cells.split(PARTED):
                if answer in YES:
                    confirmed.add(cell)
                else:
                    texts.setdefault(cell, []).append((says, "" if answer in LEFT_OUT else answer))
    return Answers(texts, frozenset(confirmed))


def _columns(table: Table) -> tuple[int, int, int] | None:
    for row in table.rows:
        names = [cell.text.strip() for cell in row]
        if HEADER[0] in names and HEADER[3] in names:
            return names.index(HEADER[0]), names.index(HEADER[1]), names.index(HEADER[3])
    return None


def with_answers(tables: Sequence[Table], answers: Answers) -> tuple[Table, ...]:
    """The tables as if the answers had stood in their cells."""
    return tuple(
        replace(table, rows=tuple(tuple(_answered(cell, answers) for cell in row) for row in table.rows))
        for table in tables
    )


def _answered(cell: Field, answers: Answers) -> Field:
    text = cell.text
    for says, answer in answers.texts.get(cell.place, ()):
        text = _put(text, says, answer)
    return cell if text == cell.text else replace(cell, text=text)


def _put(text: str, says: str, answer: str) -> str:
    """The answer in the place of what was asked about; of a whole cell instead of it, of a task behind it."""
    if says and says in text:
        return text.replace(says, answer, 1)
    if says and compact(says) == compact(text):
        return answer
    return f"{OPEN_END.sub('', text)}，{answer}" if text and not says else answer


def still_open(questions: Iterable[Question], answers: Answers) -> tuple[Question, ...]:
    """The questions that nobody has answered."""
    return tuple(one for one in questions if one.cell not in answers.confirmed)
