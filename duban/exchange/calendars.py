"""The deadlines of a plan, a unit or a post as a calendar file, as bytes."""

from duban.adapters.calendar_files import calendar_file
from duban.core.deciding.commands import Refused
from duban.core.ledger.entries import PLAN
from duban.core.planning.directory import Directory
from duban.core.telling.appointments import calendar_of, whose
from duban.core.titles import perhaps
from duban.service import Service


def deadlines_file(service: Service, name: str | None = None) -> bytes:
    """The deadlines that are with a unit, a group or a post, or all of the plan; raises Refused for an unknown name.

    Those that are closed stay; of a post also those of the units it heads or acts for, and of its holder's other posts.
    """
    office, applied = service.office, service.ledger.last(PLAN)
    title = f"{office.plan.title}时限"
    if name is not None:
        title = f"{_title(office.directory, name)}：{title}"
    told = calendar_of(
        service.histories(),
        title,
        applied=applied.at if applied else None,
        owners=None if name is None else whose(office.directory, name),
    )
    return calendar_file(told)


def _title(directory: Directory, name: str) -> str:
    if name in directory.groups:
        return directory.groups[name].title
    if not directory.knows(name):
        known = (*directory.posts, *directory.units, *directory.groups)
        raise Refused("unknown-person", f"通讯录中没有 {name}：{perhaps(name, known, '请核对岗位或者单位编号')}")
    return directory.title(name)
