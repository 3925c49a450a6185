"""Dates and times of day in the reader's language, by the clock of a time zone."""

from datetime import datetime, tzinfo

from babel.dates import format_datetime

from texts import language


def moment(at: datetime, zone: tzinfo) -> str:
    """With its day of the week and, where it is not the present one, its year."""
    here = at.astimezone(zone)
    year = "" if here.year == datetime.now(zone).year else " y"
    return format_datetime(here, f"EEEE, d MMMM{year}, HH:mm", tzinfo=zone, locale=language())
