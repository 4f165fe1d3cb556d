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
from duban.core.texts import Text, joined, mandarin

FIELDS: Mapping[str, Text] = {
    "title": mandarin("名称"),
    "kind": mandarin("类型"),
    "owner": mandarin("承办单位"),
    "duration": mandarin("用时"),
    "needs": mandarin("前置"),
    "due": mandarin("时限"),
    "earliest": mandarin("最早启动日"),
    "roll": mandarin("遇休息日"),
    "evidence": mandarin("成果"),
    "review": mandarin("审核人"),
    "ladder": mandarin("催办层级"),
    "action": mandarin("自动执行"),
    "target": mandarin("目标"),
    "measure": mandarin("自动测量"),
    "by_signing": mandarin("签收即办结"),
    "source": mandarin("出处"),
    "number": mandarin("序号"),
    "slots": mandarin("收集范围"),
    "span": mandarin("期次"),
    "basis": mandarin("依据"),
    "assumed": mandarin("假定"),
    "section": mandarin("部分"),
    "lead": mandarin("牵头单位"),
    "support": mandarin("配合单位"),
    "supervisor": mandarin("分管领导"),
    "tags": mandarin("标签"),
    "note": mandarin("备注"),
    "document": mandarin("文件"),
    "starts": mandarin("起始日"),
    "ends": mandarin("截止日"),
    "coordinator": mandarin("督办专员"),
    "sections": mandarin("部分"),
}
"""What the fields of plans, initiatives and steps are called; those that are not here go by their own names."""

PEOPLE = frozenset({"owner", "review", "lead", "support", "supervisor", "coordinator"})
DATES = frozenset({"due", "earliest", "span", "starts", "ends"})
STEPS = frozenset({"needs", "slots"})
LISTS = STEPS | {"evidence", "support", "tags", "sections"}
ROLLS: Mapping[str, Text] = {"forward": mandarin("顺延"), "back": mandarin("提前"), "none": mandarin("不变")}
KINDS: Mapping[str, Text] = {
    "work": mandarin("办理事项"),
    "review": mandarin("审核事项"),
    "action": mandarin("自动事项"),
    "period": mandarin("期间"),
    "milestone": mandarin("节点"),
    "indicator": mandarin("指标"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """Looks names up: people in the directory, steps in plans, the first that has one."""

    directory: Directory
    plans: Sequence[Plan]
    calendar: WorkCalendar | None = None

    def title(self, name: str) -> str:
        """The title of a unit or post; what duban does by itself is the system's."""
        return mandarin("系统") if name == SYSTEM else self.directory.title(name)

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
        return mandarin("“{title}”", title=found.title if found is not None else ref)

    def date(self, initiative: str, text: str) -> str:
        """A date as a plan writes it, in words; what it hangs on by its title."""
        when = parse_kept(text)
        name = anchor_step(when)
        hung = mandarin("{step}办结", step=self.step(StepRef.parse(name, initiative))) if name else ""
        return when_in_words(when, hung, self.calendar)


def edits_in_words(names: Names, initiative: str, edits: Sequence[Edit]) -> Text:
    """All edits of one thing, in one line."""
    return joined(mandarin("；"), *(edit_in_words(names, initiative, edit) for edit in edits))


def edit_in_words(names: Names, initiative: str, edit: Edit) -> Text:
    """One edit: `时限2024年4月12日改为2024年4月19日`; of a list what came and what went."""
    field = FIELDS.get(edit.field, edit.field)
    if edit.field in LISTS:
        return mandarin(
            "{field}{changes}",
            field=field,
            changes=joined(mandarin("，"), *_comings_and_goings(names, initiative, edit)),
        )
    before, after = (_value(names, initiative, edit.field, value) for value in (edit.before, edit.after))
    if before == after:
        return mandarin("{field}有改动", field=field)
    return mandarin("{field}{before}改为{after}", field=field, before=before, after=after)


def _comings_and_goings(names: Names, initiative: str, edit: Edit) -> Iterator[Text]:
    before, after = edit.before or [], edit.after or []
    came, went = [one for one in after if one not in before], [one for one in before if one not in after]
    if came:
        yield mandarin("增加{items}", items=[_value(names, initiative, edit.field, one) for one in came])
    if went:
        yield mandarin("减少{items}", items=[_value(names, initiative, edit.field, one) for one in went])
    if sorted(map(str, before)) == sorted(map(str, after)):
        yield mandarin("调整顺序")


def _value(names: Names, initiative: str, field: str, value: Any) -> str:
    """A value as a plan writes it, in words."""
    if value is None:
        return mandarin("（无）")
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


def reviewers_in_words(title: Callable[[str], str], review: Review | None) -> Text:
    """Who judges work: one, all of several, or so many of them."""
    titles = [title(name) for name in reviewers(review)]
    if not isinstance(review, Several):
        return mandarin("{titles}", titles=titles)
    if review.agree == len(review.by):
        return mandarin("{titles}会签", titles=titles)
    return mandarin("{titles}会签（{agree}家同意即可）", titles=titles, agree=review.agree)


def _plain(field: str, value: Any) -> str:
    if isinstance(value, bool):
        return mandarin("是") if value else mandarin("否")
    if field == "sections":
        return mandarin("“{title}”", title=value[1])
    if field == "target":
        target = f"{value[0]:g}{value[1]}"
        return mandarin("{target}以内", target=target) if value[4:] else target
    if isinstance(value, dict):
        return str(value["uses"]) if "uses" in value else mandarin("（已写明）")
    words: Mapping[str, Text] = {"kind": KINDS, "roll": ROLLS}.get(field, {})
    return words.get(value, mandarin("“{title}”", title=value)) if isinstance(value, str) else str(value)
