"""Units and posts: who answers for what, and who stands in for whom."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from duban.core.planning.values import Day, Many, PlainText, Slug, Strict
from duban.core.problems import Fault, Invalid, Location, refuse_repeated


class Absence(Strict):
    """Days, both included, on which the holder of a post is away."""

    first: Day = Field(description="first day away")
    last: Day = Field(description="last day away")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            message = f"an absence cannot end on {self.last} before it begins on {self.first}"
            raise Invalid(Fault("ends-before-start", message, "exchange the two days", ("last",)))
        return self


class Post(Strict):
    """A post, not a person: `name` is who holds it, left out while it is vacant or not of interest."""

    id: Slug = Field(description="name of the post, as in traffic-head")
    title: PlainText = Field(description="the post in Chinese")
    name: PlainText | None = Field(None, description="who holds the post")
    vacant: bool = Field(False, description="true while nobody holds the post")
    deputy: Slug | None = Field(None, description="the post whose holder stands in")
    absences: Many[Absence] = Field((), description="days on which the deputy stands in")
    channels: Many[PlainText] = Field((), description="addresses, best first; secrets only as ${VARIABLE}")

    def away(self, day: date) -> bool:
        """Whether nobody holds the post on that day."""
        return self.vacant or any(a.first <= day <= a.last for a in self.absences)


class OfficeUnit(Strict):
    """A unit of the bureau: its head, and the officer who signs for and reports what the unit is asked to do."""

    id: Slug = Field(description="name of the unit, as in traffic")
    title: PlainText = Field(description="the unit in Chinese")
    head: Slug = Field(description="post that heads the unit")
    officer: Slug = Field(description="post that signs for, reports and hands in what the unit is asked to do")


class Group(Strict):
    """Units addressed together by `each`."""

    id: Slug = Field(description="name of the group, as in districts")
    title: PlainText = Field(description="the group in Chinese")
    units: Many[Slug] = Field(min_length=1, description="units of the group")


class DirectoryFile(Strict):
    """`directory.yaml`."""

    administrator: Slug = Field(description="post that is told when the system itself fails")
    posts: Annotated[Many[Post], Field(min_length=1, description="posts, not people")]
    units: Annotated[Many[OfficeUnit], Field(min_length=1, description="units of the bureau and its partners")]
    groups: Many[Group] = Field((), description="units addressed together by `each`")

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        """A step names a unit or a post by its id alone, so that one id may not stand for two things."""
        refuse_repeated("post, unit or group", self._places())
        return self

    def _places(self) -> Iterator[tuple[str, Location]]:
        for key in ("posts", "units", "groups"):
            for number, item in enumerate(getattr(self, key)):
                yield item.id, (key, number, "id")


class Directory:
    """Look-ups over a directory file whose names have been checked."""

    def __init__(self, file: DirectoryFile) -> None:
        self.administrator = file.administrator
        self.posts: Mapping[str, Post] = {post.id: post for post in file.posts}
        self.units: Mapping[str, OfficeUnit] = {unit.id: unit for unit in file.units}
        self.groups: Mapping[str, Group] = {group.id: group for group in file.groups}
        self._officers = {unit.id: unit.officer for unit in file.units}
        self._heads = {unit.id: unit.head for unit in file.units}
        self._steady = frozenset(post.id for post in file.posts if not post.vacant and not post.absences)
        self.leaves = any(post.absences for post in file.posts)
        """Whether anybody is ever away."""

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
        return self._officers.get(name, name)

    def head(self, name: str) -> str:
        """The head of a unit; a post stands for itself."""
        return self._heads.get(name, name)

    def present(self, post: str, day: date) -> str | None:
        """The post itself, or the first deputy along the chain who is there on `day`; None when nobody is."""
        if post in self._steady:
            return post
        seen: set[str] = set()
        current: str | None = post
        while current is not None and current not in seen:
            seen.add(current)
            holder = self.posts[current]
            if not holder.away(day):
                return current
            current = holder.deputy
        return None

    def back(self, post: str, day: date) -> date | None:
        """The first day after `day` on which the holder of a post who is away then is back; None while it is vacant."""
        holder, back = self.posts[post], day
        while (spell := next((a for a in holder.absences if a.first <= back <= a.last), None)) is not None:
            back = spell.last + timedelta(days=1)
        return None if holder.vacant or back == day else back
