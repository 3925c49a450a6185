"""A day with so many slots, for tests that send."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from core.database import make_sessions, sync_engine
from core.queries import pacing
from core.queries.limits import scopes
from core.services.slots import Limit

BERLIN = ZoneInfo("Europe/Berlin")


def limited(engine: AsyncEngine, slots: int, now: datetime) -> Limit:
    """The account and each sender may send so many on that day."""

    def open_today() -> None:
        own = sync_engine(engine.url.render_as_string(hide_password=False))
        with make_sessions(own).begin() as session:
            for scope in scopes(session):
                day = pacing.today(session, now)
                session.execute(pacing.set_ceiling(scope, day, slots, "by_hand", "test"))
        own.dispose()

    return Limit(BERLIN, open_today)
