"""Problems of sending times."""

from texts import N_

SENTENCES = {
    "hours.bad_time": N_("“%(given)s” is no time of the day. Write it like 09:00."),
    "hours.unreadable": N_("“%(given)s” are no hours of the day. Write them like 9:30-17:45."),
    "hours.bad_command": N_(
        "Write it like this: /hours 12 9:30-17:45, or /hours 12 always. The number is the campaign's."
    ),
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
    "rhythm.bad_every": N_("“%(given)s” is no rhythm. Choose day, week or month."),
    "rhythm.bad_time": N_("“%(given)s” is no time of the day. Write it like 09:00."),
    "rhythm.no_weekday": N_("Choose at least one day of the week, such as mon."),
    "rhythm.bad_day": N_("Choose a day of the month from 1 to 31; the 31st is the last day of a shorter month."),
    "series.not_found": N_("There is no series with the number %(id)s. See the list of series."),
    "series.no_such_date": N_("Contacts have no attribute “%(name)s” that holds dates."),
    "series.bad_days": N_("Choose at most %(most)s days."),
    "series.ended": N_("“%(name)s” has ended already."),
    "series.same_letter": N_("“%(name)s” sends this letter already, as it was last saved."),
    "series.letter_changed": N_(
        "“%(name)s” was saved again meanwhile. Look at it once more, then exchange the letter."
    ),
    "series.letter_takes_two": N_(
        "A campaign of this size takes two people. End “%(name)s” and repeat a campaign with the new letter, "
        "so that both confirm it."
    ),
    "series.not_now": N_("This is not possible now: look again at how “%(name)s” stands."),
    "campaign.over": N_("“%(name)s” is over: its sending hours can no longer be changed."),
}
