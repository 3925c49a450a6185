"""Lists of those who may not be contacted, in words: what each holds for, who fills it, and who releases it."""

from texts import N_, _

LISTS = {
    "general": N_("General blacklist"),
    "marketing": N_("Marketing blacklist"),
    "unsubscribed": N_("Unsubscribed"),
    "complaints": N_("Spam complaints"),
    "erased": N_("Erased"),
}
MEANINGS = {
    "general": N_("Letters to this address came back, or a person knows that it is wrong: nothing is sent to it."),
    "marketing": N_("No marketing on any channel. Messages that belong to an order or an account still go out."),
    "unsubscribed": N_("The customer wants nothing more on this channel. Other channels may still be used."),
    "complaints": N_("The customer reported a letter as spam: no marketing on any channel, for ever."),
    "erased": N_("The person asked to be erased. Only a trace that nobody can read is left, so that they stay out."),
}
RELEASES = {
    "general": N_("Release it only if you are sure that the address is right."),
    "marketing": N_("Release it only if the customer wants to hear from you again."),
    "unsubscribed": N_("Only the customer can end this, by signing up again."),
    "complaints": N_("This cannot be released."),
    "erased": N_("This cannot be released. Only the person themselves can come back, by signing up."),
}
SOURCES = {
    "link": N_("the unsubscribe link"),
    "one_click": N_("the unsubscribe button of the mail program"),
    "bounce": N_("a letter that came back"),
    "bounces": N_("letters that came back again and again"),
    "report": N_("a report of spam"),
    "keyword": N_("a word such as STOP"),
    "import": N_("an import"),
    "request": N_("a request of the person"),
    "person": N_("by hand"),
    "preferences": N_("the preference page"),
}


def listed(name: str) -> str:
    return _(LISTS[name])


def meaning(name: str, *, topic: str | None = None) -> str:
    if topic is not None:
        return _("The customer wants nothing more of this topic on this channel. Other topics may still be written of.")
    return _(MEANINGS[name])


def releasing(name: str) -> str:
    """Who may end it, and when."""
    return _(RELEASES[name])


def source(code: str) -> str:
    """What put it there; a source without words names itself."""
    return _(SOURCES[code]) if code in SOURCES else code
