"""What duban is installed with: the distributions of `requirements.lock`, and what each says of itself."""

import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = Path(__file__).parents[1] / "requirements.lock"
LINE = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


class Locked(NamedTuple):
    """A distribution at the version of the lock; `metadata` is None where it is for another system than this."""

    name: str
    version: str
    metadata: PackageMetadata | None
    needs: tuple[str, ...] = ()


def locked(text: str | None = None) -> list[Locked]:
    """The distributions of a lock, by default of `requirements.lock`, in its order."""
    found = LINE.findall(LOCK.read_text(encoding="utf-8") if text is None else text)
    return [_locked(canonicalize_name(name), version) for name, version in found]


def _locked(name: str, version: str) -> Locked:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return Locked(name, version, None)
    needs = {canonicalize_name(one.name) for text in found.requires or () if _applies(one := Requirement(text))}
    return Locked(name, version, found.metadata, tuple(sorted(needs)))


def _applies(one: Requirement) -> bool:
    return one.marker is None or one.marker.evaluate({"extra": ""})


def licence(metadata: PackageMetadata) -> str:
    """What a distribution says of its licence: an expression of SPDX, else its classifiers, else the first line."""
    (expression, first) = ((metadata.get_all(key) or [""])[0].strip() for key in ("License-Expression", "License"))
    classified = [one.rpartition(" :: ")[2] for one in metadata.get_all("Classifier", []) if one.startswith("License")]
    named = [one for one in classified if one != "OSI Approved"]
    return expression or " AND ".join(named) or first.partition("\n")[0]
