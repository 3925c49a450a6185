"""Keywords in words: what each of them does, and what becomes of a message that may be one."""

from texts import N_, _

TITLES = {
    "stop": N_("They want no more news"),
    "start": N_("They want news again"),
    "help": N_("They want to know who writes"),
}
DEEDS = {
    "stop": N_(
        "They get no more marketing on this channel, at once, running campaigns included. It is confirmed once until "
        "they opt in again. You may still answer what they ask."
    ),
    "start": N_("It lifts an earlier STOP on this channel and is recorded as their consent, word for word."),
    "help": N_("Nothing changes for them. Beside the answer below their message waits for a person."),
}


def title(meant: str) -> str:
    return _(TITLES[meant])


def deed(meant: str) -> str:
    return _(DEEDS[meant])
