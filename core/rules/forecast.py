"""On which day the last of what waits for the daily limit leaves, if every day is like today."""

from datetime import date, timedelta


def done_on(waiting: int, left_today: int, a_day: int, today: date) -> date | None:
    """Today where its slots are enough; None without any slot a day."""
    beyond = waiting - max(0, left_today)
    if beyond <= 0:
        return today
    return today + timedelta(days=-(-beyond // a_day)) if a_day > 0 else None
