"""What `duban check` says of the channels of a directory before anything is sent, and of secrets written into files."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from duban.adapters.delivery.addresses import LONGEST, VARIABLE, fill, shown, written_out
from duban.adapters.delivery.errands import Fault, Unusable
from duban.adapters.delivery.written import ours
from duban.adapters.yaml_models import file_name, read_model
from duban.core.planning.directory import DirectoryFile
from duban.core.problems import Problem
from duban.core.texts import Text, english
from duban.written import Unreadable, written_bytes

MAILBOXES = re.compile(r"([?&](?:to|cc|bcc|reply|from)=)\$\{\w+\}")
PORT = re.compile(r"(?<=:)\$\{\w+\}(?=[/?]|$)")
STAND_INS = ("5a1d77c0", "13800000000")
"""What a variable that is not set here may stand for elsewhere: a key, a telephone."""

SAID: Mapping[Fault, tuple[Text, Text]] = {
    Fault.UNKNOWN: (english("there is no such kind of channel"), english("see Channels in docs/operating.md")),
    Fault.UNUSABLE: (english("it cannot be read"), english("see Channels in docs/operating.md")),
    Fault.SHORTENED: (
        english("a part of it would be left out, or read as something else"),
        english("part recipients by commas, write each whole, and put passwords with @ / ? # into a ${VARIABLE}"),
    ),
    Fault.INSECURE: (english("its base would be spoken to in the clear"), english("write https://")),
}

TEXTS = frozenset({".yaml", ".yml", ".toml", ".j2", ".env", ".ini", ".cfg", ".conf", ".txt"})
ADDRESSES = re.compile(r"[a-zA-Z][\w+.-]*://[^\s\"'\]]+")
NAMED = re.compile(
    r"(?P<name>(?<![\w-])[\w-]{0,60}"  # bounded, or a long word takes minutes
    r"(?:authorization|token|secret|passw(?:or)?d|pwd|[a-z]{1,30}[-_]key|auth[-_]string|cookie))[\"']?\s*[:=]\s*"
    r"(?P<value>\"[^\"]*\"|'[^']*'|[^\s#,\]}][^,#\]]*)",
    re.IGNORECASE,
)
"""A header or setting whose name says that its value is a secret."""


def channel_problems(directory: Path, variables: Mapping[str, str], timeout: float) -> Iterator[Problem]:
    """Channels that could not be used as they are written, or not all of them."""
    read = read_model(directory, DirectoryFile)
    for number, post in enumerate(read.value.posts if read.value else ()):
        for place, channel in enumerate(post.channels):
            fault = _fault(channel, variables, timeout)
            if fault is not None:
                name, line = read.place(("posts", number, "channels", place))
                what, remedy = SAID[fault]
                said = english("{channel} of {id}: {what}", channel=shown(channel), id=post.id, what=what)
                yield Problem(name, line, f"channel-{fault}", said, remedy)


def _fault(channel: str, variables: Mapping[str, str], timeout: float) -> Fault | None:
    """What is wrong with a channel, whatever its variables that are not set may stand for."""
    from duban.adapters.delivery.services import kinds, read  # noqa: PLC0415  slow to import, and few directories need it

    unset = {name for name in VARIABLE.findall(channel) if not variables.get(name)}
    if unset and VARIABLE.fullmatch(channel):
        return None
    if unset and not ours(channel):  # what it would be like, only its service knows
        return None if channel.partition("://")[0].lower() in kinds() else Fault.UNKNOWN
    mailboxes = MAILBOXES.sub(r"\1office@duban.invalid", channel) if channel.startswith("mail") else channel
    fault: Fault | None = None
    for stand_in in STAND_INS if unset else STAND_INS[:1]:
        try:
            values = {**variables, **dict.fromkeys(unset, stand_in)}
            read(fill(PORT.sub("25", mailboxes) if unset else channel, values).address, timeout)
        except Unusable as unusable:
            fault = fault or unusable.fault
        else:
            return None
    return fault


def literal_secrets(config: Path) -> Iterator[Problem]:
    """Secrets that stand in files of a configuration, where everybody reads them who may read those."""
    for file in sorted(config.rglob("*")):
        if (file.suffix in TEXTS or file.name in TEXTS) and file.is_file():
            for number, line in enumerate(_lines(file), start=1):
                for what in _written_out(line[:LONGEST], channels=file.name == "directory.yaml"):
                    remedy = english("set a variable where duban is started, and write ${NAME} in its place")
                    message = english("{what} holds a secret", what=what)
                    yield Problem(file_name(file), number, "written-secret", message, remedy)


def _lines(file: Path) -> list[str]:
    """What stands in a file; nothing of one that cannot be read, as is told elsewhere."""
    try:
        return written_bytes(file).decode("utf-8", "replace").splitlines()
    except Unreadable:
        return []


def _written_out(line: str, *, channels: bool) -> Iterator[str]:
    yield from (shown(one) for one in ADDRESSES.findall(line) if written_out(one, channel=channels))
    for found in NAMED.finditer(ADDRESSES.sub("", line)):
        if not VARIABLE.search(found["value"]) and found["value"].strip("\"' {}"):
            yield found["name"]
