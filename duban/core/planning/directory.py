"""Units and posts: who answers for what, and who stands in for whom."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Annotated, NamedTuple, Self

from pydantic import Field, model_validator

from duban.core.planning.letterhead import Letterhead
from duban.core.planning.values import Day, Many, PlainText, Slug, Strict
from duban.core.problems import Fault, Invalid, Location, refuse_repeated
from duban.core.texts import english, filled


class Absence(Strict):
    """Days, both included, on which the holder of a post is away."""

    first: Day = Field(description="first day away")
    last: Day = Field(description="last day away")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            message = english(
                "an absence cannot end on {last} before it begins on {first}", last=self.last, first=self.first
            )
            raise Invalid(Fault("ends-before-start", message, english("exchange the two days"), ("last",)))
        return self


_Address = Annotated[PlainText, Field(max_length=1000)]


class Post(Strict):
    """A post, not a person: `name` is who holds it, left out while it is vacant or not of interest.

    Whoever holds several posts is one `person`, who judges nothing of their own under any of them.
    """

    id: Slug = Field(description="name of the post, as in traffic-head")
    title: PlainText = Field(description="the post in Chinese")
    name: PlainText | None = Field(None, description="who holds the post")
    person: Slug | None = Field(None, description="the same at every post that one person holds, as in wang-wei")
    vacant: bool = Field(False, description="true while nobody holds the post")
    deputy: Slug | None = Field(None, description="the post whose holder stands in")
    absences: Many[Absence] = Field((), description="days on which the deputy stands in")
    channels: Many[_Address] = Field((), description="addresses, best first; secrets only as ${VARIABLE}")
    personal: bool = Field(False, description="true where nobody but the holder reads what comes to these channels")
    papers: bool = Field(False, description="whether mails to this post carry their slips as Word papers too")

    @model_validator(mode="after")
    def _held_or_vacant(self) -> Self:
        if self.vacant and self.person:
            message = english("post {id!r} is vacant, and held by {person!r}", id=self.id, person=self.person)
            raise Invalid(Fault("held-and-vacant", message, english("remove one of the two"), ("person",)))
        return self


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
    letterhead: Letterhead = Field(Letterhead(), description="whose letters and papers these are, and their numbers")
    bulletins: Many[Slug] = Field((), description="who gets bulletins: posts, units (their heads) and groups of units")
    posts: Annotated[Many[Post], Field(min_length=1, description="posts, not people")]
    units: Annotated[Many[OfficeUnit], Field(min_length=1, description="units of the bureau and its partners")]
    groups: Many[Group] = Field((), description="units addressed together by `each`")
    roles: dict[Slug, Slug] = Field({}, description="who plays the roles that patterns name: units, posts, groups")

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        """A step names a unit or a post by its id alone, so that one id may not stand for two things."""
        refuse_repeated(english("post, unit or group"), self._places())
        taken = {name for name, _ in self._places()}
        message = english("a post, a unit or a group bears the name of the person {person!r}")
        remedy = english("give the person another name")
        faults = [
            Fault("duplicate-id", filled(message, person=post.person), remedy, ("posts", number, "person"))
            for number, post in enumerate(self.posts)
            if post.person in taken
        ]
        if faults:
            raise Invalid(*faults)
        return self

    def _places(self) -> Iterator[tuple[str, Location]]:
        for key in ("posts", "units", "groups"):
            for number, item in enumerate(getattr(self, key)):
                yield item.id, (key, number, "id")


Channels = Mapping[str, tuple[str, ...]]
"""Addresses of posts, best first; none: letters to that post lie in a folder."""


class Mailing(NamedTuple):
    """How people are written to now, which is no input of a decision: where, with papers or not, under which head.

    `bulletins` are those who get bulletins.
    """

    channels: Channels = MappingProxyType({})
    papers: frozenset[str] = frozenset()
    letterhead: Letterhead = Letterhead()
    bulletins: tuple[str, ...] = ()


def _mailing(file: DirectoryFile) -> Mailing:
    channels = {post.id: post.channels for post in file.posts}
    return Mailing(channels, frozenset(post.id for post in file.posts if post.papers), file.letterhead, file.bulletins)


def _mailed(file: DirectoryFile, mailing: Mailing) -> DirectoryFile:
    """A file that says how people are written to."""
    channels, papers, head, bulletins = mailing
    told = {post.id: {"channels": channels.get(post.id, ()), "papers": post.id in papers} for post in file.posts}
    posts = tuple(post.model_copy(update=told[post.id]) for post in file.posts)
    return file.model_copy(update={"posts": posts, "letterhead": head, "bulletins": bulletins})


class Directory:
    """Look-ups over a directory file whose own names have been checked.

    They have an answer for any name: plans and ledgers name units and posts that a reorganisation may have done away
    with since. `mailing` is how people are written to, where that is known from elsewhere than the file.
    """

    def __init__(self, file: DirectoryFile, mailing: Mailing | None = None) -> None:
        self.file = file = file if mailing is None else _mailed(file, mailing)
        self.mailing = _mailing(file) if mailing is None else mailing
        self.administrator = file.administrator
        self.posts: Mapping[str, Post] = {post.id: post for post in file.posts}
        self.units: Mapping[str, OfficeUnit] = {unit.id: unit for unit in file.units}
        self.groups: Mapping[str, Group] = {group.id: group for group in file.groups}
        self._officers = {unit.id: unit.officer for unit in file.units}
        self._heads = {unit.id: unit.head for unit in file.units}
        people: dict[str, list[Post]] = {}
        for post in file.posts:
            people.setdefault(self.person(post.id), []).append(post)
        self._absences = {name: tuple(spell for one in of for spell in one.absences) for name, of in people.items()}
        first = {name: next((one.id for one in of if one.channels), of[0].id) for name, of in people.items()}
        self._mailboxes = {post.id: first[self.person(post.id)] for post in file.posts}
        there = (post.id for post in file.posts if not post.vacant and not self._absences[self.person(post.id)])
        self._steady = {post: self._mailboxes[post] for post in there}
        held = {post.id for post in file.posts if any(not self.posts[one].vacant for one in self.chain(post.id))}
        self.filled = frozenset(held.union(unit.id for unit in file.units if held & {unit.head, unit.officer}))
        """Posts that somebody holds, or stands in for along the chain, and units with such an officer or head."""
        self.leaves = any(post.absences for post in file.posts)
        """Whether anybody is ever away."""

    def knows(self, name: str) -> bool:
        """Whether `name` is a unit or a post."""
        return name in self.units or name in self.posts

    def title(self, name: str) -> str:
        """The Chinese title of a unit or post; the name itself where there is none any more, as in old entries."""
        known = self.units.get(name) or self.posts.get(name)
        return known.title if known else name

    def titles(self, names: Iterable[str]) -> str:
        """The titles of those who answer for something together, the first as the one that does for the others."""
        first, *others = map(self.title, names)
        return "、".join((f"{first}（主责）", *others)) if others else first

    def officer(self, name: str) -> str:
        """The post that acts for a unit; a post acts for itself."""
        return self._officers.get(name, name)

    def head(self, name: str) -> str:
        """The head of a unit; a post stands for itself."""
        return self._heads.get(name, name)

    def person(self, post: str) -> str:
        """Who holds a post: whoever holds no other is known by it."""
        known = self.posts.get(post)
        return known.person or post if known else post

    def mailbox(self, post: str) -> str:
        """The one of its holder's posts at which they are written to: the first with channels, else the first."""
        return self._mailboxes.get(post, post)

    def channels(self, post: str) -> tuple[str, ...] | None:
        """Where a post is written to; nowhere for one that is no longer there, None where nobody knows how now."""
        return self.mailing.channels.get(post) if post in self.posts else ()

    def readers(self, day: date) -> tuple[str, ...]:
        """The posts to which bulletins go on a day, each once: of units the heads, of those away whoever stands in."""
        groups = {name: group.units for name, group in self.groups.items()}
        named = (one for name in self.mailing.bulletins for one in groups.get(name, (name,)))
        return tuple(dict.fromkeys(filter(None, (self.present(self.head(name), day) for name in named))))

    def name(self, what: str) -> str:
        """What a slip or a paper is called here."""
        return self.mailing.letterhead.name(what)

    def chain(self, post: str) -> Iterator[str]:
        """The post and its deputies, in the order in which they stand in, each once."""
        seen: set[str] = set()
        current: str | None = post
        while current is not None and current in self.posts and current not in seen:
            seen.add(current)
            yield current
            current = self.posts[current].deputy

    def away(self, post: str, day: date) -> bool:
        """Whether nobody holds the post on that day: it is vacant, or its holder away from all posts they hold."""
        return self.posts[post].vacant or any(a.first <= day <= a.last for a in self._absences[self.person(post)])

    def present(self, post: str, day: date, besides: Collection[str] = ()) -> str | None:
        """The post at which whoever holds it, or stands in along the chain, is written to; None when nobody is there.

        `besides` are people who are passed by.
        """
        if not besides and post in self._steady:
            return self._steady[post]
        there = (one for one in self.chain(post) if not self.away(one, day) and self.person(one) not in besides)
        return next(map(self.mailbox, there), None)

    def back(self, post: str, day: date) -> date | None:
        """The first day after `day` on which the holder of a post who is away then is back; None while it is vacant."""
        if post not in self.posts or self.posts[post].vacant:
            return None
        spells, back = self._absences[self.person(post)], day
        while (spell := next((a for a in spells if a.first <= back <= a.last), None)) is not None:
            back = spell.last + timedelta(days=1)
        return None if back == day else back
