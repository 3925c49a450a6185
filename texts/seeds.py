"""Seed addresses in plain words: how many get a copy of a campaign, and why one does not."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from texts import _, ngettext
from texts.reasons import reason

RECIPIENT = "duplicate_address"


def seed_lines(standing: Sequence[Any]) -> list[str]:
    """In a preview; nothing where no seeds are meant."""
    by_reason = Counter(one.reason for one in standing)
    getting = by_reason.pop(None, 0)
    lines = []
    if getting:
        lines.append(ngettext("And %(n)s seed address gets a copy.", "And %(n)s seed addresses get a copy.", getting))
    for code, count in by_reason.items():
        got = ngettext("%(n)s seed address gets none", "%(n)s seed addresses get none", count)
        lines.append(f"{got}: {why(code)}.")
    return lines


def why(code: str) -> str:
    """Why a seed gets no copy."""
    return _("it is among the recipients") if code == RECIPIENT else reason(code)


def whose(standing: Any) -> str:
    """With whose values its copies are filled."""
    if standing.contact_id is not None:
        return _("with its contact's own values")
    return (
        _("with the values of one recipient") if standing.seed.as_recipient else _("with the fallbacks of the letter")
    )
