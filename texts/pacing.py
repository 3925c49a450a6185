"""The daily limit in words: what was decided of a day, and why."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from texts import N_, _, language, ngettext

SHOWN = 8
"""Steps of a way that are written out."""
ACTIONS = {
    "up": N_("raised"),
    "hold": N_("kept"),
    "halve": N_("halved"),
    "start": N_("back to the start"),
    "given": N_("set"),
}
CAUSES = {
    "used": N_("limit reached"),
    "unused": N_("too little of the limit was used"),
    "errors": N_("too many errors"),
    "complaints": N_("too many complaints"),
    "pause": N_("a pause after it was lowered"),
    "cap": N_("the upper bound is reached"),
    "first": N_("the first day"),
    "by_hand": N_("set by hand"),
}


THRESHOLDS = {
    "up_factor": N_("raised: times"),
    "up_used": N_("raised: share of the limit used"),
    "pause_days": N_("halved: days until it may rise again"),
    "speaks_from": N_("counted over so many emails"),
    "blocks_from": N_("stopped: errors at least"),
    "hold_errors": N_("kept: share of errors"),
    "halve_errors": N_("halved: share of errors"),
    "block_errors": N_("stopped: share of errors"),
    "hold_complaints": N_("kept: share of complaints"),
    "halve_complaints": N_("halved: share of complaints"),
    "start_complaints": N_("back to the start: share of complaints"),
    "block_complaints": N_("stopped: share of complaints"),
}


def cause(code: str) -> str:
    return _(CAUSES[code]) if code in CAUSES else code


def action(code: str) -> str:
    return _(ACTIONS[code]) if code in ACTIONS else code


def meant(limit: int) -> str:
    """Of a limit that was set below what had left already."""
    shown = format_decimal(limit, locale=language())
    return _("more had left already, so nothing else leaves today; the next days go on from %(limit)s", limit=shown)


def foretold(waiting: int, day: date, at: datetime | None, *, of_all: bool = False) -> str:
    """`4,200 wait; at this pace done on Thursday, 26 November, 14:00`; without the time as long as none is known."""
    when = format_date(day, "EEEE, d MMMM", locale=language())
    if at is not None:
        when = _("%(day)s, %(time)s", day=when, time=format_time(at, "short", at.tzinfo, language()))
    count = _count(waiting)
    if of_all:
        return ngettext(
            "%(count)s waits; at this pace done on %(when)s.",
            "%(count)s wait; at this pace done on %(when)s.",
            waiting,
            count=count,
            when=when,
        )
    return ngettext(
        "%(count)s waits; at this pace done on %(when)s, if no other campaign takes slots.",
        "%(count)s wait; at this pace done on %(when)s, if no other campaign takes slots.",
        waiting,
        count=count,
        when=when,
    )


def kept_slots(slots: int) -> str:
    return ngettext(
        "The last slot of a day is kept for service mail.",
        "The last %(slots)s slots of a day are kept for service mail.",
        slots,
        slots=_count(slots),
    )


def grows(limits: Sequence[int], cap: int) -> str:
    """`1,000 → 2,000 → 4,000 → 8,000 → 16,000: the upper bound in 4 days, if each is used up`; long ways are cut."""
    shown = limits if len(limits) <= SHOWN else [*limits[: SHOWN - 2], 0, limits[-1]]
    way = " → ".join(_count(one) if one else "…" for one in shown)
    days = len(limits) - 1
    if limits[-1] < cap:
        return _("As long as each day is used up and nothing speaks against it: %(way)s.", way=way)
    return ngettext(
        "As long as each day is used up and nothing speaks against it: %(way)s, the upper bound in %(n)s day.",
        "As long as each day is used up and nothing speaks against it: %(way)s, the upper bound in %(n)s days.",
        days,
        way=way,
    )


def why(code: str, inputs: Mapping[str, Any]) -> str:
    """The cause with the figures behind it: `limit reached, 0.4 % errors, no complaint`."""
    parts = [cause(code)]
    if inputs:
        if code == "unused":
            parts = [_("only %(used)s of %(limit)s used", used=_count(inputs["used"]), limit=_count(inputs["limit"]))]
        parts += [_errors(inputs), _complaints(inputs)]
    return ", ".join(parts)


def seen(inputs: Mapping[str, Any]) -> str:
    """The figures alone: `12.4 % errors, no complaint`."""
    return ", ".join((_errors(inputs), _complaints(inputs)))


def _errors(inputs: Mapping[str, Any]) -> str:
    attempts, errors = inputs["attempts"], inputs["errors"]
    if attempts < inputs.get("speaks_from", 200):
        few = ngettext("%(n)s error", "%(n)s errors", errors)
        return _("%(errors)s in %(attempts)s attempts (too few to count)", errors=few, attempts=_count(attempts))
    return _("%(share)s %% errors", share=_share(errors, attempts))


def _complaints(inputs: Mapping[str, Any]) -> str:
    if not inputs["complaints"]:
        return _("no complaint")
    count = ngettext("%(n)s complaint", "%(n)s complaints", inputs["complaints"])
    return _("%(count)s (%(share)s %%)", count=count, share=_share(inputs["complaints"], inputs["base"]))


def _count(number: int) -> str:
    return format_decimal(number, locale=language())


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}".rstrip("0").rstrip(".")
