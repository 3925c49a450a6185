"""The named filters: each takes a value and constants, is quick, and its output is no longer than its input allows."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

DATE_LETTERS = frozenset("dmyYHMBbAaj")


def _date(value: object, pattern: str = "%d.%m.%Y") -> str:
    """A date (or ISO 8601 text) by strftime's letters; text that is no date stays as it is."""
    try:
        moment = value if isinstance(value, date) else datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return moment.strftime(pattern)


def _number(value: object, digits: int = 0) -> str:
    """Rounded to `digits`, with a comma for thousands; text that is no number stays as it is."""
    try:
        return f"{float(str(value)):,.{digits}f}"
    except ValueError:
        return str(value)


FILTERS: dict[str, Callable[..., str]] = {
    "upper": lambda value: str(value).upper(),
    "lower": lambda value: str(value).lower(),
    "title": lambda value: str(value).title(),
    "capitalize": lambda value: str(value).capitalize(),
    "trim": lambda value: str(value).strip(),
    "date": _date,
    "number": _number,
}


def fits(name: str, arguments: list[Any]) -> bool:
    """Whether these constants are what the filter takes."""
    match name, arguments:
        case ("date", [str(pattern)]):
            letters = pattern.split("%")[1:]
            return len(pattern) <= 40 and all(part[:1] in DATE_LETTERS and part for part in letters)
        case ("number", [int(digits)]):
            return 0 <= digits <= 6
        case (_, []):
            return name in FILTERS
    return False
