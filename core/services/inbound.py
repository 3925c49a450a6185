"""What customers write, before it is recorded: whose it is, which message it answers, and whether it is a keyword."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.messages import Event
from core.queries.settings import DEFAULTS
from core.rules.keywords import Keyword, keyword
from core.tables.contacts import Identity
from core.tables.conversations import Conversation
from core.tables.deliveries import Delivery
from core.tables.settings import BusinessSetting
from core.tables.suppression import Suppression
from core.vocabulary import EventKind, SuppressionList


async def understood(connection: AsyncConnection, events: Sequence[Event]) -> Sequence[Event]:
    """Events with the customer's own words resolved: a reply is tied to the last message on that channel.

    STOP and its like become `unsubscribed`, START `started`; both change the lists of that channel even where no
    message of ours was ever sent there. Whatever is no customer's words comes back as it was.
    """
    if not any("address_key" in event.details for event in events):
        return events
    own = await connection.scalar(select(BusinessSetting.value).where(BusinessSetting.key == "keywords"))
    return [
        await _one(connection, event, own or DEFAULTS["keywords"]) if "address_key" in event.details else event
        for event in events
    ]


async def _one(connection: AsyncConnection, event: Event, own: dict[str, list[str]]) -> Event:
    key = bytes.fromhex(event.details["address_key"])
    meant = keyword(event.details.get("text", ""), own)
    await _spoken(connection, event, key)
    if meant is Keyword.STOP:
        await _stop(connection, event, key)
    elif meant is Keyword.START:
        await _start(connection, event, key)
    kind = {Keyword.STOP: EventKind.UNSUBSCRIBED, Keyword.START: EventKind.STARTED}.get(
        meant or Keyword.HELP, event.kind
    )
    answered = (
        select(Delivery.id)
        .join(Identity, Identity.contact_id == Delivery.contact_id)
        .where(Identity.channel == event.channel, Identity.address_key == key, Delivery.channel == event.channel)
        .order_by(Delivery.id.desc())
        .limit(1)
    )
    return replace(event, kind=kind, delivery_id=await connection.scalar(answered))


async def _spoken(connection: AsyncConnection, event: Event, key: bytes) -> None:
    """A conversation has begun, or goes on."""
    whose = select(Identity.id, literal(event.at)).where(
        Identity.channel == event.channel, Identity.address_key == key, Identity.ended_at.is_(None)
    )
    begun = insert(Conversation).from_select(["identity_id", "last_inbound_at"], whose)
    later = func.greatest(Conversation.last_inbound_at, begun.excluded.last_inbound_at)
    await connection.execute(
        begun.on_conflict_do_update(index_elements=["identity_id"], set_={"last_inbound_at": later, "blocked_at": None})
    )


async def _stop(connection: AsyncConnection, event: Event, key: bytes) -> None:
    values = {"list": SuppressionList.UNSUBSCRIBED, "channel": event.channel, "address_key": key, "source": "keyword"}
    await connection.execute(insert(Suppression).values(values).on_conflict_do_nothing())


async def _start(connection: AsyncConnection, event: Event, key: bytes) -> None:
    """The customer's own new opt-in is the one thing that lifts an unsubscription."""
    await connection.execute(
        update(Suppression)
        .where(Suppression.list == SuppressionList.UNSUBSCRIBED, Suppression.channel == event.channel)
        .where(Suppression.address_key == key, Suppression.released_at.is_(None))
        .values(released_at=event.at, released_by="keyword")
    )
