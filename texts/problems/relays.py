"""Problems of mail servers of a sender's own."""

from texts import N_

SENTENCES = {
    "relay.not_found": N_("There is no mail server %(id)s at this sender. Perhaps somebody else has removed it."),
    "relay.not_email": N_("“%(name)s” sends no letters, so that it needs no mail server."),
    "relay.exists": N_("The sender has the mail server %(host)s, port %(port)s already. Remove it first to change it."),
    "relay.too_many": N_("A sender may have %(most)s mail servers. Remove one first."),
    "relay.bad_host": N_("“%(host)s” cannot be a mail server's name. Write it as in smtp.example.org, without a port."),
    "relay.bad_port": N_("A port is a number from 1 to 65535; mail servers take letters at 587 or 465."),
    "relay.bad_tls": N_("The encryption is one of these: %(choices)s."),
    "relay.bad_weight": N_("The weight is a number from 0 (stands by) to %(most)s."),
    "relay.half_a_login": N_("A login takes a user and a password. Fill in both, or neither."),
    "relay.in_clear": N_("The password would be sent without encryption. Choose an encrypted connection."),
    "relay.internal": N_(
        "%(host)s leads into the network behind this machine. "
        "If that is meant, name it in SENDBOTE_ALLOW_INTERNAL_HOSTS and start again."
    ),
}
