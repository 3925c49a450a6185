"""Where a key that signs letters stands, in words."""

from texts import N_, _

STATES = {
    "waiting": N_("waits for its record"),
    "signing": N_("signs"),
    "retired": N_("signs no more"),
}


def state(code: str) -> str:
    return _(STATES[code])
