"""What is wrong with a channel."""

from texts import N_

SENTENCES = {
    "channel.no_money": N_("The balance is too low. Top up the account; it goes on by itself."),
    "twilio.well": N_("Twilio lets us in. Balance: %(balance)s."),
    "twilio.login_refused": N_("Twilio refuses the login. Check SENDBOTE_TWILIO_SID and SENDBOTE_TWILIO_TOKEN."),
    "twilio.refused": N_("Twilio answered: %(said)s."),
    "twilio.account_closed": N_("Twilio does not let this account send (%(said)s). Look at the account at Twilio."),
    "twilio.unreachable": N_("Twilio does not answer. It is tried again by itself."),
    "channel.not_found": N_("There is no channel named %(channel)s. Choose one of those that the panel shows."),
    "channel.provider_not_found": N_(
        "SENDBOTE_PROVIDERS names “%(name)s” for %(channel)s, but there is no such provider. There are: %(known)s."
    ),
}
