"""Problems of seed addresses."""

from texts import N_

SENTENCES = {
    "seed.not_found": N_("There is no seed address “%(given)s”. `sendbote seeds list` shows what there is."),
    "seed.bad_address": N_("“%(address)s” is no address of this channel. Correct it, or choose another channel."),
    "seed.exists": N_("%(address)s is a seed address already."),
    "seed.erased": N_("The owner of %(address)s asked to be erased and is never written to again."),
    "seed.too_many": N_(
        "There are %(most)s seed addresses on this channel, and each gets a copy of every campaign. Remove one first."
    ),
}
