"""An account with one sender whose days pass by a clock that is handed in; what comes back is written as rows."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.database import Sessions
from core.queries import limits
from core.queries import pacing as queries
from core.queries import settings as business
from core.queries.pacing import ACCOUNT, sender_scope
from core.services import pacing
from core.tables.attempts import Attempt
from core.tables.campaigns import Origin, SenderRow
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.vocabulary import CHANNEL_EMAIL, BounceClass, EventKind, OriginKind, Purpose, Reason


@dataclass(frozen=True, slots=True)
class Came:
    """Which shares of what is sent come back: refused for good, and reported as spam."""

    errors: float = 0.0
    complaints: float = 0.0


class Account:
    """Slots are taken by the statements of the claim, days are closed by the services of the scheduler's tick."""

    def __init__(self, sessions: Sessions, zone: ZoneInfo) -> None:
        self.sessions, self.zone = sessions, zone
        self._left_over: dict[str, float] = {}
        self._number = 0
        with sessions.begin() as session:
            business.put(session, "timezone", str(zone), by="system")
            self.sender_id, self._refused, self._accepted = _made(session)

    def tick(self, now: datetime) -> bool:
        """As the scheduler does it every few seconds; whether something was stopped."""
        with self.sessions.begin() as session:
            pacing.open_today(session, now)
            return bool(pacing.block_at_once(session, now))

    def send(self, now: datetime, wanted: int, came: Came) -> int:
        """How many left; none while campaigns are stopped."""
        with self.sessions.begin() as session:
            if limits.blocks(session):
                return 0
            sent = self._take(session, wanted, now)
            refused = self._whole("refused", sent * came.errors)
            if refused:
                attempt = {"delivery_id": self._refused, "number": 1, "outcome": "refused", "at": now}
                session.execute(insert(Attempt), [attempt] * refused)
            self._events(session, EventKind.COMPLAINED, self._whole("complaints", sent * came.complaints), now)
        return sent

    def bounce(self, now: datetime, share: float) -> None:
        """Letters that were accepted earlier come back now."""
        with self.sessions.begin() as session:
            self._events(session, EventKind.BOUNCED, self._whole("bounced", share), now)

    def release(self, now: datetime) -> None:
        with self.sessions.begin() as session:
            if limits.blocks(session):
                pacing.release(session, ACCOUNT, by="command", now=now)

    def standing(self, day: date) -> tuple[int, int, str, str]:
        """Its limit, how much was used, and what was decided why."""
        with self.sessions() as session:
            row = session.scalars(queries.of_day(ACCOUNT, day)).one()
            return row.ceiling, row.taken, row.action, row.reason

    def _take(self, session: Session, wanted: int, now: datetime) -> int:
        whose = {"sender": sender_scope(self.sender_id), "slots_day": now.astimezone(self.zone).date()}
        free = session.scalars(queries.free(), {**whose, "kept": 0}).all()
        granted = max(0, min(wanted, *free))
        session.execute(
            queries.take().execution_options(synchronize_session=False), {**whose, "slots": granted, "testing": 0}
        )
        return granted

    def _events(self, session: Session, kind: EventKind, count: int, now: datetime) -> None:
        rows = []
        for _ in range(count):
            self._number += 1
            rows.append({"kind": kind, "provider": "simulation", "key": str(self._number), "at": now})
        if rows:
            about = {"delivery_id": self._accepted, "bounce": BounceClass.ADDRESS, "recorded_at": now}
            session.execute(insert(EventRow), [{**row, **about} for row in rows])

    def _whole(self, what: str, count: float) -> int:
        """Parts of one are kept for the next time."""
        exact = count + self._left_over.get(what, 0.0)
        self._left_over[what] = exact % 1
        return int(exact)


def _made(session: Session) -> tuple[int, int, int]:
    """A sender, a delivery that is refused again and again, and one that is accepted and spoken of later."""
    sender = SenderRow(name="Shop", address="news@shop.example")
    session.add(sender)
    session.flush()
    origin = Origin(
        kind=OriginKind.CAMPAIGN, channel=CHANNEL_EMAIL, purpose=Purpose.MARKETING, sender_id=sender.id, open=True
    )
    session.add(origin)
    session.flush()
    refused = Delivery(
        origin_id=origin.id, channel=CHANNEL_EMAIL, state="failed", reason=Reason.RECIPIENT_SERVER_REFUSED, step=0
    )
    accepted = Delivery(origin_id=origin.id, channel=CHANNEL_EMAIL, state="sent", step=0)
    session.add_all([refused, accepted])
    session.flush()
    return sender.id, refused.id, accepted.id
