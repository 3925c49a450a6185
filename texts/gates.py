"""What a whole campaign waits for, in plain words."""

from texts import N_, _

GATES = {
    "paused": N_("Paused by a person."),
    "cancelled": N_("Cancelled; what has not begun to be sent is being taken back."),
    "daily_limit": N_("The daily limit is used up. It goes on by itself tomorrow."),
    "balance_too_low": N_("The balance is too low. Top up the account; it goes on by itself."),
    "relay_unavailable": N_("The mail server does not answer. It is tried again by itself."),
    "channel_halted": N_("The channel does not let us in. Check its login in the settings."),
    "retry_later": N_("The mail server asked us to wait. It goes on by itself."),
}


def gate(reason: str) -> str:
    """A reason that has no words yet shows itself."""
    return _(GATES[reason]) if reason in GATES else reason
