"""One initiative: its steps, those of units folded, what was said of each, its letters, its picture, and Prefect."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from duban.core.deciding.decide import Decision, decide
from duban.core.ledger.histories import about
from duban.core.ledger.notices import NoticeRow
from duban.core.ledger.summary import CLOSED, Light, Status, StepRow
from duban.core.planning.plan import Step
from duban.core.telling.chart import LEGEND, gantt
from duban.core.telling.lines import BoardLine, by_date, closed, gravest, group_title, lines
from duban.core.telling.links import initiative_key
from duban.core.telling.overview import concern
from duban.core.telling.phrases import history
from duban.core.telling.reasons import reason_of
from duban.core.telling.waits import waiting_for
from duban.core.titles import DELIVERY_TITLES, LETTER_TITLES
from duban.desk.boards import At
from duban.desk.places import Place
from duban.desk.refusing import NO_PAGE
from duban.desk.rendering import page
from duban.views import View

log = logging.getLogger(__name__)
router = APIRouter()

FORMS = "运行和填报表单"
"""What the page of an initiative's deployment is called."""

PAST, LETTERS, UNITS = 5, 12, 60
"""Of a step's history, of letters and of units: how many are listed before the rest is only counted."""


@dataclass(frozen=True, slots=True)
class Part:
    """One step within a line: whose it is, how it stands, and where it is answered."""

    step: Step
    owner: str
    row: StepRow
    reason: str
    address: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an initiative: a step, or those of several units; texts are Chinese."""

    line: BoardLine
    parts: tuple[Part, ...]
    group: str
    waiting: tuple[str, ...]
    history: tuple[str, ...]
    evidence: tuple[str, ...]

    @property
    def due(self) -> date | None:
        """The deadline of the row it is shown by."""
        return self.line.worst.due


@router.get("/i/{name}.svg")
def picture(at: At, name: str) -> Response:
    """Its steps as bars."""
    view = _view(at, name)
    text = gantt(view.look, lines(view.look, decide(view.look, view.state)))
    return Response(text, media_type="image/svg+xml")


@router.get("/i/{name}")
def initiative(at: At, name: str) -> Response:
    """The whole page."""
    view = _view(at, name)
    look, decision = view.look, decide(view.look, view.state)
    found = lines(look, decision)
    amiss = gravest(found)
    waits = by_date(line for line in found if line.waiting)
    others = by_date(line for line in found if not line.waiting and not line.amiss)
    letters = sorted(view.state.notices.values(), key=lambda row: row.queued_at, reverse=True)
    return page(
        "initiative",
        **at.told,
        initiative=look.initiative,
        leads=look.office.directory.titles(look.initiative.leads),
        support="、".join(map(look.office.directory.title, look.initiative.support)),
        concern=concern(look.office, look.initiative, decision.summary),
        cited=f"《{look.office.plan.title}》（{look.office.plan.document}）{look.office.plan.cited(look.initiative)}",
        ends=max((row.forecast for row in decision.summary.steps if row.forecast), default=None),
        today=look.today,
        groups=[
            ("须先处理", [_line(at, view, decision, line) for line in amiss], True),
            ("在办的事项", [_line(at, view, decision, line) for line in others], True),
            ("尚未启动的事项", [_line(at, view, decision, line) for line in waits], False),
            ("已办结的事项", [_line(at, view, decision, line) for line in closed(found)], False),
        ],
        letters=[_letter(at, row) for row in letters[:LETTERS]],
        many_letters=len(letters),
        units=UNITS,
        legend=LEGEND,
        prefect=_prefect(at, look.initiative.id, look.initiative.number),
        last_run=f"/i/{look.initiative.id}/run{at.query}",
        lights=Light,
        closed_ones=CLOSED,
        done=Status.DONE,
    )


@router.get("/i/{name}/run")
def last_run(at: At, name: str) -> Response:
    """On to the run of an initiative that Prefect began last; where that is not known, to its deployment."""
    view = _view(at, name)
    known = _prefect(at, name, view.look.initiative.number)
    if not known:
        raise NO_PAGE
    from tasks.asking import last_run as run_of  # noqa: PLC0415  slow to import, and needed beside a server alone

    try:
        run = run_of(at.service.office.plan, name)
    except Exception:  # whatever Prefect's client runs into: the page of its runs says more
        log.exception("Prefect was not asked for the last run of %s", name)
        run = None
    base = at.here.settings.variables["PREFECT_UI_URL"]
    return RedirectResponse(f"{base}/runs/flow-run/{run}" if run else known[FORMS], 303)


def _view(at: Place, name: str) -> View:
    if name not in at.service.office.plan.initiatives:
        raise NO_PAGE
    return at.service.view(name)


def _line(at: Place, view: View, decision: Decision, line: BoardLine) -> Line:
    office, people = view.look.office, view.look.office.directory
    parts = tuple(_parts(at, view, decision, line))
    first = line.steps[0]
    past: Sequence[str] = () if line.folded else history(office, first, about(view.entries, first.id, first.was))
    evidence = (one for part in parts for one in decision.state.step(part.step.id).evidence)
    return Line(
        line=line,
        parts=parts,
        group=group_title(line, people) if line.folded else "",
        waiting=waiting_for(view.look, decision, first) if line.open else (),
        history=tuple(past[-PAST:]),
        evidence=tuple(one.partition("　")[0] for one in evidence),
    )


def _parts(at: Place, view: View, decision: Decision, line: BoardLine) -> Iterator[Part]:
    """Those of which something is amiss first."""
    office = view.look.office
    for row in sorted(line.rows, key=lambda row: -row.light):
        step = view.look.initiative.steps[row.step]
        owner = office.directory.titles(office.owners(step, decision.state.step(step.id)))
        yield Part(step, owner, row, reason_of(office, view.look.initiative.id, row), at.matter(step.ref))


def _letter(at: Place, row: NoticeRow) -> tuple[str, ...]:
    """When, which, about what, to whom, and what became of it."""
    office = at.service.office
    initiative = office.plan.initiatives.get(row.initiative)
    step = initiative.steps.get(row.step) if initiative else None
    became = DELIVERY_TITLES[row.delivery] + (f"：{row.outcome}" if row.outcome else "")
    day = f"{(row.ended_at or row.queued_at).astimezone(office.zone):%Y-%m-%d %H:%M}"
    about_what = step.title if step else row.step
    return day, f"《{LETTER_TITLES[row.slip]}》", about_what, office.directory.title(row.recipient), became


def letters_of(at: Place, rows: Sequence[NoticeRow]) -> list[tuple[str, ...]]:
    """Letters as pages list them."""
    return [_letter(at, row) for row in rows]


def _prefect(at: Place, name: str, number: str) -> dict[str, str]:
    """Where Prefect shows it, where the stack has told the desk its address; nothing where none runs."""
    base, plan = at.here.settings.variables.get("PREFECT_UI_URL", ""), at.service.office.plan
    if not base:
        return {}
    return {
        FORMS: f"{base}/deployments?flowOrDeploymentName={quote(f'{plan.starts.year} {number}')}",
        "运行页面": f"{base}/artifacts/key/{initiative_key(plan, name)}",
    }
