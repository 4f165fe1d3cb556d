"""duban 督办: a bureau's work plan, seen through. What it is and how it lies: README.md, docs/architecture.md."""

import sys
from pathlib import Path

__version__ = "0.2.0"

_ROOMS = Path(__file__).with_name("_house") / "rooms"
"""Where a wheel holds `flows`, `tasks` and `deployments`, which a checkout has beside `duban`.

Names that anybody's project may have: in site-packages they would be everybody's, and found before ours or after them.
So they lie here, and go before all others in processes that load duban, and in no others.
"""

if _ROOMS.is_dir() and str(_ROOMS) not in sys.path:
    sys.path.insert(0, str(_ROOMS))
