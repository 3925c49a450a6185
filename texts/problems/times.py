"""Problems of sending times."""

from texts import N_

SENTENCES = {
    "hours.bad_time": N_("“%(given)s” is no time of the day. Write it like 09:00."),
    "hours.never_meet": N_(
        "These hours lie wholly within the channel’s quiet hours (%(opens)s to %(closes)s), "
        "so nothing would ever be sent."
    ),
    "campaign.over": N_("“%(name)s” is over: its sending hours can no longer be changed."),
}
