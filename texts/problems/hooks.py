"""Reports of providers that cannot be believed or read."""

from texts import N_

SENTENCES = {
    "hook.forged": N_("A report in the name of %(provider)s is not signed by it (%(why)s). Nothing was changed."),
    "hook.unreadable": N_("A report of %(provider)s cannot be read. Nothing was changed."),
    "hook.bad_key": N_("%(name)s is not the public key that the service shows for its signed reports."),
    "hook.unfetchable": N_("%(what)s did not hand out what a report is checked with. It is tried again by itself."),
}
