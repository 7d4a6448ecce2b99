"""Which days are worked in mainland China, 调休 counted, as far as the State Council's calendar is published.

The data is that of the `chinesecalendar` package; a year it does not hold is answered with 无节假日数据, never guessed.
"""

from datetime import date

import chinese_calendar

DAYS_OFF: dict[date, str] = chinese_calendar.holidays  # each with its English name


class UnknownYear(Exception):
    """无节假日数据"""

    def __init__(self, year: int) -> None:
        super().__init__(f"{year} 年无节假日数据")
        self.year = year


def is_known(year: int) -> bool:
    """Tell whether a year's days off are published."""
    return any(day.year == year for day in DAYS_OFF)


def is_working(day: date) -> bool:
    """Tell whether people work on a day, 调休 counted; a year that is not published raises UnknownYear."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        raise UnknownYear(day.year) from None
