"""The form of an initiative: what a coordinator fills in under Custom run, in Chinese, with drop-downs."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from duban.core.deciding.commands import VERB_TITLES, Command, Verb
from duban.core.deciding.office import Office
from duban.core.ledger.state import NOTHING
from duban.core.planning.plan import HUMAN, Initiative, StepRef
from duban.core.planning.plan_file import Kind


class Form(BaseModel):
    """What every form asks; the form of one initiative narrows the first three to its own lists."""

    model_config = ConfigDict(title="填报", extra="forbid")

    step: str
    verb: str
    actor: str
    reason: str = Field("", title="情况说明或理由", json_schema_extra={"position": 4})
    progress: int = Field(0, ge=0, le=100, title="进度（%）", json_schema_extra={"position": 5})
    value: float = Field(0, title="指标数值", json_schema_extra={"position": 6})
    evidence: list[str] = Field([], title="成果材料", json_schema_extra={"position": 7})
    to: str = Field("", title="延期至／转办给／退回哪一项", json_schema_extra={"position": 8})


def form_of(office: Office, initiative: Initiative) -> type[Form]:
    """The form of one initiative: its steps, its people, and what may be done."""
    steps = list(initiative.steps.values())
    answerable = [step for step in steps if step.kind in HUMAN or step.kind is Kind.ACTION] or steps
    return create_model(
        "Form",
        __base__=Form,
        step=_choice("事项", 1, [_label(step.title, step.id) for step in answerable]),
        verb=_choice("办理", 2, [VERB_TITLES[verb] for verb in Verb]),
        actor=_choice(
            "办理人", 3, [_label(office.directory.title(post), post) for post in _people(office, initiative)]
        ),
    )


def _choice(title: str, position: int, values: list[str]) -> Any:
    # A Literal of run-time values: pydantic builds the drop-down from it, type checkers cannot follow.
    return (Literal[tuple(values)], Field(title=title, json_schema_extra={"position": position}))


def _people(office: Office, initiative: Initiative) -> list[str]:
    posts: dict[str, None] = dict.fromkeys(office.managers(initiative))
    for step in initiative.steps.values():
        if step.kind in HUMAN:
            posts |= dict.fromkeys((*office.owner_side(step, NOTHING), *office.reviewers(initiative, step, NOTHING)))
    deputies = [deputy for post in posts if (deputy := office.directory.posts[post].deputy)]
    return list(posts | dict.fromkeys(deputies))


def _label(title: str, name: str) -> str:
    return f"{title} [{name}]"


def _name(label: str) -> str:
    return label.rpartition("[")[2].rstrip("]")


def command_of(form: Form, initiative: str, key: str) -> Command:
    """The command a form comes to; `key` makes handing the same form in again harmless."""
    verbs = {title: verb for verb, title in VERB_TITLES.items()}
    return Command(
        verb=verbs[form.verb],
        step=StepRef(initiative, _name(form.step)),
        actor=_name(form.actor),
        reason=form.reason.strip(),
        progress=form.progress or None,
        value=form.value or None,
        evidence=tuple(form.evidence),
        to=form.to.strip(),
        key=key,
    )
