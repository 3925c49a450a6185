"""Problems of the daily limit."""

from texts import N_

SENTENCES = {
    "limit.out_of_range": N_("“%(where)s” has to be a number from 1 to %(most)s."),
    "limit.bounds_crossed": N_("The lower bound (%(floor)s) is above the upper one (%(cap)s)."),
    "threshold.unknown": N_("“%(given)s” is no threshold of the daily limit. There are: %(known)s."),
    "threshold.out_of_range": N_("“%(threshold)s” has to be a number from %(least)s to %(most)s."),
    "threshold.crossed": N_(
        "“%(worse)s” is below “%(milder)s”: what is worse may not begin earlier than what is milder."
    ),
    "limit.not_blocked": N_("Nothing is blocked there, so there is nothing to release."),
}
