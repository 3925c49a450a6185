"""Which lists people fill and release by hand; the others are the customers' own words, or a report of theirs."""

from core.vocabulary import SuppressionList

BY_HAND = frozenset({SuppressionList.GENERAL, SuppressionList.MARKETING})


def by_hand(name: str) -> bool:
    """Whether a person may put somebody on this list, and take them off it again."""
    return SuppressionList(name) in BY_HAND
