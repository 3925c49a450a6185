"""Which role includes which: each may do what those before it may."""

from core.vocabulary import Role

RANKS = (Role.VIEWER, Role.EDITOR, Role.LAUNCHER, Role.ADMINISTRATOR)


def includes(role: str, least: Role) -> bool:
    """Whether somebody of this role may do what `least` may."""
    return RANKS.index(Role(role)) >= RANKS.index(least)
