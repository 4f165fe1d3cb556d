"""One scrape: every source is asked at once, none is waited for without end, and none that fails takes others along."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import monotonic

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from deployments.metrics.served import Figured
from duban.adapters.delivery.addresses import without_logins

log = logging.getLogger(__name__)

PATIENCE = 8.0
"""Seconds a source has; Prometheus itself gives up after ten."""

Ask = Callable[[Figured], None]


@dataclass
class Source:
    """Something that is asked, in a thread of its own: while one question goes unanswered no other is put."""

    name: str
    ask: Ask
    _thread: Thread | None = field(default=None, init=False)
    _answer: tuple[Figured, float] | None = field(default=None, init=False)

    def begin(self) -> None:
        """Put the question, unless the last one hangs."""
        if self._thread is None or not self._thread.is_alive():
            self._answer, self._thread = None, Thread(target=self._put, name=self.name, daemon=True)
            self._thread.start()

    def _put(self) -> None:
        figured, began = Figured(), monotonic()
        try:
            self.ask(figured)
        except Exception as error:  # noqa: BLE001  whatever it is, the other figures are given
            log.warning("%s cannot be asked: %s: %s", self.name, type(error).__name__, without_logins(str(error)))
        else:
            self._answer = figured, monotonic() - began

    def end(self, until: float) -> tuple[Figured, float] | None:
        """The answer and the seconds it took; None when there is none by then, which the log explains."""
        assert self._thread is not None  # noqa: S101  `begin` has been called
        self._thread.join(max(0.0, until - monotonic()))
        if self._thread.is_alive():
            log.warning("%s does not answer", self.name)
            return None
        return self._answer


@dataclass(eq=False)
class Sources(Collector):
    """All sources, as Prometheus' library asks for their figures; one scrape comes after the other."""

    sources: Sequence[Source]
    failed: bool = False
    _lock: Lock = field(default_factory=Lock, init=False)

    def collect(self) -> Iterable[Metric]:
        """The figures of all that answer; of the others, that they do not."""
        of_scrape = Figured()
        with self._lock:
            until = monotonic() + PATIENCE
            for source in self.sources:
                source.begin()
            answers = {source.name: source.end(until) for source in self.sources}
        self.failed = None in answers.values()
        for name, answer in answers.items():
            of_scrape("duban_scrape_error", answer is None, name)
            if answer is not None:
                yield from answer[0].families()
                of_scrape("duban_scrape_seconds", answer[1], name)
        yield from of_scrape.families()
