"""The story of one recipient, step by step, in plain words."""

from collections.abc import Mapping
from typing import Any

from texts import N_, _, language
from texts.gates import gate
from texts.reasons import reason, state
from texts.segments import channel
from texts.suppression import listed

STEPS = {
    "unknown_address": N_("Nobody here has or had this address, so no campaign could choose it."),
    "not_launched": N_("The campaign is not launched yet: nobody has been chosen."),
    "excluded": N_("In a segment that the campaign excludes: excluded from the start, not chosen."),
    "in_no_segment": N_("In none of the campaign's segments at its launch: not chosen."),
    "not_prepared": N_("Chosen, and not prepared yet: recipients are still being prepared."),
    "chosen": N_("Chosen by the segment: %(segments)s"),
    "checked": N_("Checked against lists, consent and address: may be written to."),
    "checked_but_consent": N_("Checked against lists and address: nothing is missing but consent."),
    "refused_at_check": N_("Checked, and left out: %(reason)s"),
    "consent_asked": N_("Asked for consent."),
    "consent_given": N_("Gave consent."),
    "consent_withdrawn": N_("Declined consent, or withdrew it."),
    "next_channel": N_("Not reached, so tried by %(channel)s."),
    "next_channel_unusable": N_("Not reached, and %(channel)s cannot be used: %(reason)s"),
    "attempt_refused": N_("Attempt %(number)s was refused for good: %(said)s"),
    "attempt_deferred": N_("Attempt %(number)s was put off by the server: %(said)s"),
    "attempt_unsent": N_("Attempt %(number)s did not reach the server: %(said)s"),
    "attempt_unknown": N_("Attempt %(number)s may or may not have arrived: %(said)s"),
    "attempt_accepted": N_("Attempt %(number)s was accepted: %(said)s"),
    "accepted": N_("Sent: accepted at attempt %(number)s. The server said: %(said)s"),
    "delivered": N_("Delivered."),
    "delayed": N_("Not delivered yet, and still tried: %(said)s"),
    "bounced": N_("Came back: %(said)s"),
    "arrived": N_("A copy of it was received, and tells how it arrived."),
    "autoreplied": N_("Answered by a machine: out of office, or the like."),
    "opened_person": N_("Opened."),
    "opened_unknown": N_("Opened, by a program that does not say what it is."),
    "opened_machine": N_("Loaded by a scanner or a prefetching program; not counted."),
    "clicked_person": N_("Clicked: %(url)s"),
    "clicked_unknown": N_("Clicked, by a program that does not say what it is: %(url)s"),
    "clicked_machine": N_("Link looked at by a scanner; not counted: %(url)s"),
    "replied": N_("Replied."),
    "unsubscribed": N_("Unsubscribed through this letter."),
    "complained": N_("Reported this letter as spam."),
    "listed": N_("Put on a list: %(list)s"),
    "released": N_("Taken off a list: %(list)s"),
    "waits_until": N_("Waits until %(until)s: %(reason)s"),
    "waits_at_gate": N_("The whole campaign waits: %(gate)s"),
    "stands": N_("Now: %(state)s"),
}


def step(code: str, params: Mapping[str, Any], moment: str = "") -> str:
    """One step as a sentence; `moment` is what it waits for, written out for whoever reads."""
    values = dict(params)
    if code not in STEPS:
        return code
    if values.get("reason"):
        values["reason"] = reason(values["reason"])
    if "channel" in values:
        values["channel"] = channel(values["channel"])
    if "list" in values:
        values["list"] = listed(values["list"])
        if topic := values.pop("topic", None):
            values["list"] += " – " + topic[language()]
    if "gate" in values:
        values["gate"] = gate(values["gate"], values.pop("details", None))
    if code == "stands":
        values["state"] = state(values["state"]) + (f" – {values['reason']}" if values["reason"] else "")
    if code == "waits_until":
        values["until"] = moment or values["until"]
    return _(STEPS[code]) % {"segments": "–", **values}
