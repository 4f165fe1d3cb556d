"""A proposed plan fitted to the bureau's working days: our own durations are shortened, deadlines put off and told."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import cast

from duban.adapters.draft_files import planned, with_people, write
from duban.adapters.files import write_atomically
from duban.adapters.yaml_files import unmeetable
from duban.core.checking.feasibility import Infeasible, put_off
from duban.core.days.workdays import WorkCalendar
from duban.core.planning.plan import Step
from duban.core.planning.plan_file import USUAL_DURATION
from duban.core.planning.when import parse_written, write_when
from duban.core.texts import mandarin
from duban.drafting.proposing import Proposal, ProposedFile
from duban.drafting.reading import Question
from duban.drafting.steps import Plain
from duban.settings import Settings

ROUNDS = 4
"""One puts off whatever is late, those before it shorten what a shorter step before it does not mend."""

Calendar = Callable[[Settings], WorkCalendar]
Late = Mapping[tuple[str, str], tuple[Infeasible, Step]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The proposal, what somebody must say about a deadline put off, and what somebody may want to know."""

    proposal: Proposal
    questions: tuple[Question, ...] = ()
    asides: tuple[Question, ...] = ()


@contextmanager
def on_disk(settings: Settings, proposal: Proposal) -> Iterator[Settings]:
    """The settings of a bureau that has the proposed plan, in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / str(proposal.plan["id"])
        directory = Path(name) / "directory.yaml"
        text = settings.directory.read_text(encoding="utf-8")
        write_atomically(directory, with_people(text, {"posts": proposal.posts, "units": proposal.units}))
        write(folder, proposal, tuple(planned(folder, proposal)))
        yield replace(settings, plan=folder, directory=directory)


def fitted(settings: Settings, proposal: Proposal, calendar: Calendar) -> Fitted:
    """The proposal with deadlines that can all be met, so far as that is ours to say."""
    asked, told = list[Question](), list[Question]()
    for turn in range(ROUNDS):
        with on_disk(settings, proposal) as at:
            days = calendar(at)
            late = _late(at, days)
        files = []
        for one in proposal.initiatives:
            own = {step: found for (file, step), found in late.items() if file.endswith(f"/{one.path}")}
            fit = _Fit(one, own, days, shorten=turn < ROUNDS - 1)
            files.append(replace(one, data=fit.data()) if own else one)
            asked += fit.asked
            told += fit.told
        proposal = _within_days(replace(proposal, initiatives=tuple(files)))
        if not late:
            break
    return Fitted(proposal, tuple(asked), tuple(told))


def _within_days(proposal: Proposal) -> Proposal:
    """The plan of a project lasts until the last of its deadlines, wherever that has been put off to."""
    steps = [step for one in proposal.initiatives if one.row.tasks for step in cast("list[Plain]", one.data["steps"])]
    last = max([str(proposal.plan["ends"]), *(str(step["due"]) for step in steps if "due" in step)])
    return replace(proposal, plan=proposal.plan | {"ends": last})


def _late(at: Settings, calendar: WorkCalendar) -> Late:
    return unmeetable(
        at.plan, directory=at.directory, escalation=at.escalation, calendar=calendar, patterns=at.patterns
    )


class _Fit:
    """One initiative's steps on their way to deadlines that can be met."""

    def __init__(
        self, file: ProposedFile, late: Mapping[str, tuple[Infeasible, Step]], days: WorkCalendar, *, shorten: bool
    ) -> None:
        self._file, self._late, self._days, self._shorten = file, late, days, shorten
        self.asked, self.told = list[Question](), list[Question]()

    def data(self) -> Plain:
        """The initiative; what cannot be put off stays, and `duban check` names it."""
        steps = cast("list[Plain]", self._file.data.get("steps", []))
        return self._file.data | {"steps": [self._step(step) for step in steps]}

    def _step(self, step: Plain) -> Plain:
        found = self._late.get(str(step["id"]))
        if found is None:
            return step
        likely = cast("int", step.get("duration", USUAL_DURATION))
        if not self._file.row.tasks and likely > 1 and self._shorten:
            return step | {"duration": max(1, likely - found[0].days)}
        if "due" not in step:
            return step
        new = write_when(put_off(parse_written(step["due"]), found[0], found[1].roll, self._days))
        self._tell(step, new)
        return step | {"due": new}

    def _tell(self, step: Plain, new: str) -> None:
        row, id = self._file.row, str(step["id"])
        task = next((one for one in row.tasks if one.id == id), None)
        if task is not None and not task.firm:
            self.told.append(
                Question(task.cell, mandarin("计划完成日按本单位工作日历排不到，已推迟"), f"{step['due']}→{new}")
            )
            return
        cell = task.cell if task else row.cell
        why = mandarin("时限{due}按本单位工作日历排不到，暂推迟到{new}", due=step["due"], new=new)
        self.asked.append(Question(cell, why, str(step["due"]) if task else row.due.text))


def differing(works: Callable[[date], bool], calendar: WorkCalendar, first: date, last: date) -> list[date]:
    """The days on which a project's calendar and the bureau's differ."""
    days = map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))
    return [day for day in days if works(day) != calendar.is_working(day)]
