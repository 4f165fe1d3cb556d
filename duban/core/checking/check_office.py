"""What is wrong with the names in the directory and the ladders, and with the units and posts a plan names."""

from collections.abc import Iterator
from typing import NamedTuple

from duban.core.planning.action_file import SHARED
from duban.core.planning.directory import Directory, DirectoryFile
from duban.core.planning.expand import STANDARD_LADDER
from duban.core.planning.files import Files, Written
from duban.core.planning.review_file import Several, reviewers
from duban.core.problems import Location, Problem, nearest, repeated
from duban.core.texts import Text, english


class _NameUse(NamedTuple):
    """A name written somewhere: what it must be, which part it plays, and where it stands."""

    name: str
    must_be: str
    part: Text
    file: str
    place: Location


def check_office(files: Files) -> list[Problem]:
    """Units, posts, groups and ladders that are named but not there, and posts that nobody fills."""
    problems = [*_standard_ladder(files), *_unsupervised(files), *_leading_twice(files)]
    if files.directory is not None:
        problems += _unknown(files, files.directory)
        problems += _directory(files.directory, files.directory_name)
        problems += _vacant(files, files.directory)
    return problems


def _standard_ladder(files: Files) -> Iterator[Problem]:
    if files.policy and STANDARD_LADDER not in {ladder.id for ladder in files.policy.ladders}:
        message = english(
            "there is no ladder {ladder!r}, which holds for every step that names none",
            ladder=STANDARD_LADDER,
        )
        yield Problem(files.policy_name, 0, "unknown-ladder", message, english("add it"), ("ladders",))


def _unsupervised(files: Files) -> Iterator[Problem]:
    for written in files.written if files.plan else ():
        if not written.file.supervisor:
            message = english("`supervisor` is missing, and the plan names none for all")
            remedy = english("add it here or in plan.yaml")
            yield Problem(written.name, 0, "missing-key", message, remedy, ("id",))


def _leading_twice(files: Files) -> Iterator[Problem]:
    """Units that are named twice among those that lead an initiative, or that support it as well."""
    for written in files.written:
        leads = written.file.lead
        for unit, place in repeated((unit, ("lead", at)) for at, unit in enumerate(leads)):
            yield Problem(
                written.name,
                0,
                "duplicate-id",
                english("unit {unit!r} leads it twice", unit=unit),
                english("remove one"),
                place,
            )
        for at, unit in enumerate(written.file.support):
            if unit in leads:
                message, place = english("unit {unit!r} both leads it and supports it", unit=unit), ("support", at)
                yield Problem(written.name, 0, "leads-and-supports", message, english("remove one of the two"), place)


def _directory(directory: DirectoryFile, file: str) -> Iterator[Problem]:
    for number, post in enumerate(directory.posts):
        if post.deputy == post.id:
            message = english("post {id!r} is its own deputy", id=post.id)
            yield Problem(file, 0, "own-deputy", message, english("name another post"), ("posts", number, "deputy"))
    for number, group in enumerate(directory.groups):
        units = ((unit, ("groups", number, "units", at)) for at, unit in enumerate(group.units))
        for unit, place in repeated(units):
            message = english("unit {unit!r} is twice in group {id!r}", unit=unit, id=group.id)
            yield Problem(file, 0, "duplicate-id", message, english("remove one"), place)


def _unknown(files: Files, directory: DirectoryFile) -> Iterator[Problem]:
    units, posts = [unit.id for unit in directory.units], [post.id for post in directory.posts]
    known = {"unit": units, "post": posts, "unit or post": units + posts}
    groups = [group.id for group in directory.groups]
    known |= {"unit or group": units + groups, "post, unit or group": posts + units + groups}
    sets = {what: set(names) for what, names in known.items()}
    for named in _all_named(files, directory):
        if named.name not in sets[named.must_be]:
            message = english(
                "{part} is {name!r}, but there is no such {must_be}",
                part=named.part,
                name=named.name,
                must_be=_CALLED[named.must_be],
            )
            remedy = nearest(named.name, known[named.must_be], english("add it to the directory"))
            kind = "unknown-post" if named.must_be == "post" else "unknown-unit"
            yield Problem(named.file, 0, kind, message, remedy, named.place)


