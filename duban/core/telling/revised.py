"""What differs between two plans, in Chinese: fields by their names, values as coordinators read them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from duban.core.days.workdays import WorkCalendar
from duban.core.ledger.entries import SYSTEM
from duban.core.planning.directory import Directory
from duban.core.planning.expand import anchor_step
from duban.core.planning.plan import Plan, Step, StepRef
from duban.core.planning.review_file import Review, Several, parse_review, reviewers
from duban.core.planning.revision import Edit
from duban.core.planning.when import parse_duration, parse_kept
from duban.core.telling.whens import duration_in_words, when_in_words

FIELDS: Mapping[str, str] = {
    "title": "名称",
    "kind": "类型",
    "owner": "承办单位",
    "duration": "用时",
    "needs": "前置",
    "due": "时限",
    "earliest": "最早启动日",
    "roll": "遇休息日",
    "evidence": "成果",
    "review": "审核人",
    "ladder": "催办层级",
    "action": "自动执行",
    "target": "目标",
    "measure": "自动测量",
    "by_signing": "签收即办结",
    "source": "出处",
    "number": "序号",
    "slots": "收集范围",
    "span": "期次",
    "basis": "依据",
    "assumed": "假定",
    "section": "部分",
    "lead": "牵头单位",
    "support": "配合单位",
    "supervisor": "分管领导",
    "tags": "标签",
    "note": "备注",
    "document": "文件",
    "starts": "起始日",
    "ends": "截止日",
    "coordinator": "督办专员",
    "sections": "部分",
}
"""What the fields of plans, initiatives and steps are called; those that are not here go by their own names."""

PEOPLE = frozenset({"owner", "review", "lead", "support", "supervisor", "coordinator"})
DATES = frozenset({"due", "earliest", "span", "starts", "ends"})
STEPS = frozenset({"needs", "slots"})
LISTS = STEPS | {"evidence", "support", "tags", "sections"}
ROLLS: Mapping[str, str] = {"forward": "顺延", "back": "提前", "none": "不变"}
KINDS: Mapping[str, str] = {
    "work": "办理事项",
    "review": "审核事项",
    "action": "自动事项",
    "period": "期间",
    "milestone": "节点",
    "indicator": "指标",
}


@dataclass(frozen=True, slots=True)
class Names:
    """Looks names up: people in the directory, steps in plans, the first that has one."""

    directory: Directory
    plans: Sequence[Plan]
    calendar: WorkCalendar | None = None

    def title(self, name: str) -> str:
        """The title of a unit or post; what duban does by itself is the system's."""
        return "系统" if name == SYSTEM else self.directory.title(name)

    def slip(self, kind: str) -> str:
        """What a slip is called."""
        return f"《{self.directory.name(kind)}》"

    def find(self, ref: StepRef) -> Step | None:
        """A step as the first plan that has it knows it."""
        known = (plan.initiatives[ref.initiative].steps for plan in self.plans if ref.initiative in plan.initiatives)
        return next((steps[ref.step] for steps in known if ref.step in steps), None)

    def step(self, ref: StepRef) -> str:
        """The title of a step, or its name where no plan has it."""
        found = self.find(ref)
        return f"“{found.title}”" if found is not None else f"“{ref}”"

    def date(self, initiative: str, text: str) -> str:
        """A date as a plan writes it, in words; what it hangs on by its title."""
        when = parse_kept(text)
        name = anchor_step(when)
        return when_in_words(when, f"{self.step(StepRef.parse(name, initiative))}办结" if name else "", self.calendar)


def edits_in_words(names: Names, initiative: str, edits: Sequence[Edit]) -> str:
    """All edits of one thing, in one line."""
    return "；".join(edit_in_words(names, initiative, edit) for edit in edits)


def edit_in_words(names: Names, initiative: str, edit: Edit) -> str:
    """One edit: `时限2024年4月12日改为2024年4月19日`; of a list what came and what went."""
    field = FIELDS.get(edit.field, edit.field)
    if edit.field in LISTS:
        return f"{field}{'，'.join(_comings_and_goings(names, initiative, edit))}"
    before, after = (_value(names, initiative, edit.field, value) for value in (edit.before, edit.after))
    return f"{field}{before}改为{after}" if before != after else f"{field}有改动"


def _comings_and_goings(names: Names, initiative: str, edit: Edit) -> Iterator[str]:
    before, after = edit.before or [], edit.after or []
    for word, found in (
        ("增加", [one for one in after if one not in before]),
        ("减少", [one for one in before if one not in after]),
    ):
        if found:
            yield word + "、".join(_value(names, initiative, edit.field, one) for one in found)
    if sorted(map(str, before)) == sorted(map(str, after)):
        yield "调整顺序"


def _value(names: Names, initiative: str, field: str, value: Any) -> str:
    """A value as a plan writes it, in words."""
    if value is None:
        return "（无）"
    if field == "review":
        return reviewers_in_words(names.title, parse_review(value))
    if field == "lead" and isinstance(value, list):
        return names.directory.titles(value)
    if field in PEOPLE:
        return names.title(value)
    if field in STEPS:
        return names.step(StepRef.parse(value, initiative))
    if field in DATES:
        return names.date(initiative, value)
    if field == "duration":
        return duration_in_words(parse_duration(value))
    return _plain(field, value)


def reviewers_in_words(title: Callable[[str], str], review: Review | None) -> str:
    """Who judges work: one, all of several, or so many of them."""
    titles = "、".join(map(title, reviewers(review)))
    if not isinstance(review, Several):
        return titles
    return f"{titles}会签" + ("" if review.agree == len(review.by) else f"（{review.agree}家同意即可）")


def _plain(field: str, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if field == "sections":
        return f"“{value[1]}”"
    if field == "target":
        return f"{value[0]:g}{value[1]}" + ("以内" if value[4:] else "")
    if isinstance(value, dict):
        return str(value.get("uses", "（已写明）"))
    words: Mapping[str, str] = {"kind": KINDS, "roll": ROLLS}.get(field, {})
    return words.get(value, f"“{value}”") if isinstance(value, str) else str(value)
