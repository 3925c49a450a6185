"""Sending hours of a drain: which origins are closed as a whole, and when each time zone opens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.rules.countries import Country, opening
from core.rules.hours import Hours, opening_of_all
from core.rules.zones import BY_COUNTRY, KNOWN
from core.vocabulary import Purpose

QUIETED = (Purpose.MARKETING, Purpose.CONSENT, Purpose.SEED)
"""What waits for the end of the quiet hours; an answer or a service mail does not."""


@dataclass(frozen=True, slots=True)
class Window:
    """Hours that all have to hold, by the recipient's own clock or by the account's."""

    hours: tuple[Hours, ...]
    own_zone: bool
    ruled: bool = False
    """Whether the recipient's country has a say, too."""

    @property
    def timed(self) -> bool:
        """Whether each recipient has to be looked at."""
        return self.own_zone or self.ruled


class Times:
    """Computed once a minute for each window: openings are whole minutes."""

    def __init__(self, quiet: Hours | None, account: ZoneInfo, countries: Sequence[Country] | None = None) -> None:
        """`countries` are the rules of a channel that has some, and may be none of them."""
        self._quiet, self._account, self._countries = quiet, account, countries
        self._bound: dict[Window, tuple[datetime, dict[str, object]]] = {}

    def window(self, purpose: str, kept: Mapping[str, Any] | None) -> Window | None:
        """Of an origin's purpose and its campaign's hours; None where it may always send, which costs nothing."""
        if purpose not in QUIETED:
            return None
        quiet = () if self._quiet is None else (self._quiet,)
        own = () if not kept else (Hours.read(kept["opens"], kept["closes"]),)
        if not quiet and not own and not self._countries:
            return None
        own_zone = bool(quiet) or bool(kept and kept.get("own_zone"))
        return Window((*quiet, *own), own_zone=own_zone, ruled=bool(self._countries))

    def opening(self, window: Window, now: datetime) -> datetime | None:
        """By the account's clock; None if it is open."""
        return opening_of_all(window.hours, now, self._account)

    def bound(self, window: Window, now: datetime) -> dict[str, object]:
        """When each zone and each country opens, for the claim; what is open opens now."""
        minute = now.replace(second=0, microsecond=0)
        known = self._bound.get(window)
        if known is None or known[0] != minute:
            known = self._bound[window] = (minute, self._openings(window, now))
        return known[1]

    def _openings(self, window: Window, now: datetime) -> dict[str, object]:
        ruled = {} if self._countries is None else _by_number(self._countries, now)
        if not window.own_zone:
            nobody = {name: list[str]() for name in ("zones", "zone_openings", "countrys", "country_openings")}
            return {**nobody, "usual_opening": now, **ruled}
        zones = sorted(KNOWN)
        at = dict(zip(zones, (self._at(window, now, ZoneInfo(name)) for name in zones), strict=True))
        countries = [country for country, zone in BY_COUNTRY.items() if zone in at]
        return {
            "zones": zones,
            "zone_openings": _written([at[name] for name in zones]),
            "countrys": countries,
            "country_openings": _written([at[BY_COUNTRY[country]] for country in countries]),
            "usual_opening": self._at(window, now, self._account),
            **ruled,
        }

    def _at(self, window: Window, now: datetime, zone: ZoneInfo) -> datetime:
        return opening_of_all(window.hours, now, zone) or now


def _by_number(countries: Sequence[Country], now: datetime) -> dict[str, object]:
    """When numbers that begin so may be written to, and when in one of their country's zones."""
    usual = [opening(one, now, [ZoneInfo(name) for name in one.zones]) for one in countries]
    places = [(one, name) for one in countries for name in one.zones]
    return {
        "beginnings": [one.beginning for one in countries],
        "number_openings": _written(usual),
        "place_beginnings": [one.beginning for one, _name in places],
        "place_zones": [name for _one, name in places],
        "place_openings": _written([opening(one, now, [ZoneInfo(name)]) for one, name in places]),
    }


def _written(moments: Sequence[datetime]) -> list[str]:
    return [moment.isoformat() for moment in moments]
