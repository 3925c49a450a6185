"""How many emails the next day may have: decided from the figures of the day that ends, and why."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from core.rules.thresholds import USUAL, Thresholds
from core.vocabulary import PacingAction, PacingCause


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
    """Accepted letters that the complaints are held against: `speaks_from` at least."""
    complaints: int
    lowered_on: date | None = None
    """The last day within the pause whose limit was lowered."""
    speaks_from: int = USUAL.speaks_from

    @property
    def error_share(self) -> float | None:
        """None as long as there are too few attempts for it to speak."""
        return self.errors / self.attempts if self.attempts >= self.speaks_from else None

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


def inputs(days: Sequence[Day], at: Thresholds) -> Inputs:
    """From the days of a scope, the one that is judged last.

    Errors and attempts are those of as many days as make up `speaks_from` attempts; complaints are those of the day,
    against the accepted of as many days as make that up, and against that figure where there are not so many yet.
    """
    today = days[-1]
    erring = _as_many(days, "attempts", at.speaks_from)
    lowered = [one.day for one in days if one.lowered and today.day - one.day < timedelta(days=at.pause_days)]
    return Inputs(
        limit=today.limit,
        used=today.used,
        attempts=sum(one.attempts for one in erring),
        errors=sum(one.errors for one in erring),
        base=max(at.speaks_from, sum(one.accepted for one in _as_many(days, "accepted", at.speaks_from))),
        complaints=today.complaints,
        lowered_on=max(lowered, default=None),
        speaks_from=at.speaks_from,
    )


def decide(seen: Inputs, bounds: Bounds, at: Thresholds) -> Decision:
    """The next day's limit. Only `up` raises it, to the cap at most; a higher one set by hand stays until it falls."""
    errors, complaints = seen.error_share or 0.0, seen.complaint_share
    halved = min(seen.limit, max(bounds.floor, seen.limit // 2))
    if complaints >= at.start_complaints:
        return Decision(min(seen.limit, bounds.start), PacingAction.START, PacingCause.COMPLAINTS)
    if complaints >= at.halve_complaints:
        return Decision(halved, PacingAction.HALVE, PacingCause.COMPLAINTS)
    if errors >= at.halve_errors:
        return Decision(halved, PacingAction.HALVE, PacingCause.ERRORS)
    holding = _holding(seen, bounds, at)
    if holding is not None:
        return Decision(seen.limit, PacingAction.HOLD, holding)
    raised = max(seen.limit + 1, int(seen.limit * at.up_factor))
    return Decision(min(bounds.cap, raised), PacingAction.UP, PacingCause.USED)


def block(seen: Inputs, at: Thresholds) -> PacingCause | None:
    """Why all running campaigns have to stop at once, or None."""
    if seen.complaint_share >= at.block_complaints:
        return PacingCause.COMPLAINTS
    if seen.errors >= at.blocks_from and (seen.error_share or 0.0) >= at.block_errors:
        return PacingCause.ERRORS
    return None


def _holding(seen: Inputs, bounds: Bounds, at: Thresholds) -> PacingCause | None:
    if seen.complaint_share >= at.hold_complaints:
        return PacingCause.COMPLAINTS
    if (seen.error_share or 0.0) > at.hold_errors:
        return PacingCause.ERRORS
    if seen.used < at.up_used * seen.limit:
        return PacingCause.UNUSED
    if seen.lowered_on is not None:
        return PacingCause.PAUSE
    return PacingCause.CAP if seen.limit >= bounds.cap else None


def _as_many(days: Sequence[Day], figure: str, enough: int) -> Sequence[Day]:
    """The last days that make up enough of the figure; all of them where they do not."""
    count = 0
    for back in range(1, len(days) + 1):
        count += getattr(days[-back], figure)
        if count >= enough:
            return days[-back:]
    return days
