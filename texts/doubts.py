"""What may be decided about those in doubt, and what was."""

from texts import N_, _, ngettext

BUTTONS = {
    "retry": N_("Try again"),
    "sent": N_("Count as sent"),
    "failed": N_("Count as failed"),
}
QUESTIONS = {
    "retry": N_("Try all in doubt again? Some of them may get it twice."),
    "sent": N_("Count all in doubt as sent?"),
    "failed": N_("Count all in doubt as failed?"),
}
EXPLAINED = {
    "retry": N_("They are tried again when no answer to the first try can come any more: after ten minutes at most."),
    "sent": N_("Nothing is sent. A bounce that comes later still counts."),
    "failed": N_("Nothing is sent. They stand as failed, with the reason that nobody knows."),
}


def decided(decision: str, count: int) -> str:
    match decision:
        case "retry":
            return ngettext("%(n)s recipient is tried again.", "%(n)s recipients are tried again.", count)
        case "sent":
            return ngettext("%(n)s recipient counts as sent.", "%(n)s recipients count as sent.", count)
        case _:
            return ngettext("%(n)s recipient counts as failed.", "%(n)s recipients count as failed.", count)


def button(decision: str) -> str:
    return _(BUTTONS[decision])
