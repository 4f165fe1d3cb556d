"""What duban brings to every bureau: files of `config/`, in a checkout as in a wheel."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]
WHEEL = PACKAGE / "_house" / "config"
"""Where a wheel holds them."""

BROUGHT = WHEEL if WHEEL.is_dir() else PACKAGE.parent / "config"
SHARED = ("escalation.yaml", "rehearsal.yaml", "rehearsal-perfect.yaml", "patterns", "notices", "papers", "schema")
"""What names no bureau: a new one has it as it is."""
