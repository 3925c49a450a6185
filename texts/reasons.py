"""Reasons, states and actions in plain words, each reason with what to do about it."""

from texts import N_, _

REASONS = {
    "erased": (
        N_("The person asked to be erased"),
        N_("Nothing: erased people are never written to again."),
    ),
    "complained": (
        N_("Reported a letter as spam"),
        N_(
            "Nothing: complaints hold for ever. If they grow in number, look at who is being written to, and how often."
        ),
    ),
    "unsubscribed": (
        N_("Unsubscribed on this channel"),
        N_("Only the customer can sign up again. Other channels may still be used."),
    ),
    "general_blacklist": (
        N_("The address is on the general blacklist"),
        N_("If you are sure that the address is right, release it in the contact's page."),
    ),
    "marketing_blacklist": (
        N_("On the marketing blacklist"),
        N_("A person put it there; an administrator can release it."),
    ),
    "excluded": (N_("In the campaign's exclusions"), N_("Take the segment out of the exclusions to reach them.")),
    "no_address": (N_("No address on this channel"), N_("Add the address to the contact, or use another channel.")),
    "invalid_address": (
        N_("The address or number is not valid"),
        N_("Correct it in the contact: the old one stays in the history."),
    ),
    "duplicate_address": (
        N_("The same address is already in this campaign"),
        N_("Nothing: another contact with this address gets the message."),
    ),
    "consent_missing": (
        N_("Has not given consent"),
        N_("Where it is required they are asked once, and get the message as soon as they say yes."),
    ),
    "consent_declined": (N_("Declined consent"), N_("Nothing: the customer said no.")),
    "consent_unanswered": (
        N_("Did not answer the request for consent"),
        N_("A person may ask once more, explicitly."),
    ),
    "no_conversation": (
        N_("Has never written to us on this messenger"),
        N_("Invite them by another channel to start the chat."),
    ),
    "reply_window_closed": (
        N_("The time in which we may answer has passed"),
        N_("Use an approved template, or wait until they write again."),
    ),
    "bot_blocked": (N_("Has blocked the bot"), N_("Use another channel; it ends when they unblock the bot.")),
    "opted_out_by_keyword": (N_("Opted out by keyword"), N_("They can opt in again by writing START.")),
    "not_a_mobile": (N_("The number is not a mobile"), N_("Correct the number in the contact.")),
    "country_not_enabled": (
        N_("The country is not enabled"),
        N_("Enable it at the provider, if you mean to write there."),
    ),
    "frequency_cap": (N_("Has had enough messages lately"), N_("Send later, or raise the cap in the settings.")),
    "template_lacks_value": (
        N_("The letter needs a value that this contact does not have"),
        N_("Add a fallback to the letter, or the value to the contact."),
    ),
    "relay_refused": (
        N_("Our own mail server refused the message"),
        N_("Look at the server's words: sender, size or content. The recipient is not at fault."),
    ),
    "recipient_server_refused": (
        N_("The recipient's server did not accept the message"),
        N_("The server's words say why; if the mailbox does not exist, correct the address."),
    ),
    "carrier_filtered": (N_("Filtered by the carrier"), N_("Look at the text: carriers filter what looks like spam.")),
    "retries_exhausted": (
        N_("Put off again and again until the last try"),
        N_("The server's last words say why; the address itself may be fine."),
    ),
    "daily_limit": (N_("Waits for the daily limit"), N_("It goes on by itself tomorrow.")),
    "balance_too_low": (N_("Waits for the balance"), N_("Top up the account; it goes on by itself.")),
    "quiet_hours": (N_("Waits for the end of the quiet hours"), N_("It goes on by itself.")),
    "retry_later": (N_("Put off by the server, to be tried again"), N_("It goes on by itself.")),
    "cancelled": (N_("The campaign was cancelled"), N_("Nothing was sent to them.")),
    "in_doubt": (
        N_("May or may not have arrived"),
        N_("Decide in the campaign whether to try again: they might get it twice."),
    ),
    "reached_before": (
        N_("Was reached by the channel before"),
        N_("Nothing: a click, an answer or a delivery report came in meanwhile."),
    ),
}

STATES = {
    "draft": N_("Draft"),
    "scheduled": N_("Scheduled"),
    "sending": N_("Sending"),
    "paused": N_("Paused"),
    "sent": N_("Sent"),
    "cancelled": N_("Cancelled"),
    "pending": N_("Waiting"),
    "awaiting_consent": N_("Waiting for consent"),
    "claimed": N_("About to be sent"),
    "in_doubt": N_("In doubt"),
    "delivered": N_("Delivered"),
    "failed": N_("Failed"),
    "skipped": N_("Skipped"),
}

ACTIONS = {
    "schedule": N_("Schedule"),
    "unschedule": N_("Take back the schedule"),
    "launch": N_("Launch"),
    "pause": N_("Pause"),
    "resume": N_("Resume"),
    "cancel": N_("Cancel"),
}


def reason(code: str) -> str:
    return _(REASONS[code][0])


def advice(code: str) -> str:
    """What to do about it."""
    return _(REASONS[code][1])


def state(code: str) -> str:
    """A campaign's or a delivery's state."""
    return _(STATES[code])


def action(code: str) -> str:
    return _(ACTIONS[code])
