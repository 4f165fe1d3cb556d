"""How often is too often, by a clock of the test's own."""

from duban.desk.rates import ACTS, Rate, Rates


class Ticking:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_rate_is_full_until_its_time_has_gone_by() -> None:
    clock = Ticking()
    rates = Rates(clock)
    for number in range(ACTS.most):
        assert not rates.full(ACTS, "link")
        rates.count(ACTS, "link")
        clock.now += number % 2
    assert rates.full(ACTS, "link")
    clock.now = 1000.0 + ACTS.seconds - 0.1
    assert rates.full(ACTS, "link")
    clock.now = 1000.0 + ACTS.seconds
    assert not rates.full(ACTS, "link")


def test_each_is_counted_for_itself() -> None:
    rates, one = Rates(Ticking()), Rate(1, 60)
    rates.count(one, "a")
    assert rates.full(one, "a")
    assert not rates.full(one, "b")
    assert not rates.full(Rate(2, 60), "a")


def test_what_is_remembered_does_not_grow_without_end() -> None:
    clock = Ticking()
    rates, one = Rates(clock), Rate(5, 60)
    for number in range(25_000):
        rates.count(one, str(number))
    assert len(rates._seen) <= 10_001
