"""Working days: WorkCalendar beside `chinese_calendar` and `holidays`, the same questions in one run.

    python bench/workdays.py

Prints microseconds for one question, the best of several rounds, and how many times longer the peer takes.
"""

import timeit
from collections.abc import Callable
from datetime import date

import chinese_calendar
import holidays
import numpy as np

from duban.adapters.public_calendar import public_calendar
from duban.core.days.arrays import DayArrays
from duban.core.days.workdays import WorkCalendar

START, N = date(2024, 3, 25), 60
ROUNDS = 7


def microseconds(question: Callable[[], object], repeats: int) -> float:
    return min(timeit.repeat(question, number=repeats, repeat=ROUNDS)) / repeats * 1e6


def compare(title: str, ours: Callable[[], object], peers: dict[str, Callable[[], object]]) -> None:
    """Print one row for us and one for each peer, after making sure that all give the same answer."""
    answer, time = ours(), microseconds(ours, 200_000)
    print(f"\n{title} = {answer}\n  {'WorkCalendar':<34}{time:>12.3f} µs")
    for name, peer in peers.items():
        assert peer() == answer, f"{name} answers {peer()}, not {answer}"
        peer_time = microseconds(peer, 200)
        print(f"  {name:<34}{peer_time:>12.3f} µs   x {peer_time / time:,.0f}")


def compare_all(calendar: WorkCalendar) -> None:
    public = holidays.country_holidays("CN", years=range(2007, 2028), language="zh_CN")
    end = calendar.add(START, N)
    compare(
        f"add({START}, {N})",
        lambda: calendar.add(START, N),
        {
            "chinese_calendar.find_workday": lambda: chinese_calendar.find_workday(N, START),
            "holidays.get_nth_working_day": lambda: public.get_nth_working_day(START, N),
        },
    )
    compare(
        f"between({START}, {end})",
        lambda: calendar.between(START, end),
        {  # both count the first day too
            "chinese_calendar.get_workdays": lambda: len(chinese_calendar.get_workdays(START, end)) - 1,
            "holidays.get_working_days_count": lambda: public.get_working_days_count(START, end) - 1,
        },
    )


def print_arrays(calendar: WorkCalendar) -> None:
    numbers = np.random.default_rng(0).integers(calendar.first.toordinal(), date(2029, 1, 1).toordinal(), 100_000)
    arrays = DayArrays.of(calendar)
    time = microseconds(lambda: arrays.day_numbers(arrays.ordinals(numbers) + N), 20)
    print(f"\n{N} working days after each of 100,000 days, as arrays: {time / 1000:.2f} ms, {time / 100:.1f} ns a day")


def main() -> None:
    build = timeit.repeat(lambda: public_calendar(2007, 2030), number=1, repeat=ROUNDS)
    print(f"building 2007..2030: {build[0] * 1e3:.0f} ms the first time (importing the library's countries)", end=", ")
    print(f"{min(build) * 1e3:.0f} ms again")
    calendar = public_calendar(2007, 2030)
    compare_all(calendar)
    print_arrays(calendar)


if __name__ == "__main__":
    main()
