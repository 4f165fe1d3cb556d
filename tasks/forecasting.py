"""The page of the whole plan's forecast: published by the patrol when there is something new to say."""

from duban.core.days.workdays import CalendarRange
from duban.core.forecasting.chances import chances
from duban.core.forecasting.forecast import forecast
from duban.core.telling.lateness import PlanForecast
from duban.core.telling.links import forecast_key
from duban.core.telling.outlook_page import outlook_page, without_forecast
from duban.service import Service
from tasks.server import publish, said_last

BLOCK = 2
"""Hours of a day in which one forecast does, whatever is recorded after it: it takes half a second, a year is ahead."""


def publish_forecast(service: Service) -> bool:
    """Publish the page each working day, and every two hours in which the ledger has grown; whether it was.

    What it was made of stands in its description, so that a patrol asks Prefect once and the ledger once, and makes no
    forecast when nothing has changed.
    """
    plan, today = service.office.plan, service.office.day(service.clock.now())
    key = forecast_key(plan)
    made_of = f"全局预测：{service.office.calendar.previous_working(today)}，台账记至{_recorded(service)}"
    if said_last(key) == made_of:
        return False
    publish(key, _page(service), made_of)
    return True


def _recorded(service: Service) -> str:
    last = service.ledger.last_at()
    if last is None:
        return "尚无记录"
    there = last.astimezone(service.office.zone)
    return f"{there:%Y-%m-%d} {there.hour - there.hour % BLOCK}时后"


def _page(service: Service) -> str:
    try:
        schedule = service.schedule()
        return outlook_page(PlanForecast(service.office, schedule, forecast(schedule), chances(schedule)))
    except CalendarRange as error:  # the patrol has more to do than to forecast
        return without_forecast(service.office.plan, str(error))
