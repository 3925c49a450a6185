"""What can stand in the way of asking for consent."""

from texts import N_

SENTENCES = {
    "consent.not_found": N_("There is no such request for consent."),
    "consent.no_address": N_("The contact has no address on this channel (%(channel)s). Add one first."),
    "consent.given_already": N_("The contact has given this consent already."),
    "consent.still_open": N_("The contact was asked on %(at)s and may still answer. Wait for it."),
}
