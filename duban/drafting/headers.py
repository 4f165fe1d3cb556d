"""Which column means what: the header is found by the words offices use, and read per table, never for a whole office.

The words are those of published 任务分解表. A column whose header speaks of another year (原完成期限) means nothing.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from duban.drafting.tables import Field, Table, plain

WITHIN = 25
"""Rows from the top within which a header is looked for."""

FEWEST = 2
"""Columns of a known meaning that make a header."""


class Role(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    SECTION = "section"
    TITLE = "title"
    DETAIL = "detail"
    RESULT = "result"
    LEAD = "lead"
    UNITS = "units"
    SUPPORT = "support"
    SUPERVISOR = "supervisor"
    PERSON = "person"
    DUE = "due"
    REMARK = "remark"
    OTHER = "other"


UNIT = r"(?:单位|部门|科室|处室|股室|责任人?单位|机构)(?:\(单位\)|\(部门\))?"
LEVEL = r"(?:我?(?:省|市|州|县|区|镇|乡|局|委|厅))?(?:级|政府|委|局)?"
WORDS: tuple[tuple[Role, str], ...] = (
    (
        Role.OTHER,
        r"(?:原|上年|去年|上一年|往年).*|.*(?:验收|考核|监督|督查|督办|检查)(?:单位|部门|科室|人)|.*(?:资金|投资|金额|经费).*",
    ),
    (
        Role.OTHER,
        r".*(?:进展|进度|完成|落实|推进|整改)情况|(?:目前|当前|工作)?(?:进展|进度|动态)|是否.*|.*依据|.*来源|状态",
    ),
    (Role.NUMBER, r"(?:任务|项目|事项)?(?:序号|编号|项号|序|号|No\.?|no\.?|NO\.?)"),
    (
        Role.DUE,
        r".*(?:时限|期限|完成时间|完成日期|时间节点|时间要求|时间安排|截止(?:时间|日期)|决策时间|进度安排|办复要求|办结时间|何时完成).*|时间|日期|时限"
        r"|(?:工作|计划|项目)?(?:完成|办结|举办|召开|实施|起止|办理|推进|整改|落实|时间)(?:时间|时段|日期|进度|月份|进度安排)",
    ),
    (
        Role.SUPERVISOR,
        r".*(?:分管|主管|包保|主抓|包抓|挂帅|牵头|责任|交办|挂钩|联系)(?:的)?(?:市|区|县|局|委|厅)?(?:领导|负责人)|(?:市|区|县|局|委|厅)?级?领导",
    ),
    (
        Role.SUPPORT,
        rf"{LEVEL}(?:其他|其它)(?:责任)?{UNIT}|{LEVEL}(?:协同)?(?:配合|协同|协办|协助|参与|参加|会办|协同责任|协同配合|配合责任)(?:责任)?{UNIT}",
    ),
    (
        Role.LEAD,
        rf"{LEVEL}(?:第一)?(?:牵头|主要责任|主责|主办|主抓|主管|承办|决策承办|执行|第一责任|主体责任|实施)(?:责任|承办|主管)?{UNIT}",
    ),
    (Role.UNITS, rf"{LEVEL}(?:责任|负责|落实|完成|办理|建设|业主){UNIT}|{UNIT}|责任主体|责任落实|分工|责任分工"),
    (Role.PERSON, r".*(?:责任人|负责人|联系人|经办人|承办人|联络员|联系岗位|责任岗位|专班).*"),
    (Role.TITLE, r".*(?:任务|项目|事项|实事|要点|问题)(?:名称|内容|概况|清单)?(?:[及和、/].*)?"),
    (Role.RESULT, r".*(?:成果|完成标志|验收标准|目标|标准|成效|预期).*"),
    (Role.REMARK, r"备注|说明|附注|注"),
    (Role.TITLE, r".*(?:任务|项目|事项|实事|工作内容|工作名称|重点工作|问题|内容|名称|要点).*"),
    (Role.DETAIL, r".*(?:措施|举措|要求|计划|步骤|做法|节点|安排).*"),
    (Role.SECTION, r"类别|板块|领域|方面|所属.*|一级任务|章节|分类|类型|序列"),
)
"""The first that fits wins. 责任单位 is lead or support, as there is a 牵头单位 or not."""

LEVELS = "省市州县区镇"
CHAPTER = re.compile(r"^(?:第?[一二三四五六七八九十]+[、.章部]|\([一二三四五六七八九十]+\))")


@dataclass(frozen=True, slots=True)
class Header:
    """A header: the row below it, and the columns of each role from left to right."""

    below: int
    columns: Mapping[Role, tuple[int, ...]]
    names: tuple[str, ...]
    texts: tuple[str, ...]
    """What the header says of each column, whole."""

    def column(self, role: Role) -> int | None:
        """The first column of that role."""
        return next(iter(self.columns.get(role, ())), None)


def find_header(table: Table) -> Header | None:
    """The header of a table of tasks; None where no row is one."""
    for top, row in enumerate(table.rows[:WITHIN]):
        depth = max((cell.rows for cell in row if cell.text), default=1)
        depth = depth if _begins_here(table, top) else 1
        rows = table.rows[top : top + depth]
        names = tuple(_name([one[column] for one in rows]) for column in range(len(row)))
        roles = [role_of(name) for name in names]
        known = {role for role in roles if role is not None and role is not Role.OTHER}
        if len(known) >= FEWEST and known & {Role.TITLE, Role.DETAIL, Role.RESULT}:
            texts = tuple("".join(dict.fromkeys(plain(one[column].text) for one in rows)) for column in range(len(row)))
            return Header(top + depth, _chosen(table, top + depth, names, roles), names, texts)
    return None


def _begins_here(table: Table, top: int) -> bool:
    """Whether merged cells of this row begin in it."""
    return top == 0 or all(
        cell.place != above.place
        for cell, above in zip(table.rows[top], table.rows[top - 1], strict=True)
        if cell.rows > 1
    )


def _name(cells: Sequence[Field]) -> str:
    """What the lowest row says; what stands above it where that means nothing."""
    texts = [text for text in dict.fromkeys(plain(cell.text) for cell in cells) if text]
    if not texts:
        return ""
    return texts[-1] if role_of(texts[-1]) else "".join(texts)


def role_of(name: str) -> Role | None:
    """What a header means, by the words of offices."""
    if re.search(r"\((?:牵头|主办|主责)\)", plain(name)):
        return Role.LEAD
    name = re.sub(r"\(.*?\)", "", plain(name)) or plain(name)
    return next((role for role, words in WORDS if name and re.fullmatch(words, name)), None)


def _chosen(
    table: Table, below: int, names: Sequence[str], roles: Sequence[Role | None]
) -> dict[Role, tuple[int, ...]]:
    """The columns of each role; of several for 省 and 市 those of the lower level alone."""
    found: dict[Role, list[int]] = {}
    for column, role in enumerate(roles):
        if role is not None:
            found.setdefault(role, []).append(column)
    for role in (Role.TITLE, Role.DETAIL, Role.LEAD, Role.SUPPORT, Role.UNITS, Role.DUE):
        if role in found:
            lowest = max(_level(names[column]) for column in found[role])
            found[role] = [column for column in found[role] if _level(names[column]) in (lowest, -1)]
    _title(table, below, found)
    if Role.LEAD in found and Role.UNITS in found:
        people = [column for column in found[Role.UNITS] if re.search("处室|科室|股室", names[column])]
        found.setdefault(Role.PERSON, [])[:0] = people
        found.setdefault(Role.SUPPORT, []).extend(column for column in found[Role.UNITS] if column not in people)
        del found[Role.UNITS]
    return {role: tuple(columns) for role, columns in found.items() if columns}


def _level(name: str) -> int:
    """How low an office the column speaks of; -1 where it does not say."""
    hit = re.match(r"我?([省市州县区镇])", name)
    return LEVELS.index(hit[1]) if hit else -1


def _title(table: Table, below: int, found: dict[Role, list[int]]) -> None:
    """Which column is the task: where one holds the chapters, the next one, or what is done, is."""
    candidates = [column for role in (Role.TITLE, Role.DETAIL) for column in found.get(role, ())]
    sections = [column for column in candidates if _chapters(table, below, column)]
    tasks = [column for column in candidates if column not in sections]
    if not tasks:  # 工作目标 alone
        found[Role.TITLE] = [found[Role.RESULT].pop(0)] if found.get(Role.RESULT) else candidates[:1]
        return
    titles = [column for column in found.get(Role.TITLE, ()) if column in tasks]
    found.setdefault(Role.SECTION, []).extend(sections)
    found[Role.TITLE] = (titles or tasks)[:1]
    found[Role.DETAIL] = [column for column in tasks if column not in found[Role.TITLE]]


def _chapters(table: Table, below: int, column: int) -> bool:
    """Whether a column holds chapters: each over several rows, or numbered as chapters are."""
    cells = {
        row[column].place: row[column] for row in table.rows[below:] if row[column].text and row[column].columns == 1
    }
    if not cells:
        return False
    counted = Counter(cell.rows > 1 or bool(CHAPTER.match(plain(cell.text))) for cell in cells.values())
    return counted[True] > counted[False]
