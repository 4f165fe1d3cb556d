"""What is meant where a bureau's files do not say it, and what of the shipped bureau they must not: `unsaid.toml`."""

import tomllib
from pathlib import Path

_MEANT = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

COUNTRY: str = _MEANT["country"]
TIMEZONE: str = _MEANT["timezone"]
SHIPPED: tuple[str, ...] = tuple(_MEANT["shipped"])
"""The shipped bureau's name, then what its numbers begin with."""
