"""What is wrong with the mailbox that letters come back to."""

from texts import N_

SENTENCES = {
    "imap.bad_url": N_("The mailbox cannot be read from its address. It looks like imaps://user:password@host/INBOX."),
    "imap.unreachable": N_(
        "The mailbox's server %(host)s, port %(port)s, cannot be reached: %(problem)s. It is tried again by itself. "
        "Check SENDBOTE_RETURNS_URL if this lasts."
    ),
    "imap.login": N_(
        "The mailbox's server %(host)s, port %(port)s, does not accept user and password. "
        "Correct them in SENDBOTE_RETURNS_URL, then restart."
    ),
    "imap.folder": N_("The mailbox has no folder “%(folder)s” that can be read: %(problem)s."),
    "imap.broken": N_("The mailbox's server stopped answering: %(problem)s. It is tried again by itself."),
}
