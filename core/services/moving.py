"""An address that has become another: a new identity, with everything that was known of the old one."""

from datetime import datetime

from sqlalchemy import insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.messages import Moved
from core.queries import revisions
from core.tables.contacts import Identity
from core.tables.conversations import Conversation, ConversationMessage, DeskMessage
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import DeliveryState

STILL_TO_GO = (DeliveryState.PENDING, DeliveryState.AWAITING_CONSENT)
LISTED = ("list", "contact_id", "channel", "purpose", "topic", "source", "delivery_id")


async def follow(connection: AsyncConnection, delivery_id: int, moved: Moved, now: datetime) -> None:
    """What still waits for the old address goes to the new one; two messages that find it out move it once."""
    mine = select(Delivery.identity_id).where(Delivery.id == delivery_id)
    old = (
        await connection.execute(
            select(Identity.id, Identity.contact_id, Identity.channel, Identity.address_key)
            .where(Identity.id.in_(mine))
            .with_for_update()
        )
    ).first()
    if old is None or old.address_key == moved.address_key:
        return
    here = select(Identity.id).where(Identity.channel == old.channel, Identity.address_key == moved.address_key)
    new = await connection.scalar(here.where(Identity.ended_at.is_(None), Identity.contact_id == old.contact_id))
    if new is None:
        new = await _made(connection, old.id, moved, now)
        await _take_along(connection, old.id, new, moved)
    await connection.execute(
        update(Delivery)
        .where(Delivery.contact_id == old.contact_id, Delivery.identity_id == old.id, Delivery.state.in_(STILL_TO_GO))
        .values(identity_id=new, address_key=moved.address_key)
    )
    await connection.execute(revisions.moved())


async def _made(connection: AsyncConnection, old_id: int, moved: Moved, now: datetime) -> int:
    await connection.execute(update(Identity).where(Identity.id == old_id).values(ended_at=now))
    same = select(Identity.contact_id, Identity.channel, literal(moved.address), literal(moved.address_key)).where(
        Identity.id == old_id
    )
    columns = ["contact_id", "channel", "address", "address_key"]
    made = await connection.execute(insert(Identity).from_select(columns, same).returning(Identity.id))
    return int(made.scalar_one())


async def _take_along(connection: AsyncConnection, old_id: int, new_id: int, moved: Moved) -> None:
    """The conversation with all that was said, and the lists that name the old address: a wish moves, too."""
    for table in (Conversation, ConversationMessage, DeskMessage):
        await connection.execute(update(table).where(table.identity_id == old_id).values(identity_id=new_id))
    old_key = select(Identity.address_key).where(Identity.id == old_id).scalar_subquery()
    named = select(*(getattr(Suppression, name) for name in LISTED), literal(moved.address_key)).where(
        Suppression.address_key == old_key, Suppression.released_at.is_(None)
    )
    entries = upsert(Suppression).from_select([*LISTED, "address_key"], named)
    await connection.execute(entries.on_conflict_do_nothing())
