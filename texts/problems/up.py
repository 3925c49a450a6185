"""What can keep `sendbote up` from starting."""

from texts import N_

SENTENCES = {
    "database.not_named": N_("This process works beside others: set %(what)s to the PostgreSQL that they share."),
    "redis.not_named": N_("This process works beside others: set %(what)s to the Redis that they share."),
    "name.ambiguous": N_("More than one is called “%(name)s”. Give the number instead."),
    "name.not_found": N_("None of them is called “%(name)s”. Give the whole name as it is written, or the number."),
    "up.running": N_("Sendbote runs already: %(panel)s (process %(process)s). Stop it there with Ctrl-C first."),
    "up.starting": N_("Sendbote is just starting or stopping in another window, with the data in %(data)s."),
    "demo.not_refused": N_("The launch was not refused, although the balance is too low for all."),
    "demo.no_end": N_("Nothing more happened for %(seconds)s seconds."),
    "demo.not_started": N_("The demonstration could not be started. The last lines of its log:\n%(problem)s"),
    "port.none_free": N_("No port from %(first)s to %(last)s is free. Close a program, or choose another port."),
    "server.unreachable": N_(
        "%(what)s at %(where)s does not answer: %(why)s. Check that it runs, and the address in %(variable)s."
    ),
}
