"""What `doctor` says of the channels of each post: what is configured, what is missing, what cannot be used."""

from collections.abc import Iterator
from dataclasses import dataclass

from duban.adapters.delivery.addresses import Unset, fill, shown
from duban.adapters.delivery.checked import SAID
from duban.adapters.delivery.errands import Fault, Unusable
from duban.cli.stack.doctor.health import Finding, Level
from duban.core.deciding.office import Office
from duban.core.planning.directory import Post
from duban.core.problems import nearest
from duban.core.texts import Text, english
from duban.settings import Settings


@dataclass(frozen=True, slots=True)
class _Channel:
    post: str
    written: str

    @property
    def told(self) -> Text:
        """Which channel of whom it is."""
        return english("{channel} of {post}", channel=shown(self.written), post=self.post)


def channels(office: Office, settings: Settings) -> Iterator[Finding]:
    """Every post with channels; values of variables are never shown."""
    posts = [post for post in office.directory.posts.values() if post.channels]
    yield from _missing(posts, settings)
    for post in posts:
        for written in post.channels:
            yield from _faults(_Channel(post.id, written), settings)
        yield Finding(
            "channels", Level.OK, english("{id}: {channels}", id=post.id, channels=tuple(map(shown, post.channels)))
        )
    letters = english("a rehearsal's letters all") if settings.rehearsed else english("other letters")
    yield Finding(
        "channels",
        Level.OK,
        english(
            "{count} posts with channels; {letters} lie in {mail}",
            count=len(posts),
            letters=letters,
            mail=settings.kept_at("mail"),
        ),
    )


def _missing(posts: list[Post], settings: Settings) -> Iterator[Finding]:
    """Variables nobody has set, each with the posts whose channels name it."""
    missing: dict[str, list[str]] = {}
    for post in posts:
        for written in post.channels:
            try:
                fill(written, settings.variables)
            except Unset as unset:
                for name in unset.names:
                    missing.setdefault(name, []).append(post.id)
    for name, named in sorted(missing.items()):
        found = english("{name} of {whose} is not set", name=f"${{{name}}}", whose=list(dict.fromkeys(named)))
        yield Finding("channels", Level.BAD, found, english("set it where duban is started"))


def _faults(channel: _Channel, settings: Settings) -> Iterator[Finding]:
    """What is wrong with a channel whose variables are set."""
    from duban.adapters.delivery.services import read  # noqa: PLC0415  slow to import, and few need it

    try:
        filled = fill(channel.written, settings.variables)
    except Unset:
        return
    try:
        service = read(filled.address, settings.channels.timeout)
    except Unusable as unusable:
        yield _unusable(channel, unusable.fault, filled.address)
        return
    if service.exposed:
        remedy = english("write mailtos:// for STARTTLS, with ?mode=ssl for TLS from the start")
        yield Finding(
            "channels", Level.WARN, english("{channel} sends a password in the clear", channel=channel.told), remedy
        )


def _unusable(channel: _Channel, fault: Fault, address: str) -> Finding:
    from duban.adapters.delivery.services import kinds  # noqa: PLC0415  as above

    what, remedy = SAID[fault]
    if fault is Fault.UNKNOWN:
        remedy = nearest(address.partition("://")[0], kinds(), remedy)
    return Finding("channels", Level.BAD, english("{channel}: {what}", channel=channel.told, what=what), remedy)
