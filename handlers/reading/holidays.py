"""Public holidays by their names, and walks along the working days, as far as the State Council's calendar is known."""

from datetime import date, timedelta
from typing import Final

from workflow.working_days import DAYS_OFF, UnknownYear, is_known, is_working

_NAMES: Final = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "过年": "Spring Festival",
    "清明": "Tomb-sweeping Day",
    "五一": "Labour Day",
    "劳动节": "Labour Day",
    "端午": "Dragon Boat Festival",
    "中秋": "Mid-autumn Festival",
    "国庆": "National Day",
    "十一": "National Day",
}


def holiday(name: str, today: date) -> tuple[date, date]:
    """Give the next days off of a holiday that is not over yet, as a half-open range."""
    for year in (today.year, today.year + 1):
        days = _days_off(name, year)
        if days and days[-1] >= today:
            return days[0], days[-1] + timedelta(days=1)
    raise UnknownYear(today.year + 1)


def _days_off(name: str, year: int) -> list[date]:
    """List a holiday's days of one year; New Year's holiday may begin in the December before."""
    if not is_known(year):
        raise UnknownYear(year)
    english = _NAMES[name]
    return sorted(day for day, label in DAYS_OFF.items() if label == english and _belongs(day, english, year))


def _belongs(day: date, english: str, year: int) -> bool:
    eve = english == _NAMES["元旦"] and day.month == 12
    return day.year + (1 if eve else 0) == year


def working_day(start: date, step: int, count: int = 1) -> date:
    """Walk from a day (not counted) to the count-th working day, forwards or backwards."""
    day = start
    for _ in range(min(count, 250)):
        day += timedelta(days=step)
        while not is_working(day):
            day += timedelta(days=step)
    return day


def moved_working_day(today: date, weekday: int | None) -> date | None:
    """Find the next weekend day that is worked (调休), within the known calendar."""
    day = today
    for _ in range(200):
        if day.weekday() >= 5 and weekday in (None, day.weekday()) and is_working(day):
            return day
        day += timedelta(days=1)
    return None
