"""Problems of sending times."""

from texts import N_

SENTENCES = {
    "hours.bad_time": N_("“%(given)s” is no time of the day. Write it like 09:00."),
    "hours.never_meet": N_(
        "These hours lie wholly within the channel’s quiet hours (%(opens)s to %(closes)s), "
        "so nothing would ever be sent."
    ),
    "schedule.bad_time": N_("“%(given)s” is no date and time. Write it like 2026-12-01 09:00."),
    "schedule.bad_command": N_("Write it like this: /schedule 12 2026-12-01 09:00. The number is the campaign's."),
    "schedule.past": N_("This time has passed already. Choose a later one, or launch now."),
    "schedule.too_far": N_("This is more than %(days)s days away. Choose an earlier time."),
    "schedule.missed": N_(
        "The system did not run at that time, nor within %(hours)s hours after it. Launch it now if it is still wanted."
    ),
    "campaign.scheduled": N_("“%(name)s” is scheduled, and its letter is fixed. Take back the schedule to change it."),
    "campaign.over": N_("“%(name)s” is over: its sending hours can no longer be changed."),
}
