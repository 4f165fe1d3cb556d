"""Who is meant by a cell: 区财政局、区民政局，各街道办事处等有关部门 are four, to one of whom nobody can write."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from duban.drafting import words
from duban.drafting.naming import split_units
from duban.drafting.tables import Table, compact, plain

UNNAMED = words.expression("units", "unnamed")
COLLECTIVE = re.compile(f"^(?:{'|'.join(words.listed('units', 'collective'))})", re.IGNORECASE)
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
