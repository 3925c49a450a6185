"""What is wrong with a mail server, or with how we reach it."""

from texts import N_

SENTENCES = {
    "smtp.well": N_("%(host)s takes our mail (%(offers)s)."),
    "smtp.bad_url": N_(
        "The address of the mail server cannot be read. "
        "It looks like smtp://user:password@host:587?tls=required or smtps://user:password@host."
    ),
    "smtp.unreachable": N_(
        "The mail server %(host)s, port %(port)s, cannot be reached: %(problem)s. "
        "Sending is tried again by itself. Check the address, the port and the firewall if this lasts."
    ),
    "smtp.busy": N_(
        "The mail server %(host)s, port %(port)s, takes no more connections now: %(problem)s. "
        "Sending is tried again by itself, more slowly."
    ),
    "smtp.host_unknown": N_(
        "There is no mail server named %(host)s. Check its name in SENDBOTE_SMTP_URL, or at the sender."
    ),
    "smtp.certificate_refused": N_(
        "The certificate of the mail server %(host)s is not good for it: %(problem)s. Nothing was sent. "
        "Use the name that the certificate is for, or have the certificate renewed."
    ),
    "smtp.tls_failed": N_(
        "No encrypted connection to the mail server %(host)s could be made: %(problem)s. "
        "Check whether the port expects smtps:// or smtp://."
    ),
    "smtp.no_tls": N_(
        "The mail server %(host)s offers no encryption, which the settings demand. Nothing was sent. "
        "Use its encrypted port, or allow the connection in clear with ?tls=none if the network is your own."
    ),
    "smtp.no_login": N_(
        "The mail server %(host)s offers no way to log in that we know (PLAIN or LOGIN). "
        "Use its submission port (587 or 465), or leave out user and password."
    ),
    "smtp.login_refused": N_(
        "The mail server %(host)s does not accept user and password: %(said)s. Sending stops until they are right. "
        "Correct SENDBOTE_SMTP_URL, or the sender's mail server, then resume."
    ),
    "smtp.login_needed": N_(
        "The mail server %(host)s wants a login or encryption first: %(said)s. Sending stops until it has them. "
        "Add user and password to SENDBOTE_SMTP_URL, or to the sender's mail server, then resume."
    ),
    "smtp.service_refused": N_(
        "The mail server %(host)s refuses to serve us: %(said)s. Sending stops. "
        "Ask whoever runs it to admit this machine, then resume."
    ),
}
