"""Problems of lists of those who may not be contacted."""

from texts import N_

SENTENCES = {
    "suppression.not_found": N_("There is no entry with the number %(id)s."),
    "suppression.not_by_hand": N_(
        "Only the general and the marketing blacklist are filled by hand. The others are the customers' own decisions."
    ),
    "suppression.nobody": N_("Enter at least one address."),
    "suppression.no_reason": N_("Say why it is released: the reason is kept in the audit."),
    "suppression.released": N_("This entry was released already."),
    "suppression.unsubscribed_stays": N_("Only the customer can end an unsubscription, by signing up again."),
    "suppression.complaints_stays": N_("Who reported a letter as spam is never written to again."),
    "suppression.erased_stays": N_("Who asked to be erased is never written to again, unless they sign up themselves."),
}
