"""By which way a person decided about being written to, in words."""

from texts import N_, _

WAYS = {
    "link": N_("by the link in our request"),
    "button": N_("by a button in the chat"),
    "keyword": N_("by a word that they wrote"),
    "preferences": N_("on the preference page"),
    "import": N_("elsewhere, brought in"),
    "one_click": N_("by their mail program's unsubscribe button"),
    "person": N_("by one of us"),
    "mailto": N_("by mail"),
    "reply": N_("by an answer"),
}


def way(code: str) -> str:
    """A way that has no words yet names itself."""
    return _(WAYS[code]) if code in WAYS else code
