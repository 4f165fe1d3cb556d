"""`make sbom`: what duban consists of, as a bill of materials that scanners read (CycloneDX 1.5, JSON).

Written from the lock and from what the distributions say of themselves, so that nothing else need be installed for it;
without a time, so that the same lock gives the same bytes.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from duban import __version__
from release.locked import Locked, licence, locked

PURL = "pkg:pypi/{}@{}"


def bill(them: Sequence[Locked], direct: Sequence[str]) -> dict[str, Any]:
    """The bill of materials; `direct` are the names of what duban itself needs."""
    refs = {one.name: PURL.format(one.name, one.version) for one in them}
    ours = PURL.format("duban", __version__)
    needs = {ours: direct} | {refs[one.name]: one.needs for one in them}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": _component("application", "duban", __version__, ours, "Apache-2.0")},
        "components": [
            _component("library", one.name, one.version, refs[one.name], licence(one.metadata) if one.metadata else "")
            for one in them
        ],
        "dependencies": [
            {"ref": ref, "dependsOn": [refs[name] for name in names if name in refs]} for ref, names in needs.items()
        ],
    }


def _component(kind: str, name: str, version: str, ref: str, said: str) -> dict[str, Any]:
    licences = {"licenses": [{"license": {"name": said}}]} if said else {}
    return {"type": kind, "bom-ref": ref, "name": name, "version": version, "purl": ref, **licences}


def main() -> None:
    """Write it into the file that is named."""
    (own,) = locked(f"duban=={__version__}")
    file = Path(sys.argv[1])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(bill(locked(), own.needs), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(file)


if __name__ == "__main__":
    main()
