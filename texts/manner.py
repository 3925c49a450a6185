"""How messages leave, in words: what each figure is, and what another one leads to."""

from texts import N_, _

FIGURES = {
    "retry_first_seconds": (
        N_("Minutes until a message that was put off is tried again"),
        N_("The wait doubles each time, to six hours. Shorter ones annoy servers that ask for patience."),
    ),
    "retry_last_seconds": (
        N_("Hours for which it is tried"),
        N_("Then it has failed. Mail servers are often away for a day; an offer may be over by then."),
    ),
    "audience_tolerance": (
        N_("By so many percent the audience may move before a launch"),
        N_("Beyond this a launch asks for a new preview. 0: whenever one person joins or leaves."),
    ),
    "attachments_most_bytes": (
        N_("Megabytes of files with a letter"),
        N_("All files of a letter together. Large letters are refused by some servers, and slow down all."),
    ),
    "filtered_pause": (
        N_("Messages that carriers filter until a campaign pauses"),
        N_("Its text is at fault, not the people. More of them harm the number it is sent from."),
    ),
}


def label(which: str) -> str:
    return _(FIGURES[which][0])


def leads_to(which: str) -> str:
    return _(FIGURES[which][1])
