"""The page of the whole plan's forecast: published by the patrol when there is something new to say."""

from duban.core.days.workdays import CalendarRange
from duban.core.deciding.chances import chances
from duban.core.deciding.forecast import forecast
from duban.core.telling.lateness import Prospect
from duban.core.telling.links import forecast_key
from duban.core.telling.outlook_page import outlook_page, without_forecast
from duban.service import Service
from tasks.server import publish, said_last


def publish_forecast(service: Service) -> bool:
    """Publish the page each working day, and whenever the ledger has grown; whether it was.

    What it was made of stands in its description, so that a patrol asks Prefect once and the ledger once, and makes no
    forecast when nothing has changed.
    """
    plan, today = service.office.plan, service.office.day(service.clock.now())
    key = forecast_key(plan)
    made_of = f"全局预测：{service.office.calendar.previous_working(today)}，台账记至{service.recorded_until()}"
    if said_last(key) == made_of:
        return False
    publish(key, _page(service), made_of)
    return True


def _page(service: Service) -> str:
    try:
        schedule = service.schedule()
        return outlook_page(Prospect(service.office, schedule, forecast(schedule), chances(schedule)))
    except CalendarRange as error:  # the patrol has more to do than to forecast
        return without_forecast(service.office.plan, str(error))