_CALLED = {
    "unit": english("unit"),
    "post": english("post"),
    "unit or post": english("unit or post"),
    "unit or group": english("unit or group"),
    "post, unit or group": english("post, unit or group"),
}


def _all_named(files: Files, directory: DirectoryFile) -> Iterator[_NameUse]:
    yield from _named_in_directory(directory, files.directory_name)
    if files.plan:
        yield _NameUse(files.plan.coordinator, "post", english("the coordinator"), files.plan_name, ("coordinator",))
        if files.plan.supervisor:
            yield _NameUse(files.plan.supervisor, "post", english("the supervisor"), files.plan_name, ("supervisor",))
    for written in files.written:
        if written.file.supervisor and not (files.plan and written.file.supervisor == files.plan.supervisor):
            yield _NameUse(written.file.supervisor, "post", english("the supervisor"), written.name, ("supervisor",))
        yield from _named_in_initiative(written)


def _named_in_directory(directory: DirectoryFile, file: str) -> Iterator[_NameUse]:
    yield _NameUse(directory.administrator, "post", english("the administrator"), file, ("administrator",))
    for number, post in enumerate(directory.posts):
        if post.deputy:
            part = english("the deputy of {id!r}", id=post.id)
            yield _NameUse(post.deputy, "post", part, file, ("posts", number, "deputy"))
    for at, name in enumerate(directory.bulletins):
        yield _NameUse(name, "post, unit or group", english("who gets bulletins"), file, ("bulletins", at))
    for number, unit in enumerate(directory.units):
        yield _NameUse(unit.head, "post", english("the head of {id!r}", id=unit.id), file, ("units", number, "head"))
        yield _NameUse(
            unit.officer, "post", english("the officer of {id!r}", id=unit.id), file, ("units", number, "officer")
        )
    for number, group in enumerate(directory.groups):
        for at, name in enumerate(group.units):
            yield _NameUse(
                name, "unit", english("a unit of group {id!r}", id=group.id), file, ("groups", number, "units", at)
            )
    for role, name in directory.roles.items():
        yield _NameUse(name, "post, unit or group", english("who plays {role!r}", role=role), file, ("roles", role))


def _named_in_initiative(written: Written) -> Iterator[_NameUse]:
    file = written.file
    for at, name in enumerate(file.lead):
        yield _NameUse(name, "unit", english("the lead"), written.name, ("lead", at))
    for at, name in enumerate(file.support):
        yield _NameUse(name, "unit or group", english("a supporting unit"), written.name, ("support", at))
    for number, step in enumerate(file.steps):
        if step.owner:
            part = english("the owner of {id!r}", id=step.id)
            yield _NameUse(step.owner, "unit or post", part, written.name, ("steps", number, "owner"))
        for whom in reviewers(step.review):
            part = (
                english("a reviewer of {id!r}", id=step.id)
                if isinstance(step.review, Several)
                else english("the reviewer of {id!r}", id=step.id)
            )
            yield _NameUse(whom, "unit or post", part, written.name, ("steps", number, "review"))
        for at, name in enumerate(step.action.parameters.units if isinstance(step.action, SHARED) else ()):
            place = ("steps", number, "action", "parameters", "units", at)
            yield _NameUse(name, "unit or group", english("a unit of {id!r}", id=step.id), written.name, place)


def _vacant(files: Files, directory: DirectoryFile) -> Iterator[Problem]:
    """Posts that a ladder may turn to although nobody fills them, nor any deputy along the chain."""
    filled = Directory(directory).filled
    parts: dict[str, Text] = {}
    for named in _all_named(files, directory):
        if "deputy" not in named.place:
            parts.setdefault(named.name, named.part)
    for number, post in enumerate(directory.posts):
        if post.id in parts and post.id not in filled:
            message = english(
                "post {id!r} is {part}, but it is vacant and nobody stands in", id=post.id, part=parts[post.id]
            )
            remedy = english("name a deputy, or another post in its place")
            yield Problem(files.directory_name, 0, "vacant-role", message, remedy, ("posts", number, "vacant"))
