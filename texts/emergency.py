"""Stopping everything, and letting it go on, in words."""

from typing import Any

from texts import _


def stopped() -> str:
    return _("Everything is stopped: nothing more is sent on any channel, and nothing that is scheduled begins.")


def gone_on(released: Any) -> str:
    """What was due meanwhile is named, since it begins at this moment."""
    lines = [_("It goes on where it stopped. Campaigns that were paused before stay paused.")]
    if released.begins:
        lines.append(_("Was due meanwhile and begins now: %(names)s.", names=", ".join(released.begins)))
    if released.late:
        late = _(
            "Was due more than %(hours)s hours ago and does not begin any more: %(names)s.",
            hours=released.hours,
            names=", ".join(released.late),
        )
        lines.append(late)
    return " ".join(lines)
