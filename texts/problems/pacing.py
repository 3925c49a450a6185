"""Problems of the daily limit."""

from texts import N_

SENTENCES = {
    "limit.out_of_range": N_("“%(where)s” has to be a number from 1 to %(most)s."),
    "limit.bounds_crossed": N_("The lower bound (%(floor)s) is above the upper one (%(cap)s)."),
    "limit.not_blocked": N_("Nothing is blocked there, so there is nothing to release."),
}
