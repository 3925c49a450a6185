"""Taking back an unsubscription that was pressed by mistake, by the customer who pressed it."""

from datetime import datetime

from sqlalchemy import literal, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.queries import revisions
from core.tables.consent import Consent
from core.tables.deliveries import Delivery
from core.tables.events import Engagement
from core.tables.suppression import Suppression
from core.vocabulary import Purpose, SuppressionList


async def unsubscription(connection: AsyncConnection, delivery_id: int, now: datetime) -> bool:
    """Release what this very delivery's link put on the list; returns whether there was anything to release.

    A consent that was withdrawn by it is given again, as a record of its own. Complaints are never released here.
    """
    released = await connection.execute(
        update(Suppression)
        .where(Suppression.delivery_id == delivery_id, Suppression.list == SuppressionList.UNSUBSCRIBED.value)
        .where(Suppression.released_at.is_(None), Suppression.topic.is_(None))
        .values(released_at=now, released_by="customer")
        .returning(Suppression.id)
    )
    if not released.all():
        return False
    await connection.execute(_consent_again(delivery_id, now))
    await connection.execute(
        update(Engagement).where(Engagement.delivery_id == delivery_id).values(unsubscribed_at=None)
    )
    await connection.execute(revisions.moved())
    return True


def _consent_again(delivery_id: int, now: datetime) -> Insert:
    """The last consent that was given before, word for word; nothing if there was none."""
    same = (Consent.contact_id == Delivery.contact_id, Consent.channel == Delivery.channel)
    last = (
        select(
            Consent.contact_id,
            Consent.identity_id,
            Consent.channel,
            Consent.purpose,
            literal(True),
            literal("undo"),
            Consent.wording,
            Consent.wording_version,
            Consent.language,
            literal(now),
        )
        .join(Delivery, Delivery.id == delivery_id)
        .where(*same, Consent.given, Consent.purpose == Purpose.MARKETING)
        .order_by(Consent.id.desc())
        .limit(1)
    )
    columns = ["contact_id", "identity_id", "channel", "purpose", "given", "way"]
    columns += ["wording", "wording_version", "language", "at"]
    return insert(Consent).from_select(columns, last)
