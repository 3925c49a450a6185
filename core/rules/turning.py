"""Where the daily limit turns: what today's thresholds mean in numbers of errors and complaints, for who sets them."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from core.rules.pacing import Bounds, Inputs, block, decide
from core.rules.thresholds import Thresholds
from core.vocabulary import PacingAction, PacingCause


@dataclass(frozen=True, slots=True)
class Turn:
    """From how many of each on a day leads to this; None where no number does."""

    action: PacingAction | None
    """None: campaigns are stopped at once."""
    errors: int | None
    complaints: int | None
    limit: int
    """Of the next day."""


RANK = {PacingAction.UP: 0, PacingAction.HOLD: 1, PacingAction.HALVE: 2, PacingAction.START: 3}
LONGEST_GROWTH = 60
"""Days that are foretold."""


def turns(limit: int, bounds: Bounds, at: Thresholds) -> list[Turn]:
    """From how many errors, and how many complaints, on a day that used its limit up leads to what; the worst last."""
    clean, found = _clean(limit, at), []
    for action in (PacingAction.HOLD, PacingAction.HALVE, PacingAction.START):
        reached = partial(_is_as_bad, action, bounds, at)
        errors, complaints = _least(clean, "errors", reached), _least(clean, "complaints", reached)
        after = decide(replace(clean, complaints=complaints or 0), bounds, at).limit
        found.append(Turn(action, errors, complaints, after))
    stops = partial(_stops, at)
    return [*found, Turn(None, _least(clean, "errors", stops), _least(clean, "complaints", stops), 0)]


def growth(limit: int, bounds: Bounds, at: Thresholds) -> list[int]:
    """Today's limit and those of the days to come, as long as each is used up and nothing speaks against it."""
    days = [limit]
    while days[-1] < bounds.cap and len(days) < LONGEST_GROWTH:
        days.append(decide(_clean(days[-1], at), bounds, at).limit)
    return days


def _clean(limit: int, at: Thresholds) -> Inputs:
    """A day that was used up, with nothing against it."""
    base = max(limit, at.speaks_from)
    return Inputs(limit, limit, base, 0, base, 0, speaks_from=at.speaks_from)


def _least(clean: Inputs, figure: str, reached: Callable[[Inputs], bool]) -> int | None:
    """The smallest count by which it is reached, for what once is reached stays so."""
    counts = range(clean.base + 1)
    count = bisect_left(counts, True, key=lambda one: reached(replace(clean, **{figure: one})))  # type: ignore[arg-type]
    return count if count in counts else None


def _is_as_bad(action: PacingAction, bounds: Bounds, at: Thresholds, seen: Inputs) -> bool:
    """A limit that the cap alone holds is not held by its figures."""
    decided = decide(seen, bounds, at)
    return decided.cause is not PacingCause.CAP and RANK[decided.action] >= RANK[action]


def _stops(at: Thresholds, seen: Inputs) -> bool:
    return block(seen, at) is not None
