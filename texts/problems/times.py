"""Problems of sending times."""

from texts import N_

SENTENCES = {
    "hours.bad_time": N_("“%(given)s” is no time of the day. Write it like 09:00."),
}
