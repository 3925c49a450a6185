"""How messages leave, as far as a business may want it otherwise: figures, each in a unit that people think in."""

from dataclasses import dataclass
from enum import StrEnum

from core.rules.patience import USUAL


class Manner(StrEnum):
    """Named as its business setting is."""

    FIRST_RETRY = "retry_first_seconds"
    LAST_RETRY = "retry_last_seconds"
    TOLERANCE = "audience_tolerance"
    ATTACHMENTS = "attachments_most_bytes"
    FILTERED = "filtered_pause"


@dataclass(frozen=True, slots=True)
class Measure:
    """`unit` is what one of the shown figure is when kept; `usual` is as it is kept, the bounds are as it is shown."""

    usual: float
    unit: float
    least: float
    most: float


MEASURES = {
    Manner.FIRST_RETRY: Measure(USUAL.first_seconds, 60, 0.1, 60),
    Manner.LAST_RETRY: Measure(USUAL.last_seconds, 3600, 1, 168),
    Manner.TOLERANCE: Measure(0.01, 0.01, 0, 50),
    Manner.ATTACHMENTS: Measure(3_000_000, 1_000_000, 0.1, 20),
    Manner.FILTERED: Measure(20, 1, 1, 100_000),
}


def fits(which: Manner, shown: float) -> bool:
    return MEASURES[which].least <= shown <= MEASURES[which].most


def kept(which: Manner, shown: float) -> float:
    """A whole number where it is one, as bytes and messages are."""
    exact = round(shown * MEASURES[which].unit, 6)
    return int(exact) if exact == int(exact) else exact


def shown(which: Manner, kept_as: float) -> float:
    return round(kept_as / MEASURES[which].unit, 6)
