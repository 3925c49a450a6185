"""Problems of lists of those who may not be contacted."""

from texts import N_

SENTENCES = {
    "suppression.not_found": N_("There is no entry with the number %(id)s."),
    "suppression.not_by_hand": N_(
        "Only the general and the marketing blacklist are filled by hand. The others are the customers' own decisions."
    ),
    "suppression.nobody": N_("Enter at least one address."),
    "suppression.no_reason": N_("Say why it is released: the reason is kept in the audit."),
    "suppression.moved": N_(
        "The number of entries is %(found)s by now, and you have typed %(expected)s. Look once more."
    ),
    "suppression.file_too_large": N_("The file is too large for the page: use `sendbote suppress import`."),
    "suppression.no_column": N_(
        "The file has no column “address” (or “email”, “phone”) and none “hash”. It has: %(columns)s"
    ),
    "suppression.bad_address": N_("“%(given)s” is no address of the channel %(channel)s."),
    "suppression.bad_list": N_("“%(given)s” is no list: write general, marketing, unsubscribed, complaints or erased."),
    "suppression.bad_purpose": N_("“%(given)s” is no purpose: write marketing or service, or leave it empty for all."),
    "suppression.bad_topic": N_(
        "There is no topic “%(given)s” that this list could speak of: write a topic's key and “unsubscribed”."
    ),
    "suppression.bad_hash": N_("The hash is not one of 32 letters from 0 to f, as an export writes it."),
    "suppression.bad_since": N_("“%(given)s” is no date in the past: write 2026-05-20."),
    "suppression.row_empty": N_("The row names neither an address nor a hash."),
    "suppression.nobody_found": N_("Nobody with this address is on a list."),
    "suppression.released": N_("This entry was released already."),
    "suppression.unsubscribed_stays": N_("Only the customer can end an unsubscription, by signing up again."),
    "suppression.complaints_stays": N_("Who reported a letter as spam is never written to again."),
    "suppression.erased_stays": N_("Who asked to be erased is never written to again, unless they sign up themselves."),
}
