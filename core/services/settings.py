"""Changing business settings: checked, audited, and put into force at once."""

from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy.orm import Session

from core.errors import Invalid
from core.queries import pacing
from core.queries import settings as queries
from core.services import audit
from core.vocabulary import Tracking

MOST_A_DAY = 100_000_000
MOST_CONSENT_DAYS = 365


def set_daily_limit(session: Session, limit: int, *, by: str, now: datetime) -> None:
    """So many emails a day from today on, but never fewer than have left today; raise Invalid out of 1–100,000,000."""
    if not 1 <= limit <= MOST_A_DAY:
        raise Invalid("setting.bad_limit", where="daily_limit", most=MOST_A_DAY)
    before = queries.value(session, "daily_limit")
    queries.put(session, "daily_limit", limit, by=by)
    today = now.astimezone(ZoneInfo(queries.value(session, "timezone"))).date()
    session.execute(pacing.set_ceiling("account", today, limit, "by_hand", by))
    audit.note(session, by, "set", "setting:daily_limit", before=before, after=limit)


def set_timezone(session: Session, name: str, *, by: str) -> None:
    """The account's time zone, by which its days begin; raise Invalid (`setting.bad_timezone`)."""
    if name not in available_timezones():
        raise Invalid("setting.bad_timezone", where="timezone", name=name[:60])
    before = queries.value(session, "timezone")
    queries.put(session, "timezone", name, by=by)
    audit.note(session, by, "set", "setting:timezone", before=before, after=name)


def set_tracking(session: Session, mode: Tracking, *, by: str) -> None:
    """How opens and clicks are kept from now on, where a campaign does not say so for itself."""
    before = queries.value(session, "tracking")
    queries.put(session, "tracking", mode.value, by=by)
    audit.note(session, by, "set", "setting:tracking", before=before, after=mode.value)


def set_consent_days(session: Session, days: int, *, by: str) -> None:
    """For how long a request for consent may be answered; raise Invalid out of 1–365."""
    if not 1 <= days <= MOST_CONSENT_DAYS:
        raise Invalid("setting.bad_days", where="consent_days", most=MOST_CONSENT_DAYS)
    before = queries.value(session, "consent_days")
    queries.put(session, "consent_days", days, by=by)
    audit.note(session, by, "set", "setting:consent_days", before=before, after=days)
