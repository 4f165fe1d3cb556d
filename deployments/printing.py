"""What the processes here print alike, for whoever watches a terminal."""

from collections import Counter
from collections.abc import Iterable

from rich.console import Console

from duban.core.ledger.summary import Light, Summary
from duban.core.titles import LIGHT_MARKS

console = Console(highlight=False, soft_wrap=True)


def lights_in_words(summaries: Iterable[Summary]) -> str:
    """How many initiatives bear each light."""
    lights = Counter(summary.light for summary in summaries)
    return " ".join(f"{LIGHT_MARKS[light]}{lights[light]}" for light in Light if lights[light])
