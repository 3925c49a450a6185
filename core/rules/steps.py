"""When a campaign's next channel is tried, and what the one before must be able to tell for that."""

from datetime import timedelta

from core.errors import Invalid, Refused
from core.ports import Traits
from core.vocabulary import Reason, Tracking

MOST_STEPS = 2
"""After the campaign's own channel: a second and a third."""
LONGEST_WAIT = timedelta(days=30)
ENDING = frozenset(
    {
        Reason.ERASED,
        Reason.COMPLAINED,
        Reason.EXCLUDED,
        Reason.DUPLICATE_ADDRESS,
        Reason.CONSENT_DECLINED,
        Reason.CONSENT_UNANSWERED,
        Reason.FREQUENCY_CAP,
        Reason.CANCELLED,
        Reason.REACHED_BEFORE,
    }
)
"""Reasons of a skipped recipient that speak against the person or for another channel's message, and end the way."""
FIRST_LOOK = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=15)


def check_wait(seconds: int) -> None:
    if not 0 <= seconds <= LONGEST_WAIT.total_seconds():
        raise Invalid("step.bad_wait", where="after", days=LONGEST_WAIT.days)


def check_sight(before: Traits, tracking: str, *, silent: bool, unread: bool) -> None:
    """Raise Refused where the channel before could not tell what this step waits for, so that it would go to all."""
    individual = tracking == Tracking.INDIVIDUAL
    if silent and not (individual or before.reports_delivery):
        raise Refused("step.sees_no_clicks", channel=before.channel)
    if unread and not (silent and individual and before.reports_read):
        raise Refused("step.sees_no_reads", channel=before.channel)


def pause(after_seconds: int, *, is_long: bool) -> timedelta:
    """How long until the next look; looking through many recipients is not done more often than it is worth."""
    if not is_long:
        return FIRST_LOOK
    return min(max(timedelta(seconds=after_seconds / 50), 3 * FIRST_LOOK), LONGEST_PAUSE)
