"""What `doctor` says of the hosts that work on one ledger: by which application they go, and whose files differ."""

from collections.abc import Iterator

from duban.adapters.host_files import Host, apart, marks_of, this_host, told
from duban.cli.opening import Opened
from duban.cli.stack.doctor.health import Finding, Level
from duban.core.texts import english
from duban.settings import Settings


def hosts(at: Opened, settings: Settings) -> Iterator[Finding]:
    """Whether all that have a worker, and this one, go by the same application and the same files."""
    ledger, number, name = at.service.ledger, at.service.office.applied, this_host()
    others = [one for one in told(ledger, at.service.clock.now()) if one.name != name]
    there = [Host(name, number, (), marks_of(settings)), *others]
    for line in apart(there):
        found = english("files differ from host to host: {which}", which=line)
        yield Finding("hosts", Level.BAD, found, english("bring duban and config/ to the same state on all hosts"))
    for one in others:
        if one.waiting:
            found = english(
                "files on {host} say something else than application {number}: {files}",
                host=one.name,
                number=number,
                files=", ".join(one.waiting),
            )
            yield Finding("hosts", Level.WARN, found, english("duban diff there, then duban apply or other files"))
    names = ", ".join(one.name for one in there)
    found = english(
        "{many} on this ledger, by application {number}: {names}", many=len(there), number=number, names=names
    )
    yield Finding("hosts", Level.OK, found)
