"""What has come back, in words."""

from texts import N_, _

KINDS = {
    "bounced": N_("came back for good"),
    "delayed": N_("not delivered yet"),
    "delivered": N_("delivered after all"),
    "complained": N_("reported as spam"),
    "unsubscribed": N_("unsubscribed by mail"),
    "replied": N_("answered by a person"),
    "autoreplied": N_("answered by a machine"),
    "arrived": N_("copy of a letter, as it arrived"),
    "unread": N_("not understood"),
}
CLASSES = {
    "address": N_("address does not exist"),
    "domain": N_("domain cannot be reached"),
    "mailbox": N_("mailbox full, blocked or closed"),
    "sender": N_("refused because of the sender"),
    "content": N_("refused because of the content"),
    "rate": N_("too many at once"),
    "transient": N_("passing trouble"),
    "complaint": N_("complaint"),
    "autoreply": N_("automatic answer"),
    "unknown": N_("reason not understood"),
}
MAILBOX = N_("by mail")


def kind(code: str) -> str:
    return _(KINDS[code]) if code in KINDS else code


def bounce_class(code: str | None) -> str:
    return _(CLASSES[code]) if code in CLASSES else code or ""


def way(code: str) -> str:
    """By mail, or the name of the service that reported it."""
    return _(MAILBOX) if code == "mailbox" else code
