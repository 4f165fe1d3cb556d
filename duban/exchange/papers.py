"""Papers of a plan as Word files, as bytes: of slips, of what is closed, of a week or a month."""

from pathlib import Path

from duban.adapters.papers import Papers
from duban.core.deciding.commands import Refused
from duban.core.planning.plan import StepRef
from duban.core.telling.bulletin_paper import BulletinPaper, Spell
from duban.core.telling.closing import closing
from duban.core.telling.papers import CLOSING, SLIPS, Paper, of_step
from duban.core.telling.slips import Enclosure
from duban.core.titles import BULLETIN, perhaps
from duban.exchange.bulletins import Issue, drafted, filed_of
from duban.service import Service


def paper_file(service: Service, templates: Path, kind: str, subject: str) -> Enclosure:
    """The paper of the last slip of a kind about a step, `initiative/step`; or the report of a step or an initiative.

    `templates` is the bureau's folder of them. Raises Refused where there is no such paper, BadInput for a template
    with faults.
    """
    if kind not in (*SLIPS, CLOSING):
        raise Refused("unknown-paper", f"没有文书 {kind}：{perhaps(kind, (*SLIPS, CLOSING), '请核对文书名称')}")
    name, _, step = subject.partition("/")
    view = service.view(name)
    steps = view.look.initiative.steps
    if step not in steps and (step or kind in SLIPS):
        hint = perhaps(step, steps, "请核对事项编号")
        raise Refused("unknown-step", f"举措 {name} 中没有事项 {step}：{hint}" if step else "请写明事项，如 举措/事项")
    if kind == CLOSING:
        paper = Paper(kind, closing(view.look, view.entries, view.names, step))
    else:
        paper = of_step(view.look, view.entries, view.names, kind, StepRef(name, step))
    return Papers(templates)(paper)


def bulletin_file(service: Service, templates: Path, spell: Spell) -> Enclosure:
    """The bulletin of a week or a month, as it was sent or, before that, as it would be now; raises as above."""
    sent = filed_of(service, spell)
    return bulletin_paper_file(templates, sent.paper if sent else drafted(Issue(service, spell)))


def bulletin_paper_file(templates: Path, paper: BulletinPaper) -> Enclosure:
    """A bulletin as a Word file; raises BadInput for a template with faults."""
    return Papers(templates)(Paper(BULLETIN, paper))
