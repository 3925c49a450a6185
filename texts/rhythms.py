"""How often a series runs and whom by a date of theirs, in words."""

from collections.abc import Mapping
from typing import Any

from babel.dates import get_day_names

from texts import N_, _, language, ngettext

LAST_DAY = 31

STATES = {"active": N_("Running"), "paused": N_("Paused"), "ended": N_("Ended")}


def rhythm(kept: Mapping[str, Any]) -> str:
    """As a series keeps it; such as “every Monday and Thursday at 09:00”."""
    at = kept["at"]
    if kept["every"] == "day":
        return _("every day at %(at)s", at=at)
    if kept["every"] == "week":
        return _("every %(days)s at %(at)s", days=_listed([weekday(one) for one in kept["weekdays"]]), at=at)
    if kept["day"] == LAST_DAY:
        return _("on the last day of each month at %(at)s", at=at)
    return _("on day %(day)s of each month at %(at)s", day=kept["day"], at=at)


def date_rule(kept: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """As a series keeps it; such as “3 days before “Contract ends””."""
    label, days, yearly = labels.get(kept["attribute"], kept["attribute"]), kept["days"], kept["yearly"]
    if days == 0 and yearly:
        return _("whose “%(label)s” it is, every year", label=label)
    if days == 0:
        return _("whose “%(label)s” it is", label=label)
    if days > 0:
        said = ngettext("%(n)s day after “%(label)s”", "%(n)s days after “%(label)s”", days, label=label)
    else:
        said = ngettext("%(n)s day before “%(label)s”", "%(n)s days before “%(label)s”", -days, label=label)
    return _("%(when)s, every year", when=said) if yearly else said


def series_state(code: str) -> str:
    return _(STATES[code])


def weekday(day: int) -> str:
    """Monday is 1, as in ISO 8601."""
    return str(get_day_names("wide", "format", language())[day - 1])


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else _("%(some)s and %(last)s", some=", ".join(words[:-1]), last=words[-1])
