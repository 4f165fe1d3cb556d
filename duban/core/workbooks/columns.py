"""The account that offices keep as a table (督办台账): its columns, and which of them an office fills in. Chinese."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

CellValue = str | int | float | date | None


class Holds(StrEnum):
    """What the cells of a column hold. A percentage is 0 to 100 here, however a program keeps it."""

    TEXT = "text"
    DAY = "day"
    PERCENT = "percent"
    COUNT = "count"
    NUMBER = "number"
    YES = "yes"
    LIGHT = "light"


class TableColumn(NamedTuple):
    """A column: its heading, its width in Latin letters, and what is to be written into it; nothing: it is ours."""

    id: str
    title: str
    width: int
    holds: Holds = Holds.TEXT
    asks: str = ""


class TableRow(NamedTuple):
    """A row by the ids of its columns; `open` are those that may be filled in now."""

    cells: Mapping[str, CellValue]
    open: frozenset[str] = frozenset()


class DataSheet(NamedTuple):
    """One sheet of a workbook. Days in years that are `provisional` are marked so; `hidden` columns are for programs.

    As many columns as `still` stay in sight on the left.
    """

    name: str
    title: str
    note: str
    columns: tuple[TableColumn, ...]
    rows: tuple[TableRow, ...]
    provisional: frozenset[int] = frozenset()
    hidden: frozenset[str] = frozenset()
    still: int = 0


YES = "是"
"""What is written for yes; for no, nothing."""

KEY, MARK = "key", "mark"
"""The columns by which a row is known again: its step, and what it was filled in from."""

FOLDED = "@*"
"""What follows the name of a written step whose units are one row."""

NAMED = (
    TableColumn(KEY, "标识", 12),
    TableColumn(MARK, "版本", 12),
)
OURS = (
    TableColumn("number", "序号", 8),
    TableColumn("initiative", "重点任务", 24),
    TableColumn("step", "事项", 24),
    TableColumn("lead", "牵头单位", 12),
    TableColumn("support", "配合单位", 14),
    TableColumn("owner", "承办单位", 12),
    TableColumn("person", "责任人", 12),
    TableColumn("due", "完成时限", 15, Holds.DAY),
    TableColumn("original", "原时限", 15, Holds.DAY),
    TableColumn("light", "灯色", 9, Holds.LIGHT),
    TableColumn("status", "状态", 10),
)
FILLED = (
    TableColumn("signed", "签收", 6, Holds.YES, "签收的填“是”"),
    TableColumn("said", "进展", 28, Holds.TEXT, "填写新的进展、问题和下步打算，记为反馈进展"),
    TableColumn("progress", "百分比", 8, Holds.PERCENT, "填 0% 至 100%；指标事项由指标值算出，不填"),
    TableColumn("remaining", "剩余用时", 9, Holds.COUNT, "还要几天，填整数，单位与计划用时相同"),
    TableColumn("value", "指标值", 9, Holds.NUMBER, "指标事项填累计数值，不带单位"),
    TableColumn("evidence", "成果材料", 20, Holds.TEXT, "办结材料的名称、文号，一行一项；填写即报送办结"),
    TableColumn("done", "报送办结", 9, Holds.YES, "报送办结的填“是”；应附成果的，同时填成果材料"),
    TableColumn("ask", "申请延期至", 15, Holds.DAY, "申请延期的填新的最后一日，应为工作日"),
    TableColumn("reason", "延期理由", 18, Holds.TEXT, "申请延期的必填"),
)
REMARK = TableColumn("remark", "备注", 28)
LEDGER_COLUMNS = (*NAMED, *OURS, *FILLED, REMARK)
"""The columns of 督办台账, as they are written; they are read in any order."""

LOCKED = (*OURS, REMARK)
"""The columns that are ours: what is changed in them is no act of anybody."""
