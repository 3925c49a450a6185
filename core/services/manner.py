"""How messages leave: each figure within its bounds, and quiet hours of each channel."""

from sqlalchemy.orm import Session

from core.errors import Invalid
from core.queries import settings
from core.rules import manner as rules
from core.rules.hours import Hours
from core.rules.manner import Manner
from core.services import changes


def figure(session: Session, which: Manner) -> float:
    """In its unit."""
    return rules.shown(which, float(settings.value(session, which)))


def keep(session: Session, which: Manner, shown: float, *, by: str) -> None:
    """Raise Invalid (`setting.bad_manner`) out of bounds."""
    if not rules.fits(which, shown):
        measure = rules.MEASURES[which]
        raise Invalid(
            "setting.bad_manner", where=which, manner=which, least=f"{measure.least:g}", most=f"{measure.most:g}"
        )
    changes.put(session, which, rules.kept(which, shown), by=by)


def quiet_hours(session: Session, channel: str) -> tuple[str, str]:
    """From and until; empty where there are none."""
    kept = settings.value(session, "quiet_hours").get(channel) or {}
    return kept.get("opens", ""), kept.get("closes", "")


def keep_quiet_hours(session: Session, channel: str, opens: str, closes: str, *, by: str) -> None:
    """Nothing is sent on the channel within these, by each recipient's own clock; both empty: at any time.

    Raises Invalid (`hours.bad_time`, and `hours.whole_day` for a beginning that is the end).
    """
    hours = Hours.read(opens, closes) if opens or closes else None
    if hours is not None and hours.opens == hours.closes:
        raise Invalid("hours.whole_day", where="quiet_hours")
    others = {name: kept for name, kept in settings.value(session, "quiet_hours").items() if name != channel}
    changes.put(session, "quiet_hours", others | ({channel: hours.written()} if hours else {}), by=by)
