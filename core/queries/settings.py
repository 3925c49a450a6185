"""Business settings with their defaults: rows override what the rules say."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.rules.countries import USUAL as COUNTRIES
from core.rules.countries import kept
from core.rules.manner import MEASURES
from core.rules.retention import USUAL as KEPT
from core.rules.retention import setting
from core.rules.thresholds import USUAL as THRESHOLDS
from core.tables.settings import BusinessSetting
from core.vocabulary import Role

DEFAULTS: dict[str, Any] = {
    "daily_limit_start": 1000,
    "daily_limit_floor": 50,
    "daily_limit_cap": 16_000,
    "daily_limit_reserve": 0,
    "daily_limit_thresholds": THRESHOLDS.kept(),
    "timezone": "Europe/Berlin",
    "quiet_hours": {channel: {"opens": "20:00", "closes": "09:00"} for channel in ("sms", "telegram", "whatsapp")},
    **{which.value: measure.usual for which, measure in MEASURES.items()},
    "keywords": {"stop": [], "start": [], "help": []},
    "keyword_answers": {},
    "answer_standard_words": False,
    "consent_days": 28,
    "consent_templates": {},
    "bounce_digest": True,
    "soft_bounces": 5,
    "soft_bounce_days": 30,
    "desk": {},
    "telegram_bot": "",
    "short_address": "https://your-address.example",
    "catch_up_hours": 6,
    **{setting(kind): days for kind, days in KEPT.items()},
    "tracking": "individual",
    "frequency_cap": None,
    "allowed_numbers": {},
    "countries": {country.beginning: kept(country) for country in COUNTRIES},
    "senders_by_number": {},
    "balance_warning_messages": 500,
    "approval_above": None,
    "part_role": Role.LAUNCHER.value,
}


def value(session: Session, key: str) -> Any:
    """The setting, or its default; an unknown key is a programming error."""
    found = session.scalar(stored(key))
    return DEFAULTS[key] if found is None else found


def stored(key: str) -> Select[Any]:
    """What was chosen, if anything was."""
    return select(BusinessSetting.value).where(BusinessSetting.key == key)


def part_role(session: Session) -> Role:
    """Whoever has at least this role may launch what the balance lasts for a part of."""
    return Role(value(session, "part_role"))


def local(session: Session, moment: datetime) -> datetime:
    """The same moment by the account's clock: its date is the day that people there call today."""
    return moment.astimezone(ZoneInfo(value(session, "timezone")))


def zone() -> ColumnElement[str]:
    """The account's time zone within a statement, looked up once."""
    stored = select(BusinessSetting.value[()].astext).where(BusinessSetting.key == "timezone")
    return func.coalesce(stored.scalar_subquery(), DEFAULTS["timezone"])


def put(session: Session, key: str, new: object, *, by: str) -> None:
    statement = insert(BusinessSetting).values(key=key, value=new, changed_by=by)
    changed = {"value": new, "changed_by": by}
    session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=changed))
