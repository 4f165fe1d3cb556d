"""A small bureau, and a story told to it day by day: what notices are tested on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from duban.adapters.memory_ledger import MemoryLedger
from duban.carrying import Letter, Outcome
from duban.core.days.workdays import WorkCalendar
from duban.core.deciding.commands import Command, Verb
from duban.core.deciding.office import Office
from duban.core.deciding.recheck import recheck
from duban.core.ledger.notices import NoticeRow
from duban.core.planning.action_file import AssignAction, AssignParameters, BulletinAction, BulletinParameters
from duban.core.planning.directory import Absence, Directory, DirectoryFile, OfficeUnit, Post
from duban.core.planning.letterhead import Letterhead
from duban.core.planning.plan import Initiative, Plan, Section, Step, StepRef, Target
from duban.core.planning.plan_file import Kind
from duban.core.planning.policy import LadderFile, Policy, Rung
from duban.core.planning.when import Duration, OnDate
from duban.core.telling.bulletin_text import BulletinLetter
from duban.core.telling.digest import Digest
from duban.core.telling.lapses import why_lapsed
from duban.core.telling.papers import Writing
from duban.core.telling.slips import Slip, Words, slip
from duban.ports import Ledger
from duban.service import Service
from duban.views import Result

ZONE = ZoneInfo("Asia/Shanghai")
COSMETICS, TRAINING = "cosmetics", "training"
OFFICER, HEAD, LEADER = "protection-officer", "protection-head", "deputy-director"
REVIEWER, ADMINISTRATOR = "policy-law-head", "administrator"


def rung(
    name: str, anchor: str, offset: int = 0, *, to: str = "owner", slip: str = "remind", stops: bool = True
) -> Rung:
    """A rung whose notices are immediate: each is a letter of its own."""
    said = {"id": name, "anchor": anchor, "offset": offset, "to": to.split(), "slip": slip, "stops_on_answer": stops}
    return Rung.model_validate({**said, "immediate": True})


STANDARD = LadderFile(
    id="standard",
    title="常规督办",
    rungs=(
        rung("assign", "opened", slip="assign", stops=False),
        rung("remind-to-sign", "unsigned", 2),
        rung("remind", "due", -5),
        rung("warn", "due", -1, to="owner owner-head", stops=False),
        rung("press", "due", 1, to="owner owner-head", slip="press"),
        rung("supervise", "due", 3, to="lead-head supervisor", slip="supervise"),
        rung("review", "submitted", to="reviewer", slip="review", stops=False),
        rung("review-again", "submitted", 3, to="reviewer", slip="review", stops=False),
        rung("return", "returned", slip="return", stops=False),
        rung("ask", "asked", to="supervisor", slip="ask", stops=False),
        rung("answer", "answered", slip="answer", stops=False),
        rung("change", "changed", slip="change", stops=False),
        rung("instruct", "instructed", slip="instruct", stops=False),
        rung("advise", "advised", slip="advise", stops=False),
        rung("failure", "failed", to="administrator", slip="failure", stops=False),
    ),
)

IN_DIGESTS = Policy(
    ladders=(
        STANDARD.model_copy(update={"rungs": tuple(r.model_copy(update={"immediate": False}) for r in STANDARD.rungs)}),
    )
)
"""The same ladder, of which nothing is immediate."""

DIRECTORY = DirectoryFile(
    administrator=ADMINISTRATOR,
    letterhead=Letterhead(issuer="某市知识产权局", number="沪知督〔{year}〕{initiative}-{sequence}号"),
    posts=(
        Post(id=LEADER, title="分管副局长"),
        Post(id="coordinator", title="督办专员"),
        Post(id=ADMINISTRATOR, title="系统管理员"),
        Post(
            id=HEAD,
            title="保护处处长",
            deputy="protection-deputy",
            absences=(Absence.model_validate({"first": "2024-04-15", "last": "2024-04-17"}),),
        ),
        Post(id="protection-deputy", title="保护处副处长"),
        Post(id=OFFICER, title="保护处联络员"),
        Post(id=REVIEWER, title="政策法规处处长"),
        Post(id="policy-law-officer", title="政策法规处联络员"),
    ),
    units=(
        OfficeUnit(id="protection", title="保护处", head=HEAD, officer=OFFICER),
        OfficeUnit(id="policy-law", title="政策法规处", head=REVIEWER, officer="policy-law-officer"),
    ),
)


def step(name: str, title: str, kind: Kind = Kind.WORK, *needs: str, **said: Any) -> Step:
    """A step of 5 working days, owned by the division of protection unless said otherwise."""
    initiative = said.pop("initiative", COSMETICS)
    return Step(
        ref=StepRef(initiative, name),
        title=title,
        kind=kind,
        needs=tuple(StepRef.parse(need, initiative) for need in needs),
        duration=said.pop("duration", Duration(5, 5, 5)),
        owner=said.pop("owner", "protection"),
        **said,
    )


BULLETIN = BulletinAction(uses="bulletin", parameters=BulletinParameters(title="通报"))
STEPS = (
    step(
        "draft",
        "起草化妆品产业知识产权保护方案",
        due=OnDate(date(2024, 4, 12)),
        evidence=("方案送审稿", "起草说明"),
        review="policy-law",
    ),
    step("check", "合法性审核", Kind.REVIEW, "draft", owner="policy-law", duration=Duration(3, 3, 3)),
    step("adopt", "方案报局长办公会审定", Kind.WORK, "check", basis="《重大行政决策程序暂行条例》第三十条"),
    step("cases", "办理化妆品专利侵权纠纷案件", Kind.INDICATOR, target=Target(50, "件"), due=OnDate(date(2024, 4, 30))),
    step("bulletin", "发布工作通报", Kind.ACTION, due=OnDate(date(2024, 4, 30)), action=BULLETIN),
    step("publicity", "方案公示", Kind.PERIOD, "adopt"),
)
HAND_OVER = AssignAction(uses="assign", parameters=AssignParameters(requirement="按月报送进展"))
HANDED_OVER = (
    step("over", "交办年度任务", Kind.ACTION, action=HAND_OVER, slots=(StepRef(COSMETICS, "over@protection"),)),
    step("over@protection", "交办年度任务（保护处）", Kind.WORK, "over", by_signing=True, due=OnDate(date(2024, 4, 3))),
)
LECTURE = step("lecture", "举办方案解读培训", Kind.WORK, f"{COSMETICS}/draft", initiative=TRAINING, owner="policy-law")


def initiative(name: str, title: str, source: str, *steps: Step) -> Initiative:
    return Initiative(name, title, source, "protection", ("protection",), (), LEADER, {step.id: step for step in steps})


def office(**changes: Any) -> Office:
    """The bureau, with some of its plan's initiatives, its directory or its policy changed."""
    initiatives: Mapping[str, Initiative] = changes.get("initiatives") or {
        COSMETICS: initiative(COSMETICS, "推进化妆品产业知识产权保护", "2.4a", *STEPS),
        TRAINING: initiative(TRAINING, "加强知识产权培训", "6.2", LECTURE),
    }
    plan = Plan(
        id="bureau-2024",
        title="知识产权局2024年工作要点",
        document="沪知局〔2024〕7号",
        starts=date(2024, 4, 1),
        ends=date(2024, 12, 31),
        coordinator="coordinator",
        sections=(Section("protection", "保护", 2),),
        initiatives=initiatives,
        downstream={StepRef(COSMETICS, "draft"): (TRAINING,)} if TRAINING in initiatives else {},
    )
    return Office(
        plan=plan,
        directory=Directory(changes.get("directory", DIRECTORY)),
        policy=changes.get("policy", Policy(ladders=(STANDARD,))),
        calendar=WorkCalendar.build(date(2023, 1, 1), date(2026, 12, 31), lambda day: day.weekday() < 5),
        zone=ZONE,
    )


