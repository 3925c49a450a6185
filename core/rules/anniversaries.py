"""The people that a run is for by a date of theirs: on it, so many days before or after it, once or every year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core.errors import Invalid

MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class DateRule:
    """`days` after the date, before it where negative; `yearly`: its day and month, whatever the year."""

    attribute: str
    days: int = 0
    yearly: bool = False

    @classmethod
    def kept(cls, written: Mapping[str, Any]) -> "DateRule":
        return cls(written["attribute"], written["days"], written["yearly"])

    def written(self) -> dict[str, object]:
        return {"attribute": self.attribute, "days": self.days, "yearly": self.yearly}

    def check(self) -> None:
        """Raise Invalid (`series.bad_days`)."""
        if abs(self.days) > MOST_DAYS:
            raise Invalid("series.bad_days", where="days", most=MOST_DAYS)

    def on(self, day: date) -> dict[str, object]:
        """The segment's condition for a run of that day, as an expression in JSON."""
        meant = day - timedelta(days=self.days)
        operator = "recurs_on" if self.yearly else "eq"
        return {"attribute": self.attribute, "op": operator, "type": "date", "value": meant.isoformat()}
