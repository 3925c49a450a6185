"""What one person leaves behind in the tables, and the statements that empty it."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Executable, Text, cast, delete, func, literal, null, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from core.tables.attempts import Attempt
from core.tables.consent import Consent, ConsentRequest
from core.tables.contacts import Contact, Identity
from core.tables.conversations import Conversation, ConversationMessage, DeskMessage, Invitation
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.tables.imports import ImportRefusal
from core.tables.seeds import Seed
from core.tables.segments import SegmentMember
from core.tables.suppression import Suppression
from core.vocabulary import DeliveryState, Reason, SuppressionList

OWN_WORDS = ["said", "text", "name", "agent"]
"""Of an event's details: what the person or their server said, and by which program they read."""
REQUEST = "request"
"""The source of an entry on the list of the erased."""


def list_erased(address_keys: Sequence[bytes], by: str) -> Executable:
    """Keep the keyed hashes, for every channel and purpose; only they can tell that the person is to stay away."""
    entry = {"list": SuppressionList.ERASED.value, "source": REQUEST, "added_by": by}
    return insert(Suppression).values([{**entry, "address_key": key} for key in address_keys]).on_conflict_do_nothing()


def emptying(contact_id: int, address_keys: Sequence[bytes], addresses: Sequence[str]) -> Iterator[Executable]:
    """Everything that names or quotes the person, without the rows by which the ledger adds up."""
    theirs = select(Identity.id).where(Identity.contact_id == contact_id)
    sent = select(Delivery.id).where(Delivery.contact_id == contact_id)
    yield _end_waits(contact_id)
    yield (
        update(ConsentRequest)
        .where(ConsentRequest.contact_id == contact_id, ConsentRequest.answered_at.is_(None))
        .values(answered_at=func.now(), given=False)
    )
    yield update(Delivery).where(Delivery.contact_id == contact_id, Delivery.said.is_not(None)).values(said=None)
    yield update(Attempt).where(Attempt.delivery_id.in_(sent), Attempt.said.is_not(None)).values(said=None)
    yield (
        update(EventRow)
        .where(or_(EventRow.delivery_id.in_(sent), EventRow.identity_id.in_(theirs)))
        .values(details=EventRow.details.op("-")(cast(literal(OWN_WORDS, ARRAY(Text)), ARRAY(Text))))
    )
    unsaid: dict[str, object] = {"text": None, "key": None, "media": [], "for_desk": False}
    yield update(ConversationMessage).where(ConversationMessage.identity_id.in_(theirs)).values(unsaid)
    yield update(Conversation).where(Conversation.identity_id.in_(theirs)).values(unanswered_since=None)
    yield delete(DeskMessage).where(DeskMessage.identity_id.in_(theirs))
    yield delete(Seed).where(Seed.address_key.in_(address_keys))
    yield delete(Invitation).where(Invitation.contact_id == contact_id)
    yield delete(SegmentMember).where(SegmentMember.contact_id == contact_id)
    yield update(Consent).where(Consent.contact_id == contact_id, Consent.way == "keyword").values(wording=None)
    yield from (_forget_refused(address) for address in addresses)
    tests_to_them = Identity.contact_id.is_(None) & Identity.address_key.in_(address_keys)
    yield (
        update(Identity)
        .where(or_(Identity.contact_id == contact_id, tests_to_them))
        .values(address=None, ended_at=func.coalesce(Identity.ended_at, func.now()))
    )
    emptied = {"external_id", "first_name", "last_name", "language", "country", "timezone"}
    yield (
        update(Contact)
        .where(Contact.id == contact_id)
        .values({**dict.fromkeys(emptied, null()), "attributes": {}, "erased_at": func.now(), "updated_at": func.now()})
    )


def _end_waits(contact_id: int) -> Executable:
    """What has not begun to be sent is skipped; what is on the wire is settled as it comes."""
    waiting = (DeliveryState.PENDING, DeliveryState.AWAITING_CONSENT)
    return (
        update(Delivery)
        .where(Delivery.contact_id == contact_id, Delivery.state.in_(waiting))
        .values(state=DeliveryState.SKIPPED, reason=Reason.ERASED, due_at=None)
    )


def _forget_refused(address: str) -> Executable:
    """Rows of files that were refused, and stand in the database as they were."""
    quoted = literal(f'%"{_pattern(address.lower())}"%')
    return delete(ImportRefusal).where(func.lower(cast(ImportRefusal.cells, Text)).like(quoted))


def _pattern(text: str) -> str:
    """As LIKE takes it literally, in JSON's own spelling of quotation marks."""
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return text
