"""The metrics that are served: their names, what they mean, what they are told apart by.

Dashboards and alerts are held against this table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a metric tells, and the labels it has."""

    family: type[Family]
    told: str
    labels: tuple[str, ...] = ("plan",)

    def begun(self, name: str) -> Family:
        """The metric without any figure yet."""
        return self.family(name, self.told, labels=self.labels)


GAUGE, COUNTER, HISTOGRAM = GaugeMetricFamily, CounterMetricFamily, HistogramMetricFamily

SERVED: Mapping[str, Meaning] = {
    "duban_rounds": Meaning(
        COUNTER, "Rounds made: patrols, the guard's in their stead, seals, backups.", ("plan", "by")
    ),
    "duban_round_age_seconds": Meaning(GAUGE, "Seconds since the last round of each kind began.", ("plan", "by")),
    "duban_ticks": Meaning(COUNTER, "Looks at an initiative that were stored."),
    "duban_conflicts": Meaning(COUNTER, "Tries in which another process was quicker at the same initiative."),
    "duban_wake_seconds": Meaning(HISTOGRAM, "Seconds from what woke an initiative, a milestone say, to its look."),
    "duban_letters": Meaning(GAUGE, "Letters that ended within a day, by what became of them.", ("plan", "outcome")),
    "duban_letters_due": Meaning(GAUGE, "Letters and digests that are due and not sent."),
    "duban_letters_due_seconds": Meaning(GAUGE, "Seconds since the first of them has been due; 0 without any."),
    "duban_letters_dead": Meaning(GAUGE, "Letters that reached nobody and whose matter goes on."),
    "duban_initiatives": Meaning(GAUGE, "Initiatives by their light.", ("plan", "light")),
    "duban_initiatives_waiting": Meaning(GAUGE, "Initiatives that are to be looked at."),
    "duban_initiatives_waiting_seconds": Meaning(GAUGE, "Seconds since the first of them has waited; 0 without any."),
    "duban_ledger_entries": Meaning(GAUGE, "Entries of the ledger."),
    "duban_ledger_chains": Meaning(GAUGE, "Chains of the ledger: initiatives, digests, the engine's own."),
    "duban_ledger_bytes": Meaning(GAUGE, "Size of the ledger's database."),
    "duban_clock_doubted": Meaning(GAUGE, "1 while the time is not believed, and nothing is decided."),
    "duban_workers": Meaning(GAUGE, "Workers of the pool that have shown themselves lately.", ("pool",)),
    "duban_worker_beat_age_seconds": Meaning(
        GAUGE, "Seconds since the last worker of the pool showed itself.", ("pool",)
    ),
    "duban_runs_waiting": Meaning(GAUGE, "Runs that should have been taken up and were not.", ("pool",)),
    "duban_runs_waiting_seconds": Meaning(GAUGE, "Seconds since the first of them was due; 0 without any.", ("pool",)),
    "duban_scrape_error": Meaning(
        GAUGE, "1 for a source that could not be asked; its figures are left out.", ("source",)
    ),
    "duban_scrape_seconds": Meaning(GAUGE, "Seconds that asking a source took.", ("source",)),
}


class Figured:
    """Metrics being filled in."""

    def __init__(self) -> None:
        self._families: dict[str, Family] = {}

    def __call__(self, metric: str, value: float, *labels: str) -> None:
        """Note a figure; `labels` as the metric has them."""
        family = self._of(metric)
        assert not isinstance(family, HistogramMetricFamily)  # noqa: S101  that one is filled in below
        family.add_metric(labels, value)

    def waits(self, metric: str, kept: Mapping[str, int], total: float, *labels: str) -> None:
        """Note how many waits kept each limit in seconds, `+Inf` among them, each once; their `total` seconds."""
        family = self._of(metric)
        assert isinstance(family, HistogramMetricFamily)  # noqa: S101  as the table has it
        sums = 0
        family.add_metric(labels, [(limit, float(sums := sums + many)) for limit, many in kept.items()], total)

    def _of(self, metric: str) -> Family:
        return self._families.setdefault(metric, SERVED[metric].begun(metric))

    def families(self) -> Iterable[Metric]:
        """The metrics that have figures."""
        return self._families.values()
