"""What is wrong with a channel."""

from texts import N_

SENTENCES = {
    "gateway.unreadable": N_("The SMS gateway's plan %(where)s cannot be read: %(problem)s."),
    "gateway.bad_plan": N_("The SMS gateway's plan is wrong at “%(where)s”."),
    "gateway.internal": N_(
        "The SMS gateway leads to %(host)s, inside your network. "
        "Name it in SENDBOTE_ALLOW_INTERNAL_HOSTS if you mean it."
    ),
    "gateway.unreachable": N_("The SMS gateway does not answer. It is tried again by itself."),
    "gateway.refused": N_("The SMS gateway does not let us in (%(said)s). Check the login in its plan."),
    "gateway.unchecked": N_("The plan can be read. Whether the login is right is known once something is sent."),
    "gateway.no_balance": N_("The SMS gateway does not tell the balance. Check the login and the balance in its plan."),
    "gateway.well": N_("The SMS gateway lets us in. Balance: %(balance)s."),
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
