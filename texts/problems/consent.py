"""What can stand in the way of asking for consent."""

from texts import N_

SENTENCES = {
    "consent.not_found": N_("There is no such request for consent."),
    "consent.no_address": N_("The contact has no address on this channel (%(channel)s). Add one first."),
    "consent.given_already": N_("The contact has given this consent already."),
    "consent.still_open": N_("The contact was asked on %(at)s and may still answer. Wait for it."),
    "consent_row.no_address": N_("There is no address."),
    "consent_row.no_date": N_("It is not said when the consent was given, so that it does not count."),
    "consent_row.no_source": N_("It is not said where the consent was given, so that it does not count."),
    "consent_row.no_text": N_("It is not said what was agreed to, so that it does not count."),
    "consent_row.long_text": N_("The text is longer than %(most)s characters."),
    "consent_row.bad_date": N_("“%(given)s” is no date. Write it like 2026-01-31."),
    "consent_row.future": N_("The date lies in the future."),
    "consent_row.nobody": N_("Nobody has this address. Import the contact first."),
    "consent_row.several": N_("Several contacts share this address: it cannot be told who agreed."),
    "consent_row.withdrawn": N_("The consent was declined or withdrawn after that date."),
}
