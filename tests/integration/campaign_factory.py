"""Makes contacts, letters and launched campaigns for tests, as rows and without ceremony."""

from datetime import UTC, datetime

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from core.tables.campaigns import Campaign, Origin, SenderRow
from core.tables.contacts import Contact, Identity
from core.tables.contents import ContentRow
from core.tables.deliveries import Delivery
from core.vocabulary import CampaignState, OriginKind, Purpose

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)


def make_contacts(session: Session, count: int, *, start: int = 1) -> list[int]:
    """Contacts with an email address each: person<number>@example.org, keyed by their number."""
    numbers = range(start, start + count)
    rows = [{"first_name": f"Person {number}", "attributes": {"city": "Berlin"}} for number in numbers]
    ids = list(session.scalars(insert(Contact).returning(Contact.id, sort_by_parameter_order=True), rows))
    session.execute(
        insert(Identity),
        [
            {
                "contact_id": contact_id,
                "channel": "email",
                "address": f"person{number}@example.org",
                "address_key": number.to_bytes(16, "big"),
            }
            for number, contact_id in zip(numbers, ids, strict=True)
        ],
    )
    return ids


def make_sender(session: Session) -> int:
    known = session.scalar(select(SenderRow.id).limit(1))
    if known is not None:
        return known
    sender = SenderRow(name="Shop", address="news@shop.example")
    session.add(sender)
    session.flush()
    return sender.id


def make_content(session: Session, *, subject: str = "Hello", plain: str = "Hello {{ first_name }}") -> int:
    content = ContentRow(kind="text", language="en", source=plain, subject=subject, plain=plain, hash=b"h")
    session.add(content)
    session.flush()
    return content.id


def make_campaign(session: Session, *, recipients: int, name: str = "Spring", prepared: bool = True) -> Campaign:
    """A sending campaign with fresh deliveries to that many new contacts."""
    content_id, sender_id = make_content(session), make_sender(session)
    campaign = Campaign(
        name=name,
        channel="email",
        purpose=Purpose.MARKETING,
        state=CampaignState.SENDING,
        sender_id=sender_id,
        content_id=content_id,
        created_by="test",
        launched_at=NOON,
        prepared_at=NOON if prepared else None,
    )
    session.add(campaign)
    session.flush()
    origin = Origin(
        kind=OriginKind.CAMPAIGN,
        channel="email",
        purpose=Purpose.MARKETING,
        campaign_id=campaign.id,
        sender_id=sender_id,
    )
    session.add(origin)
    session.flush()
    campaign.origin_id = origin.id
    start = (session.scalar(select(Contact.id).order_by(Contact.id.desc()).limit(1)) or 0) + 1
    make_contacts(session, recipients, start=start)
    chosen = (
        select(
            literal(origin.id),
            Identity.contact_id,
            Identity.id,
            literal(content_id),
            Identity.channel,
            Identity.address_key,
        )
        .where(Identity.contact_id >= start)
        .order_by(Identity.contact_id)
    )
    columns = ["origin_id", "contact_id", "identity_id", "content_id", "channel", "address_key"]
    session.execute(insert(Delivery).from_select(columns, chosen))
    session.flush()
    return campaign
