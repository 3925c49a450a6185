"""What a whole campaign waits for, in plain words."""

from collections.abc import Mapping
from typing import Any

from texts import N_, _
from texts.problems import sentence

GATES = {
    "paused": N_("Paused by a person."),
    "stopped": N_("Everything is stopped. The button in the panel’s menu or /goon in the bot lets it go on."),
    "cancelled": N_("Cancelled; what has not begun to be sent is being taken back."),
    "daily_limit": N_("The daily limit is used up. It goes on by itself tomorrow."),
    "blocked_by_complaints": N_(
        "All email campaigns are stopped: 2 % or more of the letters were reported as spam. "
        "Find out why, then release the block at the daily limit."
    ),
    "blocked_by_errors": N_(
        "All email campaigns are stopped: 10 % or more of the letters were refused for good. "
        "Find out why, then release the block at the daily limit."
    ),
    "quiet_hours": N_("It waits for its sending hours. It goes on by itself."),
    "balance_too_low": N_("The balance is too low. Top up the account; it goes on by itself."),
    "carrier_filtered": N_(
        "Carriers filter this text as spam. Change the text in a copy of the campaign, or resume it."
    ),
    "relay_unavailable": N_("The mail server does not answer. It is tried again by itself."),
    "channel_halted": N_("The channel does not let us in. Check its login in the settings."),
    "restored": N_(
        "Restored from a backup: what waits may have been sent since. Nothing is sent until an administrator lets it."
    ),
    "retry_later": N_("The mail server asked us to wait. It goes on by itself."),
}


def gate(reason: str, details: Mapping[str, Any] | None = None) -> str:
    """In the words of the problem behind it, if there is one; a reason that has no words yet shows itself."""
    if details and details.get("code"):
        return sentence(details["code"], details.get("params", {}))
    return _(GATES[reason]) if reason in GATES else reason
