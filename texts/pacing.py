"""The daily limit in words: what was decided of a day, and why."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date

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


def done_on(day: date | None) -> str:
    """When a campaign that waits for the limit is through, as a sentence; nothing where that is not known."""
    if day is None:
        return ""
    written = format_date(day, "EEEE, d MMMM", locale=language())
    return _("At today's limit its last message leaves on %(day)s, if no other campaign takes slots.", day=written)


def why(code: str, inputs: Mapping[str, Any]) -> str:
    """The cause with the figures behind it: `limit reached, 0.4 % errors, no complaint`."""
    parts = [cause(code)]
    if inputs:
        parts += [_errors(inputs), _complaints(inputs)]
    return ", ".join(parts)


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