@dataclass
class Hands:
    """A clock that is set by hand."""

    moment: datetime = datetime(2024, 4, 1, 9, tzinfo=ZONE)

    def now(self) -> datetime:
        return self.moment


@dataclass
class Postbox:
    """A carrier that keeps letters, as a mail folder does.

    `refusing` is the reason for which it refuses, if any; `wait` is there where it refuses only for now.
    """

    refusing: str = ""
    wait: timedelta | None = None
    letters: dict[str, Letter] = field(default_factory=dict)
    tries: list[str] = field(default_factory=list)

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        self.tries.append(letter.key)
        if self.refusing:
            return Outcome(False, self.refusing, self.wait)
        self.letters[letter.key] = letter
        return Outcome(True, "已入信箱")

    @property
    def slips(self) -> list[str]:
        """Slip and recipient of every letter, in order."""
        return [f"{letter.subject} {letter.recipient}" for letter in self.letters.values()]


def plain(slip: Writing) -> Words:
    """A slip, or the slips of a digest, in as few words as possible."""
    if isinstance(slip, Digest):
        told = [f"{item.slip.kind} {item.slip.step_ref}" for item in slip.items]
        return Words(f"digest of {len(told)}", "\n".join(told), "")
    if isinstance(slip, BulletinLetter):
        return Words(slip.paper.number, slip.paper.heading, "")
    return Words(f"{slip.kind} {slip.step_ref}", slip.reason, f"<p>{slip.reason}</p>")


class Story:
    """What happens to the bureau, from the morning of 1 April 2024 on."""

    def __init__(self, bureau: Office | None = None, ledger: Ledger | None = None) -> None:
        self.clock = Hands()
        self.ledger = ledger or MemoryLedger("bureau-2024")
        self.service = Service(bureau or office(), self.ledger, self.clock)

    def at(self, day: int, hour: int = 9, minute: int = 0, month: int = 4) -> "Story":
        """Go on at a time of a day of April, and look at the initiative."""
        self.clock.moment = datetime(2024, month, day, hour, minute, tzinfo=ZONE)
        self.tick()
        return self

    def later(self, minutes: int) -> "Story":
        self.clock.moment += timedelta(minutes=minutes)
        return self

    def tick(self, name: str = COSMETICS) -> Result:
        return self.service.tick(name)

    def act(self, verb: Verb, step: str = "draft", actor: str = OFFICER, **said: Any) -> "Story":
        self.service.act(Command(verb, StepRef(COSMETICS, step), actor, **said))
        return self

    def with_office(self, bureau: Office) -> "Story":
        """Go on with another plan, directory or policy."""
        self.service = replace(self.service, office=bureau)
        return self

    def notice(self, rung: str, recipient: str = OFFICER, step: str = "draft") -> NoticeRow:
        """The last notice of a rung to a recipient."""
        rows = [n for n in self.ledger.notices() if (n.step, n.rung, n.recipient) == (step, rung, recipient)]
        return rows[-1]

    def slip(self, rung: str, recipient: str = OFFICER, step: str = "draft") -> Slip:
        """The slip of a queued notice as it would be sent now."""
        view = self.service.view(COSMETICS)
        again = recheck(view.look, view.state, self.notice(rung, recipient, step))
        return slip(view.look, again, self.ledger.entries(COSMETICS))

    def lapsed(self, rung: str, recipient: str = OFFICER, step: str = "draft") -> str:
        """Why a queued notice is no longer due; empty while it is."""
        view = self.service.view(COSMETICS)
        again = recheck(view.look, view.state, self.notice(rung, recipient, step))
        return why_lapsed(view.look.office, again.lapsed)
