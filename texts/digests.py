"""The digest that a sender's mailbox gets of addresses that do not exist."""

from collections.abc import Sequence

from texts import _, ngettext


def digest(addresses: Sequence[str], count: int) -> tuple[str, str]:
    """Subject and text."""
    subject = ngettext("%(count)s address does not exist", "%(count)s addresses do not exist", count, count=count)
    more = count - len(addresses)
    lines = [
        _("Letters to these addresses came back for good. They are on the general blacklist: nothing more goes there."),
        "",
        *addresses,
        *([_("… and %(count)s more.", count=more)] if more > 0 else []),
        "",
        _("If one of them is right after all, an administrator can release it in the panel, under “Lists”."),
    ]
    return subject, "\n".join(lines)
