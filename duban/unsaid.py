"""What is meant where a bureau's files do not say it: `unsaid.toml`."""

import tomllib
from pathlib import Path

_MEANT = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

COUNTRY: str = _MEANT["country"]
TIMEZONE: str = _MEANT["timezone"]
