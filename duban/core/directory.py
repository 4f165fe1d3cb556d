"""Units and posts: who answers for what, and who stands in for whom."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from duban.core.plan_file import Many, PlainText, Slug, Strict


class Absence(Strict):
    """Days, both included, on which the holder of a post is away."""

    first: date
    last: date


class Post(Strict):
    """A post, not a person: `name` is who holds it, left out while it is vacant or not of interest."""

    id: Slug
    title: PlainText
    name: PlainText | None = None
    vacant: bool = False
    deputy: Slug | None = None
    absences: Many[Absence] = ()
    channels: Many[PlainText] = Field((), description="Apprise addresses; secrets only as ${VARIABLE}")

    def away(self, day: date) -> bool:
        """Whether nobody holds the post on that day."""
        return self.vacant or any(a.first <= day <= a.last for a in self.absences)


class OfficeUnit(Strict):
    """A unit of the bureau: its head, and the officer who signs for and reports what the unit is asked to do."""

    id: Slug
    title: PlainText
    head: Slug
    officer: Slug


class Group(Strict):
    """Units addressed together by `each`."""

    id: Slug
    title: PlainText
    units: Many[Slug] = Field(min_length=1)


class DirectoryFile(Strict):
    """`directory.yaml`."""

    administrator: Slug
    posts: Annotated[Many[Post], Field(min_length=1)]
    units: Annotated[Many[OfficeUnit], Field(min_length=1)]
    groups: Many[Group] = ()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        names = [p.id for p in self.posts] + [u.id for u in self.units] + [g.id for g in self.groups]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"ids used twice among posts, units and groups: {', '.join(twice)}; rename one of each")
        return self


class Directory:
    """Look-ups over a directory file whose names have been checked."""

    def __init__(self, file: DirectoryFile) -> None:
        self.administrator = file.administrator
        self.posts: Mapping[str, Post] = {post.id: post for post in file.posts}
        self.units: Mapping[str, OfficeUnit] = {unit.id: unit for unit in file.units}
        self.groups: Mapping[str, Group] = {group.id: group for group in file.groups}

    def knows(self, name: str) -> bool:
        """Whether `name` is a unit or a post."""
        return name in self.units or name in self.posts

    def title(self, name: str) -> str:
        """The Chinese title of a unit or post."""
        return self.units[name].title if name in self.units else self.posts[name].title

    def known_title(self, name: str) -> str:
        """The title, or the name itself where the directory no longer has it, as in old entries."""
        return self.title(name) if self.knows(name) else name

    def officer(self, name: str) -> str:
        """The post that acts for a unit; a post acts for itself."""
        return self.units[name].officer if name in self.units else name

    def head(self, name: str) -> str:
        """The head of a unit; a post stands for itself."""
        return self.units[name].head if name in self.units else name

    def present(self, post: str, day: date) -> str | None:
        """The post itself, or the first deputy along the chain who is there on `day`; None when nobody is."""
        seen: set[str] = set()
        current: str | None = post
        while current is not None and current not in seen:
            seen.add(current)
            holder = self.posts[current]
            if not holder.away(day):
                return current
            current = holder.deputy
        return None
