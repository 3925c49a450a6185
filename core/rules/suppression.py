"""Which lists people fill and release by hand; the others are the customers' own words, or a report of theirs."""

from core.vocabulary import Role, SuppressionList

BY_HAND = frozenset({SuppressionList.GENERAL, SuppressionList.MARKETING})


def by_hand(name: str) -> bool:
    """Whether a person may put somebody on this list, and take them off it again."""
    return SuppressionList(name) in BY_HAND


def releaser(name: str) -> Role:
    """The least role: a wrong address is corrected by whoever works with contacts; a person's wish weighs more."""
    return Role.EDITOR if name == SuppressionList.GENERAL else Role.ADMINISTRATOR
