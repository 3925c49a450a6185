"""Reports of providers that cannot be believed or read."""

from texts import N_

SENTENCES = {
    "hook.forged": N_("A report in the name of %(provider)s is not signed by it (%(why)s). Nothing was changed."),
    "hook.unreadable": N_("A report of %(provider)s cannot be read. Nothing was changed."),
}
