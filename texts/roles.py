"""The roles of operators, in the words that both doors use."""

from texts import N_, _

ROLES = {
    "viewer": N_("Viewer"),
    "editor": N_("Editor"),
    "launcher": N_("Launcher"),
    "administrator": N_("Administrator"),
}


def role(code: str) -> str:
    return _(ROLES[code])
