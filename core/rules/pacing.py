"""How many emails the next day may have: decided from the figures of the day that ends, and why."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from core.vocabulary import PacingAction, PacingCause

SPEAKS_FROM = 200
"""Attempts from which on a share of errors speaks, and accepted letters that complaints are held against."""
BLOCKS_FROM = 20
"""Errors from which on their share blocks."""
USED = 0.9
PAUSE_DAYS = 3

HOLD_ERRORS, HALVE_ERRORS, BLOCK_ERRORS = 0.02, 0.05, 0.10
HOLD_COMPLAINTS, HALVE_COMPLAINTS, START_COMPLAINTS, BLOCK_COMPLAINTS = 0.001, 0.003, 0.008, 0.02


@dataclass(frozen=True, slots=True)
class Bounds:
    start: int = 1_000
    floor: int = 50
    cap: int = 16_000


@dataclass(frozen=True, slots=True)
class Day:
    """What one day of one scope came to. Test mails are in `used` and in no other figure."""

    day: date
    limit: int
    used: int = 0
    attempts: int = 0
    errors: int = 0
    """Refused for good, late bounces on the day they came in."""
    accepted: int = 0
    complaints: int = 0
    lowered: bool = False
    """Whether its limit was a halved one, or that of the start again."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The figures that a decision is made of, as they are kept with it and shown."""

    limit: int
    used: int
    attempts: int
    errors: int
    base: int
    """Accepted letters that the complaints are held against: at least 200."""
    complaints: int
    lowered_on: date | None = None
    """The last day within the pause whose limit was lowered."""

    @property
    def error_share(self) -> float | None:
        """None as long as there are too few attempts for it to speak."""
        return self.errors / self.attempts if self.attempts >= SPEAKS_FROM else None

    @property
    def complaint_share(self) -> float:
        return self.complaints / self.base

    def kept(self) -> dict[str, object]:
        """As JSON holds it."""
        return {**asdict(self), "lowered_on": self.lowered_on and self.lowered_on.isoformat()}


@dataclass(frozen=True, slots=True)
class Decision:
    limit: int
    action: PacingAction
    cause: PacingCause


def inputs(days: Sequence[Day]) -> Inputs:
    """From the days of a scope, the one that is judged last.

    Errors and attempts are those of as many days as make up 200 attempts; complaints are those of the day, against
    the accepted of as many days as make up 200, and against 200 where there are not so many yet.
    """
    today = days[-1]
    erring = _as_many(days, "attempts")
    lowered = [one.day for one in days if one.lowered and today.day - one.day < timedelta(days=PAUSE_DAYS)]
    return Inputs(
        limit=today.limit,
        used=today.used,
        attempts=sum(one.attempts for one in erring),
        errors=sum(one.errors for one in erring),
        base=max(SPEAKS_FROM, sum(one.accepted for one in _as_many(days, "accepted"))),
        complaints=today.complaints,
        lowered_on=max(lowered, default=None),
    )


def decide(seen: Inputs, bounds: Bounds) -> Decision:
    """The next day's limit. Only `up` raises it, to the cap at most; a higher one set by hand stays until it falls."""
    errors, complaints = seen.error_share or 0.0, seen.complaint_share
    halved = min(seen.limit, max(bounds.floor, seen.limit // 2))
    if complaints >= START_COMPLAINTS:
        return Decision(min(seen.limit, bounds.start), PacingAction.START, PacingCause.COMPLAINTS)
    if complaints >= HALVE_COMPLAINTS:
        return Decision(halved, PacingAction.HALVE, PacingCause.COMPLAINTS)
    if errors >= HALVE_ERRORS:
        return Decision(halved, PacingAction.HALVE, PacingCause.ERRORS)
    holding = _holding(seen, bounds)
    if holding is not None:
        return Decision(seen.limit, PacingAction.HOLD, holding)
    return Decision(min(bounds.cap, seen.limit * 2), PacingAction.UP, PacingCause.USED)


def block(seen: Inputs) -> PacingCause | None:
    """Why all running campaigns have to stop at once, or None."""
    if seen.complaint_share >= BLOCK_COMPLAINTS:
        return PacingCause.COMPLAINTS
    if seen.errors >= BLOCKS_FROM and (seen.error_share or 0.0) >= BLOCK_ERRORS:
        return PacingCause.ERRORS
    return None


def _holding(seen: Inputs, bounds: Bounds) -> PacingCause | None:
    if seen.complaint_share >= HOLD_COMPLAINTS:
        return PacingCause.COMPLAINTS
    if (seen.error_share or 0.0) > HOLD_ERRORS:
        return PacingCause.ERRORS
    if seen.used < USED * seen.limit:
        return PacingCause.UNUSED
    if seen.lowered_on is not None:
        return PacingCause.PAUSE
    return PacingCause.CAP if seen.limit >= bounds.cap else None


def _as_many(days: Sequence[Day], figure: str) -> Sequence[Day]:
    """The last days that make up enough of the figure; all of them where they do not."""
    count = 0
    for back in range(1, len(days) + 1):
        count += getattr(days[-back], figure)
        if count >= SPEAKS_FROM:
            return days[-back:]
    return days
