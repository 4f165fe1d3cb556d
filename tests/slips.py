"""One story for every slip, and the whole text it comes to. `python -m tests.slips` writes the texts anew."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from duban.adapters.wording import Wording
from duban.applying import Author, apply
from duban.core.deciding.commands import Verb
from duban.core.ledger.entries import SYSTEM
from duban.core.planning.plan import Step, StepRef
from duban.core.telling.digest import Digest, StillLate, digest
from duban.core.telling.slips import Slip
from duban.outbox import deliver_due
from duban.service import Service
from tests.bureau import ADMINISTRATOR, COSMETICS, LEADER, OFFICER, REVIEWER, Postbox, Story, office, plain

TEMPLATES = Path(__file__).parent.parent / "config" / "notices"
SNAPSHOTS = Path(__file__).parent / "snapshots" / "notices"
WAITED_FOR = "等待国家知识产权局批复"
HANDED_IN = {"evidence": ("方案送审稿（第二稿）", "起草说明"), "reason": "已征求各区意见"}


def sent(story: Story) -> Story:
    deliver_due(story.service, Postbox(), plain)
    return story


def signed() -> Story:
    """A step signed for and reported on in its first week, with the notices that came before."""
    story = sent(Story().at(1)).at(2, 10).act(Verb.SIGN)
    return sent(story.at(4).act(Verb.REPORT, progress=40, reason="已形成初稿").at(5))


def assigned() -> Slip:
    return Story().at(1).slip("assign")


def reminded() -> Slip:
    return sent(Story().at(1)).at(3).slip("remind-to-sign")


def pressed() -> Slip:
    return sent(signed().at(11)).at(15).slip("press", "protection-deputy")


def supervised() -> Slip:
    story = sent(signed().at(5).act(Verb.EXTEND, to="2024-04-16", reason="部分区尚未反馈意见"))
    story = sent(story.at(8).act(Verb.GRANT, actor=LEADER).at(8, 11))
    return sent(sent(story.at(15)).at(17)).at(19).slip("supervise", LEADER)


def reviewed() -> Slip:
    return signed().at(9).act(Verb.SUBMIT, **HANDED_IN).at(9, 11).slip("review", REVIEWER)


def returned() -> Slip:
    story = sent(signed().at(9).act(Verb.SUBMIT, **HANDED_IN).at(9, 11))
    return story.at(10).act(Verb.RETURN, actor=REVIEWER, reason="缺少公众意见采纳情况说明").at(10, 14).slip("return")


def asked() -> Slip:
    late = signed().at(15).act(Verb.EXTEND, to="2024-04-26", reason="专家论证会改期")
    return late.at(15, 10).slip("ask", LEADER)


def answered() -> Slip:
    story = signed().at(9).act(Verb.EXTEND, to="2024-04-26", reason="专家论证会改期").at(10)
    return story.act(Verb.REFUSE, actor=LEADER, reason="不影响分工推进").at(10, 11).slip("answer")


def changed(verb: Verb, recipient: str = OFFICER, **said: Any) -> Slip:
    """What a leader decides about a step under way, as it is told the next day."""
    story = signed().at(9)
    if verb is Verb.RESUME:
        story = sent(story.act(Verb.SUSPEND, actor=LEADER, reason=WAITED_FOR).at(9, 10)).at(11)
    return story.act(verb, actor=LEADER, **said).later(60).slip("change", recipient)


def replanned(recipient: str, *drafts: Step) -> Slip:
    """What an applied plan does to the draft under way: one in its place, or none."""
    story = signed().at(9)
    before = story.service.office
    known = before.plan.initiatives[COSMETICS]
    rest = (replace(one, needs=()) if not drafts else one for one in known.steps.values() if one.id != "draft")
    ours = replace(known, steps={one.id: one for one in (*drafts, *rest)})
    after = replace(before, plan=replace(before.plan, initiatives={COSMETICS: ours}, downstream={}))
    applied = apply(story.service, before, Author(SYSTEM))[1]
    story.service = apply(applied, after, Author("coordinator", "年中调整分工", everything=True))[1]
    return story.later(60).slip("change", recipient)


def draft_of(owner: str) -> Step:
    return replace(office().plan.initiatives[COSMETICS].steps["draft"], owner=owner)


def remarked(verb: Verb) -> Slip:
    """What a leader, or another unit, says about a step under way."""
    story = signed().at(9)
    actor = LEADER if verb is Verb.INSTRUCT else REVIEWER
    story.service = supported(story.service)
    told = {Verb.INSTRUCT: "先报初稿，再征求各区意见", Verb.ADVISE: "建议写明跨境维权的条款"}[verb]
    return story.act(verb, actor=actor, reason=told).later(60).slip(verb.value)


def supported(service: Service) -> Service:
    """The same where the division of policy and law supports the initiative."""
    bureau, known = service.office, service.office.plan.initiatives
    here = replace(known[COSMETICS], support=("policy-law",))
    return replace(service, office=replace(bureau, plan=replace(bureau.plan, initiatives={**known, COSMETICS: here})))


def failed() -> Slip:
    story, ref = Story().at(2), StepRef(COSMETICS, "bulletin")
    for _ in range(3):
        story.service.start_action(ref)
        story.service.fail_action(ref, "模板文件缺失")
    return story.at(2, 10).slip("failure", ADMINISTRATOR, "bulletin")


def undelivered() -> Slip:
    story, broken = Story().at(1), Postbox(refusing="550 no such user")
    for _ in range(4):
        deliver_due(story.service, broken, plain)
        story.later(144)
    return story.at(2).slip("dead", ADMINISTRATOR)


def daily() -> Digest:
    """What an officer gets on one morning: of four steps, one late, one sent back, one near its deadline, one new.

    Another is late as well, of which there is nothing new to say.
    """
    late = sent(signed().at(11)).at(15).slip("press")
    back = replace(
        returned(), step_title="编制化妆品产业专利导航报告", step_ref="cosmetics/navigation", evidence=("报告",)
    )
    new = replace(
        assigned(), step_title="筹备化妆品产业知识产权联盟", step_ref="cosmetics/alliance", due="2024年6月28日"
    )
    near = replace(sent(Story().at(1)).at(23).slip("remind", step="cases"), days_left=5)
    still = StillLate(
        *(date(2024, 4, 8), "training/lecture", (OFFICER,)),
        "6.02 举办方案解读培训（政策法规处办理中，时限2024年4月8日，已逾期5个工作日）　training/lecture",
    )
    return digest(office(), OFFICER, date(2024, 4, 15), [new, near, late, back], still=[still])


STORIES = {
    "assign": assigned,
    "remind": reminded,
    "press": pressed,
    "supervise": supervised,
    "review": reviewed,
    "return": returned,
    "ask": asked,
    "answer": answered,
    "instruct": lambda: remarked(Verb.INSTRUCT),
    "advise": lambda: remarked(Verb.ADVISE),
    "change-suspended": lambda: changed(Verb.SUSPEND, reason=WAITED_FOR),
    "change-resumed": lambda: changed(Verb.RESUME),
    "change-cancelled": lambda: changed(Verb.CANCEL, reason="并入全市方案，不再单独起草"),
    "change-given": lambda: changed(Verb.HAND_OVER, OFFICER, to="policy-law", reason="职责调整"),
    "change-taken": lambda: changed(Verb.HAND_OVER, "policy-law-officer", to="policy-law", reason="职责调整"),
    "change-removed": lambda: replanned(OFFICER),
    "change-reassigned": lambda: replanned(OFFICER, draft_of("policy-law")),
    "failure": failed,
    "undelivered": undelivered,
}


def texts() -> Mapping[str, str]:
    """Subject and body of every slip, and of a digest."""
    wording = Wording(TEMPLATES)
    words = {name: wording(tell()) for name, tell in {**STORIES, "digest": daily}.items()}
    return {name: f"{said.subject}\n\n{said.text}" for name, said in words.items()}


if __name__ == "__main__":
    SNAPSHOTS.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        (SNAPSHOTS / f"{name}.txt").write_text(text, encoding="utf-8")
