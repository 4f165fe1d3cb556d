"""The engine behind the desk: the plans that go on here, each as it is in force at the moment of a request."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from duban.adapters.pins import Pins
from duban.carrying import Carrier
from duban.core.access.doors import Door
from duban.desk.rates import Rates, known_as
from duban.desk.uploads import Store, store_at
from duban.desk.waking import Waking
from duban.ports import Rate
from duban.service import Service
from duban.settings import Settings
from duban.wiring import door, kept_gear


@dataclass(frozen=True, slots=True)
class Here:
    """One plan: the engine on it, the door its links go by, and who carries letters."""

    settings: Settings
    service: Service
    door: Door
    carrier: Carrier


@dataclass(frozen=True, slots=True)
class Engine:
    """What requests are answered from. One for a single request keeps what it has `seen` of the plans."""

    settings: Settings
    store: Store
    rates: Rates
    waking: Waking
    pins: Pins
    seen: list[Here] | None = None

    def plans(self) -> Iterator[Here]:
        """The plan of the settings, then those beside it."""
        others = (folder for folder in self.settings.plans if folder != self.settings.plan)
        seen = list[Here]() if self.seen is None else self.seen
        for number, folder in enumerate((self.settings.plan, *others)):
            if number == len(seen):
                seen.append(_here(replace(self.settings, plan=folder)))
            yield seen[number]

    def for_one(self) -> "Engine":
        """The same for one request, throughout which every plan is as it was at the first look."""
        return replace(self, seen=[])

    def main(self) -> Here:
        """The plan of the settings."""
        return next(self.plans())

    def take(self, rate: Rate, who: str) -> int:
        """Count one more of something by somebody: the how manieth it is; 0 where there may be no more."""
        return self.rates.take(self.main().service.ledger, rate, who)

    def let_off(self, rate: Rate, who: str) -> None:
        """Forget what somebody had of something."""
        self.main().service.ledger.let_off(rate, known_as(who))

    @property
    def rehearsed(self) -> bool:
        """Whether time is a rehearsal's."""
        return self.settings.clock is not None


def _here(settings: Settings) -> Here:
    desk = kept_gear(settings)
    return Here(settings, desk.service, door(settings, desk.service), desk.carrier)


def make_engine(settings: Settings, waking: Waking) -> Engine:
    """The engine of the settings; nothing is opened yet."""
    return Engine(settings, store_at(settings.kept_at("evidence")), Rates(), waking, Pins(settings.var))
