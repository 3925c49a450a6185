"""How often a series runs and whom by a date of theirs, in words."""

from collections.abc import Mapping

from babel.dates import get_day_names

from core.rules.anniversaries import DateRule
from core.rules.rhythm import LAST_DAY, Rhythm
from core.vocabulary import Every
from texts import N_, _, language, ngettext

STATES = {"active": N_("Running"), "paused": N_("Paused"), "ended": N_("Ended")}


def rhythm(kept: Rhythm) -> str:
    """Such as “every Monday and Thursday at 09:00”."""
    at = f"{kept.at:%H:%M}"
    if kept.every == Every.DAY:
        return _("every day at %(at)s", at=at)
    if kept.every == Every.WEEK:
        return _("every %(days)s at %(at)s", days=_listed([weekday(one) for one in kept.weekdays]), at=at)
    if kept.day == LAST_DAY:
        return _("on the last day of each month at %(at)s", at=at)
    return _("on day %(day)s of each month at %(at)s", day=kept.day, at=at)


def date_rule(kept: DateRule, labels: Mapping[str, str]) -> str:
    """Such as “3 days before “Contract ends””."""
    label = labels.get(kept.attribute, kept.attribute)
    if kept.days == 0:
        return (
            _("whose “%(label)s” it is, every year", label=label)
            if kept.yearly
            else _("whose “%(label)s” it is", label=label)
        )
    if kept.days > 0:
        said = ngettext("%(n)s day after “%(label)s”", "%(n)s days after “%(label)s”", kept.days, label=label)
    else:
        said = ngettext("%(n)s day before “%(label)s”", "%(n)s days before “%(label)s”", -kept.days, label=label)
    return _("%(when)s, every year", when=said) if kept.yearly else said


def series_state(code: str) -> str:
    return _(STATES[code])


def weekday(day: int) -> str:
    """Monday is 1, as in ISO 8601."""
    return str(get_day_names("wide", "format", language())[day - 1])


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else _("%(some)s and %(last)s", some=", ".join(words[:-1]), last=words[-1])
