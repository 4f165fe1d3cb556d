"""Who is meant by a cell: 区财政局、区民政局，各街道办事处等有关部门 are four, to one of whom nobody can write."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from duban.drafting.tables import Table, compact, plain, worded

PARTS = re.compile(r"[、,，;；/\n]|\s+(?=各)|(?<=[\u4e00-\u9fff])及(?=各|有关|相关|其他)")
BRACKETS = re.compile(r"[（(《][^（）()《》]*[）)》]")
NOBODY = re.compile(r"^[-—–―/无]*$")
DUTIES = re.compile(r"(?:按照?|根据)?(?:各自)?(?:职责|职能)分工(?:负责|落实)?|(?:分别)?负责$")
LABELLED = re.compile(
    r"((?:牵头|主责|主办|责任|配合|协办|参与|参加)(?:单位|部门|科室|处室)?)[:：]([^:：]*?)"
    r"(?=$|[;；。\n]|(?:牵头|责任|配合|协办|参与)(?:单位|部门|科室|处室)[:：])"
)
LEADING = re.compile("牵头|主责|主办")
LED_BY = re.compile(r"^([^，,;；。]+?)牵头(?:负责)?(?:$|[，,;；。\n](.*?)(?:配合|参与|参加|协办)?[。]?$)", re.DOTALL)
LEAD_MARK = re.compile(r"[（(](?:牵头|主办|主责)(?:单位|部门)?[）)]|[*＊★]")
OPEN = re.compile(r"等(?=.+)")
UNNAMED = re.compile(r"有关|相关|其他|成员单位$|责任单位$|等$")
COLLECTIVE = re.compile(r"^(?:各|全|所有)")
INNER = re.compile(r"(?:科|处|室|办|股|中心|所|站|队|委)$")
LEVEL = re.compile(r"^(?:中央|国家|省|市|州|县|区|镇|乡|集团|人民)")
FULL = re.compile(r"全称|单位名称|部门名称|机构名称|正式名称|规范名称")
SHORT = re.compile(r"简称|缩写|别名|表内名称")


@dataclass(frozen=True, slots=True)
class Names:
    """The units an office knows: their full names by every name they go by, and the sorts of them."""

    known: Mapping[str, str] = field(default_factory=dict)
    sorts: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether they are more than the office's own rooms, so that a name that is missing is no unit's."""
        return any(LEVEL.match(name) for name in self.known)

    def unknown(self, name: str) -> bool:
        """Whether a person should be asked who that is."""
        if not self.known or name in self.known:
            return False
        if COLLECTIVE.match(name):
            noun = COLLECTIVE.sub("", name)
            return self.whole and not any(noun in one for one in (*self.known, *self.sorts))
        return self.whole or bool(INNER.search(name) and not LEVEL.match(name))

    def nearest(self, name: str) -> str:
        """The known name that has most in common with it; empty where none has half."""
        best = max(self.known, key=lambda one: (_common(one, name), -len(one)), default="")
        return best if best and _common(best, name) * 2 >= len(name) else ""


def _common(one: str, other: str) -> int:
    return len(set(one) & set(other))


@dataclass(frozen=True, slots=True)
class Named:
    """Who a cell names: those it says lead, and the others in its order."""

    leads: tuple[str, ...]
    others: tuple[str, ...]


def read_units(text: str) -> Named:
    """The units of a cell, which may say itself who leads: 甲牵头，乙配合, 甲（牵头）、乙 or 牵头单位：甲；配合：乙."""
    labelled = [(hit[1], hit[2]) for hit in LABELLED.finditer(text)]
    if labelled:
        leads = [name for label, names in labelled if LEADING.search(label) for name in split_units(names)]
        others = [name for label, names in labelled if not LEADING.search(label) for name in split_units(names)]
        return Named(tuple(leads), tuple(name for name in others if name not in leads))
    hit = LED_BY.match(text.strip())
    if hit:
        leads = list(split_units(hit[1]))
        return Named(tuple(leads), tuple(name for name in split_units(hit[2] or "") if name not in leads))
    names = split_units(text)
    marked = {name: LEAD_MARK.sub("", name) for name in names if LEAD_MARK.search(name)}
    return Named(tuple(marked.values()), tuple(name for name in names if name not in marked))


def left_open(text: str) -> bool:
    """Whether a list of units ends in 等, with nobody named behind it."""
    return bool(re.search(r"[^、,，;；\n]等(?:$|[、,，;；。\n])", DUTIES.sub("", compact(text))))


def split_units(text: str) -> tuple[str, ...]:
    """The units a cell names, in its order, without blanks, 等 and 按职责分工."""
    kept: list[str] = []
    held = BRACKETS.sub(lambda hit: kept.append(hit[0]) or f"\0{len(kept) - 1}\0", text.strip())  # type: ignore[func-returns-value]
    return tuple(
        dict.fromkeys(_names(re.sub(r"\0(\d+)\0", lambda hit: kept[int(hit[1])], part) for part in PARTS.split(held)))
    )


def _names(parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        name = DUTIES.sub("", worded(part).strip("。.：:"))
        name = name.removesuffix("等") or name
        named, _, others = name.partition("等") if OPEN.search(name) else (name, "", "")
        for one in (named, others):
            if one and not NOBODY.match(one):
                yield one


def unnamed(name: str) -> bool:
    """Whether nobody is named: 有关部门, 成员单位."""
    return bool(UNNAMED.search(name))


def collective(name: str) -> bool:
    """Whether several units go by it, as 各区政府 do."""
    return bool(COLLECTIVE.match(name))


def read_names(tables: Iterable[Table]) -> tuple[Names, set[str]]:
    """The units that lists of full and short names hold, and the names of those tables."""
    known, sorts, lists = dict[str, str](), list[str](), set[str]()
    for table in tables:
        head = [plain(cell.text) for cell in table.rows[0]] if table.rows else []
        full = next((place for place, name in enumerate(head) if FULL.search(name)), None)
        short = next((place for place, name in enumerate(head) if SHORT.search(name)), None)
        if full is None or short is None:
            continue
        lists.add(table.name)
        for row in table.rows[1:]:
            name = compact(row[full].text)
            for alias in (*split_units(row[short].text), name):
                known.setdefault(alias, name)
            sorts += [compact(cell.text) for place, cell in enumerate(row) if place not in (full, short)]
    return Names({alias: name for alias, name in known.items() if alias}, tuple(dict.fromkeys(sorts))), lists
