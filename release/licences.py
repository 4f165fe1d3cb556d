"""`make licences`: fails where something that duban is installed with has a licence that nobody has looked at.

A licence is looked at once: it is put into `ALLOWED` with the reason, or the distribution into `LOOKED_AT` where it
says nothing a program can read.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence

from release.locked import Locked, licence, locked

NOTICE = "asks for its notice alone"
LIBRARY = "asks that changes of itself be open; we change nothing of it, and whoever wants to can replace it"
ALLOWED: Mapping[str, str] = {
    **dict.fromkeys(("MIT", "MIT License", "MIT-0", "0BSD", "Zlib", "ISC", "ISC License (ISCL)"), NOTICE),
    **dict.fromkeys(("BSD License", "BSD-2-Clause", "BSD-3-Clause", "PSF-2.0", "CNRI-Python"), NOTICE),
    **dict.fromkeys(("Apache-2.0", "Apache Software License"), "ours"),
    "CC0-1.0": "asks for nothing",
    **dict.fromkeys(("MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)"), LIBRARY),
    **dict.fromkeys(("LGPL-2.1-only", "LGPL-3.0-only"), LIBRARY),
}
LOOKED_AT: Mapping[str, str] = {
    "text-unidecode": "Artistic License or GPL, as its user likes: taken under the first",
}
EITHER = re.compile(r"\s+OR\s+")
EACH = re.compile(r"\s+AND\s+")


def refused(one: Locked) -> str:
    """Why a distribution cannot be used; empty where it can."""
    if one.metadata is None or one.name in LOOKED_AT:
        return ""
    said = licence(one.metadata)
    return "" if _allowed(said) else f"{one.name} {one.version}: {said or 'no licence'} is not among those looked at"


def _allowed(said: str) -> bool:
    """Whether an expression can be met: `A OR B` by one of them, `A AND B` by both."""
    bare = said.strip()
    if bare in ALLOWED:
        return True
    inner = re.sub(r"\(([^()]*)\)", lambda found: "MIT" if _allowed(found[1]) else "?", bare)
    each = EACH.split(inner)
    if len(each) > 1:
        return all(map(_allowed, each))
    either = EITHER.split(inner)
    return len(either) > 1 and any(map(_allowed, either))


def report(them: Sequence[Locked]) -> Iterator[str]:
    """A line for each licence: how many have it, and why it may be used."""
    said = [LOOKED_AT.get(one.name) or licence(one.metadata) for one in them if one.metadata is not None]
    for one in sorted(set(said)):
        yield f"{said.count(one):4}  {one}: {ALLOWED.get(one, 'as its parts')}"


def main() -> None:
    """Print what was found; ends with 1 where something is refused."""
    them = locked()
    wrong = [why for one in them if (why := refused(one))]
    for line in [*report(them), *wrong]:
        print(line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
