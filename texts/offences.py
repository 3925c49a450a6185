"""What `sendbote check` may find, in plain words."""

from texts import N_, _

OFFENCES = {
    "unsettled_in_finished": N_("the campaign has ended, and recipients have not"),
    "without_reason": N_("recipients who got nothing, without a reason"),
    "sent_without_attempt": N_("recipients who count as sent and were never tried, or have a reason why not"),
    "held_by_nobody": N_("recipients held for a worker that is gone for good"),
    "summary_differs": N_("reads or clicks that do not equal the events they sum up"),
    "kept_result_differs": N_("a result of an ended campaign that does not equal its recipients"),
    "step_of_nobody": N_("messages on a later channel to people who are no recipients of the campaign"),
    "over_the_limit": N_("more emails than the day's limit allowed"),
}


def offence(code: str) -> str:
    return _(OFFENCES[code])
