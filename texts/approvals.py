"""A launch that takes a second person, in plain words."""

from collections.abc import Sequence

from texts import _


def approval(by: Sequence[str]) -> str:
    """In a preview: that two people launch it, and who wants to already."""
    needed = _("A campaign of this size takes two people: each launches exactly this, and with the second it begins.")
    return needed + " " + _("So far: %(who)s.", who=", ".join(by)) if by else needed


def waits(name: str) -> str:
    """After the first press."""
    return _("“%(name)s” waits for a second person to launch exactly this. Nothing was sent yet.", name=name)
