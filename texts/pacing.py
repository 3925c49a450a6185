"""The daily limit in words: what was decided of a day, and why."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from texts import N_, _, language

ACTIONS = {
    "up": N_("raised"),
    "hold": N_("kept"),
    "halve": N_("halved"),
    "start": N_("back to the start"),
    "given": N_("set"),
}
CAUSES = {
    "used": N_("limit reached"),
    "unused": N_("less than 90 % of the limit was used"),
    "errors": N_("too many errors"),
    "complaints": N_("too many complaints"),
    "pause": N_("three days’ pause after it was lowered"),
    "cap": N_("the upper bound is reached"),
    "first": N_("the first day"),
    "by_hand": N_("set by hand"),
}


def cause(code: str) -> str:
    return _(CAUSES[code]) if code in CAUSES else code


def action(code: str) -> str:
    return _(ACTIONS[code]) if code in ACTIONS else code


def foretold(waiting: int, day: date, at: datetime | None, *, of_all: bool = False) -> str:
    """`4,200 wait; at this pace done on Thursday, 26 November, 14:00`; without the time as long as none is known."""
    when = format_date(day, "EEEE, d MMMM", locale=language())
    if at is not None:
        when = _("%(day)s, %(time)s", day=when, time=format_time(at, "short", at.tzinfo, language()))
    count = format_decimal(waiting, locale=language())
    if of_all:
        return _("%(count)s wait; at this pace done on %(when)s.", count=count, when=when)
    return _("%(count)s wait; at this pace done on %(when)s, if no other campaign takes slots.", count=count, when=when)


def why(code: str, inputs: Mapping[str, Any]) -> str:
    """The cause with the figures behind it: `limit reached, 0.4 % errors, no complaint`."""
    parts = [cause(code)]
    if inputs:
        parts += [_errors(inputs), _complaints(inputs)]
    return ", ".join(parts)


def seen(inputs: Mapping[str, Any]) -> str:
    """The figures alone: `12.4 % errors, no complaint`."""
    return ", ".join((_errors(inputs), _complaints(inputs)))


def _errors(inputs: Mapping[str, Any]) -> str:
    attempts, errors = inputs["attempts"], inputs["errors"]
    if attempts < 200:
        return _("%(errors)s errors in %(attempts)s attempts (too few to count)", errors=errors, attempts=attempts)
    return _("%(share)s %% errors", share=_share(errors, attempts))


def _complaints(inputs: Mapping[str, Any]) -> str:
    if not inputs["complaints"]:
        return _("no complaint")
    return _(
        "%(count)s complaints (%(share)s %%)",
        count=inputs["complaints"],
        share=_share(inputs["complaints"], inputs["base"]),
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}".rstrip("0").rstrip(".")
