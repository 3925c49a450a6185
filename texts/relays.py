"""A mail server of a sender's own in plain words."""

from typing import Any

from texts import N_, _

TLS = {
    "required": N_("encrypted after the greeting (STARTTLS)"),
    "implicit": N_("encrypted from the first byte"),
    "opportunistic": N_("encrypted where it is offered"),
    "none": N_("not encrypted"),
}


def tls(code: str) -> str:
    return _(TLS[code]) if code in TLS else code


def server(row: Any) -> str:
    """Where it is and how it is reached; that there is a password is said, and never which."""
    parts = [f"{row.host}:{row.port}", tls(row.tls)]
    if row.user_name:
        parts.append(_("logs in as %(user)s", user=row.user_name))
    parts.append(_("stands by until all others fail") if not row.weight else _("weight %(n)s", n=row.weight))
    return " · ".join(parts)
